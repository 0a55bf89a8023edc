"""The ledger: every bug with its tests in all frameworks, their age, and what they said last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.capture import State
from bugcapture.core.errors import ConfigurationError
from bugcapture.core.verdict import Verdict
from bugcapture.project import git
from bugcapture.workflow.matching import Matcher
from bugcapture.workflow.sources import captures_by_bug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bugcapture.core.capture import Capture
    from bugcapture.core.evidence import Evidence
    from bugcapture.core.finding import Finding
    from bugcapture.project.config import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One captured test, with what the repository and the evidence know about it.

    Attributes:
        capture: The test.
        since: When the line was committed that holds the switch, or the test once it is graduated; None
            when it is not committed yet, or there is no git.
        last: Its latest record; None when there is none.
        failure: The oldest record in which it failed as expected; None when there is none.
    """

    capture: Capture
    since: datetime | None = None
    last: Evidence | None = None
    failure: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The bugs of a project.

    Attributes:
        bugs: The tests of each bug, by ascending number.
        unreadable: Lines of evidence files that are no records.
    """

    bugs: dict[int, list[Entry]]
    unreadable: tuple[Finding, ...] = ()


def read_ledger(project: Project, captures: Iterable[Capture], earlier: Sequence[Evidence] = ()) -> Ledger:
    """Look up what is known about captured tests; nothing is run.

    Args:
        project: The project, whose evidence folder and repository are asked.
        captures: The tests.
        earlier: Failures that were expected, of older evidence than that in the folder.
    """
    captures = list(captures)
    since = _dates(captures)
    records, unreadable = _read_records(project)
    last = _last_records(project, captures, records)
    failures = _first_failures(project, captures, (*earlier, *records))
    entries = {
        capture: Entry(
            capture=capture, since=since.get(capture), last=last.get(capture), failure=failures.get(capture)
        )
        for capture in captures
    }
    bugs = {number: [entries[test] for test in tests] for number, tests in captures_by_bug(captures).items()}
    return Ledger(bugs, unreadable)


def bug_state(entries: Sequence[Entry]) -> State:
    """The state of a bug: captured as long as any of its tests carries the switch."""
    captured = any(entry.capture.state is State.CAPTURED for entry in entries)
    return State.CAPTURED if captured else State.GUARDED


def bug_since(entries: Sequence[Entry]) -> datetime | None:
    """Since when a bug is in its state: the age of its oldest test in that state; None when nobody knows."""
    state = bug_state(entries)
    return min((entry.since for entry in entries if entry.since and entry.capture.state is state), default=None)


def require_bug(bugs: dict[int, list[Entry]], number: int) -> list[Entry]:
    """The tests of one bug.

    Raises:
        ConfigurationError: If no test belongs to it.
    """
    if number not in bugs:
        raise ConfigurationError(
            f"no test here belongs to bug {number}", hint="`bugcapture list` shows the captured bugs"
        )
    return bugs[number]


def _dates(captures: Iterable[Capture]) -> dict[Capture, datetime]:
    wanted: dict[str, dict[int, list[Capture]]] = {}
    for capture in captures:
        if capture.switches:
            path, line = capture.switches[0].path, capture.switches[0].line
        else:
            path, line = capture.path, capture.case_line or capture.line
        wanted.setdefault(path, {}).setdefault(line, []).append(capture)
    dates = {}
    for path, lines in wanted.items():
        for line, moment in git.line_dates(Path(path), lines).items():
            dates.update(dict.fromkeys(lines[line], moment))
    return dates


def _read_records(project: Project) -> tuple[tuple[Evidence, ...], tuple[Finding, ...]]:
    folder = project.evidence_dir
    if folder is None or not folder.exists():
        return (), ()
    from bugcapture.project.evidence_files import read_evidence  # noqa: PLC0415 - only where there is evidence

    found = read_evidence([folder])
    return found.records, found.findings


def _last_records(
    project: Project, captures: Sequence[Capture], records: Sequence[Evidence]
) -> dict[Capture, Evidence]:
    if not records:
        return {}
    matcher = Matcher(project.root, records)
    found = {capture: matcher.about(capture) for capture in captures}
    # That a test did not run is no evidence.
    return {
        capture: max(ran, key=lambda record: (record.ts, record.attempt))
        for capture, about in found.items()
        if (ran := [record for record in about if record.verdict != Verdict.NOT_RUN])
    }


def _first_failures(
    project: Project, captures: Sequence[Capture], records: Sequence[Evidence]
) -> dict[Capture, Evidence]:
    expected = [record for record in records if record.verdict == Verdict.EXPECTED_FAILURE]
    if not expected:
        return {}
    matcher = Matcher(project.root, expected)
    # The line of a test moves over time.
    found = {capture: [*matcher.about(capture), *matcher.elsewhere(capture)] for capture in captures}
    return {
        capture: min(own, key=lambda record: (record.ts, record.attempt))
        for capture, about in found.items()
        if (own := [record for record in about if set(capture.tags.ids) <= set(record.ids)])
    }
