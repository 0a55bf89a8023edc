"""The canary: captures mean nothing when the listener is not loaded, or when they never run.

Robot Framework itself has no configuration file: the listener stands on a command line, and command lines stand
in argument files, in robot.toml or pyproject.toml (RobotCode), in scripts, and in the files of CI systems.
"""

from __future__ import annotations

import os
import re
import tomllib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.tags import PREFIX
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.core.capture import Capture

LISTENER: Final = "bugcapture.robot.Listener"
_ADVICE: Final = (
    f"run Robot with --listener {LISTENER} (in an argument file, robot.toml, script or CI file of the project); "
    'where a check cannot see it, set assume_wired = ["robot"] in [tool.bugcapture]'
)
_NAMED = re.compile(r"bugcapture\.robot(?:\.Listener\b|\s+import\s.*\bListener\b)")
_NAMES = re.compile(
    r"(\.?robot|pyproject)\.toml|noxfile\.py|tasks\.py|tox\.ini|setup\.cfg|(gnu)?makefile|justfile|package\.json"
    r"|taskfile\.ya?ml|(docker-)?compose.*\.ya?ml|dockerfile.*|jenkinsfile.*|settings\.json|\.env"
    r"|.*\.(sh|bash|cmd|bat|ps1|py|mk|args|argfile|arguments|robotargs|cfg|conf|txt|yml|yaml)",
    re.IGNORECASE,
)
ARGUMENT_FILE = re.compile(r".*\.(args|argfile|arguments|robotargs|cfg|conf|txt)", re.IGNORECASE)
TOML_FILES = ("robot.toml", ".robot.toml", "pyproject.toml")
_SKIPPED = frozenset({".git", ".hg", ".svn", ".nox", ".tox", ".venv", "venv", "node_modules", "__pycache__"})
_MOST_FILES = 2000
_MOST_BYTES = 1_000_000
_COMMENT = re.compile(r"(?:\A|\s)(?:#|//)|\A\s*(?:rem\s|::)", re.IGNORECASE)
_SELECTION = re.compile(r"\s*(--exclude|-e|--skip|--dryrun)(?:[\s=]+(\S.*?))?\s*\Z")


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting that keeps tests from running."""

    path: str
    line: int
    key: str
    pattern: str
    sure: bool


def check_wiring(captures: Sequence[Capture], root: Path, *, assume_installed: bool = False) -> list[Finding]:
    """Whether captured tests will be judged at all.

    Args:
        captures: The project's captured tests for Robot; paths are seen from the working directory.
        root: The project's folder.
        assume_installed: Take the listener for loaded, in a way that cannot be seen from the sources.

    Returns:
        ``W1`` when nothing in the project, nor ``ROBOT_OPTIONS``, names the listener; ``W2`` for settings that
        keep captures from running: errors in RobotCode's configuration, which counts for every run, and
        warnings in argument files, which may be meant for some runs only.
    """
    if not captures:
        return []
    folders = find_folders(captures, root.absolute())
    findings = []
    if not assume_installed and not _is_wired(folders):
        told = f"{plural(len(captures), 'tagged test')} ({_ids(captures)}) would run without bugcapture"
        message = f"{told}: nothing in the project names {LISTENER}; {_ADVICE}"
        findings.append(Finding(captures[0].path, captures[0].line, "W1", message))
    for setting in _settings(folders):
        findings += _check_setting(setting, captures)
    return findings


def _is_wired(folders: Iterable[Path]) -> bool:
    return _NAMED.search(os.environ.get("ROBOT_OPTIONS", "")) is not None or is_named(folders)


def is_named(folders: Iterable[Path]) -> bool:
    """Whether a command line in a file of one of the folders names the listener."""
    return any(_names_listener(file.name, text) for file, text in read_texts(folders, _NAMES))


def _names_listener(name: str, text: str) -> bool:
    for line in text.splitlines():
        found = _NAMED.search(line)
        if found is None or _COMMENT.search(line[: found.start()]):
            continue
        # A text file is an argument file only where it gives options.
        if not name.lower().endswith(".txt") or line.lstrip().startswith("--"):
            return True
    return False


def find_folders(captures: Iterable[Capture], root: Path) -> list[Path]:
    """The folders in which a project keeps command lines: its own, those next to it, those around its tests."""
    folders = dict.fromkeys([root, root / ".github" / "workflows"])
    folders |= dict.fromkeys(root / entry for entry in _entries(root) if entry not in _SKIPPED)
    for capture in captures:
        folder = Path(os.path.abspath(capture.path)).parent  # noqa: PTH100 - links stay as they are
        while folder.is_relative_to(root) and folder not in folders:
            folders[folder] = None
            folder = folder.parent
    return list(folders)


def _entries(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def read_texts(folders: Iterable[Path], names: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    """The files in some folders whose names match, with their texts; those that cannot be read are passed over."""
    files = (folder / name for folder in folders for name in _entries(folder) if names.fullmatch(name))
    for file, _ in zip(files, range(_MOST_FILES), strict=False):
        try:
            if file.stat().st_size <= _MOST_BYTES:
                yield file, read_bytes(file).decode("utf-8", "replace")
        except (OSError, SourceError):
            continue


def _settings(folders: Iterable[Path]) -> Iterator[_Setting]:
    for file, text in read_texts(folders, ARGUMENT_FILE):
        path = relative_path(file)
        for number, line in enumerate(text.splitlines(), start=1):
            if found := _SELECTION.match(line):
                yield _Setting(path, number, found[1], found[2] or "", sure=False)
    for file, text in read_texts(folders, re.compile("|".join(map(re.escape, TOML_FILES)))):
        yield from _toml_settings(file, text)


def _toml_settings(file: Path, text: str) -> Iterator[_Setting]:
    try:
        table: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return  # RobotCode tells about it.
    if file.name == "pyproject.toml":
        tool = table.get("tool")
        table = tool.get("robot") if isinstance(tool, dict) else None
    for key, value in table.items() if isinstance(table, dict) else ():
        line = next((n for n, part in enumerate(text.splitlines(), start=1) if part.lstrip().startswith(key)), 0)
        path = relative_path(file)
        if key.replace("_", "-") in {"excludes", "extend-excludes", "skip", "extend-skip"}:
            for pattern in value if isinstance(value, list) else ():
                if isinstance(pattern, str):
                    yield _Setting(path, line, key, pattern, sure=True)
        elif key.replace("_", "-") == "dry-run" and value in {True, "on"}:
            yield _Setting(path, line, key, "", sure=True)


def _check_setting(setting: _Setting, captures: Sequence[Capture]) -> Iterator[Finding]:
    if not setting.pattern:
        if setting.key.lstrip("-").startswith("dry"):
            shown, excluded, ours = setting.key, list(captures), list(captures)
        else:
            return
    else:
        shown = f"{setting.key} {shorten(printable(setting.pattern), 80)}"
        excluded = [capture for capture in captures if _matches(setting.pattern, capture.all_tags)]
        # A capture that its project runs elsewhere, such as one tagged `slow`, is left to the project.
        ours = [
            capture
            for capture in excluded
            if _matches(setting.pattern, [tag for tag in capture.all_tags if tag.startswith(PREFIX)])
        ]
    if excluded:
        told = f"{plural(len(excluded), 'tagged test')} ({_ids(excluded)}) from being judged"
        message = f"{shown} keeps {told}, first {excluded[0].where}"
        severity = Severity.ERROR if ours and setting.sure else Severity.WARNING
        yield Finding(setting.path, setting.line, "W2", message, severity)


def _matches(pattern: str, tags: Sequence[str]) -> bool:
    from robot.model import TagPatterns  # noqa: PLC0415 - seldom

    with warnings.catch_warnings():  # Robot tells about old operators when it runs.
        warnings.simplefilter("ignore")
        return bool(TagPatterns([pattern]).match(tags))


def _ids(captures: Iterable[Capture]) -> str:
    return bug_list(sorted({number for capture in captures for number in capture.tags.ids}))
