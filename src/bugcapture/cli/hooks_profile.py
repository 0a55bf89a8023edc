"""``bugcapture hooks profile``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.host_options import Number
from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    to_paths,
    write_result,
)
from bugcapture.cli.progress import Progress
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK, ConfigurationError
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.cli.hooks_profile_report import ProfileReport
    from bugcapture.core.hook_comparison import Limits
    from bugcapture.core.hook_timing import HookProfile
    from bugcapture.project.config import Project
    from bugcapture.workflow.profile_hooks import ProfileOptions

# Those at which hooks are given files of the checkout and nothing else.
_STAGES = ("pre-push", "pre-commit", "pre-merge-commit", "manual")
_USUAL_FILE = ""
_BAR = 20


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stage", "stages", multiple=True, type=click.Choice(_STAGES), default=_STAGES[:1],
              show_default=True, help="Measure the hooks of this stage; may be given more than once.")  # fmt: skip
@click.option("--hook", "hooks", multiple=True, metavar="ID",
              help="Only this hook, by its id or alias; may be given more than once.")  # fmt: skip
@click.option("--tool", type=click.Choice(("pre-commit", "prek")),
              help="What runs the hooks; default: what is installed as a hook, else what is there.")  # fmt: skip
@click.option("--runs", type=click.IntRange(1, 1000), default=3, show_default=True,
              help="How often each hook is measured.")  # fmt: skip
@click.option("--warmups", type=click.IntRange(0, 1000), default=1, show_default=True,
              help="How often it runs before that, to fill its caches.")  # fmt: skip
@click.option("--timeout", type=Number(min=0, min_open=True, max=10_000_000), metavar="SECONDS",
              help="How long one run may take; what takes longer is stopped.")  # fmt: skip
@click.option("--files", "files", multiple=True, metavar="FILE",
              help="Give the hooks this file instead of all; may be given more than once.")  # fmt: skip
@click.option("--from-ref", metavar="REV", help="Give them the files that were changed since this revision.")
@click.option("--to-ref", metavar="REV", help="The revision up to which they were changed; default: HEAD.")
@click.option("--link", "links", multiple=True, metavar="PATH",
              help="Let the copy lead to this file or folder that git does not track, such as .venv.")  # fmt: skip
@click.option("--save", is_flag=False, flag_value=_USUAL_FILE, metavar="[FILE]",
              help="Keep the timings, to compare later ones with.")  # fmt: skip
@click.option("--compare", is_flag=False, flag_value=_USUAL_FILE, metavar="[FILE]",
              help="Compare with timings that were kept; fail when anything is slower.")  # fmt: skip
@click.option("--max-ratio", type=Number(min=1, max=1000), default=1.25, show_default=True,
              help="Slower is what takes more than so many times as long as before,")  # fmt: skip
@click.option("--min-seconds", type=Number(min=0, max=10_000_000), default=0.2, show_default=True,
              help="and takes so many seconds longer.")  # fmt: skip
@format_option(("text", "markdown", "json", "junit"))
@output_option
@quiet_option
@color_option
def command(
    save: str | None,
    compare: str | None,
    *,
    max_ratio: float,
    min_seconds: float,
    output_format: str,
    output: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Measure how long each hook takes.

    Runs every hook of pre-commit or prek by itself, some times over, once all environments are installed. The
    seconds are those that the tool tells of the hook, without the tool's own start; where it tells none, they
    are those of the whole process, which is said.

    Nothing in your checkout is touched: the hooks run in a copy of what git tracks, changes that are not
    committed included, which is made what it was after each run and is gone at the end. What git does not track
    is not there; --link leads to it, and hooks can then write there.

    A hook that fails is measured all the same. PARALLEL tells whether other hooks could run at the same time:
    not when it was seen to write files in the copy that others read or write. SKIP is not obeyed.

    The timings are kept in .bugcapture/hook-timings.json, or in what `timings` in [tool.bugcapture.hooks] names,
    unless --save and --compare name a file. With --compare a hook, or all of a stage together, is slower when
    the median is beyond both limits and the quickest run took longer than the slowest one of before. With both
    options, slower timings are not kept.

    \b
    Examples:
      bugcapture hooks profile
      bugcapture hooks profile --stage pre-commit --stage pre-push --runs 5 --save
      bugcapture hooks profile --compare --max-ratio 1.5      # exit code 1 when anything is slower
      bugcapture hooks profile --hook mypy --link .venv --timeout 120
      bugcapture hooks profile --from-ref origin/main --format markdown

    Exit code 1 if anything is slower than what it is compared with, 2 if nothing can be measured, 0 otherwise.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    from bugcapture.cli.hooks_profile_report import RENDERERS, ProfileReport  # noqa: PLC0415 - help stays quick
    from bugcapture.core.hook_comparison import Change, Limits, compare_profiles  # noqa: PLC0415
    from bugcapture.project.hook_timings import read_timings  # noqa: PLC0415
    from bugcapture.workflow.profile_hooks import profile_hooks  # noqa: PLC0415

    project = current_project()
    wanted = _read_options(options)
    limits = Limits(ratio=max_ratio, seconds=min_seconds)
    # Before minutes are spent on timings that could not be used.
    before = _read_baseline(project, compare, wanted) if compare is not None else None
    kept = read_timings(_file(project, save)) if save is not None else None
    progress = Progress(quiet=quiet)

    def on_run(done: int, total: int, what: str) -> None:
        filled = _BAR * done // total if total else 0
        count = f" {done}/{total}" if total else ""
        progress.show(f"[{'#' * filled}{'-' * (_BAR - filled)}]{count} {what}")

    try:
        measured = profile_hooks(project, Path.cwd(), wanted, on_run)
    finally:
        progress.clear()
    changes = (
        compare_profiles(before, measured.profile, limits, is_complete=measured.is_complete)
        if before is not None
        else None
    )
    report = ProfileReport(measured=measured, changes=changes, limits=limits)
    is_slower = any(one.change is Change.SLOWER for one in changes or ())
    write_result(RENDERERS[output_format](report), output)
    saved = None
    if save is not None and not is_slower:
        saved = _save(_file(project, save), measured.profile, kept, is_complete=measured.is_complete)
    if not quiet:
        _tell(report, limits, saved)
        if save is not None and is_slower:
            say("bugcapture: the timings were not kept, as they are slower")
    return EXIT_FINDINGS if is_slower else EXIT_OK


def _read_options(options: dict[str, Any]) -> ProfileOptions:
    from bugcapture.workflow.profile_hooks import ProfileOptions  # noqa: PLC0415 - help stays quick

    if options["files"] and options["from_ref"] is not None:
        raise click.UsageError("--files and --from-ref are two answers to one question")
    to_ref = options.pop("to_ref")
    if to_ref is not None and options["from_ref"] is None:
        raise click.UsageError("--to-ref needs --from-ref")
    options["files"] = tuple(to_paths(options["files"]))
    options["links"] = tuple(to_paths(options["links"]))
    options["stages"] = tuple(dict.fromkeys(options["stages"]))
    return ProfileOptions(**options, **({} if to_ref is None else {"to_ref": to_ref}))


def _file(project: Project, named: str) -> Path:
    from bugcapture.project.hook_timings import timings_file  # noqa: PLC0415 - help stays quick

    return Path(named) if named != _USUAL_FILE else timings_file(project)


def _read_baseline(project: Project, named: str, wanted: ProfileOptions) -> HookProfile:
    from bugcapture.project.hook_timings import read_timings  # noqa: PLC0415 - help stays quick

    file = _file(project, named)
    found = read_timings(file)
    if found is None:
        hint = "keep some first: `bugcapture hooks profile --save`"
        raise ConfigurationError("there are no timings to compare with", where=printable(str(file)), hint=hint)
    if found.files != wanted.given:
        told = f"those timings are of {printable(found.files)}, and these would be of {printable(wanted.given)}"
        raise ConfigurationError(told, where=printable(str(file)), hint="measure with the same options")
    return found


def _save(file: Path, profile: HookProfile, kept: HookProfile | None, *, is_complete: bool) -> Path:
    from bugcapture.core.hook_comparison import merge_profiles  # noqa: PLC0415 - help stays quick
    from bugcapture.project.hook_timings import write_timings  # noqa: PLC0415

    if kept is not None and (kept.tool, kept.files) == (profile.tool, profile.files):
        profile = merge_profiles(kept, profile, is_complete=is_complete)
    write_timings(file, profile)
    return file


def _tell(report: ProfileReport, limits: Limits, saved: Path | None) -> None:
    from bugcapture.cli.hooks_profile_report import tell_seconds  # noqa: PLC0415 - help stays quick
    from bugcapture.core.hook_comparison import Change  # noqa: PLC0415
    from bugcapture.project.paths import relative_path  # noqa: PLC0415

    measured = report.measured
    profile = measured.profile
    for stage, label, why in measured.left_out:
        say(f"bugcapture: {stage}: {label} was left out: {why}")
    failing = [f"{hook.label} ({hook.stage})" for hook in profile.hooks if hook.exit_code or hook.timed_out]
    if failing:
        told = (
            f"{plural(len(failing), 'hook')} did not pass in the copy, which has only what git tracks and --link"
        )
        say(f"bugcapture: {told}: {', '.join(failing)}")
    if measured.has_uncommitted:
        say("bugcapture: changes that are not committed were measured as well")
    for stage in profile.stages:
        hooks = plural(len(profile.at_stage(stage)), "hook")
        say(f"bugcapture: {stage}: {hooks}, {tell_seconds(profile.total(stage))} with {profile.tool}")
    if report.changes is not None:
        slower = sum(one.change is Change.SLOWER for one in report.changes)
        beyond = f"more than {limits.ratio:g} times as long and {limits.seconds:g} s longer"
        say(f"bugcapture: slower than before: {slower or 'nothing'} ({beyond})")
    if saved is not None:
        say(f"bugcapture: kept in {printable(relative_path(saved))}")
