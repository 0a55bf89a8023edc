"""Robot's own options and the verdicts agree: what stops, what is skipped, what is run again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from robot.api import ExecutionResult
from robot_project import LISTENER, TAGS, VERSION

if TYPE_CHECKING:
    from robot_project import RobotProject

BOOM = f"*** Test Cases ***\nCaptured\n    {TAGS}\n    Fail    boom\n"
PLAIN = "Plain\n    No Operation\n"
THREE = f"""
*** Test Cases ***
Captured
    {TAGS}
    Fail    boom
Fixed
    {TAGS}
    No Operation
Plain
    No Operation
"""
CLOSING = "bugcapture: 1 expected failure (#1), 1 look fixed (#1), 0 wrong, 0 regressed"


def test_a_suite_teardown_that_fails_takes_the_green_away(project: RobotProject) -> None:
    """After the teardown of a suite failed, its captures are wrong failures; other suites are untouched."""
    project.write("tests/__init__.robot", "*** Settings ***\nDocumentation    Top\n")
    project.write("tests/a.robot", f"*** Settings ***\nSuite Teardown    Fail    torn\n{THREE}")
    passing = "*** Settings ***\nSuite Teardown    No Operation\n"
    project.write("tests/b.robot", passing + THREE.replace("tdd_bug_1", "tdd_bug_2"))

    run = project.robot()

    assert run.code == 4
    assert run.closing == "bugcapture: 1 expected failure (#2), 1 look fixed (#2), 2 wrong (#1), 0 regressed"
    records = [(record["ids"], record["name"], record["verdict"], record["attempt"]) for record in run.records]
    assert records == [
        ([1], "Captured", "expected_failure", 1),
        ([1], "Fixed", "unexpected_pass", 1),
        ([1], "Captured", "wrong_failure", 1),
        ([1], "Fixed", "wrong_failure", 1),
        ([2], "Captured", "expected_failure", 1),
        ([2], "Fixed", "unexpected_pass", 1),
    ]
    assert "the suite teardown (torn) failed" in run.records[2]["reason"]


def test_a_teardown_above_counts_for_all_suites_below(project: RobotProject) -> None:
    """The teardown of an outer suite fails all tests below it, and guards that had passed are regressed."""
    project.write("tests/__init__.robot", "*** Settings ***\nSuite Teardown    Fail    torn\n")
    guard = "*** Test Cases ***\nGuard\n    [Tags]    tdd_bug    tdd_bug_3\n    No Operation\n"
    project.write("tests/a/a.robot", guard)
    project.write("tests/b.robot", f"{THREE}Skipped\n    {TAGS}\n    Skip\n")

    run = project.robot()

    assert run.closing == (
        "bugcapture: 0 expected failures, 0 look fixed, 2 wrong (#1), 1 regressed (#3), 1 not run"
    )
    assert run.verdicts == {"Guard": "regressed", "Captured": "wrong_failure", "Fixed": "wrong_failure"}


@pytest.mark.parametrize("option", ["--exitonfailure", "-X"])
def test_an_expected_failure_does_not_stop_the_run(project: RobotProject, option: str) -> None:
    """With --exitonfailure the tests behind an expected failure run."""
    project.write(
        "tests/a.robot",
        f"{BOOM}    [Teardown]    Log    torn down\n{PLAIN}",
    )

    run = project.robot(option, "--skipteardownonexit", "tests")

    assert (run.code, run.statuses) == (0, {"Captured": "PASS", "Plain": "PASS"})
    assert run.tests["Captured"].teardown.status == "PASS"
    assert "robot:exit" not in run.tests["Plain"].tags


@pytest.mark.parametrize(
    "body",
    ["No Operation", "No Such Keyword"],
    ids=["fixed", "wrong"],
)
def test_a_red_capture_stops_the_run(project: RobotProject, body: str) -> None:
    """With --exitonfailure the tests behind a capture that is red do not run, and get no verdict."""
    project.write(
        "tests/a.robot",
        "*** Settings ***\nSuite Setup    No Operation\n"
        f"{BOOM.replace('Captured', 'First').replace('Fail    boom', body)}"
        f"Second\n    {TAGS}\n    Fail    boom\nPlain\n    Fail    no\n",
    )

    run = project.robot("--exitonfailure", "tests")

    assert (run.code, set(run.statuses.values())) == (3, {"FAIL"})
    assert run.message("Plain") == "Failure occurred and exit-on-failure mode is in use."
    assert list(run.verdicts) == ["First"]
    assert run.closing.endswith("0 regressed, 1 not run")


def test_a_plain_failure_still_stops_the_run(project: RobotProject) -> None:
    """A failure that is nobody's capture has the effect that it had before."""
    project.write(
        "tests/a.robot",
        f"{BOOM}Plain\n    Fail    no\nLast\n    No Operation\n",
    )

    run = project.robot("--exitonfailure", "tests")

    assert run.statuses == {"Captured": "PASS", "Plain": "FAIL", "Last": "FAIL"}
    assert run.code == 2


