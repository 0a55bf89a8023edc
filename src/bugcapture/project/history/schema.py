"""The tables of the history, as `bugcapture.project.history.migrations` leaves them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
)

from bugcapture.core.evidence import SEVERITY, Evidence

if TYPE_CHECKING:
    from sqlalchemy import Dialect, RowMapping

# The largest number that the databases keep, and the largest attempt.
_BIGINT: Final = (1 << 63) - 1
_INTEGER: Final = (1 << 31) - 1


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite, which has no time zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        return value.replace(tzinfo=None) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


TABLES: Final = MetaData()

VERSIONS: Final = Table(
    "bugcapture_schema",
    TABLES,
    Column("version", Integer, primary_key=True, autoincrement=False),
)

RUNS: Final = Table(
    "bugcapture_runs",
    TABLES,
    Column("id", LargeBinary(16), primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("revision", Text, nullable=False),
)

RECORDS: Final = Table(
    "bugcapture_records",
    TABLES,
    Column("id", LargeBinary(16), primary_key=True),
    Column("run", LargeBinary(16), ForeignKey(RUNS.c.id), nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("framework", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("raw_status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("exc_type", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("step_location", Text, nullable=False),
    Column("duration", Double, nullable=False),
    Column("worker", Text, nullable=False),
    Column("shard", Text, nullable=False),
    Column("dirty", Boolean),
    Column("kind", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("frame", Text, nullable=False),
)

BUGS: Final = Table(
    "bugcapture_bugs",
    TABLES,
    Column("record", LargeBinary(16), ForeignKey(RECORDS.c.id), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Index("bugcapture_bugs_number", "number"),
)

_COPIED: Final = tuple(
    column.name for column in RECORDS.c if column.name not in {"id", "run", "ended_at", "severity"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the tables keep it.

    Attributes:
        run: The row of its run.
        record: Its own.
        bugs: Its bug numbers, each once, ascending.
    """

    run: dict[str, Any]
    record: dict[str, Any]
    bugs: tuple[int, ...]

    @property
    def key(self) -> bytes:
        """What tells an attempt of a test in a run from all others."""
        key: bytes = self.record["id"]
        return key

    @property
    def weight(self) -> tuple[int, datetime]:
        """Of two rows with one key the heavier one counts: the worse, and among equals the later."""
        return self.record["severity"], self.record["ended_at"]


def to_row(record: Evidence) -> Row:
    """A record as the tables keep it.

    Keys are digests of what makes a run, and an attempt of a test in it, as in
    `bugcapture.core.evidence.merge_records`: whoever imports the same record again, on whatever machine, comes
    to the same keys.

    Raises:
        ValueError: If no database can keep it; the text says why, printable.
    """
    if any(number > _BIGINT for number in record.ids):
        raise ValueError("is a record that the history cannot keep: a bug number is too large")
    if not -_INTEGER <= record.attempt <= _INTEGER:
        raise ValueError("is a record that the history cannot keep: the number of the attempt is too large")
    run = {"run_id": _storable(record.run_id), "revision": _storable(record.commit)}
    own = {name: _storable(getattr(record, name)) for name in _COPIED}
    own |= {
        "id": _digest(*run.values(), own["framework"], own["location"], own["name"], own["attempt"]),
        "run": _digest(*run.values()),
        "ended_at": _read_time(record.ts),
        "severity": SEVERITY[record.verdict],
    }
    return Row({"id": own["run"], **run}, own, tuple(sorted(set(record.ids))))


def to_evidence(row: RowMapping, numbers: tuple[int, ...]) -> Evidence:
    """A record as it was, apart from what the tables do not keep as it was written.

    Args:
        row: The columns of the record and of its run.
        numbers: Its bugs.
    """
    own = {name: row[name] for name in _COPIED}
    ended = row["ended_at"].isoformat(timespec="milliseconds")
    return Evidence(ts=ended, ids=numbers, commit=row["revision"], run_id=row["run_id"], **own)


def _read_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is a record that the history cannot keep: its ts is no time as in ISO 8601") from error


def _storable(value: Any) -> Any:
    # PostgreSQL keeps every character but this one.
    return value.replace("\0", "\\x00") if isinstance(value, str) else value


def _digest(*parts: str | int) -> bytes:
    return hashlib.blake2b(json.dumps(parts).encode("ascii"), digest_size=16).digest()
