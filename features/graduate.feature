Feature: bugcapture graduate removes the switch of a fixed bug, and not one byte more

  The family and number tags stay: from now on the test guards the fix.

  Background:
    Given a shop that is tested with Behave and bugcapture

  Scenario Outline: Byte for byte: <what>
    Given the bytes of "features/cart.feature" are "<before>"
    When "bugcapture graduate 7" runs
    Then the exit code is 0
    And the bytes of "features/cart.feature" are now "<after>"

    Examples:
      | what                          | before                                                                                                                         | after                                                                                                       |
      | the last tag of a line        | Feature: a\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail\n  Scenario: b\n    Given c\n                                             | Feature: a\n  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given c\n                                             |
      | the first tag of a line       | Feature: a\n  @tdd_expected_fail  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given c\n                                            | Feature: a\n  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given c\n                                             |
      | between others, tabs          | Feature: a\n\t@tdd_bug\t@tdd_expected_fail \t@tdd_bug_7\n\tScenario: b\n\t\tGiven c\n                                          | Feature: a\n\t@tdd_bug \t@tdd_bug_7\n\tScenario: b\n\t\tGiven c\n                                           |
      | a line of its own goes        | Feature: a\n  @tdd_bug @tdd_bug_7\n  @tdd_expected_fail\n  Scenario: b\n    Given c\n                                          | Feature: a\n  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given c\n                                             |
      | the comment after it stays    | Feature: a\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail # seen on Monday\n  Scenario: b\n    Given c\n                            | Feature: a\n  @tdd_bug @tdd_bug_7 # seen on Monday\n  Scenario: b\n    Given c\n                            |
      | the name in a comment stays   | Feature: a\n  # no @tdd_expected_fail\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail\n  Scenario: b\n    Given @tdd_expected_fail\n | Feature: a\n  # no @tdd_expected_fail\n  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given @tdd_expected_fail\n |
      | CRLF line ends                | Feature: a\r\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail\r\n  Scenario: b\r\n    Given c\r\n                                     | Feature: a\r\n  @tdd_bug @tdd_bug_7\r\n  Scenario: b\r\n    Given c\r\n                                     |
      | mixed ends, no end at the end | Feature: a\r\n\n  @tdd_expected_fail\r\n  @tdd_bug @tdd_bug_7  \n  Scenario: b\n    Given c                                    | Feature: a\r\n\n  @tdd_bug @tdd_bug_7  \n  Scenario: b\n    Given c                                         |
      | a byte order mark             | \xef\xbb\xbf@tdd_bug @tdd_bug_7 @tdd_expected_fail\nFeature: a\n  Scenario: b\n    Given c\n                                   | \xef\xbb\xbf@tdd_bug @tdd_bug_7\nFeature: a\n  Scenario: b\n    Given c\n                                   |
      | letters beyond ASCII          | Feature: caf\xc3\xa9 \xe2\x80\xa8 x\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail @\xc3\xa9\n  Scenario: b\n    Given c\n          | Feature: caf\xc3\xa9 \xe2\x80\xa8 x\n  @tdd_bug @tdd_bug_7 @\xc3\xa9\n  Scenario: b\n    Given c\n          |
      | twice on one line             | Feature: a\n  @tdd_expected_fail @tdd_bug @tdd_expected_fail @tdd_bug_7\n  Scenario: b\n    Given c\n                          | Feature: a\n  @tdd_bug @tdd_bug_7\n  Scenario: b\n    Given c\n                                             |

  Scenario: The switch goes wherever it stands: feature, rule, scenario, outline, table; other bugs keep theirs
    Given the file "features/a.feature"
      """
      Feature: A

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Rule: one

          Scenario: inherits
            Then all is well

        Rule: two

          @tdd_bug @tdd_bug_7 @tdd_issue @tdd_issue_7
          @tdd_expected_fail @slow
          Scenario Outline: <n>
            Then all is well

            Examples:
              | n |
              | 1 |

          @tdd_bug
          Scenario Outline: other <n>
            Then all is well

            @tdd_bug_7 @tdd_expected_fail
            Examples:
              | n |
              | 2 |

            @tdd_bug_8 @tdd_expected_fail
            Examples:
              | n |
              | 3 |
      """
    And the file "features/b/b.feature"
      """
      @tdd_expected_fail @tdd_bug @tdd_bug_7
      Feature: B

        Scenario: inherits
          Then all is well
      """
    When "bugcapture graduate 7 --format=json" runs
    Then the exit code is 0
    And the JSON of "standard output" has the schema "bugcapture.graduate/1"
    And the run ends with "bugcapture: #7: tdd_expected_fail removed at 4 places in 2 files; 4 tests guard the fix from now on"
    And the file "features/a.feature" is now
      """
      Feature: A

        @tdd_bug @tdd_bug_7
        Rule: one

          Scenario: inherits
            Then all is well

        Rule: two

          @tdd_bug @tdd_bug_7 @tdd_issue @tdd_issue_7
          @slow
          Scenario Outline: <n>
            Then all is well

            Examples:
              | n |
              | 1 |

          @tdd_bug
          Scenario Outline: other <n>
            Then all is well

            @tdd_bug_7
            Examples:
              | n |
              | 2 |

            @tdd_bug_8 @tdd_expected_fail
            Examples:
              | n |
              | 3 |
      """
    And the file "features/b/b.feature" is now
      """
      @tdd_bug @tdd_bug_7
      Feature: B

        Scenario: inherits
          Then all is well
      """
    When "bugcapture check --format=json" runs
    Then the exit code is 0
    And the check finds nothing
    When "bugcapture list --state=captured --format=json" runs
    Then the list has the bugs
      | id | state    | tests |
      | 8  | captured | 1     |

  Scenario: --check and --diff write nothing; the diff is the change
    Given bug 7 is captured
    And the mode of the file "features/cart.feature" was set to 640
    And nobody changes a file from here on
    When "bugcapture graduate 7 --check" runs
    Then the exit code is 1
    And standard output is
      """
      features/cart.feature:3: @tdd_expected_fail still stands
      """
    And no file was changed
    When "bugcapture graduate 7 --diff --quiet" runs
    Then the exit code is 0
    And no file was changed
    When somebody applies the diff that was shown
    Then the file "features/cart.feature" is now
      """
      Feature: The cart

        @tdd_bug @tdd_bug_7
        Scenario: Every item counts
          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And "bugcapture graduate 7 --check" runs with exit code 0

  Scenario: Graduating keeps the file's mode, and again does nothing
    Given bug 7 is captured
    And the mode of the file "features/cart.feature" was set to 640
    When "bugcapture graduate #7" runs
    Then the exit code is 0
    And standard output is
      """
      features/cart.feature:3: removed @tdd_expected_fail
      """
    And the mode of the file "features/cart.feature" is 640
    Given nobody changes a file from here on
    When "bugcapture graduate 7" runs
    Then the exit code is 0
    And standard output is empty
    And no file was changed

  Rule: It refuses, and changes nothing, rather than doing half or harm

    Scenario: The test carries another open bug too
      Given the file "features/a.feature"
        """
        Feature: A

          @tdd_bug @tdd_bug_7 @tdd_bug_8 @tdd_expected_fail
          Scenario: both
            Then all is well
        """
      And bug 7 is captured
      And nobody changes a file from here on
      When "bugcapture graduate 7" runs
      Then the exit code is 1
      And standard error says "features/a.feature:4: this test carries #7 and also #8, still open"
      And standard error says "bugcapture graduate 7 8"
      And no file was changed
      When "bugcapture graduate 8 7" runs
      Then the exit code is 0
      And "bugcapture graduate 7 8 --check" runs with exit code 0

    Scenario: One switch covers two bugs' tests
      Given the file "features/a.feature"
        """
        @tdd_bug @tdd_expected_fail
        Feature: A

          @tdd_bug_7
          Scenario: seven
            Then all is well

          @tdd_bug_8
          Scenario: eight
            Then all is well
        """
      And nobody changes a file from here on
      When "bugcapture graduate 7" runs
      Then the exit code is 1
      And standard error says "features/a.feature:9: this test has the same switch, and it belongs to #8, still open"
      And no file was changed

    Scenario: The switch comes out of a table
      Given the file "features/a.feature"
        """
        Feature: A

          @tdd_bug @tdd_bug_7 @<state>
          Scenario Outline: a
            Then all is well

            Examples:
              | state             |
              | tdd_expected_fail |
        """
      And nobody changes a file from here on
      When "bugcapture graduate 7" runs
      Then the exit code is 1
      And standard error says "features/a.feature:3: @tdd_expected_fail comes out of the placeholder tag @<state>"
      And no file was changed

    Scenario: One of two files is read-only
      Given bug 7 is captured
      And the file "features/zoo.feature"
        """
        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Feature: Z

          Scenario: z
            Then all is well
        """
      And the file "features/zoo.feature" is read-only
      And nobody changes a file from here on
      When "bugcapture graduate 7" runs
      Then the exit code is 1
      And standard error says "features/zoo.feature: is read-only"
      And no file was changed

    Scenario Outline: <what>
      Given bug 7 is captured
      And nobody changes a file from here on
      When "bugcapture graduate <arguments>" runs
      Then the exit code is 2
      And standard error says "<text>"
      And no file was changed

      Examples:
        | what                         | arguments      | text                                      |
        | A bug without a test         | 8              | bug 8 has no test here; bugs with tests: #7 |
        | One of two without a test    | 7 8            | bug 8 has no test here                    |
        | No number                    | seven          | 'seven' is no bug number                  |
        | No number at all             |                | Missing argument                          |
        | A folder that does not exist | 7 --path=where | no such file or folder: where             |
