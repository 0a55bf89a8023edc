Feature: bugcapture stale compares the tags with the issue tracker

  The only command that uses the network. It reads issues, changes nothing, and runs nothing of the project.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the issues of the shop are kept at GitHub
    And bug 7 is captured

  Scenario: An open issue and a test that expects its bug agree
    Given issue 7 is open: "The cart forgets an item"
    When "bugcapture stale" runs
    Then the exit code is 0
    And standard output is empty
    And the run ends with "bugcapture: 1 bug compared with octo/shop at 127.0.0.1 (2 requests): 0 errors, 0 warnings"

  Scenario Outline: S1 - the issue is closed, and the test still expects its bug
    Given issue 7 is open: "The cart forgets an item"
    And issue 7 was closed as <reason>
    When "bugcapture stale --format=json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | message  |
      | features/cart.feature:3 | S1   | <advice> |

    Examples:
      | reason      | advice                                        |
      | fixed       | `bugcapture graduate 7`, else reopen it       |
      | not planned | remove the test, or reopen it                 |
      | duplicate   | give the test the number of the other issue   |

  Scenario: A guarded bug whose issue is closed is done
    Given bug 7 is guarded
    And issue 7 was closed as fixed
    When "bugcapture stale" runs
    Then the exit code is 0
    And standard output is empty

  Scenario: S2 - a bug was fixed, and no test guards it
    Given issue 7 is open: "The cart forgets an item"
    And issue 8 with the label "bug" was closed as fixed on 2026-02-01
    And issue 9 with the label "bug" was closed as not planned on 2026-02-01
    And issue 10 with the label "bug" was closed as duplicate on 2026-02-01
    And issue 11 with the label "feature" was closed as fixed on 2026-02-01
    When "bugcapture stale --format=json" runs
    Then the exit code is 1
    And the check finds
      | where          | rule | message                                             |
      | pyproject.toml | S2   | tag the test that guards it @tdd_bug @tdd_bug_8     |
    When "bugcapture stale --since=2026-02-02" runs
    Then the exit code is 0
    When "bugcapture stale --ignore=S2" runs
    Then the exit code is 0

  Scenario: S3 - the number is no issue
    Given the file "features/more.feature"
      """
      Feature: More

        @tdd_bug @tdd_bug_12
        Scenario: Guarded
          Given all is well
      """
    And 12 is a pull request: "Count every item"
    When "bugcapture stale --format=json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | message                                                     |
      | features/cart.feature:4 | S3   | there is no issue 7: it was deleted, it may not be seen, or |
      | features/more.feature:4 | S3   | 12 is no issue but a pull or merge request "Count every it  |

  Scenario: S4 - an open issue whose tests pass can be closed
    Given issue 7 is open: "The cart forgets an item"
    And bug 7 is guarded
    When "bugcapture stale --format=json" runs
    Then the exit code is 0
    And the check finds
      | where                   | rule | severity | message                                            |
      | features/cart.feature:4 | S4   | warning  | is not known, because there is no evidence that it |
    Given in the shop the total is right
    And "behave" runs
    When "bugcapture stale --format=json" runs
    Then the exit code is 0
    And the check finds
      | where                   | rule | severity | message                                                        |
      | features/cart.feature:4 | S4   | warning  | its 1 test passed without the switch: it is ready to be closed |
    Given in the shop the total forgets the first item
    And "behave" runs
    When "bugcapture stale" runs
    Then the exit code is 0
    And standard output is empty

  Scenario: A tracker that is down fails the check, unless the policy is to warn
    Given the tracker is down
    When "bugcapture stale" runs
    Then the exit code is 1
    And standard output says "pyproject.toml: S0 nothing was compared: 127.0.0.1 failed with status 503: back at noon"
    When "bugcapture stale --policy=warn" runs
    Then the exit code is 0
    And standard output says "failed with status 503: back at noon"

  Scenario: Offline, the answers are those of the last time
    Given issue 7 was closed as fixed
    When "bugcapture stale --offline --rule=S1" runs
    Then the exit code is 1
    And standard output says "S0 nothing is known of issue 7 offline"
    And the tracker was not asked
    When "bugcapture stale" runs with exit code 1
    And the tracker is down
    And "bugcapture stale --offline" runs
    Then the exit code is 1
    And standard output says "features/cart.feature:3: S1 issue 7"
    And standard error says "(offline, as of less than a minute ago)"

  Scenario: A private repository needs a token, which nobody gets to see
    Given issue 7 is open: "The password is s3cret-t0ken"
    And issue 7 was closed as fixed
    And the tracker only answers those who show a token
    When "bugcapture stale" runs
    Then the exit code is 1
    And standard output says "has no repository octo/shop that a stranger may see"
    And standard output says "GITHUB_TOKEN or GH_TOKEN, with the permission `issues: read`"
    Given the variable GITHUB_TOKEN is "s3cret-t0ken"
    When "bugcapture stale" runs
    Then the exit code is 1
    And standard output says "S1 issue 7 "The password is ***" was closed as fixed"
    And nobody can read the token

  Scenario Outline: Other forges tell less, and labels tell the rest
    Given the issues of the shop are kept at <forge>
    And issue 7 was closed as fixed
    And issue 8 with the label "bug" was closed as fixed on 2026-02-01
    And issue 9 with the label "bug" was closed as not planned on 2026-02-01
    When "bugcapture stale --format=json" runs
    Then the exit code is 1
    And the check finds
      | where                   | rule | message                     |
      | features/cart.feature:3 | S1   | was closed on 2026-01-01    |
      | pyproject.toml          | S2   | issue 8 "The cart forgets   |

    Examples:
      | forge   |
      | GitLab  |
      | Forgejo |

  Scenario: Nothing tells where the issues are
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      """
    When "bugcapture stale --policy=warn" runs
    Then the exit code is 2
    And standard error says "nothing tells where the issues are: there is no git remote origin"
    And the tracker was not asked
