"""``bugcapture stale``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from bugcapture.cli.options import (
    Since,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.workflow.stale import StaleResult

_FORMATS: Final = ("text", "json", "sarif", "github", "markdown")
_RULES: Final = ("S1", "S2", "S3", "S4")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--rule", "rules", multiple=True, type=click.Choice(_RULES), help="Only this rule; repeatable.")
@click.option("--ignore", multiple=True, type=click.Choice(_RULES), help="All but this rule; repeatable.")
@click.option("--since", type=Since(), metavar="DATE|DAYSd", help="S2: only issues closed since then.")
@click.option(
    "--policy",
    type=click.Choice(("strict", "warn")),
    help="Whether a tracker that does not answer is an error or a warning; `strict`, unless the project sets it.",
)
@click.option("--offline", is_flag=True, help="Send nothing: answer from what was asked before.")
@click.option("--refresh", is_flag=True, help="Pass over what was asked before.")
@format_option(_FORMATS)
@output_option
@quiet_option
@color_option
def command(
    paths: tuple[str, ...],
    *,
    rules: tuple[str, ...],
    ignore: tuple[str, ...],
    since: datetime | None,
    policy: str | None,
    offline: bool,
    refresh: bool,
    output_format: str,
    output: Path | None,
    quiet: bool,
) -> int:
    """Compare the tags with the issue tracker: GitHub, GitLab, Forgejo or Gitea.

    THIS COMMAND USES THE NETWORK. It only reads issues; nothing of the project is imported or executed.
    PATH is a file or a folder; without one, the working directory is read.

    \b
    Rules:
      S1  a test carries the switch @tdd_expected_fail, and its issue is closed
      S2  an issue with a label of [tool.bugcapture.tracker] labels ("bug") was closed
          as fixed, and no test carries its number; only for the whole project
      S3  a bug number is no issue: it does not exist, was moved, or is a pull request
      S4  an issue is open, and its tests passed without the switch (a warning)
      S0  the tracker did not answer, so nothing was compared

    Where the issues are is read off the git remote `origin` or the variables of the CI, unless
    [tool.bugcapture.tracker] says it: kind, url, repository, remote, policy, labels. Public issues need no
    token; else set GITHUB_TOKEN or GH_TOKEN, GITLAB_TOKEN, FORGEJO_TOKEN or GITEA_TOKEN. A token is only
    sent to the public forge of its kind, or to the one that GH_HOST (with GH_ENTERPRISE_TOKEN), GITLAB_HOST,
    FORGEJO_URL or GITEA_URL names.

    \b
    Examples:
      bugcapture stale
      bugcapture stale --policy warn --format github    # CI: an outage is no failure
      bugcapture stale --since 2026-01-01 --ignore S4
      bugcapture stale --offline                        # as of the last time

    Exit code 1 if there is any error, 2 for a wrong call or setting, 0 otherwise (warnings alone do not fail). A
    tracker that does not answer is S0, an error with the policy `strict` and a warning with `warn`.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.stale_report import render_stale  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.stale import StaleOptions, find_stale  # noqa: PLC0415

    if offline and refresh:
        raise click.UsageError("--offline and --refresh exclude each other")
    if not set(rules or _RULES) - set(ignore):
        raise click.UsageError("no rule is left")
    progress = Progress(quiet=quiet)
    options = StaleOptions(
        rules=frozenset(rules) or None,
        ignored=frozenset(ignore),
        since=since,
        policy=policy,  # type: ignore[arg-type] # click has checked it
        offline=offline,
        refresh=refresh,
        on_progress=progress.show,
    )
    try:
        result = find_stale(current_project(), paths, options)
    finally:
        progress.clear()
    write_result(render_stale(result, output_format), output)
    for path in result.unread:
        say(f"bugcapture: {printable(path)}: cannot be read and is not compared; `bugcapture check` says why")
    for finding in result.unreadable:
        say(f"bugcapture: {finding.where}: {finding.message}")
    if not quiet:
        _close(result, offline=offline)
    return EXIT_FINDINGS if result.failed else EXIT_OK


def _close(result: StaleResult, *, offline: bool) -> None:
    for rule, reason in result.not_asked.items():
        say(f"bugcapture: {rule} was left out: {reason}")
    if result.withheld:
        say(f"bugcapture: {result.withheld} was not sent: nothing says that it belongs to {result.home.host}")
    compared = f"{plural(result.bugs, 'bug')} compared with {result.home}"
    if not result.answered:
        compared = f"{result.home} has not answered"
    if not offline:
        asked = f" ({plural(result.requests, 'request')})"
    else:
        asked = f" (offline, as of {tell_since(result.asked_at)})" if result.asked_at else " (offline)"
    errors = plural(sum(finding.severity == "error" for finding in result.findings), "error")
    warnings = plural(sum(finding.severity == "warning" for finding in result.findings), "warning")
    say(f"bugcapture: {compared}{asked}: {errors}, {warnings}")


def tell_since(moment: datetime) -> str:
    """How long ago something was, for people: ``3 hours ago``.

    Args:
        moment: A moment with a time zone.
    """
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{plural(seconds // size, unit)} ago"
    return "less than a minute ago"
