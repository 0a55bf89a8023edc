"""Time two commands in turn and compare them pair by pair.

Processor seconds are counted and not wall seconds, so that other work on the machine disturbs less. Where valgrind
is installed its instructions can be counted instead, which nothing disturbs: `COUNT_INSTRUCTIONS=1`, and one run.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Pairs:
    """Processor seconds, or thousand millions of instructions, of two commands that ran in turn."""

    before: list[float]
    after: list[float]

    @property
    def ratio(self) -> float:
        """The median of the ratios after/before, pair by pair."""
        return statistics.median(b / a for a, b in zip(self.before, self.after, strict=True))

    def row(self, name: str, bound: float) -> str:
        """One line of a table."""
        mark = "ok" if self.ratio <= bound else "ABOVE"
        unit = "G" if _instructions_wanted() else "s"
        medians = f"{statistics.median(self.before):8.3f} {unit} {statistics.median(self.after):8.3f} {unit}"
        return f"{name:44} {medians}  ratio {self.ratio:.3f} (bound {bound}) {mark}"


def run(command: Sequence[str], cwd: Path | None = None) -> float:
    """Processor seconds, user and system, of a command that must exit with 0; or its instructions."""
    if _instructions_wanted():
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *command]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} exited {process.returncode}:\n{output.read()[-2000:].decode()}")
        if _instructions_wanted():
            output.seek(0)
            *_, number = re.findall(rb"I +refs: +([\d,]+)", output.read())
            return int(number.replace(b",", b"")) / 1e9
    return usage.ru_utime + usage.ru_stime


def _instructions_wanted() -> bool:
    return bool(os.environ.get("COUNT_INSTRUCTIONS"))


def interleave(before: Sequence[str], after: Sequence[str], runs: int, *places: Path) -> Pairs:
    """Run two commands in turn, after one warm-up of each; each in its own folder when two are given."""
    first, second = (places * 2)[:2] if places else (None, None)
    run(before, first)
    run(after, second)
    pairs = Pairs([], [])
    for number in range(runs):
        order = [(before, first, pairs.before), (after, second, pairs.after)]
        for command, place, times in order if number % 2 == 0 else reversed(order):
            times.append(run(command, place))
    return pairs
