Feature: bugcapture check --ratchet lets no more bugs be captured than a project allows

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 991 is captured

  Scenario: One too many
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      max_captured = 0
      """
    When "bugcapture check --ratchet" runs
    Then the exit code is 1
    And standard output says "R1 1 bug is captured and not fixed (#991), and max_captured allows 0"
    When "bugcapture check" runs
    Then the exit code is 0

  Scenario: As many as are allowed, below a path
    Given the file "pyproject.toml"
      """
      [tool.bugcapture.budgets]
      "features" = 1
      """
    When "bugcapture check --ratchet" runs
    Then the exit code is 0
    And standard output is empty
