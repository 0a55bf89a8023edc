"""One hook of a configuration by itself: how pre-commit and prek are told to run it, and what they say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.configuration import ConfiguredHook
    from bugcapture.hooks.raw import RawConfiguration

# A name that is neither an option nor, to prek, a path.
_PLAIN: Final = re.compile(r"\w[\w. +-]*\Z")
_ID: Final = re.compile(r"\s*- hook id: ")
_FACT: Final = re.compile(r"\s*- (?:hook alias|duration|exit code|files were modified by this hook)\b")
_DURATION: Final = re.compile(r"\s*- duration: ([0-9]{1,9}(?:\.[0-9]{1,9})?)s\Z")
_EXIT_CODE: Final = re.compile(r"\s*- exit code: (-?[0-9]{1,10})\Z")
_SKIPPED: Final = re.compile(r"\([^()]*\)Skipped\Z")
_ABSENT: Final = re.compile(r"No hook with id `.*` in stage `|error: No hooks found ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the tool said of the one hook that it ran.

    Attributes:
        seconds: How long the hook took, without the tool's own start; None where it did not say.
        exit_code: The hook's exit code; None where it did not say.
        is_skipped: Whether there was no file for the hook.
        is_absent: Whether the tool knows no such hook at this stage.
    """

    seconds: float | None = None
    exit_code: int | None = None
    is_skipped: bool = False
    is_absent: bool = False


def find_name(hook: ConfiguredHook, others: Sequence[ConfiguredHook]) -> str | None:
    """The name by which the tool runs a hook and no other; None where it has none.

    Args:
        hook: The hook.
        others: The hooks of its configuration that run at the same stage, itself included.
    """
    for name in (hook.alias, hook.id):
        if _PLAIN.match(name) and sum(name in {one.id, one.alias} for one in others) == 1:
            return name
    return None


def single_configuration(raw: RawConfiguration, position: int) -> bytes:
    """A configuration with one hook of another, and with all that the other says of hooks as such.

    Args:
        raw: The other configuration.
        position: The position of the hook in it, from 0.
    """
    import yaml  # noqa: PLC0415 - only for hooks without a name of their own

    hook = raw.hooks[position]
    repo: dict[str, Any] = {"repo": hook.repo}
    if hook.revision:
        repo["rev"] = hook.revision
    repo["hooks"] = [dict(hook.values)]
    text: str = yaml.safe_dump({**raw.values, "repos": [repo]}, sort_keys=False, allow_unicode=True)
    return text.encode("utf-8", "backslashreplace")


def run_arguments(tool: str, stage: str, name: str | None, folder: str, files: Sequence[str]) -> tuple[str, ...]:
    """What the tool is given to run one hook.

    Args:
        tool: ``pre-commit`` or ``prek``.
        stage: The stage.
        name: The name of the hook; None where its configuration has no other.
        folder: The folder of its configuration, seen from where the tool starts; empty for that folder itself.
        files: The options that say which files it looks at.
    """
    address = f"{folder or '.'}:{name}" if tool == "prek" else name
    named = ("--", address) if name is not None and address is not None else ()
    return ("run", "--hook-stage", stage, "--verbose", "--color", "never", *files, *named)


def read_answer(text: str, exit_code: int) -> Told:
    """What the tool said of the one hook that it ran.

    Args:
        text: Its output. The hook's own comes after what the tool says of it, and is not looked at.
        exit_code: The exit code of the tool.
    """
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if _ID.match(line)), None)
    if start is None:
        # Of a hook that is there, but for another stage, prek says nothing at all.
        is_absent = any(_ABSENT.match(line) for line in lines) if exit_code else not text.strip()
        return Told(is_skipped=any(_SKIPPED.search(line) for line in lines), is_absent=is_absent)
    seconds: float | None = None
    own_code: int | None = None
    for line in lines[start + 1 :]:
        if not _FACT.match(line):
            break
        if found := _DURATION.match(line):
            seconds = float(found[1])
        elif found := _EXIT_CODE.match(line):
            own_code = int(found[1])
    before = "".join(lines[:start])
    return Told(seconds=seconds, exit_code=own_code, is_skipped=seconds is None and bool(_SKIPPED.search(before)))
