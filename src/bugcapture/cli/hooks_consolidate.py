"""``bugcapture hooks consolidate``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, RefusedError
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.cli.hooks_consolidate_report import Consolidation
    from bugcapture.core.hook_timing import HookProfile
    from bugcapture.hooks.consolidate.equivalence import Comparison
    from bugcapture.hooks.consolidate.propose import Wishes
    from bugcapture.workflow.consolidate_hooks import ConsolidationPlan

_STAGES = (
    "pre-push", "pre-commit", "commit-msg", "post-checkout", "post-commit", "post-merge", "post-rewrite",
    "pre-merge-commit", "pre-rebase", "prepare-commit-msg", "manual",
)  # fmt: skip


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-t", "--stage", "--hook-type", "stage", type=click.Choice(_STAGES), default=_STAGES[0], show_default=True,
    metavar="STAGE", help="The stage whose hooks are looked at.",
)  # fmt: skip
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration; default: .pre-commit-config.yaml at the top of the repository.",
)  # fmt: skip
@click.option(
    "--merge", type=click.Choice(("all", "overlapping", "same")), default="all", show_default=True,
    help="Which hooks become one: all that run tests alike, those of overlapping files, those of the same.",
)  # fmt: skip
@click.option("--xdist", is_flag=True, help="Spread what is merged of pytest over all processors (`-n auto`).")
@click.option(
    "--testmon", is_flag=True, help="Let what is merged of pytest leave out tests that no change touches."
)
@click.option(
    "--timings", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What `hooks profile` has saved; default: where it saves.",
)  # fmt: skip
@click.option(
    "--diff", "diff_only", is_flag=True, help="Only the change, for `git apply` at the top of the repository."
)
@click.option("--write", is_flag=True, help="Change the configuration.")
@click.option(
    "--verify/--no-verify", default=None,
    help="Have the tests listed that run before and after, and refuse a difference; default: with --write.",
)  # fmt: skip
@click.option("--run", "run_tests", is_flag=True, help="Verify, run the tests as well, and compare how they end.")
@format_option(("text", "json", "markdown"))
@output_option
@quiet_option
@color_option
def command(
    stage: str,
    config: Path | None,
    merge: Literal["all", "overlapping", "same"],
    output_format: str,
    output: Path | None,
    quiet: bool,
    *,
    timings: Path | None,
    xdist: bool,
    testmon: bool,
    diff_only: bool,
    write: bool,
    verify: bool | None,
    run_tests: bool,
) -> int:
    """Propose fewer, faster push hooks that run the same checks.

    Reads .pre-commit-config.yaml, and finds hooks that start pytest, Behave, Robot Framework or unittest in the
    same way, with the same options, and the same command several times. Each group becomes one hook that runs all
    their tests in one session, for all files that any of them was for: every check still runs whenever it ran
    before, and may run more often. What cannot be shown to mean the same stays as it is, and the report says why.

    Of hooks that are told the files, test runners and checkers of whole programs are given `require_serial: true`,
    so that one process sees all files. It goes where each file stands for itself, and `hooks profile --save` has
    seen the hook write nothing.

    Without --write nothing is changed. With it the tests are listed by the real tool and the real commands in a
    copy of the checkout, before and after; one test more or less, other marks or tags, or other settings, and
    nothing is written. Comments, quotes and line ends of all other hooks stay.

    \b
    Examples:
      bugcapture hooks profile --save              # what does each hook take now?
      bugcapture hooks consolidate                 # what could be saved, and the change
      bugcapture hooks consolidate --write         # prove that it runs the same, and write it
      bugcapture hooks consolidate --merge same --diff | git apply

    Exit code 1 if there is something to propose and it is not written, or it would not run the same; 2 for a
    wrong call or configuration; 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.hooks.consolidate.propose import Wishes  # noqa: PLC0415 - help stays quick
    from bugcapture.project.hook_timings import read_timings, timings_file  # noqa: PLC0415
    from bugcapture.workflow.consolidate_hooks import plan_consolidation, require_committed  # noqa: PLC0415

    if diff_only and (write or output_format != "text"):
        raise click.UsageError("--diff shows only the change, and goes with neither --write nor --format")
    if run_tests and verify is False:
        raise click.UsageError("--run verifies, and does not go with --no-verify")
    wishes = Wishes(merge=merge, xdist=xdist, testmon=testmon)
    profile = read_timings(timings or timings_file(current_project()))
    plan = plan_consolidation(Path.cwd(), config, stage, wishes, profile)
    if write and plan.change is not None:
        require_committed(plan)
    wanted = (write if verify is None else verify) or run_tests
    comparisons = _compare(plan, run_tests=run_tests, quiet=quiet) if wanted else ()
    is_equal = all(one.is_equal for one in comparisons)
    is_written = write and plan.change is not None and is_equal
    if is_written:
        plan.draft.write()
    result = _gather(plan, wishes, comparisons, profile, is_verified=wanted, is_written=is_written)
    write_result(_render(result, output_format, diff_only=diff_only), output)
    if not is_equal:
        raise RefusedError(
            f"{plural(sum(not one.is_equal for one in comparisons), 'hook')} would not run the same",
            where=plan.proposal.stage,
            hint="nothing was written; --merge and the report say what else can be done",
        )
    if not quiet:
        say(f"bugcapture: {_tell(result)}")
    return EXIT_FINDINGS if plan.change is not None and not is_written else EXIT_OK


