"""What a rule is: a code, a question about a module, and cases that show what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.rules import Explained, rules_of
from bugcapture.core.text import printable
from bugcapture.scan.discover import codes_for

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping

    from bugcapture.project.config import ScanSettings
    from bugcapture.scan.hazard import Hazard, Level
    from bugcapture.scan.index import ProductionIndex
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.repair import Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a rule may look at besides the module.

    Attributes:
        index: The program.
        dist: How pytest-xdist distributes tests, such as ``loadgroup``; empty where nothing says it.
    """

    index: ProductionIndex
    dist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A piece of a test suite that shows what a rule is about.

    Attributes:
        test: The test module.
        program: Files of the program, by path.
        config: The text of pyproject.toml.
        line: The line of the finding; 0 where there is none.
        level: How bad it is there; None where that does not matter.
    """

    test: str
    program: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    line: int = 0
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Explained):
    """One rule; the text of its module explains it.

    Attributes:
        code: Such as ``MK101``.
        name: In words, such as ``authz-mock-unconfigured``.
        level: How bad it is at worst.
        check: Finds the hazards of a module.
        fixable: ``safe``, ``unsafe`` or empty.
        repair: What becomes of the call that made the mock, or why nothing does; None where there is no fix.
        enabled: Whether it is asked where nothing is selected.
        anywhere: Whether it looks at files that name no mock, no patch and no environment as well.
        invalid: Cases with a finding.
        valid: Cases without one.
    """

    code: str
    name: str
    level: Level
    check: Callable[[TestModule, Scope], Iterable[Hazard]]
    fixable: str = ""
    repair: Callable[[Hazard, ast.Call], Repair | str] | None = None
    enabled: bool = True
    anywhere: bool = False
    invalid: tuple[Case, ...] = ()
    valid: tuple[Case, ...] = ()


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules, by their codes: each module of `bugcapture.scan.rules` holds one."""
    from bugcapture.scan import rules  # noqa: PLC0415 - the rules need this module

    return tuple(sorted(rules_of(rules), key=lambda rule: rule.code))


def choose_rules(settings: ScanSettings) -> tuple[Rule, ...]:
    """The rules that a project asks.

    Args:
        settings: Its settings: codes, or the beginnings of codes.

    Raises:
        ConfigurationError: If one of them is the beginning of no code.
    """
    rules = all_rules()
    by_path = (settings.per_path_ignores, settings.per_path_select)
    named = [
        *settings.select,
        *settings.ignore,
        *(code for per_path in by_path for codes in per_path.values() for code in codes),
    ]
    for code in named:
        if not any(rule.code.startswith(code) for rule in rules) or not code:
            known = ", ".join(rule.code for rule in rules)
            raise ConfigurationError(f"there is no rule {printable(code) or 'without a name'}; there are {known}")
    somewhere = tuple(code for codes in settings.per_path_select.values() for code in codes)
    chosen = [rule for rule in rules if _is_selected(rule, settings) or rule.code.startswith(somewhere)]
    return tuple(rule for rule in chosen if not rule.code.startswith(settings.ignore))


def asked_in(name: str, settings: ScanSettings, rules: Iterable[Rule]) -> frozenset[str]:
    """The codes of the rules that a project asks in a file.

    Args:
        name: Its path below the root.
        settings: The settings.
        rules: All that it asks anywhere.
    """
    select = codes_for(name, settings.per_path_select)
    ignore = codes_for(name, settings.per_path_ignores)
    return frozenset(
        rule.code
        for rule in rules
        if (rule.code.startswith(select) if select else _is_selected(rule, settings))
        and not rule.code.startswith(ignore)
    )


def _is_selected(rule: Rule, settings: ScanSettings) -> bool:
    return rule.code.startswith(settings.select) if settings.select else rule.enabled
