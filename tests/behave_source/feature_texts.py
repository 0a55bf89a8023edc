"""Random feature files: pieces of the grammar in and out of place."""

from __future__ import annotations

from hypothesis import strategies as st

TAGS = st.sampled_from(
    [
        "@tdd_bug",
        "@tdd_bug_5",
        "@tdd_bug_6",
        "@tdd_issue",
        "@tdd_issue_7",
        "@tdd_expected_fail",
        "@tdd_bug_<n>",
        "@<n>",
        "@<n><m>",
        "@tdd_bug_<row.id>",
        "@tdd_bug_<row.index>",
        "@tdd_bug_<examples.name>",
        "@tdd_bug_<examples.index>",
        "@tdd_bug_007",
        "@tdd_bug_<",
        "@tdd_isue_6",
        "@TDD-bug-5",
        "@slow",
        "@flaky",
        "@xfail",
        "@",
        "@@tdd_bug_5",
        "@a@tdd_bug_5",
        "@tdd_bug\u00a0@tdd_bug_5",
        "@tdd_bug_5,@tdd_bug",
        "# @tdd_bug_9",
        "#@tdd_bug_9",
        "word",
    ]
)
PLAIN_TAGS = st.sampled_from(
    [
        "@tdd_bug",
        "@tdd_bug_5",
        "@tdd_bug_6",
        "@tdd_issue",
        "@tdd_issue_7",
        "@tdd_expected_fail",
        "@slow",
        "# @tdd_bug_9",
    ]
)
CELLS = st.sampled_from(
    ["1", "2", "007", "12/3", "", "<n>", "<m>", "tdd_bug_5", "tdd_bug", "a b", r"a\|b", "\\t", "é"]
)
HEADINGS = st.sampled_from(["n", "m", "n", "examples.name", "row.id", ""])
GAPS = st.sampled_from(["", "", "", "  ", "\t", "    "])
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\x0c", "\u2028"])
DESCRIPTIONS = st.sampled_from(
    [
        "Fails with: AssertionError: x",
        "Fails with: ((",
        "Fails with: KeyError: <n>",
        "Fails with: KeyError: [<n>",
        "Fails at: Then t <n>",
        "Fails at: Given g",
        "Fails  at: nothing",
        "fails with:",
        "some words @tdd_bug_5",
        "# a comment @tdd_bug_6",
    ]
)
FREE_LINES = DESCRIPTIONS | st.sampled_from(
    [
        "# language: fr",
        '"""',
        "'''",
        "| n | m |",
        "| 1 |",
        "Background:",
        "Rule: R",
        "Feature: G",
        "Scenario: again",
        "Examples: <n>",
        "And x",
        "* x",
        "Fonctionnalité: F",
        "\ufeff",
        "\x1b[31m",
    ]
)


def _tag_lines(most: int, tags: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    line = st.lists(tags, min_size=1, max_size=5).map(" ".join)
    return st.lists(line, max_size=most)


@st.composite
def _tables(draw: st.DrawFn) -> list[str]:
    columns = draw(st.integers(1, 3))
    row = st.lists(CELLS, min_size=columns, max_size=columns)
    heading = draw(st.lists(HEADINGS, min_size=columns, max_size=columns))
    rows = draw(st.lists(row, max_size=3))
    return ["| " + " | ".join(cells) + " |" for cells in (heading, *rows)]


@st.composite
def _scenarios(draw: st.DrawFn, tags: st.SearchStrategy[str]) -> list[str]:
    lines = draw(_tag_lines(3, tags))
    template = draw(st.booleans())
    lines.append("Scenario Outline: S <n>" if template else "Scenario: S")
    lines += draw(st.lists(DESCRIPTIONS, max_size=2))
    lines += draw(st.lists(st.sampled_from(["Given g", "When w", "Then t <n>", "Then t 1", "* x"]), max_size=3))
    if template:
        for _ in range(draw(st.integers(0, 2))):
            lines += draw(_tag_lines(1, tags))
            lines.append(draw(st.sampled_from(["Examples:", "Examples: 17", "Examples: <n>", "Scenarios: a b"])))
            lines += draw(st.one_of(_tables(), st.just([])))
    return lines


@st.composite
def feature_texts(draw: st.DrawFn, *, noise: int = 2, tags: st.SearchStrategy[str] = TAGS) -> str:
    """A feature file that is nearly right.

    Args:
        draw: What hypothesis gives.
        noise: How many lines may stand at places where they do not belong.
        tags: The words on tag lines.
    """
    lines = [*draw(_tag_lines(2, tags)), "Feature: F"]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 4)) == 0:
            lines += [*draw(_tag_lines(1, tags)), "Rule: R"]
        lines += draw(_scenarios(tags))
    for _ in range(draw(st.integers(0, noise))):
        lines.insert(draw(st.integers(0, len(lines))), draw(FREE_LINES))
    return "".join(draw(GAPS) + line + draw(ENDS) for line in lines)
