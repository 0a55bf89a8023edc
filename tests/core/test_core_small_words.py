"""Small functions whose last branch seldom runs."""

from __future__ import annotations

import itertools

import pytest

from bugcapture.core.errors import RaceError
from bugcapture.core.expectation import parse_expectation
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status, exception_names
from bugcapture.core.spelling import distance, split_number
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Verdict, decide


@pytest.mark.parametrize(
    ("word", "parts"),
    [("bug", ("bug", "")), ("bug12", ("bug", "12")), ("12", ("", "12")), ("b1ug", ("b1ug", "")), ("", ("", ""))],
)
def test_a_word_is_split_from_its_number(word, parts):
    """Only digits at the end are a number."""
    assert split_number(word) == parts


def slow_distance(left, right):
    """The definition, word for word: optimal string alignment."""
    if not left or not right:
        return len(left) + len(right)
    found = min(
        slow_distance(left[:-1], right) + 1,
        slow_distance(left, right[:-1]) + 1,
        slow_distance(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    )
    if len(left) > 1 and len(right) > 1 and left[-1] == right[-2] and left[-2] == right[-1]:
        found = min(found, slow_distance(left[:-2], right[:-2]) + 1)
    return found


def test_the_distance_is_the_one_of_the_definition():
    """All pairs of words of three letters and up to four characters, against the recursive definition."""
    words = ["".join(word) for size in range(4) for word in itertools.product("abc", repeat=size)]
    words += ["abca", "bacb", "ccab", "aabb"]

    assert all(distance(one, two) == slow_distance(one, two) for one in words for two in words)


def test_a_long_line_that_is_no_declaration_is_shown_in_part():
    """Eighty characters are enough to find it again."""
    _, (problem,) = parse_expectation(["Fail with: " + "x" * 200])

    assert problem.message.startswith("'Fail with: " + "x" * 68 + "…' looks like a declaration and is none")


def test_a_race_that_could_not_be_run_names_its_error():
    """Our own errors say that there was nothing to see, whatever was declared."""
    failure = Failure(
        phase=Phase.VERIFICATION,
        kind=Kind.EXCEPTION,
        exc_types=exception_names(RaceError),
        message="a thread hung",
    )
    outcome = Outcome(status=Status.FAILED, failures=(failure,))
    judgement = decide(TestTags((1,), expected_fail=True), outcome)

    assert judgement.verdict is Verdict.WRONG_FAILURE
    assert judgement.reason == "RaceError says that the test could not be run"
