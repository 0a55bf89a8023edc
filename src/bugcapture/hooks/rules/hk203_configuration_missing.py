"""The configuration that the hook needs is not there.

## What it does
Looks for the file that the hook names, or that its tool takes where none is named.

## Why is this bad?
Every push fails; or, with `--allow-missing-config`, every push passes.

## What to do
Bring the file back, or remove the hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    for missing in facts.missing:
        then = "every push passes unchecked" if missing.is_allowed else "every push fails"
        told = f"there is no {missing.name}, so {then}; bring it back, or uninstall the hook"
        yield Finding(missing.path, missing.line, RULE.code, told)


RULE = HookRule(code="HK203", check=check)
