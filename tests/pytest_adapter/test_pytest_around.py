"""Other plugins, retries, interrupts and crashes do not make a captured test green."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED, FIXED, WRONG, PytestProject

if TYPE_CHECKING:
    from pytest_project import Run

RETRIED = """
import pathlib

@pytest.fixture(scope="module", autouse=True)
def once():
    yield
    with open("teardowns", "a") as file:
        file.write("x")

def first(name):
    file = pathlib.Path(name)
    seen = file.exists()
    file.touch()
    return not seen

@T
def test_expected():
    assert 0

@T
def test_passes():
    pass

@T
def test_wrong():
    raise ValueError

@T
def test_wrong_first():
    if first("wrong_first"):
        raise ValueError
    assert 0

@T
def test_passes_first():
    assert first("passes_first"), "only once"

@bug(2)
def test_guarded_flaky():
    assert not first("guarded")

@T
def test_late(request):
    request.node.add_marker(bug(9))
    assert 0

@T
def test_exit_at_last():
    if first("exit"):
        raise ValueError
    pytest.exit("enough", returncode=0)
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2", "--dist", "loadfile")])
def test_retries(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.module(RETRIED)
    run = project.run("--reruns", "2", *arguments, "-k", "not late and not exit")
    assert run.code == 1
    assert run.verdicts == {
        "test_expected": EXPECTED,
        "test_passes": FIXED,
        "test_wrong": WRONG,
        "test_wrong_first": WRONG,
        "test_passes_first": WRONG,
        "test_guarded_flaky": "passed",
    }
    assert run.counts["xfailed"] + run.counts["failed"] + run.counts["passed"] == 6
    attempts = [record["attempt"] for record in run.records if record["name"] == "test_passes"]
    assert attempts == [1, 2, 3]
    assert [record["attempt"] for record in run.records if record["name"] == "test_expected"] == [1]
    assert "RERUN" not in run.shown["test_expected"]
    assert run.reasons["test_wrong_first"].startswith("it was retried")
    assert (project.folder / "teardowns").read_text("utf-8") == "x"


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("test_expected", [EXPECTED]),
        ("test_wrong_first", [WRONG, WRONG, WRONG]),
        ("test_late", [WRONG, WRONG, WRONG]),
    ],
)
def test_retries_of_a_test_in_a_module_of_its_own_leave_fixtures_alone(
    project: PytestProject, name: str, verdicts: list[str]
) -> None:
    """Whoever runs a test again sees beforehand what will become of it."""
    project.module(RETRIED)
    run = project.run("--reruns", "2", "-k", f"{name} and not {name}_")
    assert (run.code != 0, [record["verdict"] for record in run.records]) == (WRONG in verdicts, verdicts)
    assert (project.folder / "teardowns").read_text("utf-8") == "x"


def test_an_exit_in_a_retry_is_an_attempt_of_its_own(project: PytestProject) -> None:
    project.module(RETRIED)
    run = project.run("--reruns", "2", "-k", "exit_at_last")
    assert run.code == 1
    assert [(record["attempt"], record["verdict"]) for record in run.records] == [(1, WRONG), (2, WRONG)]
    assert run.reasons == {"test_exit_at_last": "the run was interrupted"}


def test_a_run_that_ends_before_any_capture_leaves_no_evidence(project: PytestProject) -> None:
    project.module("def test_b():\n    pytest.exit('enough')\n\n@T\ndef test_a():\n    assert 0\n")
    project.run()
    assert list((project.folder / "evidence").iterdir()) == []


def test_an_exit_after_the_verdict_is_a_part_of_the_same_attempt(project: PytestProject) -> None:
    leave = "@pytest.fixture\ndef leave():\n    yield\n    pytest.exit('enough')\n"
    project.module(f"{leave}\n@T\ndef test_a(leave):\n    assert 0\n")
    run = project.run()
    assert [(record["attempt"], record["verdict"]) for record in run.records] == [(1, EXPECTED), (1, WRONG)]


def test_an_exit_of_a_plain_test_is_its_own_concern(project: PytestProject) -> None:
    project.module("@T\ndef test_a():\n    assert 0\n\ndef test_b():\n    pytest.exit('enough', returncode=3)\n")
    run = project.run()
    assert (run.code, run.verdicts) == (3, {"test_a": EXPECTED})
    assert "Exit: enough" in run.stdout
    assert "INTERNALERROR" not in run.stdout + run.stderr


