"""Evidence comes into the history once, whatever way and however often it comes."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from history_project import RECORD, query, record

from bugcapture.core.evidence import encode_record, merge_records
from bugcapture.project.config import find_project
from bugcapture.project.history import store
from bugcapture.workflow.history import import_evidence

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    from history_project import Project

PROCESSES = 8
RECORDS = 250


def test_the_same_run_counts_once(filled: Project) -> None:
    """Again, as a merged file, and as a copy of one of its parts: nothing is new."""
    tests = [record(name=f"T{number}", worker=str(number % 2)) for number in range(6)]
    filled.evidence(tests[:3], "ev/one.jsonl")
    filled.evidence(tests[3:], "ev/two.jsonl")
    filled.evidence(merge_records(tests), "merged.jsonl")

    assert filled.counts("ev/two.jsonl") == (3, 0, 0)
    assert filled.counts("ev") == (3, 0, 3)
    assert filled.counts("ev") == (0, 0, 6)
    assert filled.counts("merged.jsonl") == (0, 0, 6)


def test_a_file_that_has_grown_brings_what_is_new(filled: Project) -> None:
    """What was there is known; the record of a teardown that failed since replaces that of its test."""
    first = [record(verdict="passed"), record(name="Two")]
    name = filled.evidence(first)
    assert filled.counts(name) == (2, 0, 0)

    grown = [record(verdict="regressed", ts="2026-11-20T10:00:01+00:00"), record(name="Three")]
    filled.evidence([*first, *grown])

    assert filled.counts(name) == (1, 1, 2)
    assert [test["verdict"] for test in filled.show()[0]["tests"]] == [
        "regressed",
        "expected_failure",
        "expected_failure",
    ]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("apart", [True, False])
def test_the_worst_record_of_an_attempt_stays(filled: Project, order: int, *, apart: bool) -> None:
    """Whatever comes first, in one file or in two; among equals the later one stays."""
    later = "2026-11-20T11:00:00+00:00"
    records = [record(verdict="passed", ts=later), record(), record(ts=later, reason="later")][::order]
    files = [[one] for one in records] if apart else [records]
    for number, content in enumerate(files):
        filled.counts(filled.evidence(content, f"{number}.jsonl"))

    rows = query(filled.variables["BUGCAPTURE_HISTORY"], "SELECT verdict, reason FROM bugcapture_records")
    assert rows == [("expected_failure", "later")]


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "other"},
        {"commit": "b" * 40},
        {"framework": "pytest"},
        {"location": "features/a.feature:4"},
        {"name": "Two"},
        {"attempt": 2},
        {"name": "One\0"},
    ],
    ids=str,
)
def test_runs_revisions_tests_and_attempts_stay_apart(filled: Project, change: dict[str, Any]) -> None:
    """What makes another attempt in `evidence merge` is another record here."""
    assert filled.counts(filled.evidence([RECORD, record(**change)])) == (2, 0, 0)


def test_everything_in_a_record_is_kept(filled: Project) -> None:
    """Signs of any kind, names of any length, and what only some records have."""
    odd = "é\0\x1b[31m\n" + "n" * 10_000
    texts = (
        "name",
        "raw_status",
        "reason",
        "exc_type",
        "step",
        "step_location",
        "worker",
        "shard",
        "kind",
        "phase",
    )
    one = record(
        **dict.fromkeys(texts, odd), dirty=True, duration=0.125, attempt=3, ids=(7, 8, 7, 10**18), message="m"
    )
    assert filled.counts(filled.evidence([one, record(name="Plain")])) == (2, 0, 0)

    url = filled.variables["BUGCAPTURE_HISTORY"]
    kept = odd.replace("\0", "\\x00")
    columns = (*texts, "duration", "attempt", "message")
    (row,) = query(url, f"SELECT {', '.join(columns)} FROM bugcapture_records WHERE attempt = 3")  # noqa: S608
    assert row == (*[kept] * len(texts), 0.125, 3, "m")
    assert [
        bool(row[0]) for row in query(url, "SELECT dirty FROM bugcapture_records WHERE dirty IS NOT NULL")
    ] == [True]
    numbers = query(url, "SELECT number, count(*) FROM bugcapture_bugs GROUP BY number ORDER BY number")
    assert numbers == [(7, 2), (8, 1), (10**18, 1)]


def test_a_refused_line_costs_only_itself(filled: Project) -> None:
    """Each is told with its place, the rest goes on, and only what a newer bugcapture wrote fails."""
    lines = [
        encode_record(RECORD),
        b'{"schema": "torn\n',
        encode_record(record(ts="yesterday")),
        encode_record(record(ts="0001-01-01T00:00:00+01:00")),
        encode_record(record(ids=(1 << 63,))),
        encode_record(record(attempt=1 << 31)),
        encode_record(record(name="Two")),
    ]
    filled.write("a.jsonl", b"".join(lines))
    done = filled.history("import", "a.jsonl")

    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        'bugcapture: a.jsonl:2: is no JSON: {"schema": "torn',
        "bugcapture: a.jsonl:3: is a record that the history cannot keep: its ts is no time as in ISO 8601",
        "bugcapture: a.jsonl:4: is a record that the history cannot keep: its ts is no time as in ISO 8601",
        "bugcapture: a.jsonl:5: is a record that the history cannot keep: a bug number is too large",
        "bugcapture: a.jsonl:6: is a record that the history cannot keep: the number of the attempt is too large",
        done.err.splitlines()[-1],
    ]
    assert done.err.endswith(": 2 new, 0 known, 5 refused\n")

    filled.write("a.jsonl", b"".join(lines).replace(b"evidence/1", b"evidence/2", 1))
    done = filled.history("import", "a.jsonl", "--format", "json", "-q")
    assert (done.code, done.json["known"], len(done.json["refused"])) == (1, 1, 6)


def test_without_a_path_the_projects_evidence_is_read(filled: Project) -> None:
    """As with `evidence merge`, and with the same error where there is none."""
    done = filled.history("import")
    assert (done.code, done.err.splitlines()[0]) == (2, "bugcapture: error: there is no evidence folder")

    filled.write("pyproject.toml", "[tool.bugcapture]\nevidence = 'ev'\n")
    filled.evidence([RECORD])
    assert filled.counts() == (1, 0, 0)


def test_a_record_that_somebody_else_inserts_meanwhile(filled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the insert: the worse of the two stays, and only one of them is new."""
    assert filled.counts(filled.evidence([RECORD])) == (1, 0, 0)
    looks: list[int] = []
    weigh = store._weigh

    def look(connection: Any, keys: Any) -> Any:
        looks.append(len(keys))
        return weigh(connection, keys) if len(looks) > 1 else {}

    monkeypatch.setattr(store, "_weigh", look)

    assert filled.counts(filled.evidence([record(verdict="wrong_failure"), record(name="Two")])) == (1, 1, 0)
    assert looks == [2, 1]
    assert filled.show()[0]["tests"][0]["verdict"] == "wrong_failure"


