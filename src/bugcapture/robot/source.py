"""Read Robot files without running anything of the project.

Robot's own parser reads them, so a check says what a run would say. Files without a tag of ours are
recognised from their text alone, and Robot is not even loaded for them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import Finding
from bugcapture.project.config import find_project
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.robot.leaf import read_level, to_capture, walk_leaves
from bugcapture.robot.parse import BOM, FileKind, RobotFile, decode, kind_of, parse_text
from bugcapture.robot.prefilter import init_in, may_hold_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.capture import Capture
    from bugcapture.core.tags import TagPolicy
    from bugcapture.robot.leaf import SuiteLevel


@dataclass(frozen=True, slots=True)
class RobotSource:
    """One Robot file that holds or inherits a tag of ours, or could not be read.

    Attributes:
        file: The file.
        path: The file as reports name it.
        content: Its bytes.
        parsed: The parsed file; None when it cannot be parsed.
        levels: What its tests get from the file itself and from the suites around it, nearest first.
        findings: Why it, or a suite initialisation file above it, cannot be read.
    """

    file: Path
    path: str
    content: bytes = b""
    parsed: RobotFile | None = None
    levels: tuple[SuiteLevel, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def readable(self) -> bool:
        """Whether Robot can parse it."""
        return self.parsed is not None

    @property
    def captures(self) -> list[Capture]:
        """The tests that carry bug numbers or the switch."""
        if self.parsed is None:
            return []
        captures = [to_capture(leaf) for leaf in walk_leaves(self.parsed, self.levels)]
        return [capture for capture in captures if capture.tags.captured]

    def check(self, policy: TagPolicy) -> list[Finding]:
        """All problems of the file: unreadable, bad tags, tags of no test, bad declarations."""
        if self.parsed is None:
            return list(self.findings)
        from bugcapture.robot.policy import check_suite  # noqa: PLC0415 - seldom

        return [*self.findings, *check_suite(self.parsed, self.levels, policy)]

    def remove_switch(self, lines: Iterable[int]) -> bytes:
        """The content without the switch on some lines, every other byte as it was.

        Raises:
            RefusedError: If the tag cannot be cut out, or the file would mean something else without it.
        """
        from bugcapture.robot.graduate import cut_switch  # noqa: PLC0415 - seldom

        if self.parsed is None:
            raise AssertionError("unreachable")
        mark = BOM if self.content.startswith(BOM.encode()) else ""
        return (mark + cut_switch(self.parsed, lines)).encode("utf-8")


def read_source(
    file: Path, path: str, languages: tuple[Any, ...] = (), *, every: bool = False
) -> RobotSource | None:
    """Read one Robot file.

    Args:
        file: The file.
        path: The file as reports shall name it.
        languages: Robot's ``Language`` objects of the run, beside those that the file names.
        every: Whether a file is parsed that holds nothing of ours.

    Returns:
        The file; None when no tag in it, or in the suite initialisation files above it, is ours or looks
        like it.

    Raises:
        SourceError: If the file cannot be read at all.
    """
    content = read_bytes(file)
    kind = kind_of(file.name)
    text, problem = decode(content, path)
    if problem is not None:
        return RobotSource(file, path, content, findings=(problem,))
    inits = _read_inits(file) if kind is FileKind.SUITE else []
    findings = [problem for _, _, problem in inits if problem is not None]
    if not every and not any(map(may_hold_tags, (text, *(above for _, above, _ in inits)))):
        return RobotSource(file, path, content, findings=tuple(findings)) if findings else None
    parsed, problem = parse_text(text, path, kind, languages)
    levels = []
    for init, above, unread in inits:
        level, unparsed = _parse_init(init, above, languages) if unread is None else (None, None)
        levels += [level] if level else []
        findings += [unparsed] if unparsed else []
    if parsed is None:
        return RobotSource(file, path, content, findings=(*findings, *filter(None, [problem])))
    return RobotSource(file, path, content, parsed, (read_level(parsed), *levels), tuple(findings))


def _read_inits(file: Path) -> list[tuple[str, str, Finding | None]]:
    """Path, text and problem of the suite initialisation files above a file, nearest first."""
    inits: list[tuple[str, str, Finding | None]] = []
    for init in _inits_above(Path(os.path.abspath(file)).parent):  # noqa: PTH100 - links stay as they are
        path = relative_path(init)
        try:
            inits.append((path, *decode(read_bytes(init), path)))
        except SourceError as error:
            inits.append((path, "", Finding(path, 0, "P1", error.message)))
    return inits


@lru_cache(maxsize=256)
def _parse_init(path: str, text: str, languages: tuple[Any, ...]) -> tuple[SuiteLevel | None, Finding | None]:
    parsed, problem = parse_text(text, path, FileKind.INIT, languages)
    return (read_level(parsed) if parsed else None), problem


def _inits_above(folder: Path) -> list[Path]:
    """The suite initialisation files that count for tests in a folder, nearest first.

    Robot reads those of the folder that it is started with and of all folders below. A check does not know
    that folder, so it takes the project's, or outside any project the highest of an unbroken row of folders
    with such files.
    """
    inits = [(above, init) for above in (folder, *folder.parents) if (init := init_in(above))]
    if not inits:
        return []
    root = find_project(Path.cwd()).root
    if folder.is_relative_to(root):
        return [init for above, init in inits if above.is_relative_to(root)]
    row = zip((folder, *folder.parents), inits, strict=False)
    return [init for expected, (above, init) in row if expected == above]
