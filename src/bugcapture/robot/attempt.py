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
from robot.errors import TimeoutError as RobotTimeout  # Its name in all versions.

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETUP_OR_TEARDOWN = frozenset({"SETUP", "TEARDOWN"})
_NOT_PASSED = frozenset({"FAIL", "SKIP"})
# What shows only that a test could not be run.
_NO_BUG = (DataError, ImportError, TimeoutError, RobotTimeout)


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
        errors: The single failures that Robot goes on with; ``Pass Execution`` gathers more on its way up.
    """

    data: Any
    result: Any
    kind: CallKind
    error: BaseException | None
    errors: tuple[BaseException | None, ...]

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

    @property
    def shows_no_bug(self) -> bool:
        """Whether it is never the failure of a bug, wherever a test expects one."""
        unknown = self.original is None or isinstance(self.original, _NO_BUG)
        return unknown or bool(in_setup_or_teardown(self.calls))

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
        call = Call(data, result, kind, error, tuple(_errors_of(error)))
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
        for error in call.errors:
            yield from self._read(error, call)

    def _read(self, error: BaseException | None, outer: Call) -> Iterator[Raised]:
        original = error.__context__ if isinstance(error, ExecutionStatus) else error
        # A library may raise one object several times: here or earlier, where it was caught.
        for origin, call in reversed(self._origins):
            if origin is original and self._is_inside(call, outer):
                yield from self._look_through(call, origin) or (Raised(error, origin, self._around(call)),)
                return
        yield Raised(error, None, self._around(outer))

    def _look_through(self, call: Call, original: BaseException) -> list[Raised]:
        """What stands behind a keyword's own error about the failure of another keyword that it ran.

        ``Wait Until Keyword Succeeds`` makes an assertion of whatever failed at last. ``Run Keyword And Expect
        Error`` makes one of any other error, and so may a library: that counts, unless the error shows only that
        the test could not be run.
        """
        built_in = getattr(call.result, "owner", "") == "BuiltIn"
        behind = original.__context__
        if isinstance(behind, ExecutionStatus) and self._was_inside(behind, call):
            errors = [one for one in _errors_of(behind) if getattr(one, "__context__", None) is not original]
            inner = [found for error in errors for found in self._read(error, call)]
            if built_in and not all(isinstance(found.original, AssertionError) for found in inner):
                return inner
        elif built_in:
            children = [child for child in self._calls.values() if child.result.parent is call.result]
            inner = [found for child in children for found in self._read_call(child)]
        else:
            return []
        return [found for found in inner if found.shows_no_bug]

    def _was_inside(self, error: ExecutionStatus, outer: Call) -> bool:
        """Whether one of Robot's own objects came out of something that a call ran.

        What another listener made fail has no error, and an object of Robot that has no cause.
        """
        seen = {id(error), id(error.__context__)}
        return any(id(call.error) in seen and self._is_inside(call, outer) for call in self._calls.values())

    def _is_inside(self, call: Call, outer: Call) -> bool:
        return any(one is outer for one in self._around(call))

    def _around(self, call: Call) -> tuple[Call, ...]:
        nodes = [call.result]
        while nodes[-1].parent is not self._result:
            nodes.append(nodes[-1].parent)
        return tuple(self._calls[id(node)] for node in reversed(nodes) if id(node) in self._calls)


def _errors_of(error: BaseException | None) -> list[BaseException | None]:
    """The single failures that Robot would go on with.

    ``Run Keyword And Return`` hands on the failure of a user keyword as a whole, which holds the single ones; what
    is single holds itself.
    """
    if isinstance(error, ExecutionPassed):
        error = error.earlier_failures
    if not isinstance(error, ExecutionStatus):
        return [error]
    return [single for one in error.get_errors() for single in ([one] if one is error else _errors_of(one))]


def in_setup_or_teardown(calls: tuple[Call, ...]) -> str:
    """``SETUP`` or ``TEARDOWN`` when one of some calls is that of its test or keyword, else an empty string."""
    return next((call.result.type for call in calls if call.result.type in _SETUP_OR_TEARDOWN), "")
