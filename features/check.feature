Feature: bugcapture check finds what would go wrong, without running anything

  It reads feature files as Behave does and imports nothing of the project. Exit code 1 means that there is
  an error; warnings alone do not fail.

  Background:
    Given a shop that is tested with Behave and bugcapture

  Scenario: A project in order
    Given bug 7 is captured
    When "bugcapture check" runs
    Then the exit code is 0
    And standard output is empty
    And the run ends with "bugcapture: 1 test file, 1 tagged test of 1 bug: 0 errors, 0 warnings"

  Scenario: A project without captures
    Given the shop does not install bugcapture
    When "bugcapture check --format=json" runs
    Then the exit code is 0
    And the check finds nothing
    And the check counts 0 test files, 0 tagged tests and 0 bugs

  Scenario: Each format tells the same findings
    Given the file "features/100%, broken.feature"
      """
      Feature: Broken

        @tdd_bug_5
        Scenario: One
          Given all is well

        @tdd_expected_fail
        Scenario: Two
          Given all is well
      """
    When "bugcapture check --quiet" runs
    Then the exit code is 1
    And standard output is
      """
      features/100%, broken.feature:3: T1 @tdd_bug_5 needs @tdd_bug
      features/100%, broken.feature:7: T3 @tdd_expected_fail needs @tdd_bug and a number tag, such as @tdd_bug_991
      """
    When "bugcapture check --format=json" runs
    Then the exit code is 1
    And the JSON of "standard output" has the schema "bugcapture.check/1"
    And the check finds
      | where                           | rule | message                   |
      | features/100%, broken.feature:3 | T1   | @tdd_bug_5 needs @tdd_bug |
      | features/100%, broken.feature:7 | T3   | @tdd_expected_fail needs  |
    When "bugcapture check --quiet --format=github" runs
    Then the exit code is 1
    And standard output is
      """
      ::error file=features/100%25%2C broken.feature,title=bugcapture T1,line=3::@tdd_bug_5 needs @tdd_bug
      ::error file=features/100%25%2C broken.feature,title=bugcapture T3,line=7::@tdd_expected_fail needs @tdd_bug and a number tag, such as @tdd_bug_991
      """
    When "bugcapture check --format=sarif --output=findings.sarif" runs
    Then the exit code is 1
    And standard output is empty
    And the SARIF file "findings.sarif" holds
      | ruleId | level | uri                                 | startLine |
      | T1     | error | features/100%25%2C%20broken.feature | 3         |
      | T3     | error | features/100%25%2C%20broken.feature | 7         |

  Scenario: Only the named files and folders are checked
    Given bug 7 is captured
    And the file "features/wrong/cart.feature"
      """
      @tdd_bug
      Feature: Wrong
      """
    And the file "notes.txt"
      """
      Nothing to test
      """
    When "bugcapture check --format=json features/cart.feature" runs
    Then the exit code is 0
    And the check counts 1 test files, 1 tagged tests and 1 bugs
    When "bugcapture check --format=json features/wrong" runs
    Then the exit code is 1
    And the check finds
      | where                         | rule |
      | features/wrong/cart.feature:1 | T2   |
    When "bugcapture check nowhere" runs
    Then the exit code is 2
    And standard error says "no such file or folder: nowhere"
    When "bugcapture check notes.txt" runs
    Then the exit code is 2
    And standard error says "notes.txt: is no test file that bugcapture reads"
    When "bugcapture check --format=json shop.py" runs
    Then the exit code is 0
    And the check counts 0 test files, 0 tagged tests and 0 bugs

  Rule: W1, the canary: captures mean nothing where the adapter is not loaded

    Background:
      Given bug 7 is captured

    Scenario: There is no environment file
      Given the shop does not install bugcapture
      When "bugcapture check --format=json" runs
      Then the exit code is 1
      And the check finds
        | where                   | rule | message                                                                       |
        | features/cart.feature:4 | W1   | 1 tagged test (#7) would run without bugcapture: there is no environment.py |
      When "bugcapture check --format=json --no-wiring" runs
      Then the exit code is 0
      And the check finds nothing

    Scenario Outline: An environment file that does not install it: <why>
      Given the bytes of "features/environment.py" are "<text>"
      When "bugcapture check --format=json" runs
      Then the exit code is 1
      And the check finds
        | where                          | rule | message |
        | features/environment.py:<line> | W1   | <why>   |

      Examples:
        | text                                                                       | line | why                                |
        | import os\n                                                                | 1    | it does not call install()         |
        | from bugcapture.behave import install\n# install()\n                       | 1    | it does not call install()         |
        | from bugcapture.behave import install\ndef before_all(c):\n    install()\n | 3    | install() stands inside a function |
        | from shop import install\ninstall()\n                                      | 1    | it does not call install()         |
        | install(\n                                                                 | 1    | it cannot be parsed                |

    Scenario Outline: Every way to wire it in is seen: <way>
      Given the bytes of "features/environment.py" are "<text>"
      And the bytes of "<file>" are "<settings>"
      When "bugcapture check --format=json" runs
      Then the exit code is 0
      And the check finds nothing

      Examples:
        | way                  | text                                                    | file           | settings                                                                     |
        | another name         | from bugcapture.behave import install as go\ngo()\n     | notes.txt      | \n                                                                           |
        | a dotted name        | import bugcapture.behave\nbugcapture.behave.install()\n | notes.txt      | \n                                                                           |
        | the runner           | import os\n                                             | behave.ini     | [behave]\nrunner = bugcapture.behave:Runner\n                                |
        | an alias of a runner | import os\n                                             | behave.ini     | [behave]\nrunner = ours\n[behave.runners]\nours = bugcapture.behave:Runner\n |
        | the project says so  | import os\n                                             | pyproject.toml | [tool.bugcapture]\nassume_wired = ["behave"]\n                               |

  Rule: W2, the configuration must not keep captures from running

    Scenario Outline: <heading> <setting>
      Given bug 7 is captured
      And the bytes of "<file>" are "<heading>\n<setting>\n"
      When "bugcapture check --format=json" runs
      Then the exit code is <code>
      And the check finds
        | where    | rule | severity   | message                                                        |
        | <file>:2 | W2   | <severity> | tagged test (#7) from running, first features/cart.feature:4 |

      Examples:
        | file           | heading       | setting                               | code | severity |
        | behave.ini     | [behave]      | default_tags = not @tdd_expected_fail | 1    | error    |
        | pyproject.toml | [tool.behave] | default_tags = ["not @tdd_bug"]       | 1    | error    |
        | behave.ini     | [behave]      | tags = @slow                          | 1    | error    |

  Rule: A hostile file is told and passed by; nothing is lost and no escape code gets through

    Scenario: Names and tags with terminal escapes, and endless tags
      Given the bytes of "features/escapes.feature" are
        """
        Feature: a\n  @tdd_bug @tdd_bug_5\x1b[31m\n  Scenario: red \x1b]0;owned\x07 \xe2\x80\xae\n    Given all is well\n
        """
      And the file "features/long.feature" with a tag of 10000 characters
      When "bugcapture check --no-wiring" runs
      Then the exit code is 1
      And no escape code reaches the terminal
      And no line is longer than 400 characters
      And standard output says "features/escapes.feature:2: T5"
      And standard output says "features/long.feature:1: T5"
      When "bugcapture list" runs
      Then the exit code is 0
      And no escape code reaches the terminal

    Scenario: Files that cannot be read do not hide the others
      Given bug 7 is captured
      And the bytes of "features/latin.feature" are "Feature: a\n\n  @tdd_bug\n  Scenario: caf\xe9\n"
      And the bytes of "features/torn.feature" are "@tdd_bug @tdd_bug_1\nFeature: a\n  Scenario: b\n    Given c\n    What is this\n"
      And the bytes of "features/klingon.feature" are "# language: tlh-x\n@tdd_bug @tdd_bug_1\nFeature: a\n"
      And the bytes of "features/bom.feature" are "\xef\xbb\xbf@tdd_bug @tdd_bug_2\nFeature: a\n  Scenario: b\n    Given all is well\n"
      And the bytes of "features/empty.feature" are "\n"
      And the bytes of "features/nul.feature" are "@tdd_bug @tdd_bug_3\nFeature: a\x00b\n  Scenario: c\n    Given all is well\n"
      When "bugcapture check --format=json" runs
      Then the exit code is 1
      And the check counts 7 test files, 3 tagged tests and 3 bugs
      And the check finds
        | where                      | rule | severity | message                 |
        | features/bom.feature:1     | P1   | error    | byte order mark         |
        | features/klingon.feature:1 | P1   | error    | unknown language        |
        | features/latin.feature:4   | P1   | error    | is not UTF-8: byte 0xe9 |
        | features/torn.feature:5    | P1   | error    | cannot be parsed        |

    Scenario: A loop of links ends, and a file of 50 MB is no problem
      Given bug 7 is captured
      And the folder "features/loop" is a link to "features"
      And the file "features/large.feature" of 50 MB without a tag of ours
      When "bugcapture check --format=json" runs
      Then the exit code is 0
      And the check counts 2 test files, 1 tagged tests and 1 bugs

    Scenario: Nothing that is checked is executed
      Given bug 7 is captured
      And the environment file notes every start
      When "bugcapture check" runs with exit code 0
      And "bugcapture list" runs with exit code 0
      And "bugcapture graduate 7" runs with exit code 0
      Then there is no file "imported"
