"""What a branch does about one bug, as its rules look at it; nothing in here runs or asks anything."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bugcapture.core.capture import Capture
    from bugcapture.core.finding import Finding
    from bugcapture.project.config import GateSettings
    from bugcapture.workflow.prove import ProofReport
    from bugcapture.workflow.trial import TriedTest

# How Behave and pytest-bdd end the name of a row: `-- @<table>.<row> <name of the table>`.
_ROW: Final = re.compile(r" -- @([0-9]{1,9})\.([0-9]{1,9})(?![0-9]).*\Z", re.DOTALL)


class Kind(StrEnum):
    """What a branch does about a bug; of one that breaks test files, and no bug is known, it is unclear."""

    CAPTURE = "capture"
    FIX = "fix"
    UNCLEAR = "unclear"


class Status(StrEnum):
    """What a rule says."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one rule says about one bug.

    Attributes:
        rule: Its name.
        status: Whether it is fulfilled.
        asks: What it asks for, in words.
        message: What is the case.
        where: ``path:line`` to look at; empty for none.
    """

    rule: str
    status: Status
    asks: str
    message: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the branch.

    Attributes:
        commit: Its hash.
        message: Its whole message.
    """

    commit: str
    message: str

    @property
    def title(self) -> str:
        """The first line of its message."""
        return self.message.partition("\n")[0]

    @property
    def body(self) -> str:
        """What follows behind an empty line; empty when there is no such line."""
        parts = self.message.split("\n", 2)
        return parts[2].strip() if len(parts) > 2 and not parts[1].strip() else ""  # noqa: PLR2004 - title, gap, body


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a branch does about one bug.

    Attributes:
        number: The bug; 0 where that is unclear.
        kind: What the branch does about it.
        before: The bug's tests where the branch began.
        after: The bug's tests at its head.
        findings: What is wrong at the head with the bug's test files, and with those that the branch changed.
        comments: For each test file of the bug whether a comment in it names the bug.
        beside: Changed files that are neither tests nor what belongs to tests, a fragment or the lock file.
        fragments: Changed files that are news fragments of the bug; None where the project keeps none.
        commits: The branch's commits, oldest first, without merges.
        closes: The issues that it closes.
        branch: The name of the branch; empty when nobody knows it.
        settings: What is asked; rules that are turned off may be so by the project or by hand.
        run: Runs the bug's tests that carry the switch at the head, with inversion off.
        prove: Proves the fix.
        switched: Finds the tests that carried the switch where the branch began, one for each set of parameters.
        off: The rules that were turned off by hand.
    """

    number: int
    kind: Kind
    before: tuple[Capture, ...]
    after: tuple[Capture, ...]
    findings: tuple[Finding, ...]
    comments: Mapping[str, bool]
    beside: tuple[str, ...]
    fragments: tuple[str, ...] | None
    commits: tuple[Commit, ...]
    closes: frozenset[int]
    branch: str
    settings: GateSettings
    run: Callable[[], tuple[TriedTest, ...]] = field(repr=False)
    prove: Callable[[], ProofReport] = field(repr=False)
    switched: Callable[[], tuple[Capture, ...]] = field(repr=False)
    off: tuple[str, ...] = ()


def tests_of(captures: Iterable[Capture], number: int) -> tuple[Capture, ...]:
    """The tests of one bug."""
    return tuple(capture for capture in captures if number in capture.tags.ids)


def is_open(captures: Iterable[Capture]) -> bool:
    """Whether any of some tests carries the switch."""
    return bool(open_tests(captures))


def find_kinds(before: Iterable[Capture], after: Iterable[Capture], closed: Iterable[int]) -> dict[int, Kind]:
    """What a branch does about which bugs.

    A bug is captured when a test with the switch comes, or one that did without it gets it back. A bug whose
    last switch goes, or which is closed and has or had tests, is fixed.

    Args:
        before: The captured tests where the branch began.
        after: Those at its head.
        closed: The issues that its commits close.
    """
    before, after = tuple(before), tuple(after)
    numbers = {number for capture in (*before, *after) for number in capture.tags.ids}
    kinds: dict[int, Kind] = {}
    for number in sorted(numbers):
        was, is_now = tests_of(before, number), tests_of(after, number)
        if (is_open(was) and not is_open(is_now)) or number in closed:
            kinds[number] = Kind.FIX
        elif _is_captured(was, is_now):
            kinds[number] = Kind.CAPTURE
    return kinds


def fits(pattern: str, text: str) -> bool:
    """Whether a text matches a shell pattern, as a whole and by its case."""
    return fnmatch.fnmatchcase(text, pattern)


def open_tests(captures: Iterable[Capture]) -> tuple[Capture, ...]:
    """Those of some tests that carry the switch."""
    return tuple(capture for capture in captures if capture.state is State.CAPTURED)


def base_name(capture: Capture) -> str:
    """The name of a test; of a row that of its outline, which does not tell which row it is."""
    return _ROW.sub("", capture.name)


def _is_captured(before: Iterable[Capture], after: Iterable[Capture]) -> bool:
    """Whether a branch brings tests of one bug with the switch, or puts it back on one.

    A test that is renamed or moved, and a row more or less in an outline, are nothing new.
    """
    before, after = tuple(before), tuple(after)
    guarded = _count(capture for capture in before if capture.state is State.GUARDED)
    was, is_now = _count(open_tests(before)), _count(open_tests(after))
    grown, gone = is_now - was, was - _count(after)
    return bool(_by_framework(grown) - _by_framework(gone)) or not grown.keys().isdisjoint(guarded)


def _count(captures: Iterable[Capture]) -> Counter[tuple[str, str]]:
    """How many tests there are of each framework and name; rows that are open by the same switch count once."""
    counts: Counter[tuple[str, str]] = Counter()
    last: Capture | None = None
    for capture in captures:
        if last is None or not _is_next_row(last, capture):
            counts[capture.framework, base_name(capture)] += 1
        last = capture
    return counts


def _is_next_row(one: Capture, other: Capture) -> bool:
    """Whether a test is a later row of the outline of the one before it; each outline counts its rows anew."""
    together = (one.framework, one.path, one.switches) == (other.framework, other.path, other.switches)
    return together and () < _row(one) < _row(other)


def _row(capture: Capture) -> tuple[int, ...]:
    """The number of the table and of the row in it; empty for what is no row."""
    match = _ROW.search(capture.name)
    return (int(match[1]), int(match[2])) if match else ()


def _by_framework(counts: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter(framework for framework, _ in counts.elements())
