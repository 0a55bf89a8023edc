"""``bugcapture scan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.options import (
    color_option,
    current_project,
    format_option,
    output_option,
    quiet_option,
    write_result,
)
from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.core.text import plural
from bugcapture.project.console import say

if TYPE_CHECKING:
    from bugcapture.cli.progress import Progress
    from bugcapture.scan.fix import FixPlan
    from bugcapture.scan.result import ScanResult

_FORMATS = ("text", "json", "sarif", "github", "junit", "markdown")
_LEVELS = ("critical", "high", "medium", "low", "info")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@format_option(_FORMATS)
@output_option
@click.option(
    "--select", multiple=True, metavar="CODES", help="Ask these rules only; MK1 stands for all that begin so."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not ask these rules.")
@click.option(
    "--level", type=click.Choice(_LEVELS), help="Show, and fail for, what is at least as bad.  [default: medium]"
)
@click.option("--baseline", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Leave out the findings that this file knows.")  # fmt: skip
@click.option("--write-baseline", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write all findings to this file, and end with exit code 0.")  # fmt: skip
@click.option("--trend", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Compare the markdown report with this earlier result in JSON.")  # fmt: skip
@click.option("--verify", is_flag=True,
              help="Run a snippet of what is known of each mock; drop what it does not show.")  # fmt: skip
@click.option("--confirm-with", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="RUN.json",
              help="Say what a run has shown of each: pytest --bugcapture-mock-truth=RUN.json.")  # fmt: skip
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Repair also where that may change what a test says.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@click.option("--backup", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Before --fix: a copy of each file that changes, as FILE.orig.")  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Processes that read files.  [default: all processors]"
)
@click.option(
    "--no-cache", "cached", is_flag=True, flag_value=False, default=True, help="Use and keep no earlier results."
)
@click.option("--preset", type=click.Choice(("adr-56", "pollution-report")),
              help="Show what this other checker reports, and what becomes of each of its findings.")  # fmt: skip
@click.option("--explain", metavar="CODE", help="Say what a rule is about, and end.")
@click.option("--rules", "list_rules", is_flag=True, help="List all rules, and end.")
@quiet_option
@color_option
def command(**given: Any) -> int:
    """Find the tests that are green, red or flaky for the wrong reason.

    PATH is a file or a folder; without one, all tests of the project are scanned. Nothing is imported or executed.
    Only files that name a mock, a patch, the environment or an xdist group are parsed.

    \b
    Rules:
      MK1xx  mocks whose answers nobody chose, and that are always true
      MK2xx  mocks that are awaited and cannot be, or have to be and are not
      MK3xx  replacements that nothing takes back
      ENV4xx changes of os.environ that nothing takes back
      XD5xx  xdist groups that do nothing
    A comment holds findings of its line back: # bugcapture: ignore[MK102] why

    \b
    Examples:
      bugcapture scan
      bugcapture scan tests/api --level high
      bugcapture scan --select MK,ENV401 --format github
      bugcapture scan --format sarif --output scan.sarif
      bugcapture scan --format markdown --trend last.json > audit.md
      bugcapture scan --write-baseline scan-baseline.json
      bugcapture scan --confirm-with run.json # what a run of the tests has shown of the findings
      bugcapture scan --explain MK101
      bugcapture scan --preset adr-56         # what that checker reports, and what becomes of it
      bugcapture scan --fix --diff            # what --fix would change
      bugcapture scan --fix --backup ../orig

    Exit code 1 if a finding is left, a file cannot be parsed or a comment holds nothing back because it names no
    rule or no reason, or with --diff if there is a change; 2 for a wrong option, setting or PATH; else 0.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if given["explain"]:
        write_result(_explain(given["explain"]))
        return EXIT_OK
    if given["list_rules"]:
        write_result(_list_rules())
        return EXIT_OK
    if given["trend"] is not None and given["output_format"] != "markdown":
        raise click.UsageError("--trend belongs to --format markdown")
    fixes = given["fix"] or given["show_diff"]
    if (given["unsafe_fixes"] or given["backup"] is not None) and not fixes:
        raise click.UsageError("--unsafe-fixes and --backup belong to --fix")
    if fixes and given["write_baseline"] is not None:
        raise click.UsageError("--fix and --write-baseline exclude each other")
    if given["preset"]:
        return _compare(given)
    return _scan(given)


def _compare(given: dict[str, Any]) -> int:
    from bugcapture.cli.preset_report import closing, render_reported  # noqa: PLC0415
    from bugcapture.cli.progress import Progress  # noqa: PLC0415
    from bugcapture.scan.compare import compare  # noqa: PLC0415
    from bugcapture.scan.project import ScanOptions  # noqa: PLC0415

    if given["output_format"] not in {"text", "json"}:
        raise click.UsageError("--preset is written as text or json")
    progress = Progress(quiet=given["quiet"])
    options = ScanOptions(
        select=_codes(given["select"]),
        ignore=_codes(given["ignore"]),
        jobs=given["jobs"],
        cached=given["cached"],
    )

    def show(done: int, every: int) -> None:
        progress.show(f"scan: {done} of {every} files")

    try:
        reported = compare(current_project(), given["preset"], given["paths"], options, show)
    finally:
        progress.clear()
    write_result(render_reported(given["preset"], reported, given["output_format"]), given["output"])
    if not given["quiet"]:
        say(f"bugcapture: {closing(given['preset'], reported)}")
    return EXIT_OK