LATE = """
def add(request, mark):
    request.node.add_marker(mark)

@pytest.fixture
def late_switch(request):
    add(request, bug(3))
    add(request, fail)

@pytest.fixture
def late_xfail(request):
    add(request, pytest.mark.xfail)

@pytest.fixture
def late_bug(request):
    add(request, bug(9))

def test_switch_passes(late_switch):
    pass

def test_switch_fails(late_switch):
    assert 0
"""
CAPTURED = """
@T
def test_xfail(late_xfail):
    assert 0

@T
def test_xpass(late_xfail):
    pass

@T
def test_more(late_bug):
    assert 0

@T
def test_declared_late(request):
    add(request, pytest.mark.tdd_expected_fail(raises=ValueError))
    raise ValueError

@bug(3)
def test_guard_gets_switch(late_switch):
    assert 0

def test_only_a_number(late_bug):
    pass

def test_hook_switch():
    assert 0

def test_hook_switch_passes():
    pass
"""
HOOK = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if "hook_switch" in item.name:
            item.add_marker(pytest.mark.tdd_bug(4))
            item.add_marker(pytest.mark.tdd_expected_fail)
        if "hook_guard" in item.name:
            item.add_marker(pytest.mark.tdd_bug(5))
"""


def test_markers_added_late_cannot_be_green(project: PytestProject) -> None:
    project.module(LATE + CAPTURED)
    project.write("conftest.py", HOOK)
    run = project.run()
    assert run.code == 1
    assert run.counts == {"failed": 8, "passed": 2}
    assert run.verdicts == {
        "test_switch_passes": WRONG,
        "test_switch_fails": WRONG,
        "test_xfail": WRONG,
        "test_xpass": FIXED,
        "test_more": WRONG,
        "test_declared_late": WRONG,
        "test_guard_gets_switch": WRONG,
        "test_hook_switch": WRONG,
        "test_hook_switch_passes": FIXED,
    }
    assert "cannot be combined with xfail" in run.reasons["test_xfail"]
    for name in ("test_more", "test_declared_late"):
        assert run.reasons[name].startswith("its markers changed while the run went on")
    assert "added after the check" in run.reasons["test_hook_switch"]


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_a_late_switch_is_seen_in_a_run_without_captures(
    project: PytestProject, arguments: tuple[str, ...]
) -> None:
    project.module(LATE)
    run = project.run(*arguments, "-k", "passes")
    assert run.code == 1
    assert run.verdicts == {"test_switch_passes": WRONG}
    assert run.closing == "bugcapture: 0 expected failures, 0 look fixed, 1 wrong (#3), 0 regressed"


LATEST = """
def pytest_collection_finish(session):
    for item in session.items:
        item.add_marker("tdd_expected_fail")
"""


def test_a_run_that_executes_nothing_refuses_nobody(project: PytestProject) -> None:
    """Whatever gets the switch after the check: no test ran."""
    project.module("@bug(1)\ndef test_guard():\n    pass\n\ndef test_plain():\n    pass\n")
    project.write("conftest.py", LATEST)
    run = project.run("--collect-only", "-q")
    assert (run.code, run.records, run.stderr) == (0, [], "")
    run = project.run()
    assert (run.code, run.verdicts) == (1, {"test_guard": FIXED, "test_plain": WRONG})


def test_a_hook_may_add_bug_numbers(project: PytestProject) -> None:
    project.write("conftest.py", HOOK)
    project.module("def test_hook_guard():\n    pass\n")
    run = project.run()
    assert (run.code, run.verdicts) == (0, {"test_hook_guard": "passed"})


PLUGINS = """
import pytest

def pytest_configure(config):
    import pytest_timeout
    config.pluginmanager.register(pytest_timeout, "stops")

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    yield
    assert "leaks" not in item.name

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    import pytest_check
    report = yield
    if call.when == "call" and "silent" in item.name:
        report.outcome, report.longrepr = "failed", "said no"
    if call.when == "call" and "soft" in item.name:
        pytest_check.report(call, report)
    if call.when == "call" and "waved" in item.name or call.when == "setup" and "forgiven" in item.name:
        report.outcome = "passed"
    if call.when == "call" and "dropped" in item.name:
        report.outcome, report.longrepr = "skipped", ("conftest.py", 1, "dropped")
    if call.when == "setup" and "refused" in item.name:
        report.outcome, report.longrepr = "failed", "not today"
    return report
