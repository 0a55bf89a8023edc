"""What scans have found out, kept by the content of the files: an unchanged file is not read twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bugcapture.scan.hazard import Hazard  # noqa: TC001 - msgspec reads the annotations
from bugcapture.scan.index import ProgramFunction  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIZE: Final = 16


class Found(msgspec.Struct, array_like=True):
    """What was found in one test file.

    Attributes:
        hazards: Its findings.
        problem: Why it cannot be read; empty when it can.
        line: The line of the problem.
    """

    hazards: list[Hazard] = []
    problem: str = ""
    line: int = 0


class _Kept(msgspec.Struct, array_like=True):
    program: dict[str, list[ProgramFunction]] = {}
    tests: dict[str, Found] = {}


class Cache:
    """The results of one project.

    What cannot be read counts as not there, and what cannot be written is not kept.

    Args:
        root: The project's folder.
        enabled: Whether anything is kept at all.
    """

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        self._file = _folder() / f"{fingerprint([os.fsencode(root.resolve())])}.msgpack" if enabled else None
        self._old = _Kept()
        self._new = _Kept()
        if self._file is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                self._old = msgspec.msgpack.decode(self._file.read_bytes(), type=_Kept)

    def program(self, key: str) -> list[ProgramFunction] | None:
        """What a file of the program holds; None when it is not known."""
        found = self._old.program.get(key)
        if found is not None:
            self._new.program[key] = found
        return found

    def keep_program(self, key: str, functions: list[ProgramFunction]) -> None:
        """Keep what a file of the program holds."""
        self._new.program[key] = functions

    def test(self, key: str) -> Found | None:
        """What was found in a test file; None when it is not known."""
        found = self._old.tests.get(key)
        if found is not None:
            self._new.tests[key] = found
        return found

    def keep_test(self, key: str, found: Found) -> None:
        """Keep what was found in a test file."""
        self._new.tests[key] = found

    def save(self, *, whole: bool) -> None:
        """Write it in one step.

        Args:
            whole: Whether all files were looked at, so that what nobody asked for can go.
        """
        if self._file is None:
            return
        kept = self._new
        if not whole:
            kept = _Kept(self._old.program | kept.program, self._old.tests | kept.tests)
        elif kept == self._old:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".scan-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.msgpack.encode(kept))
            Path(name).replace(self._file)


def fingerprint(parts: Iterable[bytes]) -> str:
    """A name for some contents, in hexadecimal digits.

    Args:
        parts: The contents; where one ends and the next begins counts.
    """
    digest = hashlib.blake2b(digest_size=_SIZE)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def rules_version() -> bytes:
    """A name for what the rules are made of: their sources, and the Python that parses."""
    package = Path(__file__).parent
    files = sorted([*package.glob("*.py"), *(package / "rules").glob("*.py")])
    contents = [file.read_bytes() for file in files]
    return fingerprint([repr(sys.version_info[:3]).encode(), *contents]).encode()


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bugcapture" / "scan"
