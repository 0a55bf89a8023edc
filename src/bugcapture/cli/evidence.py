"""``bugcapture evidence``."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

from bugcapture.cli.findings import render_findings
from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    to_paths,
    write_result,
)
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from bugcapture.core.evidence import SEVERITY, encode_record
from bugcapture.core.finding import Severity
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.evidence import Evidence
    from bugcapture.workflow.evidence import EvidenceCheck

_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


@click.group(name="evidence", invoke_without_command=True, context_settings=_HELP_OPTIONS)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Work with the records that test runs leave in `BUGCAPTURE_EVIDENCE_DIR` or `[tool.bugcapture] evidence`.

    \b
    Examples:
      bugcapture evidence check         # has every captured test a record?
      bugcapture evidence merge -o all.jsonl shard-1 shard-2
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(EXIT_USAGE)


@command.command(context_settings=_HELP_OPTIONS)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option(("jsonl", "json", "text"))
@output_option
@quiet_option
@color_option
def merge(paths: tuple[str, ...], output_format: str, output: Path | None, quiet: bool) -> int:
    """Make one file from many, with one record for each test and attempt of a run: the worst.

    PATH is a file, or a folder that is searched for *.jsonl; without one, the project's evidence folder is
    read. Records of different runs stay apart. The order of the files does not matter, and merging what was
    merged changes nothing.

    \b
    Examples:
      bugcapture evidence merge > all.jsonl
      bugcapture evidence merge shard-1 shard-2 --output all.jsonl
      bugcapture evidence merge --format text       # a table of bugs and verdicts

    A line that is no record, such as the last one of a killed process, is told and left out. Exit code 1 if
    a newer bugcapture wrote some of the records, 2 for a wrong call and files that cannot be read, 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.project.evidence_files import write_evidence  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.evidence import merge_evidence  # noqa: PLC0415

    merged = merge_evidence(current_project(), to_paths(paths))
    text = _render_records(merged.records, output_format)
    if output is None:
        write_result(text)
    else:
        write_evidence(output, text.encode("utf-8", "surrogateescape"))
    for finding in merged.findings:
        say(f"bugcapture: {finding.where}: {finding.message}")
    if not quiet:
        tests = len({(record.framework, record.location, record.name) for record in merged.records})
        records = plural(len(merged.records), "record")
        say(f"bugcapture: {records} of {plural(tests, 'test')} from {plural(merged.files, 'file')}")
    return EXIT_FINDINGS if any(finding.severity is Severity.ERROR for finding in merged.findings) else EXIT_OK


@command.command(context_settings=_HELP_OPTIONS)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--source", "sources", multiple=True, metavar="PATH", help="Test file or folder; repeatable.")
@click.option("--ids", multiple=True, type=click.IntRange(min=1), metavar="N", help="Only bug N; repeatable.")
@click.option("--run-id", "run_ids", multiple=True, metavar="ID", help="Only records of this run; repeatable.")
@click.option("--any-commit", is_flag=True, help="Count evidence about other revisions than the checked-out one.")
@click.option("--verdicts", is_flag=True, help="A red verdict in the last attempt is an error as well.")
@format_option(("text", "json", "sarif", "github"))
@output_option
@quiet_option
@color_option
def check(
    paths: tuple[str, ...],
    *,
    sources: tuple[str, ...],
    ids: tuple[int, ...],
    run_ids: tuple[str, ...],
    any_commit: bool,
    verdicts: bool,
    output_format: str,
    output: Path | None,
    quiet: bool,
) -> int:
    """Look for captured tests without evidence: not run, a lost worker, an adapter that was not loaded.

    PATH is an evidence file, or a folder that is searched for *.jsonl; without one, the project's evidence
    folder is read. Captured tests are looked for in the working directory, or where --source says. Nothing
    of the project is imported or executed. A record that says `not_run` is no evidence, nor is one about
    another revision than the checked-out one.

    \b
    Rules:
      E1  a captured test has no evidence           E2  evidence about a test that is no capture here
      E3  a line of an evidence file is no record   E4  evidence about another revision
      E5  a red verdict, with --verdicts            P1  a test file, or marks in it, cannot be read

    \b
    Examples:
      BUGCAPTURE_EVIDENCE_DIR=build/evidence behave
      bugcapture evidence check build/evidence
      bugcapture evidence check build/evidence --verdicts --source features/audit
      bugcapture evidence check all.jsonl --ids 991 --format github

    Exit code 1 if there is any error, 2 for a wrong call, an unknown bug or no evidence folder, 0 otherwise
    (warnings alone do not fail).
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.evidence import Selection, check_evidence  # noqa: PLC0415 - help stays quick

    selection = Selection(ids=frozenset(ids), run_ids=frozenset(run_ids), any_commit=any_commit)
    result = check_evidence(
        current_project(), to_paths(paths), sources=sources, selection=selection, verdicts=verdicts
    )
    write_result(_render_check(result, output_format), output)
    if not quiet:
        say(f"bugcapture: {_summarise(result)}")
    return EXIT_FINDINGS if result.failed else EXIT_OK


def _render_records(records: Sequence[Evidence], output_format: str) -> str:
    if output_format == "jsonl":
        return b"".join(map(encode_record, records)).decode("ascii")
    if output_format == "json":
        from bugcapture.report.json import write_json  # noqa: PLC0415

        return write_json("evidence-merge", {"records": [json.loads(encode_record(one)) for one in records]})
    return _render_table(records)


def _render_table(records: Sequence[Evidence]) -> str:
    from bugcapture.report.table import write_table  # noqa: PLC0415

    bugs: dict[int, list[Evidence]] = {}
    for record in records:
        for number in record.ids:
            bugs.setdefault(number, []).append(record)
    if not bugs:
        return ""
    verdicts = [verdict for verdict in SEVERITY if any(record.verdict == verdict for record in records)]
    rows = []
    for number, about in sorted(bugs.items()):
        counts = Counter(record.verdict for record in about)
        tests = {(record.framework, record.location, record.name) for record in about}
        rows.append((f"#{number}", str(len(tests)), *(str(counts[verdict] or "-") for verdict in verdicts)))
    return write_table(("BUG", "TESTS", *(verdict.upper() for verdict in verdicts)), rows)


def _render_check(result: EvidenceCheck, output_format: str) -> str:
    if output_format == "json":
        from bugcapture.report.json import finding_fields, write_json  # noqa: PLC0415

        fields = {
            "findings": finding_fields(result.findings),
            "files": result.files,
            "captures": result.captures,
            "missing": result.missing,
            "bugs": result.bugs,
            "verdicts": dict(result.verdicts),
        }
        return write_json("evidence-check", fields)
    return render_findings(result.findings, output_format)


def _summarise(result: EvidenceCheck) -> str:
    if not result.captures:
        return "no captured test here, so none needs evidence"
    last = ", ".join(f"{count} {verdict}" for verdict, count in result.verdicts.items()) or "no record"
    tests = f"{plural(result.captures, 'captured test')} of {plural(result.bugs, 'bug')}"
    return f"{tests}, {result.missing} without evidence; verdicts: {last}"
