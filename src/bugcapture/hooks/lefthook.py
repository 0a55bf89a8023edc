"""lefthook: the script that it writes, and the commands in its configuration."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import printable
from bugcapture.hooks.lefthook_search import find_call
from bugcapture.hooks.raw import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.hooks.shell.walk import Run

FILES: Final = tuple(
    f"{folder}{stem}{suffix}"
    for folder, stem in (("", "lefthook"), ("", ".lefthook"), (".config/", "lefthook"))
    for suffix in (".yml", ".yaml", ".toml", ".json")
)

_PLACEHOLDER: Final = re.compile(r"\{[a-z_0-9]+\}")


@dataclass(frozen=True, slots=True)
class Job:
    """One command of a configuration.

    Attributes:
        line: Where it stands; 0 where that is not known.
        name: Its name.
        command: The command, or the name of the script.
    """

    line: int
    name: str
    command: str


@dataclass(frozen=True, slots=True)
class Jobs:
    """What a configuration says of a hook.

    Attributes:
        jobs: The commands.
        problems: Why it cannot be read.
        has_more: Whether other files are named in it, which are not followed.
    """

    jobs: tuple[Job, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_more: bool = False


def find_lefthook(runs: Sequence[Run]) -> tuple[int, str] | None:
    """The call of lefthook that a script comes to: its line and the hook that it names; None without one.

    Args:
        runs: What the script runs.
    """
    return next(((run.line, found[1]) for run in runs if (found := find_call(run.words))), None)


def read_jobs(content: bytes, path: str, hook_type: str) -> Jobs:
    """The commands of a hook in a configuration of lefthook.

    Args:
        content: The file's content.
        path: Its name, which tells the format.
        hook_type: The hook, such as ``pre-push``.
    """
    try:
        text = content.decode("utf-8-sig")
        values = _load(text, path)
    except _UnreadableError as error:
        return Jobs(problems=(error.problem,))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Jobs(problems=(Problem(line, f"is not UTF-8: byte 0x{content[error.start]:02x}"),))
    if not isinstance(values, dict):
        return Jobs(problems=(Problem(0, "holds no mapping"),))
    section = values.get(hook_type)
    jobs = list(_jobs(section, text.splitlines())) if isinstance(section, dict) else []
    return Jobs(tuple(jobs), has_more=bool(values.get("extends") or values.get("remotes")))


class _UnreadableError(ValueError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _load(text: str, path: str) -> Any:
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    try:
        if path.endswith(".toml"):
            return tomllib.loads(text)
        return json.loads(text) if path.endswith(".json") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        told = printable(" ".join(str(getattr(error, "problem", None) or error).split()))
        raise _UnreadableError(Problem(mark.line + 1 if mark else 0, f"cannot be read: {told}")) from error


def _jobs(section: dict[str, Any], lines: Sequence[str]) -> Iterator[Job]:
    if section.get("skip") is True:
        return
    for key in ("commands", "scripts"):
        named = section.get(key)
        for name, values in named.items() if isinstance(named, dict) else ():
            if isinstance(values, dict) and values.get("skip") is not True:
                command = values.get("run") if key == "commands" else name
                yield from _job(str(name), command, lines)
    listed = section.get("jobs")
    for values in listed if isinstance(listed, list) else ():
        if not isinstance(values, dict) or values.get("skip") is True:
            continue
        yield from _job(str(values.get("name", "")), values.get("run") or values.get("script"), lines)
        if isinstance(values.get("group"), dict):
            yield from _jobs(values["group"], lines)


def _job(name: str, command: Any, lines: Sequence[str]) -> Iterator[Job]:
    if isinstance(command, str) and command.strip():
        first = command.strip().splitlines()[0]
        line = next((number for number, one in enumerate(lines, start=1) if first in one), 0)
        yield Job(line, name, _PLACEHOLDER.sub("", command))
