"""Small feature files, and where each is wrong: the same table for the static check and for a real dry run."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

CAPTURE = "@tdd_bug @tdd_bug_5 @tdd_expected_fail"


@dataclass(frozen=True)
class Case:
    """One feature file.

    Attributes:
        name: What it shows.
        content: The file.
        expected: The findings as ``line:rule``; none for a file that is right.
    """

    name: str
    content: bytes
    expected: tuple[str, ...]


def case(name: str, text: str | bytes, *expected: str) -> Case:
    """A case from text; text is dedented, bytes are taken as they are."""
    content = text if isinstance(text, bytes) else dedent(text).lstrip("\n").encode()
    return Case(name, content, expected)


def scenario(tags: str, *description: str) -> str:
    """A feature with one scenario: tags on line 2, description from line 4."""
    told = "".join(f"    {line}\n" for line in description)
    return f"Feature: F\n  {tags}\n  Scenario: S\n{told}    Given g\n    When w\n    Then t\n"


def outline(tags: str, *table: str, examples: str = "Examples:") -> str:
    """A feature with one outline: tags on line 2, the table's heading on line 6."""
    rows = "".join(f"      {row}\n" for row in table)
    return f"Feature: F\n  {tags}\n  Scenario Outline: S\n    Then t <n>\n    {examples}\n{rows}"


def declaring_outline(declaration: str, *rows: str, columns: str = "| msg |") -> str:
    """An outline with a declaration on line 4 and one column, ``msg``, unless others are given."""
    table = "".join(f"      {row}\n" for row in (columns, *rows))
    head = f"Feature: F\n  {CAPTURE}\n  Scenario Outline: S\n    {declaration}\n"
    return f"{head}    Then t <msg>\n    Examples:\n{table}"


