"""Test modules that pytest does not collect by itself: what they do harms no run that nobody asks for."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bugcapture.pytest.settings import find_settings
from bugcapture.scan.hazard import Hazard, Level

if TYPE_CHECKING:
    from collections.abc import Iterable


def lower_outside(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """The same findings; those in modules outside of pytest's ``testpaths`` are at most medium.

    The settings are those that pytest takes in the module's own folder: in a repository of several projects each
    has its own. Helpers and conftest files may be imported from anywhere, and keep what they have.

    Args:
        root: The project's folder.
        hazards: Findings with paths below it.
    """
    is_outside = cache(_is_outside)
    return [
        replace(one, level=Level.MEDIUM)
        if one.level.rank < Level.MEDIUM.rank and is_outside(root / one.path)
        else one
        for one in hazards
    ]


def _is_outside(file: Path) -> bool:
    file = Path(os.path.normpath(file))  # It may lie outside of the project.
    settings = find_settings(file.parent)
    paths = settings.words("testpaths")
    if settings.file is None or not paths or not settings.is_test_file(file):
        return False
    place = file.relative_to(settings.file.parent).parts
    return not any(_may_hold(path, place) for path in paths)


def _may_hold(pattern: str, place: tuple[str, ...]) -> bool:
    """Whether one of ``testpaths`` may be a folder above a file, or the file."""
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if not parts or pattern.startswith("/") or not {"..", "**"}.isdisjoint(parts):
        return True
    return len(parts) <= len(place) and all(map(fnmatchcase, place, parts))
