"""Read a project's test files in all frameworks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.dialect import BehaveDialect
from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.finding import Finding
from bugcapture.project.files import find_files
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Dialect, Source

DIALECTS: tuple[Dialect, ...] = (BehaveDialect(),)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the test files say.

    Attributes:
        sources: Files that hold captures, or could not be parsed, with their dialect.
        unreadable: Findings for files that could not be read at all.
        files: How many test files were looked at.
    """

    sources: tuple[tuple[Dialect, Source], ...]
    unreadable: tuple[Finding, ...]
    files: int

    @property
    def captures(self) -> tuple[Capture, ...]:
        """All captured tests, in the order of their files and lines."""
        return tuple(capture for _, source in self.sources for capture in source.captures)


def read_inventory(paths: Sequence[str | Path]) -> Inventory:
    """Read test files.

    Args:
        paths: Files and folders; the working directory when there are none.

    Raises:
        ConfigurationError: If a path does not exist or is no test file.
    """
    suffixes = tuple(suffix for dialect in DIALECTS for suffix in dialect.suffixes)
    if "" in paths:  # An unset variable of a script, which `Path` takes for the working directory.
        raise ConfigurationError("a path is empty")
    files = find_files([Path(path) for path in paths] or [Path()], suffixes)
    sources: list[tuple[Dialect, Source]] = []
    unreadable: list[Finding] = []
    for file in files:
        dialect = next(dialect for dialect in DIALECTS if file.name.endswith(dialect.suffixes))
        path = relative_path(file)
        try:
            source = dialect.read_source(file, path)
        except SourceError as error:
            unreadable.append(Finding(path, 0, "P1", error.message))
            continue
        if source is not None:
            sources.append((dialect, source))
    return Inventory(tuple(sources), tuple(unreadable), len(files))


def captures_by_bug(captures: Iterable[Capture]) -> dict[int, list[Capture]]:
    """The tests of each bug, by ascending number."""
    bugs: dict[int, list[Capture]] = {}
    for capture in captures:
        for number in capture.tags.ids:
            bugs.setdefault(number, []).append(capture)
    return dict(sorted(bugs.items()))
