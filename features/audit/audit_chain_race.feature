Feature: Many writers on one audit chain

  Each entry names the hash of the one before. Two writers that read the same head would fork the chain, so
  a writer holds the log from reading the head until its entry is stored.

  Background:
    Given an empty audit log

  Scenario: A second writer cannot read the chain head while the first one holds it
    When 2 writers race to record, meeting where the chain head is read
    Then the chain head was read by 1 writer at a time
    And the audit log has 2 entries
    And the audit chain is intact

  Scenario: Writers in four threads lose no entry and leave no fork
    When 4 threads record 25 entries each
    Then no audit writer failed
    And the audit log has 100 entries
    And the audit chain is intact
