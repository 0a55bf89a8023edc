"""A call of pre-commit looks at no files of the push.

## What it does
Finds `pre-commit run` and `prek run` in scripts without `--all-files`, `--from-ref` or `--files`, and with the
hooks of another stage.

## Why is this bad?
Such a call looks at what is staged. Before a push that is mostly nothing, and hooks without files are passed
over.

## What to do
Add `--all-files`, or `--from-ref` and `--to-ref`; name the stage with `--hook-stage pre-push`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    path = facts.path
    for call in (call for call in facts.calls if not call.is_hook):
        if not call.has_files and facts.hook_type == "pre-push":
            told = f"`{call.tool} run` looks at staged files only; add --all-files, or --from-ref and --to-ref"
            yield Finding(path, call.line, RULE.code, told, Severity.WARNING)
        if call.stage != facts.hook_type:
            told = (
                f"`{call.tool} run` takes the hooks of {printable(call.stage)}; add --hook-stage {facts.hook_type}"
            )
            yield Finding(path, call.line, RULE.code, told, Severity.INFO)


RULE = HookRule(code="HK206", check=check)
