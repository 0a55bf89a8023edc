"""Keep the evidence of a Behave run."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from bugcapture.core.evidence import Evidence
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.core.outcome import Outcome
    from bugcapture.core.tags import TestTags
    from bugcapture.core.verdict import Judgement
    from bugcapture.project.config import Project
    from bugcapture.project.evidence import EvidenceWriter


class Recorder:
    """Writes one record for each attempt of a captured test, where the project wants evidence.

    Args:
        project: The project.
        start: The folder in which the run was started; a step may change the working directory.

    Raises:
        ConfigurationError: If the evidence cannot be written where it should.
    """

    def __init__(self, project: Project, start: Path) -> None:
        self._root = project.root
        self._start = start
        self._attempts: dict[tuple[str, int, str], int] = {}
        self._writer: EvidenceWriter | None = None
        if project.evidence_dir is not None:
            from bugcapture.project.evidence import EvidenceWriter, run_context  # noqa: PLC0415 - seldom

            self._writer = EvidenceWriter(project.evidence_dir, run_context(project.root))

    def add(self, scenario: Any, tags: TestTags, outcome: Outcome, judgement: Judgement, duration: float) -> None:
        """Record one attempt.

        Args:
            scenario: The ``behave.model.Scenario``.
            tags: Its bugs.
            outcome: What happened to it.
            judgement: Its verdict.
            duration: Seconds.
        """
        key = (scenario.filename, scenario.line, scenario.name)
        self._attempts[key] = self._attempts.get(key, 0) + 1
        if self._writer is None:
            return
        failure = judgement.failure
        record = Evidence(
            ts="",
            framework="behave",
            ids=tags.ids,
            location=self._place(f"{scenario.filename}:{scenario.line}"),
            name=scenario.name,
            verdict=judgement.verdict.value,
            raw_status=outcome.raw_status,
            reason=judgement.reason,
            exc_type=failure.exc_type if failure else "",
            message=failure.message if failure else "",
            step=failure.place if failure else "",
            step_location=self._place(failure.location) if failure else "",
            duration=round(duration, 6),
            attempt=self._attempts[key],
            worker=_worker_name(),
        )
        try:
            self._writer.append(record)
        except OSError as error:
            self.close()
            say(f"bugcapture: evidence is lost from here on: {error.strerror}")

    @property
    def count(self) -> int:
        """How many tests were judged so far, whatever their attempts."""
        return len(self._attempts)

    def close(self) -> None:
        """Close the evidence file; what is added afterwards is not written."""
        if self._writer is not None:
            with contextlib.suppress(OSError):  # A test may have closed every file of the process.
                self._writer.close()
            self._writer = None

    def _place(self, location: str) -> str:
        path, _, line = location.rpartition(":")
        return f"{relative_path(path, self._root, seen_from=self._start)}:{line}" if path else ""


def _worker_name() -> str:
    processes = sys.modules.get("multiprocessing.process")
    name = processes.current_process().name if processes else "MainProcess"
    return "" if name == "MainProcess" else str(name)
