"""Changes to a project's files that are not written yet."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bugcapture.core.diff import unified_diff
from bugcapture.core.errors import SourceError
from bugcapture.project.create import write_files
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The new content of one file.

    Attributes:
        file: The file.
        old: What it holds; None for a new file.
        new: What it shall hold.
        reasons: What it is changed for, printable.
    """

    file: Path
    old: bytes | None
    new: bytes
    reasons: tuple[str, ...]

    @property
    def path(self) -> str:
        """The file as reports name it."""
        return relative_path(self.file)

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        return unified_diff(self.path, self.old, self.new)


@dataclass(slots=True)
class Draft:
    """Files as they would be; everybody who reads through it sees the changes made so far."""

    _changes: dict[Path, Change] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order in which they were made."""
        return tuple(self._changes.values())

    def read(self, file: Path) -> bytes | None:
        """The content of a file; None when there is none.

        Raises:
            SourceError: If it cannot be read.
        """
        if file in self._changes:
            return self._changes[file].new
        if not os.path.lexists(file):
            return None
        return read_bytes(file)

    def is_new(self, file: Path) -> bool:
        """Whether a file would be made."""
        return file in self._changes and self._changes[file].old is None

    def put(self, file: Path, content: bytes, reason: str) -> None:
        """Give a file a new content, or make it.

        Args:
            file: The file, absolute.
            content: What it shall hold.
            reason: What for, printable.
        """
        if file in self._changes:
            before = self._changes[file]
            self._changes[file] = replace(before, new=content, reasons=(*before.reasons, reason))
        else:
            self._changes[file] = Change(file=file, old=self.read(file), new=content, reasons=(reason,))

    def write(self) -> None:
        """Write all changes, all or none.

        Raises:
            RefusedError: If a file was made or changed meanwhile, or is read-only. Nothing is changed then.
            SourceError: If writing fails. Nothing is changed then.
        """
        new = {change.file: change.new for change in self.changes if change.old is None}
        changed = {change.file: (change.old, change.new) for change in self.changes if change.old is not None}
        write_files(new, changed)


def require_text(content: bytes, where: str) -> str:
    """The text of a file in UTF-8, without a byte order mark.

    Raises:
        SourceError: If it is in another encoding.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"is not UTF-8: byte 0x{content[error.start]:02x} ({error.reason})", where=f"{where}:{line}"
        ) from error
