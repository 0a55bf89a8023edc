"""The evidence record: one JSON line for each judged test, schema ``bugcapture.evidence/1``."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from bugcapture.core.text import printable, shorten, well_formed
from bugcapture.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SCHEMA: Final = "bugcapture.evidence/1"
MESSAGE_LIMIT: Final = 2000

# From the verdict that says least to the one that must not be lost.
SEVERITY: Final[Mapping[str, int]] = MappingProxyType(
    {
        verdict.value: rank
        for rank, verdict in enumerate(
            (
                Verdict.NOT_RUN,
                Verdict.PASSED,
                Verdict.EXPECTED_FAILURE,
                Verdict.UNEXPECTED_PASS,
                Verdict.REGRESSED,
                Verdict.WRONG_FAILURE,
            )
        )
    }
)

_LINE_DIGITS: Final = 10
# Written where there is something to write.
_OPTIONAL: Final = frozenset({"state", "kind", "phase", "frame"})
_NEWER_SCHEMA: Final = re.compile(r"bugcapture\.evidence/([2-9]|[1-9]\d+)")


class NewerSchemaError(ValueError):
    """A record of a schema that only a newer bugcapture knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one test said about its bugs in one attempt.

    Attributes:
        ts: When the test ended, ISO 8601 in UTC.
        framework: ``behave``, ``robot`` or ``pytest``.
        ids: The bug numbers, ascending.
        location: ``path:line`` of the test, with forward slashes, relative to the project.
        name: The test's name.
        verdict: The verdict's name.
        raw_status: The host's own word for the result before any inversion.
        reason: Why the verdict is what it is.
        exc_type: Bare name of the exception's class; empty without one.
        message: The exception's message, at most 2000 characters.
        step: The step or keyword that decided; empty without one.
        step_location: ``path:line`` of that step.
        duration: Seconds.
        attempt: 1 for the first run of the test in this process, 2 for the first retry, …
        worker: The worker process of a parallel host; empty when there is one process.
        shard: The shard of a split run, such as ``1/4``; empty when it is not split.
        commit: The full hash of the revision under test; empty when unknown.
        dirty: Whether the checkout had uncommitted changes; None when unknown.
        run_id: The same for all records of one run on one machine.
        state: Whether the bug is ``captured`` or ``guarded`` in this test, which no verdict of a trial says. This
            and what follows is written by a trial alone, see `bugcapture.project.trial`.
        kind: What sort of failure decided, one of `bugcapture.core.outcome.Kind`.
        phase: The part of the test in which it happened, one of `bugcapture.core.outcome.Phase`.
        frame: ``path:function`` of the innermost call that stands in the project; empty when unknown.
    """

    ts: str
    framework: str
    ids: tuple[int, ...]
    location: str
    name: str
    verdict: str
    raw_status: str
    reason: str = ""
    exc_type: str = ""
    message: str = ""
    step: str = ""
    step_location: str = ""
    duration: float = 0.0
    attempt: int = 1
    worker: str = ""
    shard: str = ""
    commit: str = ""
    dirty: bool | None = None
    run_id: str = ""
    state: str = ""
    kind: str = ""
    phase: str = ""
    frame: str = ""


def encode_record(record: Evidence) -> bytes:
    """The record as one line.

    Args:
        record: Any record; an over-long message is cut.

    Returns:
        JSON in ASCII with a line feed at its end and none inside.
    """
    fields = well_formed(asdict(record))
    fields = {name: value for name, value in fields.items() if value or name not in _OPTIONAL}
    fields = {"schema": SCHEMA, **fields, "message": fields["message"][:MESSAGE_LIMIT]}
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode_record(line: bytes) -> Evidence:
    """Read one line of an evidence file.

    Keys that the schema does not know are passed over; lone surrogates become visible text, as in
    `encode_record`.

    Args:
        line: One line, with or without its line feed.

    Returns:
        The record.

    Raises:
        NewerSchemaError: If a newer bugcapture wrote it.
        ValueError: If it is no record; the text says why, printable.
    """
    fields = _parse_object(line)
    schema = fields.get("schema")
    if schema != SCHEMA:
        if isinstance(schema, str) and _NEWER_SCHEMA.fullmatch(schema):
            raise NewerSchemaError(f"written by a newer bugcapture: schema {schema}, and this one reads {SCHEMA}")
        raise ValueError(f"is no record of the schema {SCHEMA}: its schema is {_show(schema)}")
    missing = [name for name in Evidence.__dataclass_fields__ if name not in fields and name not in _OPTIONAL]
    if missing:
        raise ValueError(f"is no complete record: {', '.join(missing)} missing")
    given = [name for name in Evidence.__dataclass_fields__ if name in fields]
    values = {name: _READERS.get(name, _read_text)(fields[name]) for name in given}
    wrong = next((name for name, value in values.items() if value is _WRONG), None)
    if wrong is not None:
        raise ValueError(f"is no record: {wrong} cannot be {_show(fields[wrong])}")
    return Evidence(**values)


def merge_records(records: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """One record for each test and attempt of a run: the worst, and among equals the latest.

    A test can write more than one: it passes, and then its teardown fails. The order of the input does
    not matter, and merging what was merged changes nothing.

    Args:
        records: Any records, of any runs; runs and revisions are kept apart.

    Returns:
        The records in the order of their places, names and attempts.
    """
    kept: dict[tuple[str | int, ...], Evidence] = {}
    for record in records:
        key = _order(record)
        rival = kept.get(key)
        if rival is None or _weight(record) > _weight(rival):
            kept[key] = record
    return tuple(kept[key] for key in sorted(kept))


def split_location(location: str) -> tuple[str, int]:
    """The path and the line of ``path:line``; line 0 when there is none."""
    path, _, line = location.rpartition(":")
    if path and len(line) < _LINE_DIGITS and line.isascii() and line.isdigit():
        return path, int(line)
    return location, 0


def _order(record: Evidence) -> tuple[str | int, ...]:
    """What tells a test's attempt in a run from all others, in reading order."""
    path, line = split_location(record.location)
    return (
        path,
        line,
        record.location,
        record.name,
        record.framework,
        record.commit,
        record.run_id,
        record.attempt,
    )


