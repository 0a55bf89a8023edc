"""A scan of the whole suite for the generated documents, and what earlier ones have counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import RULES
from bugcapture.project import git
from bugcapture.project.files import read_bytes
from bugcapture.project.hazard_counts import FILE as COUNTS_FILE
from bugcapture.project.hazard_counts import (
    HazardCounts,
    append_counts,
    count_risks,
    read_hazard_counts,
    write_hazard_counts,
)
from bugcapture.project.paths import relative_path
from bugcapture.scan.discover import find_sources
from bugcapture.scan.project import ScanOptions, find_dist, scan_project
from bugcapture.scan.rule import all_rules
from bugcapture.workflow.reports.document import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bugcapture.project.config import Project, ScanSettings
    from bugcapture.scan.result import ScanResult
    from bugcapture.workflow.reports.folder import ReportFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One scan of the whole suite.

    Attributes:
        result: The findings of all risks, also those that a baseline knows.
        inputs: What it was made from.
        history: What was counted each time, and now.
        added: The line that comes to the counts; empty when they are the last ones.
    """

    result: ScanResult
    inputs: Mapping[str, str]
    history: Sequence[HazardCounts]
    added: str


def scan_everything(
    project: Project,
    folder: ReportFolder,
    now: datetime,
    on_progress: Callable[[int, int], None],
    *,
    writing: bool,
) -> Scanned:
    """Scan the whole suite.

    Args:
        project: The project, whose folder is the working directory.
        folder: Its report folder.
        now: The time.
        on_progress: Called with the numbers of files that were read and that have to be.
        writing: Whether the counts are about to be written.

    Raises:
        ConfigurationError: If a setting matches nothing.
        SourceError: If the counts of earlier scans cannot be read.
    """
    settings = project.settings.scan
    settings = replace(settings, dist=settings.dist if settings.dist is not None else find_dist(project.root))
    inputs = _inputs(project, settings)
    result = scan_project(project, (), ScanOptions(level="info"), use_baseline=False, on_progress=on_progress)
    file = folder.path / COUNTS_FILE
    history, added = _count(project, result, file, now)
    content = file.read_bytes() if file.exists() else b""
    content = append_counts(content, added) if writing else content
    if content:
        inputs[relative_path(file)] = digest(content)
    return Scanned(result=result, inputs=inputs, history=history, added=added)


def mock_trend(history: Sequence[HazardCounts]) -> list[tuple[datetime, Mapping[str, int]]]:
    """The counts of findings about mocks, each time when they became others.

    Args:
        history: What was counted each time.
    """
    trend: list[tuple[datetime, Mapping[str, int]]] = []
    for one in history:
        if one.mocks is not None and (not trend or trend[-1][1] != one.mocks):
            trend.append((one.at, one.mocks))
    return trend


def is_about_mocks(rule: str) -> bool:
    """Whether a rule is about mocks, by its code."""
    return rule.startswith("MK")


def rule_names() -> dict[str, str]:
    """What each rule is called, by its code."""
    return {**RULES, **{rule.code: rule.title for rule in all_rules()}}


def _inputs(project: Project, settings: ScanSettings) -> dict[str, str]:
    sources = find_sources(project.root, settings)
    inputs = {"settings of scan": digest(repr(settings).encode())}
    for name, file in {**sources.tests, **sources.program, **sources.conftests}.items():
        try:
            inputs[name] = digest(read_bytes(file))
        except SourceError:
            inputs[name] = ""  # The scan tells.
    return inputs


def _count(project: Project, result: ScanResult, file: Path, now: datetime) -> tuple[Sequence[HazardCounts], str]:
    """All counts with those of now at the end, and the line that is new; empty when they are the last ones."""
    history = read_hazard_counts(file)
    counts = count_risks(hazard.level.value for hazard in result.hazards)
    mocks = count_risks(hazard.level.value for hazard in result.hazards if is_about_mocks(hazard.rule))
    if history and (history[-1].counts, history[-1].mocks) == (counts, mocks):
        return history, ""
    counted = HazardCounts(at=now, commit=git.head_commit(project.root), counts=counts, mocks=mocks)
    return (*history, counted), write_hazard_counts(counted)
