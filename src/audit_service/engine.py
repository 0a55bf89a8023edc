"""The connection to the database: how it is opened, locked and given its table."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy
from sqlalchemy import event, func, make_url, select

from audit_service.errors import InvalidEntryError
from audit_service.guard import TABLE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

READ_ONLY: Final = "audit_read_only"
BUSY_TIMEOUT_MS: Final = 30_000
_LOCK_KEY: Final = 0x61756469746C6F67  # "auditlog" in ASCII; one lock per PostgreSQL database.


def create_engine(url: str) -> Engine:
    """Make an engine for the log; nothing is connected yet.

    Args:
        url: `sqlite:///<file>` or `postgresql+psycopg://...`.

    Raises:
        InvalidEntryError: Another database, or SQLite without a file.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        # The head must be read after the lock is held: not from an older snapshot.
        return sqlalchemy.create_engine(parsed, isolation_level="READ COMMITTED", pool_pre_ping=True)
    if backend != "sqlite":
        raise InvalidEntryError(f"the audit log runs on SQLite and PostgreSQL, not on {backend}")
    if parsed.database in {None, "", ":memory:"}:
        raise InvalidEntryError("an audit log needs a file that all connections share: sqlite:///audit.db")
    engine = sqlalchemy.create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def create_schema(engine: Engine) -> None:
    """Create the table and its guard where they are missing; safe when many processes start at once.

    For the sample only: an application in use changes its schema by migrations.
    """
    with engine.begin() as connection:
        lock_log(connection)
        TABLE.create(connection, checkfirst=True)


def lock_log(connection: Connection) -> None:
    """Wait until no other writer is at work; the end of the transaction releases the lock.

    On SQLite the transaction itself is the lock, see `_begin_sqlite`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    # sqlite3 would send its own BEGIN, which takes no lock; `_begin_sqlite` sends it instead.
    connection.isolation_level = None
    # Text that is not UTF-8 comes from tampering: it must be reported, and not stop the report.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    # Two connections that switch a new file at once would wait for each other for ever, so SQLite fails one
    # of them at once, whatever the busy timeout.
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN takes the write lock at the first write: after the head was read, too late.
    reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
