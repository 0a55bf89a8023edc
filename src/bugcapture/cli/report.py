"""``bugcapture report``."""

from __future__ import annotations

import click

from bugcapture.core.errors import EXIT_USAGE


@click.group(name="report", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write what is known of the tests and their bugs as documents that can be read and checked in.

    The documents are in docs/reports, unless `folder` in [tool.bugcapture.report] names another folder.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(EXIT_USAGE)
