"""No configured hook runs at this stage.

## What it does
Reads at which stages the hooks of the configuration run, with all defaults and with the names of the past.

## Why is this bad?
The hook is installed, starts, finds nothing to do, and lets every push pass.

## What to do
Give hooks `stages: [pre-push]`, or list it in `default_stages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import plural
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    if facts.kind not in {"pre-commit", "prek", "lefthook"} or not facts.is_known or facts.missing:
        return
    if facts.steps or facts.configured() or any(call.stage != facts.hook_type for call in facts.calls):
        return
    if facts.kind == "lefthook":
        yield Finding(facts.path, 0, RULE.code, f"lefthook has no command for {facts.hook_type} that may run")
        return
    count = sum(len(one.hooks) for one in facts.configurations)
    for one in facts.configurations:
        stage = facts.hook_type
        told = f"none of its {plural(count, 'hook')} runs at {stage}; give some `stages: [{stage}]`"
        yield Finding(one.path, one.default_stages_line, RULE.code, told)


RULE = HookRule(code="HK301", check=check)
