"""One Robot run: refuse bad tags before it, judge each captured test in it, say the result after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from robot.libraries.BuiltIn import BuiltIn
from robot.running.context import EXECUTION_CONTEXTS

from bugcapture.core.expectation import merge_expectations
from bugcapture.core.message import fixed_headline, tell_verdict
from bugcapture.core.outcome import Status
from bugcapture.core.tags import SWITCH, read_tags
from bugcapture.core.verdict import Verdict
from bugcapture.core.wording import ROBOT
from bugcapture.project.console import say
from bugcapture.project.session import JudgedTest, Session
from bugcapture.project.trial import Trial, current_trial, is_trial_of_all
from bugcapture.robot.attempt import Attempt
from bugcapture.robot.declare import read_documentation
from bugcapture.robot.exit_flags import usable_exit_flags
from bugcapture.robot.precheck import check_run, place_key
from bugcapture.robot.rules import check_names
from bugcapture.robot.tags import canonical_tags

if TYPE_CHECKING:
    from bugcapture.core.outcome import Outcome
    from bugcapture.core.verdict import Judgement

_WORKER_VARIABLES = ("${PABOTEXECUTIONPOOLID}", "${PABOTQUEUEINDEX}")
_GREEN_AS_IT_IS = frozenset({Verdict.NOT_RUN, Verdict.PASSED})


@dataclass(frozen=True, slots=True)
class _Judged:
    """One attempt that was judged.

    Attributes:
        result: The ``robot.result.TestCase``.
        test: The test.
        outcome: What happened to it.
    """

    result: Any
    test: JudgedTest
    outcome: Outcome


class RobotRun:
    """What one run knows: its settings, and the verdict of each captured test so far.

    Args:
        root: The run's ``robot.running.TestSuite``, before its set-up.

    Attributes:
        attempt: The captured test that runs at the moment.
        everything: Whether each test is recorded, whatever its tags.

    Raises:
        Refusal: If the suites cannot be run as they are.
        BugcaptureError: If the configuration or a file cannot be used.
    """

    def __init__(self, root: Any) -> None:
        self.attempt: Attempt | None = None
        self.everything = is_trial_of_all()
        self._docs: list[str] = []
        self._judged: list[_Judged] = []
        self._session = Session("robot", ROBOT, worker=_worker_name())
        try:
            self._switches = check_run(root, self._session.policy, tuple(_languages().languages))
            self._dry_run = bool(BuiltIn().dry_run_active)
            self._exit_flags = usable_exit_flags(needed=bool(self._switches))
        except BaseException:
            self._session.close()
            raise
        if (trial := current_trial()) is not None:
            _reorder(root, trial)

    def start_suite(self, result: Any) -> None:
        """A suite begins; its documentation may declare a failure."""
        self._docs.append(result.doc)

    def end_suite(self, result: Any) -> None:
        """A suite ends; when its teardown failed, all its tests have failed."""
        self._docs.pop()
        if not (result.has_teardown and result.teardown.failed):
            return
        from bugcapture.robot.classify import suite_teardown_failure  # noqa: PLC0415 - seldom

        failure = suite_teardown_failure(result.teardown.message)
        for judged in self._judged:
            if _is_below(judged.result, result) and judged.outcome.status is not Status.NOT_RUN:
                outcome = replace(
                    judged.outcome, status=Status.FAILED, failures=(*judged.outcome.failures, failure)
                )
                self._session.revise(judged.test, outcome, duration=judged.result.elapsed_time.total_seconds())

    def start_test(self, result: Any) -> None:
        """A test with a tag of ours begins."""
        if self._dry_run:
            return
        self.attempt = Attempt(result, tuple(self._docs))
        if self._exit_flags and not self._session.raw and SWITCH in canonical_tags(result.tags):
            self._exit_flags.hold()

    def end_test(self, data: Any, result: Any) -> None:
        """A test ends that has a tag of ours, or had one: judge it, and apply the verdict."""
        attempt, self.attempt = self.attempt, None
        if self._dry_run:
            return
        verdict = None
        try:
            verdict = self._judge(data, result, attempt or Attempt(result, tuple(self._docs)))
        finally:
            if self._exit_flags and not self._session.raw:
                red = result.failed and verdict is not Verdict.NOT_RUN
                self._exit_flags.release(expected=verdict is Verdict.EXPECTED_FAILURE, failed=red)

    def close(self) -> None:
        """Say what the run found, on standard error, and close the evidence file."""
        self._session.close()
        if text := self._session.tell():
            say(text)

    def _judge(self, data: Any, result: Any, attempt: Attempt) -> Verdict | None:
        # A tag that a keyword took away while the test ran counts all the same.
        names = canonical_tags((*attempt.tags, *result.tags))
        tags = read_tags(names)
        if not (tags.captured or self.everything):
            return None
        from bugcapture.robot.classify import read_outcome  # noqa: PLC0415 - only runs with captures need it

        expectation = merge_expectations(read_documentation(doc)[0] for doc in attempt.docs)
        key = place_key(data.source, data.lineno)
        test = JudgedTest(
            path=str(data.source or data.parent.full_name),
            line=data.lineno or 0,
            name=str(result.name),
            tags=tags,
            expectation=expectation,
            switch_at=self._switches.get(key, ""),
        )
        outcome = read_outcome(attempt, result, self._session, expectation.place, _languages().bdd_prefixes)
        judgement = self._session.judge(
            test,
            outcome,
            duration=result.elapsed_time.total_seconds(),
            refused=self._refuse_late_tags(names, known=key in self._switches),
        )
        self._judged.append(_Judged(result, test, outcome))
        if not self._session.raw:
            self._apply(result, test, judgement)
        return judgement.verdict

    def _apply(self, result: Any, test: JudgedTest, judgement: Judgement) -> None:
        if judgement.verdict in _GREEN_AS_IT_IS:
            return
        from bugcapture.robot.apply import make_fixed, make_green, make_wrong  # noqa: PLC0415 - see above

        where = self._session.place(test.path, test.line)
        if judgement.verdict is Verdict.EXPECTED_FAILURE:
            make_green(result, test.tags.ids)
        elif judgement.verdict is Verdict.UNEXPECTED_PASS:
            make_fixed(result, fixed_headline(test.tags, test.switch_at or where, ROBOT))
        elif judgement.verdict is Verdict.WRONG_FAILURE or not result.failed:
            text = tell_verdict(
                judgement,
                tags=test.tags,
                where=where,
                name=test.name,
                switch_at=test.switch_at,
                expectation=test.expectation,
                wording=ROBOT,
            )
            make_wrong(result, text)

    def _refuse_late_tags(self, names: tuple[str, ...], *, known: bool) -> str:
        """A keyword, listener or option must not give a test a switch that no check of the files has seen."""
        problems = check_names(names, self._session.policy)
        if problems:
            return problems[0].message
        return "" if known else f"{SWITCH} was added while the run went on; it has to stand in the file"


def _reorder(suite: Any, trial: Trial) -> None:
    """Bring the tests of each file into the order that a trial wants."""
    tests = list(suite.tests)
    trial.reorder(tests)
    suite.tests = tests
    for inner in suite.suites:
        _reorder(inner, trial)


def _is_below(test: Any, suite: Any) -> bool:
    node = test.parent
    while node is not None and node is not suite:
        node = node.parent
    return node is suite


def _languages() -> Any:
    """The ``robot.conf.languages.Languages`` of the run, as the command line and the files name them."""
    return EXECUTION_CONTEXTS.current.languages


def _worker_name() -> str:
    """The worker of a parallel run by pabot, which gives each a number; empty without it."""
    for variable in _WORKER_VARIABLES:
        if (number := BuiltIn().get_variable_value(variable)) is not None:
            return f"pabot-{number}"
    return ""
