"""Findings for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.finding import Severity
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bugcapture.core.finding import Finding

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def write_text(findings: Sequence[Finding], style: Callable[..., str]) -> str:
    """One line for each finding: ``path:line: RULE message``.

    Args:
        findings: The findings.
        style: Colours a text, like ``click.style``.
    """
    return "".join(
        f"{style(printable(finding.where), bold=True)}: "
        f"{style(finding.rule, fg=_COLOURS[finding.severity])} {printable(finding.message)}\n"
        for finding in findings
    )
