"""``bugcapture run``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.options import (
    BugNumber,
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.capture import State
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bugcapture.workflow.result import ProcessResult, RunResult

_FRAMEWORKS = ("behave", "robot", "pytest")
_SHOWN_LINES = 40


class _Jobs(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """A number of processes, or ``auto`` for one on each processor."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if text == "auto":
            return os.cpu_count() or 1
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):  # noqa: PLR2004
            self.fail(f"{printable(text)!r} is no number of processes, such as 4, and not auto", param, ctx)
        return int(text)


def _host_options(command: Callable[..., int]) -> Callable[..., int]:
    for framework in reversed(_FRAMEWORKS):
        command = click.option(
            f"--{framework}-arg", f"{framework}_arguments", multiple=True, metavar="ARG",
            help=f"One more argument for {framework}'s command line; may be given more than once.",
        )(command)  # fmt: skip
    return command


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("numbers", nargs=-1, type=BugNumber(), metavar="[N]...")
@click.option("--path", "paths", multiple=True, help="Look only here; may be given more than once.")
@click.option("--tags", default="", help="Only tests whose tags fulfil this tag expression.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only tests in this state.")
@click.option("--framework", type=click.Choice(_FRAMEWORKS), default=None, help="Only tests of this framework.")
@click.option("--raw", is_flag=True, help="Switch inversion off: a test that fails is red.")
@click.option("-j", "--jobs", type=_Jobs(), default="1", show_default=True, metavar="N|auto",
              help="How many processes may run at a time.")  # fmt: skip
@click.option("--shard", default="", metavar="I/N|auto",
              help="Run only part I of N; auto asks the CI's variables.")  # fmt: skip
@click.option("--durations", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
              help="Evidence of earlier runs by which the parts are balanced.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True, max=10_000_000), metavar="SECONDS",
              help="How long each process may take.")  # fmt: skip
@click.option("-x", "--fail-fast", is_flag=True, help="Start no further process once one has failed.")
@click.option("--python", metavar="PATH", help="The interpreter that runs the frameworks.")
@_host_options
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
    from bugcapture.workflow.run import run  # noqa: PLC0415

    progress = _Progress()
    try:
        result = run(current_project(), _read_options(numbers, options), progress.show)
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
    from bugcapture.workflow.units import Hosts  # noqa: PLC0415

    shard, state = options.pop("shard"), options.pop("state")
    arguments = {framework: options.pop(f"{framework}_arguments") for framework in _FRAMEWORKS}
    hosts = Hosts(
        python=options.pop("python"),
        arguments=arguments,
        jobs=options.pop("jobs"),
        timeout=options.pop("timeout"),
    )
    return RunOptions(
        numbers=tuple(dict.fromkeys(numbers)),
        shard=read_shard(shard, os.environ) if shard else None,
        state=State(state) if state else None,
        framework=options.pop("framework") or "",
        hosts=hosts,
        **options,
    )


class _Progress:
    """One line on a terminal that says how far the run is."""

    def __init__(self) -> None:
        self._stream = sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None

    def show(self, done: int, total: int, red: int) -> None:
        """Put the line in place of the last one."""
        if self._stream is not None:
            self._stream.write(f"\r\x1b[K{done}/{total} processes, {red} red")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


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
