"""Branch and commit message, by the project's own patterns where it has some."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatchcase

import pytest
from hostile_titles import TITLES
from hypothesis import given, settings

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.naming import clean_title
from bugcapture.core.scaffold import NewTest
from bugcapture.project.config import GateSettings
from bugcapture.workflow.commit import name_branch, write_message

TEST = NewTest(number=991, title="AuditService TOCTOU race")


@pytest.mark.parametrize(
    ("pattern", "asked", "branch"),
    [
        ("tdd/*", None, "tdd/audit-service-toctou-race"),
        ("capture-*", None, "capture-audit-service-toctou-race"),
        ("tdd/*/*", None, "tdd/audit-service-toctou-race"),
        ("tdd/[a-z]*", None, "tdd/audit-service-toctou-race"),
        ("tdd/fixed", None, "tdd/audit-service-toctou-race"),
        ("tdd/*", "tdd/m6-audit-session-race", "tdd/m6-audit-session-race"),
    ],
)
def test_branches(pattern: str, asked: str | None, branch: str) -> None:
    """A pattern with one star is filled in; any other leaves the name that is usual."""
    assert name_branch(TEST, GateSettings(capture_branch=pattern), asked) == branch


@pytest.mark.parametrize("pattern", ["bug/{number}-*", "bug *", "-*"])
def test_a_pattern_that_git_would_refuse_is_named(pattern: str) -> None:
    """Nobody has asked for this name on the command line."""
    with pytest.raises(ConfigurationError) as caught:
        name_branch(TEST, GateSettings(capture_branch=pattern), None)
    name = pattern.replace("*", "audit-service-toctou-race")
    assert (
        caught.value.message == f"[tool.bugcapture.gate] capture_branch: {name!r} cannot be the name of a branch"
    )
    assert caught.value.hint == 'for example capture_branch = "tdd/*"'


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (GateSettings().capture_title, "test: add TDD bug-capture test for #991 — AuditService TOCTOU race"),
        ("test(#{number}): *", "test(#991): AuditService TOCTOU race"),
        ("#{number} ? *", "test: add TDD bug-capture test for #991 — AuditService TOCTOU race"),
        ("no star", "test: add TDD bug-capture test for #991 — AuditService TOCTOU race"),
    ],
)
def test_first_lines(pattern: str, line: str) -> None:
    message = write_message(TEST, GateSettings(capture_title=pattern), "a.feature", None)
    assert message.splitlines()[:2] == [line, ""]


def test_the_message_has_link_and_footer() -> None:
    test = NewTest(number=991, title="Race", link="https://example.org/991")
    assert write_message(test, GateSettings(), "a.feature", 1095) == (
        "test: add TDD bug-capture test for #991 — Race\n\n"
        "a.feature fails while the bug is there, and carries tdd_expected_fail\n"
        "until it is fixed.\n\n"
        "https://example.org/991\n\n"
        "ISSUES CLOSED: #1095\n"
    )


@settings(max_examples=100)
@given(title=TITLES)
def test_every_title_makes_a_branch_and_a_first_line_that_the_gate_accepts(title: str) -> None:
    test = NewTest(number=991, title=clean_title(title))
    gate = GateSettings()
    branch = name_branch(test, gate, None)
    assert fnmatchcase(branch, gate.capture_branch)
    message = write_message(test, gate, "a.feature", None)
    first, second, *_ = message.split("\n")
    assert fnmatchcase(first, gate.capture_title.replace("{number}", "991"))
    assert second == ""
    assert first.endswith(test.headline) or any(part in test.headline for part in ("#", "GH-", "://"))


@pytest.mark.parametrize("title", ["", "..", "a.lock", "@{", "-x", "/", "a//b", "~^:?*[\\", "HEAD", "con"])
def test_git_accepts_the_branch(title: str) -> None:
    branch = name_branch(NewTest(number=7, title=title), GateSettings(), None)
    subprocess.run(["git", "check-ref-format", "--branch", branch], check=True, capture_output=True)


@given(title=TITLES)
def test_a_title_that_looks_like_a_pattern_is_text(title: str) -> None:
    """Neither a star nor ``{number}`` in a title is filled in again."""
    test = NewTest(number=991, title=clean_title("{number} * " + title.replace("#", "").replace("/", "")))
    assert write_message(test, GateSettings(), "a", None).split("\n")[0].partition(" — ")[2] == test.title


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Closes #12", "Closes 12"),
        ("it fixes: octo/shop#12 for good", "it fixes: octo/shop12 for good"),
        ("resolves GH-12", "resolves GH 12"),
        ("Fix https://example.org/issues/12", "Fix https:example.org/issues/12"),
        ("C# and #hash", "C# and #hash"),
    ],
)
def test_a_title_of_a_stranger_closes_nothing(title: str, told: str) -> None:
    """GitHub and GitLab obey such words anywhere in a commit message."""
    message = write_message(NewTest(number=991, title=title), GateSettings(), "a", None)
    assert message.startswith(f"test: add TDD bug-capture test for #991 — {told}\n")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("[skip ci] x", "(skip ci) x"),
        ("x [CI Skip]", "x (CI Skip)"),
        ("[[no ci]]", "[(no ci)]"),
        ("[skip actions][actions skip]", "(skip actions)(actions skip)"),
        ("[skip-ci] [ ci_skip ]", "(skip-ci) (ci_skip)"),
        ("****no_ci*** x", "no_ci*** x"),
        ("***NO_CI***", "NO_CI***"),
        ("[skip] ci and [no engine] *** x", "[skip] ci and [no engine] *** x"),
    ],
)
def test_a_title_of_a_stranger_skips_nothing(title: str, told: str) -> None:
    """Forges run no CI for a commit with such words in its message."""
    message = write_message(NewTest(number=991, title=title), GateSettings(), "a", None)
    assert message.startswith(f"test: add TDD bug-capture test for #991 — {told}\n")
