"""One Behave run: refuse bad tags before it, judge each captured test in it, say the result after it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave.model_type import Status

from bugcapture.behave.apply import UnexpectedPass, WrongFailure, make_green, make_red
from bugcapture.behave.classify import read_abort, read_outcome
from bugcapture.behave.leaf import leaf_of_scenario
from bugcapture.behave.record import Recorder
from bugcapture.behave.refusal import refusal, refuse_bad_features
from bugcapture.core.errors import BugcaptureError
from bugcapture.core.message import closing_line, fixed_headline, tell_verdict
from bugcapture.core.tags import PREFIX, SWITCH, TestTags, check_tags, read_tags
from bugcapture.core.text import plural
from bugcapture.core.verdict import Judgement, Verdict, decide
from bugcapture.project.config import find_project, is_raw
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Callable


_ATTRIBUTE = "_bugcapture_session"
_NOT_RUN = frozenset({Status.untested, Status.skipped})
_RED_CAPTURE = frozenset({Verdict.UNEXPECTED_PASS, Verdict.WRONG_FAILURE})


class Session:
    """What one run knows: its settings, and the verdict of each captured test so far.

    Args:
        features: The parsed features of the run.

    Raises:
        TagPolicyError: If the features or the configuration cannot be used.
    """

    def __init__(self, features: list[Any]) -> None:
        self._judged: dict[tuple[str, int, str], tuple[TestTags, Verdict]] = {}
        self._texts: dict[tuple[str, int, str], str] = {}
        self._raw = is_raw()
        self._start = Path.cwd()  # A step may change it.
        self._judging: Any = None
        try:
            project = find_project(self._start)
            self._switched = refuse_bad_features(features, project.settings.policy)
            self._policy = project.settings.policy
            self._recorder = Recorder(project, self._start)
        except BugcaptureError as error:
            raise refusal(str(error)) from error

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
                self._start,
                undefined=runner.undefined_steps[undefined_before:],
                hook_failed=runner.hook_failures > hooks_before,
            )
        except BaseException as error:
            self._judge_abort(scenario, error, time.perf_counter() - started)
            if isinstance(error, SystemExit) and not error.code:
                raise SystemExit(1) from error  # A step that leaves with 0 must not make the run green.
            raise
        finally:
            self._judging = None
        leaf = leaf_of_scenario(scenario)
        tags = read_tags(scenario.effective_tags)
        key = _key(scenario)
        judgement = self._stay_red(key, decide(tags, outcome, leaf.expectation))
        if tags.expected_fail and judgement.verdict is Verdict.EXPECTED_FAILURE:
            judgement = self._refuse_late_tags(scenario, judgement)
        self._judged[key] = (tags, judgement.verdict)
        self._texts[key] = ""
        if judgement.verdict is Verdict.NOT_RUN:
            return failed
        self._recorder.add(scenario, tags, outcome, judgement, time.perf_counter() - started)
        if self._raw:
            return failed
        where = self._place(scenario.filename, scenario.line)
        switch = leaf.switches[0] if leaf.switches else None
        switch_at = self._place(switch.path, switch.line) if switch else where
        text = tell_verdict(
            judgement,
            tags=tags,
            where=where,
            name=scenario.name,
            switch_at=switch_at,
            expectation=leaf.expectation,
            test_word="scenario",
        )
        self._texts[key] = text
        if judgement.verdict is Verdict.EXPECTED_FAILURE:
            make_green(scenario, root, failed_before=failed_before)
            return False
        if judgement.verdict is Verdict.UNEXPECTED_PASS:
            make_red(scenario, root, UnexpectedPass(fixed_headline(tags, switch_at)))
            return True
        if judgement.verdict in {Verdict.WRONG_FAILURE, Verdict.REGRESSED}:
            make_red(scenario, root, WrongFailure(f"{where}: {judgement.reason}"))
            return True
        return failed

    def _judge_abort(self, scenario: Any, error: BaseException, duration: float) -> None:
        """Judge a captured test that took the whole run down with it."""
        tags = read_tags(scenario.effective_tags)
        outcome = read_abort(error)
        judgement = decide(tags, outcome)
        key = _key(scenario)
        self._judged[key] = (tags, judgement.verdict)
        self._recorder.add(scenario, tags, outcome, judgement, duration)
        where = self._place(scenario.filename, scenario.line)
        self._texts[key] = tell_verdict(judgement, tags=tags, where=where, name=scenario.name)

    @property
    def any_red(self) -> bool:
        """Whether any verdict so far fails the run."""
        return not self._raw and any(not verdict.green for _, verdict in self._judged.values())

    def tell_unjudged(self, features: list[Any]) -> bool:
        """Whether a captured test ran past the adapter, such as by a ``Scenario.run`` put over it."""
        if self._raw:
            return False
        found = False
        for feature in features:
            for scenario in feature.walk_scenarios():
                if not _is_captured(scenario) or _key(scenario) in self._judged or scenario.status in _NOT_RUN:
                    continue
                found = True
                tags = read_tags(scenario.effective_tags)
                self._judged[_key(scenario)] = (tags, Verdict.WRONG_FAILURE)
                where = self._place(scenario.filename, scenario.line)
                told = "ran without being judged: something replaced Scenario.run after install()"
                self._texts[_key(scenario)] = f"bugcapture: {where}: {told}"
        return found

    def is_judging(self, scenario: Any) -> bool:
        """Whether this very test is being judged at the moment."""
        return self._judging is scenario

    def is_red(self, scenario: Any) -> bool:
        """Whether an earlier attempt of a captured test was red."""
        before = self._judged.get(_key(scenario))
        return before is not None and before[1] in _RED_CAPTURE

    def close(self) -> None:
        """Say what the run found, on standard error, and close the evidence file."""
        self._recorder.close()
        if not self._judged:
            return
        lines = [] if self._raw else [text for text in self._texts.values() if text]
        if self._raw:
            ran = plural(self._recorder.count, "captured test")
            lines.append(f"bugcapture: raw run (BUGCAPTURE_RAW is set): {ran} ran, nothing was inverted")
        else:
            lines.append(closing_line(self._judged.values()))
        say("\n".join(lines))

    def _place(self, path: str, line: int) -> str:
        return f"{relative_path(path, seen_from=self._start)}:{line}"

    def _refuse_late_tags(self, scenario: Any, judgement: Judgement) -> Judgement:
        """A hook must not give a test a switch, or tags, that no check of the files has seen."""
        problems = check_tags([str(tag) for tag in scenario.effective_tags], self._policy)
        reason = problems[0].message if problems else ""
        if not reason and (scenario.filename, scenario.line) not in self._switched:
            reason = f"@{SWITCH} was added while the run went on; it has to stand in the feature file"
        return Judgement(Verdict.WRONG_FAILURE, reason) if reason else judgement

    def _stay_red(self, key: tuple[str, int, str], judgement: Judgement) -> Judgement:
        """A retry must not turn a red capture green: it has to fail as expected the first time."""
        before = self._judged.get(key)
        if before is None or before[1] not in _RED_CAPTURE or not judgement.verdict.green:
            return judgement
        reason = f"it was retried: an earlier attempt was {before[1].value}, so the failure is not sure"
        return Judgement(Verdict.WRONG_FAILURE, reason)


def run_session(original: Callable[..., bool], runner: Any, *args: Any, **kwargs: Any) -> bool:
    """Behave's ``run_model`` with a session around it."""
    given = kwargs.pop("features") if "features" in kwargs else args[0] if args else None
    if given is not None and not isinstance(given, list):
        given = list(given)  # An iterator can be read only once.
    session = Session(runner.features if given is None else given)
    setattr(runner, _ATTRIBUTE, session)
    try:
        failed = bool(original(runner, given, *args[1:], **kwargs))
        return session.tell_unjudged(runner.features if given is None else given) or failed
    except BaseException as error:
        with contextlib.suppress(Exception):
            runner.stop_capture()  # Else the closing line would end in Behave's own capture.
        if isinstance(error, SystemExit) and not error.code and session.any_red:
            raise SystemExit(1) from error  # Whoever leaves with 0 must not wipe out a red verdict.
        raise
    finally:
        delattr(runner, _ATTRIBUTE)
        session.close()


