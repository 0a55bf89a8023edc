"""Declarations and tags in each framework's own spelling, ready to paste."""

from __future__ import annotations

import ast
import re

import pytest
from core_strategies import CHECKED, messages
from hypothesis import given

from bugcapture.core.expectation import Expectation, matches_message
from bugcapture.core.message import tell_verdict
from bugcapture.core.outcome import Failure, Kind, Phase
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Judgement, Verdict
from bugcapture.core.wording import GHERKIN, PYTEST, ROBOT, declare_in_marker, declare_in_robot

LONG = "a " + "very " * 40 + "long step"


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("", "Fails with: KeyError"),
        ("plain", "Fails with: KeyError: plain"),
        ("  two   spaces\tand a tab ", r"Fails with: KeyError: two\\s+spaces.and a tab"),
        ("first\nsecond", "Fails with: KeyError: first"),
        ("a.b", r"Fails with: KeyError: a\\.b"),
        ("order #7 of # 9", r"Fails with: KeyError: order \#7 of \# 9"),
        ("#7", r"Fails with: KeyError: \#7"),
        ("no#7", "Fails with: KeyError: no#7"),
        ("@{list} &{dict} %{HOME}", r"Fails with: KeyError: @\\{list\\} &\\{dict\\} %\\{HOME\\}"),
        ("5 % of a@b & c", "Fails with: KeyError: 5 % of a@b & c"),
    ],
)
def test_a_robot_line_means_itself_in_a_robot_file(message, line):
    """No part of it starts a comment, a new cell or a variable, and backslashes are doubled."""
    assert declare_in_robot("KeyError", message) == line


def test_a_name_is_no_variable_in_a_robot_file():
    """The name of a class may be anything that a program makes up."""
    assert declare_in_robot("${name}@{x}", "") == r"Fails with: \${name}\@{x}"


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("", ""),
        ("plain", ', match="plain"'),
        ("a.b", r', match=r"a\.b"'),
        ('a "quoted" word', """, match='a "quoted" word'"""),
        ('a."b"', r""", match='a\\."b"'"""),
        ("ends with a backslash\\", r""", match='ends with a backslash\\\\'"""),
    ],
)
def test_a_marker_is_python_and_finds_the_message(message, arguments):
    """A raw string where there are backslashes, a plain one where there are none, quotes as they are."""
    marker = declare_in_marker("KeyError", message)
    call = ast.parse(marker.removeprefix("@"), mode="eval").body
    match = {keyword.arg: keyword.value for keyword in call.keywords}.get("match")

    assert marker == f"@pytest.mark.tdd_expected_fail(raises=KeyError{arguments})"
    assert re.search(ast.literal_eval(match) if match else "", message)


@CHECKED
@given(messages)
def test_any_marker_can_be_pasted_and_finds_its_message(message):
    """Whatever the message is, the marker is Python, on one line, and its pattern finds the message."""
    marker = declare_in_marker("KeyError", message)
    call = ast.parse(marker.removeprefix("@"), mode="eval").body
    patterns = [ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg == "match"]

    assert "\n" not in marker
    assert matches_message(Expectation("KeyError", *patterns), message)


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        (GHERKIN, "@tdd_bug_991 and @tdd_issue_7 need @tdd_bug, not @other"),
        (ROBOT, "tdd_bug_991 and tdd_issue_7 need tdd_bug, not @other"),
        (PYTEST, "tdd_bug(991) and tdd_issue(7) need tdd_bug, not @other"),
    ],
)
def test_tags_are_spelt_as_the_framework_does(wording, text):
    """Number tags become calls for pytest; the at sign belongs to Gherkin alone; other words stay."""
    assert wording.respell("@tdd_bug_991 and @tdd_issue_7 need @tdd_bug, not @other") == text


def advice(failure, expectation, wording=GHERKIN):
    """What a wrong failure says behind the line that begins with ``got``."""
    text = tell_verdict(
        Judgement(Verdict.WRONG_FAILURE, "reason", failure),
        tags=TestTags((4,), expected_fail=True),
        where="a.feature:6",
        name="Pay",
        expectation=expectation,
        wording=wording,
    )
    return text.splitlines()[3:]


def failed_at(place, *aliases):
    """A failure that could be declared, at one place."""
    return Failure(
        phase=Phase.VERIFICATION,
        kind=Kind.EXCEPTION,
        exc_types=("KeyError", "builtins.KeyError"),
        message="total",
        place=place,
        aliases=aliases,
    )


def test_nothing_declared_before_needs_no_replacement():
    """The line is new, so nothing is said about an old one."""
    assert advice(failed_at("Then it is paid"), Expectation()) == [
        "  if this is how the bug shows itself, declare it in the scenario's description:",
        "    Fails with: KeyError: total",
    ]


def test_another_type_takes_the_place_of_the_declared_one():
    """A declaration stands once, so the new line replaces the old."""
    assert advice(failed_at("Then it is paid"), Expectation("ValueError")) == [
        (
            "  if this is how the bug shows itself, declare it in the scenario's description, "
            "in place of the 'Fails with:' line that holds so far:"
        ),
        "    Fails with: KeyError: total",
    ]


def test_another_place_takes_the_place_of_the_declared_one():
    """Where the place is wrong, a line with the type would change nothing."""
    assert advice(failed_at("Then it is\x1b paid"), Expectation(place="Then it is sent")) == [
        (
            "  if this is how the bug shows itself, declare it in the scenario's description, "
            "in place of the 'Fails at:' line that holds so far:"
        ),
        r"    Fails at: Then it is\x1b paid",
    ]


@pytest.mark.parametrize(
    ("place", "aliases"),
    [("then  IT is sent", ()), ("And it is sent", ("Then it is sent",)), ("x" * 201, ())],
    ids=["the same in other words", "by another name", "too long to paste"],
)
def test_the_declared_place_stays_where_it_is_right_or_cannot_be_said(place, aliases):
    """Then it is the type that is missing."""
    assert advice(failed_at(place, *aliases), Expectation(place="Then it is sent"))[1] == (
        "    Fails with: KeyError: total"
    )


def test_a_place_of_200_characters_can_be_pasted():
    """It still fits on a line."""
    assert advice(failed_at("x" * 200), Expectation(place="Then it is sent"))[1] == f"    Fails at: {'x' * 200}"


def test_a_marker_says_what_it_replaces_in_its_own_words():
    """A marker has no lines."""
    assert advice(failed_at(""), Expectation("ValueError"), PYTEST) == [
        (
            "  if this is how the bug shows itself, declare it in the test's marker, "
            "in place of the one that is there:"
        ),
        '    @pytest.mark.tdd_expected_fail(raises=KeyError, match="total")',
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@tdd_bug_991 needs @tdd_bug", "tdd_bug(991) needs tdd_bug"),
        ("@tdd_issue_<N> takes a positive integer", "tdd_issue(<N>) takes a positive integer"),
        ("@tdd_bug_12x", "tdd_bug_12x"),
    ],
)
def test_tags_become_markers_in_every_text(text, told):
    assert PYTEST.respell(text) == told


def test_a_class_that_the_test_may_not_know_is_named_as_text():
    assert declare_in_marker("ShopError", "x") == '@pytest.mark.tdd_expected_fail(raises="ShopError", match="x")'
    assert declare_in_marker("ShopError", "") == '@pytest.mark.tdd_expected_fail(raises="ShopError")'
    assert declare_in_marker("KeyError", "") == "@pytest.mark.tdd_expected_fail(raises=KeyError)"
    assert declare_in_marker("print", "") == '@pytest.mark.tdd_expected_fail(raises="print")'
