"""Scan one test file."""

from __future__ import annotations

import tokenize
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bugcapture.core.text import printable
from bugcapture.scan.found import Found
from bugcapture.scan.hazard import lowered
from bugcapture.scan.reading import read_module
from bugcapture.scan.strangers import mark_given_away
from bugcapture.scan.suppress import MARK, read_suppressions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.conftests import Around
    from bugcapture.scan.hazard import Hazard, Step
    from bugcapture.scan.rule import Rule, Scope

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError)


def scan_file(
    path: str, content: bytes, scope: Scope, rules: Iterable[Rule], around: Around | None = None
) -> Found:
    """Scan one file.

    Args:
        path: The file as findings name it.
        content: What it holds.
        scope: What rules may look at besides.
        rules: The rules to ask.
        around: What the conftest files around it bring.
    """
    try:
        module = read_module(path, content, around.mocks if around else {})
        module.restored_around = around.restored if around else {}
        mark_given_away(module, scope.index)
        suppressions = read_suppressions(content) if MARK in content else []
    except UNREADABLE as error:
        return unreadable(error)
    elsewhere = {view.mock.span: view.mock.made for view in module.views if view.mock.made is not None}

    def is_skipped(hazard: Hazard) -> bool:
        functions = module.outline.functions
        return any(one.is_test and one.is_skipped for one in functions if one.qualname == hazard.symbol)

    seen: dict[tuple[object, ...], Hazard] = {}
    for rule in rules:
        try:
            for found in lowered(rule.check(module, scope), is_skipped):
                hazard = _with_origin(found, elsewhere.get(found.span))
                key = (hazard.rule, hazard.made or hazard.span, hazard.subject)
                known = seen.get(key)
                # The same mock in several tests is one finding, told at its worst.
                if known is None or hazard.level.rank < known.level.rank:
                    seen[key] = hazard
        except RecursionError:
            return Found(problem="is nested too deeply to be followed")
    return Found(sorted(map(_clean, seen.values()), key=lambda hazard: hazard.order), suppressions)


def _with_origin(hazard: Hazard, made: Step | None) -> Hazard:
    """A finding about a mock of another file, with the place where it is made."""
    return hazard if made is None else replace(hazard, made=made, trace=(made, *hazard.trace))


def read_comments(content: bytes) -> Found:
    """What is found in a file that no rule is about: comments that hold nothing back.

    Args:
        content: What it holds.
    """
    try:
        return Found([], read_suppressions(content) if MARK in content else [])
    except UNREADABLE as error:
        return unreadable(error)


def unreadable(error: BaseException) -> Found:
    """What is told of a file that is no Python.

    Args:
        error: What was raised.
    """
    line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
    reason = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    return Found(problem=f"cannot be parsed: {printable(reason)}", line=line)


def _clean(hazard: Hazard) -> Hazard:
    """A finding without characters of the scanned code that a terminal would obey, or that are no text."""
    texts = (
        hazard.message,
        hazard.subject,
        hazard.symbol,
        *hazard.fixtures,
        *(step.text for step in hazard.trace),
    )
    if all(map(str.isprintable, texts)) and hazard.recipe.isascii():
        return hazard
    return replace(
        hazard,
        message=printable(hazard.message),
        subject=printable(hazard.subject),
        symbol=printable(hazard.symbol),
        fixtures=tuple(map(printable, hazard.fixtures)),
        trace=tuple(replace(step, text=printable(step.text)) for step in hazard.trace),
        recipe=hazard.recipe.encode("utf-8", "backslashreplace").decode(),
    )
