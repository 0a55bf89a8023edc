"""Judge each captured test while pytest runs it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture.core.message import fixed_headline
from bugcapture.core.outcome import Outcome, Status
from bugcapture.core.verdict import Verdict, decide, describe
from bugcapture.pytest.apply import add_section, make_green, make_red
from bugcapture.pytest.captured import CAPTURED, Captured, PytestTest, capture, read_item, why_late
from bugcapture.pytest.classify import read_abort, read_failures, read_outcome
from bugcapture.pytest.place import find_switch
from bugcapture.pytest.summary import ATTRIBUTE, encode_result

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bugcapture.core.verdict import Judgement
    from bugcapture.project.session import Session
    from bugcapture.pytest.scenario import ScenarioRun


class Judging:
    """The hooks around each test; registered only when a captured test was collected.

    The verdict is found in the outermost wrapper of ``pytest_runtest_makereport``, after every other plugin
    has had its say. The innermost one shows an expected failure beforehand, because plugins that run a
    failed test again decide in between whether it failed.

    Args:
        session: The run's judge.
        report: Takes the result of a test that no report will carry.
    """

    def __init__(self, session: Session, report: Callable[[dict[str, Any]], None]) -> None:
        self._session = session
        self._report = report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Judge a test that takes the whole run down."""
        captured = item.stash.get(CAPTURED, None)
        if captured is None:
            return (yield)
        try:
            return (yield)
        except BaseException as error:
            outcome = read_abort(error)
            if captured.judged:
                self._session.revise(captured.test, outcome)
            else:
                self._session.judge(captured.test, outcome)
            self._report(self._encode(captured.test))
            raise

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Know the reports of subtests from the report of the test itself."""
        captured = item.stash.get(CAPTURED, None)
        if captured is None:
            return (yield)
        captured.calling = True
        try:
            return (yield)
        finally:
            captured.calling = False

    @pytest.hookimpl(wrapper=True, trylast=True, specname="pytest_runtest_makereport")
    def pytest_show_expected_failure(self, item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
        """Let the plugins around this one see an expected failure as one."""
        report = yield
        captured = item.stash.get(CAPTURED, None)
        if captured is None:
            return report
        captured.own_error = call.excinfo.value if call.excinfo is not None else None
        if report.failed and not self._session.raw:
            test, refused = self._now(item, captured)
            own = tuple(read_failures(item, captured, call, report, self._session.place))
            judgement = decide(test.tags, _failed((*captured.failures, *own)), test.expectation)
            if judgement.verdict is Verdict.EXPECTED_FAILURE and not refused and not self._session.is_red(test):
                shown, *_ = *own, *captured.failures  # A subtest shows its own failure, not the first one's.
                make_green(report, test.tags, describe(shown))
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
        """Judge the test by the report that all other plugins have agreed on."""
        report = yield
        captured = item.stash.get(CAPTURED, None)
        if captured is None:
            return report
        if captured.calling:
            self._judge_part(item, captured, call, report)
            return report
        if call.when == "setup":
            captured.begin()
        if call.when == "call" or call.excinfo is not None or not report.passed:
            self._judge_phase(item, captured, call, report)
        return report

    def pytest_unconfigure(self) -> None:
        """Close the evidence."""
        self._session.close()

    @pytest.hookimpl(optionalhook=True)
    def pytest_bdd_before_scenario(self, request: Any, scenario: Any) -> None:
        """Follow a scenario of pytest-bdd."""
        captured = request.node.stash.get(CAPTURED, None)
        if captured is not None:
            captured.follow(len(scenario.steps))

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_bdd_before_step_call(self, request: Any, step: Any) -> None:
        """The step begins."""
        if run := _run_of(request):
            run.current = step

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_bdd_step_error(self, request: Any, exception: BaseException) -> None:
        """The step failed, or it did not begin because of its arguments."""
        if run := _run_of(request):
            run.error = exception

    @pytest.hookimpl(optionalhook=True, tryfirst=True, specname="pytest_bdd_after_step")
    def pytest_leave_step(self, request: Any) -> None:
        """Hooks after a step are no part of it."""
        if run := _run_of(request):
            run.current = None

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_bdd_after_step(self, request: Any) -> None:
        """The step and all its hooks are over."""
        if run := _run_of(request):
            run.done += 1

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_bdd_step_func_lookup_error(self, request: Any, step: Any) -> None:
        """The step is undefined."""
        if run := _run_of(request):
            run.undefined = step

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_bdd_after_scenario(self, request: Any) -> None:
        """The scenario and all its hooks are over; what follows is the test function's own body."""
        if run := _run_of(request):
            run.ended = run.done == run.steps

    def refuse(self, item: pytest.Item) -> None:
        """Make a test red that got the switch while it ran, when nothing was there to judge it.

        Args:
            item: The test.
        """
        captured = capture(item, read_item(item, self._session.policy), late=True)
        if captured is not None:
            _, reason = self._now(item, captured)
            self._session.refuse(captured.test, reason)
            self._report(self._encode(captured.test))

    def _judge_part(self, item: pytest.Item, captured: Captured, call: Any, report: Any) -> None:
        """Judge one subtest as far as that goes; the test as a whole is judged at its end."""
        failures = tuple(read_failures(item, captured, call, report, self._session.place))
        captured.failures += failures
        test, refused = self._now(item, captured)
        if not failures or not test.tags.expected_fail or self._session.raw:
            return
        judgement = decide(test.tags, _failed(tuple(captured.failures)), test.expectation)
        if refused or judgement.verdict is not Verdict.EXPECTED_FAILURE:
            make_red(report, judgement.reason, f"not the expected failure: {refused or judgement.reason}")

    def _judge_phase(self, item: pytest.Item, captured: Captured, call: Any, report: Any) -> None:
        test, refused = self._now(item, captured)
        outcome = read_outcome(item, captured, call, report, self._session.place)
        if call.when == "teardown":
            if outcome.status is not Status.FAILED:
                return
            judgement = self._session.revise(test, outcome, duration=call.duration)
        else:
            if decide(test.tags, outcome, test.expectation).verdict is Verdict.UNEXPECTED_PASS:
                path, line = find_switch(item, captured.scenario, test)
                test = replace(test, switch_at=self._session.place(path, line))
            judgement = self._session.judge(test, outcome, duration=call.duration, refused=refused)
        captured.judged = True
        encoded = self._encode(test)
        setattr(report, ATTRIBUTE, encoded)
        self._report(encoded)  # Another plugin may keep the report to itself.
        if not self._session.raw:
            self._apply(test, judgement, report)

    def _apply(self, test: PytestTest, judgement: Judgement, report: Any) -> None:
        text = self._session.result_of(test).text
        if judgement.verdict is Verdict.EXPECTED_FAILURE:
            make_green(report, test.tags, judgement.reason)
        elif judgement.verdict is Verdict.UNEXPECTED_PASS:
            make_red(report, fixed_headline(test.tags, test.switch_at, test.wording), text)
        elif judgement.verdict is Verdict.WRONG_FAILURE:
            make_red(report, f"{self._session.place(test.path, test.line)}: {judgement.reason}", text)
        elif judgement.verdict is Verdict.REGRESSED:
            add_section(report, text)

    def _now(self, item: pytest.Item, captured: Captured) -> tuple[PytestTest, str]:
        return why_late(item, captured, self._session.policy)

    def _encode(self, test: PytestTest) -> dict[str, Any]:
        return encode_result(self._session.result_of(test), test.nodeid)


def _failed(failures: tuple[Any, ...]) -> Outcome:
    return Outcome(status=Status.FAILED, raw_status="failed", failures=failures)


def _run_of(request: Any) -> ScenarioRun | None:
    captured = request.node.stash.get(CAPTURED, None)
    return captured.run if captured is not None else None
