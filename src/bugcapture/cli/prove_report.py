"""The result of ``bugcapture prove`` in each of its formats."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.cli.options import style
from bugcapture.core.proof import SAYS, Proof, Side, Transition
from bugcapture.core.text import printable, shorten
from bugcapture.report.json import write_json
from bugcapture.report.markdown import as_code, as_text
from bugcapture.workflow.attest import attest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.project.repository import Revision
    from bugcapture.workflow.hunks import SourceHunk
    from bugcapture.workflow.prove import ProofReport, ProvenTest
    from bugcapture.workflow.trial import TriedTest

_COLORS: Final = {Proof.PROVEN: "green"}


def _title(report: ProofReport) -> str:
    return f"bug {report.number}" if report.number is not None else "this branch"


def _render_text(report: ProofReport) -> str:
    proof = style(report.proof.value, fg=_COLORS.get(report.proof, "red"), bold=True)
    lines = [
        f"{_title(report)}: {proof}: {SAYS[report.proof]}",
        f"  without  {_revision(report.change.base)}",
        f"  with     {_revision(report.change.head)}",
    ]
    lines += [f"  note: {printable(note)}" for note in report.notes]
    lines += [f"  the change brings no test: {len(report.source)} changed files"] if not report.tests else []
    lines += [""] if report.tests else []
    for test in report.tests:
        lines += _tell_test(test)
    if report.unproven is not None:
        lines += ["", *_tell_hunks(report)]
    return "\n".join(lines) + "\n"


def _tell_test(test: ProvenTest) -> list[str]:
    tried = test.tried
    lines = [f"{tried.transition.value}  {style(shorten(printable(test.key.shown), 200), bold=True)}"]
    if tried.transition is Transition.PASS_TO_PASS and not tried.switched:
        return lines
    sides = zip(("without", "with"), (tried.base, tried.head), (test.base, test.head), test.told, strict=True)
    for name, side, found, told in sides:
        reason = _reason(side, found, told)
        lines.append(f"  {name:7}  {side.value}{f': {reason}' if reason else ''}")
    if tried.switched:
        lines.append("  it still carries the switch")
    return lines


def _tell_hunks(report: ProofReport) -> list[str]:
    if not report.unproven:
        return ["every change of the program is noticed by a test that proves the fix"]
    lines = ["no test that proves the fix notices when these are taken back:"]
    return lines + [f"  {printable(hunk.where)}{_not_asked(hunk)}" for hunk in report.unproven]


def _not_asked(hunk: SourceHunk) -> str:
    return "" if hunk.asked else " (it could not be taken back alone)"


def _reason(side: Side, test: TriedTest | None, told: str) -> str:
    """Why a side is what it is; of a pass there is nothing to say."""
    if test is None:
        return shorten(printable(told), 300)
    record = test.record
    told = test.reason
    if side is Side.ERROR and record is not None and record.message and record.message not in told:
        first = next((line for line in record.message.splitlines() if line.strip()), "")
        told = f"{told} ({': '.join(filter(None, (record.exc_type, first)))})"
    return shorten(printable(told), 300)


def _revision(revision: Revision) -> str:
    return f"{revision.short} {shorten(printable(revision.subject), 100)}".rstrip()


def _render_markdown(report: ProofReport) -> str:
    sign = "✅" if report.proof is Proof.PROVEN else "❌"
    lines = [
        f"### {sign} {_title(report)}: {report.proof.value}",
        "",
        f"{as_text(SAYS[report.proof])}.",
        "",
        "| | revision | |",
        "|---|---|---|",
        f"| without | {as_code(report.change.base.short)} | {as_text(report.change.base.subject)} |",
        f"| with | {as_code(report.change.head.short)} | {as_text(report.change.head.subject)} |",
    ]
    if report.tests:
        lines += ["", "| test | without | with | |", "|---|---|---|---|"]
    for test in report.tests:
        tried = test.tried
        cells = [
            as_code(shorten(test.key.shown, 200)),
            _cell(tried.base, test.base, test.told[0]),
            _cell(tried.head, test.head, test.told[1]),
            tried.transition.value + (", still carries the switch" if tried.switched else ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if report.unproven is not None:
        lines += ["", *_hunk_list(report)]
    lines += ["", *(f"- {as_text(note)}" for note in report.notes)] if report.notes else []
    return "\n".join(lines) + "\n"


def _cell(side: Side, test: TriedTest | None, told: str) -> str:
    reason = _reason(side, test, told)
    return f"{side.value}: {as_text(reason)}" if reason else side.value


def _hunk_list(report: ProofReport) -> list[str]:
    if not report.unproven:
        return ["Every change of the program is noticed by a test that proves the fix."]
    lines = ["No test that proves the fix notices when these are taken back:", ""]
    return lines + [f"- {as_code(hunk.where)}{_not_asked(hunk)}" for hunk in report.unproven]


def render_json(report: ProofReport) -> str:
    """The proof as a document that others can check."""
    return write_json("prove", attest(report))


RENDERERS: Final[Mapping[str, Callable[[ProofReport], str]]] = MappingProxyType(
    {"text": _render_text, "markdown": _render_markdown, "json": render_json}
)
