"""What a scan tells: what was found in files, without what comments and settings hold back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from bugcapture.core.finding import Finding
from bugcapture.scan.hazard import Hazard, Level
from bugcapture.scan.rule import asked_in
from bugcapture.scan.suppress import apply_suppressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.project.config import ScanSettings
    from bugcapture.scan.found import Found
    from bugcapture.scan.rule import Rule


@dataclass(slots=True)
class ScanResult:
    """What a scan found.

    Attributes:
        hazards: The findings, in order, at or above the level that was asked for.
        problems: Files that cannot be read, and comments that hold nothing back.
        files: How many test files were scanned.
        suppressed: How many findings comments held back.
        known: How many findings the baseline knows.
        gone: How many findings of the baseline are gone.
        dropped: How many findings were run and have shown nothing.
    """

    hazards: list[Hazard] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    files: int = 0
    suppressed: int = 0
    known: int = 0
    gone: int = 0
    dropped: int = 0

    def take(self, name: str, found: Found, settings: ScanSettings, rules: Sequence[Rule]) -> None:
        """Take in what was found in a file, without what comments and settings hold back.

        Args:
            name: The file.
            found: What was found.
            settings: What the project sets.
            rules: The rules that were asked anywhere.
        """
        if found.problem:
            self.problems.append(Finding(name, found.line, "P1", found.problem))
            return
        asked = asked_in(name, settings, rules)
        hazards = found.hazards
        if not name.isascii():  # It may be no text, and was kept as one.
            hazards = [changed(hazard, path=name) for hazard in hazards]
        hazards = [hazard for hazard in hazards if hazard.rule in asked]
        if found.suppressions:
            left, problems = apply_suppressions(name, hazards, found.suppressions, asked)
            self.suppressed += len(hazards) - len(left)
            self.problems += problems
            hazards = left
        self.hazards += hazards


def at_least(result: ScanResult, level: str) -> ScanResult:
    """The same without what is less bad than a level.

    Args:
        result: What was found.
        level: One of `bugcapture.scan.hazard.Level`.
    """
    limit = Level(level).rank
    return replace(result, hazards=[hazard for hazard in result.hazards if hazard.level.rank <= limit])
