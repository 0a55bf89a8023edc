"""Fixtures that no test asks for: they are never called."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bugcapture.core.errors import SourceError
from bugcapture.project.files import find_files, read_bytes
from bugcapture.scan.hazard import Hazard, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def lower_unasked(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """The same findings; those in fixtures whose names stand nowhere else are at most medium.

    Args:
        root: The project's folder.
        hazards: Findings with paths below it.
    """
    is_unasked = cache(_is_unasked)
    return [
        replace(one, level=Level.MEDIUM)
        if one.fixture and one.level.rank < Level.MEDIUM.rank and is_unasked(root, root / one.path, one.fixture)
        else one
        for one in hazards
    ]


def _is_unasked(root: Path, file: Path, fixture: str) -> bool:
    word = re.compile(rb"\b%b\b" % re.escape(fixture.encode()))
    mentions = 0
    for content in _contents(root, file):
        mentions += len(word.findall(content))
        if mentions != 1:  # Its own.
            return False
    return True


def _contents(root: Path, file: Path) -> Iterator[bytes]:
    """What the files hold that may ask for a fixture of a file, which itself comes first."""
    yield _read(file)
    # Below a conftest file are those that may; what another module holds may be imported from anywhere.
    top = file.parent if file.name == "conftest.py" else root
    for other in find_files([top], (".py",)):
        if other != file:
            yield _read(other)


def _read(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except SourceError:
        return b""
