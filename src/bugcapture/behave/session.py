"""One Behave run: refuse bad tags before it, judge each captured test in it, say the result after it."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

from behave.model_type import Status

from bugcapture.behave.apply import UnexpectedPass, WrongFailure, make_green, make_red
from bugcapture.behave.classify import read_abort, read_outcome
from bugcapture.behave.leaf import leaf_of_scenario
from bugcapture.behave.refusal import refusal, refuse_bad_features
from bugcapture.core.errors import BugcaptureError
from bugcapture.core.message import fixed_headline
from bugcapture.core.tags import PREFIX, SWITCH, check_tags, read_tags
from bugcapture.core.verdict import Verdict
from bugcapture.core.wording import GHERKIN
from bugcapture.project.console import say
from bugcapture.project.session import JudgedTest, Session
from bugcapture.project.trial import current_trial, is_trial_of_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugcapture.behave.leaks import LeakWatch
    from bugcapture.behave.mock_truth import TruthWatch

_ATTRIBUTE = "_bugcapture_session"
_NOT_RUN = frozenset({Status.untested, Status.skipped})


class BehaveSession:
    """What one run knows: its settings, and the verdict of each captured test so far.

    Attributes:
        everything: Whether each test is judged, whatever its tags.

    Args:
        features: The parsed features of the run.

    Raises:
        TagPolicyError: If the features or the configuration cannot be used.
    """

    def __init__(self, features: list[Any]) -> None:
        self._judging: Any = None
        self.everything = is_trial_of_all()
        try:
            self._session = Session("behave", GHERKIN, worker=_worker_name())
        except BugcaptureError as error:
            raise refusal(str(error)) from error
        try:
            self._switched = refuse_bad_features(features, self._session.policy)
        except BaseException:
            self._session.close()
            raise
        self.truth: TruthWatch | None = None
        self.leaks: LeakWatch | None = None
        # A trial asks what a test says about its bug, and nothing else.
        if self._session.settings.leaks and current_trial() is None:
            from bugcapture.behave.leaks import LeakWatch  # noqa: PLC0415 - only runs that ask for it pay for it

            fail = self._session.settings.leaks == "error"
            self.leaks = LeakWatch(self._session.root, self._session.place, error=fail)

    def judge(self, scenario: Any, runner: Any, run: Callable[[], bool]) -> bool:
        """Run one captured test and apply its verdict.

        Args:
            scenario: A ``behave.model.Scenario``.
            runner: Behave's runner.
            run: Behave's own ``Scenario.run``, bound.

        Returns:
            Whether the test fails the run, as ``Scenario.run`` returns it.
        """
        root = runner.context._root  # noqa: SLF001 - behavex and after_all hooks read the flag there
        failed_before = bool(root.get("failed", False))
        undefined_before = len(runner.undefined_steps)
        hooks_before = runner.hook_failures
        started = time.perf_counter()
        self._judging = scenario
        try:
            failed = run()
            outcome = read_outcome(
                scenario,
                self._session.start,
                undefined=runner.undefined_steps[undefined_before:],
                hook_failed=runner.hook_failures > hooks_before,
                leak=self.leaks.failure(scenario) if self.leaks else None,
            )
        except BaseException as error:
            duration = time.perf_counter() - started
            self._session.judge(self._test(scenario), read_abort(error), duration=duration)
            if isinstance(error, SystemExit) and not error.code:
                raise SystemExit(1) from error  # A step that leaves with 0 must not make the run green.
            raise
        finally:
            self._judging = None
        test = self._test(scenario)
        judgement = self._session.judge(
            test, outcome, duration=time.perf_counter() - started, refused=self._refuse_late_tags(scenario)
        )
        if self._session.raw or judgement.verdict in {Verdict.NOT_RUN, Verdict.PASSED}:
            return failed
        if judgement.verdict is Verdict.EXPECTED_FAILURE:
            make_green(scenario, root, failed_before=failed_before)
            return False
        where = self._session.place(scenario.filename, scenario.line)
        if judgement.verdict is Verdict.UNEXPECTED_PASS:
            make_red(scenario, root, UnexpectedPass(fixed_headline(test.tags, test.switch_at or where)))
        else:
            make_red(scenario, root, WrongFailure(f"{where}: {judgement.reason}"))
        return True

    @property
    def any_red(self) -> bool:
        """Whether any verdict so far fails the run."""
        return self._session.any_red

    def tell_unjudged(self, features: list[Any]) -> bool:
        """Whether a captured test ran past the adapter, such as by a ``Scenario.run`` put over it."""
        if self._session.raw:
            return False
        found = False
        for feature in features:
            for scenario in feature.walk_scenarios():
                if not _has_switch(scenario) or scenario.status in _NOT_RUN:
                    continue
                test = self._test(scenario)
                if self._session.verdict_of(test) is None:
                    found = True
                    reason = "it ran without being judged: something replaced Scenario.run after install()"
                    self._session.refuse(test, reason)
        return found

    def watch(self, run: Callable[..., bool]) -> Callable[..., bool]:
        """``Scenario.run`` with all around it that the project asks for, captured or not."""
        if self.leaks is not None:
            run = self.leaks.around(run)
        if self.truth is not None:
            run = self.truth.around(run, self._session.place)
        return run

    @property
    def watches(self) -> bool:
        """Whether anything is looked at around each scenario."""
        return self.leaks is not None or self.truth is not None

    def is_judging(self, scenario: Any) -> bool:
        """Whether this very test is being judged at the moment."""
        return self._judging is scenario

    def is_red(self, scenario: Any) -> bool:
        """Whether an earlier attempt of a captured test was red."""
        return self._session.is_red(self._test(scenario))

    def close(self) -> None:
        """Say what the run found, on standard error, and close the evidence file."""
        self._session.close()
        watches = (self.truth.finish() if self.truth else "", self.leaks.tell() if self.leaks else "")
        for text in (*watches, self._session.tell()):
            if text:
                say(text)

    def _test(self, scenario: Any) -> JudgedTest:
        leaf = leaf_of_scenario(scenario)
        switch = leaf.switches[0] if leaf.switches else None
        return JudgedTest(
            path=scenario.filename,
            line=scenario.line,
            name=scenario.name,
            tags=read_tags(scenario.effective_tags),
            expectation=leaf.expectation,
            switch_at=self._session.place(switch.path, switch.line) if switch else "",
        )

    def _refuse_late_tags(self, scenario: Any) -> str:
        """A hook must not give a test a switch, or tags, that no check of the files has seen."""
        problems = check_tags([str(tag) for tag in scenario.effective_tags], self._session.policy)
        if problems:
            return problems[0].message
        if (scenario.filename, scenario.line) not in self._switched:
            return f"@{SWITCH} was added while the run went on; it has to stand in the feature file"
        return ""


def run_session(original: Callable[..., bool], runner: Any, *args: Any, **kwargs: Any) -> bool:
    """Behave's ``run_model`` with a session around it."""
    given = kwargs.pop("features") if "features" in kwargs else args[0] if args else None
    if given is not None:
        given = list(given)  # An iterator can be read only once.
    features = runner.features if given is None else given
    session = BehaveSession(features)
    if (trial := current_trial()) is not None:
        for feature in features:
            trial.reorder(feature.run_items)
    if session.leaks is not None:
        session.leaks.prepare(runner)
    session.truth = _truth_of(runner)
    setattr(runner, _ATTRIBUTE, session)
    try:
        failed = bool(original(runner, given, *args[1:], **kwargs))
        return session.tell_unjudged(features) or failed
    except BaseException as error:
        with contextlib.suppress(Exception):
            runner.stop_capture()  # Else the closing line would end in Behave's own capture.
        if isinstance(error, SystemExit) and not error.code and session.any_red:
            raise SystemExit(1) from error  # Whoever leaves with 0 must not wipe out a red verdict.
        raise
    finally:
        session.close()


