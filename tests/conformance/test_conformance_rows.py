"""One truth table for every test framework: real processes, real reports."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from conformance_deeds import ERRORS, make_error
from conformance_kit import Counts, Dialect, Run, run_cases
from conformance_table import CHOSEN, RED, Case, cases_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Runner = Callable[..., Run]


@cache
def dialect_of(framework: str) -> Dialect:
    """The dialect of a framework."""
    return importlib.import_module(f"dialects.{framework}").DIALECT


SERIAL = tuple(name for name in CHOSEN if not dialect_of(name).serial)
PARALLEL = {name: dialect_of(name).serial for name in CHOSEN if dialect_of(name).serial}


@pytest.fixture(scope="session")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Run the cases of a framework with some exits; a run that was asked for before is not repeated."""
    done: dict[tuple[str, ...], Run] = {}

    def run(framework: str, *exits: str) -> Run:
        key = (framework, *exits)
        if key not in done:
            folder = tmp_path_factory.mktemp("_".join(key))
            done[key] = run_cases(dialect_of(framework), cases_for(framework, *exits), folder)
        return done[key]

    return run


def one(framework: str, name: str) -> list[Case]:
    """The case of one name."""
    return [case for case in cases_for(framework, "green", "red", "refused", "apart") if case.id == name]


def expected_verdicts(cases: list[Case]) -> dict[str, str]:
    """What the evidence must hold: nothing of tests that did not run, or are none of ours."""
    tests = {name: verdict for case in cases for name, verdict in case.tests.items()}
    return {name: verdict for name, verdict in tests.items() if verdict not in {"none", "not_run"}}


def expected_host(cases: list[Case], *, raw: bool = False) -> dict[str, str]:
    """What the framework's own report must say of each test."""
    seen = {"expected_failure": "passed", "passed": "passed", "not_run": "skipped"} | dict.fromkeys(RED, "failed")
    return {
        name: case.raw(name) if raw or verdict == "none" else seen[verdict]
        for case in cases
        for name, verdict in case.tests.items()
    }


def expected_counts(cases: list[Case], lines: int) -> Counts:
    """What the closing lines must add up to."""
    counts = Counts(lines)
    for case in cases:
        for name, verdict in case.tests.items():
            if verdict not in {"none", "passed"}:
                counts.counts[verdict] = counts.counts.get(verdict, 0) + 1
            if verdict not in {"none", "passed", "not_run"}:
                counts.ids.setdefault(verdict, set()).update(case.ids(name))
    return counts


