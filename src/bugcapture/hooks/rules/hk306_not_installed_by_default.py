"""A plain install leaves this hook out.

## What it does
Compares `default_install_hook_types` with the hook, where hooks of the configuration name this stage.

## Why is this bad?
Whoever clones the project and runs `pre-commit install` gets the hook for commits alone.

## What to do
Set `default_install_hook_types: [pre-commit, pre-push]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for one in facts.configurations:
        meant = any(facts.hook_type in hook.stages and hook.has_stages for hook in one.hooks)
        if meant and facts.hook_type not in one.install_types and not one.problems:
            listed = ", ".join(dict.fromkeys(("pre-commit", facts.hook_type)))
            told = f"a plain install leaves {facts.hook_type} out; set `default_install_hook_types: [{listed}]`"
            yield Finding(one.path, 0, RULE.code, told, Severity.INFO)


RULE = HookRule(code="HK306", check=check)
