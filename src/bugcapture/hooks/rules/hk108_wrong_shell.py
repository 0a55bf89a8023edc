"""Another shell runs it than it is written for.

## What it does
Looks for what only bash knows (arrays, `function`, `<(...)`, `<<<`, `|&`, `set -o pipefail`) in a script that `sh`
runs: because its first line says so, has no `#!`, or has a byte order mark before it; husky always takes `sh`.
Whether the `sh` of this system knows these is asked of it, with lines of our own.

## Why is this bad?
Where `sh` is no bash, as on Debian and Ubuntu, it stops with a syntax error, and every push fails.

## What to do
Write `#!/usr/bin/env bash` in the first line, without a byte order mark, or install the hook again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.hooks.hook_file import SH, is_shell
from bugcapture.hooks.plain_shell import find_refused
from bugcapture.hooks.remedy import repair
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts
    from bugcapture.hooks.hook_file import Script


def check(facts: Facts) -> Iterator[Finding]:
    for own in facts.by_sh:
        yield from _check_text(own, "husky has sh run it", "write it for sh, or call a script of its own")
    script = facts.script
    if script is None or script in facts.by_sh or not script.language or not script.is_file:
        return
    meant = script.marked_interpreter
    advice = f"; {repair(facts, meant or 'bash')}, without the mark"
    if meant and not is_shell(meant):
        told = f"a byte order mark stands before `#!`, so sh runs what is written for {printable(meant)}{advice}"
        yield Finding(script.path, 1, RULE.code, told)
    elif not script.interpreter or script.interpreter[0].rpartition("/")[2] == SH:
        why = "a byte order mark stands before `#!`" if meant else "its first line has no `#!`"
        why = "its first line says so" if script.interpreter else why
        found = list(_check_text(script, f"sh runs it: {why}", repair(facts)))
        yield from found
        if meant and not found:
            told = f"a byte order mark stands before `#!`, so sh runs it, and tells an error each time{advice}"
            yield Finding(script.path, 1, RULE.code, told, Severity.WARNING)


def _check_text(script: Script, why: str, advice: str) -> Iterator[Finding]:
    found = find_refused(script.text)
    if found is not None:
        line, what = found
        told = f"{why}, and the sh of this system does not understand {what}, so every push fails; {advice}"
        yield Finding(script.path, line, RULE.code, told)


RULE = HookRule(code="HK108", check=check)
