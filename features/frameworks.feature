Feature: A captured bug means the same in Behave, Robot Framework and pytest

  Background:
    Given a shop that is tested with Behave and bugcapture
    And in the shop the total forgets the first item
    And the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug @tdd_bug_991 @tdd_expected_fail
        Scenario: Every item counts
          Fails with: AssertionError: the total is 4

          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And the file "suites/cart.robot"
      """
      *** Settings ***
      Library    ../shop.py

      *** Test Cases ***
      Every Item Counts
          [Documentation]    Fails with: AssertionError: 4 != 7
          [Tags]    Tdd Bug    Tdd Bug 991    Tdd Expected Fail
          ${prices} =    Evaluate    [3, 4]
          ${total} =    Total    ${prices}
          Should Be Equal As Integers    ${total}    7
      """
    And the file "tests/test_cart.py"
      """
      import pytest
      import shop


      @pytest.mark.tdd_bug(991)
      @pytest.mark.tdd_expected_fail(match="assert 4 == 7")
      def test_every_item_counts():
          assert shop.total([3, 4]) == 7
      """
    And the file "pyproject.toml"
      """
      [tool.pytest.ini_options]
      pythonpath = ["."]

      [tool.bugcapture]
      assume_wired = ["robot"]
      """

  Scenario: While the bug is open every framework is green
    When "behave" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed"
    When "python -m robot --listener bugcapture.robot.Listener --outputdir build suites" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed"
    When "python -m pytest" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed"
    And "bugcapture check" runs with exit code 0
    And "bugcapture evidence check" runs with exit code 0

  Scenario: One run judges all of them, and every capture leaves a record
    When "bugcapture run" runs
    Then the exit code is 0
    And standard output says "#991  expected_failure  behave     features/cart.feature:4  Every item counts"
    And standard output says "#991  expected_failure  pytest     tests/test_cart.py:5     test_every_item_counts"
    And standard output says "#991  expected_failure  robot      suites/cart.robot:5      Every Item Counts"
    And the run ends with "bugcapture: 3 expected failures (#991), 0 look fixed, 0 wrong, 0 regressed"
    And "bugcapture evidence check" runs with exit code 0

  Scenario: The day the bug is gone all are red, one command graduates them, and they guard the fix
    Given in the shop the total is right
    When "bugcapture run" runs with exit code 1
    Then the run ends with "bugcapture: 0 expected failures, 3 look fixed (#991), 0 wrong, 0 regressed"
    When "bugcapture graduate 991" runs
    Then the exit code is 0
    And standard output is
      """
      features/cart.feature:3: removed @tdd_expected_fail
      suites/cart.robot:7: removed tdd_expected_fail
      tests/test_cart.py:6: removed tdd_expected_fail
      """
    And the file "tests/test_cart.py" is now
      """
      import pytest
      import shop


      @pytest.mark.tdd_bug(991)
      def test_every_item_counts():
          assert shop.total([3, 4]) == 7
      """
    And "bugcapture run" runs with exit code 0
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed"
    When in the shop the total forgets the first item
    Then "bugcapture run" runs with exit code 1
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 3 regressed (#991)"

  Scenario: A failure for another reason is red in each of them
    Given in the shop the total breaks down
    When "bugcapture run" runs with exit code 1
    Then the run ends with "bugcapture: 0 expected failures, 0 look fixed, 3 wrong (#991), 0 regressed"

  Scenario: The ledger knows the tests of all frameworks
    When "bugcapture list" runs
    Then standard output is
      """
      BUG   STATE     FRAMEWORK  WHERE                    TEST
      #991  captured  behave     features/cart.feature:4  Every item counts
      #991  captured  robot      suites/cart.robot:5      Every Item Counts
      #991  captured  pytest     tests/test_cart.py:5     test_every_item_counts
      """
