"""The environment files of Behave that have to install the adapter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.add_install import NEW_FILE, add_install
from bugcapture.behave.settings import find_start, read_settings
from bugcapture.behave.suite import open_suite
from bugcapture.behave.wiring import runs_own_runner
from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.wire import Wiring
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.core.wire import Reader


def wire(tests: Sequence[Path], root: Path, read: Reader) -> Iterator[Wiring]:
    """The environment files that Behave would load for some features, with the adapter installed.

    Args:
        tests: The feature files, absolute; without any, those that ``features`` will hold are meant.
        root: The project's folder, absolute.
        read: Reads files.

    Raises:
        ConfigurationError: If Behave is not installed.
        RefusedError: If an environment file is such that nobody knows where to add to it.
        SourceError: If a file cannot be read.
    """
    seen: set[Path] = set()
    for file in _environments(sorted({file.parent for file in tests}) or [root / "features"], root):
        if file not in seen:
            seen.add(file)
            content = read(file)
            new = NEW_FILE.encode() if content is None else add_install(content, relative_path(file))
            yield Wiring(file, new, "the adapter of Behave")


def _environments(folders: Sequence[Path], root: Path) -> Iterator[Path]:
    """The environment files that do not install the adapter, whether they are there or not."""
    for folder in folders:
        start = find_start(folder, root)
        try:
            settings, unreadable = read_settings(start)
        except ImportError as error:
            hint = "install bugcapture again with its extra: [behave]"
            raise ConfigurationError(f"Behave is needed to read its configuration: {error}", hint=hint) from error
        for finding in unreadable:
            raise SourceError(finding.message, where=finding.where)
        if runs_own_runner(settings):
            continue
        suite = open_suite(start, root, settings)
        for problem in suite.problems(folder):
            yield Path(problem.path).absolute() if problem.path else suite.environment(folder)