def test_many_processes_import_at_once(filled: Project) -> None:
    """They make the history together and bring their own and the same records: none is lost, none is twice.

    Of those that differ the latest stays, whoever comes first.
    """
    for number in range(PROCESSES):
        own = [record(run_id=f"own-{number}", name=f"T{test}") for test in range(RECORDS)]
        ts = f"2026-11-20T10:00:0{number}+00:00"
        same = [record(run_id="same", name=f"T{test}", ids=(7, 8), ts=ts, reason=ts) for test in range(RECORDS)]
        filled.evidence([*own[::2], *same[:: -1 if number % 2 else 1], *own[1::2]], f"{number}.jsonl")

    # A server that has loaded SQLAlchemy once, where there is one.
    method = "spawn" if os.name == "nt" else "forkserver"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["test_history_import", "bugcapture.project.history.store", "psycopg"])
    barrier = context.Barrier(PROCESSES)
    results: Any = context.SimpleQueue()
    url = filled.variables["BUGCAPTURE_HISTORY"]
    processes = [
        context.Process(target=_import, args=(str(filled.folder), f"{number}.jsonl", url, barrier, results))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    answers = [results.get() for _ in processes]
    assert sum(new for new, _ in answers) == (PROCESSES + 1) * RECORDS
    assert sum(others for _, others in answers) == (PROCESSES - 1) * RECORDS
    runs = query(
        url,
        "SELECT run_id, count(*), count(DISTINCT name) FROM bugcapture_records r "
        "JOIN bugcapture_runs u ON u.id = r.run GROUP BY run_id ORDER BY run_id",
    )
    names = [*(f"own-{number}" for number in range(PROCESSES)), "same"]
    assert runs == [(name, RECORDS, RECORDS) for name in names]
    latest = query(url, "SELECT DISTINCT reason FROM bugcapture_records WHERE reason <> ''")
    assert latest == [(f"2026-11-20T10:00:0{PROCESSES - 1}+00:00",)]
    numbers = query(url, "SELECT number, count(*) FROM bugcapture_bugs GROUP BY number ORDER BY number")
    assert numbers == [(7, (PROCESSES + 1) * RECORDS), (8, RECORDS)]
    assert query(url, "SELECT version FROM bugcapture_schema ORDER BY version") == [(1,), (2,)]


def _import(folder: str, name: str, url: str, barrier: Barrier, results: Any) -> None:
    """One of many processes, with small transactions, so that they meet often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bugcapture.workflow.history._BATCH", 50)
        barrier.wait(timeout=120)
        result = import_evidence(find_project(Path(folder)), [Path(folder, name)], url)
    results.put((result.new, result.replaced + result.known))
