"""Which record is about which captured test of a process, and what the process itself came to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bugcapture.core.capture import Capture
from bugcapture.core.dialect import Launch
from bugcapture.core.evidence import Evidence
from bugcapture.core.tags import TestTags
from bugcapture.project.process import Ended
from bugcapture.robot.select import Selection
from bugcapture.workflow.result import judge_process


def capture(*ids: int, switch: bool = False, name: str = "test_a", path: str = "t.py") -> Capture:
    return Capture(framework="pytest", path=path, line=3, name=name, tags=TestTags(ids, switch))


def record(
    name: str,
    *ids: int,
    verdict: str = "passed",
    attempt: int = 1,
    location: str = "t.py:3",
    state: str = "",
) -> Evidence:
    return Evidence(
        ts="",
        framework="pytest",
        ids=ids,
        location=location,
        name=name,
        verdict=verdict,
        raw_status="",
        attempt=attempt,
        state=state,
    )


def judge(captures: list[Capture], records: list[Evidence], ended: Ended | None = None, **options: Any) -> Any:
    """The process, and its tests as (bugs of the capture, name, verdict)."""
    launch = Launch(framework="pytest", folder=Path.cwd(), captures=tuple(captures))
    shared: dict[str, Any] = {
        "root": Path.cwd(),
        "output": Path("nowhere"),
        "timeout": 2.5,
        "raw": False,
        **options,
    }
    process, tests = judge_process(launch, ("python",), ended or Ended(0, 1.0), records, **shared)
    return process, [(test.capture.tags.ids, test.name, test.verdict.value) for test in tests]


def test_parameters_find_their_own_captures() -> None:
    """By their bugs, and among the same bugs by the switch."""
    captures = [capture(1), capture(1, switch=True), capture(2), capture(3)]
    records = [
        record("test_a[x]", 1, verdict="expected_failure"),
        record("test_a[y]", 1),
        record("test_a[z]", 3),
        record("test_a[other]", 9, verdict="regressed"),
    ]
    process, tests = judge(captures, records)
    assert sorted(tests) == [
        ((1,), "test_a[x]", "expected_failure"),
        ((1,), "test_a[y]", "passed"),
        ((2,), "test_a", "not_run"),
        ((3,), "test_a[z]", "passed"),
    ]
    assert process.red


@pytest.mark.parametrize("verdict", ["unexpected_pass", "expected_failure", "wrong_failure"])
def test_a_trial_says_whether_a_parameter_is_captured(verdict: str) -> None:
    """All are judged alike in it, so that no verdict does."""
    captures = [capture(1), capture(1, switch=True)]
    records = [
        record("test_a[x]", 1, verdict=verdict, state="captured"),
        record("test_a[y]", 1, verdict=verdict, state="guarded"),
    ]
    launch = Launch(framework="pytest", folder=Path.cwd(), captures=tuple(captures[1:]), beside=(captures[0],))
    for wanted, asked in (("xy", replace(launch, captures=tuple(captures), beside=())), ("x", launch)):
        _, tests = judge_process(
            asked, (), Ended(1, 1.0), records, root=Path.cwd(), output=Path("nowhere"), timeout=None, raw=True
        )
        found = {test.name: test.capture.tags.expected_fail for test in tests}
        assert found == {f"test_a[{name}]": name == "x" for name in wanted}


def test_one_capture_has_a_record_for_each_set_of_parameters() -> None:
    """Each is a test of its own; more bugs on a record do no harm."""
    _, tests = judge([capture(1)], [record("test_a[1]", 1), record("test_a[2]", 1, 5, verdict="wrong_failure")])
    assert tests == [((1,), "test_a[1]", "passed"), ((1,), "test_a[2]", "wrong_failure")]


def test_two_parameters_with_the_same_tags() -> None:
    """Each record takes one, and the one that did not run is missed."""
    _, tests = judge([capture(1), capture(1)], [record("test_a[1]", 1)])
    assert tests == [((1,), "test_a[1]", "passed"), ((1,), "test_a", "not_run")]


def test_the_last_attempt_counts_and_in_it_the_worst() -> None:
    """A teardown that failed supersedes the pass before it; a retry supersedes both."""
    worst = [record("test_a", 1), record("test_a", 1, verdict="regressed")]
    assert judge([capture(1)], worst)[1] == [((1,), "test_a", "regressed")]
    retried = [*worst, record("test_a", 1, attempt=2)]
    assert judge([capture(1)], retried)[1] == [((1,), "test_a", "passed")]


def test_a_red_process_needs_a_reason() -> None:
    """A red test that nobody asked for is one, and a time-out never is."""
    green, stranger = record("test_a", 1), record("test_b", 2, verdict="regressed", location="t.py:9")
    assert judge([capture(1)], [green], Ended(1, 1.0))[0].problem.startswith("pytest exited 1 although")
    assert judge([capture(1)], [green, stranger], Ended(1, 1.0))[0].problem == ""
    assert judge([capture(1)], [green], Ended(0, 1.0, timed_out=True))[0].problem.startswith(
        "pytest was stopped after 2.5 seconds although"
    )
    assert judge([capture(1)], [green], Ended(0, 1.0))[0].red is False


def test_a_raw_run_is_red_where_tests_fail() -> None:
    """An expected failure is a failure, and explains the exit code."""
    process, _ = judge([capture(1)], [record("test_a", 1, verdict="expected_failure")], Ended(1, 1.0), raw=True)
    assert (process.red, process.problem) == (True, "")
    process, _ = judge([capture(1)], [record("test_a", 1, verdict="unexpected_pass")], raw=True)
    assert process.red is False


@pytest.mark.parametrize(("code", "told"), [(-9, "SIGKILL"), (-63, "signal 63"), (3, "exited 3")])
def test_how_a_process_ended_is_told(code: int, told: str) -> None:
    """Signals by name, where they have one."""
    launch = Launch(framework="pytest", folder=Path.cwd(), captures=(capture(1),))
    _, [test] = judge_process(
        launch, (), Ended(code, 1.0), [], root=Path.cwd(), output=Path("nowhere"), timeout=None, raw=False
    )
    assert told in test.problem


def test_only_the_end_of_a_long_output_is_kept(tmp_path: Path) -> None:
    """And no colour."""
    output = tmp_path / "output.txt"
    output.write_bytes(b"x" * (1 << 20) + b"\x1b[31mred\x1b[0m \xff\r\nend\n")
    process, _ = judge([capture(1)], [], output=output)
    assert process.output.endswith("xxxred \N{REPLACEMENT CHARACTER}\nend\n")
    assert len(process.output) < 1 << 20


class Suite(SimpleNamespace):
    """What Robot hands to a prerunmodifier, as far as it is used."""

    def remove_empty_suites(self) -> None:
        """Note that it was asked for."""
        self.cleaned = True


def test_robot_keeps_the_listed_tests_alone(tmp_path: Path) -> None:
    """By file and line, also where Robot took a part of the list's name for an argument."""
    listed = tmp_path / "a;b" / "tests.json"
    listed.parent.mkdir()
    listed.write_text(json.dumps([[str(tmp_path / "one.robot"), 3]]))
    tests = [SimpleNamespace(lineno=3), SimpleNamespace(lineno=9)]
    inner = [Suite(source=tmp_path / f"{name}.robot", suites=[], tests=list(tests)) for name in ("one", "two")]
    top = Suite(source=tmp_path, suites=inner, tests=[])
    Selection(*str(listed).split(";")).visit_suite(top)
    assert [[test.lineno for test in suite.tests] for suite in inner] == [[3], []]
    assert top.cleaned
