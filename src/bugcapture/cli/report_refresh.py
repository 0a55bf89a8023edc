"""``bugcapture report refresh``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    style,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_OK, ConfigurationError
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say
from bugcapture.workflow.reports import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bugcapture.workflow.reports.refresh import Refreshed


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME]...", type=click.Choice(DOCUMENTS))
@click.option(
    "--archive/--no-archive", default=None,
    help="Keep a copy of what is replaced.  [default: `archive` in the settings, else no]",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that bugcapture has not written.")
@format_option(("text", "json"))
@output_option
@quiet_option
@color_option
def command(
    names: tuple[str, ...],
    output_format: str,
    output: Path | None,
    quiet: bool,
    *,
    archive: bool | None,
    force: bool,
) -> int:
    """Write the documents that do not say what the sources say.

    NAME is a document; without one, all are meant.

    \b
    Documents:
      hazards        what `scan` finds in the whole suite, by risk, rule and file
      mock-audit     what it finds about mocks, and how that went over time
      test-suite     how much there is: tests, cases, steps and tags by framework and folder
      bugs           every captured bug with its tests, its age and their last verdict
      hook-timings   how long hooks take, as `hooks profile --save` has measured

    \b
    Files beside them, to be checked in as well:
      .bugcapture-reports.json   their inputs, so that `report check` can name those that moved
      hazard-counts.jsonl        how many hazards there were, whenever that changed

    Nothing of the project is imported or executed. Each document begins with a stamp: when it was written, by
    which version, and the digest of what it was made from. A document that would not change stays as it is,
    with its date.

    With --archive the old version of a document goes to archive/DATE-NAME.md, by the day when it was written;
    the last 12 of each are kept, or `archive_keep`. Settings are `folder`, `documents` (those that are meant
    without a NAME), `archive` and `archive_keep` in [tool.bugcapture.report].

    \b
    Examples:
      bugcapture report refresh
      bugcapture report refresh bugs test-suite
      bugcapture report refresh --archive
      bugcapture init --weekly-reports --ci github    # a job that does this every week

    Exit code 1 if a file is in the way: bugcapture has not written it, it is read-only, a symbolic link, or was
    changed meanwhile; 2 for a wrong call or setting, sources that cannot be read, and a file that cannot be
    written; 0 otherwise. All documents are written, or none.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture import __version__  # noqa: PLC0415 - help stays quick
    from bugcapture.cli.report_documents import build_documents  # noqa: PLC0415
    from bugcapture.workflow.reports.folder import read_folder  # noqa: PLC0415
    from bugcapture.workflow.reports.refresh import RefreshOptions, refresh  # noqa: PLC0415

    project = current_project()
    folder = read_folder(project)
    asked = [name for name in DOCUMENTS if name in (names or project.settings.report.documents)]
    now = datetime.now(UTC)
    built = build_documents(project, folder, asked, Progress(quiet=quiet), now, writing=True)
    for name, why in built.skipped.items():
        if name in names:
            raise ConfigurationError(f"{name}.md cannot be written: {why}")
    archive = project.settings.report.archive if archive is None else archive
    options = RefreshOptions(version=__version__, now=now, force=force, archive=archive)
    refreshed = refresh(project, folder, built.documents, built.counts, options)
    write_result(_render(refreshed, built.skipped, output_format), output)
    if not quiet:
        for note in built.notes:
            say(f"bugcapture: {note}")
        for name, why in built.skipped.items():
            say(f"bugcapture: {name}.md is not written: {printable(why)}")
        written = sum(bool(one.difference) for one in refreshed)
        say(f"bugcapture: {plural(written, 'document')} written, {len(refreshed) - written} fresh")
    return EXIT_OK


def _render(refreshed: Sequence[Refreshed], skipped: Mapping[str, str], output_format: str) -> str:
    from bugcapture.project.paths import relative_path  # noqa: PLC0415
    from bugcapture.report.json import write_json  # noqa: PLC0415

    if output_format == "json":
        documents = [
            {
                "name": one.name,
                "path": relative_path(one.file),
                "written": bool(one.difference),
                "why": _why(one),
                "archived": relative_path(one.archived) if one.archived is not None else None,
            }
            for one in refreshed
        ]
        return write_json("report-refresh", {"documents": documents, "skipped": dict(skipped)})
    return "".join(f"{style(printable(relative_path(one.file)), bold=True)}: {_tell(one)}\n" for one in refreshed)


def _tell(one: Refreshed) -> str:
    from bugcapture.project.paths import relative_path  # noqa: PLC0415

    if not one.difference:
        return "fresh"
    kept = f"; the old one is {printable(relative_path(one.archived))}" if one.archived is not None else ""
    return f"written, {_why(one)}{kept}"


def _why(one: Refreshed) -> str:
    """Why a document was written; empty where it was not."""
    from bugcapture.workflow.reports.check import tell_moves  # noqa: PLC0415

    difference = one.difference
    if difference.missing:
        return "new"
    reasons = [
        (difference.foreign, "in place of a file that bugcapture has not written"),
        (difference.edited, "changed by hand before"),
        (difference.format is not None, "in another format before"),
        (bool(difference.version), f"by bugcapture {printable(difference.version)} before"),
        (bool(difference.moves), tell_moves(difference.moves)),
        (difference.outdated and not difference.moves, "says something else now"),
        (difference.undated, "other dates of commits"),
    ]
    return "; ".join(reason for applies, reason in reasons if applies)
