"""Find test files, and replace files all or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError, SourceError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".nox", ".tox", ".venv", "venv", "node_modules", "__pycache__", "site-packages"}
)


def find_files(paths: Iterable[Path], suffixes: Sequence[str]) -> list[Path]:
    """The test files below some paths.

    Folders are walked in a stable order and through symbolic links, each real folder once, so a loop of
    links ends. Environments, caches and version control folders are passed over.

    Args:
        paths: Files and folders; a file is taken whatever folder it lies in.
        suffixes: File name endings to take, such as ``.feature``.

    Returns:
        Each file once, in order.

    Raises:
        ConfigurationError: If a path does not exist, or is a file of another kind.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(_walk(path, tuple(suffixes), set())))
        elif not path.exists():
            raise ConfigurationError(f"no such file or folder: {printable(str(path))}")
        elif path.name.endswith(tuple(suffixes)):
            found[path] = None
        else:
            kinds = " or ".join(suffixes)
            raise ConfigurationError(
                "is no test file that bugcapture reads", where=str(path), hint=f"it reads {kinds}"
            )
    return list(found)


def read_bytes(file: Path) -> bytes:
    """The content of a file.

    Raises:
        SourceError: If it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", where=str(file)) from error


def replace_files(contents: Mapping[Path, tuple[bytes, bytes]]) -> None:
    """Replace files, all or none, each in one step.

    The new content is written beside each file and moved over it; mode, and the target of a symbolic
    link, stay. When one move fails the files that were moved before get their old content back.

    Args:
        contents: For each file what it must still hold, and what it shall hold.

    Raises:
        RefusedError: If a file is read-only, or was changed meanwhile. Nothing is changed then.
        SourceError: If writing fails. Nothing is changed then.
    """
    ready: list[tuple[Path, Path, bytes]] = []
    done: list[tuple[Path, bytes]] = []
    try:
        for file, (old, new) in contents.items():
            target = file.resolve()
            _require_writable(file, target, old)
            ready.append((target, _write_beside(target, new), old))
        for target, temporary, old in ready:
            temporary.replace(target)
            done.append((target, old))
    except OSError as error:
        for target, old in done:
            with contextlib.suppress(OSError):
                _write_beside(target, old).replace(target)
        where = str(error.filename2 or error.filename or "")
        raise SourceError(
            f"cannot be written: {error.strerror}", where=where, hint="nothing was changed"
        ) from error
    finally:
        for _, temporary, _ in ready:
            temporary.unlink(missing_ok=True)


def _walk(folder: Path, suffixes: tuple[str, ...], seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    folders = []
    for entry in entries:
        try:
            if entry.is_dir():
                folders.append(entry)
            elif entry.name.endswith(suffixes) and entry.is_file():
                yield folder / entry.name
        except OSError:
            continue
    for entry in folders:
        if entry.name not in _SKIPPED_FOLDERS and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):  # noqa: PTH110, PTH118
            yield from _walk(folder / entry.name, suffixes, seen)


def _require_writable(file: Path, target: Path, old: bytes) -> None:
    mode = target.stat().st_mode
    # The mode decides and not `os.access`: the superuser may write everything, and still should not.
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise RefusedError("is read-only", where=str(file), hint="make it writable and run the command again")
    if target.read_bytes() != old:
        raise RefusedError("was changed meanwhile", where=str(file), hint="run the command again")


def _write_beside(target: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        shutil.copymode(target, temporary)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
