"""``bugcapture check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bugcapture.cli.findings import render_findings
from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.workflow.check import CheckResult

_FORMATS = ("text", "json", "sarif", "github")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option(_FORMATS)
@output_option
@click.option("--no-wiring", is_flag=True, help="Do not look for the adapters.")
@click.option("--ratchet", is_flag=True, help="Fail when more bugs are captured than the project allows.")
@quiet_option
@color_option
def command(
    paths: tuple[str, ...],
    output_format: str,
    output: Path | None,
    quiet: bool,
    *,
    no_wiring: bool,
    ratchet: bool,
) -> int:
    """Check the tags and declared failures of test files, and that captures will be judged at all.

    PATH is a file or a folder; without one, the working directory is checked. Nothing of the project is
    imported or executed. All problems are shown at once.

    \b
    Rules:
      T1  a number tag needs its family tag         T2  a family tag needs a number tag
      T3  the switch needs a complete family        T4  a tag looks like ours and is none
      T5  a malformed or unsafe number              T6  the switch beside a retry or xfail tag
      F1  a malformed `Fails with:` or `Fails at:`  F2  `Fails at:` names no step that may fail
      W1  the adapter is not wired in               W2  the configuration excludes captures
      P1  a file cannot be read
      R1  more bugs are captured than max_captured  R2  more than the budget of a path

    \b
    Examples:
      bugcapture check
      bugcapture check features/audit --format json
      bugcapture check --format sarif --output bugcapture.sarif
      bugcapture check --format github        # annotations in GitHub Actions
      bugcapture check --ratchet              # no more open captures than max_captured

    Exit code 1 if there is any error, 2 for a wrong call or setting, 0 otherwise (warnings alone do not fail).
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.check import check  # noqa: PLC0415 - help stays quick

    if ratchet and paths:
        raise click.UsageError("--ratchet counts all captures of the project and takes no PATH")
    result = check(current_project(), paths, wiring=not no_wiring, ratchet=ratchet)
    write_result(_render(result, output_format), output)
    if not quiet:
        errors = plural(sum(finding.severity == "error" for finding in result.findings), "error")
        warnings = plural(sum(finding.severity == "warning" for finding in result.findings), "warning")
        looked = f"{plural(result.files, 'test file')}, {plural(result.captures, 'tagged test')}"
        say(f"bugcapture: {looked} of {plural(result.bugs, 'bug')}: {errors}, {warnings}")
    return EXIT_FINDINGS if result.failed else EXIT_OK


def _render(result: CheckResult, output_format: str) -> str:
    if output_format == "json":
        from bugcapture.report.json import finding_fields, write_json  # noqa: PLC0415

        fields = {
            "findings": finding_fields(result.findings),
            "files": result.files,
            "captures": result.captures,
            "bugs": result.bugs,
        }
        return write_json("check", fields)
    return render_findings(result.findings, output_format)
