"""Run one race: start threads together, let them meet, and gather what they did."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import RaceError
from bugcapture.race.rendezvous import Rendezvous
from bugcapture.race.result import RAISED, RaceResult, WorkerError, thread_name
from bugcapture.race.seam import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

_SHOWN_FRAMES: Final = 4


def race(
    function: Callable[[], object],
    *,
    meet_at: str,
    threads: int = 2,
    wait: float = 0.25,
    timeout: float = 10.0,
) -> RaceResult:
    """Call ``function`` in several threads that meet at one point inside it.

    The meeting point is a callable that the code under test calls between its check and its act. Each
    thread that calls it is held there until all threads are inside, or until ``wait`` has passed; then
    the original is called. The name is replaced only while the race runs.

    It forces one interleaving, all threads inside the window; a pass says that this interleaving is shut
    out, not that the code is race free.

    Args:
        function: What each thread calls, without arguments.
        meet_at: The meeting point, by the name under which it is *looked up*: ``package.module.name``,
            ``package.module.Class.method``, or ``package.module:name`` with further ``.attributes``.
        threads: How many threads race, at least 2.
        wait: Longest time in seconds that a call of the meeting point is held. Code that shuts the
            others out costs this time; code with the race does not.
        timeout: Seconds until all threads must be back. In its second half no call is held any more.

    Returns:
        What happened. What the threads raised is kept in it and not raised here, so that one assertion
        in the test decides.

    Raises:
        RaceError: An argument cannot be used, the meeting point cannot be found or replaced, no thread
            reached it, or a thread hangs.
    """
    _check_arguments(threads, wait, timeout)
    rendezvous = Rendezvous(threads=threads, wait=wait, patience=timeout / 2)
    workers = _Workers(function, threads, rendezvous)
    with guarded(meet_at, rendezvous.window):
        try:
            workers.run(timeout)
        finally:
            rendezvous.open()
    order = rendezvous.order
    errors = tuple(error for error in workers.errors if error is not None)
    if not order:
        raise _never_reached(meet_at, errors)
    return RaceResult(
        meet_at=meet_at,
        threads=threads,
        entries=len(order),
        together=rendezvous.together,
        met=rendezvous.together == threads,
        results=tuple(workers.results),
        errors=errors,
        order=order,
    )


class _Workers:
    def __init__(self, function: Callable[[], object], count: int, rendezvous: Rendezvous) -> None:
        self._function = function
        self._rendezvous = rendezvous
        self._barrier = threading.Barrier(count + 1, action=rendezvous.start)
        self._threads = [
            threading.Thread(target=self._work, args=(index,), name=thread_name(index), daemon=True)
            for index in range(count)
        ]
        self.results: list[object] = [RAISED] * count
        self.errors: list[WorkerError | None] = [None] * count

    def run(self, timeout: float) -> None:
        """Start all threads together and wait until they are back, for at most ``timeout`` seconds."""
        try:
            for thread in self._threads:
                thread.start()
            self._barrier.wait(timeout)
        except BaseException as error:
            self._barrier.abort()
            if not isinstance(error, RuntimeError):  # which a broken barrier is too
                raise
            raise RaceError(
                f"{len(self._threads)} threads could not be started together within {timeout:g} s",
                hint="use fewer threads, or a longer timeout",
            ) from error
        ends = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        hung = [thread for thread in self._threads if thread.is_alive()]
        if hung:
            raise _hung(hung, timeout)

    def _work(self, index: int) -> None:
        try:
            self._barrier.wait()
        except threading.BrokenBarrierError:
            return
        name = thread_name(index)
        self._rendezvous.join(name)
        try:
            self.results[index] = self._function()
        except BaseException as error:  # noqa: BLE001 - a worker's SystemExit must not be lost either
            self.errors[index] = WorkerError(name, error, _traceback_of(error))
        finally:
            self._rendezvous.leave()


def _check_arguments(threads: int, wait: float, timeout: float) -> None:
    if threads < 2:  # noqa: PLR2004 - a race needs two
        raise RaceError(f"{threads} threads cannot race", hint="use threads=2 or more")
    for name, seconds in (("wait", wait), ("timeout", timeout)):
        if not 0 < seconds <= threading.TIMEOUT_MAX:
            raise RaceError(f"{name}={seconds!r} is not a time above 0 seconds", hint=f"give {name} in seconds")


def _traceback_of(error: BaseException) -> str:
    own_frame = error.__traceback__
    below = own_frame.tb_next if own_frame is not None else None
    return "".join(traceback.format_exception(type(error), error, below))


def _never_reached(meet_at: str, errors: Sequence[WorkerError]) -> RaceError:
    raised = "".join(f"\n{error.thread} raised before:\n{error.traceback}" for error in errors[:1])
    return RaceError(
        f"no thread reached the meeting point {meet_at!r}{raised}",
        hint="is the name patched where it is looked up? `from x import f` in module m is looked up as m.f; "
        "and is it called at all by what the threads run?",
    )


def _hung(threads: Sequence[threading.Thread], timeout: float) -> RaceError:
    frames = sys._current_frames()  # noqa: SLF001 - the documented way to a thread's stack
    stacks = [(thread, frames.get(thread.ident or 0)) for thread in threads]
    names = " and ".join(thread.name for thread in threads)
    return RaceError(
        f"{names} did not come back within {timeout:g} s: a deadlock, or a call that never returns"
        + "".join(f"\n{thread.name} hangs at:\n{_stack_of(frame)}" for thread, frame in stacks),
        hint="no assertion was made; mend the deadlock, or give a longer timeout",
    )


def _stack_of(frame: FrameType | None) -> str:
    if frame is None:
        return "  (it ended just now)"
    return "".join(traceback.format_stack(frame)[-_SHOWN_FRAMES:]).rstrip()