CASES = (
    # Files that are right.
    case("a capture", scenario(CAPTURE)),
    case("a guarded bug", scenario("@tdd_bug @tdd_bug_5")),
    case("both families", scenario("@tdd_bug @tdd_bug_5 @tdd_issue @tdd_issue_7 @tdd_expected_fail")),
    case("several bugs", scenario("@tdd_bug @tdd_bug_5 @tdd_bug_6")),
    case("no tag of ours", scenario("@slow @wip")),
    case("an empty file", b""),
    case("only comments", b"# @tdd_bug_5\n"),
    case("the longest number", scenario("@tdd_bug @tdd_bug_999999999999999999")),
    case("the same tag twice", scenario("@tdd_bug @tdd_bug @tdd_bug_5 @tdd_bug_5")),
    case(
        "family on the feature, number on the scenario",
        """
        @tdd_bug
        Feature: F
          @tdd_bug_5
          Scenario: S
            Then t
        """,
    ),
    case(
        "family on the rule, number on the outline, switch on the examples",
        """
        Feature: F
          @tdd_bug
          Rule: R
            @tdd_bug_5
            Scenario Outline: S
              Then t <n>
              @tdd_expected_fail
              Examples:
                | n |
                | 1 |
        """,
    ),
    case("several tag lines", scenario("@tdd_bug\n\n  @tdd_bug_5\n  # between\n  @tdd_expected_fail")),
    case("tags before a comment", scenario("@tdd_bug @tdd_bug_5 # @tdd_isue_6")),
    case("windows line ends", scenario(CAPTURE).replace("\n", "\r\n").encode()),
    case("old mac line ends", scenario(CAPTURE).replace("\n", "\r").encode()),
    case("French", "# language: fr\nFonctionnalité: F\n  @tdd_bug @tdd_bug_5\n  Scénario: S\n    Alors t\n"),
    case("rows with a number each", outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 1 |", "| 2 |")),
    case("the table's index", outline("@tdd_bug @tdd_bug_<examples.index>", "| n |", "| 1 |", "| 2 |")),
    case("the row's index", outline("@tdd_bug @tdd_bug_<row.index>", "| n |", "| 1 |", "| 2 |")),
    case(
        "the examples' name",
        outline("@tdd_bug @tdd_bug_<examples.name>", "| n |", "| 1 |", examples="Examples: 17"),
    ),
    case(
        "the examples' name with a placeholder of its own",
        outline("@tdd_bug @tdd_bug_<examples.name>", "| n |", "| 1 |", examples="Examples: <n>"),
    ),
    case(
        "a docstring that looks like tags",
        '''
        Feature: F
          Scenario: S
            Given g
              """
              @tdd_bug_5
              Scenario: no scenario
              """
        ''',
    ),
    case(
        "a docstring that looks like Python",
        """
        Feature: F
          Scenario: S
            Given g
              '''
              @tdd.fixture
              def tdd_bug_5(): pass
              '''
        """,
    ),
    case("a table cell that looks like a tag", "Feature: F\n  Scenario: S\n    Given g\n      | @tdd_bug_5 |\n"),
    case("declared failures", scenario(CAPTURE, "Fails with: AssertionError: 2 engines", "Fails at: Then t")),
    case(
        "a declaration in other words", scenario(CAPTURE, "It fails with: nothing", "Then some day it fails at: x")
    ),
    # T1, T2, T3.
    case("T1: no family", scenario("@tdd_bug_5"), "2:T1"),
    case("T1: the other family", scenario("@tdd_issue @tdd_issue_1 @tdd_bug_5"), "2:T1"),
    case(
        "T1: family on another scenario", scenario("@tdd_bug_5") + "  @tdd_bug @tdd_bug_6\n  Scenario: T\n", "2:T1"
    ),
    case(
        "T1: in each line on which it stands",
        scenario("@slow\n  @tdd_bug_5\n  @tdd_issue_6"),
        "3:T1",
        "4:T1",
    ),
    case(
        "T1: on the feature, told once",
        "@tdd_bug_5\nFeature: F\n  Scenario: S\n    Then t\n  Scenario: T\n    Then t\n",
        "1:T1",
    ),
    case("T1: on the rule", "Feature: F\n  @tdd_bug_5\n  Rule: R\n    Scenario: S\n      Then t\n", "2:T1"),
    case("T1: on the outline", outline("@tdd_bug_5", "| n |", "| 1 |"), "2:T1"),
    case(
        "T1: on the examples",
        outline("@slow", "| n |", "| 1 |") + "    @tdd_bug_5\n    Examples: more\n      | n |\n      | 2 |\n",
        "8:T1",
    ),
    case("T2: no number", scenario("@tdd_bug"), "2:T2"),
    case("T2: both families", scenario("@tdd_bug @tdd_issue"), "2:T2", "2:T2"),
    case("T3: the switch alone", scenario("@tdd_expected_fail"), "2:T3"),
    case("T3: number without family", scenario("@tdd_bug_5 @tdd_expected_fail"), "2:T1", "2:T3"),
    case("T3: on a feature without scenarios", "@tdd_expected_fail\nFeature: F\n", "1:T3"),
    case("T3: on a rule without scenarios", "Feature: F\n  @tdd_expected_fail\n  Rule: R\n", "2:T3"),
    # T4.
    case("T4: a typo", scenario("@tdd_isue_6"), "2:T4"),
    case("T4: hyphens", scenario("@tdd-bug-5"), "2:T4"),
    case("T4: capitals", scenario("@TDD_bug_5"), "2:T4"),
    case("T4: no underscore", scenario("@tddbug_5"), "2:T4"),
    case("T4: the switch misspelt", scenario("@tdd_bug @tdd_bug_5 @tdd_expected_failure"), "2:T4"),
    case("T4: joined tags", scenario("@tdd_bug@tdd_bug_5"), "2:T4"),
    case("T4: before a comment without a gap", scenario("@tdd_bug @tdd_bug_5 @tdd_expected_fail#soon"), "2:T4"),
    case("T4: 10,000 characters", scenario("@tdd_" + "x" * 10_000), "2:T4"),
    case("T4: terminal escapes", scenario("@tdd_\x1b[31mred"), "2:T4"),
    # T5.
    case("T5: letters", scenario("@tdd_bug @tdd_bug_x"), "2:T2", "2:T5"),
    case("T5: leading zeros", scenario("@tdd_bug @tdd_bug_007"), "2:T2", "2:T5"),
    case("T5: zero", scenario("@tdd_bug @tdd_bug_0"), "2:T2", "2:T5"),
    case("T5: other digits", scenario("@tdd_bug @tdd_bug_٣"), "2:T2", "2:T5"),
    case("T5: too many digits", scenario("@tdd_bug @tdd_bug_" + "9" * 19), "2:T2", "2:T5"),
    case("T5: nothing", scenario("@tdd_bug @tdd_bug_"), "2:T2", "2:T5"),
    case("T5: a cell with a slash", outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 12/3 |"), "2:T2", "2:T5"),
    case("T5: a cell with a blank", outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 1 2 |"), "2:T2", "2:T5"),
    case("T5: an empty cell", outline("@tdd_bug @tdd_bug_<n>", "| n |", "|  |"), "2:T2", "2:T5"),
    case(
        "T5: one bad cell of three",
        outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 1 |", "| x |", "| 3 |"),
        "2:T2",
        "2:T5",
    ),
    case("T5: an unknown column", outline("@tdd_bug @tdd_bug_<m>", "| n |", "| 1 |"), "2:T2", "2:T5"),
    case("T5: a cell that is a placeholder", outline("@tdd_bug @tdd_bug_<n>", "| n |", "| <m> |"), "2:T2", "2:T5"),
    case("T5: the row's id", outline("@tdd_bug @tdd_bug_<row.id>", "| n |", "| 1 |"), "2:T2", "2:T5"),
    case(
        "T5: an examples' name in words",
        outline("@tdd_bug @tdd_bug_<examples.name>", "| n |", "| 1 |", examples="Examples: a few"),
        "2:T2",
        "2:T5",
    ),
    case("T5: a placeholder without an outline", scenario("@tdd_bug @tdd_bug_<n>"), "2:T2", "2:T5"),
    case(
        "T5: a placeholder on the feature",
        "@tdd_bug @tdd_bug_<n>\n" + outline("@slow", "| n |", "| 5 |"),
        "1:T2",
        "1:T5",
    ),
    case("T5: a table without rows", outline("@tdd_bug @tdd_bug_<n>", "| n |"), "2:T2", "2:T5"),
    case("T5: examples without a table", outline("@tdd_bug @tdd_bug_<n>"), "2:T2", "2:T5"),
    case(
        "T5: an outline without examples",
        "Feature: F\n  @tdd_bug @tdd_bug_<n>\n  Scenario Outline: S\n    Then t\n",
        "2:T2",
        "2:T5",
    ),
    case("T1: on examples without a table", outline("@slow") + "    @tdd_bug_5\n    Examples: no table\n", "6:T1"),
    case("T4: the whole tag from a cell", outline("@<n>", "| n |", "| tdd-bug-5 |"), "2:T4"),
    case("T1: the whole tag from a cell", outline("@<n>", "| n |", "| tdd_bug_5 |"), "2:T1"),
    case("T5: a cell that Behave cleans into a tag", outline("@<n>", "| n |", "| tdd_bug/ |"), "2:T5"),
    # T6.
    case("T6: a retry tag", scenario(f"{CAPTURE} @autoretry"), "2:T6"),
    case("T6: flaky on the feature", f"@flaky\n{scenario(CAPTURE)}", "1:T6"),
    case("T6: xfail", scenario(f"{CAPTURE} @xfail"), "2:T6"),
    case("a retry tag beside a guarded bug", scenario("@tdd_bug @tdd_bug_5 @autoretry")),
    # F1, F2.
    case("F1: a broken regex", scenario(CAPTURE, "Fails with: AssertionError: (["), "4:F1"),
    case("F1: no exception's name", scenario(CAPTURE, "", "Words.", "Fails with: 2 engines"), "6:F1"),
    case("F1: empty", scenario(CAPTURE, "Fails with:", "Fails at:"), "4:F1", "5:F1"),
    case(
        "F1: two of a kind",
        scenario(CAPTURE, "Fails with: KeyError", "# a comment", "Fails with: KeyError"),
        "6:F1",
    ),
    case("F1: nothing can expect an interrupt", scenario(CAPTURE, "Fails with: KeyboardInterrupt"), "4:F1"),
    case(
        "F1: in the feature's description",
        f"Feature: F\n  Fails with: ((\n\n  {CAPTURE}\n  Scenario: S\n    Then t\n",
        "2:F1",
    ),
    case(
        "F1: a near miss of a declaration",
        scenario(CAPTURE, "- Fails with: KeyError", "Fails with KeyError"),
        "4:F1",
        "5:F1",
    ),
    case(
        "F1: in a Background",
        f"""
        Feature: F
          Background:
            It is Monday.
            Fails with: KeyError
            - Fails at: Then t
            Given b
          {CAPTURE}
          Scenario: S
            Then t
          {CAPTURE}
          Scenario: T
            Then t
        """,
        "4:F1",
        "5:F1",
    ),
    case(
        "F1: in the Background of a rule",
        f"""
        Feature: F
          Rule: R
            Background: B
              Fails with: KeyError
              Given b
            {CAPTURE}
            Scenario: S
              Then t
        """,
        "4:F1",
    ),
    case(
        "a Background in other words",
        f"Feature: F\n  Background:\n    It fails at: x\n    Given b\n  {CAPTURE}\n  Scenario: S\n    Then t\n",
    ),
    case("F1: an empty cell", declaring_outline("Fails with: AssertionError: <msg>", "|  |"), "4:F1"),
    case(
        "F1: an empty cell in brackets", declaring_outline("Fails with: AssertionError: (<msg>)", "|  |"), "4:F1"
    ),
    case("F1: one empty cell of two", declaring_outline("Fails with: KeyError: <msg>", "|  |", "| a |"), "4:F1"),
    case("F2: an empty cell", declaring_outline("Fails at: <msg>", "|  |"), "4:F2"),
    case("an empty cell beside words", declaring_outline("Fails with: KeyError: late<msg>", "|  |")),
    case("an empty cell that means an empty message", declaring_outline("Fails with: KeyError: ^<msg>$", "|  |")),
    case(
        "F1: a pattern that a row breaks is not also one that says nothing",
        declaring_outline("Fails with: KeyError: <msg>x{<a>,<b>}", "|  | 2 | 1 |", columns="| msg | a | b |"),
        "4:F1",
    ),
    case(
        "F1: empty cells alone",
        declaring_outline("Fails with: KeyError: <msg> <b>", "|  |  |", columns="| msg | b |"),
        "4:F1",
    ),
    case(
        "a cell is no pattern",
        declaring_outline("Fails with: KeyError: <msg><b>", "|  | .* |", columns="| msg | b |"),
    ),
    case("F2: a place is no pattern, and is told once", declaring_outline("Fails at: <msg>a*", "|  |"), "4:F2"),
    case(
        "a cell that the pattern does not insist on", declaring_outline("Fails with: KeyError: (<msg>)?", "| a |")
    ),
    case("an empty cell of another column", declaring_outline("Fails with: KeyError: .*", "|  |")),
    case("F1: without a tag it is prose", scenario("@slow", "Fails with: (([")),
    case("F2: no such step", scenario(CAPTURE, "Fails at: Then something else"), "4:F2"),
    case("F2: a Given step", scenario(CAPTURE, "Fails at: Given g"), "4:F2"),
    case(
        "F2: a Background step",
        f"""
        Feature: F
          Background:
            Given b
          {CAPTURE}
          Scenario: S
            Fails at: Given b
            Then t
        """,
        "6:F2",
    ),
    case(
        "a step of the outline, filled in",
        outline(f"{CAPTURE}\n  @x", "| n |", "| 1 |").replace(
            "  Scenario Outline: S\n", "  Scenario Outline: S\n    Fails at: Then t <n>\n"
        ),
    ),
    # P1.
    case("P1: no feature", "@tdd_bug_5\nScenario: S\n", "2:P1"),
    case("P1: two features", scenario(CAPTURE) + "Feature: G\n", "7:P1"),
    case("P1: a word among the tags", scenario("@tdd_bug bug @tdd_bug_5"), "2:P1"),
    case("P1: tags on a Background", "Feature: F\n  @tdd_bug\n  Background:\n    Given g\n", "3:P1"),
    case("P1: a table with a cell missing", outline("@tdd_bug @tdd_bug_<n>", "| n | m |", "| 1 |"), "7:P1"),
    case("P1: a byte order mark", b"\xef\xbb\xbf" + scenario(CAPTURE).encode(), "1:P1"),
    case("P1: not UTF-8", b"Feature: F\n  @tdd_bug @tdd_bug_5\n  Scenario: \xff\n", "3:P1"),
    case("P1: UTF-16", scenario(CAPTURE).encode("utf-16"), "1:P1"),
    case("P1: an unknown language", "# language: xx\n" + scenario(CAPTURE), "1:P1"),
    case(
        "P1: And without a step before it", "Feature: F\n  @tdd_bug @tdd_bug_5\n  Scenario: S\n    And t\n", "4:P1"
    ),
)


def case_named(name: str) -> Case:
    """The case of that name."""
    return next(case for case in CASES if case.name == name)
