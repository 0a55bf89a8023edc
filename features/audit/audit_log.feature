Feature: The audit log

  Background:
    Given an audit log with these entries
      | actor | action | entity_type | entity_id | at                        | details       |
      | ann   | create | invoice     | 7         | 2026-11-20T09:00:00+00:00 | {"total": 12} |
      | bob   | update | invoice     | 7         | 2026-11-20T10:00:00+00:00 | {"total": 13} |
      | ann   | login  | user        | ann       | 2026-11-20T12:00:00+01:00 |               |
      | bob   | delete | invoice     | 8         | 2026-11-20T12:00:00+00:00 | {}            |

  Scenario: An entry reads back as it was recorded
    When the audit log is queried for
      | action | update |
    Then the audit entries 2 are found
    And the first of them is by "bob" at "2026-11-20T10:00:00+00:00" with the details {"total": 13}

  Scenario Outline: Filters add up
    When the audit log is queried for
      | <name>  | <value>  |
      | <name2> | <value2> |
    Then the audit entries <ids> are found

    Examples:
      | name        | value                     | name2     | value2                    | ids     |
      | actor       | ann                       | limit     | 100                       | 1, 3    |
      | actor       | bob                       | entity_id | 7                         | 2       |
      | entity_type | invoice                   | limit     | 2                         | 1, 2    |
      | entity_type | invoice                   | after_id  | 1                         | 2, 4    |
      | since       | 2026-11-20T10:00:00+00:00 | until     | 2026-11-20T12:00:00+00:00 | 2, 3    |
      | actor       | eve                       | limit     | 100                       | no      |

  Scenario: Pages hold every entry once
    When the audit log is read in pages of 3
    Then the pages have 3, 1 entries
    And the audit entries 1, 2, 3, 4 are found

  Scenario: A time without a zone is refused
    When "ann" tries to record at the time "2026-11-20T09:00:00"
    Then it is refused because "at has no time zone"
    And the audit log has 4 entries

  Scenario Outline: The database refuses to change the past
    When someone runs "<statement>" past the service
    Then it is refused because "audit_log is append-only"
    And the audit log has 4 entries
    And the audit chain is intact

    Examples:
      | statement                                       |
      | UPDATE audit_log SET actor = 'eve' WHERE id = 2 |
      | DELETE FROM audit_log WHERE id = 2              |

  Scenario Outline: A change that gets past the guard is found
    Given the guard of the audit log was removed
    When someone runs "<statement>" past the service
    Then the audit chain breaks at entry <id> with "<fault>"

    Examples:
      | statement                                       | id | fault           |
      | UPDATE audit_log SET actor = 'eve' WHERE id = 2 | 2  | changed content |
      | DELETE FROM audit_log WHERE id = 2              | 3  | missing row     |

  Scenario: A closed service says so
    When the audit service is closed twice
    And "ann" tries to record at the time "2026-11-20T09:00:00+00:00"
    Then it is refused because "the audit service is closed"
