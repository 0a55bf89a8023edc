"""Turn tests into Behave's own command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.settings import find_start, read_settings
from bugcapture.core.dialect import Launch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bugcapture.core.capture import Capture

# Every test with a number carries its family. Behave's configuration may leave some of them out; whoever asks
# for a captured test gets it.
_ALL_CAPTURES = "@tdd_bug or @tdd_issue"
# Whatever the configuration leaves out.
_ALL_TESTS = "not @bugcapture_no_test"


def plan_launches(captures: Sequence[Capture], root: Path) -> list[Launch]:
    """Group scenarios by the folder in which Behave is started and the steps that it loads for them.

    Args:
        captures: Captured scenarios; paths are seen from the working directory.
        root: The project's folder, absolute.
    """
    places = _places((capture.path for capture in captures), root)
    groups: dict[tuple[Path, str], list[Capture]] = {}
    for capture in captures:
        groups.setdefault(places[capture.path], []).append(capture)
    return [
        Launch(framework="behave", folder=start, captures=tuple(tests), entry=base)
        for (start, base), tests in groups.items()
    ]


def plan_files(files: Sequence[str], root: Path) -> list[Launch]:
    """Group whole feature files in the same way.

    Args:
        files: Feature files, seen from the working directory.
        root: The project's folder, absolute.
    """
    groups: dict[tuple[Path, str], list[str]] = {}
    for file, place in _places(files, root).items():
        groups.setdefault(place, []).append(file)
    return [
        Launch(framework="behave", folder=start, files=tuple(own), entry=base)
        for (start, base), own in groups.items()
    ]


def write_command(launch: Launch, scratch: Path) -> list[str]:
    """What follows the interpreter to run exactly these scenarios and rows, each by its line, or these files.

    Args:
        launch: The scenarios, or the files.
        scratch: Not used; Behave writes nothing but its output.
    """
    del scratch
    module = "bugcapture.behave" if launch.trial else "behave"
    files = [_argument(file, launch.folder) for file in launch.files]
    locations = [f"{_argument(capture.path, launch.folder)}:{capture.line}" for capture in launch.captures]
    tags = _ALL_TESTS if files else _ALL_CAPTURES
    return ["-m", module, "--no-junit", f"--tags={tags}", *dict.fromkeys((*files, *locations))]


def _places(files: Iterable[str], root: Path) -> dict[str, tuple[Path, str]]:
    """For each feature file where Behave is started, and the folder whose steps it loads."""
    prefixes: dict[Path, str] = {}
    places = {}
    for file in dict.fromkeys(files):
        folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 - symbolic links stay as they are
        start = find_start(folder, root)
        if start not in prefixes:
            stage = read_settings(start)[0].get("stage")
            prefixes[start] = f"{stage.value}_" if stage else ""
        places[file] = (start, _find_base(folder, prefixes[start]))
    return places


def _find_base(folder: Path, prefix: str) -> str:
    """The folder whose steps and environment Behave loads when it is given a file of another folder."""
    for place in (folder, *folder.parents):
        if (place / f"{prefix}steps").is_dir() or (place / f"{prefix}environment.py").is_file():
            return str(place)
    return ""


def _argument(path: str, folder: Path) -> str:
    shown = Path(os.path.relpath(path, folder)).as_posix()
    return f"./{shown}" if shown.startswith(("-", "@")) else shown
