"""In a trial, which our own commands start, each test is recorded and judged as if it carried the switch."""

from __future__ import annotations

import random

import pytest
from robot_project import RobotProject, Run

from bugcapture.core.expectation import Expectation
from bugcapture.project.trial import VARIABLE, Trial

LIBRARY = """
    def plain_assert():
        assert 1 == 2, "1 is not 2"

    def raise_key_error():
        raise KeyError("total")
"""
SUITE = """
    *** Settings ***
    Library    ${EXECDIR}/Lib.py

    *** Test Cases ***
    Captured
        [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail
        Plain Assert
    Guarded
        [Tags]    tdd_bug    tdd_bug_2
        No Operation
    Plain Passes
        No Operation
    Plain Fails
        Check Total
    Plain Raises
        Raise Key Error
    Broken Setup
        [Setup]    Fail    not set up
        No Operation
    Plain Skips
        Skip    not here

    *** Keywords ***
    Check Total
        Should Be Equal    1    2
"""
NAMES = ["Captured", "Guarded", "Plain Passes", "Plain Fails", "Plain Raises", "Broken Setup", "Plain Skips"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> RobotProject:
    """A project with tests of all kinds."""
    project = RobotProject(tmp_path_factory.mktemp("trial"))
    project.write("Lib.py", LIBRARY)
    project.write("tests/all.robot", SUITE)
    return project


def run(project: RobotProject, trial: Trial) -> Run:
    """Run all tests in a trial."""
    return project.robot(env={VARIABLE: trial.encode()})


def test_a_trial_of_everything_records_every_test(project: RobotProject) -> None:
    """Nothing is inverted, a test that skips says why, and a failure says where in the project it was raised."""
    declared = {"Plain Raises": Expectation(type_name="KeyError")}
    got = run(project, Trial(everything=True, declared=declared))
    assert got.verdicts == {
        "Captured": "expected_failure",
        "Guarded": "unexpected_pass",
        "Plain Passes": "unexpected_pass",
        "Plain Fails": "expected_failure",
        "Plain Raises": "expected_failure",
        "Broken Setup": "wrong_failure",
        "Plain Skips": "not_run",
    }
    assert got.record("Plain Skips")["reason"] == "not here"
    assert got.statuses == dict.fromkeys(NAMES, "FAIL") | {
        "Guarded": "PASS",
        "Plain Passes": "PASS",
        "Plain Skips": "SKIP",
    }
    assert got.code == 4
    told = {
        name: tuple(got.record(name).get(key, "") for key in ("kind", "phase", "frame"))
        for name in ("Captured", "Plain Fails", "Plain Raises", "Broken Setup")
    }
    assert told == {
        "Captured": ("assertion", "verification", "Lib.py:plain_assert"),
        "Plain Fails": ("assertion", "verification", ""),
        "Plain Raises": ("exception", "verification", "Lib.py:raise_key_error"),
        "Broken Setup": ("assertion", "setup", ""),
    }


def test_another_trial_records_what_belongs_to_a_bug(project: RobotProject) -> None:
    """What carries no tag of ours is run and left alone."""
    got = run(project, Trial())
    assert got.verdicts == {"Captured": "expected_failure", "Guarded": "unexpected_pass"}


@pytest.mark.tdd_bug(992)
def test_a_trial_may_want_another_order(project: RobotProject) -> None:
    """It is the one that a shuffle with this number gives, file by file."""
    got = run(project, Trial(everything=True, shuffle=7))
    expected = list(NAMES)
    random.Random(7).shuffle(expected)  # noqa: S311 - any order will do
    assert [record["name"] for record in got.records] == expected
    assert expected != NAMES
