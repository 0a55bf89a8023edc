"""The tag grammar and its rules T1-T6.

Two families, ``tdd_bug`` and ``tdd_issue``, name bugs by number; ``tdd_expected_fail`` is the switch.
Tags arrive here as plain names, without the ``@``, already inherited down to one test.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bugcapture.core.spelling import compact, distance, fold, split_number
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SWITCH: Final = "tdd_expected_fail"
FAMILIES: Final = ("bug", "issue")
PREFIX: Final = "tdd_"

_MAX_DIGITS = 18
_NUMBER = re.compile(rf"[1-9][0-9]{{0,{_MAX_DIGITS - 1}}}\Z")
_NUMBERED = re.compile(r"tdd_(bug|issue)_(.*)\Z", re.DOTALL)
_RETRY = re.compile(
    r"(auto_?retry([_.(:=-].*)?|flaky([(:=].*)?|(test|task):retry\(.*)\Z", re.IGNORECASE | re.DOTALL
)
_NATIVE_XFAIL = re.compile(r"xfail([_.(:=-].*)?\Z", re.IGNORECASE | re.DOTALL)
_TYPO_START = re.compile(r"t|d")
_PREFIX_WORD = re.compile(r"[\W_]*tdd(?![^\W_])")
_STEMS: Final = {"tddbug": "tdd_bug", "tddissue": "tdd_issue", "tddexpectedfail": SWITCH}
_SHOWN = 60


class TagKind(StrEnum):
    """What one tag is."""

    FAMILY = "family"
    NUMBER = "number"
    SWITCH = "switch"
    MALFORMED = "malformed"
    NEAR_MISS = "near_miss"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, read by the grammar.

    Attributes:
        text: The tag as written, without ``@``.
        kind: What it is.
        family: ``bug`` or ``issue`` for family and number tags, else an empty string.
        number: The bug number of a number tag, else 0.
    """

    text: str
    kind: TagKind
    family: str = ""
    number: int = 0

    @property
    def shown(self) -> str:
        """The tag as a reader may see it: with ``@``, printable, not endless."""
        return "@" + shorten(printable(self.text), _SHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPolicy:
    """What a project asks of its tags.

    Attributes:
        require: Families that a test with the switch must carry completely (rule T3).
        allow_tags: Tags of the project's own that only look like ours (rule T4).
    """

    require: tuple[str, ...] = ()
    allow_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TagProblem:
    """One broken rule.

    Attributes:
        rule: ``T1`` to ``T6``.
        tag: The tag to point at, as written without ``@``.
        message: What is wrong and what would be right, printable.
    """

    rule: str
    tag: str
    message: str


@dataclass(frozen=True, slots=True)
class TestTags:
    """The tags of one test, as far as they concern bugcapture.

    Attributes:
        ids: Bug numbers of both families, ascending, each once.
        expected_fail: Whether the switch is on.
    """

    __test__ = False

    ids: tuple[int, ...] = ()
    expected_fail: bool = False

    @property
    def captured(self) -> bool:
        """Whether the test belongs to a bug at all."""
        return bool(self.ids) or self.expected_fail


def read_tag(text: str) -> Tag:
    """Read one tag.

    Args:
        text: The tag without ``@``; any text is accepted.

    Returns:
        The tag with its kind. Nothing that looks like a ``tdd_`` tag is ever `TagKind.OTHER`.
    """
    if text == SWITCH:
        return Tag(text, TagKind.SWITCH)
    if text in {"tdd_bug", "tdd_issue"}:
        return Tag(text, TagKind.FAMILY, text.removeprefix(PREFIX))
    if match := _NUMBERED.match(text):
        family, number = match.groups()
        if _NUMBER.match(number):
            return Tag(text, TagKind.NUMBER, family, int(number))
        return Tag(text, TagKind.MALFORMED, family)
    return Tag(text, TagKind.NEAR_MISS if _looks_like_ours(text) else TagKind.OTHER)


def read_tags(texts: Iterable[str]) -> TestTags:
    """Read the tags of one test, without judging them.

    Args:
        texts: All tags in effect for the test, without ``@``.

    Returns:
        The bug numbers and the switch; broken tags add nothing (see `check_tags`).
    """
    tags = [read_tag(text) for text in texts]
    ids = {tag.number for tag in tags if tag.kind is TagKind.NUMBER}
    return TestTags(tuple(sorted(ids)), any(tag.kind is TagKind.SWITCH for tag in tags))


def check_tags(texts: Sequence[str], policy: TagPolicy | None = None) -> tuple[TagProblem, ...]:
    """Check the tags of one test against rules T1-T6.

    Args:
        texts: All tags in effect for the test, without ``@``; order and repetition do not matter.
        policy: The project's own demands; None for the defaults.

    Returns:
        All problems, in the order T1 to T6; empty when the tags are right.
    """
    policy = policy or TagPolicy()
    unique = list(dict.fromkeys(texts))
    tags = [read_tag(text) for text in unique if text not in policy.allow_tags]
    problems = [*_check_families(tags), *_check_switch(tags, policy), *_check_spelling(tags)]
    if any(tag.kind is TagKind.SWITCH for tag in tags):
        problems += _check_company(unique)
    return tuple(sorted(problems, key=lambda problem: problem.rule))


def check_single_tag(text: str, policy: TagPolicy | None = None) -> TagProblem | None:
    """Check what one tag says alone: its spelling (T4) and its number (T5).

    Args:
        text: The tag without ``@``.
        policy: The project's own demands; None for the defaults.

    Returns:
        The problem, or None.
    """
    if policy and text in policy.allow_tags:
        return None
    return next(iter(_check_spelling([read_tag(text)])), None)


def suggest_tag(text: str) -> str:
    """The tag that was probably meant, without ``@``.

    Args:
        text: A near miss such as ``tdd_isue_6`` or ``TDD-bug-5``.

    Returns:
        The nearest valid tag; a number is kept when there is a usable one.
    """
    if "@" in text:
        text = next((part for part in text.split("@") if read_tag(part).kind is not TagKind.OTHER), text)
        if read_tag(text).kind in {TagKind.FAMILY, TagKind.NUMBER, TagKind.SWITCH}:
            return text
    letters, digits = split_number(compact(text))
    stem = min(_STEMS, key=lambda known: distance(letters, known))
    tag = _STEMS[stem]
    number = digits.lstrip("0") if digits in fold(text) else ""
    return f"{tag}_{number}" if tag != SWITCH and _NUMBER.match(number) else tag


def _check_families(tags: Sequence[Tag]) -> Iterable[TagProblem]:
    for family in FAMILIES:
        word = next((tag for tag in tags if tag.kind is TagKind.FAMILY and tag.family == family), None)
        numbers = [tag for tag in tags if tag.kind is TagKind.NUMBER and tag.family == family]
        if word is None:
            for tag in numbers:
                yield TagProblem("T1", tag.text, f"{tag.shown} needs @tdd_{family}")
        elif not numbers:
            yield TagProblem("T2", word.text, f"{word.shown} needs a number tag, such as @tdd_{family}_991")


def _check_switch(tags: Sequence[Tag], policy: TagPolicy) -> Iterable[TagProblem]:
    switch = next((tag for tag in tags if tag.kind is TagKind.SWITCH), None)
    if switch is None:
        return
    complete = {family for family in FAMILIES if _is_complete(tags, family)}
    if not complete:
        wanted = policy.require[0] if policy.require else "bug"
        message = f"{switch.shown} needs @tdd_{wanted} and a number tag, such as @tdd_{wanted}_991"
        yield TagProblem("T3", switch.text, message)
        return
    for family in policy.require:
        if family not in complete:
            message = (
                f"{switch.shown} needs @tdd_{family} and a number tag too: [tool.bugcapture] require lists it"
            )
            yield TagProblem("T3", switch.text, message)


def _check_spelling(tags: Sequence[Tag]) -> Iterable[TagProblem]:
    for tag in tags:
        if tag.kind is TagKind.NEAR_MISS:
            message = (
                f"{tag.shown} is no bugcapture tag: did you mean @{suggest_tag(tag.text)}? "
                f"(if it is the project's own, list it in [tool.bugcapture] allow_tags)"
            )
            yield TagProblem("T4", tag.text, message)
        elif tag.kind is TagKind.MALFORMED:
            message = (
                f"{tag.shown} has no valid number: @tdd_{tag.family}_<N> takes a positive integer "
                f"without leading zeros, at most {_MAX_DIGITS} digits"
            )
            yield TagProblem("T5", tag.text, message)


def _check_company(texts: Sequence[str]) -> Iterable[TagProblem]:
    for text in texts:
        shown = Tag(text, TagKind.OTHER).shown
        if _RETRY.match(text):
            message = f"@{SWITCH} cannot be combined with {shown}: a retried test has no single failure to expect"
            yield TagProblem("T6", text, message)
        elif _NATIVE_XFAIL.match(text):
            message = f"@{SWITCH} cannot be combined with {shown}: two mechanisms would judge one failure"
            yield TagProblem("T6", text, message)


def _is_complete(tags: Sequence[Tag], family: str) -> bool:
    kinds = {tag.kind for tag in tags if tag.family == family}
    return {TagKind.FAMILY, TagKind.NUMBER} <= kinds


def _looks_like_ours(text: str) -> bool:
    if "@" in text:  # Two tags without a space between them are one tag for Behave.
        return any(read_tag(part).kind is not TagKind.OTHER for part in text.split("@"))
    word = compact(text)
    if word.startswith("tdd"):
        return _starts_with_prefix(text) or any(word.startswith(stem) for stem in _STEMS) or _is_typo(word)
    return _is_typo(word)


def _starts_with_prefix(text: str) -> bool:
    """Whether the text begins with ``tdd`` as a word of its own: ``tdd``, ``tdd_x``, ``TDD-x``."""
    seen = "".join(char for char in fold(text) if unicodedata.category(char) != "Cf")
    return _PREFIX_WORD.match(seen) is not None


def _is_typo(word: str) -> bool:
    letters, _ = split_number(word)
    if not _TYPO_START.match(letters):
        return False
    return any(_is_near(letters, stem, 2 if len(stem) > 8 else 1) for stem in _STEMS)  # noqa: PLR2004


def _is_near(letters: str, stem: str, edits: int) -> bool:
    # Each edit changes the length by one at most.
    return abs(len(letters) - len(stem)) <= edits and distance(letters, stem) <= edits
