"""``bugcapture run`` over feature files: what is selected, what is red, what is left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from run_project import Project


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


def test_exactly_the_captured_tests_run_and_are_judged(project: Project) -> None:
    """Each verdict once; scenarios without a bug do not run; rows of an outline run one by one."""
    project.scenario(1, "it fails")
    project.scenario(2, "it passes")
    project.scenario(3, "it raises")
    project.scenario(4, "it passes", switch=False)
    project.scenario(5, "it fails", switch=False)
    project.write(
        "features/rows.feature",
        """
        Feature: R
          Scenario: Not asked
            Then its process is killed

          @tdd_issue @tdd_issue_<n>
          Scenario Outline: Row
            Then <step>
            Examples:
              | n | step      |
              | 6 | it passes |
              | 7 | it fails  |
        """,
    )
    done = project.json()
    assert done.code == 1
    assert done.verdicts == {
        "features/a.feature:3 bug 1": "expected_failure",
        "features/a.feature:6 bug 2": "unexpected_pass",
        "features/a.feature:9 bug 3": "wrong_failure",
        "features/a.feature:12 bug 4": "passed",
        "features/a.feature:15 bug 5": "regressed",
        "features/rows.feature:10 Row -- @1.1 ": "passed",
        "features/rows.feature:11 Row -- @1.2 ": "regressed",
    }
    assert done.last == (
        "bugcapture: 1 expected failure (#1), 1 look fixed (#2), 1 wrong (#3), 2 regressed (#5, #7)"
    )
    [process] = done.json["processes"]
    assert (process["exit_code"], process["red"], process["problem"]) == (1, True, "")


def test_a_green_run(project: Project) -> None:
    """Exit code 0, a table by bug number, nothing but the closing line on standard error."""
    project.scenario(1002, "it fails")
    project.scenario(7, "it passes", switch=False)
    done = project.run()
    rows = [re.split(r"\s{2,}", line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [row[:5] for row in rows] == [
        ["BUG", "VERDICT", "FRAMEWORK", "WHERE", "TEST"],
        ["#7", "passed", "behave", "features/a.feature:6", "bug 7"],
        ["#1002", "expected_failure", "behave", "features/a.feature:3", "bug 1002"],
    ]
    assert done.err == "bugcapture: 1 expected failure (#1002), 0 look fixed, 0 wrong, 0 regressed\n"
    assert project.run("--quiet").err == ""


def test_red_tests_are_explained(project: Project) -> None:
    """What to do, what was expected and what came; the host's own words on standard error."""
    project.scenario(2, "it passes")
    project.scenario(3, "it raises")
    project.scenario(5, "it fails", switch=False)
    done = project.run()
    assert "features/a.feature:3: bug 2 looks fixed" in done.out
    assert "run `bugcapture graduate 2`" in done.out
    assert "  expected: an assertion in a Then step\n  got:      KeyError: 'total' at Then it raises" in done.out
    assert "features/a.feature:9: bug 5 is back" in done.out
    assert "  | said by a step" in done.err or "  |     said by a step" in done.err
    assert "behave --no-junit" in done.err


def test_only_the_named_bugs_run(project: Project) -> None:
    """With or without the number sign; a bug without a test is a usage error with a hint."""
    for number in (1, 2, 3):
        project.scenario(number, "it fails")
    assert sorted(project.json("3", "#1", "1").verdicts) == [
        "features/a.feature:3 bug 1",
        "features/a.feature:9 bug 3",
    ]
    done = project.json("3", "99", "98")
    assert (done.code, done.out) == (2, "")
    assert "no test here has bugs #98, #99" in done.err
    assert "bugcapture list" in done.err


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--state", "captured"), [1]),
        (("--state", "guarded"), [2]),
        (("--framework", "behave"), [1, 2]),
        (("--framework", "robot"), []),
        (("--tags", "not @tdd_bug_1"), [2]),
        (("--tags", "tdd_expected_fail or @tdd_bug_2"), [1, 2]),
        (("--path", "features/a.feature"), [1]),
        (("--path", "features/a.feature", "--path", "features/b.feature"), [1, 2]),
    ],
)
def test_tests_are_selected(project: Project, options: tuple[str, ...], numbers: list[int]) -> None:
    """By state, framework, tags and place; where nothing fits nothing is red."""
    project.scenario(1, "it fails")
    project.scenario(2, "it passes", switch=False, file="features/b.feature")
    done = project.json(*options)
    assert done.code == 0
    assert sorted(number for test in done.json["tests"] for number in test["ids"]) == numbers
    assert ("no captured test fits" in done.err) == (not numbers)


