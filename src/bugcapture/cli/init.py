"""``bugcapture init``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bugcapture.cli.diff import render_diff
from bugcapture.cli.options import color_option, current_project, format_option, quiet_option, style, write_result
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.core.errors import BugcaptureError
    from bugcapture.workflow.init.plan import InitPlan

_FRAMEWORKS = ("behave", "robot", "pytest")
_FORGES = ("github", "gitlab", "forgejo")


@click.command(name="init", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    type=click.Choice(_FRAMEWORKS),
    help="Wire this framework in, instead of those that the project uses; may be given more than once.",
)
@click.option(
    "--ci",
    "forges",
    multiple=True,
    type=click.Choice((*_FORGES, "none")),
    help="Add a job for this forge, instead of those that the project has files for; may be given more than once.",
)
@click.option(
    "--hook/--no-hook", default=None, help="Add a pre-commit hook; default: where there is a configuration."
)
@click.option(
    "--weekly-reports",
    is_flag=True,
    help="Add a job that refreshes the reports every week, and opens a pull request.",
)
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 if anything is missing.")
@click.option("--diff", "diff_only", is_flag=True, help="Write nothing; show the change.")
@format_option(("text", "json"))
@quiet_option
@color_option
def command(
    *,
    frameworks: tuple[str, ...],
    forges: tuple[str, ...],
    hook: bool | None,
    weekly_reports: bool,
    yes: bool,
    check_only: bool,
    diff_only: bool,
    output_format: str,
    quiet: bool,
) -> int:
    """Wire bugcapture into a project: the adapters of its test frameworks, settings, a hook, a CI job.

    Shows the change, and writes it when it is confirmed: on a terminal by an answer, elsewhere by --yes.
    Adds to files without changing any other byte of them, and overwrites nothing. A second run finds nothing
    to do. Nothing of the project is imported or executed.

    \b
    What it adds, where it is missing:
      Behave           the two lines of the adapter in features/environment.py
      Robot Framework  the listener in the argument file, robot.toml, or a new robot.args
      pytest           nothing, the plugin loads itself
      pyproject.toml   the table [tool.bugcapture]
      pre-commit       the hook bugcapture-check in .pre-commit-config.yaml
      CI               a job that runs `bugcapture check` (GitHub, GitLab, Forgejo); with --weekly-reports
                       another one that runs `bugcapture report refresh` and opens a pull request

    \b
    Examples:
      bugcapture init
      bugcapture init --diff                        # show the change, write nothing
      bugcapture init --yes --ci gitlab --hook
      bugcapture init --weekly-reports --ci github
      bugcapture init --check                       # for CI: 1 while anything is missing

    Exit code 1 if anything is missing and was not written, 2 for a wrong call and where no framework is found, 0
    otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.init.plan import InitRequest, plan_init  # noqa: PLC0415 - help stays quick

    _refuse_both(forges)
    asked = tuple(forge for forge in dict.fromkeys(forges) if forge != "none") if forges else None
    request = InitRequest(
        frameworks=tuple(dict.fromkeys(frameworks)), forges=asked, hook=hook, weekly_reports=weekly_reports
    )
    plan = plan_init(current_project(), request)
    shown = not check_only and output_format == "text"
    if shown:
        write_result(render_diff(change.diff for change in plan.changes))
    for problem in plan.problems:
        say(f"bugcapture: {problem}")
    may_write = plan.changes and not (plan.problems or check_only or diff_only)
    written = bool(may_write) and (yes or (shown and _confirm(plan)))
    if written:
        plan.draft.write()
    if output_format == "json":
        write_result(_render_json(plan, written=written))
    elif check_only or written:
        write_result(_render_text(plan, written=written))
    if not quiet:
        _tell(plan, written=written, looked_only=check_only or diff_only)
    unsettled = plan.problems or (plan.changes and not (written or diff_only))
    return EXIT_FINDINGS if unsettled else EXIT_OK


def _refuse_both(forges: tuple[str, ...]) -> None:
    if "none" in forges and len(set(forges)) > 1:
        raise click.UsageError("--ci none cannot be combined with another --ci")


def _confirm(plan: InitPlan) -> bool:
    if sys.stdin is None or sys.stderr is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(f"bugcapture: write {plural(len(plan.changes), 'file')}?", err=True)


def _tell(plan: InitPlan, *, written: bool, looked_only: bool) -> None:
    wired = ", ".join(plan.frameworks)
    if plan.problems:
        told = "problem" if len(plan.problems) == 1 else "problems"
        say(f"bugcapture: {len(plan.problems)} {told}, nothing was written")
        return
    if not plan.changes:
        say(f"bugcapture: nothing to do: {wired} wired in")
        return
    files = plural(len(plan.changes), "file")
    if written:
        for note in plan.notes:
            say(f"bugcapture: {note}")
        say(f'bugcapture: {wired} wired in, {files} written; next: `bugcapture capture N --title "..."`')
    elif looked_only:
        say(f"bugcapture: something is missing in {files}; `bugcapture init` adds it")
    else:
        say(f"bugcapture: nothing was written; `bugcapture init --yes` writes {files}")


def _render_text(plan: InitPlan, *, written: bool) -> str:
    def tell(new: bool) -> str:
        return ("new: " if new else "added: ") if written else "missing: "

    return "".join(
        f"{style(printable(change.path), bold=True)}: {tell(change.old is None)}{', '.join(change.reasons)}\n"
        for change in plan.changes
    )


def _render_json(plan: InitPlan, *, written: bool) -> str:
    from bugcapture.report.json import write_json  # noqa: PLC0415

    fields = {
        "frameworks": list(plan.frameworks),
        "ci": list(plan.forges),
        "written": written,
        "changes": [
            {
                "path": change.path,
                "new": change.old is None,
                "reasons": list(change.reasons),
                "diff": change.diff,
            }
            for change in plan.changes
        ],
        "problems": [_problem_fields(problem) for problem in plan.problems],
        "notes": list(plan.notes),
    }
    return write_json("init", fields)


def _problem_fields(problem: BugcaptureError) -> dict[str, str | None]:
    return {"where": problem.where, "message": problem.message, "hint": problem.hint}
