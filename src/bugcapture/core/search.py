"""Find the first of many revisions that does something, with as few trials as can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# A step four times as long as the one before costs fewer trials than one twice as long, counted with the search
# between the last two: for 64 revisions at most eleven in all.
_GROWTH: Final = 4


class Answer(StrEnum):
    """What a trial of one revision says."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search.

    Attributes:
        first_bad: The position of the first bad revision, as far as it could be told.
        last_good: The position of the last good one; None when there is none.
        doubtful: Positions between the two that could not be tried: the first bad one may be any of them.
    """

    first_bad: int
    last_good: int | None
    doubtful: tuple[int, ...] = ()


def find_first_bad(length: int, ask: Callable[[int], Answer], *, good: int | None = None) -> Found:
    """Search revisions in a row, the newest at 0 and known to be bad, for the one with which it began.

    Without a good revision the search goes back in growing steps until it meets one. What cannot be tried is
    passed by; where it lies between the last good and the first bad one, the answer is that range.

    Args:
        length: How many revisions there are.
        ask: Tries one, by its position.
        good: The position of a revision that is known to be good; None looks for one.

    Returns:
        The first bad revision. What lies between a good and a bad one is taken to change once.
    """
    bad = 0
    doubtful: set[int] = set()

    def try_one(position: int) -> None:
        nonlocal bad, good
        answer = ask(position)
        if answer is Answer.GOOD:
            good = position
        elif answer is Answer.BAD:
            bad = position
        else:
            doubtful.add(position)

    distance = 1
    while good is None and distance < _GROWTH * (length - 1):
        try_one(min(distance, length - 1))
        distance *= _GROWTH
    while True:
        # Where nothing is good, what cannot be tried is the end of what can be known.
        end = good if good is not None else min((one for one in doubtful if one > bad), default=length)
        candidates = [position for position in range(bad + 1, end) if position not in doubtful]
        if not candidates:
            return Found(bad, good, tuple(sorted(one for one in doubtful if bad < one < (good or length))))
        middle = (bad + end) / 2
        try_one(min(candidates, key=lambda one: abs(one - middle)))
