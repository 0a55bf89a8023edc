"""What one marker says, whoever reads it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bugcapture.core.expectation import NO_EXPECTATION, Expectation
from bugcapture.core.tags import TagPolicy
from bugcapture.pytest.markers import check_markers, read_marker

SWITCH = "tdd_expected_fail"
ALLOW = "(if it is the project's own, list it in [tool.bugcapture] allow_tags)"


class _Rude:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def rules(name: str, *args: Any, **kwargs: Any) -> list[str]:
    """The rules that a marker breaks."""
    problems = read_marker(name, args, kwargs).problems
    assert all(problem.message.isprintable() and len(problem.message) < 300 for problem in problems)
    return [problem.rule for problem in problems]


def test_numbers_become_tags() -> None:
    """Positional or by any keyword."""
    assert read_marker("tdd_bug", (1, 2), {"n": 3}).tags == ("tdd_bug", "tdd_bug_1", "tdd_bug_2", "tdd_bug_3")
    assert read_marker("tdd_issue", (7,)).tags == ("tdd_issue", "tdd_issue_7")
    assert read_marker("tdd_bug", (1, 0)).tags == ("tdd_bug", "tdd_bug_1")
    assert read_marker("tdd_bug", (0,)).tags == ()
    assert read_marker("slow", (0,)).tags == ("slow",)


@pytest.mark.parametrize(
    "value",
    [0, -1, True, "1", 1.0, None, 10**18, pytest.param(10**5000, id="huge"), _Rude(), "\x1b[31m", "x" * 999],
)
def test_other_values_are_no_numbers(value: object) -> None:
    """T5, whatever the value does when it is shown."""
    assert rules("tdd_bug", value) == ["T5"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("tdd_bug_991", "write tdd_bug(991)"),
        ("tdd_isue_6", f"did you mean tdd_issue(6)? {ALLOW}"),
        ("TDD_bug", f"did you mean tdd_bug(991)? {ALLOW}"),
        ("tdd_expect_fail", f"did you mean tdd_expected_fail? {ALLOW}"),
        ("tdd_bug_007", f"did you mean tdd_bug(7)? {ALLOW}"),
    ],
)
def test_a_near_miss_is_told_what_was_meant(name: str, meant: str) -> None:
    """T4, in the spelling of markers."""
    assert rules(name) == ["T4"]
    assert read_marker(name).problems[0].message == f"{name} is no bugcapture marker: {meant}"


def test_a_near_miss_keeps_its_number() -> None:
    """A usable number is the one that was meant."""
    assert "did you mean tdd_bug(17)?" in read_marker("tdd_bgu", (17,)).problems[0].message
    assert "did you mean tdd_bug(991)?" in read_marker("tdd_bgu", (0, True, "17")).problems[0].message


def test_a_declaration_is_read() -> None:
    """Types and pattern together; a pattern alone is about what counts by default."""
    assert read_marker(SWITCH).expectation == NO_EXPECTATION
    assert read_marker(SWITCH, (), {"raises": ("KeyError", "a.B", "KeyError")}).expectation == Expectation(
        "KeyError", other_types=("a.B",)
    )
    assert read_marker(SWITCH, (), {"match": re.compile("a+")}).expectation == Expectation(
        "AssertionError", "a+", other_types=("Failed",)
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"raises": 5},
        {"raises": ()},
        {"raises": (5,)},
        {"raises": "no name"},
        {"raises": "TimeoutError"},
        {"match": b"x"},
        {"match": re.compile("x", re.IGNORECASE)},
        {"match": re.compile(b"x")},
        {"match": " "},
        {"match": "("},
        {"reason": "x"},
        {"raises": _Rude()},
    ],
)
def test_a_broken_declaration_declares_nothing(arguments: dict[str, Any]) -> None:
    """F1, and the switch itself stays on."""
    marker = read_marker(SWITCH, (), arguments)
    assert [problem.rule for problem in marker.problems] == ["F1"]
    assert marker.expectation == NO_EXPECTATION
    assert marker.tags == (SWITCH,)
    assert rules(SWITCH, _Rude()) == ["F1"]


def test_markers_are_checked_together() -> None:
    """T3 and T6, without the spelling of tags."""
    told = check_markers((SWITCH, "xfail"), TagPolicy(require=("issue",)))
    assert [problem.rule for problem in told] == ["T3", "T6"]
    assert all("@" not in problem.message for problem in told)
    assert check_markers((SWITCH, "tdd_bug", "tdd_bug_1")) == ()
