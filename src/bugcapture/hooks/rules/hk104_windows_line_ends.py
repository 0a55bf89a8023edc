"""Lines of a script end as on Windows.

## What it does
Finds carriage returns at the ends of lines in the hook, and in the scripts of the project that it runs.

## Why is this bad?
The system looks for an interpreter whose name ends with a carriage return, and a shell for commands like that:
every push fails, or, worse, only a part of the script works.

## What to do
Write the file with the line ends of Unix. Where it is tracked, `* text eol=lf` in `.gitattributes` keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import plural
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    hook = [facts.script] if facts.script is not None and facts.script.language else []
    for script in {one.path: one for one in (*hook, *facts.scripts) if one.windows_lines}.values():
        count = plural(len(script.windows_lines), "line")
        told = f"{count} of it end as on Windows (CRLF), which no shell understands; run `dos2unix {script.path}`"
        yield Finding(script.path, script.windows_lines[0], RULE.code, told)


RULE = HookRule(code="HK104", check=check)
