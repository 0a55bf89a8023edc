"""``check``: are the tags right, and will the captures be judged at all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding, Severity
from bugcapture.workflow.ratchet import check_ratchet
from bugcapture.workflow.sources import DIALECTS, read_inventory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.project.config import Project


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the check found.

    Attributes:
        findings: All problems, in the order of their places.
        files: How many test files were looked at.
        captures: How many captured tests they hold.
        bugs: How many bugs these tests belong to.
    """

    findings: tuple[Finding, ...]
    files: int
    captures: int
    bugs: int

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def check(
    project: Project, paths: Sequence[str | Path], *, wiring: bool = True, ratchet: bool = False
) -> CheckResult:
    """Check tags, declared expectations and the wiring of a project's tests.

    Args:
        project: The project; its settings apply.
        paths: Files and folders; the working directory when there are none.
        wiring: Whether to look for the adapters as well.
        ratchet: Whether to compare the open captures with what the project allows.

    Raises:
        ConfigurationError: If a path does not exist or is no test file, or the project sets no limit.
    """
    # The limits are those of the whole project, wherever it is asked from.
    inventory = read_inventory([project.root] if ratchet else paths)
    findings = list(inventory.unreadable)
    for _, source in inventory.sources:
        findings += source.check(project.settings.policy)
    captures = inventory.captures
    if wiring:
        for dialect in DIALECTS:
            own = [capture for capture in captures if capture.framework == dialect.name]
            assumed = dialect.name in project.settings.assume_wired
            findings += dialect.check_wiring(own, project.root, assume_installed=assumed)
    if ratchet:
        findings += check_ratchet(project, captures)
    return CheckResult(
        findings=tuple(sorted(set(findings))),
        files=inventory.files,
        captures=len(captures),
        bugs=len({number for capture in captures for number in capture.tags.ids}),
    )
