"""What a test that is red before a change and green after it proves, and what it does not.

The rules of the red-green proof: a test has to fail without the change, for a reason that says something about
the program and not about the test, and to pass with it (the FAIL_TO_PASS of SWE-bench; Jimenez et al., "SWE-bench:
Can Language Models Resolve Real-World GitHub Issues?", ICLR 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bugcapture.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable


class Side(StrEnum):
    """What a test did on one side of a change."""

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a verdict
    ERROR = "error"
    SKIP = "skip"
    NONE = "none"


class Transition(StrEnum):
    """What a test did on both sides, as SWE-bench names it; everything without a word of its own is ``other``."""

    FAIL_TO_PASS = "FAIL_TO_PASS"  # noqa: S105 - no password
    PASS_TO_PASS = "PASS_TO_PASS"  # noqa: S105
    PASS_TO_FAIL = "PASS_TO_FAIL"  # noqa: S105
    FAIL_TO_FAIL = "FAIL_TO_FAIL"
    ERROR_TO_PASS = "ERROR_TO_PASS"  # noqa: S105
    OTHER = "OTHER"


class Proof(StrEnum):
    """What follows for the bug."""

    PROVEN = "PROVEN"
    NOT_CAPTURED = "NOT_CAPTURED"
    NOT_RUN_AT_BASE = "NOT_RUN_AT_BASE"
    INCOMPLETE = "INCOMPLETE"
    SWITCHED = "SWITCHED"
    NO_TESTS = "NO_TESTS"


SAYS: Final[dict[Proof, str]] = {
    Proof.PROVEN: "red without the change, green with it",
    Proof.NOT_CAPTURED: "the test does not capture the bug: it passes without the change as well",
    Proof.NOT_RUN_AT_BASE: "not proven: the test could not run without the change, so its failure says nothing",
    Proof.INCOMPLETE: "the fix is not complete: the test is not green with it",
    Proof.SWITCHED: "the test still carries the switch: remove it with the fix",
    Proof.NO_TESTS: "not proven: there is no test to ask",
}

_SIDES: Final = {
    Verdict.EXPECTED_FAILURE: Side.FAIL,
    Verdict.UNEXPECTED_PASS: Side.PASS,
    Verdict.WRONG_FAILURE: Side.ERROR,
    Verdict.NOT_RUN: Side.SKIP,
}
_TRANSITIONS: Final = {
    (Side.FAIL, Side.PASS): Transition.FAIL_TO_PASS,
    (Side.PASS, Side.PASS): Transition.PASS_TO_PASS,
    (Side.FAIL, Side.FAIL): Transition.FAIL_TO_FAIL,
}
_BROKEN: Final = frozenset({Side.FAIL, Side.ERROR})
_NOT_GREEN: Final = _BROKEN | {Side.NONE}
# The more a test says against the proof the later it stands here.
_WORST: Final = (Proof.NOT_CAPTURED, Proof.NOT_RUN_AT_BASE, Proof.INCOMPLETE, Proof.SWITCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One test on both sides of a change.

    Attributes:
        base: What it did without the change.
        head: What it did with it.
        switched: Whether it still carries the switch.
    """

    base: Side
    head: Side
    switched: bool = False

    @property
    def transition(self) -> Transition:
        """What it did on both sides."""
        if known := _TRANSITIONS.get((self.base, self.head)):
            return known
        if self.base is Side.PASS and self.head in _BROKEN:
            return Transition.PASS_TO_FAIL
        could_not_run = self.base in {Side.ERROR, Side.NONE}
        return Transition.ERROR_TO_PASS if could_not_run and self.head is Side.PASS else Transition.OTHER

    @property
    def proof(self) -> Proof:
        """What it proves alone."""
        if self.switched:
            return Proof.SWITCHED
        if self.base is Side.PASS:
            return Proof.INCOMPLETE if self.head in _BROKEN else Proof.NOT_CAPTURED
        if self.base is not Side.FAIL:
            return Proof.NOT_RUN_AT_BASE
        return Proof.PROVEN if self.head is Side.PASS else Proof.INCOMPLETE


def side_of(verdict: Verdict | None) -> Side:
    """What a test did, from its verdict in a trial.

    Args:
        verdict: The verdict; None when there is no record of the test.

    Raises:
        KeyError: If the verdict is none of a trial.
    """
    return Side.NONE if verdict is None else _SIDES[verdict]


def is_of_trial(verdict: str) -> bool:
    """Whether a verdict is one of a trial, in which each test is judged as if it carried the switch."""
    return verdict in _SIDES


def prove(tests: Iterable[Tried]) -> Proof:
    """What the tests of one bug, or of one branch, prove together.

    One of them has to be red without the change and green with it. Others may be green on both sides, not able to
    run without the change, or skip themselves; none may be red or missing with it, or carry the switch.

    Args:
        tests: The tests.
    """
    tests = tuple(tests)
    proofs = {test.proof for test in tests}
    if not proofs:
        return Proof.NO_TESTS
    worst = max(proofs - {Proof.PROVEN}, key=_WORST.index, default=Proof.PROVEN)
    if Proof.PROVEN in proofs and worst in {Proof.NOT_CAPTURED, Proof.NOT_RUN_AT_BASE}:
        return Proof.INCOMPLETE if any(test.head in _NOT_GREEN for test in tests) else Proof.PROVEN
    return worst
