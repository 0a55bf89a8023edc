"""Which Python files are tests, and which are the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.files import find_files
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bugcapture.project.config import ScanSettings

_TEST_FILE: Final = re.compile(r"test_.*\.py|.*_tests?\.py|tests?\.py|conftest\.py")
_TEST_FOLDERS: Final = frozenset({"test", "tests", "testing", "features", "steps"})


@dataclass(frozen=True, slots=True)
class Sources:
    """The Python files of a project, by their paths below its root.

    Attributes:
        tests: The files to scan.
        program: The files that tests are about.
        conftests: The conftest files of the project.
    """

    tests: dict[str, Path]
    program: dict[str, Path]
    conftests: dict[str, Path]


def find_sources(root: Path, settings: ScanSettings, paths: Sequence[Path] = ()) -> Sources:
    """Find the files of a project.

    Args:
        root: Its folder.
        settings: What it sets.
        paths: Files and folders to scan; none for all tests. A file is scanned whatever it is called.

    Raises:
        ConfigurationError: If a path does not exist.
    """
    everything = {relative_path(file, root): file for file in find_files([root], (".py",))}
    kept = {name: file for name, file in everything.items() if not _matches(name, settings.exclude)}
    tests = {name: file for name, file in kept.items() if is_test(name, settings)}
    program = {name: file for name, file in kept.items() if name not in tests and _below(name, settings.source)}
    conftests = {name: file for name, file in tests.items() if PurePosixPath(name).name == "conftest.py"}
    if paths:
        chosen = _choose(root, settings, paths)
        tests = {name: file for name, file in chosen.items() if not _matches(name, settings.exclude)}
    return Sources(tests, program, conftests)


def is_test(name: str, settings: ScanSettings) -> bool:
    """Whether a file holds tests, or helps them.

    Args:
        name: Its path below the root.
        settings: What the project sets.
    """
    if settings.tests:
        return any(_is_below(name, folder) for folder in settings.tests)
    path = PurePosixPath(name)
    return bool(_TEST_FILE.fullmatch(path.name)) or not _TEST_FOLDERS.isdisjoint(path.parts[:-1])


def _choose(root: Path, settings: ScanSettings, paths: Iterable[Path]) -> dict[str, Path]:
    chosen: dict[str, Path] = {}
    for path in paths:
        if path.is_file():
            if path.suffix != ".py":
                raise ConfigurationError("is no Python file", where=printable(str(path)))
            chosen[relative_path(path, root)] = path
        else:
            found = {relative_path(file, root): file for file in find_files([path], (".py",))}
            chosen |= {name: file for name, file in found.items() if is_test(name, settings)}
    return dict(sorted(chosen.items()))


def _below(name: str, folders: Sequence[str]) -> bool:
    return not folders or any(_is_below(name, folder) for folder in folders)


def _is_below(name: str, folder: str) -> bool:
    folder = folder.strip("/").removeprefix("./")
    return folder in {"", "."} or name == folder or name.startswith(f"{folder}/")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) or _is_below(name, pattern) for pattern in patterns)


def rules_for(name: str, settings: ScanSettings) -> tuple[str, ...]:
    """The beginnings of codes that are not asked in a file.

    Args:
        name: Its path below the root.
        settings: What the project sets.
    """
    return tuple(
        code for pattern, codes in settings.per_path_ignores.items() if _matches(name, [pattern]) for code in codes
    )