def _scan(given: dict[str, Any]) -> int:
    from bugcapture.cli.progress import Progress  # noqa: PLC0415 - help stays quick
    from bugcapture.cli.scan_report import render_scan  # noqa: PLC0415
    from bugcapture.scan.project import ScanOptions, scan_project  # noqa: PLC0415

    options = ScanOptions(
        select=_codes(given["select"]),
        ignore=_codes(given["ignore"]),
        level=given["level"],
        baseline=given["baseline"],
        jobs=given["jobs"],
        cached=given["cached"],
        verify=given["verify"],
        confirm_with=given["confirm_with"],
    )
    progress = Progress(quiet=given["quiet"])
    project = current_project()
    new_baseline = given["write_baseline"]

    def look() -> ScanResult:
        try:
            return scan_project(
                project,
                given["paths"],
                options,
                use_baseline=new_baseline is None,
                on_progress=lambda done, every: progress.show(f"scan: {done} of {every} files"),
            )
        finally:
            progress.clear()

    result = look()
    if given["show_diff"]:
        return _show_diff(result, given, progress)
    if given["fix"] and _fix(result, given, progress):
        result = look()
    if new_baseline is not None:
        return _write_baseline(project.root, result, new_baseline, quiet=given["quiet"])
    write_result(render_scan(result, given["output_format"], given["trend"]), given["output"])
    if not given["quiet"]:
        say(f"bugcapture: {_closing(result)}")
    failed = result.hazards or any(problem.severity == "error" for problem in result.problems)
    return EXIT_FINDINGS if failed else EXIT_OK


def _plan(result: ScanResult, given: dict[str, Any], progress: Progress) -> FixPlan:
    from bugcapture.scan.fix import plan_fixes  # noqa: PLC0415

    def show(done: int, every: int) -> None:
        progress.show(f"fix: {done} of {every} files")

    try:
        plan = plan_fixes(result.hazards, unsafe=given["unsafe_fixes"], on_progress=show)
    finally:
        progress.clear()
    for refusal in plan.refused:
        hazard = refusal.hazard
        say(f"{hazard.path}:{hazard.span.line}: {hazard.rule} is not repaired: {refusal.reason}")
    return plan


def _show_diff(result: ScanResult, given: dict[str, Any], progress: Progress) -> int:
    from bugcapture.cli.diff import render_diff  # noqa: PLC0415

    plan = _plan(result, given, progress)
    write_result(render_diff(change.diff for change in plan.changes), given["output"])
    if not given["quiet"]:
        say(f"bugcapture: {plural(len(plan.done), 'fix')} in {plural(len(plan.changes), 'file')}, not written")
    return EXIT_FINDINGS if plan.changes else EXIT_OK


def _fix(result: ScanResult, given: dict[str, Any], progress: Progress) -> bool:
    """Whether anything was repaired."""
    from bugcapture.scan.fix import write_fixes  # noqa: PLC0415

    plan = _plan(result, given, progress)
    write_fixes(plan, given["backup"])
    for hazard in plan.done:
        say(f"{hazard.path}:{hazard.span.line}: {hazard.rule} repaired")
    return bool(plan.changes)


def _codes(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


def _write_baseline(root: Path, result: ScanResult, file: Path, *, quiet: bool) -> int:
    from bugcapture.scan.baseline import write_baseline  # noqa: PLC0415
    from bugcapture.scan.project import seen_from_root  # noqa: PLC0415

    write_result(write_baseline(seen_from_root(root, result.hazards)), file)
    if not quiet:
        known = f"{plural(len(result.hazards), 'finding')} in {plural(result.files, 'test file')}"
        say(f"bugcapture: {known} known from now on")
    return EXIT_OK


def _closing(result: ScanResult) -> str:
    levels = [(level, sum(hazard.level == level for hazard in result.hazards)) for level in _LEVELS]
    counts = ", ".join(f"{count} {level}" for level, count in levels if count) or "no findings"
    more = [
        (result.suppressed, f"{result.suppressed} held back by comments"),
        (result.known, f"{result.known} known"),
        (result.dropped, f"{result.dropped} not confirmed by running"),
        *_observed(result),
        (result.gone, f"{result.gone} of the baseline gone: write it anew"),
    ]
    return "; ".join([f"{plural(result.files, 'test file')}: {counts}", *(text for count, text in more if count)])


def _observed(result: ScanResult) -> list[tuple[int, str]]:
    from collections import Counter  # noqa: PLC0415

    counts = Counter(hazard.observed for hazard in result.hazards if hazard.observed is not None)
    told = ", ".join(f"{counts[one]} {one}" for one in sorted(counts))
    return [(counts.total(), f"{told} in the run")]


def _explain(code: str) -> str:
    from bugcapture.core.errors import ConfigurationError  # noqa: PLC0415
    from bugcapture.scan.rule import all_rules  # noqa: PLC0415

    for rule in all_rules():
        if code.upper() == rule.code or code.lower() == rule.name:
            on = "" if rule.enabled else "; only where it is selected"
            return f"# {rule.code} {rule.name}\n\nRisk: {rule.level} at worst{on}.\n\n{rule.explanation}"
    raise ConfigurationError(f"there is no rule {code!r}", hint="bugcapture scan --rules lists them all")


def _list_rules() -> str:
    from bugcapture.report.table import write_table  # noqa: PLC0415
    from bugcapture.scan.rule import all_rules  # noqa: PLC0415

    rows = [
        [rule.code, rule.level.value if rule.enabled else "off", rule.name, rule.title] for rule in all_rules()
    ]
    return write_table(["rule", "risk", "name", "what"], rows)
