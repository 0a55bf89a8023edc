"""What a person reads, word for word, and never a character that could steer a terminal."""

from __future__ import annotations

import pytest
from core_strategies import CHECKED, bug_tags, expectations, failures, outcomes, texts
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.expectation import NO_EXPECTATION, Expectation
from bugcapture.core.message import closing_line, fixed_headline, tell_verdict
from bugcapture.core.outcome import Failure, Kind, Phase
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Judgement, Verdict, decide
from bugcapture.core.wording import GHERKIN, PYTEST, ROBOT

ONE = TestTags((991,), expected_fail=True)
TWO = TestTags((7, 991), expected_fail=True)
THREE = TestTags((7, 8, 991), expected_fail=True)
NONE = TestTags((), expected_fail=True)
KEY_ERROR = Failure(
    phase=Phase.ACTION,
    kind=Kind.EXCEPTION,
    exc_types=("KeyError",),
    message="\n'total' (x)\nmore",
    place="When it is paid",
    location="a.feature:9",
)
IN_SETUP = Failure(
    phase=Phase.SETUP, kind=Kind.ASSERTION, exc_types=("AssertionError",), message="no", place="Given a shop"
)


def tell(judgement, tags=ONE, **options):
    return tell_verdict(judgement, tags=tags, where="a.feature:6", name="Pay", switch_at="a.feature:5", **options)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict.green])
def test_a_green_verdict_says_nothing(verdict):
    """A green verdict has no text of its own."""
    assert tell(Judgement(verdict, "reason", KEY_ERROR)) == ""


@pytest.mark.parametrize(
    ("tags", "bugs", "numbers"),
    [
        (ONE, "bug 991 looks", "991"),
        (TWO, "bugs 7 and 991 look", "7 991"),
        (THREE, "bugs 7, 8 and 991 look", "7 8 991"),
    ],
)
def test_an_unexpected_pass_names_the_bug_the_tag_and_the_command(tags, bugs, numbers):
    """It says which bug looks fixed, where the switch stands, and what to run."""
    assert tell(Judgement(Verdict.UNEXPECTED_PASS, "passed"), tags) == (
        f'bugcapture: a.feature:6: {bugs} fixed: "Pay" passed although it carries @tdd_expected_fail '
        f"(a.feature:5)\n"
        f"  run `bugcapture graduate {numbers}`: it removes that one tag; the number tags stay, "
        f"the test is the regression test from now on"
    )
    assert fixed_headline(tags, "a.feature:5") == (
        f"a.feature:5: {bugs} fixed: run `bugcapture graduate {numbers}` to remove the @tdd_expected_fail tag "
        f"(keep the other tags)"
    )


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        (ONE, "bug 991 is back"),
        (TWO, "bugs 7 and 991 are back"),
        (THREE, "bugs 7, 8 and 991 are back"),
    ],
)
def test_a_regression_says_that_the_bug_is_back(tags, text):
    """It names the bug, the test and the reason."""
    judgement = Judgement(Verdict.REGRESSED, "KeyError: 'total'", KEY_ERROR)

    assert tell(judgement, tags) == f"bugcapture: a.feature:6: {text}: \"Pay\" failed: KeyError: 'total'"


