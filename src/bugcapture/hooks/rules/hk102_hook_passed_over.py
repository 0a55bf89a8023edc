"""A hook lies where git does not look.

## What it does
Finds a hook in the usual folder while `core.hooksPath` leads git to another one.

## Why is this bad?
Tools and people that look into `.git/hooks` believe that the hook runs.

## What to do
Unset `core.hooksPath`, or move the hook to where it leads. A setting for all repositories of a user is often
forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.hooks.remedy import unset_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    place, usual = facts.place, facts.usual
    if place is None or place.setting is None or usual is None or not usual.executable:
        return
    told = (
        f"git does not look here: core.hooksPath is set to {printable(place.setting.value)} "
        f"({place.setting.scope}); run `{unset_command(place)}`, or move the hook there"
    )
    severity = Severity.ERROR if facts.script is None else Severity.WARNING
    yield Finding(usual.path, 0, RULE.code, told, severity)


RULE = HookRule(code="HK102", check=check)
