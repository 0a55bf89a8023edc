"""Each way in which a captured test can end has one verdict, and every report of pytest agrees with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED, FIXED, REGRESSED, WRONG, PytestProject, Run

if TYPE_CHECKING:
    from pathlib import Path

GREEN = """
@T
def test_assert():
    assert 1 == 2

@T
def test_fail():
    pytest.fail("no")

@T
def test_did_not_raise():
    with pytest.raises(KeyError):
        pass

@bug(2)
@fail
class TestUnit(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(1, 2)

class Own(Exception):
    pass

@bug(2)
@fail
class TestOwn(unittest.TestCase):
    failureException = Own

    def test_own(self):
        self.fail("own")

@T
def test_chained():
    try:
        {}["a"]
    except KeyError as error:
        raise AssertionError("chained") from error

@T
def test_group():
    raise ExceptionGroup("both", [AssertionError("one"), AssertionError("two")])

@bug(3)
@fail(raises=KeyError, match="total")
def test_declared():
    {}["total"]

@bug(3)
@fail(raises=KeyError, match="two")
def test_declared_group():
    raise ExceptionGroup("both", [KeyError("one"), ExceptionGroup("in", [KeyError("two")])])

@bug(3)
@fail(raises=("IndexError", "KeyError"))
def test_declared_base():
    class Worse(KeyError):
        pass
    raise Worse

@bug(4)
@pytest.mark.tdd_issue(5)
@pytest.mark.parametrize("value", [1, pytest.param(2, marks=fail)])
def test_param(value):
    assert value == 1

@bug(6)
@fail
async def test_async():
    assert 0

class TestOdd:
    failureException = "no class"

    @bug(6)
    @fail
    def test_odd(self):
        assert 0

@bug(6)
@fail
def test_circle():
    error, other = AssertionError("around"), ValueError("and around")
    error.__context__, other.__context__ = other, error
    raise error

class Leaves(AssertionError):
    def __str__(self):
        raise SystemExit(0)

@bug(6)
@fail
def test_leaves_in_str():
    raise Leaves

@bug(7)
def test_guarded():
    pass

def test_plain():
    pass
"""
ASYNC = """
import asyncio
import inspect
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        asyncio.run(pyfuncitem.obj())
        return True
"""
GREEN_NAMES = {
    "test_assert",
    "test_fail",
    "test_did_not_raise",
    "TestUnit::test_equal",
    "TestOwn::test_own",
    "test_chained",
    "test_group",
    "test_declared",
    "test_declared_group",
    "test_declared_base",
    "test_param[2]",
    "test_async",
    "TestOdd::test_odd",
    "test_leaves_in_str",
    "test_circle",
}

RED = """
@pytest.fixture
def broken():
    assert 0

@pytest.fixture
def breaks_later():
    yield
    assert 0

@T
def test_passes():
    pass

@T
def test_value_error():
    raise ValueError("x")

@T
def test_set_up(broken):
    pass

@T
def test_teardown(breaks_later):
    assert 0

@T
def test_passes_before_teardown(breaks_later):
    pass

@T
def test_late_fixture(request):
    request.getfixturevalue("broken")

@bug(1)
@fail(raises=Exception)
def test_import():
    import no_such_module

@bug(1)
@fail(raises=Exception)
def test_timeout():
    raise TimeoutError

@T
def test_exit():
    raise SystemExit(0)

@T
def test_native_xfail():
    pytest.xfail("hidden")

@T
def test_mixed_group():
    raise ExceptionGroup("both", [AssertionError("one"), ValueError("two")])

@bug(1)
@fail(raises=BaseExceptionGroup)
def test_interrupted_group():
    raise BaseExceptionGroup("all", [KeyboardInterrupt()])

@bug(1)
@fail(raises=KeyError)
def test_declared_part():
    raise ExceptionGroup("both", [KeyError("one"), ValueError("two")])

@bug(1)
@fail(raises=ExceptionGroup)
def test_spoiled_group():
    raise ExceptionGroup("all", [ExceptionGroup("in", [TimeoutError("late")]), ValueError("two")])

@bug(1)
@fail(raises=KeyError, match="total")
def test_other_message():
    {}["sum"]

@bug(1)
@fail(raises=KeyError)
def test_other_type():
    assert 0

@bug(1)
@fail
class TestUnit(unittest.TestCase):
    def setUp(self):
        if "set_up" in self.id():
            assert 0

    def tearDown(self):
        if "tear_down" in self.id():
            assert 0

    def test_in_set_up(self):
        pass

    def test_tear_down(self):
        pass

    def test_both_tear_down(self):
        assert 0

    def test_cleanup(self):
        self.addCleanup(self.fail)

    @unittest.expectedFailure
    def test_native(self):
        assert 0

    @unittest.expectedFailure
    def test_native_pass(self):
        pass

class Bad(Exception):
    def __str__(self):
        raise RuntimeError

@T
def test_unprintable():
    raise Bad

@T
def test_group_with_fixture(request):
    try:
        request.getfixturevalue("broken")
    except AssertionError as error:
        raise ExceptionGroup("all", [error])

class Liar(Exception):
    __class__ = AssertionError

@T
def test_liar():
    raise Liar

class EmptyGroup(ExceptionGroup):
    exceptions = ()

@T
def test_empty_group():
    raise EmptyGroup("none", [ValueError()])

class TestNoCase:
    failureException = KeyError

    @T
    def test_no_case(self):
        {}["key"]

class TestOddCase(unittest.TestCase):
    failureException = "no class"

    @T
    def test_odd_case(self):
        assert 0

@bug(8)
def test_regressed():
    assert 0

@T
def test_skips():
    pytest.skip("not here")

@pytest.fixture
def skips_later():
    yield
    pytest.skip("too late")

@T
def test_passes_then_skips(skips_later):
    pass

@T
@pytest.mark.skipif("True", reason="never")
def test_skipped():
    assert 0

@bug(8)
@pytest.mark.xfail(reason="elsewhere")
def test_guarded_xfail():
    assert 0
"""
RED_VERDICTS = {
    "test_passes": (FIXED, {"FAILED"}),
    "test_value_error": (WRONG, {"FAILED"}),
    "test_set_up": (WRONG, {"ERROR"}),
    "test_teardown": (WRONG, {"XFAIL", "ERROR"}),
    "test_passes_before_teardown": (WRONG, {"FAILED", "ERROR"}),
    "test_passes_then_skips": (FIXED, {"FAILED"}),
    "test_late_fixture": (WRONG, {"FAILED"}),
    "test_import": (WRONG, {"FAILED"}),
    "test_timeout": (WRONG, {"FAILED"}),
    "test_exit": (WRONG, {"FAILED"}),
    "test_native_xfail": (WRONG, {"FAILED"}),
    "test_mixed_group": (WRONG, {"FAILED"}),
    "test_spoiled_group": (WRONG, {"FAILED"}),
    "test_interrupted_group": (WRONG, {"FAILED"}),
    "test_declared_part": (WRONG, {"FAILED"}),
    "test_other_message": (WRONG, {"FAILED"}),
    "test_other_type": (WRONG, {"FAILED"}),
    "TestUnit::test_in_set_up": (WRONG, {"FAILED"}),
    "TestUnit::test_tear_down": (WRONG, {"FAILED"}),
    "TestUnit::test_both_tear_down": (WRONG, {"XFAIL", "ERROR"}),
    "TestUnit::test_cleanup": (WRONG, {"FAILED"}),
    "TestUnit::test_native": (WRONG, {"FAILED"}),
    "TestUnit::test_native_pass": (WRONG, {"FAILED"}),
    "test_unprintable": (WRONG, {"FAILED"}),
    "test_group_with_fixture": (WRONG, {"FAILED"}),
    "test_liar": (WRONG, {"FAILED"}),
    "test_empty_group": (WRONG, {"FAILED"}),
    "TestNoCase::test_no_case": (WRONG, {"FAILED"}),
    "TestOddCase::test_odd_case": (WRONG, {"FAILED"}),
    "test_regressed": (REGRESSED, {"FAILED"}),
}
NOT_JUDGED = {"test_skips", "test_skipped", "test_guarded_xfail"}


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One process whose captures all fail as expected."""
    return _run(tmp_path_factory.mktemp("green"), GREEN)


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One process with every red verdict."""
    return _run(tmp_path_factory.mktemp("red"), RED)


def _run(folder: Path, text: str, *arguments: str) -> Run:
    project = PytestProject(folder)
    project.module(text)
    project.write("conftest.py", ASYNC)
    return project.run(*arguments)


def test_expected_failures_leave_the_run_green(green: Run) -> None:
    assert green.code == 0
    assert green.counts == {"passed": 3, "xfailed": len(GREEN_NAMES)}
    assert {name for name, words in green.shown.items() if words == {"XFAIL"}} == GREEN_NAMES
    assert green.closing == (
        "bugcapture: 15 expected failures (#1, #2, #3, #4, #5, #6), 0 look fixed, 0 wrong, 0 regressed"
    )


def test_expected_failures_are_recorded(green: Run) -> None:
    assert {name for name, verdict in green.verdicts.items() if verdict == EXPECTED} == GREEN_NAMES
    assert green.verdicts["test_guarded"] == "passed"
    assert "test_plain" not in green.verdicts
    record = next(record for record in green.records if record["name"] == "test_assert")
    assert record["location"] == "test_it.py:7"
    assert record["step_location"] == "test_it.py:9"
    assert (record["framework"], record["raw_status"], record["exc_type"]) == (
        "pytest",
        "failed",
        "AssertionError",
    )
    assert len({record["run_id"] for record in green.records}) == 1


def test_an_expected_failure_is_a_skip_of_type_xfail_in_junit_and_keeps_its_reason(green: Run) -> None:
    assert green.suite == {"tests": 18, "errors": 0, "failures": 0, "skipped": 15}
    assert 'type="pytest.xfail"' in green.junit_text("test_assert")
    assert 'message="bug #1: AssertionError: assert 1 == 2"' in green.junit_text("test_assert")
    assert "bugs #4, #5: " in green.junit_text("test_param[2]")
    assert "XFAIL test_it.py::test_declared - bug #3: KeyError: 'total'" in green.stdout


def test_the_summary_lists_the_bugs_by_number(green: Run) -> None:
    section = green.stdout.partition("bugcapture: captured bugs")[2].splitlines()[1:16]
    assert section[0] == "#1 expected failure test_it.py::test_assert"
    assert section[-1] == "#6 expected failure test_it.py::test_leaves_in_str"
    assert [line.split()[0] for line in section] == sorted(line.split()[0] for line in section)


def test_a_regression_is_told_below_the_failure(red: Run) -> None:
    assert 'is back: "test_regressed" failed: ' in red.stdout


def test_every_other_end_is_red(red: Run) -> None:
    assert red.code == 1
    assert red.verdicts == {name: verdict for name, (verdict, _) in RED_VERDICTS.items()}
    assert {name: words for name, words in red.shown.items() if name not in NOT_JUDGED} == {
        name: words for name, (_, words) in RED_VERDICTS.items()
    }
    assert (
        red.closing
        == "bugcapture: 0 expected failures, 2 look fixed (#1), 27 wrong (#1), 1 regressed (#8), 3 not run"
    )


def test_junit_agrees_with_red_verdicts(red: Run) -> None:
    assert red.junit["test_passes"] == ["failure"]
    assert red.junit["test_set_up"] == ["error"]
    assert red.junit["test_teardown"] == ["skipped", "error"]
    assert red.junit["test_native_xfail"] == ["failure"]
    assert red.junit["test_skips"] == ["skipped"]
    assert "run `bugcapture graduate 1`" in red.junit_text("test_passes")
    assert "declare it" in red.junit_text("test_value_error")
    assert "FAILED test_it.py::test_value_error - ValueError: x" in red.stdout


def test_the_place_of_the_switch_is_told(red: Run) -> None:
    text = (red.folder / "test_it.py").read_text("utf-8").splitlines()
    line = text.index("def test_passes():")  # The alias `T` stands on the line above it.
    assert f"test_it.py:{line}: bug 1 looks fixed" in red.stdout
    assert f"passed although it carries tdd_expected_fail (test_it.py:{line})" in red.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("test_set_up", "the set-up of the test failed"),
        ("test_teardown", "the teardown of the test failed"),
        ("test_late_fixture", "a fixture failed"),
        ("test_group_with_fixture", "a fixture failed"),
        ("TestUnit::test_in_set_up", "setUp failed"),
        ("TestUnit::test_tear_down", "tearDown or a cleanup failed"),
        ("TestUnit::test_cleanup", "tearDown or a cleanup failed"),
        ("test_import", "an import error is never the expected failure"),
        ("test_timeout", "a timeout is never the expected failure"),
        ("test_spoiled_group", "a timeout is never the expected failure"),
        ("test_interrupted_group", "the run was interrupted"),
        ("test_native_xfail", "pytest.xfail() was called: two mechanisms would judge one failure"),
        ("TestUnit::test_native", "pytest.xfail() was called: two mechanisms would judge one failure"),
        (
            "TestUnit::test_native_pass",
            "unittest.expectedFailure was given: two mechanisms would judge one failure",
        ),
    ],
)
def test_the_reason_is_told(red: Run, name: str, reason: str) -> None:
    assert red.reasons[name] == reason


def test_what_fails_outside_the_call_is_an_error(red: Run) -> None:
    """The record keeps the word of pytest, as its summary has it."""
    words = {record["name"]: record["raw_status"] for record in red.records}
    outside = {"test_set_up", "test_teardown", "test_passes_before_teardown", "TestUnit::test_both_tear_down"}
    assert {name for name, word in words.items() if word == "error"} == outside
    assert {name for name, word in words.items() if word == "passed"} == {"test_passes", "test_passes_then_skips"}
    assert set(words.values()) == {"error", "passed", "failed"}


def test_a_failing_teardown_supersedes_the_record(red: Run) -> None:
    records = [record for record in red.records if record["name"] == "test_teardown"]
    assert [record["verdict"] for record in records] == [EXPECTED, WRONG]
    assert {record["attempt"] for record in records} == {1}


def test_skips_have_no_verdict(red: Run) -> None:
    assert not NOT_JUDGED & set(red.verdicts)
    assert red.shown["test_guarded_xfail"] == {"XFAIL"}


def test_parallel_runs_agree_with_serial_ones(tmp_path: Path, red: Run, green: Run) -> None:
    run = _run(tmp_path, RED, "-n", "2")
    assert (run.code, run.counts, run.suite, run.junit) == (red.code, red.counts, red.suite, red.junit)
    assert (run.verdicts, run.shown, run.closing) == (red.verdicts, red.shown, red.closing)
    assert len(run.records) == len(red.records)
    assert len({record["run_id"] for record in run.records}) == 1
    assert {record["worker"] for record in run.records} <= {"gw0", "gw1"}
    assert {record["worker"] for record in green.records} == {""}
    assert run.stdout.count("bugcapture: captured bugs") == 1
    assert run.stderr.count("regressed (#8)") == 1


@pytest.mark.parametrize(
    ("arguments", "variables", "why"),
    [
        ((), {"BUGCAPTURE_RAW": "1"}, "BUGCAPTURE_RAW is set"),
        (("--runxfail",), {}, "--runxfail is given"),
        (("-n", "2", "--runxfail"), {}, "--runxfail is given"),
    ],
)
def test_a_raw_run_inverts_nothing(
    project: PytestProject, arguments: tuple[str, ...], variables: dict[str, str], why: str
) -> None:
    project.module("@T\ndef test_fails():\n    assert 0\n\n@T\ndef test_passes():\n    pass\n")
    run = project.run(*arguments, **variables)
    assert run.code == 1
    assert run.counts == {"failed": 1, "passed": 1}
    assert run.verdicts == {"test_fails": EXPECTED, "test_passes": FIXED}
    assert run.closing == f"bugcapture: raw run ({why}): 2 captured tests ran, nothing was inverted"
    assert "captured bugs" not in run.stdout


def test_a_raw_run_of_a_passing_capture_is_green(project: PytestProject) -> None:
    project.module("@T\ndef test_passes():\n    pass\n")
    assert project.run(BUGCAPTURE_RAW="1").code == 0


def test_markers_are_inherited_and_the_nearest_declaration_counts(project: PytestProject) -> None:
    project.module(
        """
        pytestmark = [bug(1), fail(raises=KeyError)]

        class TestClass:
            def test_inherits(self):
                {}["a"]

            @fail
            def test_bare_switch(self):
                {}["a"]

            @fail(raises=ValueError)
            def test_nearer(self):
                raise ValueError
        """
    )
    run = project.run()
    assert (run.code, run.counts) == (0, {"xfailed": 3})
