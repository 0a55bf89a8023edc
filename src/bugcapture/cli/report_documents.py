"""What the generated documents shall say: the scan, the workflow and the writers joined."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.hazard_counts import FILE as COUNTS_FILE
from bugcapture.workflow.reports.document import Document, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bugcapture.cli.progress import Progress
    from bugcapture.project.config import Project, ScanSettings
    from bugcapture.project.hazard_counts import HazardCounts
    from bugcapture.scan.result import ScanResult
    from bugcapture.workflow.reports.folder import ReportFolder
    from bugcapture.workflow.sources import Inventory

_TREND: Final = 12


@dataclass(slots=True, kw_only=True)
class Built:
    """The documents of a project as they would be written now.

    Attributes:
        documents: The documents.
        skipped: Documents that cannot be made, and why.
        counts: What comes to the counts of earlier refreshes; empty for nothing.
    """

    documents: list[Document] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    counts: str = ""


def build_documents(
    project: Project,
    folder: ReportFolder,
    names: Sequence[str],
    progress: Progress,
    now: datetime,
    *,
    writing: bool,
) -> Built:
    """Work out what documents shall say; nothing is written, and nothing of the project is executed.

    Args:
        project: The project.
        folder: Its report folder.
        names: The documents.
        progress: Shows how far it is.
        now: The time.
        writing: Whether they are about to be written.

    Raises:
        ConfigurationError: If a framework is needed to read its files and is not installed, or a setting is wrong.
        SourceError: If the counts of earlier refreshes cannot be read.
    """
    builder = _Builder(project, folder, progress, now, writing=writing)
    try:
        # All paths in documents are seen from the project's folder, wherever the command was called.
        with contextlib.chdir(project.root):
            for name in names:
                builder.build(name)
    finally:
        progress.clear()
    return builder.built


class _Builder:
    """Makes one document after the other; what several of them need is made once."""

    def __init__(
        self, project: Project, folder: ReportFolder, progress: Progress, now: datetime, *, writing: bool
    ) -> None:
        self.built = Built()
        self._project = project
        self._folder = folder
        self._progress = progress
        self._now = now
        self._writing = writing
        self._scanned: _Scanned | None = None
        self._read: Inventory | None = None

    def build(self, name: str) -> None:
        makers: dict[str, Callable[[], Document | None]] = {
            "hazards": self._hazards,
            "mock-audit": self._mock_audit,
            "test-suite": self._test_suite,
            "bugs": self._bugs,
            "hook-timings": self._hook_timings,
        }
        document = makers[name]()
        if document is not None:
            self.built.documents.append(document)

    def _hazards(self) -> Document:
        from bugcapture.report.hazards_markdown import write_hazards  # noqa: PLC0415

        scanned = self._scan()
        result = scanned.result
        before = scanned.history[-2].counts if len(scanned.history) > 1 else None
        level = self._project.settings.scan.level
        body = write_hazards(result.hazards, result.problems, _rule_names(), result.files, before, level)
        return Document(name="hazards", body=body, facts=body, inputs=scanned.inputs)

    def _mock_audit(self) -> Document:
        from bugcapture.report.hazards_markdown import write_mock_audit  # noqa: PLC0415

        scanned = self._scan()
        trend = _mock_trend(scanned.history)[-_TREND:]
        mocks = [hazard for hazard in scanned.result.hazards if _is_about_mocks(hazard.rule)]
        body = write_mock_audit(mocks, _rule_names(), scanned.result.files, trend)
        return Document(name="mock-audit", body=body, facts=body, inputs=scanned.inputs)

    def _scan(self) -> _Scanned:
        if self._scanned is None:
            self._scanned = _scan(self._project, self._folder, self._progress, self._now, writing=self._writing)
            self.built.counts = self._scanned.added if self._writing else ""
        return self._scanned

    def _inventory(self) -> Inventory:
        from bugcapture.workflow.sources import read_inventory  # noqa: PLC0415

        if self._read is None:
            self._read = read_inventory([])
        return self._read

    def _test_suite(self) -> Document:
        from bugcapture.report.suite_markdown import write_suite  # noqa: PLC0415
        from bugcapture.workflow.reports.suite import count_captures, count_suite, suite_inputs  # noqa: PLC0415

        def show(done: int, every: int) -> None:
            self._progress.show(f"test suite: {done} of {every} files")

        files = count_suite(show)
        body = write_suite(files, count_captures(files, self._inventory()))
        return Document(name="test-suite", body=body, facts=body, inputs=suite_inputs(files, self._project.root))

    def _bugs(self) -> Document:
        from bugcapture.project import git  # noqa: PLC0415
        from bugcapture.report.bugs_markdown import write_bugs  # noqa: PLC0415
        from bugcapture.workflow.reports.bugs import list_bugs  # noqa: PLC0415

        if self._writing and git.is_shallow(self._project.root):
            raise ConfigurationError(
                "this clone has not the whole history, so the dates of bugs would be wrong",
                where=str(self._project.root),
                hint="run `git fetch --unshallow`; in CI, fetch with depth 0",
            )
        self._progress.show("bugs: reading the ledger")
        listed = list_bugs(self._project, self._inventory(), self._folder.inputs("bugs") or {})
        facts = write_bugs(listed.bugs, listed.unreadable, dates=False)
        body = write_bugs(listed.bugs, listed.unreadable)
        return Document(name="bugs", body=body, facts=facts, inputs=listed.inputs)

    def _hook_timings(self) -> Document | None:
        from bugcapture.project.files import read_bytes  # noqa: PLC0415
        from bugcapture.project.hook_timings import read_timings, timings_file  # noqa: PLC0415
        from bugcapture.project.paths import relative_path  # noqa: PLC0415
        from bugcapture.report.hook_timings_markdown import write_hook_timings  # noqa: PLC0415

        file = timings_file(self._project)
        profile = read_timings(file)
        if profile is None:
            told = f"there are no hook timings in {relative_path(file)}; run `bugcapture hooks profile --save`"
            self.built.skipped["hook-timings"] = told
            return None
        body = write_hook_timings(profile)
        inputs = {relative_path(file): digest(read_bytes(file))}
        return Document(name="hook-timings", body=body, facts=body, inputs=inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scanned:
    """One scan of the whole suite, what it was made from, and what earlier ones have counted."""

    result: ScanResult
    inputs: Mapping[str, str]
    history: Sequence[HazardCounts]
    added: str


def _scan(project: Project, folder: ReportFolder, progress: Progress, now: datetime, *, writing: bool) -> _Scanned:
    from bugcapture.project.paths import relative_path  # noqa: PLC0415
    from bugcapture.scan.project import ScanOptions, find_dist, scan_project  # noqa: PLC0415

    settings = project.settings.scan
    settings = replace(settings, dist=settings.dist if settings.dist is not None else find_dist(project.root))
    inputs = _scan_inputs(project, settings)

    def show(done: int, every: int) -> None:
        progress.show(f"scan: {done} of {every} files")

    # All that is there is counted, also what a baseline knows.
    result = scan_project(project, (), ScanOptions(level="info"), use_baseline=False, on_progress=show)
    file = folder.path / COUNTS_FILE
    history, added = _count(project, result, file, now)
    content = (file.read_bytes() if file.exists() else b"") + (added.encode() if writing else b"")
    if content:
        inputs[relative_path(file)] = digest(content)
    return _Scanned(result=result, inputs=inputs, history=history, added=added)


def _scan_inputs(project: Project, settings: ScanSettings) -> dict[str, str]:
    from bugcapture.core.errors import SourceError  # noqa: PLC0415
    from bugcapture.project.files import read_bytes  # noqa: PLC0415
    from bugcapture.scan.discover import find_sources  # noqa: PLC0415

    sources = find_sources(project.root, settings)
    inputs = {"settings of scan": digest(repr(settings).encode())}
    for name, file in {**sources.tests, **sources.program, **sources.conftests}.items():
        try:
            inputs[name] = digest(read_bytes(file))
        except SourceError:
            inputs[name] = ""  # The scan tells.
    return inputs


def _count(project: Project, result: ScanResult, file: Path, now: datetime) -> tuple[Sequence[HazardCounts], str]:
    """All counts with those of now at the end, and the line that is new; empty when they are the last ones."""
    from bugcapture.project import git  # noqa: PLC0415
    from bugcapture.project.hazard_counts import (  # noqa: PLC0415
        HazardCounts,
        count_risks,
        read_hazard_counts,
        write_hazard_counts,
    )

    history = read_hazard_counts(file)
    counts = count_risks(hazard.level.value for hazard in result.hazards)
    mocks = count_risks(hazard.level.value for hazard in result.hazards if _is_about_mocks(hazard.rule))
    if history and (history[-1].counts, history[-1].mocks) == (counts, mocks):
        return history, ""
    counted = HazardCounts(at=now, commit=git.head_commit(project.root), counts=counts, mocks=mocks)
    return (*history, counted), write_hazard_counts(counted)


def _mock_trend(history: Sequence[HazardCounts]) -> list[tuple[datetime, Mapping[str, int]]]:
    """The counts of mocks, each time when they became others."""
    trend: list[tuple[datetime, Mapping[str, int]]] = []
    for one in history:
        if one.mocks is not None and (not trend or trend[-1][1] != one.mocks):
            trend.append((one.at, one.mocks))
    return trend


def _is_about_mocks(rule: str) -> bool:
    return rule.startswith("MK")


def _rule_names() -> dict[str, str]:
    from bugcapture.core.finding import RULES  # noqa: PLC0415
    from bugcapture.scan.rule import all_rules  # noqa: PLC0415

    return {**RULES, **{rule.code: rule.title for rule in all_rules()}}
