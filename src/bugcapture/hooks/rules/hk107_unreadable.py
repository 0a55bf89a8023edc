"""What runs cannot be read.

## What it does
Reads shell scripts, and the configurations of pre-commit, prek and lefthook. Tells what else is called. A folder
or a pipe in place of the hook is an error: git tries to start it, and fails.

## Why is this bad?
Nobody can say what a compiled program, or a script in another language, checks.

## What to do
Nothing, where it is meant. Call the checks from a shell script, or list them in a configuration, to have them
looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.remedy import install_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    script = facts.script
    if script is not None and not script.is_file:
        told = "is no file, and git cannot start it, so every push fails; remove it"
        yield Finding(script.path, 0, RULE.code, f"{told}, then run `{install_command(facts)}`")
        return
    for path, line, told in facts.unread:
        yield Finding(path, line, RULE.code, f"{told}, so what it checks is not known", Severity.WARNING)


RULE = HookRule(code="HK107", check=check)
