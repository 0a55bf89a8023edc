"""A slow check comes before a quick one.

## What it does
Compares the order in which a script runs its categories with the order of `required`: as it is, quick checks of
style first, then types, then tests.

## Why is this bad?
Whoever made a small mistake waits for all tests before being told.

## What to do
Move the quick checks up, or write `required` in the order that you want.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts
    from bugcapture.hooks.step import Step


def check(facts: Facts) -> Iterator[Finding]:
    if facts.kind not in {"script", "husky"}:
        return
    first: dict[str, Step] = {}
    for step in facts.steps:
        for category in step.categories:
            first.setdefault(category, step)
    order = list(first)
    wanted = [category for category in facts.required if category in first]
    for quick, slow in pairwise(wanted):
        if order.index(slow) < order.index(quick) and first[slow] is not first[quick]:
            told = f"{slow} ({first[slow].shown}) runs before {quick} ({first[quick].shown}), which is quicker"
            yield Finding(first[slow].path, first[slow].line, RULE.code, told, Severity.INFO)


RULE = HookRule(code="HK402", check=check)
