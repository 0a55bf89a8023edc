Feature: bugcapture prove shows that a fix makes the test green, and that the test was red without it

  The tests run in a checkout of where the branch began, with the branch's tests laid over, and in one of its head.
  Only red without the change, for the right reason, and green with it is a proof.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured
    And the project is a git repository
    And the branch "fix/7" begins

  Scenario: The fix takes the bug and the switch away
    Given in the shop the total is right
    And "bugcapture graduate 7" runs
    And everything is committed as "fix: count every item"
    And nobody changes a file from here on
    When "bugcapture prove 7" runs
    Then the exit code is 0
    And standard output says the lines
      """
      bug 7: PROVEN: red without the change, green with it
      FAIL_TO_PASS  features/cart.feature:4 Every item counts
      without  fail: AssertionError: the total is 4, expected 7 in Then the total is 7
      with     pass
      """
    And the run ends with "bugcapture: PROVEN: red without the change, green with it"
    And no file was changed
    And no checkout is left behind

  Scenario: The switch is still there
    Given in the shop the total is right
    And everything is committed as "fix: count every item"
    When "bugcapture prove 7" runs
    Then the exit code is 1
    And standard output says "bug 7: SWITCHED: the test still carries the switch: remove it with the fix"

  Scenario: The fix is not complete
    Given in the shop the total breaks down
    And "bugcapture graduate 7" runs
    And everything is committed as "fix: count every item"
    When "bugcapture prove 7" runs
    Then the exit code is 1
    And standard output says "bug 7: INCOMPLETE: the fix is not complete: the test is not green with it"

  Scenario Outline: A test that says nothing about the bug
    Given the file "features/more.feature"
      """
      Feature: More

        @tdd_bug @tdd_bug_8
        Scenario: Every item counts
          Given a cart with the prices <prices>
          When the cart is totalled
          Then <verification>
      """
    And in the shop the total is right
    And everything is committed as "fix: count every item"
    When "bugcapture prove 8" runs
    Then the exit code is 1
    And standard output says "<proof>"

    Examples:
      | prices | verification             | proof                                                              |
      | 0, 4   | the total is 4           | NOT_CAPTURED: the test does not capture the bug: it passes         |
      | 3, 4   | nobody has written this  | NOT_RUN_AT_BASE: not proven: the test could not run without the    |
      | 3, x   | the total is 7           | NOT_RUN_AT_BASE: not proven: the test could not run without the    |

  Scenario: Without a number, all that the branch tests
    Given the file "features/more.feature"
      """
      Feature: More

        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7

        Scenario: Nothing costs nothing
          Given a cart with the prices 0
          When the cart is totalled
          Then the total is 0
      """
    And in the shop the total is right
    And everything is committed as "fix: count every item"
    When "bugcapture prove" runs
    Then the exit code is 0
    And standard output says the lines
      """
      this branch: PROVEN: red without the change, green with it
      FAIL_TO_PASS  features/more.feature:3 Every item counts
      PASS_TO_PASS  features/more.feature:8 Nothing costs nothing
      """

  Scenario: A step that only the fix brings
    Given the file "features/steps/more_steps.py"
      """
      from behave import then
      from shop import count


      @then("{number:d} items are counted")
      def check(context, number):
          assert count(context.cart) == number
      """
    And the file "features/more.feature"
      """
      Feature: More

        @tdd_bug @tdd_bug_8
        Scenario: Every item is counted
          Given a cart with the prices 3, 4
          Then 2 items are counted
      """
    And the file "shop.py"
      """
      def total(prices):
          return sum(prices)


      count = len
      """
    And everything is committed as "fix: count every item"
    When "bugcapture prove 8" runs
    Then the exit code is 1
    And standard output says "NOT_RUN_AT_BASE"
    And standard error says "cannot import name 'count' from 'shop'"

  Scenario: What no test notices is no proven part of the fix
    Given the file "shop.py"
      """
      def total(prices):
          return sum(prices)


      class LateOrderError(KeyError):
          pass
      """
    And "bugcapture graduate 7" runs
    And everything is committed as "fix: count every item"
    When "bugcapture prove 7 --hunks" runs
    Then the exit code is 0
    And standard output says the lines
      """
      no test that proves the fix notices when these are taken back:
      shop.py:5
      """

  Scenario: The first test of bug 991 is refused, because no fix turns it green
    Given the audit service with bug 991 is a git repository
    And the branch "fix/991" begins
    And the file "features/audit_session_race.feature"
      """
      Feature: AuditService session race

        @tdd_bug @tdd_bug_991
        Scenario: Concurrent first use enters the creation branch once
          Given an audit service that was never used
          When 10 threads use the audit service for the first time at once
          Then the creation branch was entered 1 time
      """
    And the file "features/steps/session_race_steps.py"
      """
      import threading

      from behave import then, when


      @when("10 threads use the audit service for the first time at once")
      def use(context):
          barrier = threading.Barrier(10)
          context.entered = []

          def first_use():
              barrier.wait()
              saw_none = context.audit._sessions is None
              barrier.wait()
              try:
                  context.audit._ensure_session()
              except Exception:
                  saw_none = True
              if saw_none:
                  context.entered.append(threading.get_ident())

          threads = [threading.Thread(target=first_use) for _ in range(10)]
          for thread in threads:
              thread.start()
          for thread in threads:
              thread.join()


      @then("the creation branch was entered 1 time")
      def check(context):
          entered = len(context.entered)
          assert entered == 1, f"Engine-creation branch was entered {entered} time(s), expected exactly 1"
      """
    And the audit service is fixed
    And everything is committed as "fix: create the audit engine once (#991)"
    When "bugcapture prove 991" runs
    Then the exit code is 1
    And standard output says the lines
      """
      bug 991: INCOMPLETE: the fix is not complete: the test is not green with it
      FAIL_TO_FAIL  features/audit_session_race.feature:4 Concurrent first use enters the creation branch once
      without  fail: AssertionError: Engine-creation branch was entered 10 time(s), expected exactly 1 in Then the creation branch was entered 1 time
      with     fail: AssertionError: Engine-creation branch was entered 10 time(s), expected exactly 1 in Then the creation branch was entered 1 time
      """

  Scenario: The good test of bug 991 proves the fix
    Given the audit service with bug 991 is a git repository
    And the branch "fix/991" begins
    And the good test of bug 991
    And the audit service is fixed
    And everything is committed as "fix: create the audit engine once (#991)"
    When "bugcapture prove 991 --hunks" runs
    Then the exit code is 0
    And standard output says the lines
      """
      bug 991: PROVEN: red without the change, green with it
      FAIL_TO_PASS  features/audit/audit_session_race.feature:9 Concurrent first use creates one engine
      """
