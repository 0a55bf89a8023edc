"""What the caller of a function is doing with it, as its bytecode tells."""

from __future__ import annotations

import dis
import inspect
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import CodeType, FrameType

# What the compiler puts between two instructions of interest.
_FILLING: Final = ("CACHE", "EXTENDED_ARG", "NOT_TAKEN", "NOP")
_TEST: Final = ("TO_BOOL", "POP_JUMP")
_ASYNC: Final = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
_ATTRIBUTE: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
# `hasattr(x, "name")` has two arguments, `bool(x)` has one.
_TWO: Final = 2
_RERAISE_FROM_WITH: Final = 2


class _Listing:
    """The instructions of one code object; holds it, so that its identity stays its own."""

    def __init__(self, code: CodeType) -> None:
        self._code = code

    @cached_property
    def _all(self) -> tuple[list[int], list[dis.Instruction]]:
        instructions = list(dis.get_instructions(self._code))
        return [one.offset for one in instructions], instructions

    def at(self, offset: int) -> dis.Instruction | None:
        """The instruction that runs; None where nothing has run."""
        offsets, instructions = self._all
        place = bisect_right(offsets, offset) - 1
        return instructions[place] if place >= 0 else None

    def following(self, offset: int, *, over: tuple[str, ...] = ()) -> dis.Instruction | None:
        """The next one that counts."""
        offsets, instructions = self._all
        place = bisect_right(offsets, offset)
        return next((one for one in instructions[place:] if not one.opname.startswith((*_FILLING, *over))), None)


class Instructions:
    """Reads the bytecode of callers, each code object once."""

    def __init__(self) -> None:
        self._listings: dict[int, _Listing] = {}

    def awaits(self, frame: FrameType) -> bool:
        """Whether the result of the running call is awaited at once.

        Args:
            frame: The caller.
        """
        code = frame.f_code
        if not code.co_flags & _ASYNC:
            return False
        following = self._listing(code).following(frame.f_lasti)
        return following is not None and following.opname == "GET_AWAITABLE"

    def leaves_with(self, frame: FrameType) -> bool:
        """Whether it is a ``with`` statement that asks if it shall swallow the exception in flight.

        Args:
            frame: The caller.
        """
        following = self._listing(frame.f_code).following(frame.f_lasti, over=_TEST)
        return following is not None and following.opname == "RERAISE" and following.arg == _RERAISE_FROM_WITH

    def asks_for(self, name: str, frame: FrameType) -> bool:
        """Whether it asks an object for an attribute, and does not use it by an operator.

        Args:
            name: The attribute.
            frame: The caller.
        """
        code = frame.f_code
        if name not in code.co_names and name not in code.co_consts:
            return False
        running = self._listing(code).at(frame.f_lasti)
        if running is None:
            return False
        called = running.opname.startswith(("PRECALL", "CALL")) and (running.arg or 0) >= _TWO
        return running.opname in _ATTRIBUTE or called

    def _listing(self, code: CodeType) -> _Listing:
        listing = self._listings.get(id(code))
        if listing is None:
            listing = self._listings[id(code)] = _Listing(code)
        return listing
