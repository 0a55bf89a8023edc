"""Steps for the audit service, on SQLite in a directory of its own for each scenario."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from behave import given, then, when

from audit_service import AuditError, AuditService
from bugcapture.race import race

READERS = {"since": datetime.fromisoformat, "until": datetime.fromisoformat, "after_id": int, "limit": int}


@given("an audit service that was never used")
def make_service(context: Any) -> None:
    folder = tempfile.TemporaryDirectory(prefix="audit-")
    context.add_cleanup(folder.cleanup)
    context.audit_file = Path(folder.name) / "audit.db"
    context.audit = AuditService(f"sqlite:///{context.audit_file}")
    context.add_cleanup(context.audit.close)
    context.add_cleanup(give_back_engines, context)
    context.race_object = context.audit  # What the race steps race through.


def give_back_engines(context: Any) -> None:
    """Close also the engines that only a thread that lost the race has known."""
    if "race" in context:
        for sessions in context.race.results:
            bind = getattr(sessions, "kw", {}).get("bind")
            if bind is not None:
                bind.dispose()


@then("only {count:d} engine was created")
def check_engines(context: Any, count: int) -> None:
    # A thread that raised is kept in the result: this one assertion decides, whatever the threads met.
    created = context.race.entries
    assert created == count, f"{created} engines were created, expected {count}\n{context.race.describe()}"


@given("an empty audit log")
def open_log(context: Any) -> None:
    make_service(context)
    context.audit.query()  # Opens the database, so that no later race is about that.


@given("an audit log with these entries")
def fill_log(context: Any) -> None:
    open_log(context)
    for row in context.table:
        entry = row.as_dict()
        details = json.loads(entry.pop("details") or "null")
        at = datetime.fromisoformat(entry.pop("at"))
        context.audit.record(**entry, at=at, details=details)


@given("the guard of the audit log was removed")
def remove_guard(context: Any) -> None:
    with closing(sqlite3.connect(context.audit_file)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        assert triggers, "the audit log has no guard"
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")


@when("the audit log is queried for")
def query_log(context: Any) -> None:
    rows = [context.table.headings, *(row.cells for row in context.table)]
    filters = {name: READERS.get(name, str)(value) for name, value in rows}
    context.found = context.audit.query(**filters)


@when("the audit log is read in pages of {limit:d}")
def read_pages(context: Any, limit: int) -> None:
    context.found, context.pages = [], []
    after_id = 0
    while page := context.audit.query(after_id=after_id, limit=limit):
        context.found += page
        context.pages.append(len(page))
        after_id = page[-1].id


@when('"{actor}" tries to record at the time "{at}"')
def try_to_record(context: Any, actor: str, at: str) -> None:
    context.refusal = None
    try:
        context.audit.record(actor, "update", "invoice", "7", at=datetime.fromisoformat(at))
    except AuditError as error:
        context.refusal = str(error)


@when('someone runs "{statement}" past the service')
def run_past_the_service(context: Any, statement: str) -> None:
    context.refusal = None
    with closing(sqlite3.connect(context.audit_file)) as connection:
        try:
            with connection:
                connection.execute(statement)
        except sqlite3.DatabaseError as error:
            context.refusal = str(error)


@when("the audit service is closed twice")
def close_twice(context: Any) -> None:
    context.audit.close()
    context.audit.close()


@when("{count:d} writers race to record, meeting where the chain head is read")
def race_to_record(context: Any, count: int) -> None:
    context.race = race(
        lambda: context.audit.record("ann", "update", "invoice", "7"),
        meet_at="audit_service.service.read_head",
        threads=count,
    )


@when("{threads:d} threads record {count:d} entries each")
def record_from_threads(context: Any, threads: int, count: int) -> None:
    def write(writer: int) -> None:
        for number in range(count):
            context.audit.record(f"writer-{writer}", "update", "invoice", str(number))

    with ThreadPoolExecutor(threads) as pool:
        writers = [pool.submit(write, writer) for writer in range(threads)]
    context.failures = [repr(error) for writer in writers if (error := writer.exception())]


@then("the audit entries {ids} are found")
def check_found(context: Any, ids: str) -> None:
    found = ", ".join(str(entry.id) for entry in context.found) or "no"
    assert found == ids, f"entries {found} were found, expected {ids}"


@then('the first of them is by "{actor}" at "{at}" with the details {details}')
def check_first(context: Any, actor: str, at: str, details: str) -> None:
    entry = context.found[0]
    found = (entry.actor, entry.at, entry.details)
    assert found == (actor, datetime.fromisoformat(at), json.loads(details)), f"found {found}"


@then("the pages have {sizes} entries")
def check_pages(context: Any, sizes: str) -> None:
    found = ", ".join(map(str, context.pages))
    assert found == sizes, f"the pages have {found} entries, expected {sizes}"


@then('it is refused because "{reason}"')
def check_refusal(context: Any, reason: str) -> None:
    assert context.refusal is not None, "it was not refused"
    assert reason in context.refusal, f"it was refused because: {context.refusal}"


@then("the audit log has {count:d} entries")
def check_count(context: Any, count: int) -> None:
    found = len(context.audit.query(limit=1000))
    assert found == count, f"the audit log has {found} entries, expected {count}"


@then("the audit chain is intact")
def check_chain(context: Any) -> None:
    broken = context.audit.verify_chain().broken
    assert broken is None, f"the audit chain is broken: {broken.why}"


@then('the audit chain breaks at entry {number:d} with "{fault}"')
def check_break(context: Any, number: int, fault: str) -> None:
    broken = context.audit.verify_chain().broken
    assert broken is not None, "the audit chain is intact"
    assert (broken.id, broken.fault) == (number, fault), f"it breaks at entry {broken.id}: {broken.why}"


@then("the chain head was read by {count:d} writer at a time")
def check_head_readers(context: Any, count: int) -> None:
    assert not context.race.errors, f"a writer failed:\n{context.race.describe()}"
    together = context.race.together
    assert together == count, f"{together} writers read the chain head at once, expected {count}"


@then("no audit writer failed")
def check_writers(context: Any) -> None:
    assert not context.failures, "\n".join(context.failures)
