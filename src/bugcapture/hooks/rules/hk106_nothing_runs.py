"""The hook runs nothing.

## What it does
Goes through the script as a shell would, and comes to no command that checks anything. What stands in a
comment, behind an `exit`, in a here-document or in a function that is never called does not run, whatever it
says.

## Why is this bad?
The hook is there, looks right, and lets every push pass.

## What to do
Take the comment signs away, or install the hook again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    script = facts.script
    if script is None or facts.kind not in {"script", "husky"} or facts.steps or facts.calls or facts.unread:
        return
    told = "comes to no command that checks anything"
    if facts.kind == "husky" and script.file.parent.name == "_":
        told = f"husky calls .husky/{facts.hook_type}, which is not there, or checks nothing"
    yield Finding(script.path, 0, RULE.code, f"{told}; what is commented out or never reached does not run")


RULE = HookRule(code="HK106", check=check)
