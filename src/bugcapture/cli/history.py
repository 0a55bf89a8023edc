"""``bugcapture history``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import (
    BugNumber,
    Command,
    Since,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    to_paths,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


def _store_option(command: Command) -> Command:
    return click.option(
        "--store", metavar="URL|FILE",
        help="The history; wins over BUGCAPTURE_HISTORY and [tool.bugcapture.history] store.",
    )(command)  # fmt: skip


@click.group(name="history", invoke_without_command=True, context_settings=_HELP_OPTIONS)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Keep the evidence of many runs and machines, and ask how bugs fare over time.

    The history is .bugcapture/history.sqlite in the project, unless --store, the variable BUGCAPTURE_HISTORY or
    [tool.bugcapture.history] store, in this order, names another file or a PostgreSQL database, such as
    postgresql+psycopg://user@host/database, which is asked over the network. A password belongs into the
    variable, or into ~/.pgpass.

    \b
    Examples:
      bugcapture history import         # the evidence of the last run
      bugcapture history show 991       # how often does it show itself, and when did its tests change?
      bugcapture history trend --since 90d
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(EXIT_USAGE)


@command.command(name="import", context_settings=_HELP_OPTIONS)
@click.argument("paths", nargs=-1, metavar="[EVIDENCE]...")
@_store_option
@format_option(("text", "json"))
@output_option
@quiet_option
@color_option
def import_(
    paths: tuple[str, ...], store: str | None, output_format: str, output: Path | None, quiet: bool
) -> int:
    """Bring evidence into the history.

    EVIDENCE is a file, or a folder that is searched for *.jsonl; without one, the project's evidence folder is
    read. Many machines may import at once. What was imported before counts once, whether it comes again, in
    parts, merged, or in a file that has grown; of several records of one attempt of a test in a run the worst
    stays.

    \b
    Examples:
      bugcapture history import
      bugcapture history import shard-1 shard-2 --store ci.sqlite
      BUGCAPTURE_HISTORY=postgresql+psycopg://ci:secret@db/bugs bugcapture history import build/evidence

    A line that is no record, such as the last one of a killed process, is told and left out. Exit code 1 if
    a newer bugcapture wrote some of the records, 2 for a wrong call and a database that does not answer, 0
    otherwise. After an error, import again: nothing counts twice.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.history_report import IMPORT_RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.history import import_evidence  # noqa: PLC0415

    progress = Progress(quiet=quiet)

    def on_batch(records: int) -> None:
        progress.show(f"{plural(records, 'record')} imported")

    try:
        result = import_evidence(current_project(), to_paths(paths), store, on_batch)
    finally:
        progress.clear()
    write_result(IMPORT_RENDERERS[output_format](result), output)
    for finding in result.refused:
        say(f"bugcapture: {finding.where}: {finding.message}")
    if not quiet:
        refused = f", {len(result.refused)} refused" if result.refused else ""
        replaced = f", {result.replaced} replaced by a worse or later one" if result.replaced else ""
        counts = f"{result.new} new{replaced}, {result.known} known{refused}"
        records = f"{plural(result.records, 'record')} from {plural(result.files, 'file')}"
        say(f"bugcapture: {records} into {result.store}: {counts}")
    return EXIT_FINDINGS if result.failed else EXIT_OK


@command.command(context_settings=_HELP_OPTIONS)
@click.argument("numbers", nargs=-1, type=BugNumber(), metavar="[N]...")
@_store_option
@format_option(("text", "json", "markdown"))
@output_option
@quiet_option
@color_option
def show(numbers: tuple[int, ...], store: str | None, output_format: str, output: Path | None, quiet: bool) -> int:
    """Show what is known of bugs over time: all of them in a table, or bug N with its tests and changes.

    REPRODUCED is how often a test failed as expected, of all runs of a test with the switch; the interval
    holds the rate with 95 % confidence. Of several attempts of a test in one run the last one counts. VERDICT is
    the worst of what the tests of a bug said last, on the newest revision on which it was tested. A test is
    known by its file and its name.

    \b
    Examples:
      bugcapture history show
      bugcapture history show 991
      bugcapture history show 991 --format markdown >> "$GITHUB_STEP_SUMMARY"
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.history_report import SHOW_RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.history import show_bugs  # noqa: PLC0415

    bugs = show_bugs(current_project(), numbers, store)
    write_result(SHOW_RENDERERS[output_format](bugs, in_detail=bool(numbers)), output)
    if not quiet:
        say(f"bugcapture: {plural(len(bugs), 'bug')} in the history")
    return EXIT_OK


@command.command(context_settings=_HELP_OPTIONS)
@click.argument("numbers", nargs=-1, type=BugNumber(), metavar="[N]...")
@click.option("--since", type=Since(), metavar="DATE|DAYSd", help="Only what was tested since then.")
@click.option("--by", type=click.Choice(("day", "week", "commit")), default="day", show_default=True,
              help="What a line stands for; days and weeks are those of UTC.")  # fmt: skip
@_store_option
@format_option(("text", "json", "markdown", "csv"))
@output_option
@quiet_option
@color_option
def trend(
    numbers: tuple[int, ...],
    *,
    since: datetime | None,
    by: str,
    store: str | None,
    output_format: str,
    output: Path | None,
    quiet: bool,
) -> int:
    """Show how bugs fare over time: how many are captured, and what their tests say.

    A line is a day, a week or a revision with tests of bugs. OPEN is how many bugs were captured at its end, the
    columns of the verdicts how many bugs had which one; REPRODUCED is how often tests failed as expected in it.
    With N only these bugs count. A bug that is not tested any more keeps what it said last.

    \b
    Examples:
      bugcapture history trend
      bugcapture history trend --since 90d --by week
      bugcapture history trend 991 --by commit
      bugcapture history trend --format csv --output trend.csv
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.history_report import TREND_RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.core.history import Period  # noqa: PLC0415
    from bugcapture.workflow.history import show_trend  # noqa: PLC0415

    period = Period(by)
    points = show_trend(current_project(), period, numbers, since=since, store=store)
    write_result(TREND_RENDERERS[output_format](points, period), output)
    if not quiet:
        end = f", {plural(points[-1].open, 'open capture')} at the end" if points else " with tests of bugs"
        say(f"bugcapture: {plural(len(points), period.value)}{end}")
    return EXIT_OK
