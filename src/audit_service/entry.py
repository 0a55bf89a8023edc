"""One entry of the log, and what may go into it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from audit_service.errors import InvalidEntryError

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_LIMIT: Final = 255
DETAILS_LIMIT: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One stored entry.

    Attributes:
        id: Position in the log, from 1, without gaps.
        at: When it happened, in UTC.
        actor: Who did it.
        action: What was done.
        entity_type: The kind of thing it was done to.
        entity_id: Which one.
        details: The JSON object given with it; None when none was given.
        prev_hash: The hash of the entry before, 64 hexadecimal digits.
        hash: The hash of this entry, 64 hexadecimal digits.
    """

    id: int
    at: datetime
    actor: str
    action: str
    entity_type: str
    entity_id: str
    details: dict[str, Any] | None
    prev_hash: str
    hash: str


def canonical_json(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def details_text(details: Mapping[str, object] | None) -> str:
    """The canonical JSON of an entry's details.

    Args:
        details: A JSON object, or None.

    Returns:
        ASCII text of at most `DETAILS_LIMIT` characters; `null` for None.

    Raises:
        InvalidEntryError: It is no JSON object, would not read back the same, or is too long.
    """
    if details is None:
        return "null"
    try:
        text = canonical_json(details)
        readable = json.loads(text) == details
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEntryError(f"details cannot be written as JSON: {error}") from error
    if not isinstance(details, dict) or not readable:
        raise InvalidEntryError(
            "details must be a dict that reads back the same from JSON: string keys, no tuples"
        )
    if len(text) > DETAILS_LIMIT:
        raise InvalidEntryError(f"details take {len(text)} characters of JSON, at most {DETAILS_LIMIT} are stored")
    return text


def checked_name(what: str, value: str) -> str:
    """The value, when it is text that every database stores unchanged.

    Args:
        what: The argument's name, for the message.
        value: 1 to `NAME_LIMIT` characters.

    Raises:
        InvalidEntryError: It is empty, too long, or has a NUL or a lone surrogate in it.
    """
    if not 1 <= len(value) <= NAME_LIMIT:
        raise InvalidEntryError(f"{what} must be text of 1 to {NAME_LIMIT} characters, got {value!r:.60}")
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise InvalidEntryError(f"{what} has a character that cannot be stored: {value!r:.60}")
    return value


def checked_time(what: str, value: datetime) -> datetime:
    """The same moment in UTC.

    Args:
        what: The argument's name, for the message.
        value: A datetime with a time zone.

    Raises:
        InvalidEntryError: It has no time zone, or its year in UTC is not 1 to 9999.
    """
    if value.utcoffset() is None:
        raise InvalidEntryError(f"{what} has no time zone: {value!r}; use datetime.now(timezone.utc)")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise InvalidEntryError(f"{what} is out of range in UTC: {value!r}") from error
