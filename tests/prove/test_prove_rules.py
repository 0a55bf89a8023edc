"""The rules of a proof as truth tables: no process, no repository."""

from __future__ import annotations

from itertools import product

import pytest

from bugcapture.core.proof import SAYS, Proof, Side, Transition, Tried, is_of_trial, prove, side_of
from bugcapture.core.verdict import Verdict

F, P, E, S, N = Side.FAIL, Side.PASS, Side.ERROR, Side.SKIP, Side.NONE


@pytest.mark.parametrize("head", Side)
@pytest.mark.parametrize("base", Side)
def test_each_pair_of_sides_has_one_proof(base: Side, head: Side) -> None:
    """The table of the red-green proof, cell by cell."""
    if base is P:
        wanted = Proof.INCOMPLETE if head in {F, E} else Proof.NOT_CAPTURED
    elif base is not F:
        wanted = Proof.NOT_RUN_AT_BASE
    else:
        wanted = Proof.PROVEN if head is P else Proof.INCOMPLETE
    assert Tried(base=base, head=head).proof is wanted
    assert Tried(base=base, head=head, switched=True).proof is Proof.SWITCHED
    assert prove([Tried(base=base, head=head)]) is wanted


@pytest.mark.parametrize(
    ("base", "head", "transition"),
    [
        (F, P, Transition.FAIL_TO_PASS),
        (P, P, Transition.PASS_TO_PASS),
        (P, F, Transition.PASS_TO_FAIL),
        (P, E, Transition.PASS_TO_FAIL),
        (F, F, Transition.FAIL_TO_FAIL),
        (E, P, Transition.ERROR_TO_PASS),
        (N, P, Transition.ERROR_TO_PASS),
        (S, P, Transition.OTHER),
        (P, S, Transition.OTHER),
        (P, N, Transition.OTHER),
        (F, E, Transition.OTHER),
        (F, S, Transition.OTHER),
        (E, F, Transition.OTHER),
        (N, N, Transition.OTHER),
    ],
)
def test_what_a_test_did_on_both_sides_has_a_name(base: Side, head: Side, transition: Transition) -> None:
    """Those of SWE-bench, and two more."""
    assert Tried(base=base, head=head).transition is transition


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        ([(P, P)], Proof.PROVEN),
        ([(E, P)], Proof.PROVEN),
        ([(N, P)], Proof.PROVEN),
        ([(S, S)], Proof.PROVEN),
        ([(P, S)], Proof.PROVEN),
        ([(P, F)], Proof.INCOMPLETE),
        ([(F, F)], Proof.INCOMPLETE),
        ([(F, E)], Proof.INCOMPLETE),
        ([(F, S)], Proof.INCOMPLETE),
        ([(E, E)], Proof.INCOMPLETE),
        ([(E, F)], Proof.INCOMPLETE),
        ([(S, F)], Proof.INCOMPLETE),
        ([(N, N)], Proof.INCOMPLETE),
        ([(P, N)], Proof.INCOMPLETE),
        ([(P, P), (F, F)], Proof.INCOMPLETE),
    ],
)
def test_one_that_is_proven_needs_others_that_are_not_red(others: list[tuple[Side, Side]], wanted: Proof) -> None:
    """Whatever their order."""
    tests = [Tried(base=F, head=P), *(Tried(base=base, head=head) for base, head in others)]
    assert prove(tests) is wanted
    assert prove(reversed(tests)) is wanted


def test_the_switch_speaks_louder_than_all_else() -> None:
    """A branch may not be merged with it, whatever its tests do."""
    switched = Tried(base=F, head=P, switched=True)
    for base, head in product(Side, Side):
        assert prove([switched, Tried(base=base, head=head)]) is Proof.SWITCHED


def test_no_tests_are_no_proof() -> None:
    """Green because nothing ran is the oldest lie."""
    assert prove([]) is Proof.NO_TESTS


def test_a_verdict_of_a_trial_is_a_side() -> None:
    """A verdict of an ordinary run is none, and no record is its own side."""
    sides = {verdict: side_of(verdict) for verdict in Verdict if is_of_trial(verdict.value)}
    assert sides == {
        Verdict.EXPECTED_FAILURE: F,
        Verdict.UNEXPECTED_PASS: P,
        Verdict.WRONG_FAILURE: E,
        Verdict.NOT_RUN: S,
    }
    assert side_of(None) is N
    assert not is_of_trial("nonsense")
    with pytest.raises(KeyError):
        side_of(Verdict.PASSED)


def test_every_proof_says_something() -> None:
    """In words of its own."""
    assert SAYS.keys() == set(Proof)
    assert len(set(SAYS.values())) == len(SAYS)


def test_a_test_that_is_red_with_the_change_speaks_louder_than_one_that_captures_nothing() -> None:
    """What is to be done first is told."""
    found = {Proof.NOT_CAPTURED: (P, P), Proof.NOT_RUN_AT_BASE: (E, P), Proof.INCOMPLETE: (F, F)}
    ranks = list(found)
    for one, other in product(ranks, ranks):
        both = [Tried(base=base, head=head) for base, head in (found[one], found[other])]
        assert prove(both) is max(one, other, key=ranks.index)
