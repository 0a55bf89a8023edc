"""The scripts by which pre-commit and prek are called, known by what they run and not by what they say."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.hooks.program import find_programs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bugcapture.hooks.shell.walk import Run

DEFAULT_CONFIG: Final = ".pre-commit-config.yaml"
# In this order prek looks for one.
PREK_FILES: Final = ("prek.toml", DEFAULT_CONFIG, ".pre-commit-config.yml")
OLD_STAGES: Final = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}

_TOOLS: Final = {"pre-commit": "pre-commit", "pre_commit": "pre-commit", "prek": "prek"}
_SHORT: Final = {
    "-c": "config",
    "-t": "hook-type",
    "-a": "all-files",
    "-s": "from-ref",
    "-o": "to-ref",
    "-C": "cd",
}
_FLAGS: Final = frozenset({"all-files", "skip-on-missing-config", "verbose", "show-diff-on-failure", "fail-fast"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkCall:
    """A call of pre-commit or prek.

    Attributes:
        tool: ``pre-commit`` or ``prek``.
        line: Where it stands.
        is_hook: Whether it is the call of an installed hook, and not a ``run`` that somebody wrote.
        stage: The stage whose hooks run.
        config: The configuration that is named; None where the tool looks for one.
        folder: The folder in which the tool starts, seen from the top of the checkout.
        allows_no_config: Whether it is content without a configuration.
        program: The path that is tried before ``PATH``; empty without one.
        program_line: Where that stands.
        has_files: Whether it is told which files to look at.
        lost: Why its failure does not stop the push; empty when it does.
    """

    tool: str
    line: int
    is_hook: bool
    stage: str
    config: str | None
    folder: str = ""
    allows_no_config: bool = False
    program: str = ""
    program_line: int = 0
    has_files: bool = True
    lost: str = ""


def find_calls(runs: Sequence[Run]) -> tuple[FrameworkCall, ...]:
    """The calls of pre-commit and prek that a script comes to.

    Args:
        runs: What the script runs. An installed hook has two ways to the same call, which is then told once.
    """
    program, line = _tried_program(runs)
    calls: list[FrameworkCall] = []
    for run in runs:
        for found in find_programs(run.words, run.line, run.lost):
            call = _read_call(found, program, line)
            if call is not None and not (call.is_hook and any(other.is_hook for other in calls)):
                calls.append(call)
    return tuple(calls)


def find_python_call(text: str) -> FrameworkCall | None:
    """The call of pre-commit in a hook that is written in Python, as pre-commit did up to version 2.9.

    Args:
        text: The script.

    Returns:
        The call; None when it is another script, or none at all.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    values: dict[str, tuple[Any, int]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = (_literal(node.value), node.lineno)
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    if not {"-mpre_commit", "pre_commit"} & strings or "INSTALL_PYTHON" not in values:
        return None
    program, program_line = values["INSTALL_PYTHON"]
    words, line = values.get("ARGS", (None, 0))
    if isinstance(words, list) and words[:1] == ["hook-impl"]:
        options = _read_options([str(word) for word in words[1:]])
    elif "HOOK_TYPE" in values:
        hook_type, line = values["HOOK_TYPE"]
        config, _ = values.get("CONFIG", (DEFAULT_CONFIG, 0))
        skips, _ = values.get("SKIP_ON_MISSING_CONFIG", (False, 0))
        options = {"hook-type": str(hook_type), "config": str(config)}
        options |= {"skip-on-missing-config": ""} if skips else {}
    else:
        return None
    return _make_call("pre-commit", line, options, is_hook=True, program=str(program or ""), at=program_line)


def _read_call(run: Run, program: str, program_line: int) -> FrameworkCall | None:
    name = run.words[0].rpartition("/")[2].removesuffix(".exe")
    tool = _TOOLS.get(name)
    verb = next((word for word in run.words[1:] if word in {"hook-impl", "run"}), None)
    if tool is None or verb is None:
        return None
    options = _read_options(run.words[1:])
    is_hook = verb == "hook-impl"
    tried, at = (program, program_line) if is_hook else ("", 0)
    return _make_call(tool, run.line, options, is_hook=is_hook, program=tried, at=at, lost=run.lost)


def _make_call(
    tool: str,
    line: int,
    options: Mapping[str, str],
    *,
    is_hook: bool,
    program: str = "",
    at: int = 0,
    lost: str = "",
) -> FrameworkCall:
    stage = options.get("hook-type") or options.get("hook-stage") or options.get("stage") or "pre-commit"
    config = options.get("config")
    if config is None and tool == "pre-commit":
        config = DEFAULT_CONFIG
    return FrameworkCall(
        tool=tool,
        line=line,
        is_hook=is_hook,
        stage=OLD_STAGES.get(stage, stage),
        config=config,
        folder=options.get("cd", ""),
        allows_no_config="skip-on-missing-config" in options,
        program=program,
        program_line=at,
        has_files=is_hook or bool({"all-files", "files", "from-ref", "source", "last-commit"} & set(options)),
        lost=lost,
    )


def _read_options(words: Iterable[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    waiting = ""
    for word in words:
        if word == "--":
            break
        if waiting and not word.startswith("-"):
            options[waiting], waiting = word, ""
            continue
        waiting = ""
        if word.startswith("--"):
            name, given, value = word[2:].partition("=")
            options[name] = value
            waiting = "" if given or name in _FLAGS else name
        elif word in _SHORT:
            options[_SHORT[word]] = ""
            waiting = "" if _SHORT[word] in _FLAGS else _SHORT[word]
    return options


def _tried_program(runs: Sequence[Run]) -> tuple[str, int]:
    """The path that a script tests for being executable."""
    for run in runs:
        if run.words[0] in {"[", "test"} and "-x" in run.words[:-1]:
            path = run.words[run.words.index("-x") + 1]
            if "/" in path or "\\" in path:
                return path, run.line
    return "", 0


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
