"""Repair a file: the calls that make the mocks change, and an import is added; every other byte stays."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.scan.imports import add_import, is_taken
from bugcapture.scan.parse import parse
from bugcapture.scan.source_text import SourceText
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bugcapture.scan.hazard import Hazard, Span
    from bugcapture.scan.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What becomes of a call.

    Attributes:
        keyword: The name and the source of an argument that is added.
        callee: The module and the name of what is called instead.
    """

    keyword: tuple[str, str] | None = None
    callee: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A finding that is not repaired.

    Attributes:
        hazard: The finding.
        reason: Why.
    """

    hazard: Hazard
    reason: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """What becomes of a file.

    Attributes:
        content: Its content afterwards; the same where nothing is repaired.
        done: The findings that are repaired.
        refused: Those that are not.
    """

    content: bytes
    done: tuple[Hazard, ...]
    refused: tuple[Refusal, ...]


def repair(content: bytes, hazards: Sequence[Hazard], rules: Iterable[Rule], *, unsafe: bool) -> Repaired:
    """Repair what can be repaired in one file.

    Each repair stands for itself: one that would change anything but its own call is refused. The result is parsed
    again and is what was parsed before with these calls changed, and its comments are the same.

    Args:
        content: The file.
        hazards: Its findings.
        rules: The rules.
        unsafe: Whether repairs that may change what a test says are made as well.
    """
    by_code = {rule.code: rule for rule in rules}
    done: list[Hazard] = []
    refused: list[Refusal] = []
    for hazard in hazards:
        rule = by_code.get(hazard.rule)
        if rule is None or rule.repair is None:
            continue
        if rule.fixable != "safe" and not unsafe:
            refused.append(Refusal(hazard, "the fix may change what the test says: --unsafe-fixes makes it"))
            continue
        # Places are those of the content as it is: of two findings of one call the first is repaired.
        if any(_overlap(one.span, hazard.span) for one in done):
            refused.append(Refusal(hazard, "another fix touches the same call: run it again"))
            continue
        done.append(hazard)
    try:
        return _apply(content, done, list(refused), by_code)
    except (RecursionError, MemoryError):
        reason = "the file is nested too deeply"
        return Repaired(content, (), (*refused, *(Refusal(one, reason) for one in done)))


def _apply(content: bytes, chosen: list[Hazard], refused: list[Refusal], rules: dict[str, Rule]) -> Repaired:
    done: list[Hazard] = []
    current = content
    # From the end of the file, so that the places of those above stay.
    for hazard in sorted(chosen, key=lambda one: one.span, reverse=True):
        try:
            current = _one(current, hazard, rules[hazard.rule])
        except _RefusedError as error:
            refused.append(Refusal(hazard, str(error)))
        else:
            done.append(hazard)
    modules = {module for hazard in done for module in _needed(content, hazard, rules[hazard.rule])}
    reason = "" if not done or _is_sound(content, current) else "it would change more than the call"
    try:
        for module, name in sorted(modules):
            current = _with_import(current, module, name)
    except (ValueError, SyntaxError) as error:
        reason = f"the import cannot be added: {error}"
    if reason:
        return Repaired(content, (), (*refused, *(Refusal(one, reason) for one in done)))
    return Repaired(current, tuple(reversed(done)), tuple(refused))


def _with_import(content: bytes, module: str, name: str) -> bytes:
    """The file with one more import, and nothing else in its syntax.

    Raises:
        ValueError: If there is no place for it.
    """
    result = add_import(content, module, name)
    if result != content:
        before, after = ([ast.dump(one) for one in parse(text).body] for text in (content, result))
        added = ast.dump(ast.parse(f"from {module} import {name}").body[0])
        if added in after:
            after.remove(added)
        if after != before:
            raise ValueError("there is no line for the import")
    return result


class _RefusedError(Exception):
    """A repair that cannot be made; the text says why."""


def _call_at(tree: ast.Module, span: Span) -> ast.Call:
    for node in walk(tree):
        if (
            isinstance(node, ast.Call)
            and (node.lineno, node.col_offset) == (span.line, span.column)
            and (node.end_lineno, node.end_col_offset) == (span.end_line, span.end_column)
        ):
            return node
    raise _RefusedError("the mock is not made by a call here")


def _wanted(call: ast.Call, hazard: Hazard, rule: Rule) -> Repair:
    found = hazard.unfixable or (rule.repair(hazard, call) if rule.repair is not None else "there is no fix")
    if isinstance(found, str):
        raise _RefusedError(found)
    return found


def _needed(content: bytes, hazard: Hazard, rule: Rule) -> list[tuple[str, str]]:
    found = _wanted(_call_at(parse(content), hazard.span), hazard, rule)
    return [found.callee] if found.callee is not None else []


def _one(content: bytes, hazard: Hazard, rule: Rule) -> bytes:
    tree = parse(content)
    call = _call_at(tree, hazard.span)
    wanted = _wanted(call, hazard, rule)
    text = SourceText(content)
    edits: list[TextEdit] = []
    changed = parse(content)
    target = _call_at(changed, hazard.span)
    if wanted.callee is not None:
        module, name = wanted.callee
        if is_taken(tree, module, name):
            raise _RefusedError(f"{name} is something else in this file")
        start = text.offset(call.func.lineno, call.func.col_offset)
        end = text.offset(call.func.end_lineno or 0, call.func.end_col_offset or 0)
        edits.append(TextEdit(start, end, name))
        target.func = ast.Name(name, ast.Load())
    if wanted.keyword is not None:
        word, source = wanted.keyword
        edits.append(_add_keyword(text, call, word, source))
        target.keywords.append(ast.keyword(word, ast.parse(source, mode="eval").body))
    result = text.encode(apply_edits(text.text, edits))
    try:
        same = ast.dump(parse(result)) == ast.dump(changed)
    except (SyntaxError, ValueError):
        same = False
    if not same:
        raise _RefusedError("the call is written in a way that cannot be changed safely")
    return result


def _add_keyword(text: SourceText, call: ast.Call, word: str, source: str) -> TextEdit:
    parts: list[ast.expr] = [*call.args, *(one.value for one in call.keywords)]
    if parts:
        last = max(parts, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0))
        at = text.offset(last.end_lineno or 0, last.end_col_offset or 0)
        return TextEdit(at, at, f", {word}={source}")
    at = text.text.index("(", text.offset(call.func.end_lineno or 0, call.func.end_col_offset or 0)) + 1
    return TextEdit(at, at, f"{word}={source}")


def _is_sound(before: bytes, after: bytes) -> bool:
    """Whether a file can still be parsed and its comments are the same."""
    try:
        parse(after)
        return _comments(before) == _comments(after)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return False


def _comments(content: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(content).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _overlap(one: Span, other: Span) -> bool:
    return (one.line, one.column) < (other.end_line, other.end_column) and (other.line, other.column) < (
        one.end_line,
        one.end_column,
    )
