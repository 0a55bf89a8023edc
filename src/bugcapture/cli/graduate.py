"""``bugcapture graduate``."""

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
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import bug_list, plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.workflow.graduate import Graduation


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("numbers", nargs=-1, required=True, type=BugNumber(), metavar="N...")
@click.option("--path", "paths", multiple=True, help="Look only here; may be given more than once.")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 if a switch is still there.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show the change.")
@format_option(("text", "json"))
@quiet_option
@color_option
def command(
    numbers: tuple[int, ...],
    paths: tuple[str, ...],
    check_only: bool,
    show_diff: bool,
    output_format: str,
    quiet: bool,
) -> int:
    """Remove the switch @tdd_expected_fail of bug N everywhere; every other byte stays.

    The family and number tags stay: from now on the tests are the regression tests of the bug. Refuses,
    and changes nothing, when a switch also covers another bug that is not named.
    A comment behind a marker, on its line, goes with the marker.

    \b
    Examples:
      bugcapture graduate 991
      bugcapture graduate 991 1002         # fixed together
      bugcapture graduate 991 --diff       # show the change, write nothing
      bugcapture graduate 991 --check      # for CI: 1 while the switch is there
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.graduate import plan_graduation, write_graduation  # noqa: PLC0415 - help stays quick

    plan = plan_graduation(tuple(dict.fromkeys(numbers)), paths, current_project().settings.policy)
    written = not (check_only or show_diff)
    if written:
        write_graduation(plan)
    if output_format == "json":
        write_result(_render_json(plan, written=written))
    elif show_diff:
        write_result(render_diff(change.diff for change in plan.changes))
    else:
        write_result(_render_text(plan, written=written))
    if not quiet:
        say(f"bugcapture: {_tell(plan, written=written)}")
    return EXIT_FINDINGS if check_only and plan.changes else EXIT_OK


def _tell(plan: Graduation, *, written: bool) -> str:
    bugs = bug_list(plan.ids)
    # The rows of a function cannot be told apart once their marks are gone.
    count = len({(test.path, test.line, test.name) for test in plan.tests})
    tests = plural(count, "test")
    if not plan.changes:
        return f"{bugs}: nothing to do, {tests} without {SWITCH}"
    places = plural(sum(len(change.lines) for change in plan.changes), "place")
    files = plural(len(plan.changes), "file")
    if written:
        guard = "guards" if count == 1 else "guard"
        return f"{bugs}: {SWITCH} removed at {places} in {files}; {tests} {guard} the fix from now on"
    return f"{bugs}: {SWITCH} still stands at {places} in {files}"


def _render_text(plan: Graduation, *, written: bool) -> str:
    def tell(path: str) -> str:
        switch = f"@{SWITCH}" if path.endswith(".feature") else SWITCH
        return f"removed {switch}" if written else f"{switch} still stands"

    return "".join(
        f"{style(printable(f'{change.path}:{line}'), bold=True)}: {tell(change.path)}\n"
        for change in plan.changes
        for line in change.lines
    )


def _render_json(plan: Graduation, *, written: bool) -> str:
    from bugcapture.report.json import capture_fields, write_json  # noqa: PLC0415

    fields = {
        "ids": list(plan.ids),
        "written": written,
        "changes": [
            {"path": change.path, "lines": list(change.lines), "diff": change.diff} for change in plan.changes
        ],
        "tests": capture_fields(plan.tests),
    }
    return write_json("graduate", fields)
