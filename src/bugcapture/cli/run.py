"""``bugcapture run``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.host_options import FRAMEWORKS, host_options, read_hosts
from bugcapture.cli.options import (
    BugNumber,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.capture import State
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.workflow.result import ProcessResult, RunResult

_SHOWN_LINES = 40


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("numbers", nargs=-1, type=BugNumber(), metavar="[N]...")
@click.option("--path", "paths", multiple=True, help="Look only here; may be given more than once.")
@click.option("--tags", default="", help="Only tests whose tags fulfil this tag expression.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only tests in this state.")
@click.option("--framework", type=click.Choice(FRAMEWORKS), default=None, help="Only tests of this framework.")
@click.option("--raw", is_flag=True, help="Switch inversion off: a test that fails is red.")
@click.option("--shard", default="", metavar="I/N|auto",
              help="Run only part I of N; auto asks the CI's variables.")  # fmt: skip
@click.option("--durations", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
              help="Evidence of earlier runs by which the parts are balanced.")  # fmt: skip
@click.option("-x", "--fail-fast", is_flag=True, help="Start no further process once one has failed.")
@host_options
@click.option("--keep-output", "keep", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Keep what the processes say and write in this new folder.")  # fmt: skip
@click.option("-v", "--verbose", is_flag=True, help="Show what every process says, not only the red ones.")
@format_option(("text", "json", "junit"))
@output_option
@quiet_option
@color_option
def command(
    numbers: tuple[int, ...],
    output_format: str,
    output: Path | None,
    verbose: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Run the captured tests of all frameworks, each in its own framework's processes.

    Without N the tests of all bugs run, captured and guarded ones. A test without a verdict is red: it was
    skipped, its process died, or the adapter was not loaded. Hosts are started as `python -m behave`,
    `python -m robot` and `python -m pytest`, and get exactly the captured tests.

    \b
    Examples:
      bugcapture run
      bugcapture run 991 1002 --verbose
      bugcapture run --state captured --raw          # the failures as they are
      bugcapture run --jobs auto --timeout 600
      bugcapture run --shard 2/4 --format junit -o bugs.xml
      bugcapture run --framework pytest --pytest-arg=--no-cov

    Exit code 1 if any test is red, 2 for a wrong call, 130 when interrupted; then no process is left behind.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.run_report import RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.run import RefusedRunError, run  # noqa: PLC0415

    progress = Progress()

    def on_progress(done: int, total: int, red: int) -> None:
        progress.show(f"{done}/{total} processes, {red} red")

    try:
        result = run(current_project(), _read_options(numbers, options), on_progress)
    except RefusedRunError as error:
        if output_format != "text":
            write_result(RENDERERS[output_format](error.result, error.findings), output)
        raise
    finally:
        progress.clear()
    write_result(RENDERERS[output_format](result), output)
    if not quiet:
        for process in result.processes:
            if process.red or verbose:
                _show_output(process, whole=verbose)
        _close(result)
    return EXIT_FINDINGS if result.failed else EXIT_OK


def _read_options(numbers: tuple[int, ...], options: dict[str, Any]) -> Any:
    from bugcapture.workflow.select import RunOptions  # noqa: PLC0415
    from bugcapture.workflow.shard import read_shard  # noqa: PLC0415

    shard, state = options.pop("shard"), options.pop("state")
    return RunOptions(
        numbers=tuple(dict.fromkeys(numbers)),
        shard=read_shard(shard, os.environ) if shard else None,
        state=State(state) if state else None,
        framework=options.pop("framework") or "",
        hosts=read_hosts(options),
        **options,
    )


def _close(result: RunResult) -> None:
    from bugcapture.core.message import closing_line  # noqa: PLC0415

    if result.shard is not None and not result.tests:
        say(f"bugcapture: shard {result.shard} is empty: other shards run the {plural(result.selected, 'test')}")
    elif not result.tests:
        say("bugcapture: no captured test fits")
    if result.raw:
        failed = sum(test.record is not None and not test.green for test in result.tests)
        ran = sum(test.record is not None for test in result.tests)
        lost = len(result.tests) - ran
        told = f"{plural(ran, 'captured test')} ran, {failed} failed, {lost} not run, nothing was inverted"
        say(f"bugcapture: raw run: {told}")
    else:
        say(closing_line((test.capture.tags, test.verdict) for test in result.tests))


def _show_output(process: ProcessResult, *, whole: bool) -> None:
    from bugcapture.cli.run_report import command_line  # noqa: PLC0415

    lines = process.output.rstrip("\n").split("\n")
    left_out = 0 if whole else max(len(lines) - _SHOWN_LINES, 0)
    shown = [*_own_lines(lines[:left_out]), *lines[left_out:]]
    code = "not started" if process.ended is None else f"exit code {process.ended.exit_code}"
    told = (
        f", the last {_SHOWN_LINES} of {plural(len(lines), 'line')} (--keep-output keeps all)" if left_out else ""
    )
    say(f"bugcapture: {command_line(process)}: {code}{told}")
    for line in shown:
        say(f"  | {line}" if line else "  |")


def _own_lines(lines: Sequence[str]) -> list[str]:
    """What an adapter said about red tests: it holds the line that would declare a failure."""
    own: list[str] = []
    inside = False
    for line in lines:
        inside = line.startswith("bugcapture: ") or (inside and line.startswith("  "))
        if inside:
            own.append(line)
    return own