@pytest.mark.skipif(VERSION < (7, 2), reason="the tag is new in Robot 7.2")
def test_the_tag_exit_on_failure_is_for_real_failures(project: RobotProject) -> None:
    """``robot:exit-on-failure`` on a capture stops the run when it is red, not when it fails as expected."""
    project.write(
        "tests/a.robot",
        BOOM.replace("tdd_bug_1 ", "tdd_bug_1    robot:exit-on-failure ") + PLAIN,
    )

    run = project.robot()
    assert (run.code, run.statuses) == (0, {"Captured": "PASS", "Plain": "PASS"})

    run = project.robot(env={"BUGCAPTURE_RAW": "1"})
    assert (run.code, run.statuses) == (2, {"Captured": "FAIL", "Plain": "FAIL"})


@pytest.mark.parametrize("failing", ["Fail    again", "No Operation"])
def test_a_guard_stops_the_run_as_without_us(project: RobotProject, failing: str) -> None:
    """Its failure is real at once: with --skipteardownonexit not even its own teardown is run."""
    guard = f"Guard\n    [Tags]    tdd_bug    tdd_bug_1\n    {failing}\n    [Teardown]    No Operation\n"
    project.write("tests/a.robot", BOOM + guard + PLAIN)
    options = ("--exitonfailure", "--skipteardownonexit")

    plain = project.robot(*options, "--test", "Guard", "--test", "Plain", "tests", listener=False)
    expected = {"Captured": "PASS", **plain.statuses}
    torn_down = plain.tests["Guard"].teardown.status
    run = project.robot(*options, "tests")

    assert run.statuses == expected
    assert run.tests["Guard"].teardown.status == torn_down


@pytest.mark.skipif(VERSION < (7, 4), reason="Robot looks at the time behind a keyword's teardown since 7.4")
def test_a_keyword_whose_teardown_takes_too_long_has_timed_out(project: RobotProject) -> None:
    """The teardown itself passes, and Robot's own object says what was wrong."""
    keyword = (
        "*** Keywords ***\nSlow\n    [Timeout]    50 ms\n    No Operation\n    [Teardown]    Sleep    100 ms\n"
    )
    project.write("tests/a.robot", BOOM.replace("Fail    boom", "Slow") + keyword)

    run = project.robot()

    assert (run.code, run.record("Captured")["verdict"]) == (1, "wrong_failure")
    assert run.record("Captured")["reason"] == "a timeout is never the expected failure"


def test_a_fatal_error_is_no_expected_failure(project: RobotProject) -> None:
    """``Fatal Error`` ends the run, so the capture is red; the rest gets no verdict."""
    project.write(
        "tests/a.robot",
        f"{BOOM.replace('Fail    boom', 'Fatal Error    stop')}Second\n    {TAGS}\n    Fail    boom\n",
    )

    run = project.robot()

    assert (run.code, run.verdicts) == (2, {"Captured": "wrong_failure"})
    assert "a fatal error ended the run here (stop)" in run.record("Captured")["reason"]


