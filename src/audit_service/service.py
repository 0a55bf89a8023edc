"""The audit service: record, query, verify."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select, type_coerce
from sqlalchemy.orm import sessionmaker

from audit_service.chain import GENESIS, ChainReport, Link, check_links, link_hash
from audit_service.engine import READ_ONLY, create_engine, create_schema, lock_log
from audit_service.entry import AuditEntry, checked_name, checked_time, details_text
from audit_service.errors import ClosedError, InvalidEntryError, UnreadableEntryError
from audit_service.models import AuditRow, StoredTime, time_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

QUERY_LIMIT = 1000
_LINK_COLUMNS = [
    type_coerce(AuditRow.at, StoredTime()).label("at") if name == "at" else getattr(AuditRow, name)
    for name in Link._fields
]


class AuditService:
    """An append-only log on SQLite or PostgreSQL, for many threads and processes at once.

    The database is opened at the first use. Each operation has a session and a transaction of its own.

    Args:
        url: `sqlite:///<file>` or `postgresql+psycopg://...`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._closed = False
        self._sessions: sessionmaker[Session] | None = None

    def _ensure_session(self) -> sessionmaker[Session]:
        """The factory of sessions, made at the first use.

        Bug 991 is left in here on purpose: threads that meet at their first use each create an engine,
        and all but one of them leak. `features/audit/audit_session_race.feature` captures it.
        """
        if self._closed:
            raise ClosedError("the audit service is closed: make a new AuditService")
        sessions = self._sessions
        if sessions is None:
            engine = create_engine(self._url)
            create_schema(engine)
            sessions = self._sessions = sessionmaker(engine)
        return sessions

    def record(
        self,
        actor: str,
        action: str,
        entity_type: str,
        entity_id: str,
        details: Mapping[str, object] | None = None,
        at: datetime | None = None,
    ) -> AuditEntry:
        """Append one entry; it is stored when this returns.

        Args:
            actor: Who did it, 1 to 255 characters, as all four names.
            action: What was done, such as `update`.
            entity_type: The kind of thing it was done to, such as `invoice`.
            entity_id: Which one.
            details: A JSON object of at most 65,536 characters of JSON.
            at: When it happened, with a time zone, kept to the microsecond; None means now.

        Returns:
            The entry as stored.

        Raises:
            InvalidEntryError: An argument cannot be stored, such as a datetime without a time zone.
            ClosedError: The service was closed.
        """
        names = (
            checked_name("actor", actor),
            checked_name("action", action),
            checked_name("entity_type", entity_type),
            checked_name("entity_id", entity_id),
        )
        text = details_text(details)
        given = checked_time("at", at) if at is not None else None
        with self._ensure_session().begin() as session:
            lock_log(session.connection())
            last_id, head = read_head(session)
            # Taken under the lock, so that entries without a time of their own stand in the order of time.
            moment = given or datetime.now(UTC)
            unsigned = Link(last_id + 1, time_text(moment), *names, text, head, "")
            link = unsigned._replace(hash=link_hash(unsigned))
            session.add(AuditRow(**{**link._asdict(), "at": moment}))
        return _entry(link, moment)

    def query(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        entity_type: str | None = None,
        entity_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_id: int = 0,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """Entries that match every given filter, in the order in which they were recorded.

        The next page is the same call with `after_id` set to the id of the last entry: pages neither
        overlap nor miss an entry, whatever is recorded between two calls.

        Args:
            actor: Exactly this actor, and likewise for the next three.
            action: Exactly this action.
            entity_type: Exactly this kind of thing.
            entity_id: Exactly this thing.
            since: Entries at this moment or later, with a time zone.
            until: Entries before this moment, with a time zone.
            after_id: Entries with a greater id; 0 starts with the first.
            limit: At most so many entries, 1 to 1000.

        Returns:
            The page, ordered by id; shorter than `limit` only when it is the last one.

        Raises:
            InvalidEntryError: The limit is out of range, a moment has no time zone, or a filter asks for
                what `record` would refuse.
            UnreadableEntryError: A stored entry was tampered with so that it cannot be read.
            ClosedError: The service was closed.
        """
        if not 1 <= limit <= QUERY_LIMIT:
            raise InvalidEntryError(f"limit must be 1 to {QUERY_LIMIT}, got {limit}")
        statement = select(AuditRow).where(AuditRow.id > after_id).order_by(AuditRow.id).limit(limit)
        names = {"actor": actor, "action": action, "entity_type": entity_type, "entity_id": entity_id}
        for name, wanted in names.items():
            if wanted is not None:
                statement = statement.where(getattr(AuditRow, name) == checked_name(name, wanted))
        if since is not None:
            statement = statement.where(AuditRow.at >= checked_time("since", since))
        if until is not None:
            statement = statement.where(AuditRow.at < checked_time("until", until))
        with self._reading() as session:
            return [_entry(row, row.at) for row in session.scalars(statement)]

    def verify_chain(self, anchor: str | None = None) -> ChainReport:
        """Check the whole log, entry by entry; writers are not held up.

        Args:
            anchor: The hash of an entry that was noted elsewhere. With it the report also tells whether
                entries were cut off at the end; without it a shortened log looks intact.

        Returns:
            How many entries hold and the first broken link; an empty log is intact.

        Raises:
            ClosedError: The service was closed.
        """
        with self._reading() as session:

            def is_fork(link: Link) -> bool:
                earlier = exists().where(AuditRow.id < link.id, AuditRow.prev_hash == link.prev_hash)
                return bool(session.scalar(select(earlier)))

            statement = select(*_LINK_COLUMNS).order_by(AuditRow.id).execution_options(yield_per=QUERY_LIMIT)
            with session.execute(statement) as rows:
                return check_links((Link(*row) for row in rows), is_fork=is_fork, anchor=anchor)

    def close(self) -> None:
        """Give back all connections; a second call does nothing, any other use raises `ClosedError`."""
        self._closed = True
        sessions, self._sessions = self._sessions, None
        if sessions is not None:
            sessions.kw["bind"].dispose()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._ensure_session()() as session:
            session.connection(execution_options={READ_ONLY: True})
            yield session


def read_head(session: Session) -> tuple[int, str]:
    """The id and the hash of the newest entry; 0 and `GENESIS` in an empty log."""
    head = session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).first()
    return (head.id, head.hash) if head is not None else (0, GENESIS)


def _entry(stored: Link | AuditRow, at: datetime) -> AuditEntry:
    try:
        details = json.loads(stored.details)
    except ValueError as error:
        raise UnreadableEntryError(
            f"entry {stored.id} has details that are not JSON; verify_chain() tells what was changed"
        ) from error
    return AuditEntry(
        id=stored.id,
        at=at,
        actor=stored.actor,
        action=stored.action,
        entity_type=stored.entity_type,
        entity_id=stored.entity_id,
        details=details,
        prev_hash=stored.prev_hash,
        hash=stored.hash,
    )
