"""The tool would refuse its configuration.

## What it does
Reads the configuration as pre-commit does: lists, ids, the keys of local hooks, stages, regular expressions.

## Why is this bad?
Every push fails, with an error that says nothing of the change that is pushed.

## What to do
Mend the line. `pre-commit validate-config` says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    problems = [(one.path, problem) for one in facts.configurations for problem in one.problems] + facts.problems
    for path, problem in problems:
        yield Finding(path, problem.line, RULE.code, problem.message)


RULE = HookRule(code="HK204", check=check)
