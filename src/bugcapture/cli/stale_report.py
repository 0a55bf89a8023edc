"""The result of ``bugcapture stale`` in its formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.cli.findings import render_findings
from bugcapture.core.text import plural

if TYPE_CHECKING:
    from bugcapture.tracker import Issue
    from bugcapture.workflow.stale import StaleResult


def render_stale(result: StaleResult, output_format: str) -> str:
    """The result as text.

    Args:
        result: The result.
        output_format: ``json``, ``markdown``, ``sarif``, ``github`` or ``text``.
    """
    if output_format == "json":
        return _render_json(result)
    if output_format == "markdown":
        return _render_markdown(result)
    return render_findings(result.findings, output_format)


def _render_json(result: StaleResult) -> str:
    from bugcapture.report.json import finding_fields, write_json  # noqa: PLC0415

    findings = finding_fields(result.findings)
    for fields, one in zip(findings, result.stale, strict=True):
        fields["id"] = one.number or None
    tracker = {
        "kind": result.home.kind.value,
        "host": result.home.host,
        "repository": result.home.repository,
        "answered": result.answered,
        "requests": result.requests,
        "asked_at": result.asked_at.isoformat() if result.asked_at else None,
    }
    fields = {
        "tracker": tracker,
        "rules": list(result.rules),
        "bugs": result.bugs,
        "findings": findings,
        "issues": [_issue_fields(number, issue) for number, issue in sorted(result.issues.items())],
    }
    return write_json("stale", fields)


def _issue_fields(number: int, issue: Issue | None) -> dict[str, Any]:
    if issue is None:
        return {"id": number, "state": "missing"}
    return {
        "id": number,
        "state": "open" if issue.is_open else "closed",
        "closed_as": issue.closed_as.value if issue.closed_as is not None else None,
        "closed_at": issue.closed_at.isoformat() if issue.closed_at is not None else None,
        "pull_request": issue.is_pull_request,
        "title": issue.title,
        "url": issue.url,
        "labels": list(issue.labels),
    }


def _render_markdown(result: StaleResult) -> str:
    from bugcapture.report.markdown import as_code  # noqa: PLC0415
    from bugcapture.report.markdown_table import as_link, write_markdown_table  # noqa: PLC0415

    errors = plural(sum(finding.severity == "error" for finding in result.findings), "error")
    warnings = plural(sum(finding.severity == "warning" for finding in result.findings), "warning")
    state = f"{plural(result.bugs, 'bug')} compared with" if result.answered else "No answer from"
    head = f"### bugcapture stale: {errors}, {warnings}\n\n{state} {as_code(str(result.home))}.\n"
    if not result.stale:
        return head
    rows = [
        (
            f"**{one.finding.rule}**",
            as_link(f"#{one.number}", one.issue.url if one.issue is not None else "") if one.number else "",
            as_code(one.finding.where),
            as_code(one.finding.message),
        )
        for one in result.stale
    ]
    return f"{head}\n{write_markdown_table(('Rule', 'Issue', 'Where', 'What'), rows)}"
