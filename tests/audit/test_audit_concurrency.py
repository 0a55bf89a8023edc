from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from audit_service import AuditService
from audit_service.service import read_head
from bugcapture.race import race

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from multiprocessing.synchronize import Barrier

    import pytest
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    Raw = Callable[[], AbstractContextManager[Connection]]

PROCESSES = 4
ROUNDS = 10
EACH = 5


def append(service: AuditService, writer: int, count: int) -> None:
    """So many entries of one writer."""
    for number in range(count):
        service.record(f"writer-{writer}", "update", "invoice", str(number), {"number": number})


def test_four_threads_lose_nothing_and_fork_nothing(service: AuditService) -> None:
    """4 threads x 50 entries on one service: 200 rows, each writer's in its own order, no error, no fork."""
    service.query()
    with ThreadPoolExecutor(4) as pool:
        for writer in [pool.submit(append, service, number, 50) for number in range(4)]:
            writer.result()

    entries = service.query(limit=1000)
    assert [entry.id for entry in entries] == list(range(1, 201))
    assert len({entry.prev_hash for entry in entries}) == 200
    for number in range(4):
        own = [entry.entity_id for entry in entries if entry.actor == f"writer-{number}"]
        assert own == [str(count) for count in range(50)]
    report = service.verify_chain()
    assert (report.checked, report.broken) == (200, None)


def test_entries_without_a_time_of_their_own_stand_in_the_order_of_time(service: AuditService) -> None:
    """The time is taken under the lock, so that the order of ids is the order of time."""
    service.query()
    with ThreadPoolExecutor(4) as pool:
        for writer in [pool.submit(append, service, number, 10) for number in range(4)]:
            writer.result()

    times = [entry.at for entry in service.query()]
    assert len(times) == 40
    assert times == sorted(times)


def test_one_writer_at_a_time_reads_the_head(service: AuditService) -> None:
    """While one writer is between reading the head and storing its entry, no other can read the head."""
    service.query()

    result = race(
        lambda: service.record("ann", "update", "invoice", "7"),
        meet_at="audit_service.service.read_head",
        threads=2,
    ).expect(entries=2, errors=0)

    assert result.together == 1
    assert service.verify_chain().checked == 2


def head_is_read() -> None:
    """Where two writers meet who know the same head."""


def test_without_the_lock_two_writers_meet_and_the_database_refuses_the_fork(
    service: AuditService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is what keeps writers apart; without it the second one fails, and no fork is stored."""

    def plain_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def no_lock(connection: Connection) -> None:
        del connection

    monkeypatch.setattr("audit_service.service.lock_log", no_lock)

    def read(session: Session) -> tuple[int, str]:
        found = read_head(session)
        head_is_read()
        return found

    monkeypatch.setattr("audit_service.engine._begin_sqlite", plain_begin)
    monkeypatch.setattr("audit_service.service.read_head", read)
    service.query()

    result = race(
        lambda: service.record("ann", "update", "invoice", "7"),
        meet_at=f"{__name__}.head_is_read",
        threads=2,
        wait=3,
    )

    assert result.met
    (error,) = result.errors
    assert isinstance(error.exception, DBAPIError)
    report = service.verify_chain()
    assert (report.checked, report.broken) == (1, None)


def test_verification_does_not_wait_for_a_writer(service: AuditService, raw: Raw, url: str) -> None:
    """Reading and verifying go on while another connection holds the log for writing."""
    append(service, 0, 3)
    with raw() as connection:
        if url.startswith("sqlite"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            from audit_service.engine import lock_log

            lock_log(connection)
        done = threading.Event()

        def read() -> None:
            assert service.verify_chain().checked == len(service.query()) == 3
            done.set()

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        thread.join(10)

        assert done.is_set()


def use_first(urls: list[str], gate: Barrier, outcomes: Any) -> None:
    """What each process does: on every database, be the first to use it, together with the others."""
    for url in urls:
        gate.wait(60)
        service = AuditService(url)
        try:
            append(service, 0, EACH)
            outcomes.put("fine")
        except Exception as error:  # noqa: BLE001 - the test shows whatever went wrong
            outcomes.put(repr(error))
        finally:
            service.close()


def test_processes_may_create_the_table_at_the_same_time(url: str, raw: Raw) -> None:
    """Processes whose first use falls together find or make the table, and none fails."""
    urls = empty_places(url, raw)
    spawn = multiprocessing.get_context("spawn")
    gate, outcomes = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [spawn.Process(target=use_first, args=(urls, gate, outcomes)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    counted = Counter(outcomes.get(timeout=90) for _ in range(PROCESSES * ROUNDS))
    for process in processes:
        process.join(60)

    assert counted == {"fine": PROCESSES * ROUNDS}
    for place in urls:
        service = AuditService(place)
        report = service.verify_chain()
        service.close()
        assert (report.checked, report.broken) == (PROCESSES * EACH, None)


def empty_places(url: str, raw: Raw) -> list[str]:
    """So many places without a table: files, or schemas of one database."""
    if url.startswith("sqlite"):
        return [f"{url}.{number}" for number in range(ROUNDS)]
    with raw() as connection:
        for number in range(ROUNDS):
            connection.execute(text(f"CREATE SCHEMA place_{number}"))
    places = [
        make_url(url).update_query_dict({"options": f"-csearch_path=place_{number}"}) for number in range(ROUNDS)
    ]
    return [place.render_as_string(hide_password=False) for place in places]
