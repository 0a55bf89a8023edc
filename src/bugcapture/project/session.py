"""One test run, whatever the framework: judge its captured tests, keep their evidence, say the result."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.capture import State
from bugcapture.core.evidence import SEVERITY, Evidence
from bugcapture.core.expectation import NO_EXPECTATION, Expectation
from bugcapture.core.message import closing_line, tell_verdict
from bugcapture.core.outcome import Outcome, Status
from bugcapture.core.text import plural
from bugcapture.core.verdict import Judgement, Verdict, decide
from bugcapture.core.wording import GHERKIN
from bugcapture.project.config import find_project, is_raw
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path
from bugcapture.project.trial import current_trial

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from bugcapture.core.tags import TagPolicy, TestTags
    from bugcapture.core.wording import Wording
    from bugcapture.project.evidence import EvidenceWriter

_RED_CAPTURE = frozenset({Verdict.UNEXPECTED_PASS, Verdict.WRONG_FAILURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTest:
    """One captured test, as a run meets it.

    Attributes:
        path: Its file, absolute or seen from the folder in which the run was started.
        line: Its line, from 1.
        name: Its name.
        tags: Its bugs, and whether the switch is on.
        expectation: The failure that it declares.
        switch_at: ``path:line`` of the switch as a person shall read it; empty when it is not known.
        wording: How its people call things; None for the words of the run.
    """

    path: str
    line: int
    name: str
    tags: TestTags
    expectation: Expectation = NO_EXPECTATION
    switch_at: str = ""
    wording: Wording | None = None

    @property
    def key(self) -> Hashable:
        """What tells it from the other tests of the run; the same for every attempt."""
        return (self.path, self.line, self.name)


@dataclass(slots=True)
class Result:
    """What is known of one test so far.

    Attributes:
        test: The test.
        verdict: The verdict of its last attempt.
        text: What a person shall read about it; empty when it is green.
        attempts: How often it ran.
    """

    test: JudgedTest
    verdict: Verdict = Verdict.NOT_RUN
    text: str = ""
    attempts: int = 0


class Session:
    """What one run of one process knows: the project's settings, and each captured test with its verdict.

    Args:
        framework: ``behave``, ``robot`` or ``pytest``.
        wording: How people of this framework call things.
        worker: The worker process of a parallel run; empty when there is one process.

    Raises:
        ConfigurationError: If the project's configuration is broken, or its evidence cannot be written.
    """

    def __init__(self, framework: str, wording: Wording = GHERKIN, *, worker: str = "") -> None:
        self._trial = current_trial()
        self.raw = is_raw() or self._trial is not None
        if self._trial is not None:
            self._trial.prepare()
        self.start = Path.cwd()  # A test may change it.
        self.worker = worker
        self._framework = framework
        self._wording = wording
        self._results: dict[Hashable, Result] = {}
        project = find_project(self.start)
        self.root = project.root
        self.settings = project.settings
        self.policy: TagPolicy = project.settings.policy
        self._writer: EvidenceWriter | None = None
        if project.evidence_dir is not None:
            from bugcapture.project.evidence import EvidenceWriter, run_context  # noqa: PLC0415 - seldom

            self._writer = EvidenceWriter(project.evidence_dir, run_context(project.root))

    def judge(self, test: JudgedTest, outcome: Outcome, *, duration: float = 0.0, refused: str = "") -> Judgement:
        """Judge one attempt of a captured test and record it.

        A retry never turns a red capture green: it has to fail as expected the first time. In a trial the last
        attempt counts, and each test is judged as if it carried the switch.

        Args:
            test: The test.
            outcome: What happened to it.
            duration: Seconds.
            refused: Why it cannot be an expected failure, whatever the outcome says; empty for no reason.
        """
        result = self._results.setdefault(test.key, Result(test))
        result.test = test
        if self._trial is not None:
            if not test.tags.expected_fail:
                refused = ""
            result.verdict = Verdict.NOT_RUN
        judgement = self._decide(test, outcome)
        if judgement.verdict.green and result.verdict in _RED_CAPTURE:
            reason = f"it was retried: an earlier attempt was {result.verdict.value}, so the failure is not sure"
            judgement = Judgement(Verdict.WRONG_FAILURE, reason)
        if judgement.verdict is Verdict.EXPECTED_FAILURE and refused:
            judgement = Judgement(Verdict.WRONG_FAILURE, refused)
        if judgement.verdict is not Verdict.NOT_RUN:
            result.attempts += 1
        self._keep(result, judgement, outcome, duration)
        return judgement

    def revise(self, test: JudgedTest, outcome: Outcome, *, duration: float = 0.0) -> Judgement:
        """Judge the last attempt of a test again, because something failed after it, such as a teardown.

        The record of the attempt is superseded by a second one with the same number.

        Args:
            test: The test.
            outcome: All that happened to it.
            duration: Seconds.
        """
        result = self._results.get(test.key)
        if result is None or not result.attempts:
            return self.judge(test, outcome, duration=duration)
        judgement = self._decide(test, outcome)
        if SEVERITY[judgement.verdict] <= SEVERITY[result.verdict]:
            return Judgement(result.verdict, judgement.reason, judgement.failure)
        self._keep(result, judgement, outcome, duration)
        return judgement

    def refuse(self, test: JudgedTest, reason: str) -> Judgement:
        """Make a captured test red that nobody judged while it ran.

        Args:
            test: The test.
            reason: Why it is red.
        """
        result = self._results.setdefault(test.key, Result(test))
        result.attempts += 1
        judgement = Judgement(Verdict.WRONG_FAILURE, reason)
        self._keep(result, judgement, Outcome(status=Status.FAILED, raw_status="unjudged", reason=reason), 0.0)
        return judgement

    def verdict_of(self, test: JudgedTest) -> Verdict | None:
        """The verdict of a test so far; None when it was not judged."""
        result = self._results.get(test.key)
        return result.verdict if result else None

    def result_of(self, test: JudgedTest) -> Result:
        """What is known of a test so far.

        Raises:
            KeyError: If it was not judged.
        """
        return self._results[test.key]

    def is_red(self, test: JudgedTest) -> bool:
        """Whether an earlier attempt of a capture was red."""
        return self.verdict_of(test) in _RED_CAPTURE

    @property
    def any_red(self) -> bool:
        """Whether any verdict so far fails the run."""
        return not self.raw and any(not result.verdict.green for result in self._results.values())

    @property
    def results(self) -> list[Result]:
        """All tests that were met so far, in the order of their first attempt."""
        return list(self._results.values())

    def place(self, path: str, line: int) -> str:
        """``path:line`` as people read it, seen from the folder in which the run was started."""
        return f"{relative_path(path, seen_from=self.start)}:{line}"

    def close(self) -> None:
        """Close the evidence file; what is judged afterwards is not recorded."""
        if self._trial is not None:
            self._trial.list_modules()
        if self._writer is not None:
            with contextlib.suppress(OSError):  # A test may have closed every file of the process.
                self._writer.close()
            self._writer = None

    def tell(self) -> str:
        """What the run found, for standard error; empty when it met no captured test."""
        return tell_results(self.results, raw=self.raw)

    def _decide(self, test: JudgedTest, outcome: Outcome) -> Judgement:
        if self._trial is None:
            return decide(test.tags, outcome, test.expectation)
        switched = replace(test.tags, expected_fail=True)
        return decide(switched, outcome, self._trial.expectation(test.name, test.expectation))

    def _keep(self, result: Result, judgement: Judgement, outcome: Outcome, duration: float) -> None:
        test = result.test
        result.verdict = judgement.verdict
        result.text = tell_verdict(
            judgement,
            tags=test.tags,
            where=self.place(test.path, test.line),
            name=test.name,
            switch_at=test.switch_at,
            expectation=test.expectation,
            wording=test.wording or self._wording,
        )
        if self._writer is None or (judgement.verdict is Verdict.NOT_RUN and self._trial is None):
            return
        failure = judgement.failure
        record = Evidence(
            ts="",
            framework=self._framework,
            ids=test.tags.ids,
            location=self._recorded(f"{test.path}:{test.line}"),
            name=test.name,
            verdict=judgement.verdict.value,
            raw_status=outcome.raw_status,
            reason=judgement.reason,
            exc_type=failure.exc_type if failure else "",
            message=failure.message if failure else "",
            step=failure.place if failure else "",
            step_location=self._recorded(failure.location) if failure else "",
            duration=round(duration, 6),
            attempt=result.attempts,
            worker=self.worker,
        )
        if self._trial is not None:
            record = replace(
                record,
                state=_state(test.tags),
                kind=failure.kind.value if failure else "",
                phase=failure.phase.value if failure else "",
                frame=failure.frame if failure else "",
            )
        try:
            self._writer.append(record)
        except OSError as error:
            self.close()
            say(f"bugcapture: evidence is lost from here on: {error.strerror}")

    def _recorded(self, location: str) -> str:
        path, _, line = location.rpartition(":")
        return f"{relative_path(path, self.root, seen_from=self.start)}:{line}" if path else ""


def _state(tags: TestTags) -> str:
    return (State.CAPTURED if tags.expected_fail else State.GUARDED).value if tags.captured else ""


def tell_results(results: Iterable[Result], *, raw: bool, why_raw: str = "BUGCAPTURE_RAW is set") -> str:
    """What a run found: a text for each red test, and the closing line.

    Args:
        results: The captured tests of the run.
        raw: Whether inversion was switched off.
        why_raw: By what.

    Returns:
        Lines without a line feed at the end; empty when there are no results.
    """
    results = list(results)
    if not results:
        return ""
    if raw:
        ran = plural(sum(result.attempts > 0 for result in results), "captured test")
        return f"bugcapture: raw run ({why_raw}): {ran} ran, nothing was inverted"
    lines = [result.text for result in results if result.text]
    lines.append(closing_line((result.test.tags, result.verdict) for result in results))
    return "\n".join(lines)
