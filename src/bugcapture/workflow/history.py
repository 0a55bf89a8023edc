"""``history``: bring evidence into the history, and ask it about bugs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.history import bug_histories, bug_trend
from bugcapture.core.text import bug_list
from bugcapture.project.evidence_files import find_evidence, stream_evidence
from bugcapture.project.history import open_history
from bugcapture.project.paths import relative_path
from bugcapture.workflow.evidence import evidence_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from bugcapture.core.evidence import Evidence
    from bugcapture.core.history import BugHistory, Observation, Period, TrendPoint
    from bugcapture.project.config import Project
    from bugcapture.project.history.schema import Row

# One transaction each: small enough that others get their turn, large enough to be fast.
_BATCH: Final = 1000

OnBatch = Callable[[int], None]


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What became of the records of evidence files.

    Attributes:
        store: The history, as people may see it.
        files: How many files were read.
        records: How many records were read.
        new: How many of them the history did not know.
        replaced: How many took the place of a better or older record of the same attempt of a test.
        refused: Lines that are no records, and records that no database can keep.
    """

    store: str
    files: int
    records: int = 0
    new: int = 0
    replaced: int = 0
    refused: list[Finding] = field(default_factory=list)

    @property
    def known(self) -> int:
        """How many records changed nothing."""
        return self.records - self.new - self.replaced

    @property
    def failed(self) -> bool:
        """Whether records are missing that a newer bugcapture wrote."""
        return any(finding.severity is Severity.ERROR for finding in self.refused)


@dataclass(frozen=True, slots=True)
class Past:
    """What the history knows, read at once.

    Attributes:
        store: The history, as people may see it.
        bugs: The bugs.
        failures: The oldest record in which each test failed as expected.
    """

    store: str
    bugs: tuple[BugHistory, ...]
    failures: tuple[Evidence, ...]


def import_evidence(
    project: Project, paths: Sequence[Path], store: str | None = None, on_batch: OnBatch = lambda _: None
) -> ImportResult:
    """Bring evidence into the history; what is there already counts once.

    Args:
        project: The project.
        paths: Evidence files and folders; the project's evidence folder when there are none.
        store: The history; None for the project's.
        on_batch: Told how many records were read, from time to time.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read, there is no evidence folder, or the
            history cannot be written. What was written until then stays, and a second import brings the rest.
    """
    files = find_evidence(paths or [evidence_folder(project)])
    with open_history(project, store, create=True) as history:
        result = ImportResult(store=history.shown, files=len(files))
        rows = _read(files, result)
        while batch := list(islice(rows, _BATCH)):
            added = history.add(batch)
            result.records += len(batch)
            result.new += added.new
            result.replaced += added.replaced
            on_batch(result.records)
    return result


def show_bugs(project: Project, numbers: Sequence[int] = (), store: str | None = None) -> tuple[BugHistory, ...]:
    """What the history knows of bugs.

    Args:
        project: The project.
        numbers: The bugs; all without any.
        store: The history; None for the project's.

    Raises:
        ConfigurationError: If there is no history, it cannot be read, or it does not know one of the bugs.
    """
    with open_history(project, store) as history:
        bugs = bug_histories(history.observations(numbers))
        _require(numbers, {bug.number for bug in bugs}, history.shown)
    return bugs


def read_past(project: Project, store: str | None = None) -> Past:
    """What the history knows of all bugs, and how their tests failed first.

    Args:
        project: The project.
        store: The history; None for the project's.

    Raises:
        ConfigurationError: If there is no history, or it cannot be read.
    """
    with open_history(project, store) as history:
        return Past(history.shown, bug_histories(history.observations()), tuple(history.first_failures()))


def show_trend(
    project: Project,
    period: Period,
    numbers: Sequence[int] = (),
    *,
    since: datetime | None = None,
    store: str | None = None,
) -> tuple[TrendPoint, ...]:
    """How bugs fared over time.

    Args:
        project: The project.
        period: What a point stands for.
        numbers: The bugs; all without any.
        since: Only periods that ended then or later.
        store: The history; None for the project's.

    Raises:
        ConfigurationError: If there is no history, it cannot be read, or it does not know one of the bugs.
    """
    met: set[int] = set()
    with open_history(project, store) as history:
        points = bug_trend(_note(history.observations(numbers), met), period, since=since)
        _require(numbers, met, history.shown)
    return points


def _read(files: dict[Path, bool], result: ImportResult) -> Iterator[Row]:
    from bugcapture.project.history.schema import to_row  # noqa: PLC0415 - an extra

    for (file, line), read in stream_evidence(files):
        if isinstance(read, Finding):
            result.refused.append(read)
            continue
        try:
            row = to_row(read)
        except ValueError as error:
            result.refused.append(Finding(relative_path(file), line, "E3", str(error), Severity.WARNING))
        else:
            yield row


def _note(observations: Iterable[Observation], met: set[int]) -> Iterator[Observation]:
    for one in observations:
        met.add(one.number)
        yield one


def _require(numbers: Iterable[int], known: set[int], store: str) -> None:
    if unknown := sorted(set(numbers) - known):
        what = f"{'bugs' if len(unknown) > 1 else 'bug'} {bug_list(unknown)}"
        hint = "`bugcapture history show` lists the bugs that have any"
        raise ConfigurationError(f"no test of {what} is in the history", where=store, hint=hint)
