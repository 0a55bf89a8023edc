"""Run other programs side by side: each with its output in a file, none of them left behind."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

GRACE: Final = 5.0

_POLL: Final = 0.02
_STOPPING: Final = ("SIGINT", "SIGTERM", "SIGHUP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One program to run.

    Attributes:
        command: The program and its arguments; no shell reads them.
        folder: The folder to start it in.
        environment: All its variables.
        output: The file that gets its output and errors, in one stream.
    """

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    output: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended.

    Attributes:
        exit_code: Its exit code; the negative number of the signal that killed it.
        seconds: How long it ran.
        timed_out: Whether it was stopped for taking too long.
    """

    exit_code: int
    seconds: float
    timed_out: bool = False


def run_tasks(
    tasks: Sequence[Task],
    *,
    jobs: int = 1,
    timeout: float | None = None,
    on_end: Callable[[int, Ended], bool] | None = None,
    on_wait: Callable[[], None] | None = None,
) -> list[Ended | None]:
    """Run programs, some at a time.

    Each gets a process group of its own, which is gone when it has ended, with whatever it started. One
    that takes too long, and all of them when this process is interrupted or told to end, are asked to stop,
    so that they can tear down, and killed after `GRACE` seconds. A second interrupt kills at once.

    Args:
        tasks: The programs, in the order in which they shall start.
        jobs: How many may run at a time.
        timeout: Seconds that each may take; None for no limit.
        on_end: Called with the position and the end of each program as it ends; when it says true, no
            further program is started.
        on_wait: Called again and again while any of them runs.

    Returns:
        How each ended, in the order of the tasks; None for those that were not started.

    Raises:
        ConfigurationError: If one cannot be started.
        KeyboardInterrupt: If this process was interrupted or told to end; all programs have ended.
    """
    waiting = deque(enumerate(tasks))
    running: dict[int, _Child] = {}
    ended: dict[int, Ended] = {}
    with _heed_signals() as told:
        try:
            while waiting or running:
                if told:
                    raise KeyboardInterrupt
                while waiting and len(running) < jobs:
                    index, task = waiting.popleft()
                    running[index] = _Child(task, timeout)
                for index in _reap(running, ended):
                    if on_end is not None and on_end(index, ended[index]):
                        waiting.clear()
                if running:
                    if on_wait is not None:
                        on_wait()
                    time.sleep(_POLL)
        finally:
            _stop(running, told)
    if told:  # It came too late to stop anything.
        raise KeyboardInterrupt
    return [ended.get(index) for index in range(len(tasks))]


class _Child:
    """One running program."""

    def __init__(self, task: Task, timeout: float | None) -> None:
        self._started = time.monotonic()
        self._deadline = None if timeout is None else self._started + timeout
        self._kill_at: float | None = None
        self._timed_out = False
        options: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
        try:
            with task.output.open("wb") as stream:
                self._process = subprocess.Popen(
                    task.command,
                    cwd=task.folder,
                    env=dict(task.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    **options,
                )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigurationError(f"cannot be run: {reason}", where=printable(task.command[0])) from error

    def poll(self) -> Ended | None:
        """How it ended; None while it runs."""
        now = time.monotonic()
        if self._process.poll() is not None:
            self.kill()  # What it started and left behind.
            return Ended(self._process.returncode, now - self._started, self._timed_out)
        if self._kill_at is not None:
            if now >= self._kill_at:
                self.kill()
        elif self._deadline is not None and now >= self._deadline:
            self._timed_out = True
            self.ask_to_stop()
        return None

    def ask_to_stop(self) -> None:
        """Interrupt it, and kill it when that does not help."""
        self._kill_at = time.monotonic() + GRACE
        if sys.platform == "win32":
            self._process.terminate()
        else:
            self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and all that it started."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if sys.platform != "win32":
            import os  # noqa: PLC0415 - the name exists on every system, the function does not

            with contextlib.suppress(
                ProcessLookupError, PermissionError
            ):  # macOS says the second of a dead group.
                os.killpg(self._process.pid, number)


def _reap(running: dict[int, _Child], ended: dict[int, Ended]) -> list[int]:
    """Move the programs that have ended from one table to the other; their positions."""
    done = {index: end for index, child in running.items() if (end := child.poll()) is not None}
    ended |= done
    for index in done:
        del running[index]
    return list(done)


def _stop(running: dict[int, _Child], told: list[int]) -> None:
    for child in running.values():
        child.ask_to_stop()
    heard = len(told)
    while running:
        if len(told) > heard:
            for child in running.values():
                child.kill()
        _reap(running, {})
        time.sleep(_POLL)


@contextlib.contextmanager
def _heed_signals() -> Iterator[list[int]]:
    """Collect the signals that ask this process to end, instead of dying of them and leaving children behind."""
    told: list[int] = []
    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in _STOPPING:
            number = getattr(signal, name, None)  # Not every system has every signal.
            if number is not None and signal.getsignal(number) not in {signal.SIG_IGN, None}:
                before[number] = signal.signal(number, lambda received, _frame: told.append(received))
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
