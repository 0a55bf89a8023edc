"""``hooks check``: is the hook what it should be?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Severity
from bugcapture.core.text import printable
from bugcapture.hooks.categories import DEFAULTS, compile_categories
from bugcapture.hooks.gather import gather_facts
from bugcapture.hooks.rule import all_rules
from bugcapture.project.config import setting_place

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.core.finding import Finding
    from bugcapture.hooks.facts import Facts
    from bugcapture.project.config import Project


@dataclass(frozen=True, slots=True)
class HookCheck:
    """What the check found.

    Attributes:
        facts: What is known of the hook.
        findings: What is wrong, in the order of places.
    """

    facts: Facts
    findings: tuple[Finding, ...]

    def failed(self, *, strict: bool) -> bool:
        """Whether any finding is an error; with ``strict``, whether there is any finding."""
        return any(strict or finding.severity is Severity.ERROR for finding in self.findings)


def check_hook(project: Project, folder: Path, hook_type: str, *, config_only: bool = False) -> HookCheck:
    """Check a hook; nothing of it is run.

    Args:
        project: The project; its settings apply.
        folder: A folder of the checkout.
        hook_type: The hook, such as ``pre-push``.
        config_only: Whether to look at the configuration alone, as if its hook were installed.

    Raises:
        ConfigurationError: If there is no checkout, nothing that configures hooks, or a setting that cannot be.
    """
    _require_settings(project)
    facts = gather_facts(folder, hook_type, project.settings.hooks, config_only=config_only)
    findings = {finding for rule in all_rules() for finding in rule.check(facts)}
    return HookCheck(facts, tuple(sorted(findings)))


def _require_settings(project: Project) -> None:
    settings = project.settings.hooks
    for name, patterns in settings.categories.items():
        try:
            compile_categories({name: patterns})
        except re.error as error:
            raise ConfigurationError(
                f"[tool.bugcapture.hooks] categories: {printable(name)} has a pattern that is none: "
                f"{printable(str(error))}",
                where=setting_place(project, "hooks", "categories"),
                hint="patterns are regular expressions",
            ) from error
    known = [*DEFAULTS, *(name for name in settings.categories if name not in DEFAULTS)]
    unknown = [name for name in settings.required or () if name not in known]
    if unknown:
        raise ConfigurationError(
            f"[tool.bugcapture.hooks] required: there is no category {printable(unknown[0])}",
            where=setting_place(project, "hooks", "required"),
            hint=f"known categories: {', '.join(map(printable, known))}; `categories` adds others",
        )
