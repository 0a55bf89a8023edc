"""``bugcapture gate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.host_options import host_options, read_hosts
from bugcapture.cli.options import (
    BugNumber,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--base", default="", metavar="REV",
              help="The branch or commit that the change goes to; looked for without it.")  # fmt: skip
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The change.")
@click.option("--branch", default="", metavar="NAME", help="The name of the branch; looked for without it.")
@click.option("--closes", multiple=True, type=BugNumber(), metavar="N",
              help="It fixes this bug, whatever its commits say; may be given more than once.")  # fmt: skip
@click.option("--off", multiple=True, metavar="RULE", help="Do not ask this rule; may be given more than once.")
@host_options
@format_option(("text", "markdown", "json", "github"))
@output_option
@quiet_option
@color_option
def command(output_format: str, output: Path | None, quiet: bool, **options: Any) -> int:
    """Check what a pull request has to show, by what it does: capture a bug, or fix one.

    The kind comes from the difference: a switch that is new captures its bug, also on a test that guarded it; a
    switch that goes, or a commit that closes a bug with a test (`ISSUES CLOSED: #991`), fixes it. Nothing is
    asked of other branches. Works from git alone, also on the merge result that a CI checks out.

    \b
    A capture:  tags once reason comment only-tests news one-commit title body branch stays-open
    A fix:      tags captured switch tags-stay proof news closes

    \b
    Examples:
      bugcapture gate
      bugcapture gate --base main --format markdown     # a checklist for the pull request
      bugcapture gate --format github                   # annotations in GitHub Actions
      bugcapture gate --off branch --off one-commit

    A project turns rules off in its settings: [tool.bugcapture.gate] off = ["branch"]. Exit code 1 if a rule
    fails, 2 for a wrong call or setting, 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.gate_report import RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.gate.gate import GateOptions, gate  # noqa: PLC0415

    progress = Progress()
    hosts = read_hosts(options)
    try:
        report = gate(current_project(), GateOptions(hosts=hosts, **options), progress.show)
    finally:
        progress.clear()
    write_result(RENDERERS[output_format](report), output)
    if not quiet:
        bugs = [bug for bug in report.bugs if bug.number]
        failed = sum(not bug.passed for bug in bugs)
        found = f"{plural(len(bugs), 'bug')}, {failed} not ready" if bugs else "no bug is captured or fixed"
        say(f"bugcapture: {found}{'' if bugs or report.passed else ', and test files are wrong'}")
    return EXIT_OK if report.passed else EXIT_FINDINGS
