"""How each test framework's room says what a project needs so that its captured tests are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.capture import Capture
from bugcapture.core.tags import SWITCH, TestTags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    # The content of a file as it would be with the changes made so far; None when there is none.
    Reader = Callable[[Path], bytes | None]


@dataclass(frozen=True, slots=True)
class Wiring:
    """One file that wires an adapter in.

    Attributes:
        file: The file, absolute.
        content: What it shall hold.
        reason: What for, printable.
    """

    file: Path
    content: bytes
    reason: str


def probes(framework: str, tests: Iterable[Path]) -> list[Capture]:
    """Captured tests as they might stand in the test files of a project, one for each folder.

    Args:
        framework: ``behave``, ``robot`` or ``pytest``.
        tests: Its test files, absolute.
    """
    first: dict[Path, Path] = {}
    for file in tests:
        first.setdefault(file.parent, file)
    return [probe(framework, file) for file in first.values()]


def probe(framework: str, file: Path, number: int = 1) -> Capture:
    """A captured test as it might stand in a file.

    Args:
        framework: ``behave``, ``robot`` or ``pytest``.
        file: The file.
        number: The bug.
    """
    return Capture(
        framework=framework,
        path=str(file),
        line=1,
        name="",
        tags=TestTags((number,), expected_fail=True),
        all_tags=("tdd_bug", f"tdd_bug_{number}", SWITCH),
    )