def _compare(plan: ConsolidationPlan, *, run_tests: bool, quiet: bool) -> tuple[Comparison, ...]:
    from bugcapture.cli.progress import Progress  # noqa: PLC0415
    from bugcapture.workflow.compare_hooks import compare_hooks  # noqa: PLC0415

    progress = Progress(quiet=quiet)
    try:
        return compare_hooks(plan, run_tests=run_tests, tell=progress.show)
    finally:
        progress.clear()


def _gather(
    plan: ConsolidationPlan,
    wishes: Wishes,
    comparisons: tuple[Comparison, ...],
    profile: HookProfile | None,
    *,
    is_verified: bool,
    is_written: bool,
) -> Consolidation:
    from bugcapture.cli.hooks_consolidate_report import Consolidation  # noqa: PLC0415
    from bugcapture.hooks.consolidate.estimate import predict  # noqa: PLC0415
    from bugcapture.workflow.consolidate_hooks import has_xdist  # noqa: PLC0415

    processors = os.cpu_count() or 1
    return Consolidation(
        plan=plan,
        comparisons=comparisons,
        prediction=predict(plan.proposal, profile, comparisons, processors=processors) if profile else None,
        could_spread=not wishes.xdist and has_xdist(plan.top),
        is_verified=is_verified,
        is_written=is_written,
    )


def _render(result: Consolidation, output_format: str, *, diff_only: bool) -> str:
    from bugcapture.cli import hooks_consolidate_report as report  # noqa: PLC0415

    if diff_only:
        return report.render_change(result)
    render = {"text": report.render_text, "json": report.render_json, "markdown": report.render_markdown}
    return render[output_format](result)


def _tell(result: Consolidation) -> str:
    from bugcapture.cli.hooks_consolidate_report import count_hooks  # noqa: PLC0415

    proposal = result.plan.proposal
    if not proposal.hooks:
        return f"{proposal.stage}: no hook runs at this stage"
    if proposal.is_empty:
        return f"{proposal.stage}: {plural(len(proposal.hooks), 'hook')}, nothing to merge"
    count = count_hooks(proposal)
    proof = "nothing to verify" if result.is_verified else "not verified"
    if result.comparisons:
        proof = f"{plural(result.tests, 'test')} as before"
    return f"{proposal.stage}: {count}, {proof}: {'written' if result.is_written else 'nothing was written'}"
