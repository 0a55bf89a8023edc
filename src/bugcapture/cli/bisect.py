"""``bugcapture bisect``."""

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
    style,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural, printable, shorten
from bugcapture.project.console import say
from bugcapture.report.json import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.project.repository import Revision
    from bugcapture.workflow.bisect import BisectReport


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number", type=BugNumber(), metavar="N")
@click.option("--good", default="", metavar="REV", help="A revision without the bug; looked for without it.")
@click.option("--bad", default="HEAD", show_default=True, metavar="REV", help="A revision with the bug.")
@click.option("--tests", default="HEAD", show_default=True, metavar="REV",
              help="The revision whose tests are asked.")  # fmt: skip
@click.option("--overlay", "added", multiple=True, metavar="PATH",
              help="A helper of the tests that lies among the program; may be given more than once.")  # fmt: skip
@click.option("--exclude", "excluded", multiple=True, metavar="PATH",
              help="Belongs to the program though it looks like tests; may be given more than once.")  # fmt: skip
@click.option("--carry", "carried", multiple=True, metavar="PATH",
              help="Copy what git does not know into the checkout; may be given more than once.")  # fmt: skip
@click.option("--venv", is_flag=True,
              help="Install each revision in an environment of its own; may download what it needs.")  # fmt: skip
@click.option("--no-cache", "cached", is_flag=True, flag_value=False, default=True,
              help="Do not use what earlier searches found out.")  # fmt: skip
@host_options
@format_option(("text", "json"))
@output_option
@quiet_option
@color_option
def command(number: int, output_format: str, output: Path | None, quiet: bool, **options: Any) -> int:
    """Find the commit that brought bug N in, by asking its captured test about the past.

    The test of today runs against older revisions, in a checkout of its own: back in growing steps until it
    passes, then ever closer. Revisions in which it cannot run are passed by. Your own checkout is not touched.

    \b
    Examples:
      bugcapture bisect 991
      bugcapture bisect 991 --good v2.0
      bugcapture bisect 991 --bad fix-991~1     # the bug is fixed already: start before the fix

    Exit code 0 when the commit was found, 1 when it could not be told for sure, 2 for a wrong call.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.bisect import BisectOptions, bisect  # noqa: PLC0415 - help stays quick

    progress = Progress()
    hosts = read_hosts(options)
    try:
        report = bisect(current_project(), BisectOptions(number=number, hosts=hosts, **options), progress.show)
    finally:
        progress.clear()
    write_result(_render_json(report) if output_format == "json" else _render_text(report), output)
    if not quiet:
        ran = sum(not tested.cached for tested in report.tested)
        known = len(report.tested) - ran
        say(f"bugcapture: {plural(ran, 'trial')}" + (f", {known} more known from before" if known else ""))
    return EXIT_OK if report.found else EXIT_FINDINGS


def _render_text(report: BisectReport) -> str:
    lines = []
    if report.found:
        lines.append(f"bug {report.number} came with")
        lines.append(f"  {_line(report.culprit, bold=True)}")
        lines.append(f"the last revision without it is {report.before.short if report.before else ''}")
    elif report.before is None and not report.doubtful:
        lines.append(f"bug {report.number} is as old as the history that is here; the first revision is")
        lines.append(f"  {_line(report.culprit, bold=True)}")
    else:
        lines.append(f"bug {report.number} came with one of these; the test cannot be run in those marked with ?")
        lines.append(f"    {_line(report.culprit)}")
        lines += [f"  ? {_line(revision)}" for revision in report.doubtful]
    lines += [f"note: {note}" for note in report.notes]
    return "\n".join(lines) + "\n"


def _line(revision: Revision, *, bold: bool = False) -> str:
    return f"{style(revision.short, fg='yellow', bold=bold)} {shorten(printable(revision.subject), 100)}"


def _render_json(report: BisectReport) -> str:
    fields = {
        "bug": report.number,
        "found": report.found,
        "culprit": _revision(report.culprit),
        "before": _revision(report.before) if report.before else None,
        "doubtful": [_revision(revision) for revision in report.doubtful],
        "tested": [
            {
                **_revision(tested.revision),
                "answer": tested.answer.value,
                "reason": tested.reason,
                "cached": tested.cached,
            }
            for tested in report.tested
        ],
        "notes": list(report.notes),
    }
    return write_json("bisect", fields)


def _revision(revision: Revision) -> dict[str, str]:
    return {"commit": revision.commit, "subject": revision.subject}
