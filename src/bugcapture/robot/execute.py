"""Turn tests into Robot Framework's own command line."""

from __future__ import annotations

import glob
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.dialect import Launch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.capture import Capture

_LISTENER = "bugcapture.robot.Listener"
_SELECTION = "bugcapture.robot.select.Selection"


def plan_launches(captures: Sequence[Capture], root: Path) -> list[Launch]:
    """Group tests by the top of their suite: settings of its initialisation files count for all tests below.

    Args:
        captures: Captured tests; paths are seen from the working directory.
        root: The project's folder, absolute; Robot is started there.
    """
    groups: dict[str, list[Capture]] = {}
    for capture in captures:
        groups.setdefault(_find_top(Path(os.path.abspath(capture.path)), root), []).append(capture)  # noqa: PTH100
    return [
        Launch(framework="robot", folder=root, captures=tuple(tests), entry=top) for top, tests in groups.items()
    ]


def plan_files(files: Sequence[str], root: Path) -> list[Launch]:
    """Group whole suite files in the same way.

    Args:
        files: Suite files, seen from the working directory.
        root: The project's folder, absolute.
    """
    groups: dict[str, list[str]] = {}
    for file in files:
        groups.setdefault(_find_top(Path(os.path.abspath(file)), root), []).append(file)  # noqa: PTH100
    return [Launch(framework="robot", folder=root, files=tuple(own), entry=top) for top, own in groups.items()]


def write_command(launch: Launch, scratch: Path) -> list[str]:
    """What follows the interpreter to run exactly these tests, each by its file and line, or these files.

    Names would not do: suites name themselves, and names are patterns for Robot.

    Args:
        launch: The tests, or the files.
        scratch: A folder for the list of tests and for Robot's output.
    """
    files = [os.path.abspath(path) for path in launch.paths]  # noqa: PTH100
    # A listener of the environment's own is not loaded twice.
    listener = [] if _LISTENER in os.environ.get("ROBOT_OPTIONS", "") else ["--listener", _LISTENER]
    command = ["-m", "robot", *listener]
    if launch.captures:
        wanted = [(os.path.abspath(capture.path), capture.line) for capture in launch.captures]  # noqa: PTH100
        listed = scratch / "tests.json"
        listed.write_text(json.dumps(wanted), "utf-8")
        command += ["--prerunmodifier", f"{_SELECTION};{listed}"]
    # Robot runs no tests beside tasks, unless it is told to call them all tests.
    command += ["--norpa", "--outputdir", str(scratch), "--log", "NONE", "--report", "NONE"]
    if not launch.entry:
        return [*command, *files]
    return [*command, *(part for file in files for part in ("--parseinclude", glob.escape(file))), launch.entry]


def _find_top(file: Path, root: Path) -> str:
    """The outermost folder with an initialisation file; empty when there is none."""
    folders = [folder for folder in file.parents if folder.is_relative_to(root)]
    return next((str(folder) for folder in reversed(folders) if (folder / "__init__.robot").is_file()), "")
