"""The suggested ``Fails with:`` line accepts the very failure it was made from."""

from __future__ import annotations

import pytest
from behave.parser import parse_feature
from core_strategies import CHECKED, NASTY_CHARACTERS, REGEX_CHARACTERS, messages
from hypothesis import example, given
from hypothesis import strategies as st

from bugcapture.core.expectation import matches_message, matches_type, parse_expectation, suggest_line

types = st.sampled_from(["AssertionError", "KeyError", "_Private2", "Pr\u00fcfFehler"])
hard_messages = [
    "",
    " \n\t\n",
    "\n\n  second line",
    "\r\nwindows\r\n",
    "x" * 5000,
    "(" * 5000,
    " " * 5000 + "x",
    ("a " * 49) + "bc def",
    "x" * 99 + " y",
    "x" * 99 + "\\d",
    NASTY_CHARACTERS,
    "".join(f"a{char}b" for char in NASTY_CHARACTERS),
    REGEX_CHARACTERS,
    "# looks like a comment",
    "| a | b |",
    "@tdd_bug_5",
    'Scenario: x\nThen y\n"""',
    "Fails with: KeyError: x",
    ": starts with a colon",
    "\\",
    "\\Q1\\E \\1 \\g<1>",
    "assert [[1, 2]] == [1--2] && a||b ~~ c",
    "<id> and ${id} and {id}",
    "Grie\u00dfe \U0001f600 \u4e2d\u6587 a\u0301",
    "(?i)x (?#comment) {99999999999}",
]


def accepts(lines, exc_type, message):
    expectation, problems = parse_expectation(lines)
    return (
        problems == ()
        and expectation.declared
        and matches_type(expectation, [exc_type])
        and matches_message(expectation, message)
    )


@CHECKED
@given(types, messages)
def test_the_suggested_line_accepts_its_failure(exc_type, message):
    """Parsed back, the line accepts this type with this message, and is one printable line."""
    line = suggest_line(exc_type, message)

    assert line.isprintable()
    assert len(line) < 300
    assert accepts([line], exc_type, message)


@CHECKED
@given(types, messages)
@example("KeyError", "'total'")
def test_the_suggested_line_survives_a_feature_file(exc_type, message):
    """Pasted into a scenario's description and read by Behave's parser, it still accepts the failure."""
    line = suggest_line(exc_type, message)
    text = f"Feature: f\n  Scenario: s\n    Some text.\n    {line}\n    Then x\n"
    scenario = parse_feature(text.encode("utf-8").decode("utf-8")).scenarios[0]

    assert [step.name for step in scenario.steps] == ["x"]
    assert accepts(scenario.description, exc_type, message)


@pytest.mark.parametrize("message", hard_messages)
def test_a_hard_message_is_no_exception(message):
    """Both hold for messages that were made to break them."""
    test_the_suggested_line_accepts_its_failure.hypothesis.inner_test("KeyError", message)
    test_the_suggested_line_survives_a_feature_file.hypothesis.inner_test("KeyError", message)


@pytest.mark.parametrize(
    ("exc_type", "message", "expected"),
    [
        ("KeyError", "'total'", "Fails with: KeyError: 'total'"),
        ("KeyError", "", "Fails with: KeyError"),
        ("KeyError", "<total> is empty", r"Fails with: KeyError: \<total\> is empty"),
        ("AssertionError", "\n\n  2 != 1 (engines)\nmore", r"Fails with: AssertionError: 2 != 1 \(engines\)"),
        ("AssertionError", "a\tb\x1b[0m", r"Fails with: AssertionError: a.b.\[0m"),
        ("AssertionError", r".\^$*+?{}[]|()", r"Fails with: AssertionError: \.\\\^\$\*\+\?\{\}\[\]\|\(\)"),
        ("E", "x" * 101, "Fails with: E: " + "x" * 100),
        ("E", "x" * 98 + "  y", "Fails with: E: " + "x" * 98),
        ("\x1b[31m", "x", r"Fails with: \x1b[31m: x"),
    ],
)
def test_the_suggested_line_reads_well(exc_type, message, expected):
    """Only what a regex or an outline would misread is escaped, and the line is short."""
    assert expected == suggest_line(exc_type, message)


def test_the_suggested_line_does_not_accept_everything():
    """A suggestion made from one message refuses another type and another message."""
    line = suggest_line("KeyError", "a.b (c)")

    assert not accepts([line], "IndexError", "a.b (c)")
    assert not accepts([line], "KeyError", "axb (c)")
    assert not accepts([line], "KeyError", "a.b c")