def test_exit_on_error_is_untouched(project: RobotProject) -> None:
    """With --exitonerror a capture behind an error is not run and gets no verdict."""
    project.write("tests/a.robot", f"*** Settings ***\nLibrary    NoSuchLibrary\n{THREE}")

    run = project.robot("--exitonerror", "--exitonfailure", "tests")

    assert (run.code, run.verdicts, set(run.statuses.values())) == (3, {}, {"FAIL"})
    assert {run.message(name) for name in run.statuses} == {"Error occurred and exit-on-error mode is in use."}


def test_skip_on_failure_hides_no_verdict(project: RobotProject) -> None:
    """A capture is never skipped for its failure: what it says of its bug counts."""
    project.write(
        "tests/a.robot",
        f"{THREE}"
        f"Wrong\n    {TAGS}\n    No Such Keyword\n"
        f"Guard\n    [Tags]    tdd_bug    tdd_bug_1\n    Fail    again\n"
        f"Html\n    {TAGS}\n    [Documentation]    Fails with: KeyError\n    Fail    *HTML* <i>x</i>\n"
        f"Html expected\n    {TAGS}\n    Fail    *HTML* <i>x</i>\n"
        f"Two\n    {TAGS}\n    Run Keyword And Continue On Failure    Fail    one\n    Fail    two\n",
    )

    run = project.robot("--skiponfailure", "tdd_bug_1", "tests")

    assert run.verdicts == {
        "Captured": "expected_failure",
        "Fixed": "unexpected_pass",
        "Wrong": "wrong_failure",
        "Guard": "regressed",
        "Html": "wrong_failure",
        "Html expected": "expected_failure",
        "Two": "expected_failure",
    }
    assert {name: status for name, status in run.statuses.items() if status != "FAIL"} == {
        "Captured": "PASS",
        "Html expected": "PASS",
        "Two": "PASS",
        "Plain": "PASS",
    }
    assert run.message("Captured") == "Expected failure (#1): boom"
    assert run.message("Html expected") == "Expected failure (#1): <i>x</i>"
    assert run.message("Two") == "Expected failure (#1): Several failures occurred:\n\n1) one\n\n2) two"
    assert "bugcapture: tests/a.robot:" in run.message("Guard")
    assert run.code == 4


@pytest.mark.parametrize("options", [[], ["--rpa"]], ids=["tests", "tasks"])
def test_skip_on_failure_hides_no_failure_without_a_keyword(project: RobotProject, options: list[str]) -> None:
    """A suite's set-up, an empty test and a late teardown count as they do without the option."""
    guard = "Guard\n    [Tags]    tdd_bug    tdd_bug_1\n    No Operation\n"
    project.write("tests/a.robot", f"*** Settings ***\nSuite Setup    Fail    env broken\n{THREE}{guard}")
    late = "    [Timeout]    50 ms\n    No Operation\n    [Teardown]    Sleep    100 ms\n"
    template = "    [Template]    Run Keyword\n    Skip\n    Fail\n"
    project.write(
        "tests/b.robot",
        f"*** Test Cases ***\nEmpty\n    {TAGS}\nLate\n    {TAGS}\n{late}Row skipped\n    {TAGS}\n{template}",
    )

    plain = project.robot(*options, "tests")
    statuses = plain.statuses  # Read now: the other run writes to the same place.
    run = project.robot(*options, "--skiponfailure", "tdd_bug", "tests")

    assert run.verdicts == plain.verdicts
    assert run.record("Guard")["verdict"] == "regressed"
    assert {run.record(name)["verdict"] for name in ("Captured", "Fixed", "Empty", "Late")} == {"wrong_failure"}
    assert run.record("Captured")["reason"] == "the suite setup (env broken) failed"
    for part in ("name", "reason", "message"):
        assert [record[part] for record in run.records] == [record[part] for record in plain.records]
    assert (run.code, run.closing, run.statuses) == (plain.code, plain.closing, statuses)


