"""The hash chain: each entry holds the hash of the one before, so that no past entry can change unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GENESIS: Final = "0" * 64


class Fault(StrEnum):
    """Why a link does not hold."""

    CHANGED = "changed content"
    MISSING = "missing row"
    FORK = "fork"


class Link(NamedTuple):
    """What is hashed of an entry, as stored, and its hash."""

    id: int
    at: str
    actor: str
    action: str
    entity_type: str
    entity_id: str
    details: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """The first place where the chain does not hold.

    Attributes:
        id: The entry where it shows; for rows cut off at the end, the first id that is gone.
        fault: Its kind.
        why: A sentence for people.
    """

    id: int
    fault: Fault
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What `verify_chain` found.

    Attributes:
        checked: How many entries hold, counted from the first.
        head: The hash of the last entry that holds; `GENESIS` when there is none.
        broken: The first broken link, or None.
    """

    checked: int
    head: str
    broken: BrokenLink | None

    @property
    def intact(self) -> bool:
        """Whether every link holds."""
        return self.broken is None


def link_hash(link: Link) -> str:
    """The SHA-256 over all fields but the hash itself, as 64 hexadecimal digits."""
    # A JSON array has one reading only: no field can borrow characters from its neighbour.
    # `repr` is for values of a foreign type, which only tampering can bring in.
    text = json.dumps(link[:-1], ensure_ascii=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def check_links(
    links: Iterable[Link], *, is_fork: Callable[[Link], bool], anchor: str | None = None
) -> ChainReport:
    """Walk the chain from its first entry to the first broken link.

    Args:
        links: All entries in the order of their ids.
        is_fork: Whether an earlier entry names the same predecessor; asked for a broken link only.
        anchor: A hash that must be in the chain; None asks for nothing.

    Returns:
        How far the chain holds, and why not further.
    """
    checked, last_id, head = 0, 0, GENESIS
    anchored = anchor in {None, GENESIS}
    for link in links:
        broken = _broken_link(link, last_id=last_id, head=head, is_fork=is_fork)
        if broken is not None:
            return ChainReport(checked=checked, head=head, broken=broken)
        checked, last_id, head = checked + 1, link.id, link.hash
        anchored = anchored or head == anchor
    if anchored:
        return ChainReport(checked=checked, head=head, broken=None)
    why = f"the log ends with entry {last_id} and no entry has the expected hash {anchor}"
    return ChainReport(checked=checked, head=head, broken=BrokenLink(id=last_id + 1, fault=Fault.MISSING, why=why))


def _broken_link(link: Link, *, last_id: int, head: str, is_fork: Callable[[Link], bool]) -> BrokenLink | None:
    if link_hash(link) != link.hash:
        return BrokenLink(
            id=link.id, fault=Fault.CHANGED, why=f"entry {link.id} is not what was hashed when it was written"
        )
    if link.prev_hash == head:
        return None
    if is_fork(link):
        why = f"entry {link.id} and an earlier entry both follow {link.prev_hash[:12]}"
        return BrokenLink(id=link.id, fault=Fault.FORK, why=why)
    if link.id != last_id + 1:
        why = f"entry {link.id} follows entry {last_id}: what stood between is gone"
        return BrokenLink(id=link.id, fault=Fault.MISSING, why=why)
    why = f"entry {link.id} does not follow the entry stored before it, which was replaced"
    return BrokenLink(id=link.id, fault=Fault.CHANGED, why=why)
