"""Which Python files are tests, and which are the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.files import find_files
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

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
        ConfigurationError: If a path does not exist or holds no test, or a setting matches nothing.
    """
    everything = _find(root, root)
    kept = {name: file for name, file in everything.items() if not _matches(name, settings.exclude)}
    tests = {name: file for name, file in kept.items() if is_test(name, settings)}
    program = {name: file for name, file in kept.items() if name not in tests and _below(name, settings.source)}
    conftests = {name: file for name, file in tests.items() if name.rpartition("/")[2] == "conftest.py"}
    if paths:
        chosen = _choose(root, settings, paths)
        tests = {name: file for name, file in chosen.items() if not _matches(name, settings.exclude)}
    else:
        _refuse_nothing(everything, tests, settings)
    return Sources(_without_links(tests), program, conftests)


def _find(top: Path, root: Path) -> dict[str, Path]:
    """The Python files of a folder, by their paths below the root."""
    found: dict[str, Path] = {}
    folders: dict[Path, str] = {}
    for file in find_files([top], (".py",)):
        folder = file.parent
        above = folders.get(folder)
        if above is None:
            above = folders[folder] = relative_path(folder, root)
        found[file.name if above == "." else f"{above.rstrip('/')}/{file.name}"] = file
    return found


def _refuse_nothing(everything: Iterable[str], tests: Iterable[str], settings: ScanSettings) -> None:
    """A setting that matches nothing would let every scan be green."""
    names = list(everything)
    for setting, folders in (("tests", settings.tests), ("source", settings.source)):
        for folder in folders:
            if not any(_is_below(name, folder) for name in names):
                where = f"[tool.bugcapture.scan] {setting}"
                raise ConfigurationError(f"{printable(repr(folder))} holds no Python file", where=where)
    if settings.exclude and not tests and any(is_test(name, settings) for name in names):
        raise ConfigurationError("leaves no test file", where="[tool.bugcapture.scan] exclude")


def _without_links(tests: dict[str, Path]) -> dict[str, Path]:
    """The files without links to others of them."""
    links = {name for name, file in tests.items() if file.is_symlink()}
    if not links:
        return tests
    real = {file.resolve() for name, file in tests.items() if name not in links}
    kept: dict[str, Path] = {}
    for name, file in tests.items():
        target = file.resolve() if name in links else None
        if target is None or target not in real:
            kept[name] = file
            real |= {target} if target is not None else set()
    return kept


def is_test(name: str, settings: ScanSettings) -> bool:
    """Whether a file holds tests, or helps them.

    Args:
        name: Its path below the root.
        settings: What the project sets.
    """
    if settings.tests:
        return any(_is_below(name, folder) for folder in settings.tests)
    *folders, last = name.split("/")
    return _TEST_FILE.fullmatch(last) is not None or not _TEST_FOLDERS.isdisjoint(folders)


def _choose(root: Path, settings: ScanSettings, paths: Iterable[Path]) -> dict[str, Path]:
    chosen: dict[str, Path] = {}
    for path in paths:
        if path.is_file():
            if path.suffix != ".py":
                raise ConfigurationError("is no Python file", where=printable(str(path)))
            chosen[relative_path(path, root)] = path
        else:
            tests = {name: file for name, file in _find(path, root).items() if is_test(name, settings)}
            if not tests:
                hint = "a single file is scanned whatever it is called"
                raise ConfigurationError("holds no test file", where=printable(str(path)), hint=hint)
            chosen |= tests
    return dict(sorted(chosen.items()))


def _below(name: str, folders: Sequence[str]) -> bool:
    return not folders or any(_is_below(name, folder) for folder in folders)


def _is_below(name: str, folder: str) -> bool:
    folder = folder.strip("/").removeprefix("./")
    return folder in {"", "."} or name == folder or name.startswith(f"{folder}/")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) or _is_below(name, pattern) for pattern in patterns)


def codes_for(name: str, per_path: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a setting by paths says of a file.

    Args:
        name: Its path below the root.
        per_path: The beginnings of codes, by shell pattern or folder.
    """
    return tuple(code for pattern, codes in per_path.items() if _matches(name, [pattern]) for code in codes)
