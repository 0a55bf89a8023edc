"""What every test framework's room offers to the workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.finding import Finding
    from bugcapture.core.tags import TagPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Tests that one process of their framework can run together.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        folder: The folder in which the process is started, absolute.
        captures: Captured tests; their paths are seen from the working directory of this process.
        beside: Captured tests that run with them although nobody asked: other parameters of a Python function.
        files: Instead of captured tests: test files to run as a whole, their paths seen from the same folder.
        entry: What else tells the launch from others of the folder, such as the top of a suite.
        trial: Whether it is part of a trial (`bugcapture.project.trial`), in which the adapter is loaded
            whatever the project says.
    """

    framework: str
    folder: Path
    captures: tuple[Capture, ...] = ()
    beside: tuple[Capture, ...] = ()
    files: tuple[str, ...] = ()
    entry: str = ""
    trial: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The test files, each once."""
        return self.files or tuple(dict.fromkeys(capture.path for capture in self.captures))


class Source(Protocol):
    """One test file that holds captures, or could not be read."""

    @property
    def file(self) -> Path:
        """The file."""
        ...

    @property
    def path(self) -> str:
        """The file as reports name it."""
        ...

    @property
    def content(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def readable(self) -> bool:
        """Whether the framework could read it."""
        ...

    @property
    def captures(self) -> list[Capture]:
        """The tests that carry bug numbers or the switch."""
        ...

    def check(self, policy: TagPolicy) -> list[Finding]:
        """All problems of the file."""
        ...

    def remove_switch(self, lines: Iterable[int]) -> bytes:
        """The content without the switch on some lines, every other byte as it was."""
        ...


class Dialect(Protocol):
    """One test framework, read from its sources; nothing of a project is imported or executed."""

    @property
    def name(self) -> str:
        """``behave``, ``robot`` or ``pytest``."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of its test files."""
        ...

    def is_test_file(self, file: Path) -> bool:
        """Whether the framework takes a file with one of the endings for a test file."""
        ...

    def read_source(self, file: Path, path: str) -> Source | None:
        """Read one test file; None when it holds nothing of ours."""
        ...

    def normal_tag(self, tag: str) -> str:
        """A tag as the framework compares it with others; two that are the same to it give the same text."""
        ...

    def check_wiring(self, captures: Sequence[Capture], root: Path, *, assume_installed: bool) -> list[Finding]:
        """Whether captured tests will be judged at all."""
        ...

    def plan_launches(self, captures: Sequence[Capture], root: Path) -> list[Launch]:
        """Group captured tests by what one process can run; ``root`` is the project's folder, absolute."""
        ...

    def plan_files(self, files: Sequence[str], root: Path) -> list[Launch]:
        """Group whole test files by what one process can run; ``root`` is the project's folder, absolute."""
        ...

    def write_command(self, launch: Launch, scratch: Path) -> list[str]:
        """What follows the interpreter in the command that runs exactly the tests of a launch.

        Args:
            launch: The tests, or some of a planned launch.
            scratch: A folder for whatever the process writes besides its output.
        """
        ...
