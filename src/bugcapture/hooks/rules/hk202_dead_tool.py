"""The installed hook calls a program that is gone.

## What it does
Looks whether the path that pre-commit or prek has written into the hook is still there, and whether `PATH`
holds the tool, which the hook tries next. For lefthook, looks wherever its script does: `LEFTHOOK_BIN`, `PATH`,
`node_modules`, and the programs that may start it. What only a run of these would tell is a warning.

## Why is this bad?
The environment that it was installed from was removed or moved. Every push fails, or another version of the
tool runs. The script of lefthook tells that it cannot find lefthook, and lets the push pass unchecked.

## What to do
Install the hook again, from the environment that you use.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable, shorten
from bugcapture.hooks.remedy import install_command
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts
    from bugcapture.hooks.lefthook_search import Search


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
    if facts.search is not None and not facts.search.is_found:
        yield _tell(facts.search, facts.script.path)


def _tell(search: Search, path: str) -> Finding:
    then = "every push passes unchecked" if search.passes else "every push fails"
    advice = "install lefthook, then run `lefthook install`"
    if not search.chances:
        told = f"lefthook is neither on PATH nor anywhere else that this looks, so {then}; {advice}"
        return Finding(path, search.line, RULE.code, told)
    listed = printable(shorten(", ".join(f"`{chance}`" for chance in search.chances), 120))
    told = f"lefthook is not on PATH; unless it is found by {listed}, which is not known here, {then}; {advice}"
    return Finding(path, search.line, RULE.code, told, Severity.WARNING)


RULE = HookRule(code="HK202", check=check)
