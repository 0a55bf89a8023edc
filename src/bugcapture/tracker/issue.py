"""An issue, the same whatever forge it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TITLE_LIMIT: Final = 200
_URL_LIMIT: Final = 500
_LABEL_LIMIT: Final = 100
_LETTERS: Final = re.compile(r"[^a-z]+")


class ClosedAs(StrEnum):
    """Why an issue was closed, as far as the tracker tells."""

    FIXED = "fixed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"
    MOVED = "moved"
    UNKNOWN = "unknown"

    @property
    def may_be_fixed(self) -> bool:
        """Whether the bug counts as fixed: the tracker says so, or knows no reasons."""
        return self in {ClosedAs.FIXED, ClosedAs.UNKNOWN}


# The last word of labels such as `Reviewed/Won't Fix` and `resolution::duplicate`, letters only.
_SPOKEN: Final[Mapping[str, ClosedAs]] = MappingProxyType(
    {
        "duplicate": ClosedAs.DUPLICATE,
        "bydesign": ClosedAs.NOT_PLANNED,
        "cannotreproduce": ClosedAs.NOT_PLANNED,
        "cantreproduce": ClosedAs.NOT_PLANNED,
        "invalid": ClosedAs.NOT_PLANNED,
        "notabug": ClosedAs.NOT_PLANNED,
        "notplanned": ClosedAs.NOT_PLANNED,
        "wontdo": ClosedAs.NOT_PLANNED,
        "wontfix": ClosedAs.NOT_PLANNED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue, or what the tracker has under its number.

    All texts come from strangers; they are printable and short.

    Attributes:
        number: Its number.
        title: Its title.
        url: Its page for people; empty when the tracker names none that a browser could open.
        is_open: Whether it is open.
        closed_as: Why it was closed; None while it is open.
        closed_at: When it was closed; None while it is open, or when the tracker does not say.
        is_pull_request: Whether the number belongs to a pull or merge request.
        labels: The names of its labels.
    """

    number: int
    title: str
    url: str = ""
    is_open: bool = True
    closed_as: ClosedAs | None = None
    closed_at: datetime | None = None
    is_pull_request: bool = False
    labels: tuple[str, ...] = ()

    def has_label(self, label: str) -> bool:
        """Whether it carries a label; forges do not tell upper case from lower."""
        return label.casefold() in {own.casefold() for own in self.labels}


def make_issue(
    *,
    number: int,
    title: str,
    url: str = "",
    is_open: bool,
    closed_as: ClosedAs = ClosedAs.UNKNOWN,
    closed_at: datetime | None = None,
    is_pull_request: bool = False,
    labels: Iterable[str] = (),
) -> Issue:
    """An issue from what a forge says about it, with all texts made safe.

    Labels such as ``wontfix`` and ``duplicate`` outweigh "closed as completed": that is what every forge
    writes when nobody chooses a reason.

    Args:
        number: Its number.
        title: Its title.
        url: Its page for people.
        is_open: Whether it is open.
        closed_as: The forge's own word for why it was closed.
        closed_at: When it was closed.
        is_pull_request: Whether it is a pull or merge request.
        labels: The names of its labels.
    """
    names = tuple(labels)
    return Issue(
        number=number,
        title=shorten(printable(title), _TITLE_LIMIT),
        url=_safe_url(url),
        is_open=is_open,
        closed_as=None if is_open else _weigh(closed_as, names),
        closed_at=None if is_open else _in_utc(closed_at),
        is_pull_request=is_pull_request,
        labels=tuple(shorten(printable(name), _LABEL_LIMIT) for name in names),
    )


def _weigh(said: ClosedAs, labels: Iterable[str]) -> ClosedAs:
    if not said.may_be_fixed:
        return said
    spoken = {_SPOKEN.get(_last_word(label)) for label in labels} - {None}
    return next((reason for reason in (ClosedAs.DUPLICATE, ClosedAs.NOT_PLANNED) if reason in spoken), said)


def _last_word(label: str) -> str:
    return _LETTERS.sub("", re.split(r"[/:]", label.casefold())[-1])


def _safe_url(url: str) -> str:
    browsable = url.startswith(("https://", "http://")) and len(url) <= _URL_LIMIT
    return url if browsable and url.isascii() and url.isprintable() and not set(url) & set(" \"'<>`") else ""


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # The first or the last day that there is.
        return None