def load_steps(original: Callable[..., None], runner: Any, *args: Any, **kwargs: Any) -> None:
    """Behave's ``load_step_definitions``, before which it is seen to that no mock is missed."""
    _truth_of(runner)
    original(runner, *args, **kwargs)


def watch_container(original: Callable[..., bool], container: Any, runner: Any) -> bool:
    """Behave's ``ScenarioContainer.run`` with a look for what the rule or the feature leaves behind."""
    session: BehaveSession | None = getattr(runner, _ATTRIBUTE, None)
    if session is None or session.leaks is None:
        return original(container, runner)
    return session.leaks.run_container(original, container, runner)


def judge_scenario(original: Callable[..., bool], scenario: Any, runner: Any) -> bool:
    """Behave's ``Scenario.run`` with a verdict for captured tests, and a look for what is left behind."""
    session: BehaveSession | None = getattr(runner, _ATTRIBUTE, None)
    if session is not None:
        if session.is_judging(scenario):  # Installed twice around another wrapper.
            return original(scenario, runner)
        if session.watches:
            original = session.watch(original)
    everything = session.everything if session is not None else is_trial_of_all()
    if not (everything or _has_switch(scenario)):
        return original(scenario, runner)
    # A scenario that skipped itself in one attempt is not run in the next; it stays red all the same.
    if not scenario.should_run(runner.config) and not (session is not None and session.is_red(scenario)):
        return original(scenario, runner)
    if session is not None:
        return session.judge(scenario, runner, lambda: original(scenario, runner))
    # A runner with a `run_model` of its own: check and judge here, so that nothing is waved through.
    session = BehaveSession([scenario.feature])
    try:
        return session.judge(scenario, runner, lambda: original(scenario, runner))
    finally:
        session.close()


def _truth_of(runner: Any) -> TruthWatch | None:
    value = runner.config.userdata.get("bugcapture_mock_truth")
    if value is None:
        return None
    from bugcapture.behave.mock_truth import start, watch_of  # noqa: PLC0415 - only runs that ask for it pay for it

    start(runner, str(value))
    return watch_of(runner)


def _has_switch(scenario: Any) -> bool:
    node = scenario
    while node is not None:
        for tag in node.tags:
            if tag.startswith(PREFIX):
                return bool(read_tags(scenario.effective_tags).captured)
        node = node.parent
    return False


def _worker_name() -> str:
    processes = sys.modules.get("multiprocessing.process")
    name = processes.current_process().name if processes else "MainProcess"
    return "" if name == "MainProcess" else str(name)
