from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_service.chain import GENESIS, Fault, Link, check_links, link_hash

if TYPE_CHECKING:
    from audit_service import ChainReport


def chain(count: int) -> list[Link]:
    """A chain of so many good links."""
    links: list[Link] = []
    for number in range(1, count + 1):
        head = links[-1].hash if links else GENESIS
        links.append(sign(Link(number, f"t{number}", "ann", "update", "invoice", "7", "null", head, "")))
    return links


def sign(link: Link) -> Link:
    """The link with the hash that belongs to it."""
    return link._replace(hash=link_hash(link))


def check(links: list[Link], anchor: str | None = None) -> ChainReport:
    """Check the links with the fork question answered from the links themselves."""

    def is_fork(link: Link) -> bool:
        return any(other.id < link.id and other.prev_hash == link.prev_hash for other in links)

    return check_links(links, is_fork=is_fork, anchor=anchor)


def found(links: list[Link], anchor: str | None = None) -> tuple[int, Fault]:
    """Where the chain breaks and why."""
    broken = check(links, anchor).broken
    assert broken is not None
    assert str(broken.id) in broken.why or anchor is not None

    return broken.id, broken.fault


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_good_chain_is_intact(count: int) -> None:
    """A chain of any length holds, the empty one too."""
    links = chain(count)

    report = check(links)

    assert (report.checked, report.head, report.broken) == (count, links[-1].hash if links else GENESIS, None)
    assert report.intact


def test_changed_content_is_found() -> None:
    """A field that was changed no longer fits the hash."""
    links = chain(4)
    links[1] = links[1]._replace(actor="eve")

    assert found(links) == (2, Fault.CHANGED)
    assert check(links).checked == 1


def test_a_changed_entry_with_a_new_hash_is_found() -> None:
    """Who recomputes the hash of one entry breaks the link of the next one."""
    links = chain(4)
    links[1] = sign(links[1]._replace(actor="eve"))

    assert found(links) == (3, Fault.CHANGED)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_missing_row_is_found(gone: int) -> None:
    """The entry after the gap tells what is gone, also at the start of the log."""
    links = chain(4)
    del links[gone]

    assert found(links) == (gone + 2, Fault.MISSING)


def test_a_fork_is_found() -> None:
    """Two entries that follow the same one are a fork, however well they are signed."""
    links = chain(3)
    links.append(sign(links[2]._replace(id=4, actor="eve")))

    assert found(links) == (4, Fault.FORK)


def test_a_cut_end_is_found_with_an_anchor_only() -> None:
    """A shortened chain is itself a good chain; a hash noted elsewhere tells."""
    links = chain(5)
    noted = links[4].hash

    assert check(links, noted).intact
    assert check(links[:3]).intact
    assert found(links[:3], noted) == (4, Fault.MISSING)
    assert found([], noted) == (1, Fault.MISSING)
    assert check([], GENESIS).intact


def test_fields_cannot_borrow_from_their_neighbours() -> None:
    """Moving characters from one field to the next changes the hash."""
    link = chain(1)[0]

    assert link_hash(link._replace(actor="ann", action="up")) != link_hash(link._replace(actor="annu", action="p"))


# The first text of a process is slow to draw: Hypothesis builds its table of characters.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_other_value_in_any_field_is_found(data: st.DataObject) -> None:
    """Whatever single field is changed to whatever value, the chain breaks at that entry."""
    links = chain(3)
    at = data.draw(st.integers(0, 2))
    field = data.draw(st.sampled_from(Link._fields))
    old = getattr(links[at], field)
    values = st.integers() if field == "id" else st.text() | st.binary() | st.none() | st.integers()
    value = data.draw(values.filter(lambda value: value != old))
    links[at] = links[at]._replace(**{field: value})

    broken = check(links).broken

    assert broken is not None
    assert (broken.id, broken.fault) == (links[at].id, Fault.CHANGED)
