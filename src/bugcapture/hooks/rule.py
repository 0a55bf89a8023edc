"""What a rule about hooks is: a code, and a question about the facts; the text of its module explains it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bugcapture.core.rules import Explained, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bugcapture.core.finding import Finding
    from bugcapture.hooks.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRule(Explained):
    """One rule.

    Attributes:
        code: Such as ``HK101``.
        check: Finds what is wrong.
    """

    code: str
    check: Callable[[Facts], Iterable[Finding]]


@cache
def all_rules() -> tuple[HookRule, ...]:
    """All rules, by their codes: each module of `bugcapture.hooks.rules` holds one."""
    from bugcapture.hooks import rules  # noqa: PLC0415 - the rules need this module

    return tuple(rules_of(rules))
