"""Where Behave takes its steps and environment from: the first folder with them, at or above its first target."""

from __future__ import annotations

import os.path
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.behave_call import split_target

if TYPE_CHECKING:
    from collections.abc import Callable

# With a name of a stage before it, where there is one.
_STEPS: Final = re.compile(r"(?:.*_)?steps\Z")
_ENVIRONMENT: Final = re.compile(r"(?:.*_)?environment\.py\Z")


def steps_finder(top: Path) -> Callable[[str], str]:
    """What tells the folder with steps or an environment for a target; empty where there is none.

    Args:
        top: The folder that targets are seen from.
    """

    @cache
    def search(folder: Path) -> str:
        if _has_steps(folder):
            return folder.as_posix()
        return search(folder.parent) if folder != folder.parent else ""

    return lambda target: search(Path(os.path.normpath(top / split_target(target)[0])))


def _has_steps(folder: Path) -> bool:
    try:
        return any(
            (_STEPS.match(entry.name) and entry.is_dir()) or (_ENVIRONMENT.match(entry.name) and entry.is_file())
            for entry in folder.iterdir()
        )
    except OSError:
        return False
