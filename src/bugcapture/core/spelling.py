"""How near two spellings are to each other."""

from __future__ import annotations

import re
import unicodedata

_LOOKED_AT = 240


def compact(text: str) -> str:
    """The letters and digits alone, so that separators, case and hidden characters do not matter."""
    return "".join(char for char in fold(text[:_LOOKED_AT]) if char.isalnum())


def fold(text: str) -> str:
    """The text without differences of case and of width."""
    return unicodedata.normalize("NFKC", text).casefold()


def split_number(word: str) -> tuple[str, str]:
    """A word and the digits at its end."""
    match = re.search(r"[0-9]+\Z", word)
    return (word[: match.start()], match.group()) if match else (word, "")


def distance(left: str, right: str) -> int:
    """Edits from one word to the other: insert, delete, replace, or swap two neighbours.

    The optimal string alignment distance; see G. Navarro, "A guided tour to approximate string
    matching", ACM Computing Surveys 33 (2001).
    """
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        before, last, row = row, before, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