def test_skip_on_failure_and_tests_that_did_not_run(project: RobotProject) -> None:
    """A real skip and a test behind a stop have no verdict with the option either."""
    skip = "*** Settings ***\nSuite Setup    Skip    not here\n"
    project.write("tests/a.robot", skip + THREE.replace("tdd_bug_1", "tdd_bug_2"))
    project.write("tests/b.robot", f"{BOOM}    [Teardown]    Skip    not today\n")
    project.write("tests/c.robot", f"*** Test Cases ***\nOut\n    {TAGS}    robot:skip\n    Fail    boom\n")
    project.write("tests/d.robot", f"*** Test Cases ***\nStop\n    {TAGS}\n    No Operation\n")
    project.write("tests/e.robot", f"*** Test Cases ***\nBehind\n    {TAGS}\n    Fail    boom\n")

    run = project.robot("--exitonfailure", "--skiponfailure", "tdd_bug", "tests")

    assert (run.code, run.verdicts) == (1, {"Stop": "unexpected_pass"})
    assert run.closing.endswith("0 regressed, 5 not run")


def test_a_guard_that_fails_has_regressed(project: RobotProject) -> None:
    """Without the switch a test of a bug is an ordinary test, and its failure says that the bug is back."""
    project.write(
        "tests/a.robot",
        "*** Test Cases ***\n"
        "Guard\n    [Tags]    tdd_bug    tdd_bug_7\n    Fail    again\n"
        "Kept\n    [Tags]    tdd_issue    tdd_issue_8\n    No Operation\n",
    )

    run = project.robot()

    assert (run.code, run.verdicts) == (1, {"Guard": "regressed", "Kept": "passed"})
    assert run.message("Guard") == "again"
    assert (
        run.ours[0] == 'bugcapture: tests/a.robot:2: bug 7 is back: "Guard" failed: AssertionError: again in Fail'
    )
    assert run.closing == "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 1 regressed (#7)"


def test_only_red_tests_are_run_again(project: RobotProject) -> None:
    """--rerunfailed takes the captures that are red, and not those that failed as expected."""
    project.write("tests/a.robot", THREE)
    project.robot()
    (project.folder / "out" / "output.xml").rename(project.folder / "first.xml")

    run = project.robot("--rerunfailed", "first.xml", "tests")

    assert (run.code, run.statuses) == (1, {"Fixed": "FAIL"})


@pytest.mark.parametrize(
    "options",
    [["--removekeywords", "all"], ["--flattenkeywords", "name:Check"], ["--loglevel", "NONE"]],
    ids=["remove", "flatten", "no log"],
)
def test_what_the_log_keeps_does_not_matter(project: RobotProject, options: list[str]) -> None:
    """Options that thin out the log change no verdict."""
    project.write(
        "tests/a.robot", f"{THREE}Nested\n    {TAGS}\n    Check\n*** Keywords ***\nCheck\n    Fail    deep\n"
    )

    run = project.robot(*options, "tests")

    assert run.statuses == {"Captured": "PASS", "Fixed": "FAIL", "Plain": "PASS", "Nested": "PASS"}
    assert run.message("Nested") == "Expected failure (#1): deep"


def test_a_flattened_keyword_is_judged(project: RobotProject) -> None:
    """A keyword with ``robot:flatten`` fails as any other."""
    project.write(
        "tests/a.robot",
        f"{THREE}Nested\n    {TAGS}\n    Check\nWrong\n    {TAGS}\n    Bad\n"
        "*** Keywords ***\nCheck\n    [Tags]    robot:flatten\n    Fail    deep\n"
        "Bad\n    [Tags]    robot:flatten\n    Evaluate    1/0\n",
    )

    assert project.robot().verdicts["Nested"] == "expected_failure"
    assert project.read_evidence()[-1]["verdict"] == "wrong_failure"


def test_rebot_agrees(project: RobotProject) -> None:
    """What is made of output.xml later says the same."""
    project.write("tests/a.robot", THREE)
    project.robot()

    run = project.python("-m", "robot.rebot", "--outputdir", "again", "--output", "o.xml", "out/output.xml")

    assert run.code == 1
    tests = ExecutionResult(project.folder / "again" / "o.xml").suite.all_tests
    assert {test.name: test.status for test in tests} == {"Captured": "PASS", "Fixed": "FAIL", "Plain": "PASS"}


