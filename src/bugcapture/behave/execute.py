"""Turn captured scenarios into Behave's own command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.settings import find_start, read_settings
from bugcapture.core.dialect import Launch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.capture import Capture

# Every test with a number carries its family. Behave's configuration may leave some of them out; whoever asks
# for a captured test gets it.
_ALL_CAPTURES = "@tdd_bug or @tdd_issue"


def plan_launches(captures: Sequence[Capture], root: Path) -> list[Launch]:
    """Group scenarios by the folder in which Behave is started and the steps that it loads for them.

    Args:
        captures: Captured scenarios; paths are seen from the working directory.
        root: The project's folder, absolute.
    """
    groups: dict[tuple[Path, str], list[Capture]] = {}
    stages: dict[Path, str] = {}
    for capture in captures:
        folder = Path(os.path.abspath(capture.path)).parent  # noqa: PTH100 - symbolic links stay as they are
        start = find_start(folder, root)
        if start not in stages:
            stage = read_settings(start)[0].get("stage")
            stages[start] = f"{stage.value}_" if stage else ""
        groups.setdefault((start, _find_base(folder, stages[start])), []).append(capture)
    return [
        Launch(framework="behave", folder=start, captures=tuple(tests), entry=base)
        for (start, base), tests in groups.items()
    ]


def write_command(launch: Launch, scratch: Path) -> list[str]:
    """What follows the interpreter to run exactly these scenarios and rows, each by its line.

    Args:
        launch: The scenarios.
        scratch: Not used; Behave writes nothing but its output.
    """
    del scratch
    locations = [f"{_argument(capture.path, launch.folder)}:{capture.line}" for capture in launch.captures]
    return ["-m", "behave", "--no-junit", f"--tags={_ALL_CAPTURES}", *dict.fromkeys(locations)]


def _find_base(folder: Path, prefix: str) -> str:
    """The folder whose steps and environment Behave loads when it is given a file of another folder."""
    for place in (folder, *folder.parents):
        if (place / f"{prefix}steps").is_dir() or (place / f"{prefix}environment.py").is_file():
            return str(place)
    return ""


def _argument(path: str, folder: Path) -> str:
    shown = Path(os.path.relpath(path, folder)).as_posix()
    return f"./{shown}" if shown.startswith(("-", "@")) else shown
