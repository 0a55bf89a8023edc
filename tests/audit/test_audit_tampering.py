from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit_service import AuditService, Fault, UnreadableEntryError
from audit_service.chain import Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    Tamper = Callable[..., None]
    Raw = Callable[[], AbstractContextManager[Connection]]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(st.text(), json_values, max_size=4)
# The database stays for all examples of a test: each example appends to it.
on_one_database = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def fill(service: AuditService, count: int) -> None:
    """A log with so many entries."""
    for number in range(count):
        service.record("ann", "update", "invoice", str(number), {"number": number, "name": "Zoë"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'eve' WHERE id = 2",
        "UPDATE audit_log SET actor = actor",
        "DELETE FROM audit_log WHERE id = 2",
        "DELETE FROM audit_log",
    ],
)
def test_the_database_refuses_to_change_the_log(service: AuditService, raw: Raw, statement: str) -> None:
    """UPDATE and DELETE fail in the database itself, whoever sends them."""
    fill(service, 3)
    before = service.query()

    with pytest.raises(DBAPIError, match="audit_log is append-only"), raw() as connection:
        connection.execute(text(statement))

    assert service.query() == before


def test_the_database_refuses_to_replace_an_entry(service: AuditService, raw: Raw, url: str) -> None:
    """An insert that would push an entry out of the way is refused as well."""
    fill(service, 3)
    before = service.query()
    columns = "id, at, actor, action, entity_type, entity_id, details, prev_hash, hash"
    values = "id, at, 'eve', action, entity_type, entity_id, details, prev_hash, hash"
    source = f"({columns}) SELECT {values} FROM audit_log WHERE id = 2"  # noqa: S608 - constants
    statement = {
        "sqlite": f"INSERT OR REPLACE INTO audit_log {source}",
        "postgresql": f"INSERT INTO audit_log {source} ON CONFLICT (id) DO UPDATE SET actor = 'eve'",
    }[sqlalchemy.make_url(url).get_backend_name()]

    with pytest.raises(DBAPIError, match="audit_log is append-only"), raw() as connection:
        connection.execute(text(statement))

    assert service.query() == before


def test_postgresql_refuses_to_truncate_the_log(service: AuditService, raw: Raw, url: str) -> None:
    """TRUNCATE is refused too; SQLite has no such statement."""
    fill(service, 3)
    if url.startswith("sqlite"):
        expected = 'near "TRUNCATE": syntax error'
    else:
        expected = "audit_log is append-only: TRUNCATE refused"

    with pytest.raises(DBAPIError, match=expected), raw() as connection:
        connection.execute(text("TRUNCATE audit_log"))

    assert len(service.query()) == 3


def test_the_database_refuses_a_fork(service: AuditService, raw: Raw) -> None:
    """A second entry after the same predecessor cannot be stored, even without the service's lock."""
    fill(service, 3)
    statement = """
        INSERT INTO audit_log (id, at, actor, action, entity_type, entity_id, details, prev_hash, hash)
        SELECT 4, at, actor, action, entity_type, entity_id, details, prev_hash, 'other'
        FROM audit_log WHERE id = 3
    """

    with pytest.raises(DBAPIError, match=r"append-only|unique"), raw() as connection:
        connection.execute(text(statement))

    assert service.verify_chain().checked == 3


def test_an_empty_log_is_intact(service: AuditService) -> None:
    """There is nothing to find in an empty log."""
    report = service.verify_chain()

    assert (report.checked, report.broken) == (0, None)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET actor = 'eve' WHERE id = 3", (3, Fault.CHANGED)),
        ("UPDATE audit_log SET details = '{}' WHERE id = 1", (1, Fault.CHANGED)),
        ("UPDATE audit_log SET details = details || ' ' WHERE id = 5", (5, Fault.CHANGED)),
        ("UPDATE audit_log SET at = '2026-01-01 00:00:00+00:00' WHERE id = 2", (2, Fault.CHANGED)),
        ("UPDATE audit_log SET hash = prev_hash || '' WHERE id = 1", (1, Fault.CHANGED)),
        ("UPDATE audit_log SET id = 9 WHERE id = 5", (9, Fault.CHANGED)),
        ("DELETE FROM audit_log WHERE id = 1", (2, Fault.MISSING)),
        ("DELETE FROM audit_log WHERE id IN (2, 3)", (4, Fault.MISSING)),
    ],
)
def test_tampering_is_found(
    service: AuditService, tamper: Tamper, statement: str, broken: tuple[int, Fault]
) -> None:
    """With the guard gone the chain still tells the first entry that is wrong, and why."""
    fill(service, 5)
    assert service.verify_chain().intact

    tamper(statement)
    report = service.verify_chain()

    assert report.broken is not None
    assert (report.broken.id, report.broken.fault) == broken