def test_a_dry_run_judges_nothing(project: RobotProject) -> None:
    """In a dry run nothing fails and nothing passes: no verdict, no evidence, no line of ours."""
    project.write("tests/a.robot", f"{THREE}Unknown\n    {TAGS}\n    No Such Keyword\n")

    run = project.robot("--dryrun", "tests")

    assert run.statuses == {"Captured": "PASS", "Fixed": "PASS", "Plain": "PASS", "Unknown": "FAIL"}
    assert (run.code, run.records, run.ours) == (1, [], [])


def test_a_dry_run_ends_as_without_us(project: RobotProject) -> None:
    """A capture that Robot could not run at all ends a dry run with --exitonfailure."""
    project.write("tests/a.robot", f"{BOOM.replace('Fail    boom', 'No Such Keyword')}{PLAIN}")

    run = project.robot("--dryrun", "--exitonfailure", "tests")

    assert run.statuses == {"Captured": "FAIL", "Plain": "FAIL"}


def test_raw_inverts_nothing(project: RobotProject) -> None:
    """With BUGCAPTURE_RAW tests show what they really do; the evidence is kept."""
    project.write("tests/a.robot", THREE)

    run = project.robot("--exitonfailure", "tests", env={"BUGCAPTURE_RAW": "1"})

    assert run.statuses == {"Captured": "FAIL", "Fixed": "FAIL", "Plain": "FAIL"}
    assert run.message("Captured") == "boom"
    assert run.verdicts == {"Captured": "expected_failure"}
    assert run.closing == "bugcapture: raw run (BUGCAPTURE_RAW is set): 1 captured test ran, nothing was inverted"


@pytest.mark.parametrize("console", ["verbose", "dotted", "quiet", "none"])
def test_the_closing_line_comes_once_and_last(project: RobotProject, console: str) -> None:
    """Whatever the console shows, our line stands on standard error, once, behind the texts for red tests."""
    project.write("tests/a.robot", THREE)

    run = project.robot("--console", console, "tests")

    assert run.code == 1
    told, closing = run.ours
    assert told == (
        'bugcapture: tests/a.robot:5: bug 1 looks fixed: "Fixed" passed although it carries '
        "tdd_expected_fail (tests/a.robot:6)"
    )
    assert closing == CLOSING
    assert run.closing == CLOSING
    assert "bugcapture: 1" not in run.stdout


def test_a_listener_that_is_named_twice_judges_once(project: RobotProject) -> None:
    """ROBOT_OPTIONS and the command line may both name it: one message, one record, one closing line."""
    keywords = "*** Keywords ***\nCheck\n    IF    True\n        No Such Keyword\n    END\n"
    project.write("tests/a.robot", f"{THREE}Bad\n    Check\n{keywords}")
    twice = {"ROBOT_OPTIONS": " ".join(LISTENER)}

    run = project.robot(env=twice)

    assert (run.code, run.verdicts) == (2, {"Captured": "expected_failure", "Fixed": "unexpected_pass"})
    assert len(run.records) == 2
    assert run.message("Captured") == "Expected failure (#1): boom"
    assert run.stderr.count(CLOSING) == 1
    assert "[ ERROR ]" not in run.stderr

    project.write("tests/a.robot", "*** Test Cases ***\nBad\n    [Tags]    tdd_bug\n    Fail    boom\n")
    assert len(project.robot(env=twice).ours) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [("os.kill(os.getpid(), signal.SIGINT)", 2), ("sys.exit(0)", 253)],
    ids=["interrupt", "exit"],
)
def test_a_run_that_is_cut_short_is_never_green(project: RobotProject, body: str, code: int) -> None:
    """Whatever ends the run inside a capture is not its bug."""
    project.write("tests/a.robot", BOOM.replace("Fail    boom", f"Evaluate    {body}\n    Sleep    1 s") + PLAIN)

    run = project.robot()

    assert run.code == code
    assert "expected_failure" not in run.verdicts.values()


