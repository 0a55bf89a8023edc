"""What people look at: ``log.html`` says of every test what the verdict says, and the other reports with it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
from robot.api import ExecutionResult
from robot_project import TAGS

if TYPE_CHECKING:
    from robot_project import RobotProject, Run

EXPECTED = {
    "equal": "Should Be Equal    1    2",
    "user keyword": "Check Total",
    "run keyword if": "Run Keyword If    True    Fail    boom",
    "try fails again": "TRY\n    Evaluate    1/0\nEXCEPT    *    type=GLOB\n    Fail    again\nEND",
    "continues": "Run Keyword And Continue On Failure    Fail    one\nFail    two",
}
FIXED = {
    "passes": "No Operation",
    "pass execution": "Pass Execution    early",
    "failure ignored": "Run Keyword And Ignore Error    Fail    x",
}
WRONG = {
    "other error": "Evaluate    1/0",
    "unknown keyword": "No Such Keyword",
    "missing variable": "Log    ${nope}",
    "timeout": "[Timeout]    50 ms\nSleep    5 s",
    "setup": "[Setup]    Fail    early\nNo Operation",
    "teardown": "Fail    boom\n[Teardown]    Fail    late",
    "stale assertion": "Run Keyword And Ignore Error    Fail    x\nVAR    ${x}    ${nope}",
}
SKIPPED = {"skip": "Skip    not today"}
KEYWORDS = "*** Keywords ***\nCheck Total\n    Should Be Equal    1    2\n"
CAPTURED = f"*** Test Cases ***\n{{}}\n    {TAGS}\n    {{}}\n"


def suite(bodies: dict[str, str]) -> str:
    cases = "".join(
        f"{name}\n    {TAGS}\n    " + body.replace("\n", "\n    ") + "\n" for name, body in bodies.items()
    )
    return f"*** Test Cases ***\n{cases}{KEYWORDS}"


def assert_log_agrees(run: Run) -> None:
    """Status and message of every test, the status of the whole and the totals are those of output.xml."""
    result = ExecutionResult(run.folder / "out" / "output.xml")
    assert {name: test.status for name, test in run.log.tests.items()} == run.statuses
    for name, test in run.log.tests.items():
        assert html.unescape(test.message) == run.message(name)
    total = result.statistics.total
    assert run.log.totals == (total.passed, total.failed, total.skipped)
    assert run.log.suite == result.suite.status


def test_the_log_shows_verdicts(project: RobotProject) -> None:
    """Expected failures are green with a red keyword inside, fixed bugs and wrong failures red, skips skips."""
    project.write("tests/a.robot", suite(EXPECTED | FIXED | WRONG | SKIPPED))

    run = project.robot()

    statuses = (
        dict.fromkeys(EXPECTED, "PASS")
        | dict.fromkeys({**FIXED, **WRONG}, "FAIL")
        | dict.fromkeys(SKIPPED, "SKIP")
    )
    assert {name: test.status for name, test in run.log.tests.items()} == statuses
    assert run.log.totals == (len(EXPECTED), len(FIXED) + len(WRONG), len(SKIPPED))
    assert run.code == run.log.totals[1]
    assert_log_agrees(run)
    for name in EXPECTED:
        assert run.log.tests[name].message.startswith("Expected failure (#1): ")
        assert "FAIL" in run.log.tests[name].calls
    for name in FIXED:
        assert "bug 1 looks fixed: run `bugcapture graduate 1`" in run.log.tests[name].message
        assert "FAIL" not in run.log.tests[name].calls
    for name in WRONG:
        assert "wrong failure: " in run.log.tests[name].message


def test_the_log_of_a_run_with_expected_failures_only_is_green(project: RobotProject) -> None:
    """The status of each suite follows from its tests."""
    project.write("tests/a.robot", suite(EXPECTED))

    run = project.robot()

    assert (run.code, run.log.suite, run.log.totals) == (0, "PASS", (len(EXPECTED), 0, 0))
    assert_log_agrees(run)


def test_the_log_shows_what_a_suite_teardown_takes_away(project: RobotProject) -> None:
    """A teardown that fails behind an expected failure leaves it red in the log as well."""
    project.write("tests/a.robot", f"*** Settings ***\nSuite Teardown    Fail    torn\n{suite(EXPECTED)}")
    project.write("tests/b.robot", CAPTURED.format("untouched", "Fail    boom"))

    run = project.robot()

    assert (run.code, run.log.suite, run.log.totals) == (len(EXPECTED), "FAIL", (1, len(EXPECTED), 0))
    assert run.log.tests["untouched"].status == "PASS"
    assert set(run.verdicts.values()) == {"expected_failure", "wrong_failure"}
    assert_log_agrees(run)


@pytest.mark.parametrize(
    ("options", "status", "calls"),
    [(["--exitonfailure"], "PASS", ["FAIL"]), (["--dryrun"], "PASS", ["NOT RUN"])],
    ids=["exit on failure", "dry run"],
)
def test_the_log_agrees_under_options(
    project: RobotProject, options: list[str], status: str, calls: list[str]
) -> None:
    """What follows an expected failure runs, also when a failure would end the run; a dry run inverts nothing."""
    plain = "Plain\n    No Operation\n"
    project.write("tests/a.robot", CAPTURED.format("Captured", "Fail    boom") + plain)

    run = project.robot(*options, "tests")

    assert run.log.tests["Captured"][::2] == (status, calls)
    assert (run.code, run.log.totals) == (0, (2, 0, 0))
    assert_log_agrees(run)


def test_the_log_of_a_refused_run_says_why(project: RobotProject) -> None:
    """Every test is red, nothing stands in it, and its message has the place of the bad tag."""
    project.write(
        "tests/a.robot",
        "*** Settings ***\nSuite Setup    Log    x\n"
        "*** Test Cases ***\nBad\n    [Tags]    tdd_bug_5\n    Log    x\nPlain\n    Log    x\n",
    )

    run = project.robot()

    assert {name: (test.status, test.calls) for name, test in run.log.tests.items()} == {
        "Bad": ("FAIL", []),
        "Plain": ("FAIL", []),
    }
    assert "tests/a.robot:5: T1 " in run.log.tests["Plain"].message
    assert_log_agrees(run)
