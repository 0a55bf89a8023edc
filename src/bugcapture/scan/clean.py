"""The scan as a test."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import os


def assert_clean(
    *paths: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    level: Literal["critical", "high", "medium", "low", "info"] | None = None,
) -> None:
    """Fail unless the tests of a project are free of what ``bugcapture scan`` finds.

    Args:
        *paths: Files and folders to scan, as seen from ``root``; none for all tests of the project.
        root: A folder in the project, whose settings and baseline count; None for that of the file that calls.
        select: Rules, or the beginnings of their codes, to ask instead of those of the settings.
        ignore: Rules that are not asked, besides those of the settings.
        level: How bad a finding has to be; None for that of the settings.

    Raises:
        AssertionError: If there is a finding or a file that cannot be read; it names them all.
        bugcapture.core.errors.ConfigurationError: If a path does not exist, or a rule is unknown.
    """
    __tracebackhide__ = True
    from bugcapture.project.config import find_project  # noqa: PLC0415 - imported by every run of a user's tests
    from bugcapture.scan.project import ScanOptions, scan_project  # noqa: PLC0415

    folder = Path(root) if root is not None else Path(_calling_file()).parent
    project = find_project(folder)
    base = folder if root is not None else project.root
    options = ScanOptions(select=select, ignore=ignore, level=level)
    result = scan_project(project, [base / path for path in paths], options)
    lines = [f"{problem.where}: {problem.rule} {problem.message}" for problem in result.problems]
    lines += [f"{one.path}:{one.span.line}: {one.rule} {one.message}" for one in result.hazards]
    if lines:
        raise AssertionError("\n".join(["bugcapture scan found:", *lines]))


def _calling_file() -> str:
    """The file of the function that has called; any name in the working directory where that is no project's."""
    file = str(sys._getframe(2).f_globals.get("__file__", "-"))  # noqa: SLF001 - faster than all of `inspect`
    foreign = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    return "-" if any(Path(file).is_relative_to(folder) for folder in foreign) else file
