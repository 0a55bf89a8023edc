Feature: bugcapture report ledger shows all that is known of the bugs on one page

  The page is one file that loads nothing. What it shows comes from the test files, git, the evidence, the history and
  kept proofs; what is missing is told with the command that brings it.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured

  Scenario: The life of a bug, from its capture to its proof
    Given the project is a git repository
    When "behave" runs
    And "bugcapture history import" runs
    Given the branch "fix/7" begins
    And in the shop the total is right
    And "bugcapture graduate 7" runs
    And everything is committed as "fix: count every item"
    When "bugcapture prove 7 --keep" runs
    Then the exit code is 0
    And standard error says "bugcapture: kept as .bugcapture/proofs/7-"
    When "behave" runs
    And "bugcapture history import" runs
    And "bugcapture report ledger --format json" runs
    Then the exit code is 0
    And the JSON of "standard output" has the schema "bugcapture.report-ledger/1"
    And the page tells of bug 7
      | what          | value                                      |
      | state         | guarded                                    |
      | verdict       | passed                                     |
      | reproduced    | 1 of 1                                     |
      | proof         | PROVEN                                     |
      | first failure | AssertionError: the total is 4, expected 7 |
      | changes       | expected_failure, passed                   |
      | burndown      | 1, 0, 0                                    |

  Scenario: The page is one file
    When "bugcapture report ledger --output ledger.html" runs
    Then the exit code is 0
    And standard output is empty
    And standard error says "bugcapture: 1 bug in ledger.html"
    And the page "ledger.html" has a section for bug 7
    And the page "ledger.html" loads nothing

  Scenario: What is missing is told, and what to run
    Given the variable BUGCAPTURE_EVIDENCE_DIR is not set
    When "bugcapture report ledger --output ledger.html" runs
    Then standard error says the lines
      """
      bugcapture: history: There is no history here yet. `bugcapture history import`
      bugcapture: proofs: No proof was kept. `bugcapture prove N --keep`
      bugcapture: evidence: No folder for evidence is set. `BUGCAPTURE_EVIDENCE_DIR=build/evidence bugcapture run`
      """

  Scenario: Nothing of the project is executed
    Given the environment file notes every start
    When "bugcapture report ledger --output ledger.html" runs
    Then the exit code is 0
    And there is no file "imported"

  Scenario Outline: What cannot be done is a clear error
    When "bugcapture report ledger <arguments>" runs
    Then the exit code is 2
    And standard output is empty
    And standard error says "<error>"

    Examples:
      | arguments                         | error                                              |
      | nowhere                           | no such file or folder: nowhere                    |
      | --proofs nowhere                  | no such file or folder: nowhere                    |
      | --store nowhere.sqlite            | there is no history here yet                       |
      | --since soon                      | 'soon' is no date                                  |
      | --issue-url https://example.org/7 | has no {number} in it                              |
      | --issue-url javascript:{number}   | is no address that begins with https:// or http:// |
      | --output nowhere/ledger.html      | cannot be written                                  |
