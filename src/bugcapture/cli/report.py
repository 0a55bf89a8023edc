"""``bugcapture report``."""

from __future__ import annotations

import click

from bugcapture.cli.report_check import command as check
from bugcapture.cli.report_ledger import command as ledger
from bugcapture.cli.report_refresh import command as refresh
from bugcapture.core.errors import EXIT_USAGE
from bugcapture.project.console import say


@click.group(name="report", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write what is known of the tests and their bugs as documents that can be read and checked in.

    The documents are in docs/reports, unless `folder` in [tool.bugcapture.report] names another folder.

    \b
    Examples:
      bugcapture report refresh         # write the documents, or those that changed
      bugcapture report check           # do they still say what the sources say?
      bugcapture report ledger -o ledger.html    # one page with all that is known of the bugs
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(EXIT_USAGE)


command.add_command(refresh, "refresh")
command.add_command(check, "check")
command.add_command(ledger, "ledger")
