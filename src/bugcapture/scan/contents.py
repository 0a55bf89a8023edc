"""What files hold, and names for it; a file that nobody has touched since is not read to know its name."""

from __future__ import annotations

import os
import sys
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import msgspec

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import Finding
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SIZE: Final = 16
# A file that was changed this short before may be changed again without another time: clocks tick.
_TICK: Final = 2_000_000_000
# Elsewhere no time is set when a program gives a file an earlier one.
_TRUSTED: Final = sys.platform != "win32"


class Stamp(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the system says of a file, and the name of what it held then.

    Attributes:
        size: How many bytes it has.
        modified: When it was written, in nanoseconds.
        changed: When anything about it was changed; no program can set it.
        inode: Its number.
        digest: The name of its content.
    """

    size: int
    modified: int
    changed: int
    inode: int
    digest: str


class Contents:
    """The files of one scan.

    Args:
        files: Where they are, by the names that findings have for them.
        known: What was known of them before.
    """

    def __init__(self, files: Mapping[str, Path], known: Mapping[str, Stamp]) -> None:
        self._files = files
        self._known = known
        self._digests: dict[str, str] = {}
        self._read: dict[str, bytes] = {}
        self.stamps: dict[str, Stamp] = {}
        self.problems: list[Finding] = []

    def digest(self, name: str) -> str:
        """A name for what a file holds; empty where it cannot be read.

        Args:
            name: The file.
        """
        found = self._digests.get(name)
        if found is None:
            found = self._digests[name] = self._look(name)
        return found

    def read(self, name: str) -> bytes:
        """What a file holds; from then on `digest` is about just that.

        Args:
            name: The file.
        """
        if name not in self._read:
            self._digests[name] = self._look(name, trusted=False)
        return self._read.get(name, b"")

    def _look(self, name: str, *, trusted: bool = _TRUSTED) -> str:
        file = self._files[name]
        now = time.time_ns()
        try:
            status = os.stat(file)  # noqa: PTH116 - of a thousand files
        except OSError:
            status = None
        known = self._known.get(name)
        if trusted and known is not None and status is not None and known == _stamp(status, known.digest):
            self.stamps[name] = known
            return known.digest
        try:
            content = self._read[name] = read_bytes(file)
        except SourceError as error:
            self.problems.append(Finding(name, 0, "P1", error.message))
            return ""
        digest = fingerprint([content])
        if status is not None and max(status.st_mtime_ns, status.st_ctime_ns) + _TICK < now:
            self.stamps[name] = _stamp(status, digest)
        else:
            self.stamps.pop(name, None)
        return digest


def _stamp(status: os.stat_result, digest: str) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, digest)


def fingerprint(parts: Iterable[bytes]) -> str:
    """A name for some contents, in hexadecimal digits.

    Args:
        parts: The contents; where one ends and the next begins counts.
    """
    digest = blake2b(digest_size=_SIZE)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