"""
PRETENDED = """
import sys

@T
def test_timeout():
    import pytest_timeout
    pytest_timeout.stop("Timeout >1.0s")

@T
def test_timeout_behind_an_assertion():
    import pytest_timeout
    try:
        pytest_timeout.stop("Timeout >1.0s")
    finally:
        assert 0

@T
def test_leaks():
    pass

@T
def test_silent():
    pass

@T
def test_soft():
    pass

@T
def test_soft_and_error():
    raise ValueError

@T
def test_waved():
    assert 0

@T
def test_waved_error():
    raise ValueError

@bug(2)
def test_guarded_silent():
    pass

@bug(2)
def test_guarded_waved():
    assert 0

@bug(2)
def test_guarded_dropped():
    assert 0

@pytest.fixture
def broken():
    assert 0

@T
def test_set_up_forgiven(broken):
    assert 0

@T
def test_set_up_refused():
    assert 0
"""
TIMEOUT = """
import pytest

def stop(message):
    pytest.fail(message)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    return (yield)
"""
CHECK = """
import pytest

def report(call, report):
    report.outcome = "failed"
    try:
        raise AssertionError("soft")
    except AssertionError:
        call.excinfo = pytest.ExceptionInfo.from_current()
    report.longrepr = "soft"
"""


def test_other_plugins_are_heard(project: PytestProject) -> None:
    project.module(PRETENDED)
    project.write("conftest.py", PLUGINS)
    project.write("pytest_timeout.py", TIMEOUT)
    project.write("pytest_check.py", CHECK)
    run = project.run("-p", "no:timeout", "-p", "no:check")
    assert run.verdicts == {
        "test_timeout": WRONG,
        "test_timeout_behind_an_assertion": WRONG,
        "test_leaks": WRONG,
        "test_silent": WRONG,
        "test_soft": EXPECTED,
        "test_soft_and_error": WRONG,
        "test_waved": EXPECTED,
        "test_waved_error": WRONG,
        "test_guarded_silent": "regressed",
        "test_guarded_waved": "passed",
        "test_set_up_forgiven": WRONG,
        "test_set_up_refused": WRONG,
    }
    assert run.code == 1
    assert run.counts == {"failed": 7, "xfailed": 2, "passed": 1, "skipped": 1, "error": 2}
    for name in ("test_timeout", "test_timeout_behind_an_assertion"):
        assert run.reasons[name] == "a timeout is never the expected failure"
    assert run.reasons["test_leaks"] == "a hook around the test failed"
    places = {record["name"]: record["step_location"].partition(":")[0] for record in run.records}
    wanted = {"test_leaks": "conftest.py", "test_waved_error": "test_it.py", "test_silent": ""}
    assert wanted.items() <= places.items()
    assert "said no" in run.reasons["test_silent"]
    assert "expected: an assertion" in run.junit_text("test_silent")
    assert run.reasons["test_set_up_forgiven"] == "the set-up of the test failed"
    assert "not today" in run.reasons["test_set_up_refused"]


AROUND_CALL = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    result = yield
    assert "wrapped" not in pyfuncitem.name
    return result

@pytest.hookimpl(hookwrapper=True, specname="pytest_pyfunc_call")
def pytest_old(pyfuncitem):
    yield
    assert "old" not in pyfuncitem.name

def check(name):
    assert "helped" not in name

@pytest.hookimpl(wrapper=True, specname="pytest_pyfunc_call")
def pytest_helped(pyfuncitem):
    check(pyfuncitem.name)
    return (yield)

@pytest.hookimpl(tryfirst=True, specname="pytest_pyfunc_call")
def pytest_instead(pyfuncitem):
    assert "instead" not in pyfuncitem.name
"""
CALLED = """
@T
async def test_async_that_nobody_runs():
    assert 0

@T
def test_wrapped():
    pass

@T
def test_old():
    pass

@T
def test_helped():
    pass

@T
def test_instead():
    pass

@T
def test_body():
    assert 0

@T
def test_body_with_hooks_of_its_own():
    import pluggy

    class Spec:
        @pluggy.HookspecMarker("mine")
        def pay(self):
            pass

    class Plugin:
        @pluggy.HookimplMarker("mine")
        def pay(self):
            assert 0

    manager = pluggy.PluginManager("mine")
    manager.add_hookspecs(Spec)
    manager.register(Plugin())
    manager.hook.pay()

@T
def test_body_with_a_name_of_ours():
    hook_name = "pytest_pyfunc_call"
    assert not hook_name
"""


