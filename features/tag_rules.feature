Feature: Broken tags stop the run before anything is executed

  All problems of all files are told at once, each with its place, whatever the tag filter selects, and
  `bugcapture check` tells the same without running anything.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the environment file notes every start

  Scenario Outline: <rule>: <tags>
    Given the file "features/cart.feature"
      """
      Feature: The cart

        <tags>
        Scenario: Every item counts
          Given a cart with the prices 3, 4
      """
    When "behave" runs
    Then the run is refused for
      | where                   | rule   | message   |
      | features/cart.feature:3 | <rule> | <message> |
    And the check tells the same

    Examples: a number tag needs its family tag
      | tags                             | rule | message                       |
      | @tdd_bug_5                       | T1   | @tdd_bug_5 needs @tdd_bug     |
      | @tdd_issue_5 @tdd_bug @tdd_bug_5 | T1   | @tdd_issue_5 needs @tdd_issue |

    Examples: a family tag needs a number tag
      | tags     | rule | message                     |
      | @tdd_bug | T2   | @tdd_bug needs a number tag |

    Examples: the switch needs a complete family
      | tags               | rule | message                         |
      | @tdd_expected_fail | T3   | needs @tdd_bug and a number tag |

    Examples: a tag that looks like one of ours
      | tags        | rule | message                    |
      | @tdd_isue_6 | T4   | did you mean @tdd_issue_6? |
      | @TDD_bug_5  | T4   | did you mean @tdd_bug_5?   |

    Examples: a malformed number
      | tags                              | rule | message         |
      | @tdd_bug @tdd_bug_1 @tdd_bug_12/3 | T5   | no valid number |

    Examples: the switch beside a retry or a native expected failure
      | tags                                              | rule | message                            |
      | @autoretry @tdd_bug @tdd_bug_5 @tdd_expected_fail | T6   | cannot be combined with @autoretry |
      | @tdd_bug @tdd_bug_5 @tdd_expected_fail @xfail     | T6   | two mechanisms                     |

  Scenario: All problems of all files at once, also in files and scenarios that the filter leaves out
    Given the file "features/a.feature"
      """
      @tdd_issue
      Feature: A

        Rule: inner

          @tdd_bugs_4
          Scenario: First
            Given all is well

        Scenario Outline: Row
          Given all is well

          @tdd_bug @tdd_bug_8 @tdd_bug_<n>
          Examples:
            | n    |
            | 3    |
            | 12/3 |
      """
    And the file "features/b.feature"
      """
      Feature: B

        @tdd_bug @tdd_bug_3
        Scenario: Right
          Given all is well

        @slow @tdd_bug_007
        Scenario: Wrong
          Given all is well
      """
    When "behave --tags=not\ @slow --tags=@nothing" runs
    Then the run is refused for
      | where                 | rule | message                            |
      | features/a.feature:1  | T2   | (in 3 scenarios, first at line 7)  |
      | features/a.feature:6  | T4   | @tdd_bugs_4                        |
      | features/a.feature:13 | T5   | @tdd_bug_<n> becomes @tdd_bug_12/3 |
      | features/b.feature:7  | T5   | @tdd_bug_007                       |
    And the check tells the same

  Scenario: A dry run and the runner option refuse as well
    Given the file "features/cart.feature"
      """
      @tdd_bug
      Feature: The cart

        Scenario: Every item counts
          Given all is well
      """
    When "behave --dry-run --runner=bugcapture.behave:Runner" runs
    Then the run is refused for
      | where                   | rule | message    |
      | features/cart.feature:1 | T2   | number tag |

  Scenario: A malformed declaration is refused like a bad tag
    Given the file "features/cart.feature"
      """
      Feature: The cart

        @tdd_bug @tdd_bug_5 @tdd_expected_fail
        Scenario: Every item counts
          Fails with: AssertionError: (
          Fails at: Then nothing of the kind

          Given all is well
      """
    When "behave" runs
    Then the run is refused for
      | where                   | rule | message                     |
      | features/cart.feature:5 | F1   | no valid regular expression |
      | features/cart.feature:6 | F2   | names no step               |
    And the check tells the same

  Scenario: A project asks for both families, and keeps a tag of its own
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      require = ["bug", "issue"]
      allow_tags = ["tdd_unit"]
      """
    And the file "features/cart.feature"
      """
      @tdd_unit
      Feature: The cart

        @tdd_bug @tdd_bug_5 @tdd_expected_fail
        Scenario: One family
          Then the till claims "no money"

        @tdd_bug @tdd_bug_5 @tdd_issue @tdd_issue_6 @tdd_expected_fail
        Scenario: Both
          Then the till claims "no money"
      """
    When "behave" runs
    Then the run is refused for
      | where                   | rule | message                       |
      | features/cart.feature:4 | T3   | needs @tdd_issue and a number |
    And the check tells the same

  Scenario: An unknown setting stops the run and the check
    Given bug 7 is captured
    And the file "pyproject.toml"
      """
      [tool.bugcapture]
      requires = ["bug"]
      """
    When "behave" runs
    Then the exit code is 1
    And standard error says "pyproject.toml:2: [tool.bugcapture] has an unknown key: requires"
    And there is no file "started"
    When "bugcapture check" runs
    Then the exit code is 2
    And standard error says "pyproject.toml:2: [tool.bugcapture] has an unknown key: requires"

  Scenario: Right tags of all kinds are left alone
    Given the file "features/cart.feature"
      """
      @slow @tddish @wip-2
      Feature: The cart

        @tdd_bug @tdd_bug_5 @tdd_bug_999999999999999999
        Scenario: Two bugs, guarded
          Given all is well

        @tdd_issue @tdd_issue_6
        Scenario Outline: Guarded <n>
          Given all is well

          @tdd_bug @tdd_bug_<n>
          Examples:
            | n |
            | 1 |
            | 2 |
      """
    When "behave" runs
    Then the exit code is 0
    And there is a file "started"
    When "bugcapture check --format=json" runs
    Then the exit code is 0
    And the check finds nothing
