"""A trial: what the processes are told, what they record, and what is made of it."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture.core.dialect import Launch
from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.core.expectation import NO_EXPECTATION, Expectation
from bugcapture.core.proof import Side
from bugcapture.core.verdict import Verdict
from bugcapture.project.frames import project_frame
from bugcapture.project.process import Ended
from bugcapture.project.trial import VARIABLE, Trial, current_trial, is_trial_of_all
from bugcapture.workflow.trial import TestKey, TriedTest, _find_broken, read_tests
from bugcapture.workflow.units import Unit

if TYPE_CHECKING:
    from pathlib import Path


def test_a_trial_comes_through_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, with what tests were declared to fail with."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert current_trial() is None
    assert not is_trial_of_all()
    trial = Trial(
        everything=True,
        declared={"test_a": Expectation("KeyError", "ü\n", other_types=("IndexError",))},
        default=Expectation("BaseException"),
        switch_interval=0.5,
        shuffle=3,
        modules=("shop",),
        original="/x",
        modules_file="/y",
    )
    monkeypatch.setenv(VARIABLE, trial.encode())
    assert current_trial() == trial
    assert is_trial_of_all()
    monkeypatch.setenv(VARIABLE, Trial().encode())
    assert current_trial() == Trial()
    assert not is_trial_of_all()


def test_what_a_test_declares_itself_counts_first() -> None:
    """Then what was declared for it before, also for its parameters, then what is said for all."""
    own, before, everybody = Expectation("KeyError"), Expectation("IndexError"), Expectation("BaseException")
    trial = Trial(declared={"test_a": before, "test_b[1]": own}, default=everybody)
    assert trial.expectation("test_a", own) is own
    assert trial.expectation("test_a", NO_EXPECTATION) is before
    assert trial.expectation("test_a[1]", NO_EXPECTATION) is before
    assert trial.expectation("test_b[1]", NO_EXPECTATION) is own
    assert trial.expectation("test_b[2]", NO_EXPECTATION) is everybody
    assert Trial().expectation("test_a", NO_EXPECTATION) is NO_EXPECTATION


def test_a_process_becomes_what_the_trial_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its threads, and the order of its tests."""
    asked: list[float] = []
    monkeypatch.setattr(sys, "setswitchinterval", asked.append)
    Trial().prepare()
    Trial(switch_interval=0.25).prepare()
    assert asked == [0.25]
    tests = list(range(9))
    Trial().reorder(tests)
    assert tests == list(range(9))
    Trial(shuffle=4).reorder(tests)
    expected = list(range(9))
    random.Random(4).shuffle(expected)  # noqa: S311 - any order will do
    assert tests == expected != list(range(9))


def frame_of(root: Path, *files: str) -> str:
    """The frame of an error that went through functions of some files, the innermost last."""
    code = "def call(inner):\n    if inner:\n        return inner[0](inner[1:])\n    raise KeyError\n"
    calls: list[Any] = []
    for file in files:
        names: dict[str, Any] = {}
        exec(compile(code, str(root / file), "exec"), names)  # noqa: S102 - so that it stands in that file
        calls.append(names["call"])
    try:
        calls[0](calls[1:])
    except KeyError as error:
        return project_frame(error.__traceback__, root)
    raise AssertionError("unreachable")


def test_the_frame_is_the_innermost_of_the_project(tmp_path: Path) -> None:
    """No library, wherever it lies, and nothing outside."""
    assert frame_of(tmp_path, "a.py", "b/c.py") == "b/c.py:call"
    assert frame_of(tmp_path, "a.py", ".venv/lib/x.py") == "a.py:call"
    assert frame_of(tmp_path, "a.py", "x/site-packages/y.py") == "a.py:call"
    assert frame_of(tmp_path, "a.py", "../outside.py") == "a.py:call"
    assert frame_of(tmp_path / "sub", "../a.py") == ""
    assert frame_of(tmp_path, "a\udcff.py") == "a\\udcff.py:call"
    assert project_frame(None, tmp_path) == ""


def make_unit(folder: Path, framework: str, files: tuple[str, ...], *records: Evidence) -> Unit:
    launch = Launch(framework=framework, folder=folder, files=files)
    unit = Unit(launch, ("x",), folder / "scratch", folder)
    unit.evidence.mkdir(parents=True)
    (unit.evidence / "a.jsonl").write_bytes(b"".join(map(encode_record, records)))
    return unit


