"""The canary: captures mean nothing when the plugin is switched off, or when they never run."""

from __future__ import annotations

import glob
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.finding import Finding
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.project.paths import relative_path
from bugcapture.pytest.selection import SHOWN, ConfiguredRun, check_selection, option_values, place_of
from bugcapture.pytest.settings import PytestSettings, find_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.core.capture import Capture

_AUTOLOAD: Final = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
_PLUGINS: Final = frozenset({"bugcapture", "bugcapture.pytest"})
_DRY: Final = frozenset({"--collect-only", "--co", "--setup-only", "--setup-plan", "--setuponly", "--setupplan"})
# With the first nothing is inverted; with the other pytest knows no expected failures, and the plugin refuses.
_UNJUDGED: Final = frozenset({"--runxfail", "-p no:skipping"})


def check_wiring(captures: Sequence[Capture], root: Path, *, assume_installed: bool = False) -> list[Finding]:
    """Whether captured tests will be judged at all.

    pytest loads the plugin by itself, so only what switches it off is looked for.

    Args:
        captures: The project's captured tests for pytest; paths are seen from the working directory.
        root: The project's folder; pytest finds its configuration from the tests' own folders.
        assume_installed: Take the plugin for loaded, in a way that cannot be seen from the sources.

    Returns:
        ``W1`` where the plugin is switched off, ``W2`` for a setting that keeps captures from being
        judged, ``P1`` for a configuration that cannot be read.
    """
    del root
    covered: dict[Path | None, tuple[PytestSettings, list[Capture]]] = {}
    for capture in captures:
        settings = find_settings(place_of(capture).parent)
        covered.setdefault(settings.file, (settings, []))[1].append(capture)
    findings: list[Finding] = []
    for settings, tests in covered.values():
        try:
            if settings.problem:
                raise ValueError(settings.problem)  # noqa: TRY301 - told with what else cannot be read
            run = ConfiguredRun(settings, tests, _options(settings))
        except ValueError as error:
            told = shorten(printable(" ".join(str(error).split())), 200)
            path = relative_path(settings.file) if settings.file else tests[0].path
            findings.append(Finding(path, 0, "P1", f"pytest cannot read its configuration: {told}"))
            continue
        if not assume_installed:
            findings += _check_plugin(run)
        # Where the module lies that binds a feature file, and what it is called, is another question.
        modules = [test for test in tests if not test.path.endswith(".feature")]
        python = ConfiguredRun(settings, modules, run.options)
        findings += [*check_selection(run), *_check_options(run), *_check_paths(python), *_check_names(python)]
    return findings


def _options(settings: PytestSettings) -> tuple[str, ...]:
    value = settings.values.get("addopts", "")
    return tuple(shlex.split(value, comments=True)) if isinstance(value, str) else settings.words("addopts")


def _check_plugin(run: ConfiguredRun) -> Iterator[Finding]:
    named = [name.strip() for name in option_values(run.options, "-p")]
    asked = [name for name in named if name.removeprefix("no:") in _PLUGINS]
    told = ""
    if asked and asked[-1].startswith("no:"):
        told = f"`-p {asked[-1]}` in addopts switches it off: remove it"
    elif not asked and not _required(run.settings):
        if "--disable-plugin-autoload" in run.options:
            told = "--disable-plugin-autoload in addopts switches it off: add `-p bugcapture.pytest`"
        elif os.environ.get(_AUTOLOAD) and not _PLUGINS & set(os.environ.get("PYTEST_PLUGINS", "").split(",")):
            told = f"{_AUTOLOAD} is set: add `-p bugcapture.pytest` to addopts"
    if told:
        ids = bug_list(sorted({number for capture in run.captures for number in capture.tags.ids}))
        tests = plural(len(run.captures), "tagged test")
        first = run.captures[0]
        file = run.settings.file
        path, line = (relative_path(file), run.settings.line("addopts")) if file else (first.path, first.line)
        yield Finding(path, line, "W1", f"{tests} ({ids}) would run without bugcapture: {told}")


def _required(settings: PytestSettings) -> bool:
    """Whether pytest refuses to run without the plugin."""
    value = settings.values.get("required_plugins", "")
    words = value.split() if isinstance(value, str) else settings.words("required_plugins")
    return any(word.startswith("bugcapture") for word in words)


def _check_options(run: ConfiguredRun) -> Iterator[Finding]:
    for option in (*run.options, *(f"-p {name.strip()}" for name in option_values(run.options, "-p"))):
        if option in _DRY | _UNJUDGED:
            kept = "running" if option in _DRY else "being judged"
            yield run.finding("addopts", f"{option} in addopts", run.captures, kept=kept)
            return


def _check_paths(run: ConfiguredRun) -> Iterator[Finding]:
    if run.settings.file is None:
        return
    base = run.settings.file.parent
    words = run.settings.words("testpaths")
    found = [path for word in words for path in glob.glob(word, root_dir=base, recursive=True)]  # noqa: PTH207
    paths = [Path(os.path.normpath(base / path)) for path in found]
    outside = [c for c in run.captures if paths and not any(place_of(c).is_relative_to(path) for path in paths)]
    if outside:
        # Paths on the command line take the place of these.
        shown = shorten(printable(" ".join(words)), SHOWN)
        yield run.finding("testpaths", f"testpaths = {shown}", outside, error=False)
    for ignored in option_values(run.options, "--ignore", "--ignore"):
        inside = [c for c in run.captures if place_of(c).is_relative_to(os.path.normpath(base / ignored))]
        if inside:
            shown = shorten(printable(ignored), SHOWN)
            yield run.finding("addopts", f"--ignore={shown} in addopts", inside, error=False)


def _check_names(run: ConfiguredRun) -> Iterator[Finding]:
    files: dict[str, list[Capture]] = {}
    for capture in run.captures:
        if not run.settings.is_test_file(place_of(capture)):
            files.setdefault(capture.path, []).append(capture)
    for path, captures in files.items():
        patterns = " ".join(run.settings.words("python_files", ("test_*.py", "*_test.py")))
        message = (
            f"pytest does not collect {plural(len(captures), 'tagged test')} of this file: "
            f"its name is none of python_files = {shorten(printable(patterns), SHOWN)}"
        )
        yield Finding(path, captures[0].line, "W2", message)
