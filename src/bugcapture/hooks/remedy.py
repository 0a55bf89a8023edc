"""What puts a hook in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable
from bugcapture.hooks.lefthook import FILES as LEFTHOOK_FILES
from bugcapture.hooks.wrapper import PREK_FILES

if TYPE_CHECKING:
    from bugcapture.hooks.facts import Facts
    from bugcapture.hooks.hook_file import HookPlace

_TOOLS: Final = frozenset({"pre-commit", "prek"})


def install_command(facts: Facts) -> str:
    """The command that installs the hook of the tool that the project is configured for, or one of ours.

    Args:
        facts: What is known.
    """
    top, kind = facts.top, facts.kind
    if kind == "lefthook" or (kind not in _TOOLS and any((top / name).is_file() for name in LEFTHOOK_FILES)):
        return "lefthook install"
    if kind == "husky" or (kind not in _TOOLS and (top / ".husky").is_dir()):
        return "npx husky"
    there = [name for name in PREK_FILES if (top / name).is_file()]
    if kind not in _TOOLS and not there:
        return "bugcapture hooks install"
    tool = "prek" if kind == "prek" or PREK_FILES[0] in there else "pre-commit"
    return f"{tool} install -t {facts.hook_type}"


def repair(facts: Facts, interpreter: str = "bash") -> str:
    """What to do about a first line that starts nothing, or a wrong shell.

    Tools write their own hook anew, and have one that is not theirs run as well.

    Args:
        facts: What is known.
        interpreter: What the hook is written for.
    """
    if facts.kind in {"script", "program"}:
        return f"begin it with a line such as `#!/usr/bin/env {printable(interpreter.rpartition('/')[2])}`"
    return f"run `{install_command(facts)}`"


def unset_command(place: HookPlace) -> str:
    """The command that has git look in the usual place; empty where it does.

    Args:
        place: Where git looks.
    """
    if place.setting is None:
        return ""
    scope = "" if place.setting.scope == "local" else f" --{place.setting.scope}"
    return f"git config{scope} --unset-all core.hooksPath"
