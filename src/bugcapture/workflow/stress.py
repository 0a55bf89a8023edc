"""Conditions under which a test may fail more seldom, or in another way, than it does on a calm machine."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.project.trial import Trial
    from bugcapture.workflow.units import Hosts

_MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 - a folder below it is made for each use
_BURN: Final = "while True: pass"
_BURNERS_PER_CPU: Final = 3


class Axis(StrEnum):
    """One condition."""

    CALM = "calm"
    ONE_CPU = "one-cpu"
    MEMORY_FILES = "memory-files"
    FAST_SWITCH = "fast-switch"
    SLOW_SWITCH = "slow-switch"
    BURNERS = "burners"
    HASH_SEED = "hash-seed"
    ORDER = "order"


EXPLAINED: Final[dict[Axis, str]] = {
    Axis.CALM: "as it is",
    Axis.ONE_CPU: "on one processor alone",
    Axis.MEMORY_FILES: "with temporary files in memory",
    Axis.FAST_SWITCH: "threads switch after 1 µs",
    Axis.SLOW_SWITCH: "threads switch after 100 ms",
    Axis.BURNERS: f"beside {_BURNERS_PER_CPU} busy processes on each processor",
    Axis.HASH_SEED: "with another order of sets in each run",
    Axis.ORDER: "among the other tests of its file, in another order in each run",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """How one run is started under a condition.

    Attributes:
        hosts: How the frameworks are started.
        trial: What they are told.
    """

    hosts: Hosts
    trial: Trial


def why_impossible(axis: Axis) -> str:
    """Why this machine has not the means for a condition; empty when it has."""
    if axis is Axis.ONE_CPU and not hasattr(os, "sched_setaffinity"):
        return "this system pins no process to a processor"
    if axis is Axis.MEMORY_FILES and not (_MEMORY_FOLDER.is_dir() and os.access(_MEMORY_FOLDER, os.W_OK)):
        return f"there is no {_MEMORY_FOLDER}"
    return ""


def under(axis: Axis, run: int, hosts: Hosts, trial: Trial) -> Condition:
    """How one run is started.

    Args:
        axis: The condition.
        run: The number of the run, from 1.
        hosts: How the frameworks are started else.
        trial: What they are told else.
    """
    if axis is Axis.FAST_SWITCH:
        return Condition(hosts, replace(trial, switch_interval=1e-6))
    if axis is Axis.SLOW_SWITCH:
        return Condition(hosts, replace(trial, switch_interval=0.1))
    if axis is Axis.ORDER:
        return Condition(hosts, replace(trial, everything=True, shuffle=run))
    if axis is Axis.HASH_SEED:
        return Condition(replace(hosts, environment={**hosts.environment, "PYTHONHASHSEED": str(run)}), trial)
    return Condition(hosts, trial)


@contextlib.contextmanager
def conditions(axis: Axis, hosts: Hosts) -> Iterator[Hosts]:
    """What holds for all runs under a condition while they go on.

    Args:
        axis: The condition.
        hosts: How the frameworks are started else.
    """
    if axis is Axis.ONE_CPU and sys.platform == "linux":
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(allowed)})  # What is started inherits it.
        try:
            yield hosts
        finally:
            os.sched_setaffinity(0, allowed)
    elif axis is Axis.MEMORY_FILES:
        with tempfile.TemporaryDirectory(
            prefix="bugcapture-", dir=_MEMORY_FOLDER, ignore_cleanup_errors=True
        ) as name:
            yield replace(hosts, environment={**hosts.environment, "TMPDIR": name})
    elif axis is Axis.BURNERS:
        count = _BURNERS_PER_CPU * (os.cpu_count() or 1)
        burners = [subprocess.Popen([sys.executable, "-S", "-c", _BURN]) for _ in range(count)]
        try:
            yield hosts
        finally:
            for burner in burners:
                burner.kill()
            for burner in burners:
                burner.wait()
    else:
        yield hosts
