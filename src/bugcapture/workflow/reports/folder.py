"""The folder with the generated documents, as it is on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.text import printable
from bugcapture.project.config import setting_place
from bugcapture.project.files import read_bytes
from bugcapture.project.hazard_counts import FILE as COUNTS_FILE
from bugcapture.workflow.reports import DOCUMENTS
from bugcapture.workflow.reports.archive import FOLDER as ARCHIVE
from bugcapture.workflow.reports.document import read_document
from bugcapture.workflow.reports.manifest import FILE as MANIFEST_FILE
from bugcapture.workflow.reports.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bugcapture.project.config import Project
    from bugcapture.workflow.reports.document import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFolder:
    """What is in the folder.

    Attributes:
        path: The folder; it need not be there.
        written: The documents that are there, by their names.
        manifest: The inputs behind the digests in their stamps.
        manifest_content: The file that says them; None without one.
        counts_content: The file with the counts of earlier refreshes; None without one.
    """

    path: Path
    written: Mapping[str, Written]
    manifest: Mapping[str, Mapping[str, str]]
    manifest_content: bytes | None
    counts_content: bytes | None

    def file(self, name: str) -> Path:
        """Where a document is, or would be."""
        return self.path / f"{name}.md"

    @property
    def contents(self) -> dict[Path, bytes | None]:
        """What its files hold; None for those that are not there."""
        documents = {self.file(name): written.content for name, written in self.written.items()}
        more = {MANIFEST_FILE: self.manifest_content, COUNTS_FILE: self.counts_content}
        return {**documents, **{self.path / name: content for name, content in more.items()}}

    def inputs(self, name: str) -> Mapping[str, str] | None:
        """What a document was made from; None where that is not known."""
        found = self.written.get(name)
        return self.manifest.get(found.stamp.inputs) if found is not None and found.stamp is not None else None


def read_folder(project: Project) -> ReportFolder:
    """Read the folder with the documents of a project.

    Args:
        project: The project.

    Raises:
        ConfigurationError: If the folder is outside of the project, is none, or can be none.
        RefusedError: If it is, or is below, a symbolic link in the project, or something in it is one.
        SourceError: If a file in it cannot be read.
    """
    path = project.report_folder
    if "\0" in str(path):
        where = printable(setting_place(project, "report", "folder"))
        raise ConfigurationError("the report folder has a name that no folder can have", where=where)
    for folder in (path, *path.parents):
        if folder != project.root and folder.is_relative_to(project.root):
            _refuse_link(folder)
    if not path.resolve().is_relative_to(project.root.resolve()):
        told = f"the report folder {printable(project.settings.report.folder)!r} is outside of the project"
        raise ConfigurationError(told, where=printable(setting_place(project, "report", "folder")))
    if path.exists() and not path.is_dir():
        raise ConfigurationError("the report folder is a file", where=printable(str(path)))
    for name in (*(f"{name}.md" for name in DOCUMENTS), MANIFEST_FILE, COUNTS_FILE, ARCHIVE):
        _refuse_link(path / name)
    written = {}
    for name in DOCUMENTS:
        content = _read(path / f"{name}.md")
        if content is not None:
            written[name] = read_document(content, name)
    manifest = _read(path / MANIFEST_FILE)
    return ReportFolder(
        path=path,
        written=written,
        manifest=read_manifest(manifest),
        manifest_content=manifest,
        counts_content=_read(path / COUNTS_FILE),
    )


def _refuse_link(place: Path) -> None:
    if place.is_symlink():  # It may lead anywhere, and what is written goes there.
        raise RefusedError("is a symbolic link, and no report is written through one", where=printable(str(place)))


def _read(file: Path) -> bytes | None:
    return read_bytes(file) if os.path.lexists(file) else None
