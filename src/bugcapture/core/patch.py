"""Read a patch of one file: its head and its single hunks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HUNK: Final = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change of a file.

    Attributes:
        old: The first line before the change, from 1, and how many lines are replaced.
        new: The first line after it, and how many lines take their place.
        text: The hunk as the patch has it.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    text: bytes

    def touches(self, first: int, last: int) -> bool:
        """Whether it changed a line of the new file, or took one away beside it.

        Args:
            first: The first line of a part of the new file, from 1.
            last: Its last line.
        """
        start, count = self.new
        end = start + count - 1 if count else start + 1  # What was taken away stood between these two.
        return start <= last and end >= first


@dataclass(frozen=True, slots=True)
class FilePatch:
    """A patch of one file.

    Attributes:
        head: What stands above the hunks; the whole patch where there are none, as for binary files.
        hunks: The hunks, in order.
    """

    head: bytes
    hunks: tuple[Hunk, ...]

    def only(self, hunk: Hunk) -> bytes:
        """The patch with one hunk alone."""
        return self.head + hunk.text


def read_patch(patch: bytes) -> FilePatch:
    """Read a patch of one file, as ``git diff`` writes it."""
    found = list(_HUNK.finditer(patch))
    if not found:
        return FilePatch(patch, ())
    ends = [*(match.start() for match in found[1:]), len(patch)]
    hunks = [
        Hunk(
            (int(match[1]), int(match[2] or 1)),
            (int(match[3]), int(match[4] or 1)),
            patch[match.start() : end],
        )
        for match, end in zip(found, ends, strict=True)
    ]
    return FilePatch(patch[: found[0].start()], tuple(hunks))
