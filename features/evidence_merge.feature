Feature: One evidence file from many, and a record for every captured test

  A worker that dies leaves no record, and neither does an adapter that was never loaded. So after the run the
  evidence is compared with the captures in the sources.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured
    And the file "features/till.feature"
      """
      Feature: The till

        @tdd_issue @tdd_issue_8
        Scenario: It opens
          Given all is well

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: It closes
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """

  Scenario: Two shards are as good as one run
    Given the variable BUGCAPTURE_EVIDENCE_DIR is "whole"
    When "behave" runs with exit code 0
    Given the variable BUGCAPTURE_EVIDENCE_DIR is "one"
    When "behave features/cart.feature" runs with exit code 0
    Given the variable BUGCAPTURE_EVIDENCE_DIR is "two"
    When "behave features/till.feature" runs with exit code 0
    And "bugcapture evidence merge whole" runs with exit code 0
    Then the merged records are
      | ids | location                | name              | verdict          |
      | [7] | features/cart.feature:4 | Every item counts | expected_failure |
      | [8] | features/till.feature:4 | It opens          | passed           |
      | [7] | features/till.feature:8 | It closes         | expected_failure |
    When "bugcapture evidence merge two one" runs with exit code 0
    Then the merged records are
      | ids | location                | name              | verdict          |
      | [7] | features/cart.feature:4 | Every item counts | expected_failure |
      | [8] | features/till.feature:4 | It opens          | passed           |
      | [7] | features/till.feature:8 | It closes         | expected_failure |
    And "bugcapture evidence check one two" runs with exit code 0
    And standard output is empty
    And the run ends with "bugcapture: 3 captured tests of 2 bugs, 0 without evidence; verdicts: 1 passed, 2 expected_failure"

  Scenario: A table for people, and a file for the next job
    When "behave" runs with exit code 0
    And "bugcapture evidence merge evidence --output all.jsonl" runs with exit code 0
    Then standard output is empty
    And the run ends with "bugcapture: 3 records of 3 tests from 1 file"
    When "bugcapture evidence merge all.jsonl --format text" runs
    Then standard output is
      """
      BUG  TESTS  PASSED  EXPECTED_FAILURE
      #7   2      -       2
      #8   1      1       -
      """

  Scenario: A worker that died is found by the tests that it did not finish
    Given the environment file also holds
      """
      def before_step(context, step):
          if context.scenario.name == "It opens":
              import os, signal
              os.kill(os.getpid(), signal.SIGKILL)
      """
    When "behave" runs
    And "bugcapture evidence check evidence --format json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | message                                             |
      | features/till.feature:4 | E1   | captured test 'It opens' (#8) has no evidence       |
      | features/till.feature:8 | E1   | it was not run, its worker died, or the adapter was |

  Scenario: A green run without the adapter leaves nothing at all
    Given the shop does not install bugcapture
    When "behave features/till.feature:4" runs with exit code 0
    And "bugcapture evidence check evidence" runs
    Then the exit code is 2
    And standard output is empty
    And standard error says "if they ran, no adapter was loaded: `bugcapture check` says why"

  Scenario: A filter that matched nothing has no evidence
    When "behave --tags=@tdd_bug_99" runs
    And "bugcapture evidence check evidence" runs
    Then the exit code is 1
    And the run ends with "bugcapture: 3 captured tests of 2 bugs, 3 without evidence; verdicts: no record"

  Scenario: Red verdicts are counted, and fail when asked
    Given in the shop the total is right
    When "behave" runs with exit code 1
    And "bugcapture evidence check evidence" runs
    Then the exit code is 0
    When "bugcapture evidence check evidence --verdicts --format json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | message                                |
      | features/cart.feature:4 | E5   | 'Every item counts' #7 unexpected pass |
      | features/till.feature:8 | E5   | 'It closes' #7 unexpected pass         |

  Scenario: Evidence about another revision does not count
    Given the project is a git repository
    And the variable CI_COMMIT_SHA is "4c1d0e5f"
    When "behave" runs with exit code 0
    Given the variable CI_COMMIT_SHA is not set
    When "bugcapture evidence check evidence --ids 8 --format json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | severity | message                                |
      | evidence                | E4   | warning  | 1 record about revision 4c1d0e5f       |
      | features/till.feature:4 | E1   | error    | its evidence is about another revision |
    When "bugcapture evidence check evidence --ids 8 --any-commit" runs
    Then the exit code is 0

  Scenario: Without evidence the error says what to run
    Given the variable BUGCAPTURE_EVIDENCE_DIR is not set
    When "bugcapture evidence check" runs
    Then the exit code is 2
    And standard output is empty
    And standard error says "there is no evidence folder"
    When "bugcapture evidence check nowhere" runs
    Then the exit code is 2
    And standard error says "BUGCAPTURE_EVIDENCE_DIR=build/evidence behave"
