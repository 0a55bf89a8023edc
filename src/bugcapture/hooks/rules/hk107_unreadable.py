"""What runs cannot be read.

## What it does
Reads shell scripts, and the configurations of pre-commit, prek and lefthook. Tells what else is called.

## Why is this bad?
Nobody can say what a compiled program, or a script in another language, checks.

## What to do
Nothing, where it is meant. Call the checks from a shell script, or list them in a configuration, to have them
looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for path, line, told in facts.unread:
        yield Finding(path, line, RULE.code, f"{told}, so what it checks is not known", Severity.WARNING)


RULE = HookRule(code="HK107", check=check)
