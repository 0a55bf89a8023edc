"""What names in a test can stand for, as far as mocks and patches are concerned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bugcapture.scan.mocks import Made, Mock, Path

if TYPE_CHECKING:
    import ast

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.hazard import Span


class Ref(msgspec.Struct, frozen=True):
    """A mock, or a child of one."""

    mock: Mock
    path: Path = ()


@dataclass(slots=True, eq=False)
class Patch:
    """One call of `patch`.

    Attributes:
        target: What it replaces, as far as it is written there.
        call: The call.
        span: Where.
        how: ``context``, ``decorator``, ``start``, ``enter``, ``handed`` over to who stops it, or empty.
        place: The name that holds the patcher, or what it started.
        function: The function around it.
        mock: What it puts in place; None when that is no mock, or not known.
        gives: Whether it hands a mock over.
        known: Whether what it replaces is named by a text, or begins with something imported.
    """

    target: str
    call: ast.Call
    span: Span
    how: str = ""
    place: str = ""
    function: TestFunction | None = None
    mock: Mock | None = None
    gives: bool = True
    known: bool = True

    @property
    def symbol(self) -> str:
        """The name of that function, as findings say it; empty for none."""
        return self.function.qualname if self.function is not None else ""


class Gives(msgspec.Struct, frozen=True):
    """A function that gives a mock to those who call it, and is none itself."""

    value: Ref


Value = Ref | Patch | Made | Gives | None
Environment = dict[str, Value]


@dataclass(slots=True)
class Seen:
    """All that was seen in a module.

    Attributes:
        mocks: The mocks, in the order in which they were made.
        patches: The patches.
        stops: Places that stop patches: names, and ``stopall`` for all of them.
    """

    mocks: list[Mock] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    stops: list[tuple[TestFunction | None, str]] = field(default_factory=list)
