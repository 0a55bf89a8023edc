"""``bugcapture hooks install``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bugcapture.cli.diff import render_diff
from bugcapture.cli.options import color_option, current_project, quiet_option, style, write_result
from bugcapture.core.errors import EXIT_OK
from bugcapture.core.text import printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.workflow.install_hook import HookPlan


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--with", "tool", type=click.Choice(("pre-commit", "prek", "script")),
    help="What calls the check; default: what the project uses for its hooks.",
)  # fmt: skip
@click.option(
    "-t", "--hook-type", type=click.Choice(("pre-push", "pre-commit")), default="pre-push", show_default=True,
    help="The hook, by git's name for it.",
)  # fmt: skip
@click.option("--uninstall", is_flag=True, help="Take away what was added, and nothing else.")
@click.option("--diff", "--dry-run", "diff_only", is_flag=True, help="Write nothing; show the change.")
@quiet_option
@color_option
def command(tool: str | None, hook_type: str, quiet: bool, *, uninstall: bool, diff_only: bool) -> int:
    """Have git run `bugcapture check` before a push.

    With pre-commit or prek: the hook bugcapture-check in .pre-commit-config.yaml, without changing any other
    byte of it, and the tool's own `install`. As a script: some lines at the beginning of the hook, the others
    stay. Nothing is added twice, neither beside what `bugcapture init` has added. When anything fails nothing
    is changed. Hooks of husky and lefthook are theirs: the error says what to add by hand.

    \b
    Examples:
      bugcapture hooks install
      bugcapture hooks install --diff                # show the change, write nothing
      bugcapture hooks install --with script
      bugcapture hooks install --uninstall

    Exit code 1 if it is refused, 2 if the tool is not there or fails, 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.install_hook import carry_out, plan_install, plan_uninstall  # noqa: PLC0415 - help is quick

    if uninstall and tool is not None:
        raise click.UsageError("--uninstall finds out itself what was added, and takes no --with")
    project, folder = current_project(), Path.cwd()
    plan = (
        plan_uninstall(project, folder, hook_type) if uninstall else plan_install(project, folder, hook_type, tool)
    )
    if diff_only:
        write_result(render_diff(change.diff for change in plan.changes))
    elif not plan.is_empty:
        carry_out(plan)
        write_result(_render(plan))
    if not quiet:
        say(f"bugcapture: {_tell(plan, uninstall=uninstall, diff_only=diff_only)}")
    return EXIT_OK


def _render(plan: HookPlan) -> str:
    from bugcapture.project.paths import relative_path  # noqa: PLC0415 - help is quick

    done = [
        (change.path, f"{'new' if change.old is None else 'changed'}: {', '.join(change.reasons)}")
        for change in plan.changes
    ]
    done += [(relative_path(file), "removed") for file in plan.removed]
    return "".join(f"{style(printable(path), bold=True)}: {what}\n" for path, what in done)


def _tell(plan: HookPlan, *, uninstall: bool, diff_only: bool) -> str:
    hook = f"{plan.facts.hook_type} ({plan.tool})"
    if plan.is_empty:
        there = "none of bugcapture is there" if uninstall else "it calls bugcapture already"
        return f"{hook}: nothing to do, {there}"
    call = " ".join([Path(plan.command[0]).name, *plan.command[1:]]) if plan.command else ""
    if diff_only:
        return f"{hook}: nothing was written" + (f"; it would run `{printable(call)}` as well" if call else "")
    ran = f", ran `{printable(call)}`" if call else ""
    return f"{hook}: {'uninstalled' if uninstall else 'installed'}{ran}"
