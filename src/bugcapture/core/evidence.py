"""The evidence record: one JSON line for each judged test, schema ``bugcapture.evidence/1``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from bugcapture.core.text import well_formed

SCHEMA: Final = "bugcapture.evidence/1"
MESSAGE_LIMIT: Final = 2000


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


def encode_record(record: Evidence) -> bytes:
    """The record as one line.

    Args:
        record: Any record; an over-long message is cut.

    Returns:
        JSON in ASCII with a line feed at its end and none inside.
    """
    fields = well_formed(asdict(record))
    fields = {"schema": SCHEMA, **fields, "message": fields["message"][:MESSAGE_LIMIT]}
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
