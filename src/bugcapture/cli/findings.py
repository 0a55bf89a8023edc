"""Findings in the formats that every command with findings offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.cli.options import style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.finding import Finding


def render_findings(findings: Sequence[Finding], output_format: str) -> str:
    """The findings as text.

    Args:
        findings: The findings.
        output_format: ``sarif``, ``github``, or ``text``.
    """
    if output_format == "sarif":
        from bugcapture import __version__  # noqa: PLC0415
        from bugcapture.report.sarif import write_sarif  # noqa: PLC0415

        return write_sarif(findings, __version__)
    if output_format == "github":
        from bugcapture.report.github import write_github  # noqa: PLC0415

        return write_github(findings)
    from bugcapture.report.text import write_text  # noqa: PLC0415

    return write_text(findings, style)
