Feature: bugcapture list is the ledger: every bug with its tests

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug @tdd_bug_991 @tdd_issue @tdd_issue_1002 @tdd_expected_fail
        Scenario: Every item counts
          Fails with: AssertionError: the total is \d+
          Fails at: Then the total is 7

          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7

        @tdd_bug @tdd_bug_12
        Scenario Outline: Guarded <n>
          Given all is well

          Examples:
            | n |
            | a |
            | b |
      """
    And the file "features/till.feature"
      """
      @tdd_bug @tdd_bug_991
      Feature: The till

        Scenario: 抽屉
          Given all is well

        @slow
        Rule: inner

          Scenario: Also guarded
            Given all is well
      """

  Scenario: A table for people
    When "bugcapture list" runs
    Then the exit code is 0
    And standard output is
      """
      BUG    STATE     FRAMEWORK  WHERE                     TEST
      #12    guarded   behave     features/cart.feature:18  Guarded a -- @1.1
      #12    guarded   behave     features/cart.feature:19  Guarded b -- @1.2
      #991   captured  behave     features/cart.feature:4   Every item counts
      #991   guarded   behave     features/till.feature:4   抽屉
      #991   guarded   behave     features/till.feature:10  Also guarded
      #1002  captured  behave     features/cart.feature:4   Every item counts
      """
    And the run ends with "bugcapture: 3 bugs, 5 tests in 2 test files"

  Scenario: A bug is captured as long as any of its tests carries the switch
    When "bugcapture list --state=guarded --format=json" runs
    Then the exit code is 0
    And the JSON of "standard output" has the schema "bugcapture.list/1"
    And the list has the bugs
      | id | state   | tests |
      | 12 | guarded | 2     |
    When "bugcapture list --state=captured --format=json --output=ledger.json" runs
    Then the exit code is 0
    And standard output is empty
    And the JSON of "ledger.json" has the schema "bugcapture.list/1"
    When "bugcapture list --state=captured --format=json" runs
    Then the list has the bugs
      | id   | state    | tests |
      | 991  | captured | 3     |
      | 1002 | captured | 1     |
    And the first test of bug 1002 holds
      | field              | value                       |
      | framework          | "behave"                    |
      | location           | "features/cart.feature:4"   |
      | name               | "Every item counts"         |
      | state              | "captured"                  |
      | ids                | [991, 1002]                 |
      | fails_with         | "AssertionError"            |
      | fails_with_pattern | "the total is \\d+"         |
      | fails_at           | "Then the total is 7"       |
      | switches           | ["features/cart.feature:3"] |

  Scenario: Only the named files; a file that cannot be parsed is named and not fatal
    Given the bytes of "features/torn.feature" are "@tdd_bug @tdd_bug_1\nFeature: a\n  Scenario: b\n    Given c\n    What is this\n"
    When "bugcapture list --format=json features/till.feature features/torn.feature" runs
    Then the exit code is 0
    And standard error says "features/torn.feature: cannot be read and is not listed"
    And the list has the bugs
      | id  | state   | tests |
      | 991 | guarded | 2     |

  Scenario: A project without captures has an empty ledger
    When "bugcapture list features/steps" runs
    Then the exit code is 0
    And standard output is empty
    And the run ends with "bugcapture: 0 bugs, 0 tests in 0 test files"

  Scenario: What cannot be asked for is a usage error
    When "bugcapture list --state=open" runs
    Then the exit code is 2
    And standard output is empty
    When "bugcapture list --output=nowhere/at/all.txt" runs
    Then the exit code is 2
    And standard error says "nowhere/at/all.txt: cannot be written"
