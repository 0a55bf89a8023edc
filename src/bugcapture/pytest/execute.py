"""Turn tests into pytest's own command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.dialect import Launch
from bugcapture.project.files import find_files
from bugcapture.pytest.bdd_source import bound_features
from bugcapture.pytest.settings import find_settings
from bugcapture.pytest.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.core.capture import Capture

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini")
# The configuration may leave some out, or stop at the first; whoever asks for a captured test gets it.
_ALL_CAPTURES = ("-m", "tdd_bug or tdd_issue", "-k", "", "--maxfail=0")
_ALL_TESTS = ("-m", "", "-k", "", "--maxfail=0", "--continue-on-collection-errors")


def plan_launches(captures: Sequence[Capture], root: Path) -> list[Launch]:
    """Group tests by the folder in which pytest is started and by the configuration that it takes for them.

    Args:
        captures: Captured tests; paths are seen from the working directory.
        root: The project's folder, absolute.
    """
    groups: dict[tuple[Path, str], list[Capture]] = {}
    for capture in captures:
        groups.setdefault(_place(capture.path, root), []).append(capture)
    return [
        Launch(
            framework="pytest", folder=start, captures=tuple(tests), beside=tuple(_beside(tests)), entry=settings
        )
        for (start, settings), tests in groups.items()
    ]


def plan_files(files: Sequence[str], root: Path) -> list[Launch]:
    """Group whole test files in the same way.

    Args:
        files: Test files, seen from the working directory; feature files run with the modules that bind them.
        root: The project's folder, absolute.
    """
    groups: dict[tuple[Path, str], list[str]] = {}
    for file in files:
        groups.setdefault(_place(file, root), []).append(file)
    return [
        Launch(framework="pytest", folder=start, files=tuple(own), entry=settings)
        for (start, settings), own in groups.items()
    ]


def write_command(launch: Launch, scratch: Path) -> list[str]:
    """What follows the interpreter to run these tests, or all of these files.

    A file of which all captured tests are wanted is named as a whole, else its tests are named by their node
    ids. A file that pytest could not be told by its name runs with its folder. Captured tests of other bugs that
    share a function with a wanted one run as well. A feature file runs through the test files that bind it with
    pytest-bdd.

    Args:
        launch: The tests.
        scratch: A folder for pytest's cache and report, so that those of the project stay as they are.
    """
    files: dict[str, list[Capture]] = {file: [] for file in launch.files}
    for capture in launch.captures:
        files.setdefault(capture.path, []).append(capture)
    arguments: dict[str, None] = {}
    features: list[Path] = []
    for path, tests in files.items():
        if path.endswith(".feature"):
            features.append(Path(os.path.abspath(path)))  # noqa: PTH100
            continue
        shown = _argument(path, launch.folder)
        if "[" in shown:  # pytest takes it for the beginning of a parameter, wherever it stands.
            arguments[_above_bracket(shown)] = None
            continue
        names = [] if not tests or _is_all(path, tests) else [f"::{test.name}" for test in tests]
        arguments |= dict.fromkeys(f"{shown}{name}" for name in names or [""])
    if features:
        binders = [_argument(str(file), launch.folder) for file in _binders(features, launch.folder)]
        arguments |= dict.fromkeys(_above_bracket(file) if "[" in file else file for file in binders)
    options = [
        "-p",
        "bugcapture.pytest",
        "-o",
        f"cache_dir={scratch / 'cache'}",
        f"--junitxml={scratch / 'junit.xml'}",
    ]
    return ["-m", "pytest", *options, *(_ALL_TESTS if launch.files else _ALL_CAPTURES), *arguments]


def _place(path: str, root: Path) -> tuple[Path, str]:
    """Where pytest is started for a file, and the configuration that it takes."""
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - symbolic links stay as they are
    return _find_start(folder, root), str(find_settings(folder).file or "")


def _find_start(folder: Path, root: Path) -> Path:
    """The folder of the nearest project: modules are found from there."""
    places = (place for place in (folder, *folder.parents) if place.is_relative_to(root))
    return next((place for place in places if any((place / name).is_file() for name in _PROJECT_FILES)), root)


def _beside(tests: Sequence[Capture]) -> Iterator[Capture]:
    """Captured parameters of the same functions that are not among these tests."""
    wanted, functions = set(tests), {(test.path, test.line, test.name) for test in tests}
    for path in dict.fromkeys(test.path for test in tests if test.path.endswith(".py")):
        source = read_source(Path(path), path)
        for test in source.captures if source else ():
            if test not in wanted and (path, test.line, test.name) in functions:
                yield test


def _is_all(path: str, tests: Iterable[Capture]) -> bool:
    """Whether these are all captured tests of a file."""
    source = read_source(Path(path), path)
    wanted = {(test.line, test.name, test.tags) for test in tests}
    return source is not None and all((test.line, test.name, test.tags) in wanted for test in source.captures)


def _binders(features: Iterable[Path], folder: Path) -> list[Path]:
    """The test files that bind some of these feature files."""
    wanted = {file.resolve() for file in features}
    return [
        file
        for file in find_files([folder], (".py",))
        if not wanted.isdisjoint(feature.resolve() for feature in bound_features([file]))
    ]


def _argument(path: str, folder: Path) -> str:
    shown = Path(os.path.relpath(path, folder)).as_posix()
    return f"./{shown}" if shown.startswith(("-", "@")) else shown


def _above_bracket(shown: str) -> str:
    """The nearest folder of a path that can be told to pytest by its name."""
    return shown.partition("[")[0].rpartition("/")[0] or "."
