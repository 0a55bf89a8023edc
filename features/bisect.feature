Feature: bugcapture bisect finds the commit that brought a bug in

  Background:
    Given a shop that is tested with Behave and bugcapture
    And in the shop the total is right
    And the project has a history
    And 2 more commits change something else
    And in the shop the total forgets the first item
    And somebody commits "refactor: count faster"
    And 3 more commits change something else
    And bug 991 is captured
    And somebody commits "test: capture 991"

  Scenario: The test of today is asked about the past
    When "bugcapture bisect 991" runs
    Then the exit code is 0
    And standard output says "bug 991 came with"
    And standard output says "refactor: count faster"

  Scenario: A bug that is fixed already is looked for before the fix
    Given in the shop the total is right
    And somebody commits "fix: count all"
    When "bugcapture bisect 991" runs
    Then the exit code is 1
    And standard error says "name a revision that has it: --bad REV"
    When "bugcapture bisect 991 --bad HEAD~1" runs
    Then the exit code is 0
    And standard output says "refactor: count faster"
