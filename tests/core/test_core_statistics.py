"""What a number of runs says about a rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.statistics import wilson_interval


@pytest.mark.parametrize(
    ("successes", "runs", "low", "high"),
    [
        (50, 50, 92.9, 100.0),
        (49, 50, 89.5, 99.6),
        (157, 200, 72.3, 83.6),
        (1, 200, 0.1, 2.8),
        (0, 50, 0.0, 7.1),
        (300, 300, 98.7, 100.0),
        (1, 1, 20.7, 100.0),
    ],
)
def test_known_intervals(successes, runs, low, high):
    """Values of Wilson's interval that other programs give as well."""
    found = wilson_interval(successes, runs)
    assert [round(100 * bound, 1) for bound in found] == [low, high]


@given(runs=st.integers(1, 10**6), share=st.floats(0, 1))
def test_the_rate_lies_in_its_interval(runs, share):
    """For any number of runs; the bounds stay between 0 and 1, and the mirrored rate has the mirrored interval."""
    successes = round(share * runs)
    low, high = wilson_interval(successes, runs)
    assert 0 <= low <= successes / runs + 1e-9
    assert successes / runs - 1e-9 <= high <= 1
    other_low, other_high = wilson_interval(runs - successes, runs)
    assert (other_low, other_high) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))