def test_a_run_without_captures_says_nothing(project: RobotProject) -> None:
    """Nothing of ours is to be seen where nothing is tagged, and what reads files is not even loaded."""
    project.write("tests/__init__.robot", "*** Settings ***\nTest Tags    area\n")
    project.write(
        "tests/a.robot",
        """
        *** Test Cases ***
        Plain
            [Tags]    area
            ${loaded} =    Evaluate    'bugcapture.robot.source' in sys.modules
            Should Not Be True    ${loaded}
        Bad
            IF    True
                Check
            END
        Unknown
            No Such Keyword
        *** Keywords ***
        Check
            Fail    x
        """,
    )

    run = project.robot()

    assert (run.code, run.stderr, run.records, run.message("Bad")) == (2, "", [], "x")
    assert list(project.evidence.glob("*")) == []


def test_without_evidence_nothing_is_written(project: RobotProject) -> None:
    """Evidence is kept only where it was asked for."""
    project.write("tests/a.robot", THREE)

    run = project.robot(env={"BUGCAPTURE_EVIDENCE_DIR": ""})

    assert (run.code, run.closing) == (1, CLOSING)
    assert not list(project.folder.rglob("*.jsonl"))


def test_suite_setup_failures_are_wrong(project: RobotProject) -> None:
    """A capture that its suite's set-up kept from running is red."""
    project.write("tests/__init__.robot", "*** Settings ***\nSuite Setup    Fail    \\n\\nearly\n")
    project.write("tests/a.robot", THREE)

    run = project.robot()

    assert (run.code, run.verdicts) == (3, {"Captured": "wrong_failure", "Fixed": "wrong_failure"})
    assert run.record("Captured")["reason"] == "the suite setup (early) failed"


def test_a_skip_in_the_suite_setup_is_no_verdict(project: RobotProject) -> None:
    """Tests that a suite's set-up skipped did not run."""
    project.write("tests/a.robot", f"*** Settings ***\nSuite Setup    Skip    not here\n{THREE}")

    run = project.robot()

    assert (run.code, run.verdicts, run.closing.endswith("2 not run")) == (0, {}, True)


def test_exclusion_and_skipping_by_option(project: RobotProject) -> None:
    """Tests that --skip or --exclude keeps from running get no verdict."""
    project.write("tests/a.robot", THREE)

    assert project.robot("--skip", "tdd_bug_1", "tests").verdicts == {}
    assert project.robot("--exclude", "tdd_expected_fail", "tests").ours == []
    assert project.robot("--include", "tdd_bug_1ANDtdd_expected_fail", "tests").code == 1


def test_tasks_are_judged_as_tests(project: RobotProject) -> None:
    """Robotic process automation: a task is judged as a test is."""
    project.write("tests/a.robot", THREE.replace("Test Cases", "Tasks"))

    run = project.robot()

    assert (run.code, run.closing) == (1, CLOSING)


def test_pabot_agrees_with_a_serial_run(project: RobotProject) -> None:
    """Parallel runs by suite and by test have the same totals, one record for each test, and name the worker."""
    pytest.importorskip("pabot")
    for name in "abc":
        project.write(f"tests/{name}.robot", THREE)
    serial = project.robot()
    expected = sorted((record["location"], record["verdict"]) for record in serial.records)
    # Read now: the parallel runs write to the same place.
    statuses = sorted(test.status for test in serial.all_tests)
    assert (len(expected), serial.log.totals) == (6, (6, 3, 0))

    for split in ([], ["--testlevelsplit"]):
        command = ["--command", sys.executable, "-m", "robot", "--end-command", "--processes", "2", *split]
        run = project.python("-m", "pabot.pabot", *command, *LISTENER, "--outputdir", "out", "tests")
        assert run.code == serial.code == 3
        assert sorted((record["location"], record["verdict"]) for record in run.records) == expected
        assert all(record["worker"].startswith("pabot-") for record in run.records)
        assert sorted(test.status for test in run.all_tests) == statuses
        assert run.log.totals == serial.log.totals
