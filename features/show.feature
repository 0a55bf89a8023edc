Feature: bugcapture show tells all that is known of one bug

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug @tdd_bug_991 @tdd_issue @tdd_issue_1002 @tdd_expected_fail
        Scenario: Every item counts
          Fails with: AssertionError: the total is \d+

          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7

        @tdd_bug @tdd_bug_991
        Scenario: Guarded already
          Given all is well
      """

  Scenario: Without a repository and without evidence the sources speak
    When "bugcapture show 991" runs
    Then the exit code is 0
    And standard output is
      """
      bug 991: captured, 2 tests

      features/cart.feature:4: captured, behave
        Every item counts
        tags:    tdd_bug tdd_bug_991 tdd_issue tdd_issue_1002 tdd_expected_fail
        expects: AssertionError: the total is \d+
        switch:  features/cart.feature:3
        since:   not committed
        last:    no evidence

      features/cart.feature:12: guarded, behave
        Guarded already
        tags:    tdd_bug tdd_bug_991
        since:   not committed
        last:    no evidence
      """
    And bugcapture says nothing

  Scenario: The age is that of the line with the switch, whatever was committed later
    Given the project is a git repository since 40 days
    And the file "features/other.feature" was committed 3 days ago
    When "bugcapture show 991" runs
    Then the exit code is 0
    And standard output says "bug 991: captured since"
    And standard output says "(40 days), 2 tests"
    When "bugcapture list" runs
    Then standard output says "#991   captured  40 days  behave     features/cart.feature:4   Every item counts"

  Scenario: The last verdict comes from the evidence
    Given in the shop the total forgets the first item
    When "behave" runs
    And "bugcapture show 991" runs
    Then standard output says "last:    expected_failure on 20"
    And standard output says "last:    passed on 20"
    When "bugcapture show 991 --format json" runs
    Then the JSON of "standard output" has the schema "bugcapture.show/1"
    And the verdicts of the tests of bug 991 are "expected_failure, passed"
    When "bugcapture list" runs
    Then standard output says "captured  expected_failure  behave"

  Scenario: Evidence that cannot be read is named, and the rest is shown
    Given the bytes of "../torn.jsonl" are "{half a rec"
    And the variable BUGCAPTURE_EVIDENCE_DIR is ".."
    When "bugcapture show 1002" runs
    Then the exit code is 0
    And standard output says "bug 1002: captured, 1 test"
    And standard error says "torn.jsonl:1: "

  Scenario Outline: What is not there is a clear error
    When "bugcapture show <arguments>" runs
    Then the exit code is 2
    And standard output is empty
    And standard error says "<error>"

    Examples:
      | arguments      | error                            |
      | 5              | no test here belongs to bug 5    |
      | x              | 'x' is no bug number             |
      | 991 nowhere    | no such file or folder: nowhere  |