def _weight(record: Evidence) -> tuple[int, str, bytes]:
    return SEVERITY[record.verdict], record.ts, encode_record(record)


def _parse_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8: byte 0x{line[error.start]:02x}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON: {_show_text(line.decode().strip())}") from error
    if not isinstance(value, dict):
        raise ValueError(f"is no record: {_show(value)}")  # noqa: TRY004 - the content is wrong, not the call
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which JSON does not have.


_WRONG: Final[Any] = object()


def _read_text(value: Any) -> Any:
    return well_formed(value) if isinstance(value, str) else _WRONG


def _read_ids(value: Any) -> Any:
    if not isinstance(value, list) or not all(type(number) is int and number > 0 for number in value):
        return _WRONG
    return tuple(value)


def _read_verdict(value: Any) -> Any:
    return value if isinstance(value, str) and value in SEVERITY else _WRONG


def _read_duration(value: Any) -> Any:
    try:
        seconds = float(value) if type(value) in {int, float} else math.nan
    except OverflowError:
        return _WRONG
    return seconds if math.isfinite(seconds) else _WRONG


def _read_attempt(value: Any) -> Any:
    return value if type(value) is int else _WRONG


def _read_dirty(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else _WRONG


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "ids": _read_ids,
        "verdict": _read_verdict,
        "duration": _read_duration,
        "attempt": _read_attempt,
        "dirty": _read_dirty,
    }
)


def _show(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return _show_text(json.dumps(value))


def _show_text(text: str) -> str:
    return shorten(printable(text[:200]), 80) or "an empty line"
