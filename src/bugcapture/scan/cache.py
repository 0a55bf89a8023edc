"""What scans have found out, kept until the files are others: an unchanged file is not read twice."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bugcapture.scan.contents import Stamp, fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

# A name for what something was made of, and the thing as MessagePack; it is read when it is asked for.
_Entry = tuple[str, msgspec.Raw]


class _Kept(msgspec.Struct, array_like=True):
    version: str = ""
    stamps: dict[str, Stamp] = {}
    program: dict[str, _Entry] = {}
    tests: dict[str, _Entry] = {}


class Cache:
    """The results of one project.

    What cannot be read, or was found by other rules, counts as not there; what cannot be written is not kept.

    Args:
        root: The project's folder.
        enabled: Whether anything is kept at all.
    """

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        self._file = _folder() / f"{fingerprint([os.fsencode(root.resolve())])}.msgpack" if enabled else None
        self._old = _Kept()
        self._new = _Kept(rules_version())
        if self._file is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                self._old = msgspec.msgpack.decode(self._file.read_bytes(), type=_Kept)
        if self._old.version != self._new.version:
            self._old = _Kept(self._new.version)

    @property
    def stamps(self) -> Mapping[str, Stamp]:
        """What was known of files."""
        return self._old.stamps

    def program(self, name: str, key: str) -> msgspec.Raw | None:
        """The functions of a file of the program; None when they are not known.

        Args:
            name: The file.
            key: A name for what it holds.
        """
        return _ask(self._old.program, self._new.program, name, key)

    def keep_program(self, name: str, key: str, functions: msgspec.Raw) -> None:
        """Keep the functions of a file of the program."""
        self._new.program[name] = key, functions

    def test(self, name: str, key: str) -> msgspec.Raw | None:
        """What was found in a test file; None when it is not known.

        Args:
            name: The file.
            key: A name for all that it depends on.
        """
        return _ask(self._old.tests, self._new.tests, name, key)

    def keep_test(self, name: str, key: str, found: msgspec.Raw) -> None:
        """Keep what was found in a test file."""
        self._new.tests[name] = key, found

    def save(self, stamps: Mapping[str, Stamp], *, whole: bool) -> None:
        """Write it in one step.

        Args:
            stamps: What is known of files now.
            whole: Whether all files were looked at, so that what nobody asked for can go.
        """
        if self._file is None:
            return
        old, new = self._old, self._new
        new.stamps = dict(stamps)
        if not whole:
            new = _Kept(new.version, old.stamps | new.stamps, old.program | new.program, old.tests | new.tests)
        if new == old:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".scan-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.msgpack.encode(new))
            Path(name).replace(self._file)


def _ask(old: dict[str, _Entry], new: dict[str, _Entry], name: str, key: str) -> msgspec.Raw | None:
    found = old.get(name)
    if found is None or found[0] != key:
        return None
    new[name] = found
    return found[1]


def rules_version() -> str:
    """A name for what the rules are made of: their sources, and the Python that parses."""
    package = Path(__file__).parent
    files = sorted([*package.glob("*.py"), *(package / "rules").glob("*.py")])
    contents = [file.read_bytes() for file in files]
    return fingerprint([repr(sys.version_info[:3]).encode(), *contents])


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bugcapture" / "scan"
