"""The threads: who counts, what they raise, and that none is waited for without end."""

from __future__ import annotations

import math
import sys
import threading

import pytest
import race_services
from race_services import Buggy

from bugcapture.race import RAISED, RaceError, race

SEAM = "race_services.create_engine"


def test_all_threads_start_together():
    """Every thread is alive before the first one runs the function."""
    alive = []

    def count():
        alive.append(sum(thread.name.startswith("race-") for thread in threading.enumerate()))
        race_services.create_engine()

    race(count, meet_at=SEAM, threads=5, wait=5)

    assert alive[0] == 5


class OwnError(BaseException):
    pass


@pytest.mark.parametrize(
    "error", [ValueError("v"), AssertionError("a"), SystemExit(2), KeyboardInterrupt(), OwnError("own")]
)
def test_what_threads_raise_is_kept(error):
    """Any exception of a thread is in the result, with its traceback, and never raised by `race`."""

    def fail_second():
        race_services.create_engine()
        if threading.current_thread().name == "race-2":
            raise error
        return 1

    result = race(fail_second, meet_at=SEAM, wait=5)

    assert result.results == (1, RAISED)
    assert [("race-2", error)] == [(worker.thread, worker.exception) for worker in result.errors]
    assert "in fail_second" in result.errors[0].traceback
    assert "_work" not in result.errors[0].traceback
    with pytest.raises(AssertionError, match="at least one thread raised, expected none"):
        result.expect(errors=0)


def test_an_exception_that_cannot_be_shown():
    """An exception whose text raises does not break the race or its report."""

    class HostileError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def fail():
        race_services.create_engine()
        raise HostileError

    result = race(fail, meet_at=SEAM, wait=5)

    assert "race-1 raised HostileError:" in result.describe()


def test_calls_of_other_threads_pass_uncounted():
    """Neither a helper thread of the code under test nor a stranger is held or counted."""

    def with_own_thread():
        own = threading.Thread(target=race_services.create_engine)
        own.start()
        own.join()
        race_services.create_engine()

    result = race(with_own_thread, meet_at=SEAM, wait=5)

    assert (result.entries, result.together) == (2, 2)


def test_only_calls_of_other_threads_are_no_race():
    """A meeting point that only helper threads call was not reached by the race."""

    def hand_over():
        own = threading.Thread(target=race_services.create_engine)
        own.start()
        own.join()

    with pytest.raises(RaceError, match="no thread reached the meeting point"):
        race(hand_over, meet_at=SEAM, wait=5)


def test_repeated_calls_of_one_thread_count_and_do_not_block():
    """Each call is an entry, but one thread alone is never two together."""

    def first_only():
        if threading.current_thread().name == "race-1":
            for _ in range(4):
                race_services.create_engine()

    result = race(first_only, meet_at=SEAM, wait=0.05)

    assert (result.entries, result.together, result.met) == (4, 1, False)
    with pytest.raises(AssertionError, match=rf"^1 thread went through {SEAM} 4 times, expected 1\n"):
        result.expect(entries=1)


def test_a_meeting_point_that_calls_itself():
    """Recursion through the name counts as entries of the same thread and never waits for itself."""

    def recurse(depth):
        return depth if depth == 0 else race_services.recurse(depth - 1)

    race_services.recurse = recurse
    try:
        result = race(lambda: race_services.recurse(3), meet_at="race_services.recurse", wait=5)
    finally:
        del race_services.recurse

    assert (result.entries, result.together, result.results) == (8, 2, (0, 0))


def race_with_endless_patience(function):
    """Race two threads that are held nearly for ever; None when somebody is held too long."""
    results = []
    endless = threading.Thread(
        target=lambda: results.append(race(function, meet_at=SEAM, wait=1000, timeout=3000)), daemon=True
    )
    endless.start()
    endless.join(20)
    return results[0] if results else None


def test_a_thread_that_is_done_is_not_waited_for():
    """When the other thread has ended, nobody can come any more, and calls are not held."""

    def one_of_two():
        if threading.current_thread().name == "race-1":
            race_services.create_engine()

    result = race_with_endless_patience(one_of_two)

    assert result is not None
    assert (result.entries, result.met) == (1, False)


def test_nobody_is_held_after_the_meeting():
    """Once all were inside together the meeting point is open."""
    over = threading.Event()

    def come_again():
        race_services.create_engine()
        if threading.current_thread().name == "race-1":
            race_services.create_engine()
            over.set()
        else:
            over.wait(1000)

    result = race_with_endless_patience(come_again)
    over.set()

    assert result is not None
    assert (result.entries, result.met) == (3, True)


