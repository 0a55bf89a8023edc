"""``bugcapture show``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import (
    BugNumber,
    color_option,
    current_project,
    format_option,
    output_option,
    style,
    write_result,
)
from bugcapture.core.capture import State
from bugcapture.core.errors import EXIT_OK
from bugcapture.core.text import plural, printable, shorten
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bugcapture.workflow.ledger import Entry

_COLOURS = {State.CAPTURED: "yellow", State.GUARDED: "green"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number", type=BugNumber(), metavar="N")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option(("text", "json"))
@output_option
@color_option
def command(number: int, paths: tuple[str, ...], output_format: str, output: Path | None) -> int:
    """Show all that is known of bug N: its tests in all frameworks, their age, what they said last.

    The age is that of the committed line that holds the switch, or the test once it is graduated. The last
    verdict comes from the project's evidence folder. PATH is a file or a folder; without one, the working
    directory is read. Nothing of the project is imported or executed.

    \b
    Examples:
      bugcapture show 991
      bugcapture show 991 --format json
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.ledger import read_ledger, require_bug  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.sources import read_inventory  # noqa: PLC0415

    captures = [test for test in read_inventory(paths).captures if number in test.tags.ids]
    ledger = read_ledger(current_project(), captures)
    entries = require_bug(ledger.bugs, number)
    write_result(_render_json(number, entries) if output_format == "json" else _render(number, entries), output)
    for finding in ledger.unreadable:
        say(f"bugcapture: {finding.where}: {finding.message}")
    return EXIT_OK


def _render(number: int, entries: Sequence[Entry]) -> str:
    from bugcapture.workflow.ledger import bug_since, bug_state  # noqa: PLC0415

    state = bug_state(entries)
    since = bug_since(entries)
    told = f" since {since:%Y-%m-%d} ({tell_age(since)})" if since else ""
    head = f"bug {number}: {style(state.value, fg=_COLOURS[state], bold=True)}{told}, "
    return head + plural(len(entries), "test") + "\n" + "".join(_render_entry(entry) for entry in entries)


def _render_entry(entry: Entry) -> str:
    test = entry.capture
    head = f"\n{style(printable(test.shown), bold=True)}: {test.state.value}, {test.framework}\n"
    lines = [head, f"  {printable(test.name)}\n"]
    return "".join([*lines, *(f"  {key + ':':9}{value}\n" for key, value in _facts(entry))])


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    test = entry.capture
    yield "tags", printable(" ".join(test.all_tags))
    if test.expectation.declared:
        yield "expects", str(test.expectation)
    for site in test.switches:
        yield "switch", printable(f"{site.path}:{site.line}")
    yield "since", f"{entry.since:%Y-%m-%d} ({tell_age(entry.since)})" if entry.since else "not committed"
    if entry.last is None:
        yield "last", "no evidence"
        return
    last = entry.last
    commit = f" at {last.commit[:12]}" if last.commit else ""
    yield "last", printable(f"{last.verdict} on {last.ts}{commit}: {shorten(last.reason)}")


def tell_age(since: datetime) -> str:
    """How long ago something was, for people: ``3 days``.

    Args:
        since: A moment with a time zone.
    """
    return plural(max(0, (datetime.now(UTC) - since).days), "day")


def _render_json(number: int, entries: Sequence[Entry]) -> str:
    from bugcapture.report.json import entry_fields, write_json  # noqa: PLC0415
    from bugcapture.workflow.ledger import bug_since, bug_state  # noqa: PLC0415

    since = bug_since(entries)
    fields = {
        "id": number,
        "state": bug_state(entries).value,
        "since": since.isoformat() if since else None,
        "tests": entry_fields(entries),
    }
    return write_json("show", fields)
