"""How the script that lefthook writes looks for lefthook, and whether it finds it."""

from __future__ import annotations

import glob
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bugcapture.hooks.shell.walk import Run

_LEFTHOOK: Final = re.compile(r"(?:.*/)?[^/]*lefthook[^/]*\Z|.*/lefthook/.*", re.IGNORECASE | re.DOTALL)
_TOP: Final = "$(git rev-parse --show-toplevel)"
_UNKNOWN: Final = re.compile(r"\$\([^()]*\)|\$\{[^{}]*\}|\$\w+")
# What starts lefthook from the packages of a project, and the files that name these.
_PACKAGES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "bundle": ("Gemfile", "Gemfile.lock"),
        "composer": ("composer.json",),
        "devbox": ("devbox.json",),
        "go": ("go.mod",),
        "swift": ("Package.swift",),
        "uv": ("pyproject.toml", "uv.lock"),
    }
)
_NODE: Final = frozenset({"yarn", "pnpm", "npx"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What came of it.

    Attributes:
        line: Where lefthook is called.
        is_found: Whether lefthook is where the script looks for it.
        chances: The commands that may find it, which only a run of them would tell.
        passes: Whether the push goes on without it.
    """

    line: int
    is_found: bool = False
    chances: tuple[str, ...] = ()
    passes: bool = False


def find_call(words: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """How a command starts lefthook, and the hook that it names; None for any other command.

    Args:
        words: The command and its arguments.
    """
    for at, word in enumerate(words[:-1]):
        program = words[: at - 1] if at and words[at - 1] == "--" else words[:at]
        if word == "run" and program and _LEFTHOOK.match(program[-1]):
            return tuple(program), words[at + 1]
    return None


def search_lefthook(runs: Sequence[Run], top: Path) -> Search:
    """Look for lefthook wherever a script does.

    Args:
        runs: What the script runs.
        top: The top of the checkout.
    """
    calls = [(run.line, found[0]) for run in runs if (found := find_call(run.words))]
    line = calls[0][0] if calls else 0
    probes = any(run.words[0] in {"test", "["} or run.words[-1] == "-h" for run in runs)
    refuses = any(run.words[0] == "exit" and run.words[1:2] != ("0",) for run in runs)
    passes = probes and not refuses
    named = os.environ.get("LEFTHOOK_BIN")
    if named and any("LEFTHOOK_BIN" in program[0] for _, program in calls):
        return Search(line=line, is_found=shutil.which(named) is not None)
    chances = [f". {file}" for file in _prepared(runs)]
    for _, program in calls:
        there = _is_there(program, top)
        if there:
            return Search(line=line, is_found=True)
        if there is None:
            chances.append(" ".join(program))
    return Search(line=line, chances=tuple(chances), passes=passes)


def _is_there(program: Sequence[str], top: Path) -> bool | None:
    """Whether a command starts lefthook; None where only a run of it would tell."""
    if len(program) == 1:
        return _is_file(program[0], top)
    if shutil.which(program[0]) is None:
        return False
    if program[0] in _NODE:
        return _is_in_node(program[0], top)
    if program[0] == "uv" and any(top.glob(".venv/*/lefthook*")):
        return True
    manifests = _PACKAGES.get(program[0])
    return None if manifests is None or any(_names_lefthook(top / name) for name in manifests) else False


def _is_file(name: str, top: Path) -> bool:
    if "/" not in name:
        return shutil.which(name) is not None
    pattern = glob.escape(str(top)).join(name.split(_TOP))
    while (shorter := _UNKNOWN.sub("*", pattern)) != pattern:
        pattern = shorter
    return any(os.path.isfile(file) for file in glob.glob(pattern))  # noqa: PTH113, PTH207 - the pattern may be absolute


def _is_in_node(manager: str, top: Path) -> bool | None:
    if (top / "node_modules/.bin/lefthook").exists():
        return True
    if manager == "npx":  # It fetches what is not there.
        return None
    return None if (top / ".pnp.cjs").exists() and _names_lefthook(top / "package.json") else False


def _names_lefthook(file: Path) -> bool:
    try:
        return b"lefthook" in file.read_bytes()
    except OSError:
        return False


def _prepared(runs: Sequence[Run]) -> Iterator[str]:
    """The files that the script reads first, which may put lefthook on ``PATH``."""
    for run in runs:
        if run.words[0] in {".", "source"} and len(run.words) > 1:
            name = run.words[1]
            if Path(os.path.expandvars(name)).expanduser().is_file():
                yield name
