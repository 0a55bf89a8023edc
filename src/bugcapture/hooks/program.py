"""Which program a command runs, when others start it: ``uv run``, ``env``, ``python -m``, ``bash -c``."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.shell.tokens import ShellError
from bugcapture.hooks.shell.walk import Run, walk_script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash"})

# The words that start another program, and those of their options that take a value of their own.
_STARTERS: Final[Mapping[tuple[str, ...], frozenset[str]]] = MappingProxyType(
    {
        ("env",): frozenset({"-u", "--unset", "-C", "--chdir"}),
        ("exec",): frozenset({"-a"}),
        ("command",): frozenset(),
        ("time",): frozenset({"-f", "-o"}),
        ("nice",): frozenset({"-n"}),
        ("nohup",): frozenset(),
        ("xargs",): frozenset({"-n", "-I", "-P", "-L", "-d"}),
        ("uv", "run"): frozenset(
            {
                "--group", "--extra", "--with", "--with-editable", "--with-requirements", "--python", "-p",
                "--env-file", "--package", "--directory", "--project", "--no-group", "--only-group", "--index",
            }
        ),
        ("uvx",): frozenset({"--from", "--with", "--python", "-p"}),
        ("uv", "tool", "run"): frozenset({"--from", "--with", "--python", "-p"}),
        ("poetry", "run"): frozenset(),
        ("pdm", "run"): frozenset({"-p", "--project"}),
        ("hatch", "run"): frozenset(),
        ("pipenv", "run"): frozenset(),
        ("rye", "run"): frozenset({"-p", "--pyproject"}),
        ("pixi", "run"): frozenset({"-e", "--environment"}),
        ("pipx", "run"): frozenset({"--spec", "--python"}),
        ("conda", "run"): frozenset({"-n", "--name", "-p", "--prefix"}),
        ("mise", "exec"): frozenset(),
        ("npx",): frozenset({"-p", "--package"}),
        ("pnpm", "exec"): frozenset(),
        ("bundle", "exec"): frozenset(),
        ("coverage", "run"): frozenset({"--rcfile", "--source", "--data-file"}),
    }
)  # fmt: skip
_PYTHON: Final = re.compile(r"(?:.*/)?(?:python|pypy)[0-9.]*(?:\.exe)?\Z")
_UNKNOWN: Final = re.compile(r"\$\w+\Z")
_VALUE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_LIMIT: Final = re.compile(r"[0-9.]+[smhd]?\Z")
_DEEPEST: Final = 5


def find_programs(words: Sequence[str], line: int = 0, lost: str = "") -> tuple[Run, ...]:
    """The programs that a command runs in the end.

    Args:
        words: The command and its arguments.
        line: Where it stands.
        lost: Why its failure stops nothing; empty when it does.

    Returns:
        One program with its arguments; those that the script of ``bash -c`` comes to, each; none for a command
        without words.
    """
    return _find(list(words), line, lost, 0)


def strip_starters(words: Sequence[str]) -> list[str]:
    """A command without the words that only start it.

    Args:
        words: The command and its arguments.
    """
    rest = list(words)
    while rest:
        if _VALUE.match(rest[0]):
            rest = rest[1:]
        elif rest[0] == "timeout":
            rest = _drop_options(rest[1:], frozenset({"-k", "-s", "--signal", "--kill-after"}))
            rest = rest[1:] if rest and _LIMIT.match(rest[0]) else rest
        elif _PYTHON.match(rest[0]) or (_UNKNOWN.match(rest[0]) and rest[1:2] == ["-m"]):
            return _of_python(rest)
        elif _is_shell(rest[0]) and rest[1:] and not rest[1].startswith("-"):
            return rest[1:]
        elif starter := next((one for one in _STARTERS if _begins(rest, one)), None):
            rest = _drop_options(rest[len(starter) :], _STARTERS[starter])
        else:
            return rest
    return rest


def _find(words: list[str], line: int, lost: str, depth: int) -> tuple[Run, ...]:
    stripped = strip_starters(words)
    if not stripped:
        return ()
    script = _inline_script(stripped)
    if script is None or depth >= _DEEPEST:
        return (Run(line, tuple(stripped), lost),)
    options, text, arguments = script
    try:
        inner = walk_script(text, options=options, arguments=arguments)
    except ShellError:
        return (Run(line, tuple(stripped), lost),)
    return tuple(found for run in inner for found in _find(list(run.words), line, run.lost or lost, depth + 1))


def _inline_script(words: list[str]) -> tuple[list[str], str, list[str]] | None:
    """The options, the text and the arguments of a script that a shell is given with ``-c``."""
    if not _is_shell(words[0]):
        return None
    for at, word in enumerate(words[1:], start=1):
        if not word.startswith("-"):
            return None
        if not word.startswith("--") and "c" in word and at + 1 < len(words):
            return [*words[1:at], word.replace("c", "")], words[at + 1], words[at + 3 :]
    return None


def _of_python(words: list[str]) -> list[str]:
    """What a Python runs: a module, a script, or itself."""
    rest = words[1:]
    while rest and rest[0].startswith("-") and not rest[0].startswith(("-m", "-c")):
        rest = rest[2:] if rest[0] in {"-X", "-W"} else rest[1:]
    if not rest or rest[0].startswith("-c"):
        return words
    if rest[0] == "-m":
        return rest[1:]
    return [rest[0].removeprefix("-m"), *rest[1:]]


def _is_shell(word: str) -> bool:
    return word.rpartition("/")[2] in SHELLS


def _begins(words: list[str], starter: tuple[str, ...]) -> bool:
    return words[0].rpartition("/")[2] == starter[0] and tuple(words[1 : len(starter)]) == starter[1:]


def _drop_options(words: list[str], with_value: frozenset[str]) -> list[str]:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in with_value else 1
    return words[at:]
