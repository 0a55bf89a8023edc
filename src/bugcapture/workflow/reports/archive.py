"""Old versions of documents, in the folder ``archive`` beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import SourceError
from bugcapture.project.files import read_bytes
from bugcapture.workflow.reports.document import read_document

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bugcapture.workflow.reports.document import Written

FOLDER: Final = "archive"


def archive_file(folder: Path, name: str, written: Written, now: datetime) -> Path:
    """Where the old version of a document goes: a file that is not there yet.

    Args:
        folder: The folder of the documents.
        name: The document.
        written: The old version, which is named after the day when it was made.
        now: The day for one that does not say.
    """
    day = (written.stamp.generated_at if written.stamp is not None else now).date().isoformat()
    taken = {number for one_day, number, _ in _archived(folder, name) if one_day == day}
    number = max(taken, default=0) + 1
    return folder / FOLDER / (f"{day}-{name}.md" if number == 1 else f"{day}-{name}-{number}.md")


def surplus(folder: Path, name: str, keep: int) -> list[Path]:
    """The oldest archived versions of a document that are more than shall be kept.

    Args:
        folder: The folder of the documents.
        name: The document.
        keep: How many stay.
    """
    archived = sorted(_archived(folder, name))
    return [file for _, _, file in archived[: max(0, len(archived) - keep)] if _is_ours(file, name)]


def _archived(folder: Path, name: str) -> list[tuple[str, int, Path]]:
    """Day, number and file of each archived version."""
    named = re.compile(rf"(\d{{4}}-\d\d-\d\d)-{re.escape(name)}(?:-(\d+))?\.md", re.ASCII)
    place = folder / FOLDER
    found = [(named.fullmatch(file.name), file) for file in place.iterdir()] if place.is_dir() else []
    return [(match[1], int(match[2] or 1), file) for match, file in found if match is not None]


def _is_ours(file: Path, name: str) -> bool:
    try:
        return not file.is_symlink() and read_document(read_bytes(file), name).ours
    except SourceError:
        return False
