"""One process at a time."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def exclusive(folder: Path, *, required: bool = True) -> Iterator[None]:
    """While no other process of ours changes what is in a folder; nothing is left there.

    On Windows nobody waits for anybody.

    Args:
        folder: A folder that is there.
        required: Whether a file system without locks is an error; otherwise nobody waits there either.

    Yields:
        Nothing.

    Raises:
        OSError: If the folder cannot be opened, or not be locked where that is required.
    """
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            if required:
                raise
        yield
    finally:
        os.close(handle)
