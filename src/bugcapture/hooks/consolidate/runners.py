"""What runs tests, and which of them a command starts."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate import behave_call, pytest_call, robot_call, unittest_call
from bugcapture.hooks.consolidate.call import Call, NotMergeableError
from bugcapture.hooks.program import find_programs, strip_starters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.call import Runner

RUNNERS: Final[dict[str, Runner]] = {
    one.RUNNER.name: one.RUNNER for one in (pytest_call, behave_call, robot_call, unittest_call)
}

_BY_PROGRAM: Final = {program: runner for runner in RUNNERS.values() for program in runner.programs}
# What may stand before a runner; others, such as `timeout` and `coverage run`, mean one session and not another.
_STARTERS: Final = frozenset(
    {
        ("uv", "run"), ("uvx",), ("poetry", "run"), ("pdm", "run"), ("hatch", "run"), ("pipenv", "run"),
        ("rye", "run"), ("pixi", "run"), ("conda", "run"), ("mise", "exec"), ("env",),
    }
)  # fmt: skip
# What keeps PYTHONPATH from a Python, and what starts another program in another folder.
_NO_PATH: Final = frozenset({"-i", "--ignore-environment", "-", "-uPYTHONPATH", "--unset=PYTHONPATH"})
_NO_PATH_OF_PYTHON: Final = re.compile(r"-[bBdhiOPqsSuvVx]*[EI]")
_ELSEWHERE: Final = ("-C", "--chdir", "--directory", "--cwd")
_OTHERS: Final = frozenset({"timeout", "coverage", "xargs", "time", "nice", "nohup", "exec", "command"})


def find_runner(words: Sequence[str]) -> Runner | None:
    """What a command runs tests with; None for another program.

    Args:
        words: The command and its arguments.
    """
    stripped = strip_starters(words)
    runner = _BY_PROGRAM.get(posixpath.basename(stripped[0])) if stripped else None
    if runner is None or (runner.is_module and "-m" not in words[: len(words) - len(stripped)]):
        return None
    return runner


def find_script_runner(words: Sequence[str]) -> Runner | None:
    """What the script of a shell runs tests with; None where it runs none.

    Args:
        words: The command and its arguments.
    """
    for run in find_programs(words):
        runner = _BY_PROGRAM.get(posixpath.basename(run.words[0])) if run.words else None
        if runner is not None and (not runner.is_module or run.words[0] == runner.name):
            return runner
    return None


def follows_earlier(words: Sequence[str]) -> bool:
    """Whether a command runs tests that depend on what an earlier run did, so that a second one runs others.

    Args:
        words: The command and its arguments.
    """
    for run in find_programs(words):
        runner = _BY_PROGRAM.get(posixpath.basename(run.words[0])) if run.words else None
        if runner and runner.earlier and any(map(runner.earlier.match, run.words[1:])):
            return True
    return False


def split_module(words: Sequence[str]) -> tuple[str, ...]:
    """A command with the module that a Python runs as a word of its own: ``-m unittest`` for ``-munittest``.

    Args:
        words: The command and its arguments.
    """
    stripped = strip_starters(words)
    at = len(words) - len(stripped)
    if stripped and words[at] == f"-m{stripped[0]}":
        return (*words[:at], "-m", *stripped)
    return tuple(words)


def why_not_listed(words: Sequence[str]) -> str:
    """Why nothing can be put in that lists the tests of a command; empty where it can.

    Args:
        words: The command and its arguments.
    """
    launcher = words[: len(words) - len(strip_starters(words))]
    for word, following in pairwise((*launcher, "")):
        is_known = word in _NO_PATH or (word, following) in {("-u", "PYTHONPATH"), ("--unset", "PYTHONPATH")}
        if is_known or _NO_PATH_OF_PYTHON.match(word):
            return f"`{word}` keeps from it what would list its tests"
    return ""


def read_call(words: Sequence[str]) -> Call | None:
    """The call that a command is; None for another program.

    Args:
        words: The command and its arguments.

    Raises:
        NotMergeableError: If it runs tests in a way, or with an option, that no other session can take over.
    """
    runner = find_runner(words)
    if runner is None:
        return None
    stripped = strip_starters(words)
    launcher = tuple(words[: len(words) - len(stripped) + 1])
    if list(words[len(launcher) - 1 :]) != stripped or not _is_plain(launcher):
        raise NotMergeableError(f"what starts {runner.title} is meant for one session")
    if why := why_not_listed(words) or _why_elsewhere(launcher):
        raise NotMergeableError(why)
    return runner.read(Call(runner=runner.name, launcher=launcher), stripped[1:])


def _why_elsewhere(launcher: Sequence[str]) -> str:
    moved = next((word for word in launcher if word.startswith(_ELSEWHERE)), "")
    return f"`{moved}` starts it in another folder" if moved else ""


def _is_plain(launcher: tuple[str, ...]) -> bool:
    """Whether nothing but a starter, variables and a Python stand before the runner."""
    head = [posixpath.basename(word) for word in launcher]
    if not _OTHERS.isdisjoint(head):
        return False
    known = any(tuple(head[: len(one)]) == one for one in _STARTERS)
    return known or len(launcher) == 1 or "-m" in launcher