def test_what_calls_the_test_function_is_no_part_of_its_body(project: PytestProject) -> None:
    project.module(CALLED)
    project.write("conftest.py", AROUND_CALL)
    run = project.run()
    assert run.code == 1
    outside = ["test_async_that_nobody_runs", "test_wrapped", "test_old", "test_helped", "test_instead"]
    inside = ["test_body", "test_body_with_hooks_of_its_own", "test_body_with_a_name_of_ours"]
    assert run.verdicts == dict.fromkeys(outside, WRONG) | dict.fromkeys(inside, EXPECTED)
    assert {run.reasons[name] for name in outside} == {"a hook that calls the test function failed"}


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_a_plugin_that_keeps_the_report_to_itself_hides_no_verdict(
    project: PytestProject, arguments: tuple[str, ...]
) -> None:
    project.write(
        "conftest.py",
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, log=False, nextitem=nextitem)
            return True
        """,
    )
    project.module("@T\ndef test_passes():\n    pass\n")
    run = project.run(*arguments)
    assert (run.code != 0, run.verdicts) == (True, {"test_passes": FIXED})
    assert run.closing == "bugcapture: 0 expected failures, 1 look fixed (#1), 0 wrong, 0 regressed"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("pytest.exit('enough', returncode=0)", 1),
        ("pytest.exit('enough', returncode=7)", 7),
        ("raise KeyboardInterrupt", 2),
    ],
)
def test_an_interrupt_is_red(project: PytestProject, statement: str, code: int) -> None:
    project.module(f"@T\ndef test_first():\n    {statement}\n\n@T\ndef test_second():\n    assert 0\n")
    run = project.run()
    assert run.code == code
    assert run.verdicts == {"test_first": WRONG}
    assert run.reasons == {"test_first": "the run was interrupted"}
    assert run.closing == "bugcapture: 0 expected failures, 0 look fixed, 1 wrong (#1), 0 regressed"


def test_an_exit_in_a_teardown_supersedes_the_verdict(project: PytestProject) -> None:
    project.module(
        """
        @pytest.fixture
        def leaves():
            yield
            pytest.exit("enough", returncode=0)

        @T
        def test_first(leaves):
            assert 0
        """
    )
    run = project.run()
    assert run.code == 1
    assert [record["verdict"] for record in run.records] == [EXPECTED, WRONG]


def test_an_exit_in_a_worker_is_red(project: PytestProject) -> None:
    project.module("@T\ndef test_first():\n    pytest.exit('enough', returncode=0)\n")
    run = project.run("-n", "1")
    assert run.code != 0
    assert run.verdicts == {"test_first": WRONG}


def test_a_crashed_worker_is_red_and_leaves_no_record(project: PytestProject) -> None:
    """What it has reported before counts."""
    project.module(
        """
        import os

        @bug(2)
        @fail
        def test_before():
            assert 0

        @T
        def test_crash():
            os._exit(0)

        @T
        def test_fine():
            assert 0
        """
    )
    run = project.run("-n", "1", "--max-worker-restart", "2")
    assert run.code == 1
    assert run.counts == {"failed": 1, "xfailed": 2}
    assert run.verdicts == {"test_before": EXPECTED, "test_fine": EXPECTED}
    assert run.closing == "bugcapture: 2 expected failures (#1, #2), 0 look fixed, 0 wrong, 0 regressed"


def _both(project: PytestProject, *arguments: str, **variables: str) -> tuple[Run, Run]:
    return project.run(*arguments, **variables), project.run("-p", "no:bugcapture", *arguments, **variables)


def test_a_run_without_captures_is_as_without_the_plugin(project: PytestProject) -> None:
    project.write(
        "pytest.ini", "[pytest]\naddopts = -p no:cacheprovider -p no:hypothesispytest --doctest-modules\n"
    )
    project.write("test_plain.py", '"""\n>>> 1\n1\n"""\ndef test_a():\n    pass\n\ndef test_b():\n    assert 0\n')
    ours, plain = _both(project, "-q")
    assert (
        (ours.code, ours.counts, ours.suite)
        == (plain.code, plain.counts, plain.suite)
        == (1, ours.counts, ours.suite)
    )
    assert ours.stderr == plain.stderr == ""
    ours, plain = _both(project, "--collect-only", "-q")
    assert ours.stdout.splitlines()[:-1] == plain.stdout.splitlines()[:-1]


def test_deselected_captures_have_no_verdict(project: PytestProject) -> None:
    project.module("@T\ndef test_bug():\n    assert 0\n\ndef test_plain():\n    pass\n")
    run = project.run("-k", "plain")
    assert (run.code, run.records, run.stderr) == (0, [], "")
    assert list((project.folder / "evidence").glob("*")) == []
    run = project.run("--collect-only", "-q")
    assert (run.code, run.stderr) == (0, "")
    assert list((project.folder / "evidence").glob("*")) == []


def test_the_markers_explain_themselves(project: PytestProject) -> None:
    shown = project.run("--markers").stdout
    for name in ("tdd_bug(991)", "tdd_issue(991)", "tdd_expected_fail(raises=None, match=None)"):
        assert f"@pytest.mark.{name}: " in shown


def test_runs_inside_a_run_know_nothing_of_each_other(project: PytestProject) -> None:
    project.write("conftest.py", 'pytest_plugins = ["pytester"]\n')
    project.module(
        """
        @T
        def test_outer(pytester):
            pytester.makepyfile(
                "import pytest\\n"
                "@pytest.mark.tdd_bug(7)\\n"
                "@pytest.mark.tdd_expected_fail\\n"
                "def test_inner():\\n"
                "    pass\\n"
            )
            result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
            result.assert_outcomes(failed=1)
            result.stderr.fnmatch_lines(["bugcapture: 0 expected failures, 1 look fixed (#7)*"])
            assert 0, "the bug"
        """
    )
    run = project.run(BUGCAPTURE_EVIDENCE_DIR="")
    assert run.code == 0, run.stdout
    assert run.closing == "bugcapture: 1 expected failure (#1), 0 look fixed, 0 wrong, 0 regressed"


def test_the_race_fixture(project: PytestProject) -> None:
    project.write(
        "shop.py",
        """
        opened = []

        def connect():
            return object()

        def session():
            if not opened:
                opened.append(connect())
            return opened[0]
        """,
    )
    project.module(
        """
        import shop

        @T
        def test_race(race):
            race(shop.session, meet_at="shop.connect").expect(entries=1, errors=0)
        """
    )
    run = project.run("-p", "no:randomly", PYTHONPATH=str(project.folder))
    assert (run.code, run.verdicts) == (0, {"test_race": EXPECTED})


def test_an_item_that_is_no_function_is_judged_too(project: PytestProject) -> None:
    project.write(
        "conftest.py",
        """
        import pytest

        class Line(pytest.Item):
            def runtest(self):
                assert self.name == "good"

            def reportinfo(self):
                return self.path, None, self.name

        class File(pytest.File):
            def collect(self):
                for name in self.path.read_text().split():
                    line = Line.from_parent(self, name=name)
                    line.add_marker(pytest.mark.tdd_bug(1))
                    line.add_marker(pytest.mark.tdd_expected_fail)
                    yield line

        def pytest_collect_file(parent, file_path):
            if file_path.suffix == ".lines":
                return File.from_parent(parent, path=file_path)
        """,
    )
    project.write("a.lines", "good bad")
    run = project.run()
    assert run.verdicts == {"good": FIXED, "bad": EXPECTED}
    assert {record["location"] for record in run.records} == {"a.lines:1"}


def test_a_late_switch_in_a_run_that_cannot_keep_evidence_is_a_usage_error(project: PytestProject) -> None:
    project.module(LATE)
    project.write("file", "")
    run = project.run("-k", "passes", BUGCAPTURE_EVIDENCE_DIR=str(project.folder / "file" / "below"))
    assert run.code == 4
    assert "evidence cannot be written here" in run.stderr
