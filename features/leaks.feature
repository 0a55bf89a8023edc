Feature: leaks names the scenarios that leave something behind

  What a scenario leaves to those that follow makes them pass or fail for a wrong reason. Hooks and fixtures of a
  feature, and cleanups of the scenario, are no leaks.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "features/steps/price_steps.py"
      """
      import os
      from behave import given, use_fixture

      def price(context):
          os.environ["PRICE"] = "3"
          yield
          del os.environ["PRICE"]

      @given("a price in the environment")
      def leave_price(context):
          os.environ["PRICE"] = "3"

      @given("a price in the environment that is taken back")
      def use_price(context):
          use_fixture(price, context)
      """
    And the file "features/price.feature"
      """
      Feature: Prices
        Scenario: Careful
          Given a price in the environment that is taken back
        Scenario: Careless
          Given a price in the environment
        Scenario: Careless, and nobody sees it
          Given a price in the environment
      """

  Scenario: The scenario is named, and the run stays green
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      leaks = "warn"
      """
    When "behave" runs
    Then the exit code is 0
    And standard error says the lines
      """
      bugcapture: left behind:
        features/price.feature:4 Scenario: Careless
          the variable PRICE is set
      bugcapture: 1 scenario left something behind
      """

  Scenario: The scenario fails
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      leaks = "error"
      """
    When "behave" runs
    Then the exit code is 1
    And standard output says "features/price.feature:4  Careless"
    And standard output says "2 scenarios passed, 1 failed, 0 skipped"

  Scenario: A capture that leaks is no expected failure
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      leaks = "error"
      """
    And the file "features/price.feature"
      """
      Feature: Prices
        @tdd_bug @tdd_bug_991 @tdd_expected_fail
        Scenario: Every item counts
          Given a price in the environment
          And a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    When "behave" runs
    Then the exit code is 1
    And standard error says "the clean-up (left behind: the variable PRICE is set) failed"
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 1 wrong (#991), 0 regressed"

  Scenario: Nobody looks by default
    When "behave" runs
    Then the exit code is 0
    And bugcapture says nothing

  Scenario: A wrong setting is refused with its place
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      leaks = "loudly"
      """
    When "behave" runs
    Then the exit code is 1
    And standard error says "pyproject.toml:2: [tool.bugcapture] Invalid enum value 'loudly'"
