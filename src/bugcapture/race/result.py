"""What a race showed, and the one assertion on it."""

from __future__ import annotations

import enum
import textwrap
from dataclasses import dataclass
from typing import Final

from bugcapture.core.errors import RaceError


class _Raised(enum.Enum):
    RAISED = "raised"

    def __repr__(self) -> str:
        return "RAISED"


RAISED: Final = _Raised.RAISED
"""Stands in `RaceResult.results` for a thread that raised instead of returning."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call of the meeting point.

    Attributes:
        thread: Name of the thread that called.
        seconds: When it called, in seconds since all threads were let go.
    """

    thread: str
    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerError:
    """What a thread raised.

    Attributes:
        thread: Name of the thread.
        exception: The exception, also one like SystemExit.
        traceback: The traceback as text, below the frames of the race itself.
    """

    thread: str
    exception: BaseException
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceResult:
    """What the threads of one race did.

    Attributes:
        meet_at: Name of the meeting point.
        threads: How many threads raced.
        entries: How often the meeting point was called, at once or one after the other.
        together: The most threads that were inside the window at the same moment.
        met: Whether all threads were inside the window at once.
        results: What each thread returned, by thread; `RAISED` where it raised.
        errors: What the threads raised, by thread.
        order: Who called the meeting point when, first call first.
    """

    meet_at: str
    threads: int
    entries: int
    together: int
    met: bool
    results: tuple[object, ...]
    errors: tuple[WorkerError, ...]
    order: tuple[Entry, ...]

    def expect(
        self, entries: int | None = None, errors: int | None = None, same_result: bool | None = None
    ) -> RaceResult:
        """Check the race against everything that is given, in one assertion.

        Args:
            entries: How often the meeting point may have been called, in total.
            errors: How many threads may have raised.
            same_result: True when no thread may have raised and all must have got the very same object
                (``is``); False when that must not be so.

        Returns:
            The result itself.

        Raises:
            AssertionError: Something is not as expected. Its first line is short and holds no times and no
                addresses, so that a pattern can name it; the lines below tell who entered, when, and what
                the threads raised.
            RaceError: Nothing was given to check.
        """
        __tracebackhide__ = True
        if entries is None and errors is None and same_result is None:
            raise RaceError(
                "expect() was called without an expectation, so it would always pass",
                hint="give at least one of entries=, errors=, same_result=",
            )
        problems = []
        if entries is not None and self.entries != entries:
            problems.append(f"{self._traffic()}, expected {entries}")
        if same_result is not None and self._same_result() is not same_result:
            problems.append("the threads did not all get the same result" if same_result else _ALL_SAME)
        if errors is not None and len(self.errors) != errors:
            problems.append(self._raised(errors))
        if problems:
            raise AssertionError(
                "\n".join([problems[0], *(f"also: {text}" for text in problems[1:]), self.describe()])
            )
        return self

    def describe(self) -> str:
        """Who entered the meeting point when, what each thread got, and the tracebacks of those that raised."""
        seen: list[object] = []
        lines = [f"at most {self.together} of {_threads(self.threads)} inside the meeting point at once"]
        lines += [f"{entry.thread} entered after {entry.seconds:.4f} s" for entry in self.order]
        lines += [
            f"{thread_name(number)} got {_numbered(result, seen)}"
            for number, result in enumerate(self.results)
            if result is not RAISED
        ]
        for error in self.errors:
            lines.append(f"{error.thread} raised {type(error.exception).__name__}:")
            lines.append(textwrap.indent(error.traceback.rstrip(), "  "))
        return textwrap.indent("\n".join(lines), "  ")

    def _same_result(self) -> bool:
        return not self.errors and all(result is self.results[0] for result in self.results)

    def _traffic(self) -> str:
        through = len({entry.thread for entry in self.order})
        times = "" if through == self.entries else f" {self.entries} times"
        return f"{_threads(through)} went through {self.meet_at}{times}"

    def _raised(self, expected: int) -> str:
        if expected == 0:
            return "at least one thread raised, expected none"
        return f"{_threads(len(self.errors))} raised, expected {expected}"


_ALL_SAME: Final = "all threads got the same result, expected different ones"


def thread_name(index: int) -> str:
    """The name of the thread with this index, counted from 0."""
    return f"race-{index + 1}"


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _numbered(result: object, seen: list[object]) -> str:
    if result is None:
        return "None"
    number = next((index for index, known in enumerate(seen) if known is result), len(seen))
    if number == len(seen):
        seen.append(result)
    return f"object {number + 1} ({type(result).__qualname__})"
