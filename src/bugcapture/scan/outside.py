"""Findings in what pytest does not collect by itself: what it does harms no run that nobody asks for."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.pytest.settings import find_settings
from bugcapture.scan.hazard import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.hazard import Hazard


def lower_outside(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """The same findings; those in what pytest does not collect are less bad.

    These are modules outside of its ``testpaths``, and all but the tests of modules that it takes for no test
    modules by their names: helpers, which nobody may import. The settings are those that pytest takes in the
    module's own folder: in a repository of several projects each has its own. Conftest files keep what they have.

    Args:
        root: The project's folder.
        hazards: Findings with paths below it.
    """
    is_outside = cache(_is_outside)
    return lowered(hazards, lambda one: is_outside(root / one.path, is_test=_is_of_test(one)))


def _is_of_test(hazard: Hazard) -> bool:
    return hazard.symbol.rpartition(".")[2].startswith("test")


def _is_outside(file: Path, *, is_test: bool) -> bool:
    file = Path(os.path.normpath(file))  # It may lie outside of the project.
    if file.name == "conftest.py":
        return False
    settings = find_settings(file.parent)
    if not settings.is_test_file(file):
        return not is_test
    paths = settings.words("testpaths")
    if settings.file is None or not paths:
        return False
    place = file.relative_to(settings.file.parent).parts
    return not any(_may_hold(path, place) for path in paths)


def _may_hold(pattern: str, place: tuple[str, ...]) -> bool:
    """Whether one of ``testpaths`` may be a folder above a file, or the file."""
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if not parts or pattern.startswith("/") or not {"..", "**"}.isdisjoint(parts):
        return True
    return len(parts) <= len(place) and all(map(fnmatchcase, place, parts))
