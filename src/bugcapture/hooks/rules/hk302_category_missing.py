"""A category of checks is missing.

## What it does
Sorts every command that runs into categories, by its program and by the id of its hook, and compares them with
those that the project requires: `required` in `[tool.bugcapture.hooks]`.

## Why is this bad?
A mistake of that category is found by the CI, minutes after the push, or never.

## What to do
Add a hook, give an existing one the stage, or teach `categories` the name of your own command. Where a project
requires nothing, what is missing is only told. Where a script runs what nobody knows before it runs (`$CHECK`), a
category that is not seen elsewhere may be there: that is a warning, with the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable, shorten
from bugcapture.hooks.categories import find_categories
from bugcapture.hooks.commented import find_commented
from bugcapture.hooks.program import strip_starters
from bugcapture.hooks.rule import HookRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.facts import Facts


def check(facts: Facts) -> Iterator[Finding]:
    is_there = {category for step in facts.steps for category in step.categories}
    missing = [category for category in facts.required if category not in is_there]
    if (facts.script is None and facts.place is not None) or not facts.is_known or facts.missing:
        return
    if not facts.steps and all(call.is_hook for call in facts.calls):
        return  # Another rule says that nothing runs.
    if not facts.is_required_set:
        listed = ", ".join(missing)
        if any(step.is_open for step in facts.steps):
            listed += ", as far as it can be read"
        told = f"nothing runs at {facts.hook_type} for {listed}; see `required` in [tool.bugcapture.hooks]"
        yield from [Finding(facts.path, 0, RULE.code, told, Severity.INFO)] if missing else []
        return
    unknown = next((step for step in facts.steps if step.is_open), None)
    for category in missing:
        place, why = _elsewhere(facts, category)
        told = f"nothing runs at {facts.hook_type} for the required category {category}{why}"
        if unknown is None:
            yield Finding(*(place or (facts.path, 0)), RULE.code, told)
        else:
            told = f"{told}, as far as it can be read: what {unknown.shown} does is not known before it runs"
            yield Finding(*(place or (unknown.path, unknown.line)), RULE.code, told, Severity.WARNING)


def _elsewhere(facts: Facts, category: str) -> tuple[tuple[str, int] | None, str]:
    """A hook of the category that does not run, and why it does not."""
    patterns = {category: facts.patterns[category]}
    for one in facts.configurations:
        for hook in one.hooks:
            texts = (hook.id, " ".join(strip_starters((hook.entry or "").split())))
            if find_categories(texts, patterns) and facts.hook_type not in hook.stages:
                stages = printable(", ".join(hook.stages) or "no stage")
                return (hook.path, hook.stages_line), f": {printable(hook.id)} runs at {stages} only"
        for line, name in one.commented:
            if find_categories((name,), patterns):
                return (one.path, line), f": {printable(name)} is commented out"
    for script in facts.scripts if facts.steps else ():
        if found := find_commented(script.text, patterns):
            line, command = found
            return (script.path, line), f": {printable(shorten(command, 80))} is commented out"
    return None, ""


RULE = HookRule(code="HK302", check=check)
