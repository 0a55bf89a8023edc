"""Find test files, and replace files all or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
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
    links ends. Environments, caches and version control folders are passed over. What only has the name
    of a test file, such as a dangling link, is taken too, because the frameworks stumble over it.

    Args:
        paths: Files and folders; a file is taken whatever folder it lies in.
        suffixes: File name endings to take, such as ``.feature``.

    Returns:
        Each file once, in order.

    Raises:
        ConfigurationError: If a path does not exist, cannot be read, or is a file of another kind.
    """
    found: dict[tuple[Path, str], Path] = {}
    folders: dict[Path, Path] = {}
    for path in paths:
        for file in _files_at(path, tuple(suffixes)):
            folder = file.parent
            if folder not in folders:
                folders[folder] = folder.resolve()
            # A link to a file is a test file of its own, as it is for the frameworks; a folder is not.
            found.setdefault((folders[folder], file.name), file)
    return list(found.values())


def is_passed_over(folder: Path) -> bool:
    """Whether no test files are looked for in a folder: an environment, a cache, version control.

    Args:
        folder: The folder; those around it are not asked.
    """
    return folder.name in _SKIPPED_FOLDERS or os.path.exists(os.path.join(folder, "pyvenv.cfg"))  # noqa: PTH110, PTH118


def read_bytes(file: Path) -> bytes:
    """The content of a file.

    Raises:
        SourceError: If it cannot be read.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # Reading a named pipe would wait for ever.
            raise SourceError("cannot be read: it is no regular file", where=str(file))
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
    file = Path()
    try:
        for file, (old, new) in contents.items():
            target = file.resolve()
            _require_writable(file, target, old)
            ready.append((target, _write_beside(target, new), old))
        for file, temporary, old in ready:
            temporary.replace(file)
            done.append((file, old))
    except BaseException as error:  # An interrupt must not leave one file of two changed either.
        hint = _put_back(done)
        if not isinstance(error, OSError):
            raise
        raise SourceError(f"cannot be written: {error.strerror}", where=str(file), hint=hint) from error
    finally:
        for _, temporary, _ in ready:
            temporary.unlink(missing_ok=True)


def _put_back(done: Iterable[tuple[Path, bytes]]) -> str:
    """Undo finished moves; what to tell about it."""
    lost = []
    for target, old in done:
        try:
            _write_beside(target, old).replace(target)
        except OSError:
            lost.append(str(target))
    return f"changed already, and could not be put back: {', '.join(lost)}" if lost else "nothing was changed"


def _files_at(path: Path, suffixes: tuple[str, ...]) -> Iterable[Path]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
            return _walk(path, suffixes)
    except FileNotFoundError as error:
        raise ConfigurationError(f"no such file or folder: {printable(str(path))}") from error
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if path.name.endswith(suffixes):
        return (path,)
    kinds = " or ".join(suffixes)
    raise ConfigurationError("is no test file that bugcapture reads", where=str(path), hint=f"it reads {kinds}")


def _walk(top: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        folders = []
        for entry in entries:
            if _is_folder(entry):
                folders.append(entry)
            elif entry.name.endswith(suffixes):
                yield folder / entry.name
        inner = [folder / entry.name for entry in reversed(folders)]
        waiting += [one for one in inner if not is_passed_over(one)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


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
        _copy_owner(target, temporary)
        shutil.copymode(target, temporary)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _copy_owner(target: Path, temporary: Path) -> None:
    """Give the new file to the old one's owner, where the system knows owners and allows it."""
    status = target.stat()
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)
