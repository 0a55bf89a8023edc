"""Fixtures that no test asks for: they are never called."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.project.files import find_files, read_bytes
from bugcapture.scan.hazard import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bugcapture.scan.hazard import Hazard


def lower_unasked(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """The same findings; those in fixtures that nothing in any file asks for are less bad.

    Args:
        root: The project's folder.
        hazards: Findings with paths below it.
    """
    read = cache(_read)
    modules = cache(lambda folder: find_files([folder], (".py",)))

    @cache
    def is_unasked(file: Path, fixtures: tuple[str, ...]) -> bool:
        """Whether no other file does: one below a conftest file, or one that imports from another module."""
        asks = re.compile(rb"\b(?:%b)\b" % b"|".join(re.escape(name.encode()) for name in fixtures))
        is_conftest = file.name == "conftest.py"
        module = b"" if is_conftest else file.stem.encode()
        others = (other for other in modules(file.parent if is_conftest else root) if other != file)
        return not any(module in content and asks.search(content) for content in map(read, others))

    return lowered(hazards, lambda one: bool(one.fixtures) and is_unasked(root / one.path, one.fixtures))


def _read(file: Path) -> bytes:
    try:
        return read_bytes(file)
    except SourceError:
        return b""
