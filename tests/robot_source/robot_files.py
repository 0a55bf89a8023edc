"""A project of Robot files on disk, read as `bugcapture check` and `bugcapture graduate` read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from bugcapture.core.tags import TagPolicy
from bugcapture.project.files import find_files
from bugcapture.robot.dialect import RobotDialect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Dialect, Source
    from bugcapture.core.finding import Finding

ROBOT: Dialect = RobotDialect()


@dataclass(frozen=True)
class RobotProject:
    """A project in a folder of its own, which is the working directory."""

    folder: Path

    def __post_init__(self) -> None:
        self.write("pyproject.toml", "")

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file; text is dedented, bytes are taken as they are."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = dedent(content).lstrip("\n").encode()
        file.write_bytes(content)
        return file

    @property
    def sources(self) -> list[Source]:
        """All files that hold something of ours."""
        files = find_files([Path()], ROBOT.suffixes)
        return [source for file in files if (source := ROBOT.read_source(file, file.as_posix()))]

    @property
    def captures(self) -> list[Capture]:
        """All captured tests."""
        return [capture for source in self.sources for capture in source.captures]

    def check(self, policy: TagPolicy | None = None) -> list[Finding]:
        """All findings of all files."""
        policy = policy or TagPolicy()
        return sorted({finding for source in self.sources for finding in source.check(policy)})

    def places(self, policy: TagPolicy | None = None) -> list[str]:
        """The findings as ``path:line RULE``."""
        return [f"{finding.where} {finding.rule}" for finding in self.check(policy)]

    def source(self, name: str) -> Source:
        """One file, which must hold something of ours."""
        source = ROBOT.read_source(self.folder / name, name)
        assert source is not None
        return source

    def cut(self, name: str, lines: Iterable[int] = ()) -> bytes:
        """A file without the switch on some lines; on all lines of its captures when none are given."""
        source = self.source(name)
        sites = {site.line for capture in source.captures for site in capture.switches if site.path == name}
        return source.remove_switch(lines or sites)
