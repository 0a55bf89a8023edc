"""``bugcapture verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.host_options import Number, host_options, read_hosts
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
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.project.console import say

if TYPE_CHECKING:
    from pathlib import Path

_AXES = ("one-cpu", "memory-files", "fast-switch", "slow-switch", "burners", "hash-seed", "order")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number", type=BugNumber(), metavar="N")
@click.option("--runs", type=click.IntRange(1, 100_000), default=50, show_default=True,
              help="How often each test runs under each condition.")  # fmt: skip
@click.option("--require", type=Number(0, 100), metavar="PERCENT",
              help="The share of runs that has to go as expected; stops when it is out of reach.")  # fmt: skip
@click.option("--stress", "stress", multiple=True, type=click.Choice(["all", *_AXES]),
              help="Run under this condition as well; may be given more than once.")  # fmt: skip
@click.option("--record", "to_record", is_flag=True,
              help="Write down how the tests fail, in bugcapture.lock, to compare later runs with.")  # fmt: skip
@host_options
@format_option(("text", "markdown", "json"))
@output_option
@quiet_option
@color_option
def command(
    number: int,
    stress: tuple[str, ...],
    to_record: bool,
    output_format: str,
    output: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Run the tests of bug N many times, each time in a process of its own.

    A test with the switch should fail as declared in every run: what fails only most of the time breaks CI the
    rest of the time. A test without it should pass in every run. The result is how many runs did, with a 95 %
    interval, and every distinct failure with its count.

    \b
    Conditions for --stress:
      one-cpu        on one processor alone
      memory-files   with temporary files in memory
      fast-switch    threads give way after 1 µs
      slow-switch    threads give way after 100 ms
      burners        beside busy processes
      hash-seed      with another order of sets in each run
      order          among the other tests of its file, in another order in each run

    \b
    Examples:
      bugcapture verify 991
      bugcapture verify 991 --runs 200 --jobs auto
      bugcapture verify 991 --require 100                 # stop at the first run that does not show the bug
      bugcapture verify 991 --stress all --runs 20
      bugcapture verify 991 --record                      # later runs tell when it fails differently

    Exit code 0 if each test did what it should, often enough and in the recorded way, 2 for a
    wrong call or setting, else 1.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.verify_report import RENDERERS  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.stress import Axis  # noqa: PLC0415
    from bugcapture.workflow.verify import VerifyOptions, record, verify  # noqa: PLC0415

    chosen = _AXES if "all" in stress else tuple(dict.fromkeys(stress))
    axes = (Axis.CALM, *map(Axis, chosen))
    progress = Progress()
    project = current_project()

    def on_run(done: int, total: int, bad: int) -> None:
        progress.show(f"{done}/{total} runs, {bad} not as expected")

    try:
        wanted = VerifyOptions(number=number, axes=axes, hosts=read_hosts(options), **options)
        report = verify(project, wanted, on_run)
    finally:
        progress.clear()
    if to_record:
        report = record(project, report)
    write_result(RENDERERS[output_format](report), output)
    if not quiet:
        for axis, why in report.skipped:
            say(f"bugcapture: {axis.value} was left out: {why}")
        if report.recorded is not None:
            say(f"bugcapture: recorded in {report.recorded.name}; commit it with the test")
    return EXIT_OK if report.holds else EXIT_FINDINGS
