"""The file that git runs as a hook, and what a look at it shows."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.hooks.program import SHELLS
from bugcapture.project import git
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from bugcapture.project.git import HooksPath

SH: Final = "sh"
_TOO_LARGE: Final = 1_000_000
_SHEBANG: Final = re.compile(rb"#![ \t]*([^\r\n]*)")
_MARK: Final = b"\xef\xbb\xbf"
_PROGRAM_NAME: Final = re.compile(r"([a-z]+)[0-9.]*(?:\.exe)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A file that can be run.

    Attributes:
        file: The file.
        path: The file as reports name it.
        content: Its content; empty where it is too large or cannot be read.
        trouble: Why it cannot be read; empty when it can.
        executable: Whether git may run it.
        interpreter: The program that its first line names, and what that is given; empty without one.
        is_file: Whether it is a file, and no folder or pipe.
    """

    file: Path
    path: str
    content: bytes
    trouble: str
    executable: bool
    interpreter: tuple[str, ...]
    is_file: bool = True

    @property
    def language(self) -> str:
        """``sh`` for every shell, else the name of the interpreter; empty for what is no script."""
        if self.trouble or b"\0" in self.content:
            return ""
        if not self.interpreter:
            return SH
        found = _PROGRAM_NAME.match(self.interpreter[0].replace("\\", "/").rpartition("/")[2])
        name = found[1] if found else self.interpreter[0]
        return SH if name in SHELLS else name

    @property
    def text(self) -> str:
        """Its text with the line ends of Unix."""
        return self.content.removeprefix(_MARK).decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def options(self) -> tuple[str, ...]:
        """What its first line gives to the interpreter."""
        return self.interpreter[1:]

    @property
    def marked_interpreter(self) -> str:
        """What its first line would name if no byte order mark stood before it; empty without one."""
        meant = _interpreter(self.content.removeprefix(_MARK)) if self.content.startswith(_MARK) else ()
        return meant[0] if meant else ""

    @property
    def is_interpreter_dead(self) -> bool:
        """Whether its first line names a program that is not there."""
        return bool(self.interpreter) and sys.platform != "win32" and shutil.which(self.interpreter[0]) is None

    @property
    def windows_lines(self) -> tuple[int, ...]:
        """The lines that end as they do on Windows."""
        lines = self.content.split(b"\n")
        return tuple(number for number, line in enumerate(lines, start=1) if line.endswith(b"\r"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPlace:
    """Where git looks for a hook.

    Attributes:
        top: The top of the checkout.
        file: The file that git would run.
        path: The same as reports name it.
        setting: The setting ``core.hooksPath``; None where it is not set.
        usual: The file that git would run without that setting.
    """

    top: Path
    file: Path
    path: str
    setting: HooksPath | None
    usual: Path

    @property
    def is_usual(self) -> bool:
        """Whether the setting, if there is any, leads nowhere else."""
        return os.path.realpath(self.file) == os.path.realpath(self.usual)


def is_shell(interpreter: str) -> bool:
    """Whether a program is a shell.

    Args:
        interpreter: Its path or name.
    """
    return interpreter.rpartition("/")[2] in SHELLS


def find_place(folder: Path, hook_type: str) -> HookPlace:
    """Where git looks for a hook.

    Args:
        folder: A folder of the checkout.
        hook_type: The hook, such as ``pre-push``.

    Raises:
        ConfigurationError: If there is no checkout, or no git.
    """
    top, common = git.top_folder(folder), git.common_folder(folder)
    file = git.hook_file(folder, hook_type)
    if top is None or common is None or file is None:
        raise ConfigurationError("this needs a git repository with a checkout", where=relative_path(folder))
    return HookPlace(
        top=top,
        file=file,
        path=shown_path(file, top),
        setting=git.hooks_path(folder),
        usual=common / "hooks" / hook_type,
    )


def shown_path(file: Path, top: Path) -> str:
    """A file as reports name it: seen from the working directory, wherever in the checkout that is.

    Args:
        file: The file.
        top: The top of the checkout.
    """
    shown = relative_path(file)
    here = Path.cwd()
    if shown == file.as_posix() and file.is_relative_to(top) and here.is_relative_to(top):
        return Path(os.path.relpath(file, here)).as_posix()
    return shown


def read_script(file: Path, top: Path) -> Script | None:
    """A file that can be run.

    Args:
        file: The file.
        top: The top of the checkout.

    Returns:
        None where there is none.
    """
    if not file.exists():
        return None
    content, trouble = b"", ""
    try:
        content = read_bytes(file)
    except SourceError as error:
        trouble = error.message
    if len(content) > _TOO_LARGE:
        content, trouble = b"", "is too large for a hook"
    return Script(
        file=file,
        path=shown_path(file, top),
        content=content,
        trouble=trouble,
        # Git on Windows runs what has a first line with `#!`, whatever its mode.
        executable=sys.platform == "win32" or os.access(file, os.X_OK),
        interpreter=_interpreter(content),
        is_file=file.is_file(),
    )


def _interpreter(content: bytes) -> tuple[str, ...]:
    found = _SHEBANG.match(content)
    words = found[1].decode("utf-8", "replace").split() if found else []
    if words and words[0].rpartition("/")[2] == "env":
        rest = [word for word in words[1:] if not (word == "-S" or "=" in word)]
        return tuple(rest) or tuple(words)
    return tuple(words)
