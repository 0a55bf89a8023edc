"""Write new files and change others, all or none; what is there is never overwritten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.project.files import replace_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def write_files(new: Mapping[Path, bytes], changed: Mapping[Path, tuple[bytes, bytes]]) -> None:
    """Write new files, with the folders that they need, and change others; all or none.

    Args:
        new: New files with their content.
        changed: For each other file what it must still hold, and what it shall hold.

    Raises:
        RefusedError: If a new file is there already, or another is read-only or was changed meanwhile.
            Nothing is changed then.
        SourceError: If writing fails. Nothing is changed then.
    """
    made: list[Path] = []
    try:
        for file, content in new.items():
            _create(file, content, made)
        replace_files(changed)
    except BaseException:  # An interrupt must not leave one file of two either.
        _remove(reversed(made))
        raise


def _create(file: Path, content: bytes, made: list[Path]) -> None:
    try:
        for folder in reversed([place for place in file.parents if not place.exists()]):
            folder.mkdir()
            made.append(folder)
        # Never over what is there, a dangling link and a file of this very moment included.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        made.append(file)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise RefusedError("is there already", where=str(file), hint="run the command again") from error
    except OSError as error:
        raise SourceError(
            f"cannot be written: {error.strerror}", where=str(file), hint="nothing was changed"
        ) from error


def _remove(made: Iterable[Path]) -> None:
    for path in made:
        try:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
        except OSError:  # Somebody else has put something there meanwhile.
            continue
