"""A command in a terminal whose window is closed while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# The terminal has to be the one that controls the process, so that closing it ends the process.
_START = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-m", "bugcapture", *sys.argv[2:]])
"""


def close_the_window(
    *arguments: str,
    folder: Path,
    env: Mapping[str, str],
    when: Callable[[], bool],
    after: Callable[[], object] = lambda: None,
    survives: bool = False,
    stdout: int = subprocess.DEVNULL,
) -> int:
    """Run ``bugcapture`` with standard error on a terminal, and close that while it runs.

    Args:
        arguments: What follows ``bugcapture``.
        folder: The working directory.
        env: The variables.
        when: Whether it may be closed; asked until it says so.
        after: Called when it is closed.
        survives: Whether the process passes over the signal that tells it, as below ``nohup``.
        stdout: Standard output.

    Returns:
        The exit code, negative for the signal that ended the process.
    """
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", _START, "SIG_IGN" if survives else "SIG_DFL", *arguments]
    running = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        while not when():
            assert running.poll() is None
            time.sleep(0.02)
    finally:
        os.close(ours)
        after()
    try:
        return running.wait(timeout=60)
    finally:
        if running.returncode is None:
            os.killpg(running.pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    """Whether a process does anything; one that nobody waits for keeps its number, and nothing else of it."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False, text=True)
    return state.stdout.strip()[:1] not in {"", "Z"}
