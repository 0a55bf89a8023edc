"""The versions of the tables, and how one becomes the next. What is written here once is never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, inspect, select

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.history.schema import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_FIRST: Final = (
    "CREATE TABLE bugcapture_schema (version INTEGER NOT NULL PRIMARY KEY)",
    """CREATE TABLE bugcapture_runs (
        id {bytes} NOT NULL PRIMARY KEY,
        run_id TEXT NOT NULL,
        revision TEXT NOT NULL
    )""",
    """CREATE TABLE bugcapture_records (
        id {bytes} NOT NULL PRIMARY KEY,
        run {bytes} NOT NULL REFERENCES bugcapture_runs (id),
        ended_at {moment} NOT NULL,
        framework TEXT NOT NULL,
        location TEXT NOT NULL,
        name TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        severity SMALLINT NOT NULL,
        raw_status TEXT NOT NULL,
        reason TEXT NOT NULL,
        exc_type TEXT NOT NULL,
        message TEXT NOT NULL,
        step TEXT NOT NULL,
        step_location TEXT NOT NULL,
        duration {double} NOT NULL,
        worker TEXT NOT NULL,
        shard TEXT NOT NULL,
        dirty BOOLEAN,
        kind TEXT NOT NULL,
        phase TEXT NOT NULL,
        frame TEXT NOT NULL
    )""",
    """CREATE TABLE bugcapture_bugs (
        record {bytes} NOT NULL REFERENCES bugcapture_records (id),
        number BIGINT NOT NULL,
        PRIMARY KEY (record, number)
    )""",
)

# The records of one bug, without reading those of all others.
_SECOND: Final = ("CREATE INDEX bugcapture_bugs_number ON bugcapture_bugs (number)",)

MIGRATIONS: Final[Sequence[Sequence[str]]] = (_FIRST, _SECOND)

_TYPES: Final = {
    "sqlite": {"bytes": "BLOB", "double": "DOUBLE", "moment": "DATETIME"},
    "postgresql": {"bytes": "BYTEA", "double": "DOUBLE PRECISION", "moment": "TIMESTAMP WITH TIME ZONE"},
}
_LOCK_KEY: Final = 0x6275676361707475  # "bugcaptu" in ASCII; one lock for each PostgreSQL database.


def read_version(connection: Connection) -> int:
    """Which version the tables have; 0 where there are none.

    Raises:
        ConfigurationError: If it is newer than this program.
    """
    if not inspect(connection).has_table(VERSIONS.name):
        return 0
    version = connection.scalar(select(func.max(VERSIONS.c.version))) or 0
    if version > len(MIGRATIONS):
        raise ConfigurationError(
            f"the history has version {version}, and this bugcapture knows {len(MIGRATIONS)}",
            hint="use the newest bugcapture on every machine",
        )
    return version


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version, all or nothing, in the transaction of the connection.

    Many processes may do so at once: one does it, and the others wait until it has.

    Args:
        connection: A connection; on SQLite its transaction has begun with the lock for writing.

    Raises:
        ConfigurationError: If the tables are newer than this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))
    version = read_version(connection)
    types = _TYPES[connection.dialect.name]
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in statements:
            connection.exec_driver_sql(statement.format_map(types))
        connection.execute(insert(VERSIONS), {"version": number})
