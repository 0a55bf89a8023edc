"""What fails while one test runs.

Robot hands its own failures upwards as objects: a keyword's ``HandlerExecutionFailed``, raised while the
original exception is handled, is collected by everything around it and comes out of the test's body again.
So the failures that make a test fail are known by identity, and nothing that was caught meanwhile is taken
for one of them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from robot.errors import DataError, ExecutionPassed, ExecutionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETUP_OR_TEARDOWN = frozenset({"SETUP", "TEARDOWN"})
_NOT_PASSED = frozenset({"FAIL", "SKIP"})


class CallKind(Enum):
    """What an item of a body is."""

    LIBRARY = "library keyword"
    USER = "user keyword"
    INVALID = "invalid keyword"
    CONTROL = "control structure"


@dataclass(frozen=True, slots=True)
class Call:
    """One item of a body that failed.

    Attributes:
        data: What is called, a ``robot.running`` object.
        result: What came of it, a ``robot.result`` object.
        kind: What it is.
        error: What it raised, as the listener saw it.
    """

    data: Any
    result: Any
    kind: CallKind
    error: BaseException | None

    @property
    def is_keyword(self) -> bool:
        """Whether it is a keyword call."""
        return self.kind is not CallKind.CONTROL


@dataclass(frozen=True, slots=True)
class Raised:
    """One failure of the test.

    Attributes:
        error: Robot's own object, or the original exception when nothing stood between it and the test; None
            when another listener made the item fail.
        original: The original exception; None when there is none, or it is not known.
        calls: The item that failed and those around it, the one in the test's body first.
    """

    error: BaseException | None
    original: BaseException | None
    calls: tuple[Call, ...]

    @property
    def skips(self) -> bool:
        """Whether it only skips the test."""
        return self._says("skip", "ROBOT_SKIP_EXECUTION")

    @property
    def ends_run(self) -> bool:
        """Whether it ends the whole run."""
        return self._says("exit", "ROBOT_EXIT_ON_FAILURE")

    def _says(self, own: str, users: str) -> bool:
        return bool(getattr(self.error, own, False) or getattr(self.original, users, False))


class Attempt:
    """One attempt of one captured test.

    Args:
        result: The ``robot.result.TestCase``.
        docs: The documentation of its suites, outermost first.
    """

    def __init__(self, result: Any, docs: tuple[str, ...] = ()) -> None:
        self.tags = tuple(result.tags)
        self.docs = (result.doc, *reversed(docs))
        self._result = result
        self._calls: dict[int, Call] = {}
        self._origins: list[tuple[BaseException, Call]] = []
        self._tops: list[Call] = []

    def end_call(self, data: Any, result: Any, kind: CallKind) -> None:
        """An item of a body ends.

        Args:
            data: What was called.
            result: What came of it.
            kind: What it is.
        """
        if result.status not in _NOT_PASSED:
            return
        error = sys.exc_info()[1]  # Robot calls listeners while it handles what the item raised.
        call = Call(data, result, kind, error)
        self._calls[id(result)] = call
        if error is not None and not isinstance(error, ExecutionStatus):
            self._origins.append((error, call))
        if result.parent is self._result:
            self._tops.append(call)

    @property
    def raised(self) -> list[Raised]:
        """The failures of the test, in the order in which they happened."""
        return [found for top in self._tops for found in self._read_call(top)]

    def _read_call(self, call: Call) -> Iterator[Raised]:
        for error in _errors_of(call.error):
            yield from self._read(error, call)

    def _read(self, error: BaseException | None, outer: Call) -> Iterator[Raised]:
        original = error.__context__ if isinstance(error, ExecutionStatus) else error
        call = next((call for origin, call in self._origins if origin is original), None)
        if call is None:
            yield Raised(error, None, self._around(outer))
        else:
            yield from self._look_through(call, original) or (Raised(error, original, self._around(call)),)

    def _look_through(self, call: Call, original: BaseException | None) -> list[Raised]:
        """What stands behind an assertion of a built-in keyword about another keyword's failure.

        ``Wait Until Keyword Succeeds`` makes one of whatever failed at last, and ``Run Keyword And Expect
        Error`` of any other error, also of one that shows only that the test could not be run.
        """
        if not isinstance(original, AssertionError) or getattr(call.result, "owner", "") != "BuiltIn":
            return []
        if isinstance(original.__context__, ExecutionStatus):
            inner = [found for error in _errors_of(original.__context__) for found in self._read(error, call)]
            return [] if all(isinstance(found.original, AssertionError) for found in inner) else inner
        children = [child for child in self._calls.values() if child.result.parent is call.result]
        inner = [found for child in children for found in self._read_call(child)]
        return [found for found in inner if isinstance(found.original, DataError)]

    def _around(self, call: Call) -> tuple[Call, ...]:
        nodes = [call.result]
        while nodes[-1].parent is not self._result:
            nodes.append(nodes[-1].parent)
        return tuple(self._calls[id(node)] for node in reversed(nodes) if id(node) in self._calls)


def _errors_of(error: BaseException | None) -> list[BaseException | None]:
    """The single failures that Robot would go on with."""
    if isinstance(error, ExecutionPassed):
        earlier = error.earlier_failures
        return list(earlier.get_errors()) if earlier else []
    return list(error.get_errors()) if isinstance(error, ExecutionStatus) else [error]


def in_setup_or_teardown(calls: tuple[Call, ...]) -> str:
    """``SETUP`` or ``TEARDOWN`` when one of some calls is that of its test or keyword, else an empty string."""
    return next((call.result.type for call in calls if call.result.type in _SETUP_OR_TEARDOWN), "")
