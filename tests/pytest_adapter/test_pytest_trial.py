"""In a trial, which our own commands start, each test is recorded and judged as if it carried the switch."""

from __future__ import annotations

from pytest_project import EXPECTED, FIXED, WRONG, PytestProject

from bugcapture.project.trial import VARIABLE, Trial

TESTS = """
@T
def test_captured():
    assert 0

@bug(2)
def test_guarded():
    pass

def test_plain_passes():
    pass

def test_plain_fails():
    assert 0

def test_plain_raises():
    raise ValueError

def test_plain_skips():
    pytest.skip("not here")

@pytest.mark.xfail(reason="elsewhere")
def test_plain_xfails():
    assert 0

@pytest.mark.xfail(reason="elsewhere", strict=True)
def test_plain_xpasses():
    pass

def test_waved():
    assert 0
"""
# Another plugin calls a failure skipped, and gives no reason.
WAVED = """
import pytest

@pytest.hookimpl(hookwrapper=True, trylast=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if item.name == "test_waved" and call.when == "call":
        outcome.get_result().outcome = "skipped"
        outcome.get_result().longrepr = ("test_it.py", 1, "waved")
"""


def _in_trial(trial: Trial) -> dict[str, str]:
    return {VARIABLE: trial.encode()}


def test_a_trial_of_everything_records_every_test(project: PytestProject) -> None:
    """Nothing is inverted, and a test that skips says why."""
    project.module(TESTS)
    project.write("conftest.py", WAVED)
    run = project.run(**_in_trial(Trial(everything=True)))
    assert run.verdicts == {
        "test_captured": EXPECTED,
        "test_guarded": FIXED,
        "test_plain_passes": FIXED,
        "test_plain_fails": EXPECTED,
        "test_plain_raises": WRONG,
        "test_plain_skips": "not_run",
        "test_plain_xfails": "not_run",
        "test_plain_xpasses": "not_run",
        "test_waved": "not_run",
    }
    assert run.reasons["test_plain_skips"] == "not here"
    assert run.reasons["test_plain_xpasses"] == "pytest's own xfail: [XPASS(strict)] elsewhere"
    assert run.reasons["test_waved"] == "not run"
    assert run.reasons["test_plain_xfails"] == "pytest's own xfail: elsewhere"
    assert run.counts == {"failed": 4, "passed": 2, "skipped": 2, "xfailed": 1}


def test_another_trial_records_what_belongs_to_a_bug(project: PytestProject) -> None:
    project.module(TESTS)
    run = project.run(**_in_trial(Trial()))
    assert run.verdicts == {"test_captured": EXPECTED, "test_guarded": FIXED}


def test_a_trial_may_want_another_order(project: PytestProject) -> None:
    """It is the same for the same number."""
    project.module(TESTS)
    orders = {
        number: [
            [record["name"] for record in project.run(**_in_trial(Trial(everything=True, shuffle=number))).records]
            for _ in range(2)
        ]
        for number in (0, 7)
    }
    assert orders[0][0] == orders[0][1]
    assert orders[7][0] == orders[7][1]
    assert orders[0][0] != orders[7][0]
    assert sorted(orders[0][0]) == sorted(orders[7][0])
