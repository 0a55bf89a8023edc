"""Which code is caught and which is cleared."""

from __future__ import annotations

import pytest
from race_services import (
    Buggy,
    BuggyWide,
    DoubleChecked,
    HalfFix,
    LockInInit,
    ModuleLock,
    ReturnsOwn,
)

from bugcapture.race import race

SEAM = "race_services.create_engine"


@pytest.mark.parametrize("variant", [Buggy, BuggyWide, ReturnsOwn])
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_check_then_act_is_caught(variant, threads):
    """All threads are inside the window at once, whether or not it holds I/O."""
    result = race(variant().ensure, meet_at=SEAM, threads=threads, wait=5)

    assert (threads, threads, True) == (result.entries, result.together, result.met)
    with pytest.raises(AssertionError, match=rf"^{threads} threads went through {SEAM}, expected 1\n"):
        result.expect(entries=1)


@pytest.mark.parametrize("variant", [LockInInit, DoubleChecked, ModuleLock])
def test_right_fixes_are_cleared(variant):
    """A lock with the check inside lets one thread through, and all get the same object."""
    result = race(variant().ensure, meet_at=SEAM, wait=0.05)

    assert (result.entries, result.together, result.met) == (1, 1, False)
    assert result is result.expect(entries=1, errors=0, same_result=True)


def test_half_fix_is_caught():
    """A lock without a second check never has two threads inside, and still lets both through."""
    result = race(HalfFix().ensure, meet_at=SEAM, wait=0.05)

    assert (result.entries, result.together, result.met) == (2, 1, False)
    with pytest.raises(AssertionError, match=rf"^2 threads went through {SEAM}, expected 1\n"):
        result.expect(entries=1)


def test_the_same_answer_every_time():
    """The narrow window is hit in each of many runs, and its fix is never accused."""
    caught = [race(Buggy().ensure, meet_at=SEAM, wait=5).entries for _ in range(100)]
    cleared = [race(DoubleChecked().ensure, meet_at=SEAM, wait=0.01).entries for _ in range(50)]

    assert (caught, cleared) == ([2] * 100, [1] * 50)


def test_order_tells_who_came_when():
    """Entries are in the order of time, counted from the common start."""
    result = race(HalfFix().ensure, meet_at=SEAM, wait=0.05)

    assert {"race-1", "race-2"} == {entry.thread for entry in result.order}
    assert 0 <= result.order[0].seconds <= result.order[1].seconds
