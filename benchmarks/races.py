"""How sure the rendezvous is: bug 991 of the sample, its right fixes and a wrong one, many times each.

    python benchmarks/races.py --runs 200 --python .venv311/bin/python --python .venv313/bin/python

Rows are variants of the service on a SQLite file, columns are interpreters on one CPU and on two. A cell is
the share of runs in which the race steps raised their assertion: all of them for a variant with the race,
none for one without. Each interpreter needs bugcapture with its `sample` extra. Exit code 1 when a cell is
not what it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SEAM: Final = "audit_service.service.create_engine"
SCHEMA: Final = "bugcapture.benchmark.races/1"
ROWS: Final = {
    "buggy sample": True,
    "buggy, narrow window": True,
    "half fix (lock, no re-check)": True,
    "lock in __init__": False,
    "double-checked lock": False,
    "module lock": False,
}


def variants() -> dict[str, Callable[[str], Any]]:
    """The services by row; the imports are late, so that only the measured interpreters need SQLAlchemy."""
    from sqlalchemy.orm import sessionmaker  # noqa: PLC0415

    from audit_service import service  # noqa: PLC0415

    class Narrow(service.AuditService):
        """No I/O between check and act: the engine is lazy, and the table is made elsewhere."""

        def _ensure_session(self) -> Any:
            if self._sessions is None:
                self._sessions = sessionmaker(service.create_engine(self._url))
            return self._sessions

    class LockInInit(service.AuditService):
        def __init__(self, url: str) -> None:
            super().__init__(url)
            self._lock = threading.Lock()

        def _ensure_session(self) -> Any:
            with self._lock:
                return super()._ensure_session()

    class DoubleChecked(LockInInit):
        def _ensure_session(self) -> Any:
            return super()._ensure_session() if self._sessions is None else self._sessions

    class ModuleLock(service.AuditService):
        def _ensure_session(self) -> Any:
            with _MODULE_LOCK:
                return super()._ensure_session()

    class HalfFix(LockInInit):
        """Locks the act; who waited for the lock does not look again."""

        def _ensure_session(self) -> Any:
            if self._sessions is None:
                with self._lock:
                    engine = service.create_engine(self._url)
                    service.create_schema(engine)
                    self._sessions = sessionmaker(engine)
            return self._sessions

    services = (service.AuditService, Narrow, HalfFix, LockInInit, DoubleChecked, ModuleLock)
    return dict(zip(ROWS, services, strict=True))


_MODULE_LOCK: Final = threading.Lock()


def measure(runs: int, wait: float) -> dict[str, dict[str, Any]]:
    """Race every variant; the rows take turns, so that a disturbance of the machine hits all of them."""
    from bugcapture.race import race  # noqa: PLC0415

    cells: dict[str, dict[str, Any]] = {row: {"alarms": 0, "runs": runs, "ms": []} for row in ROWS}
    services = variants()
    with tempfile.TemporaryDirectory(prefix="races-") as folder:
        for number in range(runs):
            for place, (row, make) in enumerate(services.items()):
                audited = make(f"sqlite:///{Path(folder, f'{number}-{place}.db')}")
                began = time.perf_counter()
                result = race(audited._ensure_session, meet_at=SEAM, wait=wait)  # noqa: SLF001 - the sample's bug
                cells[row]["ms"].append((time.perf_counter() - began) * 1000)
                try:
                    result.expect(entries=1, errors=0, same_result=True)
                except AssertionError:
                    cells[row]["alarms"] += 1
                for sessions in result.results:
                    bind = getattr(sessions, "kw", {}).get("bind")
                    if bind is not None:
                        bind.dispose()
    for cell in cells.values():
        cell["ms"] = round(statistics.median(cell["ms"]), 1)
    return cells


def run_column(python: str, cpus: int, runs: int, wait: float) -> dict[str, Any]:
    """Measure in a process of that interpreter, bound to so many CPUs."""
    began = time.perf_counter()
    command = [python, __file__, "--column", "--cpus", str(cpus), "--runs", str(runs), "--wait", str(wait)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    column: dict[str, Any] = json.loads(done.stdout)
    return {**column, "seconds": round(time.perf_counter() - began, 1)}


def bind_to(cpus: int) -> int:
    """Bind this process to so many of the CPUs it may use, and say how many it got."""
    usable = sorted(os.sched_getaffinity(0))[:cpus]
    os.sched_setaffinity(0, usable)
    return len(usable)


def is_right(row: str, cell: dict[str, Any]) -> bool:
    return bool(cell["alarms"] == (cell["runs"] if ROWS[row] else 0))


def table(columns: list[dict[str, Any]]) -> str:
    heads = ["", *(f"{column['python']}, {column['cpus']} CPU" for column in columns)]
    lines = [heads, ["---"] * len(heads)]
    for row in ROWS:
        cells = [column["rows"][row] for column in columns]
        texts = [
            f"{cell['alarms']}/{cell['runs']}{'' if is_right(row, cell) else ' WRONG'} ({cell['ms']:g} ms)"
            for cell in cells
        ]
        lines.append([f"{row}: {'caught' if ROWS[row] else 'false alarms'}", *texts])
    lines.append(["time of the column", *(f"{column['seconds']:g} s" for column in columns)])
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="How sure the rendezvous catches bug 991 and clears its fixes.")
    parser.add_argument("--runs", type=int, default=200, help="races per cell (default: 200)")
    parser.add_argument("--wait", type=float, default=0.05, help="seconds a call is held at most (default: 0.05)")
    parser.add_argument("--python", action="append", help="an interpreter to measure; may be repeated")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--column", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--cpus", type=int, default=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.column:
        cpus = bind_to(options.cpus)
        rows = measure(options.runs, options.wait)
        print(json.dumps({"python": platform.python_version(), "cpus": cpus, "rows": rows}))
        return 0
    columns = [
        run_column(python, cpus, options.runs, options.wait)
        for python in options.python or [sys.executable]
        for cpus in (1, 2)
    ]
    if options.format == "json":
        print(json.dumps({"schema": SCHEMA, "wait": options.wait, "columns": columns}, indent=2))
    else:
        print(table(columns))
    right = all(is_right(row, column["rows"][row]) for column in columns for row in ROWS)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
