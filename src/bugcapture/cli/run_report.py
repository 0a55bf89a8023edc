"""The result of ``bugcapture run`` in each of its formats."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bugcapture.cli.options import style
from bugcapture.core.message import tell_verdict
from bugcapture.core.text import bug_list, printable, shorten
from bugcapture.core.verdict import Judgement
from bugcapture.core.wording import GHERKIN, PYTEST, ROBOT
from bugcapture.report.json import capture_fields, finding_fields, write_json
from bugcapture.report.junit import JUnitCase, write_junit
from bugcapture.report.table import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bugcapture.core.finding import Finding
    from bugcapture.workflow.result import ProcessResult, RunResult, TestResult

_NO_RECORD: Final = "no_record"
_HEADING: Final = ("BUG", "VERDICT", "FRAMEWORK", "WHERE", "TEST", "SECONDS")


def command_line(process: ProcessResult) -> str:
    """The command as people type it, without the interpreter."""
    return shorten(printable(shlex.join(process.command[3:])), 300)


def _word(test: TestResult) -> str:
    if test.record is None:
        return _NO_RECORD
    if test.raw:
        return "passed" if test.green else "failed"
    return test.verdict.value


def _seconds(test: TestResult) -> float:
    return max(test.record.duration, 0.0) if test.record else 0.0


def _render_text(result: RunResult, _findings: Sequence[Finding] = ()) -> str:
    rows = [
        (
            number,
            (
                f"#{number}",
                _word(test),
                test.capture.framework,
                printable(test.capture.where),
                shorten(printable(test.name), 80),
                f"{_seconds(test):.2f}" if test.record else "-",
            ),
        )
        for test in result.tests
        for number in test.capture.tags.ids
    ]
    table = write_table(_HEADING, [row for _, row in sorted(rows, key=lambda row: row[0])]) if rows else ""
    reds = [_tell_red(test) for test in result.tests if not test.green]
    reds += [
        f"{printable(test.capture.where)}: {bug_list(test.capture.tags.ids)} {printable(test.drift)}\n"
        for test in result.tests
        if test.drift
    ]
    reds += [f"{command_line(process)}: {process.problem}\n" for process in result.processes if process.problem]
    return "\n".join(part for part in (table, "".join(reds)) if part)


def _tell_red(test: TestResult) -> str:
    where = style(printable(test.capture.where), bold=True)
    bugs = bug_list(test.capture.tags.ids)
    name = shorten(printable(test.name), 120)
    if test.record is None:
        return f'{where}: no record of "{name}" ({bugs}): {printable(test.problem)}\n'
    if test.raw:
        return f'{where}: "{name}" ({bugs}) failed: {printable(test.record.reason)}\n{_got(test)}'
    switches = test.capture.switches
    told = tell_verdict(
        Judgement(test.verdict, test.record.reason),
        tags=test.capture.tags,
        where=test.capture.where,
        name=test.name,
        switch_at=f"{switches[0].path}:{switches[0].line}" if switches else "",
        expectation=test.capture.expectation,
        wording=_wording(test.capture.framework),
    )
    return f"{told.removeprefix('bugcapture: ')}\n{_got(test)}"


def _wording(framework: str) -> Any:
    return {"robot": ROBOT, "pytest": PYTEST}.get(framework, GHERKIN)


def _got(test: TestResult) -> str:
    """The original failure in one line, where the reason does not say it already."""
    record = test.record
    if record is None or not (record.exc_type or record.message):
        return ""
    first = next((line.strip() for line in record.message.splitlines() if line.strip()), "")
    told = ": ".join(part for part in (record.exc_type, first) if part)
    place = f" at {record.step}" if record.step else ""
    location = f" ({record.step_location})" if record.step_location else ""
    return f"  got:      {shorten(printable(told), 300)}{shorten(printable(place))}{printable(location)}\n"


def _render_json(result: RunResult, findings: Sequence[Finding] = ()) -> str:
    fields = {
        "raw": result.raw,
        "shard": str(result.shard) if result.shard else None,
        "failed": result.failed or bool(findings),
        "selected": result.selected,
        "tests": [
            {
                **capture_fields([test.capture])[0],
                "name": test.name,
                "verdict": _word(test),
                "green": test.green,
                "problem": test.problem,
                "drift": test.drift,
                "evidence": _evidence_fields(test),
            }
            for test in result.tests
        ],
        "processes": [
            {
                "framework": process.framework,
                "command": list(process.command),
                "folder": str(process.folder),
                "exit_code": process.ended.exit_code if process.ended else None,
                "seconds": round(process.ended.seconds, 3) if process.ended else None,
                "timed_out": bool(process.ended and process.ended.timed_out),
                "red": process.red,
                "problem": process.problem,
                "output": process.output if process.red else "",
            }
            for process in result.processes
        ],
        "findings": finding_fields(findings),
    }
    return write_json("run", fields)


def _evidence_fields(test: TestResult) -> dict[str, Any] | None:
    return asdict(test.record) if test.record else None


def _render_junit(result: RunResult, findings: Sequence[Finding] = ()) -> str:
    cases = [_junit_case(test) for test in result.tests]
    cases += [
        JUnitCase(
            suite="bugcapture.processes",
            name=command_line(process),
            classname=f"bugcapture.{process.framework}",
            seconds=process.ended.seconds if process.ended else 0.0,
            element="error",
            kind="bugcapture.process",
            message=process.problem,
            text=process.output,
        )
        for process in result.processes
        if process.problem
    ]
    cases += [
        JUnitCase(
            suite="bugcapture.findings",
            name=f"{finding.rule} {finding.where}",
            classname=f"bugcapture.{finding.path}",
            file=finding.path,
            line=finding.line,
            element="error",
            kind=f"bugcapture.{finding.rule}",
            message=finding.message,
            text=f"{finding.where}: {finding.rule} {finding.message}",
        )
        for finding in findings
    ]
    about = {"bugcapture.raw": str(result.raw).lower()}
    about |= {"bugcapture.shard": str(result.shard)} if result.shard else {}
    return write_junit("bugcapture", cases, about)


def _junit_case(test: TestResult) -> JUnitCase:
    capture, record = test.capture, test.record
    if record is None:
        element, kind, message = "error", f"bugcapture.{_word(test)}", test.problem
    elif test.green and (test.raw or test.verdict.value == "passed"):
        element, kind, message = "", "", ""
    else:
        element, kind, message = "skipped" if test.green else "failure", f"bugcapture.{_word(test)}", record.reason
    return JUnitCase(
        suite=capture.path,
        name=test.name,
        classname=f"{capture.framework}.{capture.path}",
        file=capture.path,
        line=capture.line,
        seconds=_seconds(test),
        element=element,
        kind=kind,
        message=f"{bug_list(capture.tags.ids)}: {message}",
        text=_junit_text(test),
        properties=[
            *(("bug", str(number)) for number in capture.tags.ids),
            ("framework", capture.framework),
            ("state", capture.state.value),
            ("verdict", _word(test)),
        ],
    )


def _junit_text(test: TestResult) -> str:
    record = test.record
    if record is None:
        return test.problem
    told = ": ".join(part for part in (record.exc_type, record.message) if part)
    place = " ".join(part for part in (record.step, record.step_location and f"({record.step_location})") if part)
    return "\n".join(part for part in (told, place and f"at {place}") if part) or record.reason


RENDERERS: Final[Mapping[str, Callable[..., str]]] = MappingProxyType(
    {"text": _render_text, "json": _render_json, "junit": _render_junit}
)
