"""What runs tests, and which of them a command starts."""

from __future__ import annotations

import posixpath
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
    return runner.read(Call(runner=runner.name, launcher=launcher), stripped[1:])


def _is_plain(launcher: tuple[str, ...]) -> bool:
    """Whether nothing but a starter, variables and a Python stand before the runner."""
    head = [posixpath.basename(word) for word in launcher]
    if not _OTHERS.isdisjoint(head):
        return False
    known = any(tuple(head[: len(one)]) == one for one in _STARTERS)
    return known or len(launcher) == 1 or "-m" in launcher
