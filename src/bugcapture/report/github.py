"""Findings as workflow commands of GitHub Actions.

See https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Severity
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.finding import Finding

_COMMANDS = {Severity.INFO: "notice"}


def write_github(findings: Sequence[Finding]) -> str:
    """One ``::error``, ``::warning`` or ``::notice`` command for each finding."""
    return "".join(_command(finding) for finding in findings)


def _command(finding: Finding) -> str:
    properties = {"file": printable(finding.path), "title": f"bugcapture {finding.rule}"}
    if finding.line:
        properties["line"] = str(finding.line)
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    command = _COMMANDS.get(finding.severity, finding.severity.value)
    return f"::{command} {listed}::{_escape(printable(finding.message))}\n"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
