"""What a rule about hooks is: a code, and a question about the facts; the text of its module explains it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bugcapture.core.finding import Finding
    from bugcapture.hooks.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRule:
    """One rule.

    Attributes:
        code: Such as ``HK101``.
        check: Finds what is wrong.
    """

    code: str
    check: Callable[[Facts], Iterable[Finding]]

    @property
    def title(self) -> str:
        """The first line of its explanation, without the full stop."""
        return self.explanation.partition("\n")[0].rstrip(".").replace("``", "")

    @property
    def explanation(self) -> str:
        """What its module says."""
        return sys.modules[self.check.__module__].__doc__ or ""


@cache
def all_rules() -> tuple[HookRule, ...]:
    """All rules, by their codes: each module of `bugcapture.hooks.rules` holds one."""
    from bugcapture.hooks import rules  # noqa: PLC0415 - the rules need this module

    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    return tuple(importlib.import_module(f"{rules.__name__}.{name}").RULE for name in names)
