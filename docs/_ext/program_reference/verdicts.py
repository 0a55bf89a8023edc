"""The truth table of the verdicts, asked of the function that decides them."""

from __future__ import annotations

from typing import Final

from bugcapture.core.expectation import Expectation
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Verdict, decide
from program_reference.markdown import HEADER, table

_OPEN: Final = TestTags(ids=(991,), expected_fail=True)
_GUARD: Final = TestTags(ids=(991,))
_PLACE: Final = "Then it is right"
_TYPES: Final = {Kind.ASSERTION: ("AssertionError",), Kind.EXCEPTION: ("KeyError",)}
_PHASES: Final = {
    Phase.SETUP: "Set-up: Given, Background, fixture, set-up keyword",
    Phase.ACTION: "Action: When",
    Phase.VERIFICATION: "Verification: Then, keyword of a Robot test, body of a pytest test",
    Phase.TEARDOWN: "Teardown",
}
_KINDS: Final = {
    Kind.ASSERTION: "assertion",
    Kind.EXCEPTION: "other exception",
    Kind.HOOK: "hook",
    Kind.CLEANUP: "cleanup",
    Kind.UNDEFINED: "undefined step",
    Kind.PENDING: "pending step",
    Kind.TIMEOUT: "timeout",
    Kind.INTERRUPT: "interrupt",
    Kind.UNKNOWN: "not told by the framework",
}
_RED: Final = "**red**"
_HEADING: Final = ("the failure", "nothing declared", "that type", "that place", "another type", "another place")
_INTRODUCTION: Final = f"""\
{HEADER}# Verdicts

One function, `bugcapture.core.verdict.decide`, judges every test of every framework. This page holds what it
answered when the page was made. What it is all about is told in [](../contract.md).
"""
_DECLARED: Final = """
## A test with the switch that fails

What the first failure is, where it happened, and what the test declares. *That type* is `Fails with:` with the
type that was raised, *that place* is `Fails at:` with the step or keyword that failed. Green is
`expected_failure`, red is `wrong_failure`.
"""


def verdict_page() -> str:
    """The page of all verdicts."""
    return "\n".join(
        [
            _INTRODUCTION,
            table(("the test", "it …", "verdict", "the run is"), _summary()),
            _DECLARED,
            *(_phase(phase, told) for phase, told in _PHASES.items()),
        ]
    )


def _summary() -> list[tuple[str, ...]]:
    passed = Outcome(status=Status.PASSED)
    failed = _failed(Phase.VERIFICATION, Kind.ASSERTION)
    asked = (
        ("with the switch", "fails as declared", decide(_OPEN, failed).verdict),
        ("with the switch", "passes", decide(_OPEN, passed).verdict),
        ("with the switch", "fails in any other way", decide(_OPEN, _failed(Phase.SETUP, Kind.ASSERTION)).verdict),
        ("without the switch", "passes", decide(_GUARD, passed).verdict),
        ("without the switch", "fails", decide(_GUARD, failed).verdict),
        ("any", "is not run", decide(_OPEN, Outcome(status=Status.NOT_RUN)).verdict),
    )
    return [(test, does, f"`{verdict.value}`", _colour(verdict)) for test, does, verdict in asked]


def _phase(phase: Phase, told: str) -> str:
    """A table of the failures that can be expected in a part of a test, and the names of those that never are."""
    rows: list[tuple[str, ...]] = []
    never: list[str] = []
    for kind, name in _KINDS.items():
        cells = _cells(phase, kind)
        if set(cells) == {_RED}:
            never.append(name)
        else:
            rows.append((name, *cells))
    shown = table(_HEADING, rows) + "\n" if rows else ""
    return f"### {told}\n\n{shown}Red whatever is declared: {', '.join(never)}.\n"


def _cells(phase: Phase, kind: Kind) -> tuple[str, ...]:
    raised = _TYPES.get(kind, ("builtins.Exception",))[0]
    declared = (
        Expectation(),
        Expectation(type_name=raised),
        Expectation(place=_PLACE),
        Expectation(type_name="ZeroDivisionError"),
        Expectation(place="Then another step"),
    )
    return tuple(_colour(decide(_OPEN, _failed(phase, kind), one).verdict) for one in declared)


def _failed(phase: Phase, kind: Kind) -> Outcome:
    failure = Failure(phase=phase, kind=kind, exc_types=_TYPES.get(kind, ("builtins.Exception",)), place=_PLACE)
    return Outcome(status=Status.FAILED, failures=(failure,))


def _colour(verdict: Verdict) -> str:
    return "green" if verdict.green else _RED
