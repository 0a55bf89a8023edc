"""Fixtures that no test asks for: they are never called."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.project.files import find_files, read_bytes
from bugcapture.scan.hazard import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bugcapture.scan.hazard import Hazard

# The names of fixtures that a file says, and those of the modules.
_Said = dict["Path", tuple[frozenset[bytes], frozenset[bytes]]]


def lower_unasked(root: Path, hazards: Sequence[Hazard]) -> list[Hazard]:
    """The same findings; those in fixtures that nothing in any file asks for are less bad.

    Args:
        root: The project's folder.
        hazards: Findings with paths below it.
    """
    in_fixtures = [one for one in hazards if one.fixtures]

    @cache
    def said() -> _Said:
        names = {name.encode() for one in in_fixtures for name in one.fixtures}
        files = [root / one.path for one in in_fixtures]
        # What was asked for may lie outside of the project.
        folders = {root, *(file.parent for file in files if not file.is_relative_to(root))}
        return _read_all(sorted(folders), names, {file.stem.encode() for file in files})

    return lowered(hazards, lambda one: bool(one.fixtures) and _is_unasked(root / one.path, one.fixtures, said()))


def _is_unasked(file: Path, fixtures: tuple[str, ...], said: _Said) -> bool:
    """Whether no other file does: one below a conftest file, or one that imports from another module."""
    asked = {name.encode() for name in fixtures}
    is_conftest = file.name == "conftest.py"
    return not any(
        other != file
        and not names.isdisjoint(asked)
        and (other.is_relative_to(file.parent) if is_conftest else file.stem.encode() in modules)
        for other, (names, modules) in said.items()
    )


def _read_all(folders: Iterable[Path], names: Iterable[bytes], modules: Iterable[bytes]) -> _Said:
    asks = re.compile(rb"\b(?:%b)\b" % b"|".join(map(re.escape, sorted(names))))
    said: _Said = {}
    for file in find_files(folders, (".py",)):
        content = _read(file)
        if found := frozenset(asks.findall(content)):
            said[file] = found, frozenset(module for module in modules if module in content)
    return said


def _read(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except SourceError:
        return b""
