"""``bugcapture hooks``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bugcapture.cli.findings import render_findings
from bugcapture.cli.hooks_consolidate import command as consolidate
from bugcapture.cli.hooks_install import command as install
from bugcapture.cli.hooks_profile import command as profile
from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.hooks.check import HookCheck

_HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
# Those that pre-commit knows.
_HOOK_TYPES = (
    "pre-push", "pre-commit", "commit-msg", "post-checkout", "post-commit", "post-merge", "post-rewrite",
    "pre-merge-commit", "pre-rebase", "prepare-commit-msg",
)  # fmt: skip


@click.group(name="hooks", invoke_without_command=True, context_settings=_HELP_OPTIONS)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look after the hook that git runs before a push.

    \b
    Examples:
      bugcapture hooks check            # is the hook what it should be?
      bugcapture hooks install          # have it run `bugcapture check`
      bugcapture hooks profile          # how long does each hook take?
      bugcapture hooks consolidate      # fewer hooks that run the same checks
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(EXIT_USAGE)


command.add_command(consolidate, "consolidate")
command.add_command(install, "install")
command.add_command(profile, "profile")


@command.command(context_settings=_HELP_OPTIONS)
@click.option(
    "-t", "--hook-type", type=click.Choice(_HOOK_TYPES), default=_HOOK_TYPES[0], show_default=True, metavar="TYPE",
    help="The hook, by git's name for it.",
)  # fmt: skip
@click.option(
    "--config-only", is_flag=True, help="Look at the configuration alone, as if its hook were installed: for CI."
)
@click.option("--strict", is_flag=True, help="Fail for warnings and for what is only told as well.")
@format_option(("text", "json", "github"))
@output_option
@quiet_option
@color_option
def check(
    hook_type: str, output_format: str, output: Path | None, quiet: bool, *, config_only: bool, strict: bool
) -> int:
    """Check that git runs a hook before a push, and that the hook checks what it should.

    Finds the file that git would run, wherever `core.hooksPath` and worktrees put it. Recognises hooks of
    pre-commit, prek, husky and lefthook by what they call, and reads their configuration; other scripts are
    read as a shell would read them. Nothing is executed, and nothing is fetched.

    \b
    Rules:
      HK101  git finds no hook                     HK301  no configured hook runs at this stage
      HK102  a hook lies where git does not look   HK302  a category of checks is missing
      HK103  it is not executable                  HK303  stages have names of the past
      HK104  Windows line ends                     HK304  hooks without stages run at every one
      HK105  its interpreter is not there          HK305  a hook's files match nothing
      HK106  it runs nothing                       HK306  a plain install leaves this hook out
      HK107  what runs cannot be read              HK401  a check fails and the push goes on
      HK108  another shell runs it than it needs   HK402  a slow check comes before a quick one
      HK201  it runs another hook's checks
      HK202  the tool that it calls is gone
      HK203  its configuration is not there
      HK204  the tool would refuse that
      HK205  a hook of former times runs as well
      HK206  `pre-commit run` sees no files

    The categories that have to be there are `required` in [tool.bugcapture.hooks]: lint, types, unit,
    integration, meta, docs. Where nothing is required, what is missing is only told.

    \b
    Examples:
      bugcapture hooks check
      bugcapture hooks check --strict --format json
      bugcapture hooks check --config-only --format github     # in CI, where no hook is installed

    Exit code 1 if there is any error, with --strict for any finding; 2 where nothing can be checked: a wrong call
    or setting, no git, no checkout; 0 otherwise.
    """  # noqa: D301 - as above
    from bugcapture.hooks.check import check_hook  # noqa: PLC0415 - help stays quick

    result = check_hook(current_project(), Path.cwd(), hook_type, config_only=config_only)
    if output_format == "json":
        from bugcapture.cli.hooks_report import render_json  # noqa: PLC0415

        text = render_json(result, strict=strict)
    else:
        text = render_findings(result.findings, output_format)
    write_result(text, output)
    if not quiet:
        say(f"bugcapture: {_tell(result)}")
    return EXIT_FINDINGS if result.failed(strict=strict) else EXIT_OK


def _tell(result: HookCheck) -> str:
    facts = result.facts
    categories = dict.fromkeys(category for step in facts.steps for category in step.categories)
    what = "no hook" if facts.kind == "none" else f"{facts.kind}, {plural(len(facts.steps), 'command')}"
    listed = f" ({', '.join(categories)})" if categories else ""
    counts = [
        plural(number, word)
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
        if (number := sum(finding.severity == severity for finding in result.findings)) or severity == "error"
    ]
    return f"{facts.hook_type}: {what}{listed}: {', '.join(counts)}"
