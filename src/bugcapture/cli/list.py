"""``bugcapture list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.capture import State
from bugcapture.core.errors import EXIT_OK
from bugcapture.core.text import plural, printable, shorten
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bugcapture.workflow.ledger import Entry


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
    none does. AGE is that of the committed line with the switch, LAST the latest verdict in the project's
    evidence folder; `bugcapture show N` tells more. PATH is a file or a folder; without one, the working
    directory is read. Nothing of the project is imported or executed.

    \b
    Examples:
      bugcapture list
      bugcapture list --state captured
      bugcapture list --format json features
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.ledger import bug_state, read_ledger  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.sources import read_inventory  # noqa: PLC0415

    inventory = read_inventory(paths)
    ledger = read_ledger(current_project(), inventory.captures)
    bugs = {
        number: entries
        for number, entries in ledger.bugs.items()
        if state is None or bug_state(entries).value == state
    }
    write_result(_render_json(bugs) if output_format == "json" else _render_text(bugs), output)
    unparsed = [source for _, source in inventory.sources if not source.readable]
    for finding in ledger.unreadable:
        say(f"bugcapture: {finding.where}: {finding.message}")
    for path in [*(finding.path for finding in inventory.unreadable), *(source.path for source in unparsed)]:
        say(f"bugcapture: {printable(path)}: cannot be read and is not listed; `bugcapture check` says why")
    if not quiet:
        tests = plural(len({entry.capture for entries in bugs.values() for entry in entries}), "test")
        say(f"bugcapture: {plural(len(bugs), 'bug')}, {tests} in {plural(inventory.files, 'test file')}")
    return EXIT_OK


def _render_text(bugs: Mapping[int, Sequence[Entry]]) -> str:
    if not bugs:
        return ""
    from bugcapture.cli.show import tell_age  # noqa: PLC0415
    from bugcapture.report.table import write_table  # noqa: PLC0415

    entries = [entry for listed in bugs.values() for entry in listed]
    # What nobody knows, in a folder without git and evidence, gets no column.
    columns = [
        ("STATE", [entry.capture.state.value for entry in entries]),
        ("AGE", [tell_age(entry.since) if entry.since else "" for entry in entries]),
        ("LAST", [entry.last.verdict if entry.last else "" for entry in entries]),
        ("FRAMEWORK", [entry.capture.framework for entry in entries]),
        ("WHERE", [printable(entry.capture.shown) for entry in entries]),
        ("TEST", [shorten(printable(entry.capture.name), 80) for entry in entries]),
    ]
    known = [("BUG", [f"#{number}" for number, listed in bugs.items() for _ in listed])]
    known += [column for column in columns if any(column[1])]
    headings, cells = zip(*known, strict=True)
    return write_table(headings, list(zip(*cells, strict=True)))


def _render_json(bugs: Mapping[int, Sequence[Entry]]) -> str:
    from bugcapture.report.json import entry_fields, write_json  # noqa: PLC0415
    from bugcapture.workflow.ledger import bug_state  # noqa: PLC0415

    listed = [
        {"id": number, "state": bug_state(entries).value, "tests": entry_fields(entries)}
        for number, entries in bugs.items()
    ]
    return write_json("list", {"bugs": listed})
