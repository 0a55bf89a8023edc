"""A proof as a document that others can check: what was tried, on what, with what result, and its own digest."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bugcapture import __version__
from bugcapture.core.proof import SAYS
from bugcapture.core.text import well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.project.repository import Revision
    from bugcapture.workflow.hunks import SourceHunk
    from bugcapture.workflow.prove import ProofReport, ProvenTest
    from bugcapture.workflow.trial import TriedTest


def attest(report: ProofReport, *, now: datetime | None = None) -> dict[str, Any]:
    """The proof as plain values; the schema stands in front of them when they are written.

    Args:
        report: The proof.
        now: The time to name; None for the present.

    Returns:
        Values for JSON. ``digest`` is that of all others, see `digest`.
    """
    moment = now or datetime.now(UTC)
    fields: dict[str, Any] = {
        "bug": report.number,
        "proof": report.proof.value,
        "says": SAYS[report.proof],
        "created": moment.isoformat(timespec="seconds"),
        "tool": {"name": "bugcapture", "version": __version__},
        "base": _revision(report.change.base),
        "head": _revision(report.change.head),
        "target": report.change.target,
        "source": list(report.source),
        "overlay": list(report.laid),
        "tests": [_test(test) for test in report.tests],
        "unproven": None if report.unproven is None else [_hunk(hunk) for hunk in report.unproven],
        "notes": list(report.notes),
    }
    fields = well_formed(fields)
    return {**fields, "digest": digest(fields)}


def digest(fields: Mapping[str, Any]) -> str:
    """The digest of a document's values: SHA-256 of their JSON with sorted keys and without white space, in UTF-8.

    Args:
        fields: The values; ``schema`` and ``digest`` are passed over.
    """
    counted = {name: value for name, value in fields.items() if name not in {"schema", "digest"}}
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def _revision(revision: Revision) -> dict[str, str]:
    return {"commit": revision.commit, "tree": revision.tree, "subject": revision.subject}


def _hunk(hunk: SourceHunk) -> dict[str, Any]:
    return {"path": hunk.path, "line": hunk.line, "lines": hunk.lines, "asked": hunk.asked}


def _test(test: ProvenTest) -> dict[str, Any]:
    return {
        "framework": test.key.framework,
        "id": test.key.shown,
        "location": test.key.location,
        "name": test.key.name,
        "bugs": list(test.capture.tags.ids) if test.capture else [],
        "touched": test.touched,
        "transition": test.tried.transition.value,
        "base": _side(test.base, test.tried.base.value, test.told[0]),
        "head": _side(test.head, test.tried.head.value, test.told[1]),
    }


def _side(test: TriedTest | None, outcome: str, told: str) -> dict[str, Any]:
    record = test.record if test else None
    return {
        "outcome": outcome,
        "reason": test.reason if test else told,
        "exc_type": record.exc_type if record else "",
        "message": record.message if record else "",
        "step": record.step if record else "",
        "frame": record.frame if record else "",
        "seconds": record.duration if record else None,
    }
