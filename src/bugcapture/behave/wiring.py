"""The canary: captures mean nothing when the adapter is not loaded, or when they never run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.settings import configured_paths, find_start, read_settings
from bugcapture.behave.suite import EnvironmentProblem, open_suite
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.tags import PREFIX
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bugcapture.behave.settings import Setting
    from bugcapture.core.capture import Capture

_RUNNER = "bugcapture.behave:Runner"
_ADVICE = (
    "add `from bugcapture.behave import install` and `install()` at the top level of the environment file, "
    f"or set runner = {_RUNNER} in Behave's configuration"
)


def check_wiring(captures: Sequence[Capture], root: Path, *, assume_installed: bool = False) -> list[Finding]:
    """Whether captured tests will be judged at all.

    Args:
        captures: The project's captured tests for Behave; paths are seen from the working directory.
        root: The project's folder. Behave is taken to be started there, or in a folder below it that
            holds a configuration for Behave.
        assume_installed: Take the adapter for installed, in a way that cannot be seen from the sources.

    Returns:
        ``W1`` for each environment that does not install the adapter, ``W2`` for a setting of Behave's
        configuration that keeps captures from being judged.
    """
    top = root.absolute()
    started: dict[Path, list[Capture]] = {}
    for capture in captures:
        started.setdefault(find_start(_folder(capture), top), []).append(capture)
    findings = []
    for start, tests in started.items():
        settings, unreadable = read_settings(start)
        findings += unreadable
        if not assume_installed and not runs_own_runner(settings):
            findings += _check_environments(tests, start, top, settings)
        findings += _check_selection(tests, settings)
        findings += _check_dry_run(tests, settings)
        findings += _check_paths(tests, settings)
    return findings


def _check_environments(
    captures: Sequence[Capture], start: Path, top: Path, settings: dict[str, Setting]
) -> Iterator[Finding]:
    suite = open_suite(start, top, settings)
    missing: dict[EnvironmentProblem, list[Capture]] = {}
    for capture in captures:
        for problem in suite.problems(_folder(capture)):
            missing.setdefault(problem, []).append(capture)
    for problem, tests in missing.items():
        ids = _ids(tests)
        told = f"{plural(len(tests), 'tagged test')} ({ids}) would run without bugcapture"
        told += f" with --stage {problem.stage}" if problem.stage else ""
        path, line = (problem.path, problem.line) if problem.path else (tests[0].path, tests[0].line)
        severity = Severity.WARNING if problem.stage else Severity.ERROR
        yield Finding(path, line, "W1", f"{told}: {problem.reason}; {_ADVICE}", severity)


def _folder(capture: Capture) -> Path:
    return Path(os.path.abspath(capture.path)).parent  # noqa: PTH100 - symbolic links stay as they are


def _ids(captures: Sequence[Capture]) -> str:
    return bug_list(sorted({number for capture in captures for number in capture.tags.ids}))


def runs_own_runner(settings: Mapping[str, Setting]) -> bool:
    """Whether Behave's configuration names bugcapture's runner, by its own name or an alias."""
    runner = settings.get("runner")
    if runner is None:
        return False
    alias = settings.get(f"runner {runner.value}")
    return str(alias.value if alias else runner.value) == _RUNNER


def _check_selection(captures: Sequence[Capture], settings: dict[str, Setting]) -> Iterator[Finding]:
    setting = settings.get("config_tags") or settings.get("default_tags")
    if setting is None:
        return
    from behave.tag_expression import make_tag_expression  # noqa: PLC0415

    path = relative_path(setting.file)
    try:
        expression = make_tag_expression(setting.value)
    except Exception as error:  # noqa: BLE001 - Behave lets through whatever its parsers raise
        told = shorten(printable(" ".join(str(error).split())), 200)
        yield Finding(path, setting.line, "P1", f"Behave cannot read the tag expression: {told}")
        return
    excluded = [capture for capture in captures if not expression.check(capture.all_tags)]
    if not excluded:
        return
    # A capture that its project runs elsewhere, such as one tagged @slow, is left to the project.
    by_our_tags = [c for c in excluded if not expression.check([t for t in c.all_tags if t.startswith(PREFIX)])]
    severity = Severity.ERROR if by_our_tags else Severity.WARNING
    ids = _ids(excluded)
    parts = [setting.value] if isinstance(setting.value, str) else setting.value
    shown = shorten(printable(" and ".join(str(part) for part in parts)), 80)
    yield Finding(
        path,
        setting.line,
        "W2",
        f"{setting.key} = {shown} keeps {plural(len(excluded), 'tagged test')} ({ids}) from running, "
        f"first {excluded[0].where}",
        severity,
    )


def _check_dry_run(captures: Sequence[Capture], settings: dict[str, Setting]) -> Iterator[Finding]:
    setting = settings.get("dry_run")
    if setting is not None:
        told = f"{plural(len(captures), 'tagged test')} ({_ids(captures)}) from being judged"
        message = f"{setting.key} = true keeps {told}, first {captures[0].where}"
        yield Finding(relative_path(setting.file), setting.line, "W2", message)


def _check_paths(captures: Sequence[Capture], settings: dict[str, Setting]) -> Iterator[Finding]:
    paths = configured_paths(settings)
    excluded = [
        capture
        for capture in captures
        if paths and not any(Path(os.path.abspath(capture.path)).is_relative_to(path) for path in paths)  # noqa: PTH100
    ]
    if excluded:
        setting = settings["paths"]
        shown = shorten(printable(", ".join(relative_path(path) for path in paths)), 80)
        told = f"{plural(len(excluded), 'tagged test')} ({_ids(excluded)}) from running"
        message = f"{setting.key} = {shown} keeps {told}, first {excluded[0].where}"
        # Paths on the command line take the place of these.
        yield Finding(relative_path(setting.file), setting.line, "W2", message, Severity.WARNING)