@pytest.mark.parametrize(
    ("judgement", "expectation", "lines"),
    [
        (
            Judgement(Verdict.WRONG_FAILURE, "KeyError is not an assertion", KEY_ERROR),
            NO_EXPECTATION,
            [
                (
                    'bugcapture: a.feature:6: wrong failure: "Pay" (#991) did not fail for its bug: '
                    "KeyError is not an assertion"
                ),
                "  expected: an assertion in a Then step",
                "  got:      KeyError: 'total' (x) at When it is paid (a.feature:9)",
                "  if this is how the bug shows itself, declare it in the scenario's description:",
                r"    Fails with: KeyError: 'total' \(x\)",
            ],
        ),
        (
            Judgement(Verdict.WRONG_FAILURE, "given step failed", IN_SETUP),
            Expectation("KeyError"),
            [
                'bugcapture: a.feature:6: wrong failure: "Pay" (#991) did not fail for its bug: given step failed',
                "  expected: KeyError in a When or Then step",
                "  got:      AssertionError: no at Given a shop",
            ],
        ),
        (
            Judgement(Verdict.WRONG_FAILURE, "undefined", Failure(phase=Phase.ACTION, kind=Kind.UNDEFINED)),
            Expectation("KeyError", "total", "When it is paid"),
            [
                'bugcapture: a.feature:6: wrong failure: "Pay" (#991) did not fail for its bug: undefined',
                "  expected: KeyError matching /total/ at When it is paid",
                "  got:      undefined",
            ],
        ),
        (
            Judgement(Verdict.WRONG_FAILURE, "nothing"),
            Expectation(place="Then x"),
            [
                'bugcapture: a.feature:6: wrong failure: "Pay" (#991) did not fail for its bug: nothing',
                "  expected: an assertion at Then x",
            ],
        ),
    ],
)
def test_a_wrong_failure_says_what_was_expected_and_what_came(judgement, expectation, lines):
    """Expected and got, each with its place; and the line to paste where a line could declare it."""
    assert tell(judgement, expectation=expectation, wording=GHERKIN).split("\n") == lines


def test_a_line_that_nobody_may_declare_is_not_suggested():
    """``SystemExit`` can never be expected, so its message suggests no ``Fails with:`` line."""
    failure = Failure(phase=Phase.ACTION, kind=Kind.EXCEPTION, exc_types=("SystemExit",), message="1")

    assert "Fails with" not in tell(Judgement(Verdict.WRONG_FAILURE, "exit", failure))


@pytest.mark.parametrize(
    ("judged", "text"),
    [
        ([], "0 expected failures, 0 look fixed, 0 wrong, 0 regressed"),
        (
            [(ONE, Verdict.EXPECTED_FAILURE)],
            "1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed",
        ),
        (
            [(TestTags((number,)), Verdict.EXPECTED_FAILURE) for number in (1010, 991, 1002)],
            "3 expected failures (#991, #1002, #1010), 0 look fixed, 0 wrong, 0 regressed",
        ),
        (
            [(TWO, Verdict.EXPECTED_FAILURE), (ONE, Verdict.EXPECTED_FAILURE)],
            "2 expected failures (#7, #991), 0 look fixed, 0 wrong, 0 regressed",
        ),
        (
            [(ONE, Verdict.UNEXPECTED_PASS), (TWO, Verdict.WRONG_FAILURE), (THREE, Verdict.REGRESSED)],
            "0 expected failures, 1 look fixed (#991), 1 wrong (#7, #991), 1 regressed (#7, #8, #991)",
        ),
        ([(ONE, Verdict.PASSED)], "0 expected failures, 0 look fixed, 0 wrong, 0 regressed"),
        (
            [(ONE, Verdict.NOT_RUN), (TWO, Verdict.NOT_RUN), (ONE, Verdict.PASSED)],
            "0 expected failures, 0 look fixed, 0 wrong, 0 regressed, 2 not run",
        ),
        ([(NONE, Verdict.WRONG_FAILURE)], "0 expected failures, 0 look fixed, 1 wrong, 0 regressed"),
    ],
)
def test_the_closing_line(judged, text):
    """One line counts tests by verdict and names each bug once, ascending."""
    assert closing_line(judged) == f"bugcapture: {text}"


def test_a_test_without_a_number_is_still_told():
    """Where a switch comes while the tests run nothing is checked any more, and there is no bug to graduate."""
    todo = "it names no bug, so give it the number of one, or take the switch away"
    passed = "passed although it carries @tdd_expected_fail"
    assert tell(Judgement(Verdict.UNEXPECTED_PASS, ""), NONE) == (
        f'bugcapture: a.feature:6: "Pay" {passed} (a.feature:5): {todo}'
    )
    assert fixed_headline(NONE, "a.feature:5") == f"a.feature:5: {passed}: {todo}"
    assert tell(Judgement(Verdict.REGRESSED, ""), NONE).startswith("bugcapture: a.feature:6: the bug is back")
    wrong = tell(Judgement(Verdict.WRONG_FAILURE, "too late"), NONE)
    assert wrong.startswith('bugcapture: a.feature:6: wrong failure: "Pay" did not fail for its bug: too late')


