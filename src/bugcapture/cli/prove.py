"""``bugcapture prove``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.host_options import host_options, read_hosts
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
from bugcapture.core.proof import SAYS, Proof
from bugcapture.core.text import printable
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number", required=False, type=BugNumber(), metavar="[N]")
@click.option("--base", default="", metavar="REV",
              help="The branch or commit that the change goes to; looked for without it.")  # fmt: skip
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The change.")
@click.option("--include-dirty", is_flag=True, help="Take in what is not committed (tracked files).")
@click.option("--overlay", "added", multiple=True, metavar="PATH",
              help="A helper of the tests that lies among the program; may be given more than once.")  # fmt: skip
@click.option("--exclude", "excluded", multiple=True, metavar="PATH",
              help="Belongs to the program though it looks like tests; may be given more than once.")  # fmt: skip
@click.option("--carry", "carried", multiple=True, metavar="PATH",
              help="Copy what git does not know into both checkouts; may be given more than once.")  # fmt: skip
@click.option(
    "--hunks", is_flag=True, help="Take each change of the program back alone; which does no test notice?"
)
@click.option("--venv", is_flag=True,
              help="Install each side in an environment of its own; may download what it needs.")  # fmt: skip
@click.option("--keep", is_flag=True,
              help="Keep the proof for `bugcapture report ledger`, in .bugcapture/proofs.")  # fmt: skip
@host_options
@click.option("-v", "--verbose", is_flag=True, help="Show what the processes said.")
@format_option(("text", "markdown", "json"))
@output_option
@quiet_option
@color_option
def command(
    number: int | None,
    output_format: str,
    output: Path | None,
    keep: bool,
    verbose: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Prove a fix: its tests are red without the change, for the right reason, and green with it.

    The tests of bug N, or without N all tests that the branch has changed or added, run twice, each time in a
    checkout of its own: where the branch began, with the branch's tests laid over, and at its head. Your own
    checkout is not touched. A test that could not run without the change, because of an import error, an undefined
    step, a failed set-up or a timeout, proves nothing.

    \b
    Examples:
      bugcapture prove 991                          # the bug's tests, against the usual branch
      bugcapture prove --base main                  # whatever the branch tests
      bugcapture prove 991 --hunks                  # which parts of the fix does no test notice?
      bugcapture prove 991 --venv                   # the change also changes dependencies
      bugcapture prove 991 --format markdown        # for the pull request
      bugcapture prove 991 --format json -o proof.json
      bugcapture prove 991 --keep                   # for the page of `bugcapture report ledger`

    Exit code 0 for PROVEN, 1 for anything else, 2 for a wrong call, 130 when interrupted.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.prove_report import RENDERERS, render_json  # noqa: PLC0415 - help stays quick
    from bugcapture.workflow.prove import ProveOptions, prove  # noqa: PLC0415

    progress = Progress()
    hosts = read_hosts(options)
    project = current_project()
    try:
        report = prove(project, ProveOptions(number=number, hosts=hosts, **options), progress.show)
    finally:
        progress.clear()
    write_result(RENDERERS[output_format](report), output)
    if keep:
        from bugcapture.workflow.proofs import keep_proof  # noqa: PLC0415

        file = keep_proof(project, report.number, report.change.head.commit, render_json(report))
        if not quiet:
            say(f"bugcapture: kept as {printable(relative_path(file))}")
    if not quiet:
        sides = zip(("without the change", "with the change"), report.outputs, strict=True)
        for side, outputs in sides if verbose or report.proof is not Proof.PROVEN else ():
            for one in outputs:
                _show_output(side, one, whole=verbose)
        say(f"bugcapture: {report.proof.value}: {SAYS[report.proof]}")
    return EXIT_OK if report.proof is Proof.PROVEN else EXIT_FINDINGS


def _show_output(side: str, output: Any, *, whole: bool) -> None:
    lines = output.text.rstrip("\n").split("\n")
    shown = lines if whole else lines[-20:]
    say(f"bugcapture: {side}: {printable(output.ended)}{'' if len(shown) == len(lines) else ', the end of it'}")
    for line in shown:
        say(f"  | {line}" if line else "  |")
