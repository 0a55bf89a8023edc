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
_INTRODUCTION: Final = f"""\
{HEADER}# Verdicts

One function, `bugcapture.core.verdict.decide`, judges every test of every framework. This page holds what it
answered when the page was made. What it is all about is told in [](../contract.md).
"""
_DECLARED: Final = """
## A test with the switch that fails

What the first failure is, where it happened, and what the test declares. *That type* is `Fails with:` with the
type that was raised, *that place* is `Fails at:` with the step or keyword that failed. Bold is green, everything
else is red.
"""


def verdict_page() -> str:
    """The page of all verdicts."""
    heading = ("the failure", "nothing declared", "that type", "that place", "another type", "another place")
    return "\n".join(
        [
            _INTRODUCTION,
            table(("the test", "it …", "verdict", "the run is"), _summary()),
            _DECLARED,
            *(f"### {told}\n\n{table(heading, _rows(phase))}" for phase, told in _PHASES.items()),
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


def _rows(phase: Phase) -> list[tuple[str, ...]]:
    """One row for all kinds of failure that are judged alike."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for kind, told in _KINDS.items():
        raised = _TYPES.get(kind, ("builtins.Exception",))[0]
        declared = (
            Expectation(),
            Expectation(type_name=raised),
            Expectation(place=_PLACE),
            Expectation(type_name="ZeroDivisionError"),
            Expectation(place="Then another step"),
        )
        outcome = _failed(phase, kind)
        cells = tuple(_cell(decide(_OPEN, outcome, one).verdict) for one in declared)
        kinds.setdefault(cells, []).append(told)
    return [(", ".join(told), *cells) for cells, told in kinds.items()]


def _failed(phase: Phase, kind: Kind) -> Outcome:
    failure = Failure(phase=phase, kind=kind, exc_types=_TYPES.get(kind, ("builtins.Exception",)), place=_PLACE)
    return Outcome(status=Status.FAILED, failures=(failure,))


def _cell(verdict: Verdict) -> str:
    return f"**`{verdict.value}`**" if verdict.green else f"`{verdict.value}`"


def _colour(verdict: Verdict) -> str:
    return "green" if verdict.green else "**red**"
