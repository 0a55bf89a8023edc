"""The result of ``bugcapture gate`` in each of its formats."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.cli.options import style
from bugcapture.core.evidence import split_location
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.report.github import write_github
from bugcapture.report.json import write_json
from bugcapture.report.markdown import as_code, as_text
from bugcapture.workflow.attest import attest
from bugcapture.workflow.gate.facts import Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.workflow.gate.facts import Answer
    from bugcapture.workflow.gate.gate import Checked, GateReport

_DOES: Final = {Kind.CAPTURE: "captures", Kind.FIX: "fixes"}
_COLORS: Final = {Status.PASS: "green", Status.FAIL: "red", Status.OFF: "yellow"}
_BOXES: Final = {Status.PASS: "- [x]", Status.FAIL: "- [ ]", Status.OFF: "- [ ] (off)"}


def _render_text(report: GateReport) -> str:
    notes = "".join(f"note: {printable(note)}\n" for note in report.change.notes)
    return "\n".join(filter(None, (notes, *(_tell_bug(bug) for bug in report.bugs))))


def _tell_bug(bug: Checked) -> str:
    lines = [_head(bug)]
    for answer in bug.answers:
        status = style(f"{answer.status.value:4}", fg=_COLORS[answer.status])
        lines.append(f"  {status} {answer.rule:10}  {answer.asks}{_told(answer)}")
    return "\n".join(lines) + "\n"


def _head(bug: Checked) -> str:
    if bug.kind is Kind.UNCLEAR:
        return "this branch changes test files that are wrong, so its bug is not known"
    return f"this branch {_DOES[bug.kind]} bug {bug.number}"


def _told(answer: Answer) -> str:
    told = printable(": ".join(part for part in (answer.where, answer.message) if part))
    return f": {told}" if told and answer.status is not Status.PASS else ""


def _render_markdown(report: GateReport) -> str:
    if not report.bugs:
        return "### bugcapture: no bug is captured or fixed\n"
    lines = []
    for bug in report.bugs:
        lines += [f"### {'✅' if bug.passed else '❌'} {_head(bug)}", ""]
        for answer in bug.answers:
            where = f" ({as_code(answer.where)})" if answer.where else ""
            told = f": {as_text(answer.message)}" if answer.message else ""
            lines.append(f"{_BOXES[answer.status]} **{answer.rule}** {answer.asks}{told}{where}")
        lines.append("")
    return "\n".join(lines)


def _render_github(report: GateReport) -> str:
    findings = [
        _finding(bug, answer) for bug in report.bugs for answer in bug.answers if answer.status is Status.FAIL
    ]
    return write_github(findings)


def _finding(bug: Checked, answer: Answer) -> Finding:
    path, line = split_location(answer.where or ".")
    message = f"{answer.asks}: {answer.message or 'it is not so'}"
    about = f"bug {bug.number}: " if bug.number else ""
    return Finding(path, line, f"gate/{answer.rule}", f"{about}{message}", Severity.ERROR)


def _render_json(report: GateReport) -> str:
    fields = {
        "passed": report.passed,
        "base": report.change.base.commit,
        "head": report.change.head.commit,
        "bugs": [
            {
                "bug": bug.number or None,
                "kind": bug.kind.value,
                "passed": bug.passed,
                "rules": [
                    {
                        "rule": answer.rule,
                        "status": answer.status.value,
                        "asks": answer.asks,
                        "message": answer.message,
                        "where": answer.where,
                    }
                    for answer in bug.answers
                ],
                "proof": attest(bug.proof) if bug.proof else None,
            }
            for bug in report.bugs
        ],
    }
    return write_json("gate", fields)


RENDERERS: Final[Mapping[str, Callable[[GateReport], str]]] = MappingProxyType(
    {"text": _render_text, "markdown": _render_markdown, "json": _render_json, "github": _render_github}
)
