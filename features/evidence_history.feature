Feature: How bugs fare over time

  One run says what a test did once. The history keeps the evidence of all runs, from all machines, and each record
  once.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured
    And the variable BUGCAPTURE_EVIDENCE_DIR is "evidence"

  Scenario: A bug from its capture to its guard
    When "behave" runs with exit code 0
    And "bugcapture history import" runs with exit code 0
    Then standard output is empty
    Given in the shop the total is right
    When "behave" runs with exit code 1
    And "bugcapture history import" runs with exit code 0
    And "bugcapture graduate 7" runs with exit code 0
    And "behave" runs with exit code 0
    And "bugcapture history import evidence" runs with exit code 0
    And "bugcapture history show 7 --format json" runs with exit code 0
    Then the history of bug 7 is "expected_failure, unexpected_pass, passed"
    And it was reproduced in 1 of 2 runs
    When "bugcapture history trend --by commit" runs with exit code 0
    Then standard error says "1 commit, 0 open captures at the end"

  Scenario: The same run counts once
    When "behave" runs with exit code 0
    And "bugcapture evidence merge --output all.jsonl" runs with exit code 0
    And "bugcapture history import evidence all.jsonl evidence" runs with exit code 0
    Then standard error says ": 1 new, 1 known"
    When "bugcapture history import" runs with exit code 0
    Then standard error says ": 0 new, 1 known"

  Scenario: A password in the settings is not told
    Given the file "pyproject.toml"
      """
      [tool.bugcapture.history]
      store = "postgresql://ci:geheim@127.0.0.1:1/bugs"
      """
    When "bugcapture history show" runs with exit code 2
    Then standard error says "postgresql://ci@127.0.0.1:1/bugs: cannot be used: "
    And nothing tells "geheim"
