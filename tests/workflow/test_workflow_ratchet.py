"""``check --ratchet``: no more open captures than the project allows."""

from __future__ import annotations

import pytest
from workflow_project import GitProject

ONE = """\
Feature: F
  @tdd_bug @tdd_bug_{0} @tdd_expected_fail
  Scenario: a {0}
    Then it fails

  @tdd_bug @tdd_bug_{0} @tdd_expected_fail
  Scenario: b {0}
    Then it fails

  @tdd_bug @tdd_bug_9{0}
  Scenario: guarded {0}
    Then it passes
"""


@pytest.fixture
def three(project: GitProject) -> GitProject:
    """Three bugs are captured, two of them below ``features/audit``; three others are guarded."""
    project.add_behave()
    for number, folder in ((1, "audit"), (2, "audit"), (3, "cart")):
        project.write(f"features/{folder}/{number}.feature", ONE.format(number))
    return project


def limit(project: GitProject, text: str) -> None:
    project.write("pyproject.toml", f"[tool.bugcapture]\n{text}\n")


@pytest.mark.parametrize(
    ("settings", "code", "rules"),
    [
        ("max_captured = 3", 0, []),
        ("max_captured = 2", 1, [("R1", "error")]),
        ("max_captured = 0", 1, [("R1", "error")]),
        ("max_captured = 4", 0, [("R1", "warning")]),
        ("budgets = { 'features/audit' = 2, 'features/cart' = 1 }", 0, []),
        ("budgets = { 'features/audit' = 1 }", 1, [("R2", "error")]),
        ("budgets = { 'features/audit/' = 1 }", 1, [("R2", "error")]),
        ("budgets = { './features//audit' = 1 }", 1, [("R2", "error")]),
        ("budgets = { 'features/cart/../audit/.' = 1 }", 1, [("R2", "error")]),
        ("budgets = { 'features/audit/1.feature' = 0 }", 1, [("R2", "error")]),
        ("max_captured = 2\nbudgets = { 'features/cart' = 0 }", 1, [("R1", "error"), ("R2", "error")]),
        ("budgets = { 'features' = 9 }", 0, [("R2", "warning")]),
    ],
)
def test_limits(three: GitProject, settings: str, code: int, rules: list[tuple[str, str]]) -> None:
    """A bug counts once, guarded ones not at all, and a path holds what lies below it."""
    limit(three, settings)
    result = three.run("check", "--ratchet", "--format", "json")
    assert result.code == code, result.out
    assert [(one["rule"], one["severity"]) for one in result.json["findings"]] == rules
    assert three.run("check").code == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("max_captured = -1", "max_captured = -1: no limit is below 0"),
        ("budgets = { 'features/audit' = -1 }", 'budgets."features/audit" = -1: no limit is below 0'),
        ("budgets = { '.' = 1 }", "budgets: '.' is the whole project"),
        ("budgets = { '' = 1 }", "budgets: '' is the whole project"),
        ("budgets = { 'features/..' = 1 }", "budgets: 'features/..' is the whole project"),
        ("budgets = { 'features/aud' = 0 }", "budgets: 'features/aud' is not there"),
        ("budgets = { '../features' = 0 }", "budgets: '../features' is no path in the project"),
        ("budgets = { '/features' = 0 }", "budgets: '/features' is no path in the project"),
        ("budgets = { 'features*' = 0 }", "budgets: 'features*' is not there"),
    ],
)
def test_a_limit_that_counts_nothing_is_refused(three: GitProject, settings: str, told: str) -> None:
    """It would look like one that is kept."""
    limit(three, settings)
    result = three.run("check", "--ratchet")
    assert result.code == 2
    assert f"pyproject.toml: [tool.bugcapture] {told}" in result.err


def test_the_limit_and_the_bugs_are_told(three: GitProject) -> None:
    """What is too much, and what to do."""
    limit(three, "max_captured = 2")
    out = three.run("check", "--ratchet").out
    assert "3 bugs are captured and not fixed (#1, #2, #3), and max_captured allows 2" in out
    assert "fix one before you capture the next" in out


def test_a_limit_that_can_be_lowered_is_told(three: GitProject) -> None:
    """So that the number only goes down; it does not fail."""
    limit(three, "max_captured = 5")
    result = three.run("check", "--ratchet")
    assert result.code == 0
    assert "lower max_captured from 5 to 3" in result.out


def test_a_ratchet_without_a_limit_is_a_wrong_call(three: GitProject) -> None:
    """Nothing to compare with is not the same as nothing to say."""
    limit(three, "")
    result = three.run("check", "--ratchet")
    assert result.code == 2
    assert "[tool.bugcapture] max_captured = N" in result.err


def test_the_whole_project_counts(three: GitProject) -> None:
    """A path would hide captures; from a folder inside the project all are counted."""
    limit(three, "max_captured = 2")
    result = three.run("check", "--ratchet", "features/cart")
    assert result.code == 2
    inner = GitProject.__new__(GitProject)
    inner.folder = three.folder / "features" / "cart"
    assert inner.run("check", "--ratchet").code == 1
