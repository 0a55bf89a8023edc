"""Findings as SARIF 2.1.0, the format of code scanning.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bugcapture.core.finding import RULES, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.core.finding import Finding

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.INFO: "note"}


def write_sarif(
    findings: Sequence[Finding],
    version: str,
    rules: Mapping[str, str] = RULES,
    properties: Mapping[Finding, Mapping[str, str]] = MappingProxyType({}),
) -> str:
    """One SARIF log with one run.

    Args:
        findings: The findings.
        version: The version of bugcapture.
        rules: What the rules are about, by code.
        properties: What else is known of findings.
    """
    codes = sorted({finding.rule for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "bugcapture",
                "semanticVersion": version,
                "rules": [{"id": rule, "shortDescription": {"text": rules[rule]}} for rule in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes, properties.get(finding, {})) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding, rules: list[str], properties: Mapping[str, str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.path)}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
        if finding.column:
            place["region"] |= {
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "endColumn": finding.end_column,
            }
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS.get(finding.severity, finding.severity.value),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
        **({"properties": dict(properties)} if properties else {}),
    }


def _uri(path: str) -> str:
    raw = path.encode("utf-8", "surrogateescape")
    return f"file://{quote(raw)}" if path.startswith("/") else quote(raw)
