"""The hook is not executable.

## What it does
Looks at the mode of the file.

## Why is this bad?
Git passes over a hook that it may not execute, with a hint that is easily overlooked, and pushes.

## What to do
`chmod +x` the file. Where it is tracked, `git update-index --chmod=+x` keeps the mode for everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    if facts.script is not None and not facts.script.executable:
        told = f"is not executable, so git passes over it; run `chmod +x {facts.script.path}`"
        yield Finding(facts.script.path, 0, RULE.code, told)


RULE = HookRule(code="HK103", check=check)
