"""The installed hook calls a program that is gone.

## What it does
Looks whether the path that pre-commit or prek has written into the hook is still there, and whether `PATH`
holds the tool, which the hook tries next.

## Why is this bad?
The environment that it was installed from was removed or moved. Every push fails, or another version of the
tool runs.

## What to do
Install the hook again, from the environment that you use.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.hooks.remedy import install_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    if facts.script is None:
        return
    for call in (call for call in facts.calls if call.is_hook and call.program):
        if shutil.which(call.program) is not None:
            continue
        on_path = shutil.which(call.tool) is not None
        told = f"{printable(call.program)} is gone, and {call.tool} is {'' if on_path else 'not '}on PATH"
        severity = Severity.WARNING if on_path else Severity.ERROR
        message = f"{told}; run `{install_command(facts)}`"
        yield Finding(facts.script.path, call.program_line, RULE.code, message, severity)


RULE = HookRule(code="HK202", check=check)
