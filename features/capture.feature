Feature: bugcapture capture writes a test that is red for an honest reason until it is filled in

  The tags, the names, the declaration and the comment are there. What the test does is written by who knows the bug.

  Background:
    Given a shop that is tested with Behave and bugcapture
    And the file "features/shop.feature"
      """
      Feature: The shop

        Scenario: It opens
          Given all is well
      """

  Scenario: From the number to a captured bug
    When "bugcapture capture 7 --title 'The cart forgets an item'" runs
    Then the exit code is 0
    And standard output is
      """
      features/the_cart_forgets_an_item.feature: new: the test of bug 7

      branch:
        tdd/the-cart-forgets-an-item

      commit message:
        test: add TDD bug-capture test for #7 — The cart forgets an item

        features/the_cart_forgets_an_item.feature fails while the bug is there,
        and carries tdd_expected_fail until it is fixed.

        Refs: #7
      """
    And the file "features/the_cart_forgets_an_item.feature" is now
      """
      Feature: The cart forgets an item

        # This scenario captures bug #7: The cart forgets an item
        # It carries @tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and
        # name the regression test.
        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: The cart forgets an item
          Fails with: AssertionError: TODO what it says while the bug is there

          Given TODO the state in which bug 7 shows itself
          When TODO what brings it out
          Then TODO what is right instead
      """
    And "bugcapture check" runs with exit code 0
    When "behave" runs with exit code 1
    Then standard error says "did not fail for its bug: the step is undefined"
    When somebody writes "features/the_cart_forgets_an_item.feature"
      """
      Feature: The cart forgets an item

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: The cart forgets an item
          Fails with: AssertionError: TODO what it says while the bug is there

          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And "behave" runs with exit code 1
    Then standard error says "Fails with: AssertionError: the total is 4, expected 7"
    When somebody writes "features/the_cart_forgets_an_item.feature"
      """
      Feature: The cart forgets an item

        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: The cart forgets an item
          Fails with: AssertionError: the total is 4, expected 7

          Given a cart with the prices 3, 4
          When the cart is totalled
          Then the total is 7
      """
    And "behave" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: Both families where the project requires both, and the issue that asks for the test in the footer
    Given the file "pyproject.toml"
      """
      [tool.bugcapture]
      require = ["bug", "issue"]
      news = "changelog.d/{number}.{kind}.md"
      """
    When "bugcapture capture 991 --title 'AuditService TOCTOU race' --closes 1095 --branch tdd/m6-audit-session-race" runs
    Then the exit code is 0
    And standard output says the lines
      """
      changelog.d/991.capture.md: new: the news fragment
      tdd/m6-audit-session-race
      test: add TDD bug-capture test for #991 — AuditService TOCTOU race
      ISSUES CLOSED: #1095
      """
    And the file "changelog.d/991.capture.md" is now
      """
      AuditService TOCTOU race: captured by ``features/audit_service_toctou_race.feature``.
      """
    And "bugcapture check" runs with exit code 0
    When "bugcapture list --format json" runs
    Then the first test of bug 991 holds
      | field | value                                                                         |
      | tags  | ["tdd_bug", "tdd_bug_991", "tdd_issue", "tdd_issue_991", "tdd_expected_fail"] |

  Scenario: In Robot Framework the same
    When "bugcapture capture 7 --title 'The cart forgets an item' --framework robot" runs with exit code 0
    Then the file "robot/the_cart_forgets_an_item.robot" is now
      """
      *** Test Cases ***
      The cart forgets an item
          # This test captures bug #7: The cart forgets an item
          # It carries tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and
          # name the regression test.
          [Documentation]    Fails with: AssertionError: TODO what it says while the bug is there
          [Tags]    tdd_bug    tdd_bug_7    tdd_expected_fail
          TODO The State In Which Bug 7 Shows Itself
          TODO What Is Right Instead
      """

  Scenario: In pytest the same
    When "bugcapture capture 7 --title 'The cart forgets an item' --framework pytest" runs with exit code 0
    Then the file "tests/test_the_cart_forgets_an_item.py" is now
      '''
      """The regression test of bug 7."""

      import pytest


      # This test captures bug #7: The cart forgets an item
      # It carries tdd_expected_fail until the fix is merged. Then only that marker goes: the others stay and
      # name the regression test.
      @pytest.mark.tdd_bug(7)
      @pytest.mark.tdd_expected_fail(raises=AssertionError, match="TODO what it says while the bug is there")
      def test_the_cart_forgets_an_item():
          raise NotImplementedError("write the test of bug 7: assert what is right instead")
      '''

  Scenario: Without a word about it the framework with the most tests is taken, and that is said
    Given the file "tests/test_shop.py"
      """
      def test_one(): pass
      def test_two(): pass
      """
    When "bugcapture capture 7" runs with exit code 0
    Then there is a file "tests/test_bug_7.py"
    And standard error says "bugcapture: pytest is taken (tests here: behave 1, pytest 2); --framework chooses another"

  Scenario: A race needs no more than names
    Given the file "till.py"
      """
      class Till:
          drawer = None

          def open(self):
              if self.drawer is None:
                  self.drawer = new_drawer()
              return self.drawer


      def new_drawer():
          return object()
      """
    When "bugcapture capture 7 --title 'Two drawers' --race till:Till --method open --meet-at till.new_drawer" runs
    Then the exit code is 0
    And the file "features/steps/race_steps.py" is now
      """
      from bugcapture.behave.steps import race  # noqa: F401
      """
    And the file "features/two_drawers.feature" is now
      """
      Feature: Two drawers

        # This scenario captures bug #7: Two drawers
        # It carries @tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and
        # name the regression test.
        @tdd_bug @tdd_bug_7 @tdd_expected_fail
        Scenario: Two drawers
          Fails with: AssertionError: 2 threads went through till\.new_drawer, expected 1

          Given an object from "till:Till"
          When 2 threads race through "open" meeting at "till.new_drawer"
          Then only 1 thread went through the meeting point
          And every thread got the same result and none raised
      """
    When "behave" runs with exit code 0
    Then the run ends with "bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed"

  Scenario: Title and link from the tracker, however its title is written
    Given the issues of the shop are kept at GitHub
    And issue 7 is open: "Two engines ${HOME} @tdd_bug_8 */ # x | y"
    When "bugcapture capture 7 --from-tracker" runs
    Then the exit code is 0
    And there is a file "features/two_engines_home_tdd_bug_8_x_y.feature"
    And standard output says "https://github.com/octo/shop/issues/7"
    When "bugcapture list --format json" runs
    Then the list has the bugs
      | id | state    | tests |
      | 7  | captured | 1     |

  Rule: It never overwrites, and says why it does not write

    Scenario: The bug has a test already
      Given bug 7 is captured
      And nobody changes a file from here on
      When "bugcapture capture 7" runs
      Then the exit code is 1
      And standard error says "features/cart.feature:4: this test captures bug 7 already"
      And standard error says "--another writes one more test"
      And no file was changed
      When "bugcapture capture 7 --another --framework pytest" runs with exit code 0
      Then there is a file "tests/test_bug_7.py"

    Scenario: A dry run shows what would be written
      Given nobody changes a file from here on
      When "bugcapture capture 7 --title 'The cart forgets an item' --dry-run" runs
      Then the exit code is 0
      And standard output says "+++ b/features/the_cart_forgets_an_item.feature"
      And standard output says "+  @tdd_bug @tdd_bug_7 @tdd_expected_fail"
      And no file was changed

    Scenario Outline: <what>
      Given nobody changes a file from here on
      When "bugcapture capture 7 <arguments>" runs
      Then the exit code is <code>
      And standard error says "<told>"
      And no file was changed

      Examples:
        | what                               | arguments                                   | code | told                                                              |
        | The named file is there            | --file features/shop.feature                | 1    | features/shop.feature: is there already                           |
        | It lies outside the project        | --file /nowhere/x.feature                   | 2    | /nowhere/x.feature: lies outside the project                      |
        | No framework would find it         | --file tests/shop.py                        | 2    | tests/shop.py: cannot hold the test: pytest collects files called |
        | The capture would close its bug    | --closes 7                                  | 2    | the capture leaves bug 7 open, and only the fix closes it         |
        | Git would refuse the branch        | --branch a..b                               | 2    | 'a..b' cannot be the name of a branch                             |
        | Half a race                        | --race till:Till                            | 2    | --race needs --method and --meet-at                               |
        | A name that no module can have     | --race x --method y --meet-at z.z           | 2    | --race 'x' is not the name of an object                           |