def record(location: str, verdict: Verdict = Verdict.UNEXPECTED_PASS, **fields: Any) -> Evidence:
    given = {"ts": "2026-01-01T00:00:00Z", "framework": "pytest", "ids": (), "name": "test_a", "raw_status": ""}
    return Evidence(**{**given, "location": location, "verdict": verdict.value, **fields})


def test_only_records_of_the_files_that_were_asked_count(tmp_path: Path) -> None:
    """Those of runs that tests start name files that are not there, or are no verdicts of a trial."""
    (tmp_path / "helpers.py").touch()
    unit = make_unit(
        tmp_path,
        "pytest",
        ("test_a.py", "test_\udcff.py"),
        record("test_a.py:3"),
        record("helpers.py:4", Verdict.EXPECTED_FAILURE),
        record("test_\\udcff.py:5", Verdict.WRONG_FAILURE),
        record("test_inner.py:1"),
        record("/elsewhere/test_b.py:1"),
        record("test_a.py:9", Verdict.PASSED),
        record("test_a.py:10", Verdict.REGRESSED),
    )
    found = {test.key.location: test.side for test in read_tests(unit, Ended(1, 0.0), None)}
    assert found == {"test_a.py:3": Side.PASS, "helpers.py:4": Side.FAIL, "test_\\udcff.py:5": Side.ERROR}


def test_a_test_says_what_it_did() -> None:
    """In a word, and why; of a pass there is nothing to say."""
    key = TestKey("behave", "a.feature:3", "A name")
    assert key.shown == "a.feature:3 A name"
    assert TestKey("pytest", "test_a.py:3", "test_a").shown == "test_a.py::test_a"
    assert TestKey("pytest", "test_a.py:1", "").shown == "test_a.py"
    passed = TriedTest(key=key, record=record("a.feature:3", reason="passed although"))
    failed = TriedTest(key=key, record=record("a.feature:3", Verdict.EXPECTED_FAILURE, reason="KeyError"))
    lost = TriedTest(key=key, record=None, problem="nobody knows")
    assert [(test.side, test.reason) for test in (passed, failed, lost)] == [
        (Side.PASS, ""),
        (Side.FAIL, "KeyError"),
        (Side.NONE, "nobody knows"),
    ]


REPORT = """<testsuites><testsuite>
<testcase name="a.test_x"><error message="collection failure">said
E   ImportError: no
E   more</error></testcase>
<testcase name="test_y"><error message="collection failure">said</error></testcase>
<testcase name="test_z"><error message="failed on setup">E   no</error></testcase>
<testcase name="test_ok"/>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("framework", "code", "report", "records", "broken"),
    [
        ("pytest", 1, REPORT, 1, {"a/test_x.py": "ImportError: no", "test_y.py": "pytest could not collect it"}),
        ("pytest", 2, "no xml", 0, {"a/test_x.py": "pytest exited 2", "test_y.py": "pytest exited 2"}),
        ("pytest", 2, "", 1, {}),
        ("pytest", 5, "", 0, {}),
        ("pytest", 0, "", 0, {}),
        ("behave", 1, "", 0, {"a/test_x.py": "behave exited 1", "test_y.py": "behave exited 1"}),
        ("behave", 1, "", 1, {}),
        (
            "robot",
            -9,
            "",
            0,
            {"a/test_x.py": "robot was ended by SIGKILL", "test_y.py": "robot was ended by SIGKILL"},
        ),
    ],
)
def test_files_that_could_not_be_run_are_known(
    tmp_path: Path, framework: str, code: int, report: str, records: int, broken: dict[str, str]
) -> None:
    """By pytest's own report, or because a process failed and nothing was heard of it."""
    unit = make_unit(tmp_path, framework, ("a/test_x.py", "test_y.py"), *[record("test_y.py:1")] * records)
    if report:
        (unit.scratch / "junit.xml").write_text(report, "utf-8")
    found = _find_broken(unit, Ended(code, 0.0), None)
    assert found.keys() == broken.keys()
    assert all(found[file].startswith(why) for file, why in broken.items())
    assert _find_broken(unit, None, None) in ({}, found)
