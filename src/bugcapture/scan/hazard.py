"""A place in a test suite that can make a test lie."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable


class Level(StrEnum):
    """How bad it is, when it is as it looks."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(Level)}


class Confidence(StrEnum):
    """How sure it is that it is as it looks."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Observed(StrEnum):
    """What a run of the tests has shown of it."""

    CONFIRMED = "confirmed"
    NOT_REACHED = "not reached"
    REFUTED = "refuted"


class Span(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A part of a file.

    Attributes:
        line: The line where it begins, from 1.
        column: The byte in that line, from 0, as `ast` counts.
        end_line: The line where it ends.
        end_column: The byte behind its end.
    """

    line: int
    column: int
    end_line: int
    end_column: int


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Where a node stands.

    Args:
        node: Some syntax.
    """
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)


class Step(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One place on the way from a mock to the code that it deceives.

    Attributes:
        path: The file.
        line: The line.
        text: What happens there.
    """

    path: str
    line: int
    text: str


class Hazard(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One finding.

    Attributes:
        path: The file as reports name it.
        span: Where it stands.
        rule: The code of its rule, such as ``MK101``.
        level: How bad it is.
        confidence: How sure that is.
        message: What is wrong, in one printable sentence.
        symbol: The function or class around it, such as ``TestCart.test_total``; empty at the top of a file.
        subject: What it is about, such as ``openfga.check_permission``.
        trace: The way from there to the code that is deceived.
        made: Where the mock was made, when that is another file than the one where it stands; first in the trace.
        fixtures: The names of the fixture that it stands in and of those that ask for it, where nothing else of
            the module does; empty elsewhere.
        unfixable: Why it has no fix although its rule has one; empty where it has.
        recipe: A snippet that shows it when it is run; empty where it cannot be shown alone.
        verified: Whether that was run and has shown it.
        observed: What a run of the tests has shown of it; None where no run was asked, or a run cannot show it.
    """

    path: str
    span: Span
    rule: str
    level: Level
    confidence: Confidence
    message: str
    symbol: str = ""
    subject: str = ""
    trace: tuple[Step, ...] = ()
    recipe: str = ""
    verified: bool = False
    observed: Observed | None = None
    made: Step | None = None
    fixtures: tuple[str, ...] = ()
    unfixable: str = ""

    @property
    def order(self) -> tuple[str, Span, str, str]:
        """The order in which findings are shown."""
        return (self.path, self.span, self.rule, self.subject)

    @property
    def is_leak(self) -> bool:
        """Whether it is about what a test leaves to others: the environment, or a patch."""
        return self.rule.startswith(("ENV", "MK3"))


def lowered(hazards: Iterable[Hazard], is_less: Callable[[Hazard], bool]) -> list[Hazard]:
    """The same findings; some that are worse than medium are medium, or leaks that are worse than low, low.

    Args:
        hazards: Findings.
        is_less: Which of them are less bad than they look; asked only of those that this would change.
    """
    return [
        msgspec.structs.replace(one, level=most) if one.level.rank < most.rank and is_less(one) else one
        for one in hazards
        for most in [Level.LOW if one.is_leak else Level.MEDIUM]
    ]
