"""A captured bug's test, as it stands in the sources."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bugcapture.core.expectation import NO_EXPECTATION, Expectation

if TYPE_CHECKING:
    from bugcapture.core.tags import TestTags


class State(StrEnum):
    """Where a bug is in its life."""

    CAPTURED = "captured"
    GUARDED = "guarded"


@dataclass(frozen=True, slots=True, order=True)
class TagSite:
    """Where one tag stands in a file.

    Attributes:
        path: The file.
        line: The line, from 1.
        name: The tag as written there, without ``@``; it may hold placeholders.
        owner: What carries it: ``Feature``, ``Rule``, ``Scenario``, ``Scenario Outline``, ``Examples``, …
        owner_line: The line of that element.
    """

    path: str
    line: int
    name: str
    owner: str = ""
    owner_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One test that carries bug numbers.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        path: The file, with forward slashes.
        line: The line of the test, from 1; of the row for a row of an outline.
        name: The test's name.
        tags: Its bug numbers and whether the switch is on.
        all_tags: Every tag in effect for the test.
        expectation: The failure that it declares.
        switches: Where the switches in effect stand.
        case_line: Where the marks of a single case of a parametrised test stand; 0 for a whole test.
    """

    framework: str
    path: str
    line: int
    name: str
    tags: TestTags
    all_tags: tuple[str, ...] = ()
    expectation: Expectation = NO_EXPECTATION
    switches: tuple[TagSite, ...] = ()
    case_line: int = 0

    @property
    def where(self) -> str:
        """The place as ``path:line``."""
        return f"{self.path}:{self.line}"

    @property
    def shown(self) -> str:
        """The place as people look for it: that of the case, where only one case is captured."""
        return f"{self.path}:{self.case_line or self.line}"

    @property
    def state(self) -> State:
        """``captured`` while the switch is on, ``guarded`` afterwards."""
        return State.CAPTURED if self.tags.expected_fail else State.GUARDED
