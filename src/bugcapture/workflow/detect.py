"""Which test frameworks a project uses, read from its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.behave.scaffold import BehaveScaffold
from bugcapture.core.errors import SourceError
from bugcapture.project.files import find_files, read_bytes
from bugcapture.pytest.scaffold import PytestScaffold
from bugcapture.robot.scaffold import RobotScaffold
from bugcapture.workflow.sources import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bugcapture.core.scaffold import Scaffold

SCAFFOLDS: Final[tuple[Scaffold, ...]] = (BehaveScaffold(), RobotScaffold(), PytestScaffold())


@dataclass(frozen=True, slots=True)
class Usage:
    """What a project has of one framework.

    Attributes:
        scaffold: The framework's room.
        files: Its test files, absolute.
        used: Whether the project uses it.
        tests: How many tests the files hold, roughly.
    """

    scaffold: Scaffold
    files: tuple[Path, ...]
    used: bool
    tests: int


def find_usages(root: Path) -> dict[str, Usage]:
    """What a project has of each framework, by its name.

    Args:
        root: The project's folder, absolute.
    """
    files = find_files([root], tuple(suffix for dialect in DIALECTS for suffix in dialect.suffixes))
    found = {
        dialect.name: [
            file for file in files if file.name.endswith(dialect.suffixes) and dialect.is_test_file(file)
        ]
        for dialect in DIALECTS
    }
    bound = _bound(found["behave"], files)
    found["behave"] = [file for file in found["behave"] if file.resolve() not in bound]
    return {
        scaffold.name: Usage(
            scaffold=scaffold,
            files=tuple(found[scaffold.name]),
            used=scaffold.is_used(found[scaffold.name], root),
            tests=_count_tests(scaffold, found[scaffold.name]),
        )
        for scaffold in SCAFFOLDS
    }


def _bound(features: Iterable[Path], files: Iterable[Path]) -> set[Path]:
    """The feature files that pytest-bdd runs."""
    if not any(features):
        return set()
    from bugcapture.pytest.bdd_source import bound_features  # noqa: PLC0415 - only where there are feature files

    return {file.resolve() for file in bound_features(file for file in files if file.suffix == ".py")}


def _count_tests(scaffold: Scaffold, files: Iterable[Path]) -> int:
    count = 0
    for file in files:
        try:
            count += scaffold.count_tests(read_bytes(file).decode("utf-8", "replace"))
        except SourceError:  # `bugcapture check` tells about it.
            continue
    return count
