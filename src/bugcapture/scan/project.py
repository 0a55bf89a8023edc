"""Scan a project as it is set up: its settings, its baseline, and what the command line adds."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace as changed

from bugcapture.project.paths import relative_path
from bugcapture.pytest.settings import find_settings
from bugcapture.scan.apart import lower_apart
from bugcapture.scan.baseline import leave_out_known, read_baseline
from bugcapture.scan.engine import scan
from bugcapture.scan.outside import lower_outside
from bugcapture.scan.result import ScanResult, at_least
from bugcapture.scan.rule import choose_rules
from bugcapture.scan.unasked import lower_unasked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bugcapture.project.config import Project, ScanSettings
    from bugcapture.scan.hazard import Hazard


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What one scan asks for besides the project's settings.

    Attributes:
        select: Rules to ask instead of those of the settings; empty for these.
        ignore: Rules that are not asked, besides those of the settings.
        level: How bad a finding has to be; None for that of the settings.
        baseline: The file with known findings; None for that of the settings.
        jobs: How many processes may read files; None for one for each processor.
        cached: Whether earlier results may be used, and these are kept.
        verify: Whether findings are shown by running a snippet, and dropped where it shows nothing.
        confirm_with: The file with what a run of the tests has shown; None for none.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    level: Literal["critical", "high", "medium", "low", "info"] | None = None
    baseline: Path | None = None
    jobs: int | None = None
    cached: bool = True
    verify: bool = False
    confirm_with: Path | None = None


def scan_project(
    project: Project,
    paths: Sequence[Path] = (),
    options: ScanOptions | None = None,
    *,
    use_baseline: bool = True,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ScanResult:
    """Scan the tests of a project.

    Args:
        project: The project.
        paths: Files and folders to scan; none for all tests.
        options: What this scan asks for; None for nothing.
        use_baseline: Whether known findings are left out.
        on_progress: Called with the numbers of files that were read and that have to be.

    Returns:
        The findings that are bad enough and not known, with paths as seen from the working directory.

    Raises:
        ConfigurationError: If a path does not exist, a rule is unknown, the baseline cannot be read, or what a run
            has shown is about other sources.
    """
    options = options or ScanOptions()
    settings = _settings(project, options)
    run = None
    if options.confirm_with is not None:
        from bugcapture.scan.observed import read_run  # noqa: PLC0415 - a scan of a few files starts quickly

        run = read_run(options.confirm_with, project.root)
    result = scan(project.root, settings, paths, jobs=options.jobs, cached=options.cached, on_progress=on_progress)
    for lower in (lower_outside, lower_apart, lower_unasked):
        result.hazards = lower(project.root, result.hazards)
    baseline = options.baseline or (project.root / settings.baseline if settings.baseline else None)
    if use_baseline and baseline is not None:
        asked = {rule.code for rule in choose_rules(settings)}
        known = Counter({key: count for key, count in read_baseline(baseline).items() if key[1] in asked})
        before = len(at_least(result, settings.level).hazards)
        # The file may know what is less bad than what is asked for: it is not gone.
        result.hazards, result.gone = leave_out_known(result.hazards, known)
        result = at_least(result, settings.level)
        result.known = before - len(result.hazards)
        result.gone = 0 if paths else result.gone
    result = at_least(result, settings.level)
    if options.verify:
        _verify(result)
    if run is not None:
        from bugcapture.scan.observed import observe  # noqa: PLC0415

        result.hazards = observe(result.hazards, run, project.root)
    return _seen_from_here(project.root, result)


def _verify(result: ScanResult) -> None:
    from bugcapture.scan.verify import verify  # noqa: PLC0415

    answers = verify(result.hazards)
    shown = zip(result.hazards, answers, strict=True)
    result.hazards = [changed(hazard, verified=bool(answer)) for hazard, answer in shown if answer is not False]
    result.dropped = answers.count(False)


def _settings(project: Project, options: ScanOptions) -> ScanSettings:
    settings = project.settings.scan
    return replace(
        settings,
        select=options.select or settings.select,
        per_path_select={} if options.select else settings.per_path_select,
        ignore=(*settings.ignore, *options.ignore),
        level=options.level or settings.level,
        dist=settings.dist if settings.dist is not None else find_dist(project.root),
    )


def find_dist(root: Path) -> str:
    """How pytest-xdist distributes the tests of a project, as its settings of pytest say.

    Args:
        root: The project's folder.

    Returns:
        Such as ``loadgroup``; empty where the settings do not say it.
    """
    words = find_settings(root).words("addopts")
    dist = ""
    for number, word in enumerate(words):
        if word.startswith("--dist="):
            dist = word.partition("=")[2]
        elif word == "--dist" and number + 1 < len(words):
            dist = words[number + 1]
    return dist


def seen_from_root(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """Findings with paths below the project's folder, as its baseline knows them.

    Args:
        root: The folder.
        hazards: Findings of `scan_project`.
    """
    here = Path.cwd()
    return [changed(hazard, path=relative_path(hazard.path, root, seen_from=here)) for hazard in hazards]


def _seen_from_here(root: Path, result: ScanResult) -> ScanResult:
    """The result with paths as the user would write them."""
    here = Path.cwd()
    if os.path.abspath(root) == str(here):  # noqa: PTH100 - symbolic links stay as they are
        return result

    def seen(path: str) -> str:
        return relative_path(root / path, here)

    def moved(hazard: Hazard) -> Hazard:
        trace = tuple(changed(step, path=seen(step.path)) for step in hazard.trace)
        message = hazard.message
        for old, new in {(one.path, two.path) for one, two in zip(hazard.trace, trace, strict=True)}:
            message = message.replace(f"{old}:", f"{new}:")
        made = trace[0] if hazard.made is not None else None
        return changed(hazard, path=seen(hazard.path), trace=trace, message=message, made=made)

    problems = [replace(problem, path=seen(problem.path)) for problem in result.problems]
    return replace(result, hazards=[moved(hazard) for hazard in result.hazards], problems=problems)
