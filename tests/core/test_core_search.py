"""The search for the first bad of many revisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.search import Answer, Found, find_first_bad


class Oracle:
    """Knows where the bug began, and which revisions cannot be tried; counts the questions."""

    def __init__(self, length, first, unknown=frozenset()):
        self.length = length
        self.first = first
        self.unknown = unknown
        self.asked = []

    def __call__(self, position):
        assert 0 < position < self.length, "the newest is known to be bad"
        assert position not in self.asked, "no revision is tried twice"
        self.asked.append(position)
        if position in self.unknown:
            return Answer.UNKNOWN
        return Answer.BAD if position <= self.first else Answer.GOOD


@pytest.mark.parametrize("first", range(64))
def test_sixty_four_revisions_take_at_most_eleven_trials(first):
    """With the trial of the newest one; wherever the bug began."""
    oracle = Oracle(64, first)
    found = find_first_bad(64, oracle)
    assert found == Found(first, first + 1 if first < 63 else None)
    assert len(oracle.asked) + 1 <= 11


@given(length=st.integers(1, 400), data=st.data())
def test_the_first_bad_one_is_found_in_any_history(length, data):
    """Without a good revision to start from."""
    first = data.draw(st.integers(0, length - 1))
    found = find_first_bad(length, Oracle(length, first))
    assert found == Found(first, first + 1 if first + 1 < length else None)


@given(length=st.integers(2, 400), data=st.data())
def test_a_known_good_revision_bounds_the_search(length, data):
    """Nothing older than it is tried."""
    first = data.draw(st.integers(0, length - 2))
    good = data.draw(st.integers(first + 1, length - 1))
    oracle = Oracle(length, first)
    assert find_first_bad(length, oracle, good=good) == Found(first, first + 1)
    assert all(position < good for position in oracle.asked)


@given(length=st.integers(1, 80), data=st.data())
def test_what_cannot_be_tried_is_passed_by(length, data):
    """The answer holds the first bad one, and doubtful ones only where nothing was found out about them."""
    first = data.draw(st.integers(0, length - 1))
    unknown = data.draw(st.sets(st.integers(1, max(length - 1, 1))))
    oracle = Oracle(length, first, unknown)
    found = find_first_bad(length, oracle)
    end = length if found.last_good is None else found.last_good
    assert found.first_bad <= first < end
    assert set(found.doubtful) <= unknown
    assert all(found.first_bad < position < end for position in found.doubtful)
    if found.last_good is not None:
        between = range(found.first_bad + 1, found.last_good)
        assert set(between) <= set(found.doubtful)


def test_revisions_that_cannot_be_tried_do_not_hide_the_answer():
    """An untestable stretch elsewhere costs trials, and nothing else."""
    oracle = Oracle(64, 20, frozenset(range(30, 60)))
    assert find_first_bad(64, oracle) == Found(20, 21)


@pytest.mark.parametrize(
    ("length", "asked"), [(1, []), (2, [1]), (3, [1, 2]), (5, [1, 4]), (6, [1, 4, 5]), (64, [1, 4, 16, 63])]
)
def test_the_search_for_a_good_one_goes_back_in_growing_steps(length, asked):
    """Down to the oldest one; nothing is asked twice."""
    oracle = Oracle(length, length - 1)
    assert find_first_bad(length, oracle) == Found(length - 1, None)
    assert oracle.asked == asked
