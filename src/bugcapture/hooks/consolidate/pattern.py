"""One pattern of ``files`` that matches what any of some matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS: Final = re.compile(r"\(\?([aimsux]+)\)")
# What names a group of the pattern, or refers to one by its number or name.
_REFERENCE: Final = re.compile(r"\\[1-9]|\(\?P|\(\?\(")
_NOT_VERBOSE: Final = re.compile(r"[\s#]")
_MANY: Final = 50


def can_be_united(pattern: str) -> bool:
    """Whether a pattern means the same as a part of another."""
    if _REFERENCE.search(pattern):
        return False
    try:
        re.compile(_enclose(pattern))
    except re.error:  # Some more flags, which have to be the first of the whole.
        return False
    return True


def unite_patterns(patterns: Sequence[str]) -> str:
    """A pattern that matches the files that any of some patterns matches, and no others.

    Args:
        patterns: Regular expressions that are searched for; each can be united with others.
    """
    distinct = list(dict.fromkeys(patterns))
    if len(distinct) == 1:
        return distinct[0]
    if "" in distinct:
        return ""
    plain = not any(_FLAGS.match(one) or _NOT_VERBOSE.search(one) for one in distinct)
    if plain and sum(map(len, distinct)) > _MANY:
        return "(?x)(\n" + "|\n".join(f"  {one}" for one in distinct) + "\n)"
    return "|".join(map(_enclose, distinct))


def _enclose(pattern: str) -> str:
    """A pattern as one part of another, with the flags that it begins with."""
    found = _FLAGS.match(pattern)
    flags = found[1].replace("u", "") if found else ""
    rest = pattern[found.end() :] if found else pattern
    # A verbose pattern may end with a comment.
    return f"(?{flags}:{rest}\n)" if "x" in flags else f"(?{flags}:{rest})"
