Feature: The life of a captured bug

  A bug is captured by a test that fails because of it and carries the switch @tdd_expected_fail. The run
  says green as long as the test fails for its bug, and red in every other case. When the switch is gone the
  test guards the fix.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And bug 7 is captured

  Scenario: While the bug is open the run is green, in every report
    When "behave" runs
    Then the exit code is 0
    And every report says that "Every item counts" passed
    And Behave counts "1 scenario passed, 0 failed, 0 skipped"
    And the run ends with "bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed"
    And the verdicts are
      | scenario          | verdict          | reason                                     |
      | Every item counts | expected_failure | AssertionError: the total is 4, expected 7 |

  Scenario: The day the bug is fixed the run is red and says what to do
    Given in the shop the total is right
    When "behave" runs
    Then the exit code is 1
    And every report says that "Every item counts" failed
    And standard error says the lines
      """
      bugcapture: features/cart.feature:4: bug 7 looks fixed: "Every item counts" passed although it carries @tdd_expected_fail (features/cart.feature:3)
      run `bugcapture graduate 7`: it removes that one tag; the number tags stay, the test is the regression test from now on
      bugcapture: 0 expected failures, 1 look fixed (#7), 0 wrong, 0 regressed
      """

  Scenario: Fix, graduate, and the test guards the fix
    Given in the shop the total is right
    When "bugcapture graduate 7" runs with exit code 0
    Then "behave" runs with exit code 0
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed"
    When in the shop the total forgets the first item
    Then "behave" runs with exit code 1
    And every report says that "Every item counts" failed
    And standard error says "features/cart.feature:4: bug 7 is back"
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 1 regressed (#7)"

  Scenario: Another failure than the captured one is red, and the text holds the line that would declare it
    Given in the shop the total breaks down
    When "behave" runs
    Then the exit code is 1
    And standard error says "features/cart.feature:4: wrong failure"
    And standard error says "Fails with: KeyError: 'price'"
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 1 wrong (#7), 0 regressed"
    When somebody pastes the suggested line under "Scenario: Every item counts"
    Then "behave" runs with exit code 0
    And the verdicts are
      | scenario          | verdict          |
      | Every item counts | expected_failure |

  Scenario: What is never the expected failure
    Given the file "features/never.feature"
      """
      @tdd_bug @tdd_bug_8 @tdd_expected_fail
      Feature: Never

        Scenario: a Given
          Given the till claims "no money"
          Then all is well

        Scenario: a When
          When the till claims "no money"

        Scenario: an error in a Then
          Then the till raises KeyError "no money"

        Scenario: an undefined step
          Then nobody knows what

        Scenario: a pending step
          Then the till is not built yet

        Scenario: a timeout
          Then the till answers too late

        Scenario: an error in a nested step
          Then the clerk does: Then the till raises KeyError "no money"

        Scenario: a cleanup
          Given the till cannot be closed
          Then all is well

        Scenario: a later step that is undefined
          Then the till claims "no money"
          And nobody knows what

        Scenario: a failed assertion in a nested step is one in the Then
          Then the clerk does: Then the till claims "no money"

        Scenario: an And after a Then is one as well
          Then all is well
          And the till claims "no money"
      """
    When "behave features/never.feature" runs
    Then the exit code is 1
    And the verdicts are
      | scenario                                               | verdict          | reason            |
      | a Given                                                | wrong_failure    | given step failed |
      | a When                                                 | wrong_failure    | when step failed  |
      | an error in a Then                                     | wrong_failure    | KeyError          |
      | an undefined step                                      | wrong_failure    | is undefined      |
      | a pending step                                         | wrong_failure    | is pending        |
      | a timeout                                              | wrong_failure    | timeout           |
      | an error in a nested step                              | wrong_failure    | KeyError          |
      | a cleanup                                              | wrong_failure    | cleanup           |
      | a later step that is undefined                         | wrong_failure    | is undefined      |
      | a failed assertion in a nested step is one in the Then | expected_failure |                   |
      | an And after a Then is one as well                     | expected_failure |                   |
    And every report says that "a Given" failed
    And every report says that "a cleanup" failed
    And the run ends with "bugcapture: 2 expected failures (#8), 0 look fixed, 9 wrong (#8), 0 regressed"

  Scenario: A failing hook is never the expected failure
    Given the environment file also holds
      """
      def after_scenario(context, scenario):
          raise RuntimeError("the printer is on fire")
      """
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario          | verdict       | reason |
      | Every item counts | wrong_failure | hook   |

  Scenario: A captured test that is skipped, filtered out or only shown says nothing about its bug
    Given the file "features/closed.feature"
      """
      Feature: Closed

        @tdd_issue @tdd_issue_9 @tdd_expected_fail
        Scenario: Skipped by a step
          Given the shop is closed today
          Then the till claims "no money"

        @skip @tdd_issue @tdd_issue_9 @tdd_expected_fail
        Scenario: Skipped by its tag
          Then the till claims "no money"
      """
    When "behave features/closed.feature --tags=not\ @skip" runs
    Then the exit code is 0
    And the run ends with "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed, 1 not run"
    And there is no evidence
    When "behave --dry-run" runs with exit code 0
    Then there is no evidence

  Scenario: Failures around a captured bug stay red
    Given the file "features/other.feature"
      """
      Feature: Other

        Scenario: Not captured
          Then the till claims "no money"
      """
    When "behave" runs
    Then the exit code is 1
    And every report says that "Every item counts" passed
    And every report says that "Not captured" failed
    And the run ends with "bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: A run without captured tests is not spoken to
    Given the file "features/cart.feature"
      """
      Feature: The cart

        @slow
        Scenario: Nothing captured
          Then all is well
      """
    When "behave" runs
    Then the exit code is 0
    And bugcapture says nothing
    And there is no evidence

  Scenario: The raw mode shows what is behind the verdict
    Given the variable BUGCAPTURE_RAW is "1"
    When "behave" runs
    Then the exit code is 1
    And every report says that "Every item counts" failed
    And the run ends with "bugcapture: raw run (BUGCAPTURE_RAW is set): 1 captured test ran, nothing was inverted"
    When in the shop the total is right
    Then "behave" runs with exit code 0
    And every report says that "Every item counts" passed

  Scenario: Python without assertions is refused
    When "python -O -m behave" runs
    Then the exit code is 1
    And standard error says "python -O removes every assert"
    And there is no evidence

  Scenario Outline: The adapter can also be named as the runner
    Given the shop does not install bugcapture
    And the file "<file>"
      """
      <heading>
      runner = <value>
      """
    When "behave <option>" runs
    Then the exit code is 0
    And every report says that "Every item counts" passed

    Examples:
      | file           | heading       | value                      | option                            |
      | notes.txt      |               |                            | --runner=bugcapture.behave:Runner |
      | behave.ini     | [behave]      | bugcapture.behave:Runner   |                                   |
      | pyproject.toml | [tool.behave] | "bugcapture.behave:Runner" |                                   |

  Scenario: A bug of every row of an outline, and of one table only
    Given the file "features/rows.feature"
      """
      Feature: Rows

        Scenario Outline: Sum of <prices>
          Given a cart with the prices <prices>
          When the cart is totalled
          Then the total is <total>

          Examples: right by luck
            | prices | total |
            | 0, 4   | 4     |

          @tdd_bug @tdd_bug_<bug> @tdd_expected_fail
          Examples: forgotten
            | prices | total | bug |
            | 3, 4   | 7     | 11  |
            | 1, 1   | 2     | 12  |
      """
    When "behave features/rows.feature" runs
    Then the exit code is 0
    And the run ends with "bugcapture: 2 expected failures (#11, #12), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: A race is captured with the race steps, and its fix is seen
    Given the file "features/steps/more_steps.py"
      """
      from bugcapture.behave.steps import race  # noqa: F401
      """
    And the file "till.py"
      """
      def open_drawer():
          return object()


      class Till:
          drawer = None

          def get_drawer(self):
              if self.drawer is None:
                  self.drawer = open_drawer()
              return self.drawer
      """
    And the file "features/till.feature"
      """
      Feature: The till

        @tdd_bug @tdd_bug_21 @tdd_expected_fail
        Scenario: Two clerks open one drawer
          Given an object from "till:Till"
          When 2 threads race through "get_drawer" meeting at "till.open_drawer"
          Then only 1 thread went through the meeting point

        @tdd_bug @tdd_bug_22 @tdd_expected_fail
        Scenario: Two clerks use different drawers
          Given an object from "till:Till"
          When 2 threads race through "get_drawer" meeting at "till.open_drawer"
          Then every thread got the same result and none raised
      """
    When "behave features/till.feature" runs
    Then the exit code is 0
    And the run ends with "bugcapture: 2 expected failures (#21, #22), 0 look fixed, 0 wrong, 0 regressed"
    When somebody writes "till.py"
      """
      import threading

      LOCK = threading.Lock()


      def open_drawer():
          return object()


      class Till:
          drawer = None

          def get_drawer(self):
              with LOCK:
                  if self.drawer is None:
                      self.drawer = open_drawer()
              return self.drawer
      """
    Then "behave features/till.feature" runs with exit code 1
    And the run ends with "bugcapture: 0 expected failures, 2 look fixed (#21, #22), 0 wrong, 0 regressed"
