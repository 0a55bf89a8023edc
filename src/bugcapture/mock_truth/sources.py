"""Whose code a frame runs: the program's, its tests', or somebody else's."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from bugcapture.core.program import is_installed, is_program

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

_OURS: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
# Frames of these stand between a test and the mock that it makes.
_BETWEEN: Final = tuple(os.path.join(_OURS, name) + os.sep for name in ("mock_truth", "mocks"))  # noqa: PTH118


class Sources:
    """The files of a project. Nothing here touches the file system, which a test may have replaced.

    Args:
        root: The project's folder.
    """

    def __init__(self, root: Path) -> None:
        folders = {os.path.abspath(root), os.path.realpath(root)}  # noqa: PTH100 - as imports may write it
        self._roots = tuple(os.path.join(folder, "") for folder in folders)  # noqa: PTH118
        python = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib")}
        self._foreign = tuple(
            os.path.join(folder, "")  # noqa: PTH118
            for folder in {*python, *map(os.path.realpath, python)}
            if os.path.join(folder, "").startswith(self._roots) and folder not in folders  # noqa: PTH118
        )
        self._start = os.getcwd()  # noqa: PTH109 - it has to be a text
        self._known: dict[str, tuple[str, bool]] = {}

    def name(self, filename: str) -> str:
        """A file of the project seen from its folder, with forward slashes; empty for any other.

        Args:
            filename: As a code object has it.
        """
        return self._find(filename)[0]

    def program_name(self, filename: str) -> str:
        """The same, empty for a file of the tests as well.

        Args:
            filename: As a code object has it.
        """
        name, counts = self._find(filename)
        return name if counts else ""

    def place(self, frame: FrameType | None) -> str:
        """``path:line`` of the innermost call of the project; empty where there is none.

        Args:
            frame: Where to begin.
        """
        while frame is not None:
            name = self.name(frame.f_code.co_filename)
            if name:
                return f"{name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def _find(self, filename: str) -> tuple[str, bool]:
        found = self._known.get(filename)
        if found is None:
            found = self._known[filename] = self._look(filename)
        return found

    def _look(self, filename: str) -> tuple[str, bool]:
        if filename.endswith(".py"):  # Behave compiles steps with paths as seen from where it was started.
            filename = os.path.normpath(os.path.join(self._start, filename))  # noqa: PTH118
        root = next((root for root in self._roots if filename.startswith(root)), None)
        if root is None or filename.startswith((*self._foreign, *_BETWEEN)):
            return "", False
        parts = PurePath(filename.removeprefix(root)).parts
        return ("", False) if is_installed(parts) else ("/".join(parts), is_program(parts))
