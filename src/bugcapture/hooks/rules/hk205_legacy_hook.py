"""A hook of former times runs as well.

## What it does
Finds the file `pre-push.legacy`, which pre-commit and prek keep when they are installed over another hook, and
run before their own hooks.

## Why is this bad?
Checks run twice, or old ones that nobody remembers. Every push fails where it is a wrapper of the same tool, has
no `#!` or one that names nothing, or always ends with an error. One that is not executable does nothing at all.

## What to do
Remove it: `pre-commit install -f -t pre-push`, after a look at what it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    legacy = facts.legacy
    if legacy is None:
        return
    tools = {call.tool for call in legacy.calls if call.is_hook}
    told, severity = "runs before the hooks of the configuration", Severity.INFO
    if not legacy.script.executable:
        told = "is left over and not executable, so it does not run"
    elif facts.kind in tools:
        told, severity = f"is a hook of {facts.kind} itself, which then refuses every push", Severity.ERROR
    elif legacy.refusal:
        told, severity = f"{legacy.refusal}, so {facts.kind} refuses every push", Severity.ERROR
    elif tools:
        told, severity = f"is a hook of {min(tools)}, so all hooks run twice", Severity.WARNING
    command = f"{facts.kind} install -f -t {facts.hook_type}"
    yield Finding(legacy.script.path, legacy.refusal_line, RULE.code, f"{told}; `{command}` removes it", severity)


RULE = HookRule(code="HK205", check=check)
