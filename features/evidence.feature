Feature: Each judged test leaves a record

  A record is one JSON line of the schema bugcapture.evidence/1. Each process writes a file of its own.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured

  Scenario: What a record holds
    Given the variable BUGCAPTURE_SHARD is "1/4"
    And the variable CI_COMMIT_SHA is "4c1d0e5f"
    When "behave" runs
    Then the exit code is 0
    And the only record holds
      | field         | value                        |
      | schema        | "bugcapture.evidence/1"      |
      | framework     | "behave"                     |
      | ids           | [7]                          |
      | location      | "features/cart.feature:4"    |
      | name          | "Every item counts"          |
      | verdict       | "expected_failure"           |
      | raw_status    | "failed"                     |
      | exc_type      | "AssertionError"             |
      | message       | "the total is 4, expected 7" |
      | step          | "Then the total is 7"        |
      | step_location | "features/cart.feature:7"    |
      | attempt       | 1                            |
      | worker        | ""                           |
      | shard         | "1/4"                        |
      | commit        | "4c1d0e5f"                   |

  Scenario: A raw run is judged as well
    Given the variable BUGCAPTURE_RAW is "1"
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario          | verdict          |
      | Every item counts | expected_failure |

  Scenario: Only captured tests are recorded, and each process has a file of its own
    Given the variable BUGCAPTURE_EVIDENCE_DIR is "all"
    And the file "features/other.feature"
      """
      Feature: Other

        Scenario: Not captured
          Then all is well

        @tdd_issue @tdd_issue_3
        Scenario: A guard
          Then all is well
      """
    When "behave" runs with exit code 0
    Then all records of the folder "all" are about "Every item counts, A guard"
    When "behave" runs with exit code 0
    Then the records lie in 2 files of the folder "all"

  Scenario: The folder can be set in the project; the variable wins
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      evidence = "build/evidence"
      """
    When "behave" runs with exit code 0
    Then there is no file "build"
    Given the variable BUGCAPTURE_EVIDENCE_DIR is not set
    When "behave" runs with exit code 0
    Then the records lie in 1 files of the folder "build/evidence"

  Scenario: Without a folder nothing is written
    Given the variable BUGCAPTURE_EVIDENCE_DIR is not set
    When "behave" runs with exit code 0
    Then there is no file "evidence"

  Scenario: A folder that cannot be made stops the run before it starts
    Given the variable BUGCAPTURE_EVIDENCE_DIR is "shop.py/evidence"
    And the environment file notes every start
    When "behave" runs
    Then the exit code is 1
    And standard error says "shop.py/evidence: evidence cannot be written here"
    And there is no file "started"

  Scenario: The record knows the revision under test, and whether the checkout differs from it
    Given the project is a git repository
    When "behave" runs with exit code 0
    Then the only record is about the revision that is checked out, and the checkout is clean
    When in the shop the total breaks down
    Then "behave" runs with exit code 1
    And the only record is about the revision that is checked out, and the checkout is dirty
