"""`bugcapture graduate` on random layouts: the model without the switch, the bytes without the switch."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from behave.parser import Parser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bugcapture.core.errors import RefusedError
from bugcapture.workflow.graduate import plan_graduation, write_graduation

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCH = "@tdd_expected_fail"
GAPS = st.sampled_from([" ", "  ", "\t", " \t ", "\u00a0", "\u3000"])
INDENTS = st.sampled_from(["", "  ", "\t", "      "])
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r", "\x0c", "\u2028", "\x85"])
TAILS = st.sampled_from(["", "", "  ", " # note", f" # {SWITCH}", "\t#x"])
OTHERS = st.sampled_from(["@slow", "@ümlaut", "@tdd_issue", "@tdd_issue_5", "@x<y", f"{SWITCH[:-1]}", "@"])
TEXTS = st.sampled_from(["words", f"words {SWITCH}", "# comment", f"# {SWITCH}", "\x1b[31m", ""])


@dataclass(frozen=True)
class Line:
    """One line: what stands in it, and what shall stand there afterwards; None for nothing, not even a line."""

    before: str
    after: str | None


@st.composite
def tag_lines(draw: st.DrawFn, needed: list[str], *, switch: bool) -> list[Line]:
    """Tag lines that hold the needed tags and perhaps the switch, in any order and layout."""
    words = list(needed) + draw(st.lists(OTHERS, max_size=2))
    if switch:
        words += [SWITCH] * draw(st.integers(1, 2))
    words = draw(st.permutations(words))
    lines: list[Line] = []
    while words:
        count = draw(st.integers(1, len(words)))
        lines.append(draw(tag_line(words[:count])))
        words = words[count:]
        lines += [Line(text, text) for text in draw(st.lists(st.sampled_from(["# between", ""]), max_size=1))]
    return lines


@st.composite
def tag_line(draw: st.DrawFn, words: list[str]) -> Line:
    """One tag line; a switch goes with the white space before it, the first one with that behind it."""
    indent, tail = draw(INDENTS), draw(TAILS)
    gaps = [draw(GAPS) for _ in words[1:]]
    before = indent + words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True)) + tail
    kept = [(gap, word) for gap, word in zip([indent, *gaps], words, strict=True) if word != SWITCH]
    if not kept:
        comment = tail.lstrip()
        return Line(before, indent + comment if comment else None)
    after = indent + kept[0][1] + "".join(gap + word for gap, word in kept[1:]) + tail
    return Line(before, after)


@st.composite
def features(draw: st.DrawFn) -> list[Line]:
    """A feature whose only bug is 5, with the switch on at least one level."""
    levels = draw(st.lists(st.booleans(), min_size=4, max_size=4).filter(any))
    text = st.lists(TEXTS, max_size=2).map(lambda found: [Line(line, line) for line in found])

    def plain(*found: str) -> list[Line]:
        return [Line(line, line) for line in found]

    lines = [*draw(tag_lines(["@tdd_bug", "@tdd_bug_5"], switch=levels[0])), *plain("Feature: F"), *draw(text)]
    if draw(st.booleans()) or levels[1]:
        lines += [*draw(tag_lines(["@x"], switch=levels[1])), *plain("Rule: R"), *draw(text)]
    lines += [*draw(tag_lines(["@y"], switch=levels[2])), *plain("Scenario Outline: S <n>"), *draw(text)]
    lines += plain("Given g", "Then t <n>", "'''", SWITCH, "'''")
    lines += [*draw(tag_lines(["@z"], switch=levels[3])), *plain("Examples:", "| n |", "| 1 |", f"| {SWITCH} |")]
    lines += [*draw(tag_lines(["@slow"], switch=False)), *plain("Scenario: T", "Then t")]
    return lines


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file that holds one feature after the other, in a project in which there is nothing else to read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("any"))
        yield Path.cwd() / "a.feature"


@settings(deadline=None, max_examples=150)
@given(lines=features(), ends=st.lists(ENDS, min_size=60, max_size=60), final=st.booleans(), bom=st.booleans())
def test_bytes_and_model_lose_the_switch_alone(
    file: Path, lines: list[Line], ends: list[str], final: bool, bom: bool
) -> None:
    """The file is what its author would have written without the switch; taking the change back restores it."""
    ends = [ends[index % len(ends)] for index in range(len(lines))]
    for index, line in enumerate(lines[1:]):
        if not line.before and ends[index] == "\r":
            ends[index] = "\r\n"  # With a line feed behind it, it would not be a line end of its own.
    if not final:
        ends[-1] = ""
    mark = "\ufeff" if bom else ""
    before = mark + "".join(line.before + end for line, end in zip(lines, ends, strict=True))
    after = mark + "".join(
        line.after + end for line, end in zip(lines, ends, strict=True) if line.after is not None
    )
    file.write_bytes(before.encode())
    plan = plan_graduation([5], [file])
    write_graduation(plan)
    assert file.read_bytes().decode() == after
    assert model(after) == without_switch(model(before))
    assert [change.old for change in plan.changes] == [before.encode()]
    assert plan_graduation([5], [file]).changes == ()


@settings(deadline=None, max_examples=100)
@given(
    words=st.lists(
        st.sampled_from([SWITCH, "@tdd_bug", "@tdd_bug_5", "@tdd_bug_6", "@<n>", "#", "# language: fr"]),
        max_size=6,
    ),
    heading=st.sampled_from(["n", "tdd_expected_fail"]),
)
@example(words=[SWITCH, "# language: fr"], heading="n")
def test_a_file_changes_as_a_whole_or_not_at_all(file: Path, words: list[str], heading: str) -> None:
    """Whatever the tags: after a refusal nothing is changed, else no test of bug 5 has the switch."""
    tags = "\n".join(words)
    table = f"| {heading} |\n| tdd_expected_fail |\n"
    text = f"@tdd_bug @tdd_bug_5\n{tags}\nFeature: F\nScenario Outline: S\nThen t\nExamples:\n{table}"
    file.write_bytes(text.encode())
    try:
        plan = plan_graduation([5], [file])
    except RefusedError:
        assert file.read_bytes().decode() == text
        return
    write_graduation(plan)
    again = plan_graduation([5], [file])
    assert again.changes == ()
    assert not any(test.tags.expected_fail for test in again.tests)
    assert text.count("\n") - file.read_bytes().count(b"\n") == words.count(SWITCH)


def model(text: str) -> Any:
    """What Behave reads, as plain values without line numbers."""
    with contextlib.redirect_stdout(io.StringIO()):
        return plain_values(Parser().parse(text.removeprefix("\ufeff"), "a.feature"))


def plain_values(element: Any) -> dict[str, Any]:
    """An element of Behave's model as plain values."""
    table = getattr(element, "table", None)
    return {
        "keyword": element.keyword,
        "name": element.name,
        "tags": [str(tag) for tag in getattr(element, "tags", ())],
        "description": list(getattr(element, "description", None) or ()),
        "text": str(getattr(element, "text", None) or ""),
        "table": [list(table.headings), *(list(row.cells) for row in table.rows)] if table else [],
        "inside": [
            plain_values(inner)
            for name in ("run_items", "steps", "examples")
            for inner in getattr(element, name, None) or ()
        ],
    }


def without_switch(values: dict[str, Any]) -> dict[str, Any]:
    """The same values without the switch among the tags."""
    tags = [tag for tag in values["tags"] if f"@{tag}" != SWITCH]
    return {**values, "tags": tags, "inside": [without_switch(inner) for inner in values["inside"]]}
