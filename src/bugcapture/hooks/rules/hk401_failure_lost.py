"""A check may fail and the push goes on.

## What it does
Follows the exit codes of the commands of a script: `|| true`, a pipe without `pipefail`, a script without `set
-e` that does not ask, a condition that does the same in both cases.

## Why is this bad?
The check runs, shows its error, and stops nothing.

## What to do
Put `set -eu` at the top of the script, `set -o pipefail` before pipes, and take `|| true` away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for step in facts.steps:
        if step.lost and step.categories:
            needed = facts.is_required_set and not set(step.categories).isdisjoint(facts.required)
            severity = Severity.ERROR if needed else Severity.WARNING
            told = f"{step.shown} may fail and the push goes on: {step.lost}"
            yield Finding(step.path, step.line, RULE.code, told, severity)
    for call in facts.calls:
        if call.lost:
            told = f"{call.tool} may fail and the push goes on: {call.lost}"
            yield Finding(facts.path, call.line, RULE.code, told)


RULE = HookRule(code="HK401", check=check)
