"""``bugcapture capture``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bugcapture.cli.diff import render_diff
from bugcapture.cli.options import (
    BugNumber,
    color_option,
    current_project,
    format_option,
    quiet_option,
    style,
    write_result,
)
from bugcapture.core.errors import EXIT_OK, RefusedError
from bugcapture.core.text import printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.core.scaffold import RaceCall
    from bugcapture.project.config import Project
    from bugcapture.workflow.capture import CapturePlan


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number", type=BugNumber(), metavar="N")
@click.option("--title", metavar="TEXT", help="What the bug is; names the test, its file and the branch.")
@click.option("--from-tracker", is_flag=True, help="Take title and link from the tracker (network).")
@click.option(
    "--framework",
    type=click.Choice(("behave", "robot", "pytest")),
    help="Default: that of --file, else the one with the most tests here.",
)
@click.option("--file", "file_name", metavar="PATH", help="The new test file; never one that is there already.")
@click.option(
    "--race", "factory", metavar="FACTORY", help="A thread race on what this makes: package.module:name."
)
@click.option("--method", metavar="NAME", help="With --race: the method that the threads call.")
@click.option(
    "--meet-at", metavar="NAME", help="With --race: the callable in which they meet: package.module.name."
)
@click.option("--threads", type=int, help="With --race: how many threads; default: 2.")
@click.option("--branch", metavar="NAME", help="The branch to name in what is printed; git itself is left alone.")
@click.option(
    "--closes", type=BugNumber(), metavar="M", help="The issue that asks for this test; the commit closes it."
)
@click.option("--another", is_flag=True, help="One more test for a bug that has a test already.")
@click.option("--diff", "--dry-run", "show_diff", is_flag=True, help="Write nothing; show what would be written.")
@format_option(("text", "json"))
@quiet_option
@color_option
def command(
    *,
    number: int,
    title: str | None,
    from_tracker: bool,
    framework: str | None,
    file_name: str | None,
    factory: str | None,
    method: str | None,
    meet_at: str | None,
    threads: int | None,
    branch: str | None,
    closes: int | None,
    another: bool,
    show_diff: bool,
    output_format: str,
    quiet: bool,
) -> int:
    """Write a tagged test for bug N, to be filled in, with a news fragment; name branch and commit message.

    Until somebody fills it in, the test is red as a wrong failure and never an expected one. The tags are
    those that [tool.bugcapture] require asks for. Refuses when the bug has a test already. Overwrites
    nothing, and leaves git alone.

    \b
    Examples:
      bugcapture capture 991 --title "Concurrent first use creates two engines"
      bugcapture capture 991 --from-tracker --framework pytest
      bugcapture capture 991 --title "Two engines" --file features/audit/session.feature
      bugcapture capture 991 --title "Two engines" --dry-run      # show it, write nothing
      bugcapture capture 991 --race shop.audit:AuditService --method session --meet-at shop.audit.create_engine
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.capture import CaptureRequest, plan_capture  # noqa: PLC0415 - help stays quick

    project = current_project()
    race = _read_race(factory, method, meet_at, threads)
    found_title, link = _ask_tracker(project, number) if from_tracker else ("", "")
    request = CaptureRequest(
        number=number,
        title=found_title if title is None else title,
        link=link,
        framework=framework,
        file=file_name,
        race=race,
        branch=branch,
        closes=closes,
        another=another,
    )
    plan = plan_capture(project, request)
    if not show_diff:
        plan.draft.write()
    if output_format == "json":
        write_result(_render_json(plan, written=not show_diff))
    elif show_diff:
        write_result(render_diff(change.diff for change in plan.changes))
    else:
        write_result(_render_text(plan))
    if not quiet:
        _tell(plan, written=not show_diff)
    return EXIT_OK


def _read_race(
    factory: str | None, method: str | None, meet_at: str | None, threads: int | None
) -> RaceCall | None:
    from bugcapture.core.scaffold import RaceCall  # noqa: PLC0415 - help stays quick

    if factory is None:
        for option, value in (("--method", method), ("--meet-at", meet_at), ("--threads", threads)):
            if value is not None:
                raise click.UsageError(f"{option} belongs to a race: name what makes the object with --race")
        return None
    if method is None or meet_at is None:
        raise click.UsageError("--race needs --method and --meet-at")
    return RaceCall(factory=factory, method=method, meet_at=meet_at, threads=2 if threads is None else threads)


def _ask_tracker(project: Project, number: int) -> tuple[str, str]:
    """Title and link of the bug."""
    from bugcapture.tracker import find_tracker  # noqa: PLC0415 - only who asks for it pays for the network

    with find_tracker(project) as tracker:
        issue = tracker.get_issue(number)
        if issue is None:
            raise RefusedError(f"the tracker {tracker.home.repository} has no issue {number}")
    if issue.is_pull_request:
        raise RefusedError(f"{number} is a pull request and no issue", where=issue.url or None)
    if not issue.is_open:
        say(f"bugcapture: issue {number} is closed")
    return issue.title, issue.url


def _render_text(plan: CapturePlan) -> str:
    files = [
        f"{style(printable(change.path), bold=True)}: new: {', '.join(change.reasons)}" for change in plan.changes
    ]
    message = [f"  {printable(line)}".rstrip() for line in plan.message.splitlines()]
    return "\n".join([*files, "", "branch:", f"  {plan.branch}", "", "commit message:", *message, ""])


def _tell(plan: CapturePlan, *, written: bool) -> None:
    for note in plan.notes:
        say(f"bugcapture: {note}")
    if not written:
        say("bugcapture: nothing was written")
        return
    say(f"bugcapture: {plan.where} captures bug {plan.test.number} once it is filled in; next:")
    for number, step in enumerate(plan.steps, start=1):
        say(f"  {number}. {step}")


def _render_json(plan: CapturePlan, *, written: bool) -> str:
    from bugcapture.report.json import write_json  # noqa: PLC0415

    fields = {
        "id": plan.test.number,
        "title": plan.test.title,
        "framework": plan.framework,
        "written": written,
        "test": {
            "path": plan.path,
            "line": plan.skeleton.line,
            "name": plan.skeleton.name,
            "tags": list(plan.test.tags),
        },
        "files": [
            {"path": change.path, "reasons": list(change.reasons), "content": change.new.decode()}
            for change in plan.changes
        ],
        "branch": plan.branch,
        "commit_message": plan.message,
        "next": list(plan.steps),
        "notes": list(plan.notes),
    }
    return write_json("capture", fields)
