"""Findings, captures and errors: how they are ordered and shown."""

from __future__ import annotations

import pytest

from bugcapture.core.capture import Capture, State, TagSite
from bugcapture.core.errors import BugcaptureError, ConfigurationError, RaceError, RefusedError, SourceError
from bugcapture.core.finding import RULES, Finding, Severity
from bugcapture.core.tags import TestTags


def test_findings_are_ordered_by_place():
    """Findings sort by file, line as a number, rule and text."""
    findings = [
        Finding("a.feature", 2, "T1", "x"),
        Finding("a.feature", 2, "T4", "a"),
        Finding("a.feature", 2, "T4", "b"),
        Finding("a.feature", 10, "T1", "x"),
        Finding("b.feature", 1, "T1", "x"),
        Finding("b.feature", 1, "T1", "x", Severity.WARNING),
    ]

    assert sorted(findings[3:] + findings[:3]) == findings
    assert len({*findings, *findings}) == len(findings)


@pytest.mark.parametrize(("line", "expected"), [(7, "a.feature:7"), (1, "a.feature:1"), (0, "a.feature")])
def test_a_place_is_path_and_line(line, expected):
    """A finding for a whole file names no line."""
    assert Finding("a.feature", line, "T1", "x").where == expected


def test_a_finding_is_an_error_unless_said_otherwise():
    """Errors are the default; every rule of the contract has a title."""
    assert Finding("a", 1, "T1", "x").severity is Severity.ERROR
    assert {f"T{number}" for number in range(1, 7)} <= set(RULES)


@pytest.mark.parametrize(("expected_fail", "state"), [(True, State.CAPTURED), (False, State.GUARDED)])
def test_a_capture_is_guarded_once_the_switch_is_off(expected_fail, state):
    """The switch alone decides between captured and guarded."""
    capture = Capture(
        framework="behave", path="a.feature", line=7, name="x", tags=TestTags((5,), expected_fail=expected_fail)
    )

    assert (capture.state, capture.where) == (state, "a.feature:7")


def test_tag_sites_are_ordered_by_place():
    """Tag sites sort by file and line as a number."""
    sites = [TagSite("a", 2, "y"), TagSite("a", 10, "x"), TagSite("b", 1, "x")]

    assert sorted(sites[1:] + sites[:1]) == sites


@pytest.mark.parametrize(
    ("where", "hint", "text"),
    [
        (None, None, "it is wrong"),
        ("a.toml:3", None, "a.toml:3: it is wrong"),
        (None, "run x", "it is wrong\n  run x"),
        ("a.toml:3", "run x", "a.toml:3: it is wrong\n  run x"),
    ],
)
def test_an_error_says_what_where_and_what_to_run(where, hint, text):
    """Place, message and hint, each only when there is one."""
    error = BugcaptureError("it is wrong", where=where, hint=hint)

    assert str(error) == text
    assert (error.message, error.where, error.hint) == ("it is wrong", where, hint)
    assert error.args == ("it is wrong",)


@pytest.mark.parametrize(
    ("kind", "code"),
    [(BugcaptureError, 2), (ConfigurationError, 2), (SourceError, 2), (RefusedError, 1), (RaceError, 2)],
)
def test_an_error_has_the_exit_code_of_the_contract(kind, code):
    """Usage and configuration are 2, a refusal is a finding: 1."""
    assert kind("x").exit_code == code
    assert issubclass(kind, BugcaptureError)
