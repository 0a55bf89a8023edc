"""The first line names a program that is not there.

## What it does
Looks up the interpreter behind `#!`, also through `env`.

## Why is this bad?
Git cannot start the hook: the push fails, or, with some versions of git, waits for ever.

## What to do
Name an interpreter that is there, such as `#!/bin/sh`; install the hook again where a tool wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable
from bugcapture.hooks.remedy import repair
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    script = facts.script
    if script is not None and script.is_interpreter_dead:
        told = f"its interpreter {printable(script.interpreter[0])} is not there, so git cannot start it"
        yield Finding(script.path, 1, RULE.code, f"{told}; {repair(facts, script.interpreter[0])}")


RULE = HookRule(code="HK105", check=check)
