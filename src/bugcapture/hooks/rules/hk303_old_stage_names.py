"""Stages have names of the past.

## What it does
Finds `commit`, `push` and `merge-commit` in `stages` and `default_stages`.

## Why is this bad?
They still work, with a warning at every run, and will not for ever.

## What to do
`pre-commit migrate-config` writes the names of today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule
from bugcapture.hooks.wrapper import OLD_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for one in facts.configurations:
        places = [(one.default_stages_line, one.old_default_names)]
        places += [(hook.stages_line, hook.old_names) for hook in one.hooks]
        for line, names in places:
            if names:
                now = ", ".join(f"{name} is now {OLD_STAGES[name]}" for name in dict.fromkeys(names))
                told = f"a stage has a name of the past: {now}; run `pre-commit migrate-config`"
                yield Finding(one.path, line, RULE.code, told, Severity.WARNING)


RULE = HookRule(code="HK303", check=check)
