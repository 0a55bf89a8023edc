"""The canary: captures mean nothing when the adapter is not loaded, or when they never run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.environment import why_not_installed
from bugcapture.behave.settings import read_settings
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.tags import PREFIX
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
        root: The folder in which Behave is started; its configuration files are read.
        assume_installed: Take the adapter for installed, in a way that cannot be seen from the sources.

    Returns:
        ``W1`` for each environment that does not install the adapter, ``W2`` for a tag expression in
        Behave's configuration that excludes captures.
    """
    if not captures:
        return []
    settings, findings = read_settings(root)
    runner = settings.get("runner")
    if not assume_installed and not (runner and _resolve_runner(runner.value, settings) == _RUNNER):
        stage = settings.get("stage")
        findings += _check_environments(captures, root, str(stage.value) if stage else "")
    return findings + list(_check_selection(captures, settings))


def _check_environments(captures: Sequence[Capture], root: Path, stage: str) -> list[Finding]:
    folders: dict[Path, list[Capture]] = {}
    for capture in captures:
        folders.setdefault(Path(capture.path).absolute().parent, []).append(capture)
    missing: dict[tuple[str, int, str], list[Capture]] = {}
    for folder, tests in folders.items():
        problem = _environment_problem(folder, root.absolute(), stage)
        if problem:
            missing.setdefault(problem, []).extend(tests)
    findings = []
    for (path, line, reason), tests in missing.items():
        ids = bug_list(sorted({number for test in tests for number in test.tags.ids}))
        told = f"{plural(len(tests), 'tagged test')} ({ids}) would run without bugcapture: {reason}; {_ADVICE}"
        findings.append(Finding(path or tests[0].path, line if path else tests[0].line, "W1", told))
    return findings


def _environment_problem(folder: Path, top: Path, stage: str) -> tuple[str, int, str] | None:
    """Where and why the environment of a folder's tests does not install the adapter; None when one does."""
    problem: tuple[str, int, str] = ("", 0, "there is no environment.py beside the features")
    for place in (folder, *folder.parents):
        for file in _environment_files(place, stage):
            told = why_not_installed(file)
            if told is None:
                return None
            if not problem[0]:
                problem = (relative_path(file), *told)
        if place == top:
            break
    return problem


def _environment_files(place: Path, stage: str) -> list[Path]:
    """The files that Behave may load from a folder: those of other stages only where there is no other."""
    usual = place / (f"{stage}_environment.py" if stage else "environment.py")
    if usual.is_file():
        return [usual]
    return [] if stage else sorted(place.glob("*_environment.py"))


def _resolve_runner(name: str, settings: dict[str, Setting]) -> str:
    alias = settings.get(f"runner {name}")
    return str(alias.value) if alias else name


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
    ids = bug_list(sorted({number for capture in excluded for number in capture.tags.ids}))
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
