"""Our tags in any spelling that Robot Framework takes for the same tag.

Robot compares tags without case, white space and underscores (``robot.model.Tags``, which asks
``robot.utils.normalize`` with ``ignore="_"``): ``Tdd Bug 991``, ``TDDBUG991`` and ``tdd_bug_9 91`` *are*
``tdd_bug_991``. Hyphens, dots and hidden characters make a tag another tag.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bugcapture.core.tags import SWITCH, TagKind, read_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final = {"tddbug": "tdd_bug", "tddissue": "tdd_issue", "tddexpectedfail": SWITCH}
_FAMILIES: Final = ("tdd_bug", "tdd_issue")


def normal_tag(tag: str) -> str:
    """A tag as Robot compares it: case-folded, without white space and underscores."""
    return "".join(tag.split()).casefold().replace("_", "")


@lru_cache(maxsize=4096)
def canonical_tag(tag: str) -> str:
    """The canonical spelling of one of our tags; every other tag as it is.

    Args:
        tag: A tag as Robot holds it.

    Returns:
        ``tdd_bug``, ``tdd_issue`` or ``tdd_expected_fail`` for what Robot takes for these;
        ``tdd_bug_<rest>`` or ``tdd_issue_<rest>`` for a family with anything behind it that does not begin
        with a letter. Leading zeros stay (``Tdd Bug 0 0 7`` is ``tdd_bug_007``), so that rule T5 sees them.
        ``tdd_bug_x`` and ``tdd_bugs`` stay as written, for rules T5 and T4.
    """
    normal = normal_tag(tag)
    if word := _WORDS.get(normal):
        return word
    for family in _FAMILIES:
        rest = normal.removeprefix(family.replace("_", ""))
        if rest != normal and not rest[0].isalpha():
            return f"{family}_{rest}"
    return tag


@lru_cache(maxsize=4096)
def is_ours(tag: str) -> bool:
    """Whether a tag, in any spelling, is one of ours or a near miss."""
    return read_tag(canonical_tag(tag)).kind is not TagKind.OTHER


def canonical_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """All tags in canonical spelling, each once, in order.

    Args:
        tags: The tags of one test as Robot holds them.
    """
    return tuple(dict.fromkeys(map(canonical_tag, tags)))
