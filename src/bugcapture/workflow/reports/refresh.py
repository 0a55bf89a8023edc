"""``report refresh``: write the documents that say something else than the sources."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.text import printable
from bugcapture.project.config import setting_place
from bugcapture.project.draft import Draft
from bugcapture.project.exclusive import exclusive
from bugcapture.project.hazard_counts import FILE as COUNTS_FILE
from bugcapture.project.hazard_counts import append_counts
from bugcapture.workflow.reports.archive import archive_file, surplus
from bugcapture.workflow.reports.compare import compare
from bugcapture.workflow.reports.document import stamp_of, write_document
from bugcapture.workflow.reports.manifest import FILE as MANIFEST_FILE
from bugcapture.workflow.reports.manifest import write_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from bugcapture.project.config import Project
    from bugcapture.workflow.reports.compare import Difference
    from bugcapture.workflow.reports.document import Document
    from bugcapture.workflow.reports.folder import ReportFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshOptions:
    """How documents are written.

    Attributes:
        version: This version of bugcapture.
        now: The time.
        force: Whether files are overwritten that are none of ours.
        archive: Whether a copy of each document is kept that is replaced.
    """

    version: str
    now: datetime
    force: bool = False
    archive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What became of a document.

    Attributes:
        name: The document.
        file: Its file.
        difference: How the old one differed; false where it did not, and stays as it is.
        archived: Where the old one is kept; None where it is not.
    """

    name: str
    file: Path
    difference: Difference
    archived: Path | None = None


def refresh(
    project: Project,
    folder: ReportFolder,
    documents: Sequence[Document],
    counts: str,
    options: RefreshOptions,
) -> list[Refreshed]:
    """Write the documents that differ from what they should say; all or none.

    Args:
        project: The project.
        folder: Its report folder.
        documents: What the documents shall say.
        counts: What comes to the counts of earlier refreshes; empty for nothing.
        options: How documents are written.

    Returns:
        What became of each document.

    Raises:
        RefusedError: If a file is there that is none of ours, or one is read-only or was changed meanwhile.
            Nothing is written then.
        ConfigurationError: If not even one archived version of a document shall be kept.
        SourceError: If writing fails. Nothing is written then.
    """
    keep = project.settings.report.archive_keep
    if keep < 1:
        where = printable(setting_place(project, "report", "archive_keep"))
        raise ConfigurationError("[tool.bugcapture.report] archive_keep has to be 1 at least", where=where)
    draft = Draft()
    refreshed = [_refresh(draft, folder, document, options) for document in documents]
    if counts:
        file = folder.path / COUNTS_FILE
        draft.put(file, append_counts(draft.read(file) or b"", counts), "counts")
    manifest = write_manifest(_inputs(folder, documents))
    if documents and manifest != (folder.manifest_content or b"").replace(b"\r\n", b"\n"):
        draft.put(folder.path / MANIFEST_FILE, manifest, "inputs")
    with exclusive(project.root, required=False):  # Two at once would each overwrite a part of the other's.
        _require_unchanged(folder, draft)
        draft.write()
        for one in refreshed:
            if one.archived is not None:
                for old in surplus(folder.path, one.name, keep):
                    with contextlib.suppress(OSError):  # It is one too many, and harms nobody.
                        old.unlink()
    return refreshed


def _refresh(draft: Draft, folder: ReportFolder, document: Document, options: RefreshOptions) -> Refreshed:
    name, file = document.name, folder.file(document.name)
    written = folder.written.get(name)
    difference = compare(document, written, folder.inputs(name), options.version)
    if difference.foreign and not options.force:
        raise RefusedError(
            "was not written by bugcapture, and is not overwritten",
            where=printable(str(file)),
            hint="move it, set another `folder` in [tool.bugcapture.report], or use --force",
        )
    if not difference:
        return Refreshed(name=name, file=file, difference=difference)
    archived = None
    if written is not None and options.archive:
        archived = archive_file(folder.path, name, written, options.now)
        draft.put(archived, written.content, "archive")
    content = write_document(document.body, stamp_of(document, options.version, options.now))
    draft.put(file, content, "document")
    return Refreshed(name=name, file=file, difference=difference, archived=archived)


def _require_unchanged(folder: ReportFolder, draft: Draft) -> None:
    """What was written while the documents were made is not what they were compared with."""
    read = folder.contents
    for change in draft.changes:
        if change.old != read.get(change.file):
            raise RefusedError(
                "was changed meanwhile", where=printable(str(change.file)), hint="run the command again"
            )


def _inputs(folder: ReportFolder, documents: Iterable[Document]) -> list[dict[str, str]]:
    """The inputs of all documents that will be there."""
    made = {document.name: document.inputs for document in documents}
    kept = {name: inputs for name in folder.written if (inputs := folder.inputs(name)) is not None}
    return [dict(inputs) for inputs in {**kept, **made}.values()]
