"""Results as JSON with a versioned schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from bugcapture.core.text import well_formed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bugcapture.core.capture import Capture
    from bugcapture.core.evidence import Evidence
    from bugcapture.core.finding import Finding


class LedgerEntry(Protocol):
    """A captured test, with what the repository and the evidence know about it."""

    @property
    def capture(self) -> Capture:
        """The test."""
        ...

    @property
    def since(self) -> datetime | None:
        """Since when it is in its state; None when nobody knows."""
        ...

    @property
    def last(self) -> Evidence | None:
        """Its latest record; None without one."""
        ...


def write_json(command: str, fields: Mapping[str, Any]) -> str:
    """One JSON document.

    Args:
        command: The command whose result it is; the schema is ``bugcapture.<command>/1``.
        fields: Its content.
    """
    return json.dumps(well_formed({"schema": f"bugcapture.{command}/1", **fields}), indent=2) + "\n"


def finding_fields(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as plain values."""
    return [
        {
            "path": finding.path,
            "line": finding.line,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
        }
        for finding in findings
    ]


def entry_fields(entries: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """Entries of the ledger as plain values: captured tests with their age and their latest record."""
    return [
        {
            **fields,
            "since": entry.since.isoformat() if entry.since else None,
            "last": asdict(entry.last) if entry.last else None,
        }
        for entry in entries
        for fields in capture_fields([entry.capture])
    ]


def capture_fields(captures: Sequence[Capture]) -> list[dict[str, Any]]:
    """Captured tests as plain values."""
    return [
        {
            "framework": capture.framework,
            "location": capture.where,
            "case_line": capture.case_line or None,
            "name": capture.name,
            "state": capture.state.value,
            "ids": list(capture.tags.ids),
            "tags": list(capture.all_tags),
            "fails_with": capture.expectation.types,
            "fails_with_pattern": capture.expectation.pattern,
            "fails_at": capture.expectation.place,
            "switches": [f"{site.path}:{site.line}" for site in capture.switches],
        }
        for capture in captures
    ]
