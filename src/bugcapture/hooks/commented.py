"""Commands of a script that are commented out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.categories import find_categories, is_work
from bugcapture.hooks.program import find_programs
from bugcapture.hooks.shell.tokens import ShellError
from bugcapture.hooks.shell.walk import walk_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from re import Pattern

_COMMENT: Final = re.compile(r"(\s*)#+(?!!)[ \t]?(.*\S)")
# What a category is called is no program, and with these words somebody talks about one.
_TOPIC: Final = re.compile(
    r"(?:(?:lint|format|typ|typecheck|type-check|test)(?:ing|er|e?s?)?|fmt|e2e|meta|docs?|documentation|"
    r"(?:unit|integration)(?:-?tests?)?|.*[,:.;])\Z",
    re.IGNORECASE,
)
_TALK: Final = frozenset(
    {
        "a", "after", "an", "and", "are", "as", "before", "but", "by", "can", "disabled", "does", "fails",
        "finds", "first", "for", "has", "if", "in", "is", "it", "later", "must", "needs", "now", "off", "on",
        "only", "or", "runs", "should", "skipped", "slow", "so", "takes", "than", "that", "the", "then",
        "this", "to", "too", "was", "when", "which", "will", "with",
    }
)  # fmt: skip
_MOST: Final = 20
_LONGEST: Final = 12


def find_commented(text: str, patterns: Mapping[str, Sequence[Pattern[str]]]) -> tuple[int, str] | None:
    """A command that a script would come to if its line were no comment.

    Args:
        text: The script.
        patterns: The patterns of the categories that are looked for.

    Returns:
        The line and the command; None without one.
    """
    lines = text.split("\n")
    candidates = list(_candidates(lines, patterns))[:_MOST]
    for at, line in candidates:
        try:
            runs = walk_script("\n".join([*lines[:at], line, *lines[at + 1 :]]))
        except ShellError:
            continue
        for found in (found for run in runs for found in find_programs(run.words)):
            command = " ".join(found.words)
            if is_work(found.words) and not _is_talk(found.words) and find_categories((command,), patterns):
                return at + 1, command
    return None


def _candidates(lines: Sequence[str], patterns: Mapping[str, Sequence[Pattern[str]]]) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(lines):
        found = _COMMENT.match(line)
        if found is None:
            continue
        words = re.split(r"[\s\"']+", found[2])
        if any(find_categories((" ".join(words[start:]),), patterns) for start in range(len(words))[:_LONGEST]):
            yield at, found[1] + found[2]


def _is_talk(words: Sequence[str]) -> bool:
    return bool(_TOPIC.match(words[0])) or not _TALK.isdisjoint(words[1:])
