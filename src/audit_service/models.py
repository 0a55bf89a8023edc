"""The table of the log and the types of its columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from audit_service.entry import NAME_LIMIT
from audit_service.errors import UnreadableEntryError

_TIME_LENGTH = len("2026-11-20T12:00:00.000000+00:00")


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond.

    PostgreSQL has a type for it; SQLite gets text of one fixed form, so that its order is the order of time.
    """

    impl = String(_TIME_LENGTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(_TIME_LENGTH))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        return time_text(value) if value is not None and dialect.name != "postgresql" else value

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        del dialect
        if not isinstance(value, str):
            return value.astimezone(UTC) if value is not None else None
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError as error:
            raise UnreadableEntryError(
                f"a stored time is not a time: {value!r:.60}; verify_chain() tells which entry was changed"
            ) from error


class StoredTime(UtcTime):
    """The same column read as the text that is hashed, whatever stands in it."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        del dialect
        return time_text(value) if isinstance(value, datetime) else value


def time_text(moment: datetime) -> str:
    """The one text of a moment, always 32 characters: `2026-11-20T12:00:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Base(DeclarativeBase):
    """The tables of the sample."""


class AuditRow(Base):
    """One row of the log.

    `details` is the canonical JSON text itself: the databases' own JSON types rewrite numbers and key order,
    and PostgreSQL's refuses U+0000, so what was hashed could not be read back.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcTime())
    actor: Mapped[str] = mapped_column(String(NAME_LIMIT))
    action: Mapped[str] = mapped_column(String(NAME_LIMIT))
    entity_type: Mapped[str] = mapped_column(String(NAME_LIMIT))
    entity_id: Mapped[str] = mapped_column(String(NAME_LIMIT))
    details: Mapped[str] = mapped_column(Text())
    # Unique, so that a fork cannot be stored even by a writer that takes no lock.
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (
        Index("audit_log_entity", "entity_type", "entity_id", "id"),
        Index("audit_log_actor", "actor", "id"),
        Index("audit_log_at", "at"),
    )
