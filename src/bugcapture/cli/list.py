"""``bugcapture list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import color_option, format_option, output_option, quiet_option, write_result
from bugcapture.core.capture import State
from bugcapture.core.errors import EXIT_OK
from bugcapture.core.text import plural, printable, shorten
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture


@click.command(name="list", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--state",
    type=click.Choice([state.value for state in State]),
    help="Only bugs in this state.",
)
@format_option(("text", "json"))
@output_option
@quiet_option
@color_option
def command(
    paths: tuple[str, ...], state: str | None, output_format: str, output: Path | None, quiet: bool
) -> int:
    """List every bug with its tests.

    A bug is `captured` while any of its tests carries the switch @tdd_expected_fail, and `guarded` once
    none does. PATH is a file or a folder; without one, the working directory is read. Nothing of the
    project is imported or executed.

    \b
    Examples:
      bugcapture list
      bugcapture list --state captured
      bugcapture list --format json features
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.sources import captures_by_bug, read_inventory  # noqa: PLC0415 - help stays quick

    inventory = read_inventory(paths)
    bugs = {
        number: tests
        for number, tests in captures_by_bug(inventory.captures).items()
        if state is None or bug_state(tests).value == state
    }
    write_result(_render_json(bugs) if output_format == "json" else _render_text(bugs), output)
    unparsed = [source for _, source in inventory.sources if not source.readable]
    for path in [*(finding.path for finding in inventory.unreadable), *(source.path for source in unparsed)]:
        say(f"bugcapture: {printable(path)}: cannot be read and is not listed; `bugcapture check` says why")
    if not quiet:
        tests = plural(len({test for tests in bugs.values() for test in tests}), "test")
        say(f"bugcapture: {plural(len(bugs), 'bug')}, {tests} in {plural(inventory.files, 'test file')}")
    return EXIT_OK


def bug_state(tests: Sequence[Capture]) -> State:
    """The state of a bug: captured as long as any test carries the switch."""
    return State.CAPTURED if any(test.state is State.CAPTURED for test in tests) else State.GUARDED


def _render_text(bugs: Mapping[int, Sequence[Capture]]) -> str:
    if not bugs:
        return ""
    from bugcapture.report.table import write_table  # noqa: PLC0415

    rows = [
        (f"#{number}", test.state.value, test.framework, printable(test.where), shorten(printable(test.name), 80))
        for number, tests in bugs.items()
        for test in tests
    ]
    return write_table(("BUG", "STATE", "FRAMEWORK", "WHERE", "TEST"), rows)


def _render_json(bugs: Mapping[int, Sequence[Capture]]) -> str:
    from bugcapture.report.json import capture_fields, write_json  # noqa: PLC0415

    listed = [
        {"id": number, "state": bug_state(tests).value, "tests": capture_fields(tests)}
        for number, tests in bugs.items()
    ]
    return write_json("list", {"bugs": listed})