def differences(expected: dict[str, str], found: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Where two tables differ, so that a failing run names its cases and no others."""
    names = sorted({*expected, *found})
    pairs = {name: (expected.get(name, "nothing"), found.get(name, "nothing")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_run(run: Run, cases: list[Case]) -> None:
    """Evidence, report and closing line of a run say what the table says."""
    assert differences(expected_verdicts(cases), run.verdicts) == {}, run.errors
    assert differences(expected_host(cases), run.host) == {}
    lines = run.closing.lines
    assert lines > 0, run.errors
    assert run.closing == expected_counts(cases, lines)
    if run.ended:
        assert ("failed" in run.ended) == bool(run.code), run.ended
    check_records(run, cases)


def check_records(run: Run, cases: list[Case]) -> None:
    """Each record names the bugs, the place and the reason of its test, and each fixed bug the command."""
    for case in cases:
        for name in run.last.keys() & case.tests.keys():
            record = run.last[name]
            assert tuple(record["ids"]) == case.ids(name), name
            assert run.placed[name] == case.id, name
            if record["verdict"] == "wrong_failure":
                assert re.search(case.why, record["reason"], re.IGNORECASE), (name, record["reason"])
            deed = case.failing(name)
            # behavex shows of a step's hook only that it failed.
            late = case.teardown or case.hook_after or case.container_teardown or case.step_hook
            if (
                deed in ERRORS and run.host[name] == "failed" and not late
            ):  # The report keeps the test's own failure.
                assert str(make_error(deed)) in run.texts[name], name
            if record["verdict"] in {"expected_failure", "regressed"} and deed:
                error = make_error(deed)
                assert (record["exc_type"], record["message"]) == (type(error).__name__, str(error)), name
            if record["verdict"] == "expected_failure" and record["step"]:
                at, line = run.stepped[name]
                assert at == case.id, name
                assert case.rows or record["step"] in line, name  # Rows have placeholders there.
            if record["verdict"] == "unexpected_pass":
                numbers = " ".join(map(str, case.ids(name)))
                assert f"run `bugcapture graduate {numbers}`" in run.texts[name], name
                # The switch that has to go, wherever it stands.
                assert any("tdd_expected_fail" in line for line in run.pointed[name]), run.texts[name]
            if record["verdict"] == "wrong_failure" and case.raw(name) == "passed":
                assert record["reason"] in run.texts[name], name
            assert not {"NoneType", "None"} & {record["exc_type"], record["message"]}, name


@pytest.mark.parametrize("framework", CHOSEN)
def test_green_cases_leave_the_run_green(run_once: Runner, framework: str) -> None:
    """Expected failures, guards that hold, skips: exit 0, and every report agrees."""
    run = run_once(framework, "green")
    check_run(run, cases_for(framework, "green"))
    assert run.code == 0, run.said


@pytest.mark.parametrize("framework", CHOSEN)
def test_red_cases_turn_the_run_red(run_once: Runner, framework: str) -> None:
    """Fixed bugs, wrong failures, bugs that are back: red in evidence, report and closing line."""
    run = run_once(framework, "red")
    check_run(run, cases_for(framework, "red"))
    assert run.code != 0


@pytest.mark.parametrize("framework", SERIAL)
def test_one_process_says_one_closing_line(run_once: Runner, framework: str) -> None:
    """It is the last line that bugcapture says."""
    for exits in ("green", "red"):
        run = run_once(framework, exits)
        assert run.closing.lines == 1
        assert not any(record["worker"] for record in run.records)
        ours = [line for line in run.errors.splitlines() if line.startswith("bugcapture: ")]
        assert " expected failure" in ours[-1]


ALONE = [(name, case.id) for name in SERIAL for case in cases_for(name, "red") if case.alone]


@pytest.mark.parametrize(("framework", "case"), ALONE)
def test_one_red_case_is_enough(framework: str, case: str, tmp_path: Path) -> None:
    """No other failure helps the exit code along."""
    cases = one(framework, case)
    run = run_cases(dialect_of(framework), cases, tmp_path)
    check_run(run, cases)
    assert run.code != 0


APART = [(name, case.id) for name in SERIAL for case in cases_for(name, "apart") if case.verdict != "none"]


@pytest.mark.parametrize(("framework", "case"), APART)
def test_test_that_takes_the_run_down_is_red(framework: str, case: str, tmp_path: Path) -> None:
    """Whoever leaves with 0, or is interrupted, has not failed for a bug; and the evidence knows it."""
    cases = one(framework, case)
    run = run_cases(dialect_of(framework), [*one(framework, "guarded_passes"), *cases], tmp_path)
    assert run.verdicts == {"guarded_passes": "passed", case: "wrong_failure"}, run.said
    assert re.search(cases[0].why, run.last[case]["reason"], re.IGNORECASE), run.last[case]
    assert run.closing.ids == {"wrong_failure": set(cases[0].ids(case))}, run.errors
    assert run.code != 0


LEAVING = [(name, case.id) for name in SERIAL for case in cases_for(name, "apart") if case.verdict == "none"]


@pytest.mark.parametrize(("framework", "case"), LEAVING)
def test_leaving_wipes_out_no_red_verdict(framework: str, case: str, tmp_path: Path) -> None:
    """A test of others that leaves with 0 does not turn the run green again."""
    run = run_cases(dialect_of(framework), [*one(framework, "passes"), *one(framework, case)], tmp_path)
    assert run.verdicts == {"passes": "unexpected_pass"}
    assert run.closing.ids == {"unexpected_pass": {30}}, run.errors
    assert run.code != 0


def check_refused(run: Run, cases: list[Case], code: int | None) -> None:
    """Nothing was executed, and each broken rule is told at its place, and nothing else is."""
    assert run.code == code if code is not None else run.code != 0, run.said
    assert run.executed == set(), "executed although there are bad tags"
    assert run.records == []
    assert run.closing.lines == 0
    assert run.problems == {(case.id, rule) for case in cases for rule in case.rules}, run.said


@pytest.mark.parametrize("framework", CHOSEN)
def test_bad_tags_refuse_the_run(run_once: Runner, framework: str) -> None:
    """Rules T1-T6 and F1: all problems at once, each with its place; nothing is executed."""
    check_refused(run_once(framework, "refused"), cases_for(framework, "refused"), dialect_of(framework).refused)


ALONE_REFUSED = [(name, case.id) for name in SERIAL for case in cases_for(name, "refused") if case.alone]


@pytest.mark.parametrize(("framework", "case"), ALONE_REFUSED)
def test_one_bad_test_refuses_all_others(framework: str, case: str, tmp_path: Path) -> None:
    """One bad tag among good tests is enough."""
    bad = one(framework, case)
    run = run_cases(dialect_of(framework), [*one(framework, "untagged_passes"), *bad], tmp_path)
    check_refused(run, bad, dialect_of(framework).refused)


@pytest.mark.parametrize("framework", SERIAL)
@pytest.mark.parametrize("mode", ["dry", "unselect"])
def test_bad_tags_refuse_whatever_is_selected(framework: str, mode: str, tmp_path: Path) -> None:
    """The tags are checked in a dry run too, and when the filter leaves their tests out."""
    dialect = dialect_of(framework)
    cases = one(framework, "bare_switch")
    others = one(framework, "untagged_passes")
    run = run_cases(dialect, [*others, *cases], tmp_path, *getattr(dialect, mode))
    check_refused(run, cases, dialect.refused)


@pytest.mark.parametrize("framework", SERIAL)
def test_dry_run_judges_nothing(framework: str, tmp_path: Path) -> None:
    """A run that executes nothing is green and leaves no evidence."""
    dialect = dialect_of(framework)
    run = run_cases(dialect, cases_for(framework, "green"), tmp_path, *dialect.dry)
    assert run.code == 0, run.said
    assert run.executed == set()
    assert run.records == []


@pytest.mark.parametrize("framework", SERIAL)
def test_tests_that_are_not_selected_have_no_verdict(framework: str, tmp_path: Path) -> None:
    """The framework's own filter leaves out every test with the switch; guards are judged as before."""
    dialect = dialect_of(framework)
    cases = [*one(framework, "assert_fails"), *one(framework, "inherited_switch"), *one(framework, "passes")]
    others = [*one(framework, "guarded_passes"), *one(framework, "untagged_passes")]
    run = run_cases(dialect, [*cases, *others], tmp_path, *dialect.unselect)
    assert run.code == 0, run.said
    assert run.verdicts == expected_verdicts(others)
    assert run.executed == {case.id for case in others}


@pytest.mark.parametrize("framework", SERIAL)
def test_raw_run_inverts_nothing(framework: str, tmp_path: Path) -> None:
    """With BUGCAPTURE_RAW the framework reports what it saw; the evidence is that of any other run.

    Whether tags count that a test gets meanwhile is left to the adapter: nothing could turn green by them.
    """
    cases = [case for case in cases_for(framework, "green", "red") if not case.late_tags]
    run = run_cases(dialect_of(framework), cases, tmp_path, env={"BUGCAPTURE_RAW": "1"})
    assert differences(expected_host(cases, raw=True), run.host) == {}
    assert differences(expected_verdicts(cases), run.verdicts) == {}
    assert run.code != 0
    assert run.closing.lines == 0
    assert "bugcapture: raw run (BUGCAPTURE_RAW is set)" in run.errors


@pytest.mark.parametrize("framework", SERIAL)
def test_raw_run_of_a_fixed_bug_is_green(framework: str, tmp_path: Path) -> None:
    """Nothing else than the framework decides about the exit code."""
    run = run_cases(dialect_of(framework), one(framework, "passes"), tmp_path, env={"BUGCAPTURE_RAW": "1"})
    assert run.code == 0, run.said
    assert run.verdicts == {"passes": "unexpected_pass"}


@pytest.mark.parametrize("framework", SERIAL)
def test_expected_failure_does_not_stop_the_run(framework: str, tmp_path: Path) -> None:
    """Where the run ends at the first failure, an expected one is none."""
    dialect = dialect_of(framework)
    cases = [*one(framework, "assert_fails"), *one(framework, "untagged_passes")]
    run = run_cases(dialect, cases, tmp_path, *dialect.stop)
    check_run(run, cases)
    assert run.executed == {"assert_fails", "untagged_passes"}
    assert run.code == 0, run.said


@pytest.mark.parametrize("framework", SERIAL)
def test_fixed_bug_stops_the_run(framework: str, tmp_path: Path) -> None:
    """Where the run ends at the first failure, a capture that passes is one."""
    dialect = dialect_of(framework)
    cases = [*one(framework, "passes"), *one(framework, "untagged_passes")]
    run = run_cases(dialect, cases, tmp_path, *dialect.stop)
    assert run.executed == {"passes"}
    assert run.code != 0


@pytest.mark.parametrize("framework", SERIAL)
def test_captures_need_assertions(framework: str, tmp_path: Path) -> None:
    """Under ``python -O`` every capture would look fixed, so nothing is run."""
    cases = one(framework, "assert_fails")
    run = run_cases(dialect_of(framework), cases, tmp_path, env={"PYTHONOPTIMIZE": "1"})
    assert run.code != 0
    assert run.executed == set()
    assert run.records == []
    assert "python -O" in run.said


@pytest.mark.parametrize("framework", SERIAL)
def test_guards_need_no_assertions(framework: str, tmp_path: Path) -> None:
    """Nothing could look fixed in a run without captures, so it is left alone."""
    cases = one(framework, "guarded_passes")
    run = run_cases(dialect_of(framework), cases, tmp_path, env={"PYTHONOPTIMIZE": "1"})
    assert run.code == 0, run.said
    assert run.verdicts == {"guarded_passes": "passed"}


@pytest.mark.parametrize(("parallel", "serial"), PARALLEL.items())
@pytest.mark.parametrize("exits", ["green", "red"])
def test_parallel_totals_are_those_of_one_process(
    run_once: Runner, parallel: str, serial: str, exits: str
) -> None:
    """Workers change nothing about what is found, and write one record where one process writes one."""
    many, single = run_once(parallel, exits), run_once(serial, exits)
    assert many.verdicts == single.verdicts
    assert many.host == single.host
    assert len(many.records) == len(single.records)
    assert (many.closing.counts, many.closing.ids) == (single.closing.counts, single.closing.ids)
    assert any(record["worker"] for record in many.records)
