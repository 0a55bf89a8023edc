Feature: A test can declare the failure that its bug causes

  "Fails with: <Type>[: <regex>]" and "Fails at: <step>" stand in the description, where people read them.
  Without them, a failed assertion in a Then step is the expected failure.

  Background:
    Given a shop that is tested with Behave and bugcapture

  Scenario: The type is declared: by bare or dotted name, base classes count, and a When may fail
    Given the file "features/types.feature"
      """
      @tdd_bug @tdd_bug_7 @tdd_expected_fail
      Feature: Types

        Scenario: the type itself
          Fails with: KeyError
          When the till raises KeyError "price"

        Scenario: a base class
          Fails with: LookupError
          Then the till raises KeyError "price"

        Scenario: the program's own type, dotted
          Fails with: shop.LateOrderError
          When the till raises LateOrderError "too late"

        Scenario: a base class, dotted
          Fails with: builtins.LookupError
          When the till raises LateOrderError "too late"

        Scenario: another type
          Fails with: KeyError
          Then the till raises ValueError "price"

        Scenario: another module
          Fails with: till.LateOrderError
          Then the till raises LateOrderError "too late"

        Scenario: an assertion when another type is declared
          Fails with: KeyError
          Then the till claims "price"

        Scenario: a declared assertion in a When
          Fails with: AssertionError
          When the till claims "price"

        Scenario: set-up, whatever is declared
          Fails with: KeyError
          Given the till raises KeyError "price"

        Scenario: an undefined step, whatever is declared
          Fails with: StepNotImplementedError
          Then nobody knows what

        Scenario: the text around it does not matter
          This bug was met on a Monday.
          fails  WITH :  KeyError
          It was met again on a Tuesday.

          When the till raises KeyError "price"
      """
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario                                   | verdict          | reason                                      |
      | the type itself                            | expected_failure |                                             |
      | a base class                               | expected_failure |                                             |
      | the program's own type, dotted             | expected_failure |                                             |
      | a base class, dotted                       | expected_failure |                                             |
      | another type                               | wrong_failure    | ValueError is not the declared KeyError     |
      | another module                             | wrong_failure    | is not the declared till.LateOrderError     |
      | an assertion when another type is declared | wrong_failure    | AssertionError is not the declared KeyError |
      | a declared assertion in a When             | expected_failure |                                             |
      | set-up, whatever is declared               | wrong_failure    | set-up is never                             |
      | an undefined step, whatever is declared    | wrong_failure    | is undefined                                |
      | the text around it does not matter         | expected_failure |                                             |

  Scenario: The message is declared as a regular expression
    Given the file "features/messages.feature"
      """
      @tdd_bug @tdd_bug_7 @tdd_expected_fail
      Feature: Messages

        Scenario: found anywhere in the message
          Fails with: AssertionError: \d+ engines
          Then the till claims "there were 12 engines at least"

        Scenario: anchored
          Fails with: AssertionError: ^12 engines$
          Then the till claims "there were 12 engines"

        Scenario: another message
          Fails with: AssertionError: \d+ engines
          Then the till claims "no engine"

        Scenario: colons belong to the expression
          Fails with: AssertionError: expected: 7
          Then the till claims "expected: 7"

        Scenario Outline: values of a row stand for themselves (<text>)
          Fails with: AssertionError: costs <text>!
          Then the till claims "it costs <text>!"

          Examples:
            | text |
            | 3.50 |
            | (3   |
      """
    When "behave" runs
    Then the exit code is 1
    And the run ends with "bugcapture: 4 expected failures (#7), 0 look fixed, 2 wrong (#7), 0 regressed"
    And the verdicts are
      | scenario                                            | verdict          | reason         |
      | found anywhere in the message                       | expected_failure |                |
      | anchored                                            | wrong_failure    | does not match |
      | another message                                     | wrong_failure    | does not match |
      | colons belong to the expression                     | expected_failure |                |
      | values of a row stand for themselves (3.50) -- @1.1 | expected_failure |                |
      | values of a row stand for themselves ((3) -- @1.2   | expected_failure |                |

  Scenario: The place is declared: one step may fail, and no other
    Given the file "features/places.feature"
      """
      @tdd_bug @tdd_bug_7 @tdd_expected_fail
      Feature: Places

        Scenario: as it stands there
          Fails at: Then the till claims "no money"
          Then the till claims "no money"

        Scenario: by the keyword that And stands for
          Fails at: then the till claims "no money"
          Then all is well
          And the till claims "no money"

        Scenario: a When may be named
          Fails at: When the till claims "no money"
          When the till claims "no money"

        Scenario: another step fails
          Fails at: Then all is well
          Then the till claims "no money"
          And all is well

        Scenario: type and place together
          Fails with: KeyError
          Fails at: When the till raises KeyError "price"
          When the till raises KeyError "price"
          Then all is well
      """
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario                           | verdict          | reason        |
      | as it stands there                 | expected_failure |               |
      | by the keyword that And stands for | expected_failure |               |
      | a When may be named                | expected_failure |               |
      | another step fails                 | wrong_failure    | another place |
      | type and place together            | expected_failure |               |

  Scenario: The nearest declaration wins, each kind for itself
    Given the file "features/nearest.feature"
      """
      @tdd_bug @tdd_bug_7 @tdd_expected_fail
      Feature: Nearest
        Fails with: KeyError

        Scenario: the feature's
          Then the till raises KeyError "price"

        Scenario: its own
          Fails with: ValueError
          Then the till raises ValueError "price"

        Scenario: its own only
          Fails with: ValueError
          Then the till raises KeyError "price"

        Scenario: its own place and the feature's type
          Fails at: Then the till raises KeyError "price"
          Then the till raises KeyError "price"

        Rule: stricter
          Fails with: KeyError: late

          Scenario: the rule's
            Then the till raises KeyError "too late"

          Scenario: the rule's only
            Then the till raises KeyError "price"
      """
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario                             | verdict          |
      | the feature's                        | expected_failure |
      | its own                              | expected_failure |
      | its own only                         | wrong_failure    |
      | its own place and the feature's type | expected_failure |
      | the rule's                           | expected_failure |
      | the rule's only                      | wrong_failure    |

  Scenario: A declaration says nothing about a test without the switch
    Given the file "features/guard.feature"
      """
      @tdd_bug @tdd_bug_7
      Feature: Guard

        Scenario: it fails as it once did
          Fails with: KeyError
          Then the till raises KeyError "price"

        Scenario: it passes
          Fails with: KeyError
          Then all is well
      """
    When "behave" runs
    Then the exit code is 1
    And the verdicts are
      | scenario                | verdict   |
      | it fails as it once did | regressed |
      | it passes               | passed    |

  Scenario: What cannot be a declaration is told, with its line
    Given the file "features/broken.feature"
      """
      Feature: Broken

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: One
          Fails with:
          Fails at: Then all is well
          Fails at: Then all is well
          Then all is well

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: Two
          Fails with: KeyboardInterrupt
          Fails at: Given all is well
          Given all is well

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: Three
          Fails with: 3 errors
          Then all is well
      """
    When "bugcapture check --format=json" runs
    Then the exit code is 1
    And the check finds
      | where                      | rule | message                   |
      | features/broken.feature:5  | F1   | empty 'Fails with:' line  |
      | features/broken.feature:7  | F1   | two 'Fails at:' lines     |
      | features/broken.feature:12 | F1   | can never be the expected |
      | features/broken.feature:13 | F2   | names a Given step        |
      | features/broken.feature:18 | F1   | does not start with       |