def judge_scenario(original: Callable[..., bool], scenario: Any, runner: Any) -> bool:
    """Behave's ``Scenario.run`` with a verdict for captured tests."""
    if not _is_captured(scenario):
        return original(scenario, runner)
    session: Session | None = getattr(runner, _ATTRIBUTE, None)
    if session is not None and session.is_judging(scenario):  # Installed twice around another wrapper.
        return original(scenario, runner)
    # A scenario that skipped itself in one attempt is not run in the next; it stays red all the same.
    if not scenario.should_run(runner.config) and not (session is not None and session.is_red(scenario)):
        return original(scenario, runner)
    if session is not None:
        return session.judge(scenario, runner, lambda: original(scenario, runner))
    # A runner with a `run_model` of its own: check and judge here, so that nothing is waved through.
    session = Session([scenario.feature])
    try:
        return session.judge(scenario, runner, lambda: original(scenario, runner))
    finally:
        session.close()


def _key(scenario: Any) -> tuple[str, int, str]:
    return (scenario.filename, scenario.line, scenario.name)


def _is_captured(scenario: Any) -> bool:
    node = scenario
    while node is not None:
        for tag in node.tags:
            if tag.startswith(PREFIX):
                return bool(read_tags(scenario.effective_tags).captured)
        node = node.parent
    return False
