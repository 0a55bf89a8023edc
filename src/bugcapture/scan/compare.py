"""What another checker reported in a project, and what becomes of each of its findings here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import SourceError
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.scan.discover import find_sources
from bugcapture.scan.parse import parse
from bugcapture.scan.presets import adr56, pollution
from bugcapture.scan.project import ScanOptions, scan_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bugcapture.project.config import Project
    from bugcapture.scan.hazard import Hazard
    from bugcapture.scan.presets.report import Reported

PRESETS: Final = {"adr-56": adr56.report, "pollution-report": pollution.report}


def compare(
    project: Project,
    preset: str,
    paths: Sequence[Path],
    options: ScanOptions,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Reported]:
    """What a checker reported, in the order of its files; files that cannot be parsed are left out, as it did.

    Args:
        project: The project.
        preset: One of `PRESETS`.
        paths: Files and folders; none for all tests.
        options: How to scan; levels and the baseline do not count.
        on_progress: Called with the numbers of files that were read and that have to be.

    Raises:
        ConfigurationError: If a path does not exist, or a setting cannot be used.
    """
    # What is only noted, that a mock has no spec, does not keep what the one checker said of its answer.
    asked = replace(options, level="low" if preset == "adr-56" else "info")
    result = scan_project(project, paths, asked, use_baseline=False, on_progress=on_progress)
    hazards: dict[str, list[Hazard]] = {}
    for hazard in result.hazards:
        hazards.setdefault(hazard.path, []).append(hazard)
    found: list[Reported] = []
    for name, file in sorted(find_sources(project.root, project.settings.scan, paths).tests.items()):
        if preset != "adr-56" and not PurePosixPath(name).name.startswith("test_"):
            continue
        path = relative_path(project.root / name, Path.cwd())
        try:
            tree = parse(read_bytes(file))
        except (SourceError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found += PRESETS[preset](path, tree, hazards.get(path, []))
    return found
