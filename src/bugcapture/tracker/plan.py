"""How to learn the state of some issues with few requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# From here on, the first page of a list is likely to save more requests than it costs.
ENOUGH_TO_LIST: Final = 3


def count_pages(wanted: Collection[int], newest: int, page_size: int) -> int:
    """How many pages of a list to read, after which the issues that are still unknown are asked for singly.

    The list has the newest issues first, and their numbers ascend with their age, so a page holds about the
    next numbers below those of the page before. The first page has been read already.

    Args:
        wanted: The numbers that shall be known.
        newest: The highest number of the first page.
        page_size: How many entries it has.

    Returns:
        The number of pages, at least 1, for which pages and single requests together are fewest.
    """
    below = max(newest - min(wanted, default=newest), 0)
    most = min(1 + below // max(page_size, 1), 1 + len(wanted))

    def cost(pages: int) -> int:
        return pages + sum(number <= newest - pages * page_size for number in wanted)

    return min(range(1, most + 1), key=cost)


def split(numbers: Collection[int], size: int) -> Iterator[list[int]]:
    """Divide numbers into lists of at most some size, in ascending order."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