def test_many_calls_under_a_lock_are_no_deadlock():
    """Held calls never use up the time limit: from its half on nobody is held."""
    lock = threading.Lock()

    def many():
        with lock:
            for _ in range(100):
                race_services.create_engine()

    result = race(many, meet_at=SEAM, wait=0.1, timeout=1)

    assert result.entries == 200


def test_a_hung_thread_is_an_error():
    """A deadlock names the threads and where they hang; it is never an assertion."""
    held = threading.Lock()

    def blocked():
        race_services.create_engine()
        with held:  # the line to name
            pass

    with held, pytest.raises(RaceError) as caught:
        race(blocked, meet_at=SEAM, wait=5, timeout=0.3)

    text = str(caught.value)
    assert "race-1 and race-2 did not come back within 0.3 s: a deadlock" in text
    assert text.count("with held:  # the line to name") == 2
    assert "in blocked" in text


def test_one_hung_thread_of_two():
    """Only the thread that hangs is named; the name is restored although it still hangs."""
    original, held = race_services.create_engine, threading.Event()

    def blocked():
        race_services.create_engine()
        if threading.current_thread().name == "race-2":
            held.wait()

    with pytest.raises(RaceError) as caught:
        race(blocked, meet_at=SEAM, wait=5, timeout=0.3)
    held.set()

    assert caught.value.message.startswith("race-2 did not come back")
    assert race_services.create_engine is original


def test_a_lock_order_deadlock_is_an_error():
    """Two locks taken in opposite order, brought about by the meeting."""
    over = threading.Event()
    locks = {"race-1": threading.Lock(), "race-2": threading.Lock()}

    def cross():
        own = threading.current_thread().name
        with locks[own]:
            race_services.create_engine()
            other = next(lock for name, lock in locks.items() if name != own)
            while not other.acquire(timeout=0.01) and not over.is_set():
                pass

    with pytest.raises(RaceError, match="race-1 and race-2 did not come back"):
        race(cross, meet_at=SEAM, wait=5, timeout=0.3)
    over.set()


def test_a_meeting_point_that_is_never_reached():
    """The error says what to check."""
    with pytest.raises(RaceError) as caught:
        race(int, meet_at=SEAM)

    assert f"no thread reached the meeting point '{SEAM}'" in str(caught.value)
    assert "is the name patched where it is looked up?" in str(caught.value)


def test_what_was_raised_before_the_meeting_point():
    """When the threads failed on their way, the error shows why."""

    def fail():
        raise ValueError("no database")

    with pytest.raises(RaceError, match=r"race-1 raised before:\nTraceback(?s:.*)ValueError: no database"):
        race(fail, meet_at=SEAM)


@pytest.mark.parametrize(
    "arguments",
    [
        {"threads": 1},
        {"threads": 0},
        {"threads": -2},
        {"wait": 0},
        {"wait": -0.1},
        {"wait": math.inf},
        {"wait": math.nan},
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": math.inf},
    ],
)
def test_arguments_that_make_no_bounded_race(arguments):
    """Fewer than two threads, no time, or time without end are refused before anything runs."""
    with pytest.raises(RaceError, match=str(next(iter(arguments.values())))):
        race(pytest.fail, meet_at=SEAM, **arguments)


def test_threads_that_cannot_be_started(monkeypatch):
    """A machine out of threads is an error, those already started end, and the function never ran."""
    original, start, ran = race_services.create_engine, threading.Thread.start, []

    def start_first(thread):
        if thread.name == "race-2":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_first)
    before = set(threading.enumerate())
    with pytest.raises(RaceError, match="2 threads could not be started together"):
        race(lambda: ran.append(1), meet_at=SEAM)

    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(10)
    assert not any(thread.is_alive() for thread in left)
    assert not ran
    assert race_services.create_engine is original


def test_no_thread_is_left_behind():
    """After a race all its threads have ended, and they never keep the interpreter alive."""
    before, daemons = set(threading.enumerate()), []

    def look():
        daemons.append(threading.current_thread().daemon)
        race_services.create_engine()

    race(look, meet_at=SEAM, wait=5)

    assert daemons == [True, True]
    assert not set(threading.enumerate()) - before


def test_the_switch_interval_does_not_matter():
    """The window is hit with the coarsest and the finest switching of threads."""
    before = sys.getswitchinterval()
    try:
        for interval in (1e-6, 0.1):
            sys.setswitchinterval(interval)
            assert race(Buggy().ensure, meet_at=SEAM, wait=5).met
    finally:
        sys.setswitchinterval(before)
