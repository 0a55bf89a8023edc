"""Git finds no hook to run.

## What it does
Asks git where it looks for the hook, with `core.hooksPath` and worktrees, and looks whether a file is there.

## Why is this bad?
Nothing is checked before a push, and nobody notices.

## What to do
Install the hook with the tool that is configured; the message names the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable
from bugcapture.hooks.remedy import install_command, unset_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    if facts.place is None or facts.script is not None:
        return
    setting = facts.place.setting
    where = f" (core.hooksPath is set to {printable(setting.value)}, {setting.scope})" if setting else ""
    advice = f"run `{install_command(facts)}`"
    if setting is not None and install_command(facts).startswith("pre-commit "):
        # With this setting pre-commit refuses to install anything.
        advice = f"run `{unset_command(facts.place)}`, then `{install_command(facts)}`"
    told = f"git finds no {facts.hook_type} hook{where}; {advice}"
    yield Finding(facts.place.path, 0, RULE.code, told)


RULE = HookRule(code="HK101", check=check)
