"""In a trial, which our own commands start, each test is recorded and judged as if it carried the switch."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from behave_project import SWITCH, BehaveProject

from bugcapture.core.expectation import Expectation
from bugcapture.project.trial import VARIABLE, Trial

if TYPE_CHECKING:
    from pathlib import Path

    from behave_project import Run

FEATURE = f"""
    Feature: Trials

      @tdd_bug @tdd_bug_1 {SWITCH}
      Scenario: captured
        Then it asserts "boom"

      @tdd_bug @tdd_bug_2
      Scenario: guarded
        Then it passes

      Scenario: plain passes
        Then it passes

      Scenario: plain fails
        Then it uses the assert statement

      Scenario: plain raises
        Then it raises KeyError "total"

      Scenario: plain is not set up
        Given it asserts "boom"
        Then it passes

      Scenario: plain skips
        Given it is skipped
        Then it passes
"""
NAMES = [
    "captured", "guarded", "plain passes", "plain fails", "plain raises", "plain is not set up", "plain skips",
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> BehaveProject:
    """A project with scenarios of all kinds."""
    project = BehaveProject(tmp_path_factory.mktemp("trial"))
    project.feature(FEATURE)
    return project


def run(project: BehaveProject, trial: Trial) -> Run:
    """Run all scenarios in a trial."""
    return project.run(env={VARIABLE: trial.encode()})


def test_a_trial_of_everything_records_every_test(project: BehaveProject) -> None:
    """Nothing is inverted, and a failure says where in the project it was raised."""
    declared = {"plain raises": Expectation(type_name="KeyError")}
    got = run(project, Trial(everything=True, declared=declared))
    assert {record["name"]: record["verdict"] for record in got.records} == {
        "captured": "expected_failure",
        "guarded": "unexpected_pass",
        "plain passes": "unexpected_pass",
        "plain fails": "expected_failure",
        "plain raises": "expected_failure",
        "plain is not set up": "wrong_failure",
        "plain skips": "not_run",
    }
    assert got.code == 1
    assert {name: got.scenario(name)["status"] for name in NAMES} == {
        "captured": "failed",
        "guarded": "passed",
        "plain passes": "passed",
        "plain fails": "failed",
        "plain raises": "error",
        "plain is not set up": "failed",
        "plain skips": "skipped",
    }
    told = {
        record["name"]: tuple(record.get(key, "") for key in ("kind", "phase", "frame"))
        for record in got.records
        if record["verdict"] in {"expected_failure", "wrong_failure"}
    }
    steps = "features/steps/common.py"
    assert told == {
        "captured": ("assertion", "verification", f"{steps}:it_asserts"),
        "plain fails": ("assertion", "verification", f"{steps}:it_uses_the_assert_statement"),
        "plain raises": ("exception", "verification", f"{steps}:it_raises"),
        "plain is not set up": ("assertion", "setup", f"{steps}:it_asserts"),
    }


def test_a_hook_cannot_end_a_trial(tmp_path: Path) -> None:
    """What a project does to the environment of its own processes says nothing of the tests that follow."""
    project = BehaveProject(tmp_path)
    project.feature(FEATURE)
    project.hooks("import os\n\ndef before_scenario(context, scenario):\n    os.environ.clear()\n")
    got = run(project, Trial(everything=True))
    assert [record["name"] for record in got.records] == NAMES


def test_another_trial_records_what_belongs_to_a_bug(project: BehaveProject) -> None:
    """What carries no tag of ours is run and left alone."""
    got = run(project, Trial())
    verdicts = {record["name"]: record["verdict"] for record in got.records}
    assert verdicts == {"captured": "expected_failure", "guarded": "unexpected_pass"}


def test_a_trial_may_want_another_order(project: BehaveProject) -> None:
    """It is the one that a shuffle with this number gives."""
    got = run(project, Trial(everything=True, shuffle=7))
    expected = list(NAMES)
    random.Random(7).shuffle(expected)  # noqa: S311 - any order will do
    assert [record["name"] for record in got.records] == expected
    assert expected != NAMES
