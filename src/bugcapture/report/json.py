"""Results as JSON with a versioned schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bugcapture.core.text import well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.finding import Finding


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


def capture_fields(captures: Sequence[Capture]) -> list[dict[str, Any]]:
    """Captured tests as plain values."""
    return [
        {
            "framework": capture.framework,
            "location": capture.where,
            "name": capture.name,
            "state": capture.state.value,
            "ids": list(capture.tags.ids),
            "tags": list(capture.all_tags),
            "fails_with": capture.expectation.type_name,
            "fails_with_pattern": capture.expectation.pattern,
            "fails_at": capture.expectation.place,
            "switches": [f"{site.path}:{site.line}" for site in capture.switches],
        }
        for capture in captures
    ]
