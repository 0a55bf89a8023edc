"""The result of ``bugcapture scan`` in all its formats."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bugcapture.cli.options import style

if TYPE_CHECKING:
    from bugcapture.core.finding import Finding
    from bugcapture.scan.hazard import Hazard
    from bugcapture.scan.result import ScanResult
    from bugcapture.scan.source_text import SourceText


def render_scan(result: ScanResult, output_format: str, trend: Path | None) -> str:
    """The result as text.

    Args:
        result: The result.
        output_format: ``json``, ``sarif``, ``github``, ``junit``, ``markdown`` or ``text``.
        trend: An earlier result in JSON, to compare the Markdown report with; None for none.

    Raises:
        ConfigurationError: If that is none.
    """
    if output_format == "json":
        return _json(result)
    if output_format == "markdown":
        from bugcapture.report.scan_markdown import write_scan_markdown  # noqa: PLC0415

        before = _earlier(trend) if trend is not None else None
        report = write_scan_markdown(result.hazards, _names(), result.files, before)
        return report + _problems(result.problems)
    if output_format == "junit":
        return _junit(result)
    if output_format == "sarif":
        from bugcapture import __version__  # noqa: PLC0415
        from bugcapture.report.sarif import write_sarif  # noqa: PLC0415

        observed = {
            _finding(one): {"observed": one.observed.value} for one in result.hazards if one.observed is not None
        }
        return write_sarif(_findings(result), __version__, _names(), observed)
    if output_format == "github":
        from bugcapture.report.github import write_github  # noqa: PLC0415

        return write_github(_findings(result))
    from bugcapture.report.scan_text import write_scan_text  # noqa: PLC0415
    from bugcapture.report.text import write_text  # noqa: PLC0415

    problems = write_text(result.problems, style)
    return (
        write_scan_text(result.hazards, _line_of, style) + ("\n" if problems and result.hazards else "") + problems
    )


def _problems(problems: list[Finding]) -> str:
    """Files that were not scanned, and comments that do nothing, in Markdown."""
    text = ""
    for heading, comments in (("Not scanned", False), ("Comments that hold nothing back", True)):
        items = [one for one in problems if one.rule.startswith("SUP") == comments]
        if items:
            text += f"\n## {heading}\n\n" + "".join(f"- {one.where}: {one.rule} {one.message}\n" for one in items)
    return text


def _findings(result: ScanResult) -> list[Finding]:
    return sorted([*map(_finding, result.hazards), *result.problems])


def _finding(hazard: Hazard) -> Finding:
    from bugcapture.core.finding import Finding, Severity  # noqa: PLC0415
    from bugcapture.scan.hazard import Level  # noqa: PLC0415

    is_error = hazard.level in {Level.CRITICAL, Level.HIGH}
    severity = Severity.ERROR if is_error else Severity.WARNING
    return Finding(hazard.path, hazard.span.line, hazard.rule, hazard.message, severity, **_columns(hazard))


def _columns(hazard: Hazard) -> dict[str, int]:
    """Where a finding begins and ends, in characters from 1."""
    from bugcapture.report.scan_text import characters  # noqa: PLC0415

    span = hazard.span
    return {
        "column": characters(_line_of(hazard.path, span.line), span.column) + 1,
        "end_line": span.end_line,
        "end_column": characters(_line_of(hazard.path, span.end_line), span.end_column) + 1,
    }


def _names() -> dict[str, str]:
    from bugcapture.core.finding import RULES  # noqa: PLC0415
    from bugcapture.scan.rule import all_rules  # noqa: PLC0415

    return {**RULES, **{rule.code: rule.title for rule in all_rules()}}


def _json(result: ScanResult) -> str:
    from bugcapture.report.json import finding_fields, write_json  # noqa: PLC0415

    fields = {
        "findings": [_fields(hazard) for hazard in result.hazards],
        "problems": finding_fields(result.problems),
        "files": result.files,
        "suppressed": result.suppressed,
        "known": result.known,
    }
    return write_json("scan", fields)


def _fields(hazard: Hazard) -> dict[str, Any]:
    return {
        "path": hazard.path,
        "line": hazard.span.line,
        **_columns(hazard),
        "rule": hazard.rule,
        "level": hazard.level.value,
        "confidence": hazard.confidence.value,
        "message": hazard.message,
        "symbol": hazard.symbol,
        "subject": hazard.subject,
        "verified": hazard.verified,
        "observed": hazard.observed.value if hazard.observed is not None else None,
        "trace": [{"path": step.path, "line": step.line, "text": step.text} for step in hazard.trace],
    }


def _junit(result: ScanResult) -> str:
    from bugcapture.report.junit import JUnitCase, write_junit  # noqa: PLC0415

    cases = [
        JUnitCase(
            suite="bugcapture.scan",
            classname=finding.path,
            name=f"{finding.rule} line {finding.line}",
            file=finding.path,
            line=finding.line,
            element="failure",
            kind=finding.rule,
            message=finding.message,
        )
        for finding in _findings(result)
    ]
    return write_junit("bugcapture scan", cases)


def _earlier(file: Path) -> dict[str, int]:
    import json  # noqa: PLC0415
    from collections import Counter  # noqa: PLC0415

    from bugcapture.core.errors import ConfigurationError  # noqa: PLC0415

    try:
        document = json.loads(file.read_bytes())
        findings = {"bugcapture.scan/1": document}[document["schema"]]["findings"]
        return Counter(str(one["level"]) for one in findings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "write one: bugcapture scan --format json --output FILE"
        raise ConfigurationError("is no result of a scan in JSON", where=str(file), hint=hint) from error


@functools.cache
def _text(path: str) -> SourceText | None:
    from bugcapture.scan.source_text import SourceText  # noqa: PLC0415

    try:
        return SourceText(Path(path).read_bytes())
    except (OSError, ValueError, SyntaxError):
        return None


def _line_of(path: str, line: int) -> str:
    text = _text(os.path.abspath(path))  # noqa: PTH100 - of each of a thousand findings
    return text.line(line) if text else ""