@pytest.mark.parametrize(
    "options",
    [
        ("--tags", "@a and"),
        ("--tags", "(\x1b"),
        ("--jobs", "0"),
        ("--jobs", "many"),
        ("--timeout", "0"),
        ("--shard", "3/2"),
        ("--shard", "x"),
        ("--state", "open"),
        ("--framework", "nose"),
        ("--path", "missing"),
        ("--durations", "missing", "--shard", "1/2"),
        ("--python", "/no/such/python"),
        ("--python", "a\0b"),
        ("--keep-output", "features"),
        ("--keep-output", "pyproject.toml"),
        ("nine",),
        ("0",),
    ],
)
def test_wrong_usage_runs_nothing(project: Project, options: tuple[str, ...]) -> None:
    """Exit code 2, nothing on standard output, no escape comes back."""
    project.scenario(1, "it fails")
    before = project.snapshot()
    done = project.run(*options)
    assert (done.code, done.out) == (2, "")
    assert "error" in done.err
    assert "\x1b" not in done.err
    assert project.snapshot() == before


def test_tag_expressions_need_behave(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the extra is named."""
    project.scenario(1, "it fails")
    monkeypatch.setitem(sys.modules, "behave.tag_expression", None)
    done = project.run("--tags", "@x")
    assert done.code == 2
    assert "bugcapture[behave]" in done.err


def test_broken_tags_stop_the_run_before_it_starts(project: Project) -> None:
    """As the hosts do it: all problems of all files, whatever is selected."""
    project.scenario(1, "its process is killed")
    project.write("features/b.feature", "@tdd_bug_5\nFeature: B\n  Scenario: S\n    Then it passes\n")
    project.write("features/c.feature", "Feature: C\n  @tdd_isue_6\n  Scenario: S\n    Then it passes\n")
    done = project.run("1")
    assert (done.code, done.out) == (1, "")
    assert "nothing was run: 2 errors" in done.err
    assert "features/b.feature:1: T1" in done.err
    assert "features/c.feature:2: T4" in done.err


def test_problems_stand_in_the_documents(project: Project, tmp_path: Path) -> None:
    """Whoever reads a document gets one, whatever became of the run."""
    project.scenario(1, "it passes", switch=False)
    assert project.json().json["findings"] == []
    project.write("features/b.feature", "@tdd_bug_5\nFeature: B\n  Scenario: S\n    Then it passes\n")
    done = project.json("--raw", "--shard", "1/2")
    assert done.code == 1
    assert "nothing was run: 1 error" in done.err
    assert done.json == {
        "schema": "bugcapture.run/1",
        "raw": True,
        "shard": "1/2",
        "failed": True,
        "selected": 2,
        "tests": [],
        "processes": [],
        "findings": project.run("--format", "json", command="check").json["findings"],
    }
    target = tmp_path / "bugs.xml"
    done = project.run("--format", "junit", "-o", str(target))
    assert (done.code, done.out) == (1, "")
    document = ET.fromstring(target.read_bytes())  # noqa: S314 - our own
    assert (document.get("tests"), document.get("errors")) == ("1", "1")
    (case,) = document.iter("testcase")
    assert (case.get("file"), case.get("line")) == ("features/b.feature", "1")
    (error,) = case
    assert error.get("type") == "bugcapture.T1"
    assert error.get("message", "").startswith("@tdd_bug_5 needs @tdd_bug")


def test_an_adapter_that_is_not_wired_in_stops_the_run(project: Project) -> None:
    """Unless the project vouches for it; then a test that nobody judged is red."""
    project.scenario(1, "it passes", switch=False)
    project.write("features/environment.py", "")
    done = project.run()
    assert (done.code, done.out) == (1, "")
    assert "W1" in done.err
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["behave"]\n')
    done = project.json()
    assert (done.code, list(done.verdicts.values())) == (1, ["no_record"])
    assert done.last.endswith("1 not run")
    project.write("behave.ini", "[behave]\nrunner = bugcapture.behave:Runner\n")
    assert project.json().code == 0


def test_a_file_that_cannot_be_read_stops_the_run(project: Project) -> None:
    """It may hold captures, which would not run."""
    project.scenario(1, "it fails")
    (project.folder / "features/lost.feature").symlink_to("nowhere.feature")
    project.write(
        "features/torn.feature",
        "Feature: T\n  @tdd_bug @tdd_bug_5\n  Scenario: S\n    Given x\n    What is this\n",
    )
    done = project.run("1")
    assert (done.code, done.out) == (1, "")
    assert "features/lost.feature: P1 cannot be read" in done.err
    assert "features/torn.feature:5: P1" in done.err


def test_features_without_steps_are_red(project: Project) -> None:
    """What Behave says about it is shown, and other features run."""
    project.scenario(1, "it fails")
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["behave"]\n')
    project.scenario(2, "it fails", file="lonely/b.feature")
    done = project.json()
    assert list(done.verdicts.values()) == ["expected_failure", "no_record"]
    assert "No steps directory" in done.json["processes"][1]["output"]


def test_a_skipped_test_is_red(project: Project) -> None:
    """A test that did not run proves nothing."""
    project.scenario(1, "it is skipped")
    done = project.run()
    assert done.code == 1
    assert "no_record" in done.out
    assert 'no record of "bug 1" (#1): behave exited 0 and left no record of it' in done.out
    junit = project.run("--format", "junit").xml
    assert [(case.get("type"), case.text) for case in junit.iter("error")] == [
        ("bugcapture.no_record", "behave exited 0 and left no record of it")
    ]


def test_a_killed_host_is_red(project: Project) -> None:
    """What was judged before counts; the rest has no record, and the signal is named."""
    project.scenario(1, "it fails")
    project.scenario(2, "its process is killed")
    project.scenario(3, "it fails")
    done = project.json()
    assert done.code == 1
    assert list(done.verdicts.values()) == ["expected_failure", "no_record", "no_record"]
    assert done.json["tests"][1]["problem"] == "behave was ended by SIGKILL and left no record of it"
    assert done.json["processes"][0]["exit_code"] == -signal.SIGKILL
    assert done.last == "bugcapture: 1 expected failure (#1), 0 look fixed, 0 wrong, 0 regressed, 2 not run"


def test_a_red_host_is_red_although_its_tests_are_green(project: Project) -> None:
    """Such as a hook that fails at the end."""
    project.scenario(1, "it fails")
    with (project.folder / "features/environment.py").open("a") as stream:
        stream.write("\n\ndef after_all(context):\n    raise RuntimeError('the server would not stop')\n")
    done = project.json()
    assert (done.code, list(done.verdicts.values())) == (1, ["expected_failure"])
    [process] = done.json["processes"]
    assert process["problem"] == "behave exited 1 although every captured test in it is green"
    assert "the server would not stop" in process["output"]
    assert "behave exited 1 although" in project.run().out
    junit = project.run("--format", "junit").xml
    assert [case.get("type") for case in junit.iter("error")] == ["bugcapture.process"]


def test_a_host_that_hangs_is_stopped(project: Project) -> None:
    """``--timeout`` is for each process; the test in which it hung is red, those behind it did not run."""
    project.scenario(1, "it fails")
    project.scenario(2, "it hangs")
    project.scenario(3, "it fails")
    done = project.json("--timeout", "4")
    assert done.code == 1
    assert list(done.verdicts.values()) == ["expected_failure", "wrong_failure", "no_record"]
    assert done.json["processes"][0]["timed_out"] is True
    assert done.json["tests"][2]["problem"] == "behave was stopped after 4 seconds and left no record of it"
    assert not alive(int((project.folder / "hanging.pid").read_text()))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process_and_keeps_the_evidence(project: Project, number: signal.Signals) -> None:
    """Exit code 130; what was judged before is recorded."""
    project.scenario(1, "it fails")
    project.scenario(2, "it hangs")
    project.write("pyproject.toml", '[tool.bugcapture]\nevidence = "build/evidence"\n')
    file = project.folder / "hanging.pid"
    with project.start() as command:
        while not (file.exists() and file.read_text()):
            assert command.poll() is None
            time.sleep(0.02)
        command.send_signal(number)
        out, err = command.communicate(timeout=60)
    assert (command.returncode, out) == (130, "")
    assert err.strip() == "bugcapture: interrupted"
    assert not alive(int(file.read_text()))
    records = [
        json.loads(line)
        for evidence in (project.folder / "build/evidence").iterdir()
        for line in evidence.read_text().splitlines()
    ]
    assert ([1], "expected_failure") in [(record["ids"], record["verdict"]) for record in records]


def test_a_raw_run_shows_results_as_they_are(project: Project) -> None:
    """A test that fails is red, one that passes is green, whatever tags it carries."""
    project.scenario(1, "it fails")
    project.scenario(2, "it passes")
    done = project.run("--raw")
    words = [re.split(r"\s{2,}", line)[1] for line in done.out.splitlines()[1:3]]
    assert (done.code, words) == (1, ["failed", "passed"])
    assert '"bug 1" (#1) failed: ' in done.out
    assert done.last == "bugcapture: raw run: 2 captured tests ran, 1 failed, 0 not run, nothing was inverted"
    assert project.json("2", "--raw").code == 0
    assert project.json("2", BUGCAPTURE_RAW="1").json["raw"] is True
    assert project.json("1", BUGCAPTURE_RAW="1").code == 1


def test_evidence_goes_where_the_project_keeps_it(project: Project, tmp_path: Path) -> None:
    """One run number for all processes, the shard in each record; no folder, no evidence."""
    project.scenario(1, "it fails")
    project.scenario(2, "it fails", file="features/b.feature")
    before = set(project.snapshot())
    project.run()
    assert set(project.snapshot()) == before
    target = tmp_path / "records"
    assert project.run("--jobs", "2", "--shard", "1/1", BUGCAPTURE_EVIDENCE_DIR=str(target)).code == 0
    records = [json.loads(line) for file in target.iterdir() for line in file.read_bytes().splitlines()]
    assert sorted((record["location"], record["shard"]) for record in records) == [
        ("features/a.feature:3", "1/1"),
        ("features/b.feature:3", "1/1"),
    ]
    assert len({record["run_id"] for record in records}) == 1


def test_evidence_that_cannot_be_kept_is_an_error(project: Project) -> None:
    """The run must not end green without it."""
    project.scenario(1, "its process is killed")
    done = project.run(BUGCAPTURE_EVIDENCE_DIR=str(project.folder / "pyproject.toml"))
    assert done.code == 2
    assert "evidence cannot be written here" in done.err
    assert "SIGKILL" not in done.out + done.err  # It is told before any test runs.


def test_shards_make_up_the_whole(project: Project) -> None:
    """Each test in exactly one part; a part without tests is green and says so; durations balance."""
    for number in range(1, 4):
        project.scenario(number, "it fails", file=f"features/{number}.feature")
    parts = [project.json("--shard", f"{part}/4") for part in range(1, 5)]
    assert [part.code for part in parts] == [0, 0, 0, 0]
    ran = [place for part in parts for place in part.verdicts]
    assert sorted(ran) == sorted(project.json().verdicts)
    assert "shard 4/4 is empty: other shards run the 3 tests" in parts[3].err
    text = dict.fromkeys(
        ("ts", "reason", "exc_type", "message", "step", "step_location", "worker", "shard", "commit", "run_id"), ""
    )
    common = {**text, "schema": "bugcapture.evidence/1", "framework": "behave", "ids": [1], "name": "bug"}
    common |= {"verdict": "passed", "raw_status": "passed", "attempt": 1, "dirty": None}
    seconds = {1: 1.0, 2: 9.0, 3: 1.0}
    rows = [
        {**common, "location": f"features/{number}.feature:3", "duration": duration}
        for number, duration in seconds.items()
    ]
    project.write("durations.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    balanced = project.json(
        "--shard", "auto", "--durations", "durations.jsonl", CI_NODE_INDEX="1", CI_NODE_TOTAL="2"
    )
    assert list(balanced.verdicts) == ["features/2.feature:3 bug 2"]
    assert balanced.json["shard"] == "1/2"
    assert (balanced.json["selected"], balanced.code) == (3, 0)


def test_no_more_processes_than_files(project: Project) -> None:
    """``--jobs`` splits by file; one job is one process for each environment."""
    project.scenario(1, "it fails")
    project.scenario(2, "it fails")
    project.scenario(3, "it fails", file="features/b.feature")
    for jobs, count in (("1", 1), ("9", 2), ("auto", min(2, os.cpu_count() or 1))):
        done = project.json("--jobs", jobs)
        assert (done.code, len(done.json["processes"]), len(done.verdicts)) == (0, count, 3)


def test_a_command_that_is_too_long_is_divided(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tests there are, the system takes the commands, and each test runs once."""
    for number in range(1, 6):
        project.scenario(number, "it fails", file=f"features/{number % 2}.feature")
    project.write(
        "suites/a.robot",
        "*** Test Cases ***\nA\n    [Tags]    tdd_bug    tdd_bug_6    tdd_expected_fail\n    Fail    x\n"
        "B\n    [Tags]    tdd_bug    tdd_bug_7    tdd_expected_fail\n    Fail    x\n",
    )
    monkeypatch.setattr("bugcapture.workflow.units._LONGEST_COMMAND", 1)

    done = project.json()

    assert done.code == 0
    assert sorted(done.verdicts.values()) == ["expected_failure"] * 7
    assert len(done.json["processes"]) == 7


def test_no_process_starts_after_a_red_one_when_told_so(project: Project) -> None:
    """``--fail-fast``: the tests that did not run are red as well."""
    project.scenario(1, "it fails", switch=False)
    project.scenario(2, "it fails", file="other/features/b.feature")
    project.write("other/behave.ini", "[behave]\n")
    project.write("other/features/environment.py", (project.folder / "features/environment.py").read_bytes())
    project.write("other/features/steps/steps.py", (project.folder / "features/steps/steps.py").read_bytes())
    whole = project.json()
    assert sorted(whole.verdicts.values()) == ["expected_failure", "regressed"]
    done = project.json("--fail-fast")
    assert (done.code, sorted(done.verdicts.values())) == (1, ["no_record", "regressed"])
    assert [process["exit_code"] for process in done.json["processes"]] == [1, None]
    assert "behave was not started, because another process had failed," in project.run("-x").out


def test_each_folder_gets_its_own_behave(project: Project) -> None:
    """Configuration, environment, steps and names of records are those of the folder that Behave is started in."""
    project.scenario(1, "it fails")
    project.scenario(2, "it fails", file="services/till/features/a.feature")
    project.write("services/till/pyproject.toml", "[tool.behave]\ntags = ['not @tdd_bug_2']\njunit = true\n")
    project.write("services/till/features/environment.py", "from bugcapture.behave import install\ninstall()\n")
    project.write(
        "services/till/features/steps/own.py",
        "from behave import step\n\n\n@step('it fails')\ndef own(context):\n    assert False, 'of the till'\n",
    )
    done = project.json()
    assert done.code == 0
    folders = {process["folder"] for process in done.json["processes"]}
    assert folders == {str(project.folder), str(project.folder / "services/till")}
    assert {test["evidence"]["message"] for test in done.json["tests"]} == {"the sum is 3", "of the till"}
    assert not (project.folder / "services/till/reports").exists()
    inside = project.json(where="services/till/features")
    assert list(inside.verdicts) == ["a.feature:3 bug 2"]
    assert inside.code == 0


def test_stages_keep_their_own_steps(project: Project) -> None:
    """A configured stage names other files."""
    project.write("features/late_environment.py", (project.folder / "features/environment.py").read_bytes())
    project.write("features/late_steps/steps.py", (project.folder / "features/steps/steps.py").read_bytes())
    project.write("behave.ini", "[behave]\nstage = late\n")
    for name in ("environment.py", "steps/steps.py"):
        (project.folder / "features" / name).unlink()
    project.scenario(1, "it fails", file="features/deep/down/a.feature")
    assert project.json().code == 0


@pytest.mark.parametrize(
    "name",
    ["@list.feature", "-x.feature", "a b.feature", "ünï.feature", "x:7.feature", "[a].feature", "$(x).feature"],
)
def test_names_that_mean_something_to_a_command_line(project: Project, name: str) -> None:
    """A file is a file, whatever it is called."""
    project.scenario(1, "it fails", file=f"features/{name}")
    project.write("behave.ini", "[behave]\n")
    done = project.json(where="features")
    assert (done.code, list(done.verdicts.values())) == (0, ["expected_failure"])


def test_hosts_get_more_arguments(project: Project) -> None:
    """``--behave-arg`` reaches Behave as it is, before the selection."""
    project.scenario(1, "it fails")
    done = project.run("--verbose", "--behave-arg=--no-source", "--behave-arg=-D", "--behave-arg=a=b c")
    assert done.code == 0
    assert "behave --no-source -D 'a=b c' --no-junit" in done.err
    assert "steps.py" not in done.err


def test_output_can_be_kept(project: Project, tmp_path: Path) -> None:
    """In a new folder, or an empty one."""
    project.scenario(1, "it fails")
    assert project.run("--keep-output", str(tmp_path / "kept")).code == 0
    assert "1 scenario passed" in (tmp_path / "kept/001-behave/output.txt").read_text()
    again = project.run("--keep-output", str(tmp_path / "kept"))
    assert (again.code, again.out) == (2, "")
    assert "is not empty" in again.err


def test_long_output_is_cut_unless_asked_for(project: Project) -> None:
    """The end of it is what explains."""
    project.scenario(1, "it passes")
    with (project.folder / "features/environment.py").open("a") as stream:
        stream.write("print('\\n'.join(f'\\x1b[31mline {number}\\x1b[0m \\x07' for number in range(200)))\n")
    done = project.run()
    assert "line 1 " not in done.err
    assert "(--keep-output keeps all)" in done.err
    whole = project.run("--verbose")
    assert "  | line 1 \\x07\n" in whole.err
    assert "\x1b" not in whole.err


def test_progress_is_for_terminals(project: Project) -> None:
    """One line that is put in place of the last one, and is gone at the end."""
    pty = pytest.importorskip("pty")
    project.scenario(1, "it fails")
    project.scenario(2, "it passes", file="features/b.feature")
    master, slave = pty.openpty()
    with project.start("--jobs", "2", stderr=slave) as command:
        os.close(slave)
        command.communicate(timeout=60)
    seen = b""
    try:
        while part := os.read(master, 65536):
            seen += part
    except OSError:  # Linux says this at the end.
        pass
    os.close(master)
    assert b"\r\x1b[K2/2 processes, 1 red" in seen
    assert command.returncode == 1


def test_another_interpreter_can_run_the_hosts(project: Project, tmp_path: Path) -> None:
    """It has to have the framework and the adapter."""
    project.scenario(1, "it fails")
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    bad.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n')
    for file in (good, bad):
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    done = project.json("--python", str(good))
    assert (done.code, done.json["processes"][0]["command"][0]) == (0, str(good))
    done = project.run("--python", str(bad))
    assert (done.code, done.out) == (2, "")
    assert f"run `{bad} -m pip install 'bugcapture[behave]'`" in done.err


def test_a_missing_host_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra that brings it."""
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "behave" else find(name))
    project.scenario(1, "it fails")
    done = project.run()
    assert (done.code, done.out) == (2, "")
    assert "there are captured tests for behave, and behave is not installed" in done.err
    assert "pip install 'bugcapture[behave]'" in done.err


def test_nothing_of_the_project_changes(project: Project) -> None:
    """Neither its files nor its folders."""
    project.scenario(1, "it fails")
    project.scenario(2, "it passes")
    before = project.snapshot()
    project.run("--jobs", "2")
    project.run("--raw", "--format", "junit")
    assert project.snapshot() == before


def test_a_project_without_captures_is_green(project: Project) -> None:
    """There is nothing to run; no framework is started."""
    done = project.json()
    assert (done.code, done.json["tests"], done.json["processes"]) == (0, [], [])
    assert "no captured test fits" in done.err


def test_the_line_to_paste_is_never_cut(project: Project) -> None:
    """However much is said after the adapter has told what would declare the failure."""
    project.scenario(1, "it raises")
    with (project.folder / "features/environment.py").open("a") as stream:
        stream.write(
            "import atexit\nimport sys\n"
            "atexit.register(lambda: print('\\n'.join(map(str, range(200))), file=sys.stderr))\n"
        )
    done = project.run()
    assert done.code == 1
    assert "  |     Fails with: KeyError: 'total'\n" in done.err
    assert "  | 1\n" not in done.err
