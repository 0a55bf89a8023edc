"""Repair the files of a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.diff import unified_diff
from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.core.text import printable
from bugcapture.project.files import read_bytes, replace_files
from bugcapture.scan.repair import Refusal, repair
from bugcapture.scan.rule import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bugcapture.scan.hazard import Hazard


@dataclass(frozen=True, slots=True)
class FileChange:
    """The change of one file.

    Attributes:
        path: The file as findings name it, seen from the working directory.
        old: Its content before.
        new: Its content afterwards.
    """

    path: str
    old: bytes
    new: bytes

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        return unified_diff(self.path, self.old, self.new)


@dataclass(slots=True)
class FixPlan:
    """What is repaired, and what is not.

    Attributes:
        changes: The files that change.
        done: The findings that are repaired.
        refused: Those that are not.
    """

    changes: list[FileChange] = field(default_factory=list)
    done: list[Hazard] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def plan_fixes(
    hazards: Iterable[Hazard], *, unsafe: bool, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> FixPlan:
    """Find out what becomes of the files; nothing is written.

    Args:
        hazards: Findings with paths as seen from the working directory.
        unsafe: Whether fixes that may change what a test says are made as well.
        on_progress: Called with the numbers of files that were looked at and that have to be.

    Raises:
        SourceError: If a file cannot be read any more.
    """
    by_file: dict[str, list[Hazard]] = {}
    rules = [rule for rule in all_rules() if rule.repair is not None]
    fixable = {rule.code for rule in rules}
    plan = FixPlan()
    for hazard in hazards:
        if hazard.rule in fixable:
            if hazard.made is not None:
                reason = f"the mock is made at {hazard.made.path}:{hazard.made.line}, for other tests as well"
                plan.refused.append(Refusal(hazard, reason))
            else:
                by_file.setdefault(hazard.path, []).append(hazard)
    for number, (path, found) in enumerate(sorted(by_file.items()), start=1):
        content = read_bytes(Path(path))
        result = repair(content, found, rules, unsafe=unsafe)
        plan.done += result.done
        plan.refused += result.refused
        if result.content != content:
            plan.changes.append(FileChange(path, content, result.content))
        on_progress(number, len(by_file))
    return plan


def write_fixes(plan: FixPlan, backup: Path | None = None) -> None:
    """Write what was planned, all files or none.

    Args:
        plan: The plan.
        backup: A folder that gets each file as it was, with ``.orig`` behind its name, so that no framework
            collects it; None for no copies.

    Raises:
        RefusedError: If a file was changed meanwhile or is read-only, or a copy is there already.
        SourceError: If writing fails. Nothing is changed then.
    """
    if backup is not None:
        _copy(plan, backup)
    replace_files({Path(change.path): (change.old, change.new) for change in plan.changes})


def _copy(plan: FixPlan, backup: Path) -> None:
    copies = {backup / f"{_inside(change.path)}.orig": change.old for change in plan.changes}
    for copy in copies:
        if copy.exists():
            hint = "name another folder: --backup"
            raise RefusedError(
                "is there already, and no copy takes its place", where=printable(str(copy)), hint=hint
            )
    for copy, content in copies.items():
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
        except OSError as error:
            raise SourceError(f"cannot be written: {error.strerror}", where=printable(str(copy))) from error


def _inside(path: str) -> Path:
    """A path without what would lead out of the folder."""
    return Path(*(part for part in Path(path).parts if part not in {"..", Path(path).anchor}))
