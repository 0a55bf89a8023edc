"""The hook runs the checks of another hook.

## What it does
Compares the hook that git runs with the one that it tells its tool to run: `--hook-type` of pre-commit and
prek, and the name that lefthook is given.

## Why is this bad?
A hook that was copied from `pre-commit` to `pre-push` runs what is meant for commits, and with the files of the
index, of which there are none.

## What to do
Install the hook for its own type; the message names the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable
from bugcapture.hooks.remedy import install_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    named = [(call.line, call.stage) for call in facts.calls if call.is_hook]
    named += [facts.named_type] if facts.named_type is not None else []
    for line, stage in named:
        if facts.script is not None and stage != facts.hook_type:
            told = (
                f"runs the checks of {printable(stage)}, not of {facts.hook_type}; run `{install_command(facts)}`"
            )
            yield Finding(facts.script.path, line, RULE.code, told)


RULE = HookRule(code="HK201", check=check)
