"""``bugcapture report ledger``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from bugcapture.cli.options import (
    Since,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    to_paths,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_OK
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bugcapture.workflow.ledger_report import LedgerReport

_SHOWN = 5


class _IssuePage(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """The address of an issue's web page, with a place for its number."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        shown = printable(text)
        if not text:  # No links.
            return text
        if "{number}" not in text:
            self.fail(f"{shown!r} has no {{number}} in it, such as https://git.example.org/o/r/issues/{{number}}")
        try:
            parts = urlsplit(text)
            good = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
        except ValueError:
            good = False
        if not good or not text.isprintable() or " " in text:
            self.fail(f"{shown!r} is no address that begins with https:// or http://", param, ctx)
        return text


@click.command(name="ledger", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--store", metavar="URL|FILE", help="The history; see `bugcapture history`.")
@click.option("--proofs", multiple=True, metavar="PATH",
              help="A proof, or a folder with proofs (*.json), instead of .bugcapture/proofs; may be given more "
                   "than once.")  # fmt: skip
@click.option("--issue-url", "issue_page", type=_IssuePage(), metavar="URL",
              help="The page of an issue, {number} for its number; empty for no links. Without it, the settings "
                   "of the tracker and the git remote tell.")  # fmt: skip
@click.option("--since", type=Since(), metavar="DATE|DAYSd", help="How far back the charts go.")
@format_option(("html", "json"))
@output_option
@quiet_option
@color_option
def command(
    paths: tuple[str, ...],
    *,
    store: str | None,
    proofs: tuple[str, ...],
    issue_page: str | None,
    since: datetime | None,
    output_format: str,
    output: Path | None,
    quiet: bool,
) -> int:
    """Write one page with all that is known of the captured bugs.

    The page is a single file that loads nothing from anywhere: a table of the bugs that can be sorted and
    filtered, their tests, ages, verdicts and proofs; how many were captured over the history of git, what
    `report refresh` has counted, and how long the hooks take. Each bug has a section at #bug-N with its declared
    and its first failure, its verdict changes, and its red-green proof. It can be read without JavaScript.

    What is shown comes from the test files, git, the evidence folder, the history (`history import`), kept
    proofs (`prove --keep`), and the files of `report refresh` and `hooks profile --save`. Where one of them is
    missing, its section says what to run. PATH is a test file or a folder; without one, the working directory is
    read. Nothing of the project is run, and nothing is asked over the network, unless the history is a database
    on another machine.

    The page needs the extra `report`: pip install 'bugcapture[report]'. Its texts are those of the tests: publish
    it where these may be read.

    \b
    Examples:
      bugcapture report ledger -o ledger.html
      bugcapture report ledger -o ledger.html --since 180d
      bugcapture report ledger -o ledger.html --proofs build/proofs
      bugcapture report ledger --format json
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.workflow.ledger_report import LedgerOptions, gather_ledger  # noqa: PLC0415 - help stays quick

    render = _html() if output_format == "html" else _json
    options = LedgerOptions(
        paths=paths, store=store, proofs=tuple(to_paths(proofs)), issue_page=issue_page, since=since
    )
    progress = Progress(quiet=quiet)
    try:
        report = gather_ledger(current_project(), options, say=progress.show)
    finally:
        progress.clear()
    write_result(render(report), output)
    for finding in report.unreadable[:_SHOWN]:
        say(f"bugcapture: {printable(finding.where)}: {printable(finding.message)}")
    if len(report.unreadable) > _SHOWN:
        say(f"bugcapture: … and {plural(len(report.unreadable) - _SHOWN, 'more place')} that cannot be read")
    if not quiet:
        for name, missing in report.missing.items():
            run = f" `{missing.run}`" if missing.run else ""
            say(f"bugcapture: {name}: {missing.why}{run}")
        written = f" in {printable(str(output))}" if output else ""
        say(f"bugcapture: {plural(len(report.bugs), 'bug')}{written}")
    return EXIT_OK


def _html() -> Any:
    """The writer of the page, asked for before anything is read: its extra may be missing."""
    from bugcapture.report.html import load_page  # noqa: PLC0415 - an extra

    page = load_page()

    def render(report: LedgerReport) -> str:
        from bugcapture.cli.ledger_fields import ledger_fields  # noqa: PLC0415

        return page.write(ledger_fields(report))

    return render


def _json(report: LedgerReport) -> str:
    from bugcapture.cli.ledger_fields import ledger_fields  # noqa: PLC0415
    from bugcapture.report.json import write_json  # noqa: PLC0415

    return write_json("report-ledger", ledger_fields(report))
