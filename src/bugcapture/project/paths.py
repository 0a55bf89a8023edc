"""Paths as reports name them."""

from __future__ import annotations

import os
from pathlib import Path


def relative_path(
    path: str | os.PathLike[str], start: Path | None = None, *, seen_from: Path | None = None
) -> str:
    """A path seen from a folder, with forward slashes.

    Args:
        path: Any path, absolute or seen from the working directory.
        start: The folder to see it from; None for the working directory.
        seen_from: The folder that a relative path is meant from; None for the working directory. A test
            may have changed that since.

    Returns:
        The relative path when the file lies below the folder, else the absolute one.
    """
    placed = path if seen_from is None else seen_from / path
    absolute = Path(os.path.abspath(placed))  # noqa: PTH100 - symbolic links stay as the user wrote them
    base = Path(os.path.abspath(start or seen_from or "."))  # noqa: PTH100
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()
