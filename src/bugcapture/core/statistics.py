"""What a number of runs says about how often a test fails."""

from __future__ import annotations

import math
from typing import Final

# The two-sided 95 % quantile of the normal distribution.
_Z: Final = 1.959963984540054


def wilson_interval(successes: int, runs: int) -> tuple[float, float]:
    """The 95 % score interval of a rate.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American
    Statistical Association 22 (1927). Unlike the usual interval it says something for rates of 0 and 1.

    Args:
        successes: How often it happened, from 0 to ``runs``.
        runs: How often it was tried, at least 1.

    Returns:
        The lower and the upper bound, between 0 and 1.
    """
    rate = successes / runs
    spread = _Z * math.sqrt(rate * (1 - rate) / runs + _Z**2 / (4 * runs**2))
    middle = rate + _Z**2 / (2 * runs)
    scale = 1 + _Z**2 / runs
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return (0.0 if successes == 0 else low, 1.0 if successes == runs else high)