def test_a_fork_is_found(service: AuditService, raw: Raw, tamper: Tamper) -> None:
    """A well signed second successor is reported as a fork, once the unique constraint is out of the way."""
    fill(service, 3)
    third = service.query(after_id=2)[0]
    tamper(
        "CREATE TABLE bare AS SELECT * FROM audit_log",
        "DROP TABLE audit_log",
        "ALTER TABLE bare RENAME TO audit_log",
    )
    with raw() as connection:
        stored = connection.execute(text("SELECT * FROM audit_log WHERE id = 3")).mappings().one()
        forged = sign_as_stored({**stored, "id": 4, "actor": "eve"})
        names = ", ".join(f":{name}" for name in forged)
        connection.execute(text(f"INSERT INTO audit_log VALUES ({names})"), forged)  # noqa: S608 - column names

    report = service.verify_chain()

    assert third.prev_hash == forged["prev_hash"]
    assert report.checked == 3
    assert report.broken is not None
    assert (report.broken.id, report.broken.fault) == (4, Fault.FORK)


def sign_as_stored(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the hash that the service would give it."""
    from audit_service.chain import link_hash
    from audit_service.models import time_text

    at = row["at"] if isinstance(row["at"], str) else time_text(row["at"])
    link = Link(**{**row, "at": at})
    return {**row, "hash": link_hash(link)}


def test_a_cut_end_is_found_with_an_anchor(service: AuditService, tamper: Tamper) -> None:
    """Entries taken from the end leave a good chain; a hash noted elsewhere tells."""
    fill(service, 4)
    noted = service.query(after_id=3)[0].hash
    assert service.verify_chain(anchor=noted).intact

    tamper("DELETE FROM audit_log WHERE id > 2")

    assert service.verify_chain().intact
    report = service.verify_chain(anchor=noted)
    assert report.broken is not None
    assert (report.broken.id, report.broken.fault) == (3, Fault.MISSING)


def test_an_entry_that_cannot_be_read_is_named(service: AuditService, tamper: Tamper) -> None:
    """Details that are no JSON any more are an error with the way to find out more."""
    fill(service, 2)
    tamper("UPDATE audit_log SET details = '{' WHERE id = 2")

    with pytest.raises(UnreadableEntryError, match=r"entry 2 has details that are not JSON; verify_chain"):
        service.query()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_time_that_cannot_be_read_is_named(service: AuditService, tamper: Tamper) -> None:
    """SQLite stores any text as a time: one that is none is an error, and the chain finds it."""
    fill(service, 2)
    tamper("UPDATE audit_log SET at = 'noon' WHERE id = 2")

    with pytest.raises(UnreadableEntryError, match="a stored time is not a time: 'noon'"):
        service.query()
    assert service.verify_chain().checked == 1


@on_one_database
@given(details=json_objects)
@example(details={"": "\x00\ud800\u2028", "big": 10**400, "small": 5e-324, "-0": -0.0})
def test_any_json_object_reads_back_and_verifies(service: AuditService, details: dict[str, Any]) -> None:
    """Details come back equal, to the type of each number, and the chain holds."""
    entry = service.record("ann", "update", "invoice", "7", details)
    (stored,) = service.query(after_id=entry.id - 1)

    assert stored == entry
    assert json.dumps(stored.details, sort_keys=True) == json.dumps(details, sort_keys=True)
    assert service.verify_chain(anchor=entry.hash).intact


@on_one_database
@given(data=st.data())
def test_any_changed_byte_is_found(
    service: AuditService, raw: Raw, tamper: Tamper, url: str, data: st.DataObject
) -> None:
    """Whichever byte of whichever text of whichever entry becomes whatever else, verification names the entry."""
    columns = [name for name in Link._fields if name != "id"]
    sqlite = url.startswith("sqlite")
    if not sqlite:
        columns.remove("at")  # No text there: its microseconds are changed instead.
    if not service.query():
        fill(service, 3)
        tamper()
    with raw() as connection:
        rows = connection.execute(text("SELECT * FROM audit_log ORDER BY id")).mappings().all()
    row = data.draw(st.sampled_from(rows))
    column = data.draw(st.sampled_from(columns))
    old = row[column].encode()
    at = data.draw(st.integers(0, len(old) - 1))
    # PostgreSQL takes no text that is not UTF-8 and no NUL; SQLite takes anything.
    byte = data.draw(st.integers(0, 255) if sqlite else st.integers(1, 127))
    new = old[:at] + bytes([byte]) + old[at + 1 :]
    if new == old or (not sqlite and not _is_utf8(new)):
        return

    def store(value: bytes) -> None:
        cast = "CAST(:value AS TEXT)" if sqlite else ":value"
        given = value if sqlite else value.decode()
        statement = f"UPDATE audit_log SET {column} = {cast} WHERE id = :id"  # noqa: S608 - a column name
        tamper(statement, value=given, id=row["id"])

    store(new)
    report = service.verify_chain()
    store(old)

    assert report.broken is not None
    assert (report.broken.id, report.broken.fault) == (row["id"], Fault.CHANGED)
    assert service.verify_chain().intact


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_a_changed_microsecond_is_found(service: AuditService, tamper: Tamper, url: str) -> None:
    """The smallest change of a time that the database can store breaks the chain."""
    fill(service, 3)
    moment = service.query()[1].at
    changed = moment.replace(microsecond=moment.microsecond ^ 1)
    tamper(
        "UPDATE audit_log SET at = :at WHERE id = 2",
        at=changed.isoformat(timespec="microseconds") if url.startswith("sqlite") else changed,
    )

    report = service.verify_chain()

    assert report.broken is not None
    assert (report.broken.id, report.broken.fault) == (2, Fault.CHANGED)
