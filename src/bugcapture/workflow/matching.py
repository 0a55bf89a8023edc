"""Which evidence is about which captured test."""

from __future__ import annotations

import os
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.evidence import split_location
from bugcapture.core.text import well_formed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.capture import Capture
    from bugcapture.core.evidence import Evidence


class Matcher:
    """Looks up the records that are about a test.

    Args:
        root: The project's folder, from which records name their files.
        records: The records.
    """

    def __init__(self, root: Path, records: Iterable[Evidence]) -> None:
        self._start = Path.cwd()
        self._at: defaultdict[tuple[str, int], list[Evidence]] = defaultdict(list)
        self._named: defaultdict[tuple[str, str], list[Evidence]] = defaultdict(list)
        self._in_class: defaultdict[str, list[Evidence]] = defaultdict(list)
        for record in records:
            path, line = split_location(record.location)
            place = locate(path, root)
            name = base_name(record.name, place)
            self._at[place, line].append(record)
            self._named[place, name].append(record)
            if record.framework == "pytest":
                for end in _class_ends(name):
                    self._in_class[name[:end]].append(record)

    def about(self, capture: Capture) -> list[Evidence]:
        """The records of one captured test; a record names all bugs of its test."""
        ids = set(capture.tags.ids)
        return [record for record in self.at(capture) if ids <= set(record.ids)]

    def at(self, capture: Capture) -> list[Evidence]:
        """The records of all tests that share a captured test's place and name, whatever their bugs."""
        place, name = locate(capture.path, self._start), well_formed(capture.name)
        found = [record for record in self._at.get((place, capture.line), ()) if _has_name(record, capture, name)]
        if not found and capture.framework == "pytest":  # A class that inherits tests, perhaps of another file.
            ids = set(capture.tags.ids)
            found = [record for record in self._in_class.get(name, ()) if ids <= set(record.ids)]
        return found

    def elsewhere(self, capture: Capture) -> list[Evidence]:
        """The records of a test of the same name on another line of the same file."""
        return self._named.get((locate(capture.path, self._start), well_formed(capture.name)), [])


def group_by_test(captures: Iterable[Capture]) -> dict[tuple[str, int, str], list[Capture]]:
    """The captures by their tests: the marked parameters of one pytest function share its name and line.

    Args:
        captures: Captures of any files.
    """
    groups: dict[tuple[str, int, str], list[Capture]] = {}
    for capture in captures:
        groups.setdefault((capture.path, capture.line, capture.name), []).append(capture)
    return groups


@lru_cache(maxsize=65536)
def locate(path: str, start: Path) -> str:
    """One name for a file, however many linked folders lead to it.

    Args:
        path: A path with forward slashes.
        start: The folder that a relative path is meant from.
    """
    # Records name files that are no UTF-8 with visible escapes; so must the sources' side.
    folder, name = os.path.split(os.path.join(start, well_formed(path).replace("\0", "\\0")))  # noqa: PTH118
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118


def base_name(name: str, path: str) -> str:
    """A test's name without the parameters of a Python test: ``TestX::test_a`` of ``TestX::test_a[1]``.

    Args:
        name: The name.
        path: The test's file.
    """
    return name.partition("[")[0] if path.endswith(".py") else name


def _class_ends(name: str) -> list[int]:
    return [position for position in range(len(name)) if name.startswith("::", position)]


def _has_name(record: Evidence, capture: Capture, name: str) -> bool:
    if base_name(record.name, capture.path) == name:
        return True
    # Robot Framework fills in variables in the names of tests.
    return capture.framework == "robot" and "{" in name
