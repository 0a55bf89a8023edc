"""Findings that people have looked at: ``# bugcapture: ignore[MK102] the guard is tested elsewhere``."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING, Final

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.scan.found import Suppression
from bugcapture.scan.rule import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bugcapture.scan.hazard import Hazard

# What a file holds that holds such a comment.
MARK: Final = b"bugcapture:"

_COMMENT: Final = re.compile(r"(?<!`)#\s*bugcapture:\s*ignore(?:\[([^\]]*)\])?\s*[:\-\u2013\u2014]*\s*(.*)\Z")


def read_suppressions(content: bytes) -> list[Suppression]:
    """The comments of a file that hold findings back, and those that mean to and cannot.

    Args:
        content: A Python file.

    Raises:
        SyntaxError: If it is none.
        tokenize.TokenError: The same.
    """
    found = []
    known = {rule.code for rule in all_rules()}
    for token in tokenize.tokenize(io.BytesIO(content).readline):
        match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        codes = tuple(part.strip() for part in (match[1] or "").split(",") if part.strip())
        wrong = [code for code in codes if code not in known]
        problem = ""
        if not codes or wrong or not match[2].strip():
            what = f"{printable(wrong[0])} is no rule" if wrong else "name the rules and say why"
            problem = f"this holds nothing back: {what}, as in `# bugcapture: ignore[MK102] tested elsewhere`"
        alone = not token.line[: token.start[1]].strip()
        found.append(Suppression(token.start[0], codes, alone, problem))
    return found


def apply_suppressions(
    path: str, hazards: Sequence[Hazard], suppressions: Iterable[Suppression], asked: frozenset[str]
) -> tuple[list[Hazard], list[Finding]]:
    """Take out what comments hold back: those on a line of the finding, or alone on the line above it.

    Args:
        path: The file as reports name it.
        hazards: Its findings.
        suppressions: Its comments.
        asked: The rules that were asked; a comment about another one is not told to be useless.

    Returns:
        What is left, and comments that hold nothing back.
    """
    able = [one for one in suppressions if not one.problem]
    used: set[tuple[int, str]] = set()
    left = []
    for hazard in hazards:
        holding = [one for one in able if hazard.rule in one.codes and _is_about(one, hazard)]
        used.update((one.line, hazard.rule) for one in holding)
        if not holding:
            left.append(hazard)
    problems = [
        Finding(path, one.line, "SUP1", one.problem, Severity.ERROR) for one in suppressions if one.problem
    ]
    problems += [
        Finding(path, one.line, "SUP2", f"there is no {code} here: the comment can go", Severity.WARNING)
        for one in able
        for code in one.codes
        if code in asked and (one.line, code) not in used
    ]
    return left, problems


def _is_about(suppression: Suppression, hazard: Hazard) -> bool:
    span = hazard.span
    above = suppression.alone and suppression.line == span.line - 1
    return above or span.line <= suppression.line <= span.end_line
