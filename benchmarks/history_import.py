"""Processes that import evidence at once into one new history: is a record lost, does one count twice, how fast?

Run it with ``python benchmarks/history_import.py [--processes 8] [--records 10000] [--url URL]``; without one, on
SQLite and on a PostgreSQL server of its own, with fsync off. A database that is named must be empty.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import make_url

from bugcapture.core.evidence import Evidence, encode_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from postgres import NoPostgresError, running_postgres

TESTS = 200
RECORD = Evidence(
    ts="2026-11-20T10:00:00.000+00:00",
    framework="behave",
    ids=(991,),
    location="features/audit/audit_session_race.feature:10",
    name="Concurrent first use opens one engine",
    verdict="expected_failure",
    raw_status="failed",
    reason="AssertionError: 2 engines were created in Then only 1 engine was created",
    exc_type="AssertionError",
    message="2 engines were created\n" * 20,
    step="Then only 1 engine was created",
    step_location="features/audit/audit_session_race.feature:14",
    duration=0.123456,
)


def write(file: Path, machine: int, records: int) -> None:
    """The evidence of the runs of one machine, of 200 tests each."""
    with file.open("wb") as stream:
        for number in range(records):
            run, test = divmod(number, TESTS)
            day, minute = divmod(run, 1440)
            one = replace(
                RECORD,
                ts=f"2026-11-{1 + day:02}T{minute // 60:02}:{minute % 60:02}:00.000+00:00",
                ids=(1 + test // 2, 1000) if test % 10 == 0 else (1 + test // 2,),
                location=f"features/area_{test // 20}.feature:{3 + 4 * (test % 20)}",
                name=f"Scenario {test}",
                verdict="passed" if (run + test) % 3 == 0 else "expected_failure",
                run_id=f"{machine}-{run}",
                commit=hashlib.sha1(str(run).encode(), usedforsecurity=False).hexdigest(),
            )
            stream.write(encode_record(one))


def import_at_once(files: Sequence[Path], url: str) -> tuple[list[dict[str, int]], float]:
    """Start a process for each file; what each of them said, and how long all took."""
    command = [sys.executable, "-m", "bugcapture", "history", "import", "--format=json", "--quiet"]
    variables = {**os.environ, "BUGCAPTURE_HISTORY": url}
    start = time.perf_counter()
    processes = [subprocess.Popen([*command, file], env=variables, stdout=subprocess.PIPE) for file in files]
    outputs = [process.communicate()[0] for process in processes]
    seconds = time.perf_counter() - start
    for process in processes:
        if process.returncode:
            sys.exit(f"an import exited {process.returncode}")
    return [json.loads(output) for output in outputs], seconds


def count(url: str) -> tuple[int, int, int]:
    """How many records there are, how many of them are distinct, and how many bug numbers they have."""
    engine = sqlalchemy.create_engine(make_url(url))
    distinct = "SELECT DISTINCT u.run_id, u.revision, r.framework, r.location, r.name, r.attempt"
    joined = "FROM bugcapture_records r JOIN bugcapture_runs u ON u.id = r.run"
    with closing(engine.connect()) as connection:
        counts = tuple(
            int(connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one())  # noqa: S608 - constants
            for what in ("bugcapture_records", f"({distinct} {joined}) AS d", "bugcapture_bugs")
        )
    engine.dispose()
    return counts  # type: ignore[return-value] # three of them


def report(name: str, files: Sequence[Path], url: str, expected: int) -> bool:
    """Import, count, and print one line."""
    before = count(url)[0] if name != "its own" else 0
    results, seconds = import_at_once(files, url)
    stored, distinct, bugs = count(url)
    new = sum(result["new"] for result in results)
    read = sum(result["records"] for result in results)
    right = stored == distinct == before + new == expected
    print(
        f"  {name:12} {len(files)} processes read {read} records in {seconds:6.1f} s ({read / seconds:8.0f}/s): "
        f"{new} new; stored {stored} of {expected}, lost {expected - distinct}, twice {stored - distinct}, "
        f"{bugs} bug numbers {'ok' if right else 'WRONG'}"
    )
    return right


def measure(url: str, folder: Path, processes: int, records: int) -> bool:
    """Each process its own records, then all the same ones, then everything again."""
    own = [folder / f"own-{number}.jsonl" for number in range(processes)]
    for number, file in enumerate(own):
        write(file, number, records)
    same = folder / "same.jsonl"
    write(same, processes, records)
    answers = [
        report("its own", own, url, processes * records),
        report("all the same", [same] * processes, url, (processes + 1) * records),
        report("once more", own, url, (processes + 1) * records),
    ]
    start = time.perf_counter()
    for query in ("show", "trend"):
        subprocess.run(
            [sys.executable, "-m", "bugcapture", "history", query, "--quiet", "--format=json"],
            env={**os.environ, "BUGCAPTURE_HISTORY": url},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    print(f"  show and trend of all bugs: {time.perf_counter() - start:.1f} s")
    return all(answers)


@contextmanager
def databases(folder: Path, url: str | None) -> Iterator[list[tuple[str, str]]]:
    """The databases to measure."""
    if url is not None:
        yield [("the database", url)]
        return
    sqlite = ("SQLite", f"sqlite:///{folder / 'history.sqlite'}")
    try:
        with running_postgres() as postgres:
            yield [sqlite, ("PostgreSQL", postgres)]
    except NoPostgresError as error:
        print(f"PostgreSQL is not measured: {error}")
        yield [sqlite]


def main() -> int:
    """Measure and print; 1 when a record was lost or counted twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    right = True
    with tempfile.TemporaryDirectory() as name, databases(Path(name), options.url) as found:
        for database, url in found:
            print(database)
            right &= measure(url, Path(name), options.processes, options.records)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
