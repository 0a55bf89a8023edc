"""Spread work on files over the processors."""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

# Less than this for each process is done sooner without another one.
_WORTH: Final = 400_000
_CHUNK: Final = 4
# Whether another process is a copy of this one, as elsewhere it cannot be, or not safely.
_FORKS: Final = sys.platform == "linux"

# What a process that does nothing else has to do, and to what.
_task: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def spread(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    sizes: Sequence[int],
    jobs: int | None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[tuple[Item, Result]]:
    """Do some work on each of some things, the largest first.

    The work is done by this process alone where there is little of it, and where a copy of the process would not
    have the threads that this one has.

    Args:
        work: What is done; it and what it returns can be pickled.
        items: To what.
        sizes: How large they are, in bytes.
        jobs: How many processes may work; None for one for each processor.
        meanwhile: What this process does first while others work.

    Returns:
        Each thing with what has come of it.
    """
    order = sorted(range(len(items)), key=lambda number: -sizes[number])
    count = min(jobs or _processors(), sum(sizes) // _WORTH, len(items))
    if count > 1 and not (_FORKS and threading.active_count() > 1):
        yield from _shared(work, items, order, count, meanwhile)
        return
    for number in order:
        yield items[number], work(items[number])


def _shared(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    order: list[int],
    count: int,
    meanwhile: Callable[[], object],
) -> Iterator[tuple[Item, Result]]:
    import multiprocessing  # noqa: PLC0415 - a few files are scanned without
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    context = multiprocessing.get_context("fork" if _FORKS else "spawn")
    # A process that is forked has all that it needs; another one is sent it, once.
    with ProcessPoolExecutor(count, context, initializer=_start, initargs=(work, items)) as pool:
        results = pool.map(_work, order, chunksize=_CHUNK)
        meanwhile()
        for number, result in zip(order, results, strict=True):
            yield items[number], result


def _start(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    gc.disable()
    _task[:] = [(work, items)]


def _work(number: int) -> Any:
    work, items = _task[0]
    return work(items[number])


def _processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def without_collector() -> Iterator[None]:
    """Syntax trees hold no cycles: looking for some takes longer than making the trees."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
