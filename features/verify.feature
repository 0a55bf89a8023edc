Feature: bugcapture verify says how often a bug shows itself, and whether always in the same way

  Background:
    Given a shop that is tested with Behave and bugcapture
    And in the shop the total forgets the first item
    And bug 991 is captured

  Scenario: A bug that shows itself in every run
    When "bugcapture verify 991 --runs 3" runs
    Then the exit code is 0
    And standard output says "as it is: 3/3 failed as expected (95 % interval 43.9 to 100.0 %)"
    And standard output says "3 x AssertionError: the total is 4, expected 7 in Then the total is 7"
    And standard output says "3 runs without an exception show a rate of at least 43.9 %, with 95 % confidence"

  Scenario: A bug that does not show itself
    Given in the shop the total is right
    When "bugcapture verify 991 --runs 2" runs
    Then the exit code is 1
    And standard output says "as it is: 0/2 failed as expected"
    And standard output says "2 x passed: the bug did not show itself"

  Scenario: With a share that is asked for, it stops when that is out of reach
    Given in the shop the total is right
    When "bugcapture verify 991 --runs 50 --require 100" runs
    Then the exit code is 1
    And standard output says "as it is: 0/1 failed as expected"
    And standard output says "stopped: 100 % of 50 runs cannot be reached any more"

  Scenario: What was recorded is compared with what happens later
    When "bugcapture verify 991 --runs 1 --record" runs
    Then the exit code is 0
    And there is a file "bugcapture.lock"
    When "bugcapture run 991" runs
    Then the exit code is 0
    Given the file "shop.py"
      """
      def total(prices):
          return 0
      """
    When "bugcapture run 991" runs
    Then the exit code is 0
    And standard output says "#991 fails, but differently since it was recorded"
    When "bugcapture verify 991 --runs 1" runs
    Then the exit code is 1
