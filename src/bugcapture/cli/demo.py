"""``bugcapture demo``."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bugcapture.cli.options import color_option, format_option, style
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.demo.story import Shown


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--framework",
    type=click.Choice(["behave", "robot", "pytest"]),
    default="behave",
    show_default=True,
    help="What the project is tested with.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Build the project in this new or empty folder, and leave it there to play with.",
)
@format_option(("text", "json"))
@color_option
def command(framework: str, keep: Path | None, output_format: str) -> int:
    """Show the whole life of bug 991: captured, fixed, graduated, and caught when it comes back.

    Builds a throw-away git project from a sample AuditService with a real race, runs each command there
    and shows its real output. Nothing outside that project is touched.

    \b
    Examples:
      bugcapture demo
      bugcapture demo --framework pytest
      bugcapture demo --keep /tmp/audit     # leaves the project for playing

    Exit code 0 only if every command behaved as the story says.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.demo.sample import require_libraries  # noqa: PLC0415 - help stays quick
    from bugcapture.demo.story import tell  # noqa: PLC0415

    require_libraries(framework)
    started = time.perf_counter()
    shown: list[Shown] = []
    with _project_folder(keep) as project:
        chapter = 0
        for step in tell(project, framework):
            shown.append(step)
            chapter += bool(step.step.title)
            if output_format == "text":
                click.echo(_render_step(chapter, step))
    behaved = shown[-1].behaved
    if output_format == "json":
        click.echo(_render_json(framework, shown), nl=False)
    seconds = time.perf_counter() - started
    if behaved:
        kept = f"; the project is in {printable(str(keep))}" if keep else ""
        say(f"bugcapture: {len(shown)} commands, all behaved as told, in {seconds:.1f} s{kept}")
    else:
        wanted = shown[-1].step
        said = f" and say {wanted.says!r}" if wanted.says else ""
        say(
            f"bugcapture: `{wanted.command}` should exit {wanted.exit_code}{said}; it exited {shown[-1].exit_code}"
        )
    return EXIT_OK if behaved else EXIT_FINDINGS


@contextmanager
def _project_folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="bugcapture-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder).resolve()
        return
    if keep.exists() and any(keep.iterdir()):
        raise ConfigurationError("the folder is not empty", where=str(keep), hint="name a new folder")
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot be made: {error.strerror}", where=str(keep)) from error
    yield keep.resolve()


def _render_step(chapter: int, shown: Shown) -> str:
    lines = []
    if shown.step.title:
        lines += ["", style(f"{chapter}. {shown.step.title}", bold=True, fg="cyan")]
    lines.append(style(f"$ {shown.step.command}", bold=True))
    lines += [f"  {printable(line)}" for line in shown.output.rstrip().splitlines()]
    mark = style("ok", fg="green") if shown.behaved else style("NOT AS TOLD", fg="red", bold=True)
    lines.append(f"  -> exit {shown.exit_code} {mark}")
    return "\n".join(lines)


def _render_json(framework: str, steps: list[Shown]) -> str:
    from bugcapture.report.json import write_json  # noqa: PLC0415

    listed = [
        {
            "title": shown.step.title,
            "command": shown.step.command,
            "expected_exit": shown.step.exit_code,
            "exit": shown.exit_code,
            "behaved": shown.behaved,
            "output": shown.output,
            "seconds": round(shown.seconds, 3),
        }
        for shown in steps
    ]
    return write_json("demo", {"framework": framework, "behaved": steps[-1].behaved, "steps": listed})
