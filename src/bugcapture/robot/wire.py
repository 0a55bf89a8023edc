"""The command lines of Robot Framework that have to name the listener.

Robot Framework reads no configuration by itself. Its options stand in an argument file, or in RobotCode's
``robot.toml``, or in ``[tool.robot]`` of pyproject.toml; where there is none, an argument file is made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import RefusedError
from bugcapture.core.layout import BOM, insert_lines, split_lines
from bugcapture.core.wire import Wiring, probes
from bugcapture.project.paths import relative_path
from bugcapture.project.toml import add_table, read_toml
from bugcapture.robot.wiring import ARGUMENT_FILE, LISTENER, TOML_FILES, find_folders, is_named, read_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bugcapture.core.wire import Reader

NEW_FILE: Final = "robot.args"

_OPTION: Final = f"--listener {LISTENER}"
_REASON: Final = "the listener of Robot Framework"
_SURE_SUFFIXES: Final = (".args", ".argfile", ".arguments", ".robotargs")
# Long options that Robot has and pip, coverage and their like have not; options of rebot, which has no listeners.
_ROBOT_OPTION: Final = re.compile(
    "argumentfile|dryrun|exitonfailure|listener|loglevel|metadata|outputdir|prerunmodifier|pythonpath|removekeywords"
    "|settag|skiponfailure|suite|variable|variablefile|xunit"
)
_REBOT_OPTION: Final = re.compile("merge|processemptysuite|starttime|endtime")
_LONG = re.compile(r"--([a-z]+)(?=[\s=]|\Z)", re.IGNORECASE)
_LISTENER_LINE = re.compile(rb"\s*--listener[ =]\s*\S", re.IGNORECASE)


def wire(tests: Sequence[Path], root: Path, read: Reader) -> Iterator[Wiring]:
    """The files that would load the listener.

    Args:
        tests: The suites, absolute.
        root: The project's folder, absolute.
        read: Reads files.

    Raises:
        RefusedError: If there are several argument files, or a TOML file cannot take the listener.
        SourceError: If a file cannot be read.
    """
    folders = find_folders(probes("robot", tests), root)
    if is_named(folders):  # ROBOT_OPTIONS of this machine are not the project's.
        return
    found = [*_toml_wirings(root, read), *_argument_wirings(folders, read)]
    yield from found
    if not found:
        file = root / NEW_FILE
        lines = "# Options of every run: robot --argumentfile robot.args PATH", _OPTION
        yield Wiring(file, ("\n".join(lines) + "\n").encode(), _REASON)


def is_argument_file(name: str, text: str) -> bool:
    """Whether a file holds options of Robot; many programs have text files with options.

    Args:
        name: The file's name.
        text: Its content.
    """
    lines = [line.strip() for line in text.splitlines()]
    options = {found[1].lower() for line in lines if (found := _LONG.match(line))}
    if any(map(_REBOT_OPTION.fullmatch, options)):
        return False
    return name.lower().endswith(_SURE_SUFFIXES) or any(map(_ROBOT_OPTION.fullmatch, options))


def add_option(content: bytes) -> bytes:
    """An argument file that loads the listener, after other listeners.

    Args:
        content: The file's content.
    """
    lines = [line.strip() for line in split_lines(content.removeprefix(BOM))]
    used = [number for number, line in enumerate(lines) if line and not line.startswith(b"#")]
    # An option may have its value on the next line, and behind a path there are no options. So the place is in
    # front of all, or behind a listener, with nothing but options before it.
    place = used[0] if used else len(lines)
    for number in used:
        if not lines[number].startswith(b"-"):
            break
        if _LISTENER_LINE.match(lines[number]):
            place = number + 1
    return insert_lines(content, place, [_OPTION])


def _argument_wirings(folders: Sequence[Path], read: Reader) -> Iterator[Wiring]:
    files = [file for file, text in read_texts(folders, ARGUMENT_FILE) if is_argument_file(file.name, text)]
    if len(files) > 1:
        raise RefusedError(
            f"there are {len(files)} argument files, and nobody knows which of them every run has",
            where=relative_path(files[0]),
            hint=f"add the line `{_OPTION}` to one or more of {', '.join(map(relative_path, files))}",
        )
    for file in files:
        yield Wiring(file, add_option(read(file) or b""), _REASON)


def _toml_wirings(root: Path, read: Reader) -> Iterator[Wiring]:
    for name in TOML_FILES:
        content = read(root / name)
        if content is None:
            continue
        keys: tuple[str, ...] = ("listeners",)
        if name == "pyproject.toml":
            if not _configures_robot(content, relative_path(root / name)):
                continue
            keys = ("tool", "robot", "listeners")
        new = add_table(content, keys, [f'"{LISTENER}" = []'], relative_path(root / name))
        yield Wiring(root / name, new, _REASON)


def _configures_robot(content: bytes, where: str) -> bool:
    """Whether a pyproject.toml has RobotCode's table; a broken one is told where the settings are added."""
    if b"robot" not in content:
        return False
    tool = read_toml(content, where).get("tool")
    return isinstance(tool, dict) and isinstance(tool.get("robot"), dict)
