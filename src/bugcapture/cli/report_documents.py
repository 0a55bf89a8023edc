"""What the generated documents shall say: the scan, the workflow and the writers joined."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.workflow.reports.document import Document, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bugcapture.cli.progress import Progress
    from bugcapture.cli.report_scan import Scanned
    from bugcapture.project.config import Project
    from bugcapture.workflow.reports.folder import ReportFolder
    from bugcapture.workflow.sources import Inventory

_TREND: Final = 12


@dataclass(slots=True, kw_only=True)
class Built:
    """The documents of a project as they would be written now.

    Attributes:
        documents: The documents.
        skipped: Documents that cannot be made, and why.
        notes: What else to know.
        counts: What comes to the counts of earlier refreshes; empty for nothing.
    """

    documents: list[Document] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
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
        self._scanned: Scanned | None = None
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
        from bugcapture.cli.report_scan import rule_names  # noqa: PLC0415
        from bugcapture.report.hazards_markdown import write_hazards  # noqa: PLC0415

        scanned = self._scan()
        result = scanned.result
        before = scanned.history[-2].counts if len(scanned.history) > 1 else None
        level = self._project.settings.scan.level
        body = write_hazards(result.hazards, result.problems, rule_names(), result.files, before, level)
        return Document(name="hazards", body=body, inputs=scanned.inputs)

    def _mock_audit(self) -> Document:
        from bugcapture.cli.report_scan import is_about_mocks, mock_trend, rule_names  # noqa: PLC0415
        from bugcapture.report.hazards_markdown import write_mock_audit  # noqa: PLC0415

        scanned = self._scan()
        trend = mock_trend(scanned.history)[-_TREND:]
        mocks = [hazard for hazard in scanned.result.hazards if is_about_mocks(hazard.rule)]
        body = write_mock_audit(mocks, rule_names(), scanned.result.files, trend)
        return Document(name="mock-audit", body=body, inputs=scanned.inputs)

    def _scan(self) -> Scanned:
        from bugcapture.cli.report_scan import scan_everything  # noqa: PLC0415

        def show(done: int, every: int) -> None:
            self._progress.show(f"scan: {done} of {every} files")

        if self._scanned is None:
            self._scanned = scan_everything(self._project, self._folder, self._now, show, writing=self._writing)
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
        return Document(name="test-suite", body=body, inputs=suite_inputs(files, self._project.root))

    def _bugs(self) -> Document:
        from bugcapture.project import git  # noqa: PLC0415
        from bugcapture.report.bugs_markdown import DATES, write_bugs  # noqa: PLC0415
        from bugcapture.workflow.reports.bugs import list_bugs  # noqa: PLC0415

        if self._writing and git.is_shallow(self._project.root):
            raise ConfigurationError(
                "this clone has not the whole history, so the dates of bugs would be wrong",
                where=str(self._project.root),
                hint="run `git fetch --unshallow`; in CI, fetch with depth 0",
            )
        if self._writing and git.lacks_content(self._project.root):
            raise ConfigurationError(
                "this clone lacks content of its history, so the dates of bugs would be wrong",
                where=str(self._project.root),
                hint="fetch it without `--filter`, or with `git fetch --refetch`",
            )
        self._progress.show("bugs: reading the ledger")
        has_history = git.top_folder(self._project.root) is not None
        today = self._now if has_history else None
        listed = list_bugs(self._project, self._inventory(), self._folder.inputs("bugs") or {}, today)
        self.built.notes += [f"{one.where}: {one.message}" for one in listed.bad_evidence]
        if listed.bugs and self._writing and not has_history:
            self.built.notes.append("bugs.md has no dates, because there is no history of git here")
        body = write_bugs(listed.bugs, listed.unreadable, has_history=has_history)
        return Document(name="bugs", body=body, inputs=listed.inputs, unsure=DATES)

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
        return Document(name="hook-timings", body=body, inputs=inputs)
