"""Hooks run at every stage because none is named.

## What it does
Counts hooks without `stages` in a configuration without `default_stages`.

## Why is this bad?
They run at every installed stage: what was checked before the commit is checked again before the push, which
then takes longer.

## What to do
Set `default_stages: [pre-commit]`, and name the stage of those that shall run before a push.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import plural
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for one in facts.configurations:
        everywhere = [hook for hook in one.hooks if not hook.has_stages]
        if not everywhere or one.has_default_stages or one.problems:
            continue
        run = "run" if len(everywhere) > 1 else "runs"
        told = (
            f"{plural(len(everywhere), 'hook')} without `stages` {run} at every stage, {facts.hook_type} too; "
            "`default_stages: [pre-commit]` would change that"
        )
        yield Finding(one.path, everywhere[0].line, RULE.code, told, Severity.INFO)


RULE = HookRule(code="HK304", check=check)
