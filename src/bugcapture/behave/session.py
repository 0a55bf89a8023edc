"""One Behave run: refuse bad tags before it, judge each captured test in it, say the result after it."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bugcapture.behave.apply import UnexpectedPass, WrongFailure, make_green, make_red
from bugcapture.behave.classify import read_abort, read_outcome
from bugcapture.behave.leaf import leaf_of_scenario
from bugcapture.behave.refusal import refusal, refuse_bad_features
from bugcapture.core.errors import BugcaptureError
from bugcapture.core.evidence import Evidence
from bugcapture.core.message import closing_line, fixed_headline, tell_verdict
from bugcapture.core.tags import PREFIX, TestTags, read_tags
from bugcapture.core.text import plural
from bugcapture.core.verdict import Judgement, Verdict, decide
from bugcapture.project.config import find_project, is_raw
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugcapture.core.outcome import Failure, Outcome

_ATTRIBUTE = "_bugcapture_session"
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
        self._attempts: dict[tuple[str, int, str], int] = {}
        self._texts: dict[tuple[str, int, str], str] = {}
        self._raw = is_raw()
        try:
            project = find_project(Path.cwd())
            refuse_bad_features(features, project.settings.policy)
            self._root = project.root
            self._writer = None
            if project.evidence_dir is not None:
                from bugcapture.project.evidence import EvidenceWriter, run_context  # noqa: PLC0415 - seldom

                self._writer = EvidenceWriter(project.evidence_dir, run_context(project.root))
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
        started = time.perf_counter()
        try:
            failed = run()
            outcome = read_outcome(scenario, runner.undefined_steps[undefined_before:])
        except BaseException as error:
            self._judge_abort(scenario, error, time.perf_counter() - started)
            if isinstance(error, SystemExit) and not error.code:
                raise SystemExit(1) from error  # A step that leaves with 0 must not make the run green.
            raise
        leaf = leaf_of_scenario(scenario)
        tags = read_tags(scenario.effective_tags)
        key = _key(scenario)
        judgement = self._stay_red(key, decide(tags, outcome, leaf.expectation))
        self._judged[key] = (tags, judgement.verdict)
        self._texts[key] = ""
        if judgement.verdict is Verdict.NOT_RUN:
            return failed
        self._attempts[key] = self._attempts.get(key, 0) + 1
        self._record(scenario, tags, outcome, judgement, time.perf_counter() - started, self._attempts[key])
        if self._raw:
            return failed
        where = f"{relative_path(scenario.filename)}:{scenario.line}"
        switch = leaf.switches[0] if leaf.switches else None
        switch_at = f"{relative_path(switch.path)}:{switch.line}" if switch else where
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
        self._attempts[key] = self._attempts.get(key, 0) + 1
        self._record(scenario, tags, outcome, judgement, duration, self._attempts[key])
        where = f"{relative_path(scenario.filename)}:{scenario.line}"
        self._texts[key] = tell_verdict(judgement, tags=tags, where=where, name=scenario.name)

    def is_red(self, scenario: Any) -> bool:
        """Whether an earlier attempt of a captured test was red."""
        before = self._judged.get(_key(scenario))
        return before is not None and before[1] in _RED_CAPTURE

    def close(self) -> None:
        """Say what the run found, on standard error, and close the evidence file."""
        if self._writer is not None:
            self._writer.close()
        if not self._judged:
            return
        lines = [] if self._raw else [text for text in self._texts.values() if text]
        if self._raw:
            ran = plural(len(self._attempts), "captured test")
            lines.append(f"bugcapture: raw run (BUGCAPTURE_RAW is set): {ran} ran, nothing was inverted")
        else:
            lines.append(closing_line(self._judged.values()))
        say("\n".join(lines))

    def _stay_red(self, key: tuple[str, int, str], judgement: Judgement) -> Judgement:
        """A retry must not turn a red capture green: it has to fail as expected the first time."""
        before = self._judged.get(key)
        if before is None or before[1] not in _RED_CAPTURE or not judgement.verdict.green:
            return judgement
        reason = f"it was retried: an earlier attempt was {before[1].value}, so the failure is not sure"
        return Judgement(Verdict.WRONG_FAILURE, reason)

    def _record(
        self,
        scenario: Any,
        tags: TestTags,
        outcome: Outcome,
        judgement: Judgement,
        duration: float,
        attempt: int,
    ) -> None:
        if self._writer is None:
            return
        failure: Failure | None = judgement.failure
        record = Evidence(
            ts="",
            framework="behave",
            ids=tags.ids,
            location=f"{relative_path(scenario.filename, self._root)}:{scenario.line}",
            name=scenario.name,
            verdict=judgement.verdict.value,
            raw_status=outcome.raw_status,
            reason=judgement.reason,
            exc_type=failure.exc_type if failure else "",
            message=failure.message if failure else "",
            step=failure.place if failure else "",
            step_location=_rebase(failure.location, self._root) if failure else "",
            duration=round(duration, 6),
            attempt=attempt,
            worker=_worker_name(),
        )
        try:
            self._writer.append(record)
        except OSError as error:
            self._writer = None
            say(f"bugcapture: evidence is lost from here on: {error.strerror}")


def run_session(original: Callable[..., bool], runner: Any, *args: Any, **kwargs: Any) -> bool:
    """Behave's ``run_model`` with a session around it."""
    features = kwargs.get("features") or (args[0] if args else None)
    session = Session(runner.features if features is None else list(features))
    setattr(runner, _ATTRIBUTE, session)
    try:
        return bool(original(runner, *args, **kwargs))
    except BaseException:
        with contextlib.suppress(Exception):
            runner.stop_capture()  # Else the closing line would end in Behave's own capture.
        raise
    finally:
        delattr(runner, _ATTRIBUTE)
        session.close()


def judge_scenario(original: Callable[..., bool], scenario: Any, runner: Any) -> bool:
    """Behave's ``Scenario.run`` with a verdict for captured tests."""
    if not _is_captured(scenario):
        return original(scenario, runner)
    session: Session | None = getattr(runner, _ATTRIBUTE, None)
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


def _rebase(location: str, root: Path) -> str:
    path, _, line = location.rpartition(":")
    return f"{relative_path(path, root)}:{line}" if path else ""


def _worker_name() -> str:
    processes = sys.modules.get("multiprocessing.process")
    name = processes.current_process().name if processes else "MainProcess"
    return "" if name == "MainProcess" else str(name)
