Feature: bugcapture gate says what a pull request still has to show

  Background:
    Given a shop that is tested with Behave and bugcapture
    And in the shop the total forgets the first item
    And the project has a history

  Scenario: A branch that captures a bug
    Given somebody begins the branch "tdd/total"
    And the file "features/cart.feature"
      """
      Feature: The cart

        # This scenario captures bug #991.
        @tdd_bug @tdd_bug_991 @tdd_expected_fail
        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And somebody commits "test: add TDD bug-capture test for #991 — the total||The first item is forgotten."
    When "bugcapture gate" runs
    Then the exit code is 0
    And standard output says the lines
      """
      this branch captures bug 991
      pass reason      the test fails for the declared reason
      pass one-commit  the branch has one commit
      """

  Scenario: A branch that fixes it, without its proof
    Given bug 991 is captured
    And somebody commits "test: capture 991"
    And somebody begins the branch "fix/total"
    When "bugcapture graduate 991" runs
    And somebody commits "fix: nothing at all||ISSUES CLOSED: #991"
    And "bugcapture gate" runs
    Then the exit code is 1
    And standard output says "this branch fixes bug 991"
    And standard output says "fail proof"
    And standard output says "INCOMPLETE: the fix is not complete: the test is not green with it"

  Scenario: A branch that fixes it
    Given bug 991 is captured
    And somebody commits "test: capture 991"
    And somebody begins the branch "fix/total"
    And in the shop the total is right
    When "bugcapture graduate 991" runs
    And somebody commits "fix: count all||ISSUES CLOSED: #991"
    And "bugcapture gate --format markdown" runs
    Then the exit code is 0
    And standard output says "- [x] **proof** the tests are red without the fix and green with it: PROVEN"

  Scenario: A bug that was fixed and is there again
    Given the file "features/cart.feature"
      """
      Feature: The cart

        # This scenario guards bug #991.
        @tdd_bug @tdd_bug_991
        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And somebody commits "fix: count all"
    And somebody begins the branch "tdd/again"
    And the file "features/cart.feature"
      """
      Feature: The cart

        # This scenario captures bug #991.
        @tdd_bug @tdd_bug_991 @tdd_expected_fail
        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And somebody commits "test: add TDD bug-capture test for #991 — again||The first item is forgotten again."
    When "bugcapture gate" runs
    Then the exit code is 0
    And standard output says "this branch captures bug 991"

  Scenario: A branch whose tags are wrong
    Given somebody begins the branch "tdd/total"
    And the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug_0991
        Scenario: Every item counts
          Given a cart with the prices 3, 4
      """
    And somebody commits "test: the total"
    When "bugcapture gate" runs
    Then the exit code is 1
    And standard output says "this branch changes test files that are wrong, so its bug is not known"
    And standard output says "fail tags"

  Scenario: A branch about something else
    Given somebody begins the branch "docs"
    And 1 more commits change something else
    When "bugcapture gate" runs
    Then the exit code is 0
    And standard error says "no bug is captured or fixed"
