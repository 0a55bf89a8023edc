"""A hook is for files that do not exist.

## What it does
Compares `files` and `exclude` of each hook that runs, and of the whole configuration, with the files that git
tracks.

## Why is this bad?
A hook without files is passed over, and shown as skipped. A pattern that is a glob (`*.py`), or names a folder
that was moved, looks right and never matches.

## What to do
Mend the pattern, which is a regular expression, or set `always_run: true`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    if not facts.tracked:
        return
    by_path = {one.path: one for one in facts.configurations}
    for hook in facts.configured():
        own = by_path[hook.path]
        patterns = (own.files, own.exclude, hook.files, hook.exclude)
        if hook.always_run or None in patterns or hook.repo == "meta":
            continue
        inside = f"{own.folder}/" if own.folder else ""
        names = [name.removeprefix(inside) for name in facts.tracked if name.startswith(inside)]
        if not any(_applies(name, patterns) for name in names):
            told = f"{printable(hook.id)} never runs: its `files` and `exclude` match no tracked file"
            yield Finding(hook.path, hook.line, RULE.code, told, Severity.WARNING)


def _applies(name: str, patterns: tuple[str | None, ...]) -> bool:
    files, exclude, own_files, own_exclude = (re.compile(pattern or "") for pattern in patterns)
    if not files.search(name) or exclude.search(name):
        return False
    return bool(own_files.search(name)) and not own_exclude.search(name)


RULE = HookRule(code="HK305", check=check)
