"""Random Robot files: settings in any order, any separators, continuations, comments, line ends and marks."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SWITCHES = ["tdd_expected_fail", "TDD Expected Fail", "tddexpectedfail"]
TAGS = [*SWITCHES, "tdd_bug", "Tdd Bug 5", "tdd_bug_5", "slow", "größe", "${OWNER}", "a\\ b", "NONE"]
REMOVING = ["-slow", "-tdd_expected*", "-TDD Bug 5", "-${OWNER}"]
SEPARATORS = ["  ", "    ", "\t", " \t ", "   \N{NO-BREAK SPACE} "]
COMMENTS = ["# tdd_expected_fail", "#c", "# ü  [Tags]  x"]

_words = st.sampled_from(["Suite", "Fails", "at", "café", "C:\\\\x", "tdd_bug", "a\\nb", "${x}", "\\#1"])


@st.composite
def robot_texts(draw: st.DrawFn) -> bytes:
    """A suite file that Robot reads without an error."""
    lines: list[str] = []
    if draw(st.booleans()):
        lines.append(draw(st.sampled_from(["", "just a comment  tdd_bug", "# tdd"])))
    lines += ["*** Settings ***", *_settings(draw)]
    lines += [draw(st.sampled_from(["*** Test Cases ***", "*** Tasks ***", "***test cases***"]))]
    for number in range(draw(st.integers(1, 3))):
        lines += _test(draw, f"{draw(st.sampled_from(['Test', 'Prüfung', 'tdd_expected_fail']))} {number}")
    if draw(st.booleans()):
        lines += ["*** Keywords ***", "Word", *_rows(draw, ["", "[Tags]", "slow"]), *_rows(draw, ["", "Log", "1"])]
    ends = draw(st.sampled_from([("\n",), ("\r\n",), ("\n", "\r\n"), ("\r\n", "\r"), ("\x0c", "\n")]))
    text = "".join(line + draw(st.sampled_from(ends)) for line in lines)
    if draw(st.booleans()):
        text = text.rstrip("\r\n\x0c")
    return (draw(st.sampled_from(["", "\N{ZERO WIDTH NO-BREAK SPACE}"])) + text).encode()


def _settings(draw: st.DrawFn) -> list[str]:
    rows = [
        ["Test Tags", *_tags(draw, TAGS)],
        ["Default Tags", *_tags(draw, TAGS)],
        ["Documentation", *draw(st.lists(_words, max_size=5))],
        ["Library", "Collections"],
        ["Metadata", "Owner", "tdd_expected_fail"],
    ]
    rows[0][0] = draw(st.sampled_from(["Test Tags", "Force Tags", "test tags", "Task Tags"]))
    chosen = draw(st.lists(st.sampled_from(range(len(rows))), unique=True, max_size=len(rows)))
    return [line for index in chosen for line in _rows(draw, rows[index])]


def _test(draw: st.DrawFn, name: str) -> list[str]:
    rows: list[list[str]] = []
    if draw(st.booleans()):
        rows.append(["", "[Tags]", *_tags(draw, TAGS + REMOVING)])
    if draw(st.booleans()):
        rows.append(["", "[Documentation]", *draw(st.lists(_words, max_size=5))])
    rows.append(["", "Log", "tdd_expected_fail", "x"])
    rows.append(["", "IF", "1"])
    rows = draw(st.permutations(rows[:-1]))
    if draw(st.booleans()):
        rows[0] = [name, *rows[0][1:]]
        return [line for row in rows for line in _rows(draw, row)]
    return [name, *(line for row in rows for line in _rows(draw, row))]


def _tags(draw: st.DrawFn, pool: list[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(pool), max_size=4))


def _rows(draw: st.DrawFn, cells: list[str]) -> list[str]:
    """The lines of one statement."""
    head = 2 if cells[0] == "" or cells[1:2] in (["[Tags]"], ["[Documentation]"], ["Log"]) else 1
    rows: list[list[str]] = [cells[:head]]
    for cell in cells[head:]:
        if draw(st.integers(0, 2)) == 0:
            rows.append([*([""] if head == 2 else []), "..."])
        rows[-1].append(cell)
    piped = draw(st.booleans())
    lines = []
    for index, row in enumerate(rows):
        if index and draw(st.integers(0, 4)) == 0:
            lines.append(draw(st.sampled_from(["", "  # between", "# tdd_expected_fail", "   "])))
        comment = [draw(st.sampled_from(COMMENTS))] if draw(st.integers(0, 3)) == 0 else []
        lines.append(_line(draw, [*row, *comment], piped=piped))
    return lines


def _line(draw: st.DrawFn, cells: list[str], *, piped: bool) -> str:
    if piped:
        gap: Any = st.sampled_from([" ", "  ", "\t"])
        body = "".join(cell + draw(gap) + "|" + draw(gap) for cell in cells[:-1]) + cells[-1]
        return "|" + draw(gap) + body + draw(st.sampled_from(["", " |", "  |  "]))
    separator = st.sampled_from(SEPARATORS)
    return (
        cells[0] + "".join(draw(separator) + cell for cell in cells[1:]) + draw(st.sampled_from(["", " ", "\t"]))
    )
