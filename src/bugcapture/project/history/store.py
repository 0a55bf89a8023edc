"""Write evidence into the history, from many machines at once, and read it again."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import sqlalchemy
from sqlalchemy import and_, event, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.history import Observation
from bugcapture.core.verdict import Verdict
from bugcapture.project.history.migrations import MIGRATIONS, read_version, upgrade
from bugcapture.project.history.schema import BUGS, RECORDS, RUNS, to_evidence
from bugcapture.project.own_folder import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Engine, Table

    from bugcapture.core.evidence import Evidence
    from bugcapture.project.history.address import Address
    from bugcapture.project.history.schema import Row

_BUSY_TIMEOUT: Final = 60.0
_CONNECT_TIMEOUT: Final = 30
_READ_ONLY: Final = "bugcapture_read_only"
_FETCHED: Final = 2000
_BY_WRITER: Final = "whoever may write it runs `bugcapture history show` once, which brings it up to date"
_NO_FILES_BESIDE: Final = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
# PostgreSQL: insufficient privilege, and a transaction that only reads.
_REFUSED: Final = frozenset({"42501", "25006"})


@dataclass(frozen=True, slots=True)
class Added:
    """What became of records.

    Attributes:
        new: How many were not known before.
        replaced: How many took the place of a better or older record of the same attempt.
    """

    new: int
    replaced: int


class _NotWritableError(ConfigurationError):
    """The history cannot be written, and everything else of it is right."""


class History:
    """The history; a context manager that closes its connections.

    Args:
        address: Where it is.
        create: Whether it is about to be written, and is made where there is none. Otherwise it is only read, but
            for tables of an older version, which are brought to the newest where they can be written.

    Raises:
        ConfigurationError: If it cannot be reached or used, or there is none.
    """

    def __init__(self, address: Address, *, create: bool = False) -> None:
        self._address = address
        if address.file is not None:
            _prepare_file(address, create=create)
        self._engine = _make_engine(address, create=create)
        try:
            self._open(create=create)
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @property
    def shown(self) -> str:
        """Where it is, without secrets."""
        return self._address.shown

    def add(self, rows: Iterable[Row]) -> Added:
        """Add records, all or none of them.

        Of several records of one attempt the worst stays, and among equals the latest; what is there already
        changes nothing.

        Args:
            rows: The records, see `bugcapture.project.history.schema.to_row`.

        Raises:
            ConfigurationError: If the database cannot be written.
        """
        kept: dict[bytes, Row] = {}
        for row in rows:
            rival = kept.get(row.key)
            if rival is None or row.weight > rival.weight:
                kept[row.key] = row
        # Everybody locks in the same order, so that nobody waits for somebody who waits for him.
        ordered = [kept[key] for key in sorted(kept)]
        runs = {row.run["id"]: row.run for row in ordered}
        with self._transaction() as connection:
            _insert(connection, RUNS, [runs[key] for key in sorted(runs)])
            known = _weigh(connection, [row.key for row in ordered])
            fresh = [row for row in ordered if row.key not in known]
            new = _insert(connection, RECORDS, [row.record for row in fresh])
            # What somebody else has inserted since.
            known |= _weigh(connection, [row.key for row in fresh if row.key not in new])
            heavier = [row for row in ordered if row.key in known and row.weight > known[row.key]]
            replaced = {row.key for row in heavier if _replace(connection, row)}
            written = [row for row in ordered if row.key in new or row.key in replaced]
            _insert(connection, BUGS, [{"record": row.key, "number": bug} for row in written for bug in row.bugs])
        return Added(len(new), len(replaced))

    def observations(self, numbers: Sequence[int] = ()) -> Iterator[Observation]:
        """What tests said about bugs, in no particular order; those that did not run are left out.

        Args:
            numbers: Only these bugs; all without any.

        Raises:
            ConfigurationError: If the database cannot be read.
        """
        wanted = select(
            BUGS.c.number,
            RUNS.c.run_id,
            RUNS.c.revision,
            RECORDS.c.framework,
            RECORDS.c.location,
            RECORDS.c.name,
            RECORDS.c.attempt,
            RECORDS.c.verdict,
            RECORDS.c.ended_at,
        )
        joined = BUGS.join(RECORDS, RECORDS.c.id == BUGS.c.record).join(RUNS, RUNS.c.id == RECORDS.c.run)
        wanted = wanted.select_from(joined).where(RECORDS.c.verdict != Verdict.NOT_RUN.value)
        if numbers:
            wanted = wanted.where(BUGS.c.number.in_(sorted(set(numbers))))
        with self._transaction(read_only=True) as connection:
            for row in connection.execution_options(yield_per=_FETCHED).execute(wanted):
                number, run_id, commit, framework, location, name, attempt, verdict, at = row
                yield Observation(
                    number=number,
                    run_id=run_id,
                    commit=commit,
                    framework=framework,
                    location=location,
                    name=name,
                    attempt=attempt,
                    verdict=Verdict(verdict),
                    at=at,
                )

    def first_failures(self) -> Iterator[Evidence]:
        """The oldest record in which each test failed as expected, in no particular order.

        A test is known by its framework, its place and its name, so one whose line has moved has several.

        Raises:
            ConfigurationError: If the database cannot be read.
        """
        test = (RECORDS.c.framework, RECORDS.c.location, RECORDS.c.name)
        failed = RECORDS.c.verdict == Verdict.EXPECTED_FAILURE.value
        first = select(*test, func.min(RECORDS.c.ended_at).label("at")).where(failed).group_by(*test).subquery()
        same = and_(
            *(column == first.c[column.name] for column in test), RECORDS.c.ended_at == first.c["at"], failed
        )
        joined = RECORDS.join(first, same).join(RUNS, RUNS.c.id == RECORDS.c.run)
        joined = joined.join(BUGS, BUGS.c.record == RECORDS.c.id)
        wanted = select(RECORDS, RUNS.c.run_id, RUNS.c.revision, BUGS.c.number).select_from(joined)
        with self._transaction(read_only=True) as connection:
            rows = connection.execute(wanted.order_by(RECORDS.c.id, BUGS.c.number)).mappings()
            for _, same_record in groupby(rows, key=itemgetter("id")):
                listed = list(same_record)
                yield to_evidence(listed[0], tuple(row["number"] for row in listed))

    def _open(self, *, create: bool) -> None:
        with self._transaction(read_only=True) as connection:
            version = read_version(connection)
        if not version and not create:
            raise _no_history(self._address)
        if version < len(MIGRATIONS):
            try:
                with self._transaction() as connection:
                    upgrade(connection)
            except _NotWritableError as error:
                if create:
                    raise
                told = f"the history has version {version}, and this bugcapture reads {len(MIGRATIONS)}"
                raise ConfigurationError(told, where=error.where, hint=_BY_WRITER) from None

    @contextlib.contextmanager
    def _transaction(self, *, read_only: bool = False) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection = connection.execution_options(**{_READ_ONLY: read_only})  # noqa: PLW2901
                with connection.begin():
                    yield connection
        except ConfigurationError as error:
            raise ConfigurationError(error.message, where=self._address.shown, hint=error.hint) from None
        except SQLAlchemyError as error:
            # The cause is left out: its text may hold what a log must not.
            raise _explain(error, self._address) from None


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> set[bytes]:
    """Insert the rows that are not there; the keys of those that were inserted."""
    if not rows:
        return set()
    key = next(iter(table.primary_key))
    if connection.dialect.name == "sqlite":
        insert = sqlite_insert(table).on_conflict_do_nothing().returning(key)
        return set(connection.scalars(insert, rows))
    # One array for each column: a parameter for each value costs the driver more than the database.
    arrays = {column.name: [row[column.name] for row in rows] for column in table.columns}
    types = (column.type.compile(connection.dialect) for column in table.columns)
    values = ", ".join(f"%({name})s::{kind}[]" for name, kind in zip(arrays, types, strict=True))
    statement = (
        f"INSERT INTO {table.name} ({', '.join(arrays)}) SELECT * FROM unnest({values}) "  # noqa: S608 - our names
        f"ON CONFLICT DO NOTHING RETURNING {key.name}"
    )
    return set(connection.exec_driver_sql(statement, arrays).scalars())


def _weigh(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, tuple[int, datetime]]:
    """How much the records weigh that are there, see `bugcapture.project.history.schema.Row.weight`."""
    if not keys:
        return {}
    kept = select(RECORDS.c.id, RECORDS.c.severity, RECORDS.c.ended_at).where(RECORDS.c.id.in_(keys))
    return {key: (severity, ended_at) for key, severity, ended_at in connection.execute(kept)}


def _replace(connection: Connection, row: Row) -> bool:
    """Put a row in the place of the one with its key, unless somebody else has put one there that weighs more."""
    lighter = tuple_(RECORDS.c.severity, RECORDS.c.ended_at) < row.weight
    change = update(RECORDS).where(RECORDS.c.id == row.key, lighter).values(row.record)
    return bool(connection.execute(change).rowcount)


def _make_engine(address: Address, *, create: bool) -> Engine:
    if address.file is None:
        options = {} if "connect_timeout" in address.url.query else {"connect_timeout": _CONNECT_TIMEOUT}
        # What somebody else has just inserted must be seen when an insert finds it.
        return sqlalchemy.create_engine(address.url, isolation_level="READ COMMITTED", connect_args=options)
    connect = partial(_connect_writer if create else _connect_reader, address.file)
    engine = sqlalchemy.create_engine(address.url, creator=connect)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_file(address: Address, *, create: bool) -> None:
    file = address.file
    if file is None or file.exists():
        return
    if not create:
        raise _no_history(address)
    make_folder(file.parent)


def _connect(file: Path, parameter: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.as_uri()}?{parameter}", uri=True)
    # sqlite3 would send its own BEGIN, which takes no lock; `_begin_sqlite` sends it instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_TIMEOUT * 1000)}")
    return connection


def _connect_writer(file: Path) -> sqlite3.Connection:
    connection = _connect(file, "mode=rwc")
    # A killed machine may lose the last batch, and the next import brings it again.
    connection.execute("PRAGMA synchronous = NORMAL")
    # Two connections that switch a new file at once would wait for each other for ever, so SQLite fails one of
    # them at once, whatever the timeout.
    deadline = time.monotonic() + _BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return connection


def _connect_reader(file: Path) -> sqlite3.Connection:
    # Not `mode=ro`, which would leave the files that SQLite puts beside the database.
    connection = _connect(file, "mode=rw")
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in _NO_FILES_BESIDE:
            raise
        if _is_unfinished(file):
            raise ConfigurationError(
                "what was written last is not in the file itself yet", hint=_BY_WRITER
            ) from None
        # Where these files cannot be put nobody writes, and who says so does not need them.
        return _connect(file, "immutable=1")
    return connection


def _is_unfinished(file: Path) -> bool:
    """Whether something was written that is not in the file itself yet."""
    log = Path(f"{file.resolve()}-wal")
    return log.exists() and log.stat().st_size > 0


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN takes the lock at the first write, too late for one who has read before.
    reading = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _no_history(address: Address) -> ConfigurationError:
    hint = "`bugcapture history import` makes it, or name another with --store, BUGCAPTURE_HISTORY or the setting"
    return ConfigurationError("there is no history here yet", where=address.shown, hint=hint)


def _explain(error: SQLAlchemyError, address: Address) -> ConfigurationError:
    if not isinstance(error, DBAPIError):
        return ConfigurationError(address.censor(str(error)), where=address.shown)
    told = f"cannot be used: {address.censor(str(error.orig))}"
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF if address.file is not None else 0
    if code == sqlite3.SQLITE_READONLY:
        return _NotWritableError(told, where=address.shown, hint="its file and its folder have to be writable")
    if getattr(error.orig, "sqlstate", None) in _REFUSED:
        return _NotWritableError(told, where=address.shown)
    busy = "another process holds it; if many machines write at once, use PostgreSQL"
    return ConfigurationError(told, where=address.shown, hint=busy if code == sqlite3.SQLITE_BUSY else None)
