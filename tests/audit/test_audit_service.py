from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from audit_service import AuditService, ClosedError, InvalidEntryError
from audit_service.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fill(service: AuditService, count: int) -> None:
    """Entries an hour apart, with actors, actions and things that repeat in different rhythms."""
    for number in range(count):
        service.record(
            f"actor-{number % 2}",
            ("create", "update", "delete")[number % 3],
            ("invoice", "user")[number % 2],
            str(number % 4),
            {"number": number},
            NOON + timedelta(hours=number),
        )


def test_a_recorded_entry_is_returned_as_stored(service: AuditService) -> None:
    """What `record` returns is what `query` finds."""
    details = {"lines": [1, 2.5, None, True, "Zoë \x00 \U0001f980"], "empty": {}}

    entry = service.record("ann", "update", "invoice", "7", details, NOON)

    assert service.query() == [entry]
    assert (entry.id, entry.at, entry.details, entry.prev_hash) == (1, NOON, details, GENESIS)
    assert (entry.actor, entry.action, entry.entity_type, entry.entity_id) == ("ann", "update", "invoice", "7")


def test_details_are_optional(service: AuditService) -> None:
    """No details read back as None, empty details as an empty object."""
    service.record("ann", "login", "user", "ann")
    service.record("ann", "login", "user", "ann", {})

    assert [entry.details for entry in service.query()] == [None, {}]


def test_each_entry_follows_the_one_before(service: AuditService) -> None:
    """Ids have no gaps and each entry names the hash of its predecessor."""
    fill(service, 4)
    entries = service.query()

    assert [entry.id for entry in entries] == [1, 2, 3, 4]
    assert [entry.prev_hash for entry in entries] == [GENESIS, *(entry.hash for entry in entries[:-1])]


def test_the_time_is_kept_in_utc_to_the_microsecond(service: AuditService) -> None:
    """Any zone is stored as UTC without loss."""
    given = datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    service.record("ann", "login", "user", "ann", at=given)
    (entry,) = service.query()

    assert entry.at == given
    assert entry.at.tzinfo is UTC


def test_the_time_is_now_when_none_is_given(service: AuditService) -> None:
    """An entry without a time of its own gets the time of recording, in UTC."""
    before = datetime.now(UTC)
    entry = service.record("ann", "login", "user", "ann")
    after = datetime.now(UTC)

    assert before <= entry.at <= after
    assert entry.at.tzinfo is UTC


def test_a_refused_entry_leaves_nothing_behind(service: AuditService) -> None:
    """A naive time, a bad name and bad details store nothing."""
    for arguments in (
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 - the case
        {"actor": ""},
        {"details": {"x": float("nan")}},
    ):
        entry = {"actor": "a", "action": "b", "entity_type": "c", "entity_id": "d", **arguments}
        with pytest.raises(InvalidEntryError):
            service.record(**entry)  # type: ignore[arg-type]

    assert service.query() == []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"actor": "actor-1"}, [2, 4, 6]),
        ({"action": "update"}, [2, 5]),
        ({"entity_type": "invoice"}, [1, 3, 5]),
        ({"entity_id": "1"}, [2, 6]),
        ({"entity_type": "invoice", "entity_id": "0"}, [1, 5]),
        ({"actor": "actor-0", "action": "update"}, [5]),
        ({"actor": "nobody"}, []),
        ({"since": NOON + timedelta(hours=4)}, [5, 6]),
        ({"until": NOON + timedelta(hours=2)}, [1, 2]),
        ({"since": NOON + timedelta(hours=1), "until": NOON + timedelta(hours=3)}, [2, 3]),
        ({"since": (NOON + timedelta(hours=4)).astimezone(timezone(timedelta(hours=-8)))}, [5, 6]),
        ({"since": NOON + timedelta(hours=4, microseconds=1)}, [6]),
        ({"after_id": 4}, [5, 6]),
        ({"limit": 2}, [1, 2]),
        ({"actor": "actor-1", "after_id": 2, "limit": 1}, [4]),
    ],
)
def test_query_filters(service: AuditService, filters: dict[str, object], ids: list[int]) -> None:
    """Filters add up; `since` is included, `until` is not; moments compare whatever their zone."""
    fill(service, 6)

    assert [entry.id for entry in service.query(**filters)] == ids  # type: ignore[arg-type]


def test_pages_follow_each_other_without_gap_or_overlap(service: AuditService) -> None:
    """Paging by the last id reads everything once, also when entries arrive between two pages."""
    fill(service, 5)
    ids: list[int] = []
    while page := service.query(after_id=ids[-1] if ids else 0, limit=2):
        ids += [entry.id for entry in page]
        if len(ids) == 4:
            service.record("late", "create", "invoice", "9", at=NOON - timedelta(days=1))

    assert ids == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_query_refuses_a_limit_out_of_range(service: AuditService, limit: int) -> None:
    """A page has 1 to 1000 entries."""
    with pytest.raises(InvalidEntryError, match="limit must be 1 to 1000"):
        service.query(limit=limit)


@pytest.mark.parametrize("name", ["since", "until"])
def test_query_refuses_a_time_without_zone(service: AuditService, name: str) -> None:
    """A naive moment is as unclear in a filter as in an entry."""
    with pytest.raises(InvalidEntryError, match=f"{name} has no time zone"):
        service.query(**{name: datetime(2026, 1, 1)})  # type: ignore[arg-type]  # noqa: DTZ001 - the case


def test_query_refuses_a_filter_that_no_entry_can_match(service: AuditService) -> None:
    """A NUL in a filter is a mistake, and the same one on every database."""
    with pytest.raises(InvalidEntryError, match="actor has a character"):
        service.query(actor="a\x00")


def test_the_log_outlives_the_service(service: AuditService, url: str) -> None:
    """A second service on the same database reads on and writes on."""
    fill(service, 2)
    service.close()
    second = AuditService(url)
    second.record("ann", "login", "user", "ann")

    assert [entry.id for entry in second.query()] == [1, 2, 3]
    assert second.verify_chain().intact
    second.close()


@pytest.mark.parametrize("used", [False, True])
def test_close_may_be_called_again(service: AuditService, used: bool) -> None:
    """Closing twice is fine, whether or not the service was ever used."""
    if used:
        fill(service, 1)

    service.close()
    service.close()

    with pytest.raises(ClosedError):
        service.query()


@pytest.mark.parametrize(
    "use",
    [lambda s: s.record("a", "b", "c", "d"), lambda s: s.query(), lambda s: s.verify_chain()],
    ids=["record", "query", "verify_chain"],
)
@pytest.mark.parametrize("used", [False, True])
def test_use_after_close_is_refused(
    service: AuditService, use: Callable[[AuditService], object], used: bool
) -> None:
    """A closed service says so, and does not open itself again."""
    if used:
        fill(service, 1)
    service.close()

    with pytest.raises(ClosedError, match="is closed: make a new AuditService"):
        use(service)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://u@h/d"], indirect=False)
def test_a_database_that_cannot_hold_a_log_is_refused(url: str) -> None:
    """A database in memory is another one for every connection; other kinds were never tried."""
    with pytest.raises(InvalidEntryError, match="audit log"):
        AuditService(url).query()
