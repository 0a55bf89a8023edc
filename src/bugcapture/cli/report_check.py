"""``bugcapture report check``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.findings import render_findings
from bugcapture.cli.options import (
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
from bugcapture.workflow.reports import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bugcapture.workflow.reports.check import CheckedDocument


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME]...", type=click.Choice(DOCUMENTS))
@click.option(
    "--strict", is_flag=True, help="Fail also for documents whose inputs moved, and that would say the same."
)
@format_option(("text", "json", "github"))
@output_option
@quiet_option
@color_option
def command(names: tuple[str, ...], output_format: str, output: Path | None, quiet: bool, *, strict: bool) -> int:
    """Check that the documents still say what the sources say.

    NAME is a document, as of `report refresh`; without one, all are meant.

    Makes each document anew without writing it, and compares digests. Times of files are not asked. A stale
    document is told with the inputs that moved: files that were changed, added or removed, settings, verdicts.
    Nothing of the project is imported or executed, and nothing is written.

    \b
    Rules:
      D1  a document is not there               D4  it is stale: it would say something else now
      D2  a file in its place is none of ours   D5  inputs, or the version of bugcapture, moved, and
      D3  it was changed by hand                    it would say the same (a note)

    The dates in bugs.md and whatever this clone does not know are not compared: dates come from the history of
    commits, and verdicts from evidence, which a clone may not have. hook-timings.md is compared where the file
    with the timings is.

    \b
    Examples:
      bugcapture report check
      bugcapture report check hazards mock-audit
      bugcapture report check --format github         # annotations in GitHub Actions
      bugcapture report check -q || bugcapture report refresh

    Exit code 1 if a document is missing, stale or changed by hand, with --strict for any finding; 2 for a wrong
    call or setting, and sources that cannot be read; 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture import __version__  # noqa: PLC0415 - help stays quick
    from bugcapture.cli.report_documents import build_documents  # noqa: PLC0415
    from bugcapture.workflow.reports.check import check_documents  # noqa: PLC0415
    from bugcapture.workflow.reports.folder import read_folder  # noqa: PLC0415

    project = current_project()
    folder = read_folder(project)
    asked = [name for name in DOCUMENTS if name in (names or project.settings.report.documents)]
    built = build_documents(project, folder, asked, Progress(quiet=quiet), datetime.now(UTC), writing=False)
    checked = check_documents(folder, built.documents, __version__)
    findings = [finding for one in checked for finding in one.findings]
    if output_format == "json":
        text = _render_json(checked, built.skipped)
    else:
        text = render_findings(findings, output_format)
    write_result(text, output)
    if not quiet:
        for note in built.notes:
            say(f"bugcapture: {note}")
        for name, why in built.skipped.items():
            say(f"bugcapture: {name}.md is not compared: {printable(why)}")
        stale = sum(one.difference.stale for one in checked)
        say(f"bugcapture: {plural(len(checked), 'document')}: {stale} stale")
    failed = any(one.difference if strict else one.difference.stale for one in checked)
    return EXIT_FINDINGS if failed else EXIT_OK


def _render_json(checked: Sequence[CheckedDocument], skipped: Mapping[str, str]) -> str:
    from bugcapture.report.json import finding_fields, write_json  # noqa: PLC0415

    documents = [{**_fields(one), "findings": finding_fields(one.findings)} for one in checked]
    return write_json("report-check", {"documents": documents, "skipped": dict(skipped)})


def _fields(one: CheckedDocument) -> dict[str, Any]:
    from bugcapture.project.paths import relative_path  # noqa: PLC0415

    moves = one.difference.moves
    return {
        "name": one.name,
        "path": relative_path(one.file),
        "state": one.state,
        "generated_at": one.stamp.generated_at.isoformat() if one.stamp is not None else None,
        "version": one.stamp.version if one.stamp is not None else None,
        "missing": one.difference.missing,
        "edited": one.difference.edited,
        "changed": list(moves.changed),
        "added": list(moves.added),
        "removed": list(moves.removed),
    }
