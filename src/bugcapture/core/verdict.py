"""The one inversion rule of the program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bugcapture.core.expectation import (
    NO_EXPECTATION,
    Expectation,
    check_type_name,
    matches_message,
    matches_type,
    same_place,
)
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status
from bugcapture.core.scaffold import UNWRITTEN
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugcapture.core.tags import TestTags

# A hung thread, a meeting point that nobody reached: what raises this could not show any bug.
_OWN_ERROR: Final = "bugcapture.core.errors.BugcaptureError"


class Verdict(StrEnum):
    """What a test says about its bug."""

    EXPECTED_FAILURE = "expected_failure"
    UNEXPECTED_PASS = "unexpected_pass"  # noqa: S105 - a verdict
    WRONG_FAILURE = "wrong_failure"
    PASSED = "passed"
    REGRESSED = "regressed"
    NOT_RUN = "not_run"

    @property
    def green(self) -> bool:
        """Whether the run may stay green with it."""
        return self in _GREEN


_GREEN: Final = frozenset({Verdict.EXPECTED_FAILURE, Verdict.PASSED, Verdict.NOT_RUN})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason.

    Attributes:
        verdict: The verdict.
        reason: Why, in one line of printable text.
        failure: The failure that decided; None when the test passed or did not run.
    """

    verdict: Verdict
    reason: str
    failure: Failure | None = None


def decide(tags: TestTags, outcome: Outcome, expectation: Expectation = NO_EXPECTATION) -> Judgement:
    """Judge one test.

    Args:
        tags: The test's own tags and those it inherits.
        outcome: What happened to it.
        expectation: The failure that it declares, if any.

    Returns:
        The verdict. Total: every combination has one, and only `Verdict.EXPECTED_FAILURE`,
        `Verdict.PASSED` and `Verdict.NOT_RUN` are green.
    """
    if outcome.status is Status.NOT_RUN and not outcome.failures:
        return Judgement(Verdict.NOT_RUN, shorten(printable(outcome.reason or "not run"), 300))
    first = outcome.failures[0] if outcome.failures else None
    failed = first is not None or outcome.status is not Status.PASSED
    if not tags.expected_fail:
        if failed:
            return Judgement(Verdict.REGRESSED, describe(first), first)
        return Judgement(Verdict.PASSED, "passed")
    if not failed:
        return Judgement(Verdict.UNEXPECTED_PASS, "passed although it carries the switch")
    if first is None:
        return Judgement(Verdict.WRONG_FAILURE, "failed, but nothing in it failed that could be judged")
    for failure in outcome.failures:
        reason = _why_never(failure) or (
            _why_not_expected(failure, expectation) if failure is first else _why_not_kin(failure, expectation)
        )
        if reason:
            return Judgement(Verdict.WRONG_FAILURE, reason, failure)
    return Judgement(Verdict.EXPECTED_FAILURE, describe(first), first)


def declarable(failure: Failure) -> bool:
    """Whether a ``Fails with:`` line could make this failure the expected one."""
    return check_type_name(failure.exc_type) == "" and _why_never(failure) == ""


def never_expected(failure: Failure) -> bool:
    """Whether a failure says nothing about any bug: set-up, hooks, undefined steps, timeouts and their like."""
    return _why_never(failure) != ""


_NEVER_KIND: Final[dict[Kind, Callable[[Failure], str]]] = {
    Kind.HOOK: lambda failure: f"{failure.detail or 'a hook'} failed",
    Kind.CLEANUP: lambda failure: f"{failure.detail or 'a cleanup'} failed",
    Kind.UNDEFINED: lambda failure: f"the step is undefined: {failure.place}",
    Kind.PENDING: lambda failure: f"the step is pending: {failure.place}",
    Kind.TIMEOUT: lambda _: "a timeout is never the expected failure",
    Kind.INTERRUPT: lambda _: "the run was interrupted",
    Kind.UNKNOWN: lambda failure: failure.detail or "the host did not say what failed",
}

_NEVER_TYPE: Final = {
    "builtins.ImportError": "an import error",
    "builtins.TimeoutError": "a timeout",
    "unittest.case.SkipTest": "a skip",
}


def _why_never(failure: Failure) -> str:
    """Why this failure can never be the expected one, whatever is declared; empty when it can."""
    if say := _NEVER_KIND.get(failure.kind):
        return shorten(printable(say(failure)))
    if _OWN_ERROR in failure.exc_types:
        return f"{_kind_of(failure)} says that the test could not be run"
    if failure.message.startswith(UNWRITTEN):
        return "the test is still to be written"
    for name, told in _NEVER_TYPE.items():
        if name in failure.exc_types:
            return f"{told} is never the expected failure"
    if failure.phase is Phase.SETUP:
        told = failure.detail or "given step"
        return shorten(printable(f"{told} failed (set-up is never the expected failure): {failure.place}"))
    if failure.phase is Phase.TEARDOWN:
        return shorten(printable(f"teardown failed: {failure.place}"))
    return ""


def _why_not_expected(failure: Failure, expectation: Expectation) -> str:
    if expectation.place and not _is_at(failure, expectation.place):
        return "failed at another place than 'Fails at' declares"
    if not expectation.type_name:
        if failure.kind is not Kind.ASSERTION:
            return f"{_kind_of(failure)} is not an assertion"
        if failure.phase is not Phase.VERIFICATION and not expectation.place:
            return "when step failed (only the test's own verification counts)"
        return ""
    if not matches_type(expectation, failure.exc_types):
        told = f"{_kind_of(failure)} is not the declared {printable(expectation.types)}"
        return told + _full_name(failure, expectation)
    if not matches_message(expectation, failure.message):
        return "the message does not match the declared pattern"
    return ""


def _full_name(failure: Failure, expectation: Expectation) -> str:
    """The name to declare, when another module is declared than the one that defines the class."""
    declared = (expectation.type_name, *expectation.other_types)
    if failure.exc_type not in {name.rpartition(".")[2] for name in declared if "." in name}:
        return ""
    full = next((name for name in failure.exc_types if name.endswith(f".{failure.exc_type}")), "")
    return f": its full name is {shorten(printable(full))}" if full else ""


def _why_not_kin(failure: Failure, expectation: Expectation) -> str:
    """Why a later failure spoils the first; later ones need the right kind, not the place or message."""
    if failure.kind is Kind.ASSERTION and failure.phase is Phase.VERIFICATION:
        return ""
    if expectation.type_name and matches_type(expectation, failure.exc_types):
        return ""
    return shorten(printable(f"another step failed too: {describe(failure)}"))


def _kind_of(failure: Failure) -> str:
    return shorten(printable(failure.exc_type)) or "the failure"


def _is_at(failure: Failure, declared: str) -> bool:
    return any(same_place(declared, name) for name in (failure.place, *failure.aliases))


def describe(failure: Failure | None) -> str:
    """What failed, in one line of printable text: the exception, its message and its place."""
    if failure is None:
        return "failed"
    message = next((line for line in failure.message.splitlines() if line.strip()), "")
    told = ": ".join(part for part in (failure.exc_type or failure.kind.value, message) if part)
    where = f" in {failure.place}" if failure.place else ""
    return shorten(printable(f"{told}{where}"), 300)