def test_a_long_text_is_cut():
    """A message of a megabyte does not flood the terminal."""
    failure = Failure(
        phase=Phase.ACTION,
        kind=Kind.EXCEPTION,
        exc_types=("KeyError",),
        message="x" * 10**6,
        place="y" * 10**6,
        location="a.py:1",
    )
    expectation = Expectation("OSError", "z" * 10**6, "w" * 10**6)
    text = tell_verdict(
        Judgement(Verdict.WRONG_FAILURE, "reason", failure),
        tags=ONE,
        where="a.py:1",
        name="n" * 10**6,
        expectation=expectation,
    )

    assert len(text) < 2000
    assert f'"{"n" * 119}\u2026" (#991)' in text
    assert "got:      KeyError: " + "x" * 289 + "\u2026 at yyy" in text


def test_no_place_of_the_switch_is_named_when_none_is_known():
    fixed = tell_verdict(Judgement(Verdict.UNEXPECTED_PASS, "reason"), tags=ONE, where="a.py:1", name="Pay")

    assert "carries @tdd_expected_fail\n" in fixed


@pytest.mark.parametrize(
    ("wording", "switch", "declaration"),
    [
        (GHERKIN, "@tdd_expected_fail", ["the scenario's description:", "Fails with: KeyError: 'total' \\(x\\)"]),
        (ROBOT, "tdd_expected_fail", ["the test's [Documentation]:", "Fails with: KeyError: 'total' \\\\(x\\\\)"]),
        (
            PYTEST,
            "tdd_expected_fail",
            [
                "the test's marker:",
                """@pytest.mark.tdd_expected_fail(raises=KeyError, match=r"'total' \\(x\\)")""",
            ],
        ),
    ],
)
def test_each_framework_is_spoken_to_in_its_own_words(wording, switch, declaration):
    wrong = tell_verdict(
        Judgement(Verdict.WRONG_FAILURE, "reason", KEY_ERROR), tags=ONE, where="a:1", name="Pay", wording=wording
    )
    fixed = tell_verdict(
        Judgement(Verdict.UNEXPECTED_PASS, "reason"), tags=ONE, where="a:1", name="Pay", wording=wording
    )

    assert wrong.split("declare it in ")[1].split("\n    ") == declaration
    assert f" carries {switch}\n" in fixed


judgements = st.builds(
    Judgement, verdict=st.sampled_from(Verdict), reason=texts, failure=st.one_of(st.none(), failures)
)


@CHECKED
@given(judgements, bug_tags, texts, texts, texts, expectations)
def test_no_text_can_steer_the_terminal(judgement, tags, where, name, switch_at, expectation):
    """Whatever stands in names, messages and places: every line is printable, and the bugs are in it."""
    text = tell_verdict(judgement, tags=tags, where=where, name=name, switch_at=switch_at, expectation=expectation)

    assert all(line.isprintable() for line in text.split("\n"))
    assert bool(text) is not judgement.verdict.green
    if text:
        assert all(str(number) in text for number in tags.ids)
        assert text.startswith("bugcapture: ")
    assert fixed_headline(tags, switch_at).isprintable()


@CHECKED
@given(st.lists(st.tuples(bug_tags, outcomes, expectations), max_size=5))
def test_the_closing_line_adds_up(tests):
    """The counts of the closing line and the tests that passed are all tests."""
    judged = [(tags, decide(tags, outcome, expectation).verdict) for tags, outcome, expectation in tests]
    line = closing_line(judged)
    passed = sum(verdict is Verdict.PASSED for _, verdict in judged)
    counts = [int(part.split()[0]) for part in line.removeprefix("bugcapture: ").split(", ") if part[0].isdigit()]

    assert line.isprintable()
    assert sum(counts) + passed == len(judged)
