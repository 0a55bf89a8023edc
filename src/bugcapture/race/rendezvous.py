"""The bounded rendezvous: callers wait for each other, and never for long."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bugcapture.race.result import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator


class Rendezvous:
    """Counts who is inside the window and holds each caller until all are, or until its time is up.

    Args:
        threads: How many distinct threads make the meeting complete.
        wait: The longest time in seconds that one call is held.
        patience: Seconds after the start from which no call is held any more.
    """

    def __init__(self, *, threads: int, wait: float, patience: float) -> None:
        self._threads = threads
        self._wait = wait
        self._patience = patience
        self._worker = threading.local()
        self._condition = threading.Condition()
        self._inside: Counter[str] = Counter()
        self._running = threads
        self._open = False
        self._started = 0.0
        self._order: list[Entry] = []
        self._together = 0

    @property
    def together(self) -> int:
        """The most distinct threads that were inside at the same moment."""
        return self._together

    @property
    def order(self) -> tuple[Entry, ...]:
        """All calls of the racing threads, first call first."""
        return tuple(self._order)

    def start(self) -> None:
        """Set the zero of the clock."""
        self._started = time.monotonic()

    def join(self, name: str) -> None:
        """Make the calling thread one of the racing ones; calls of all others pass uncounted."""
        self._worker.name = name

    def leave(self) -> None:
        """The calling thread will not come again, so nobody needs to wait for it."""
        with self._condition:
            self._running -= 1
            self._condition.notify_all()

    def open(self) -> None:
        """Hold nobody from now on."""
        with self._condition:
            self._open = True
            self._condition.notify_all()

    @contextmanager
    def window(self) -> Iterator[None]:
        """The time from the arrival at the meeting point to the return of the original."""
        name: str | None = getattr(self._worker, "name", None)
        if name is None:
            yield
            return
        self._enter(name)
        try:
            yield
        finally:
            with self._condition:
                self._inside[name] -= 1

    def _enter(self, name: str) -> None:
        with self._condition:
            now = time.monotonic() - self._started
            self._order.append(Entry(thread=name, seconds=now))
            self._inside[name] += 1
            present = self._present()
            self._together = max(self._together, present)
            if present == self._threads:
                self._open = True
            self._condition.notify_all()
            self._condition.wait_for(self._need_not_wait, timeout=min(self._wait, self._patience - now))

    def _present(self) -> int:
        return sum(depth > 0 for depth in self._inside.values())

    def _need_not_wait(self) -> bool:
        return self._open or self._present() >= self._running
