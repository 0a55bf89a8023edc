"""Evidence files under load: many processes, forks, kills."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import Evidence
from bugcapture.project.evidence import EvidenceWriter, RunContext, run_context

CONTEXT = RunContext(commit="c" * 40, dirty=True, run_id="run", shard="1/4")
RECORD = Evidence(
    ts="",
    framework="behave",
    ids=(991,),
    location="a.feature:6",
    name="Pay",
    verdict="passed",
    raw_status="passed",
)
VARIABLES = (
    "BUGCAPTURE_COMMIT",
    "BUGCAPTURE_ROOT",
    "BUGCAPTURE_DIRTY",
    "BUGCAPTURE_RUN_ID",
    "BUGCAPTURE_SHARD",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
)
PROGRAM = """
import os, sys
from dataclasses import replace
from pathlib import Path
from bugcapture.core.evidence import Evidence
from bugcapture.project.evidence import EvidenceWriter, RunContext

record = Evidence(ts="", framework="behave", ids=(991,), location="a.feature:6", name="", verdict="passed",
                  raw_status="passed", message="\\u20ac\\n" * 1000)
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
writer = EvidenceWriter(folder, RunContext(commit="", dirty=None, run_id="", shard=""))
"""
WRITE = (
    "sys.stdin.readline()\nfor number in range(count): writer.append(replace(record, name=name, attempt=number))\n"
)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    """Each test starts without what a run exports, and leaves nothing behind."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def start(folder, program, name="one", count=1000):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + program, str(folder), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process):
    process.communicate("\n")
    assert process.returncode == 0


def read(file):
    text = file.read_bytes()
    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


def test_a_record_is_completed(tmp_path):
    """Time, revision, shard and run are filled in; the rest stays."""
    writer = EvidenceWriter(tmp_path / "made" / "here", CONTEXT)
    writer.append(RECORD)
    writer.append(replace(RECORD, ts="2026-01-01T00:00:00Z"))
    writer.close()
    (file,) = (tmp_path / "made" / "here").iterdir()
    first, second = read(file)

    assert file.name.startswith(f"ev-{os.getpid()}-")
    assert file.suffix == ".jsonl"
    assert (first["commit"], first["dirty"], first["run_id"], first["shard"]) == ("c" * 40, True, "run", "1/4")
    assert (first["name"], first["ids"], first["schema"]) == ("Pay", [991], "bugcapture.evidence/1")
    assert datetime.fromisoformat(first["ts"]).utcoffset() == timedelta(0)
    assert second["ts"] == "2026-01-01T00:00:00Z"


def test_a_file_that_stays_empty_is_removed(tmp_path):
    """A run that met no captured test leaves no file; closing twice is harmless."""
    writer = EvidenceWriter(tmp_path, CONTEXT)
    assert len(list(tmp_path.iterdir())) == 1
    writer.close()
    writer.close()

    assert list(tmp_path.iterdir()) == []


def test_two_writers_of_one_process_do_not_share_a_file(tmp_path):
    """Each writer has a file of its own."""
    writers = [EvidenceWriter(tmp_path, CONTEXT) for _ in range(2)]
    for writer in writers:
        writer.append(RECORD)
        writer.close()

    assert [len(read(file)) for file in tmp_path.iterdir()] == [1, 1]


def test_a_record_is_on_disk_at_once(tmp_path):
    """Nothing waits in a buffer for the end of the process."""
    writer = EvidenceWriter(tmp_path, CONTEXT)
    writer.append(RECORD)
    (file,) = tmp_path.iterdir()

    assert len(read(file)) == 1
    writer.close()


def test_a_closed_writer_refuses(tmp_path):
    """After `close` a record is an error and no silence."""
    writer = EvidenceWriter(tmp_path, CONTEXT)
    writer.append(RECORD)
    writer.close()

    with pytest.raises(OSError, match="Bad file descriptor"):
        writer.append(RECORD)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    """The error names the folder and what to set."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="evidence cannot be written here: Not a directory") as below:
        EvidenceWriter(tmp_path / "file" / "evidence", CONTEXT)
    with pytest.raises(ConfigurationError, match="evidence cannot be written here: File exists") as onto:
        EvidenceWriter(tmp_path / "file", CONTEXT)

    assert below.value.where == str(tmp_path / "file" / "evidence")
    assert onto.value.where == str(tmp_path / "file")
    assert "BUGCAPTURE_EVIDENCE_DIR" in (below.value.hint or "")


def test_eight_processes_write_eight_thousand_lines(tmp_path):
    """Eight writers at once with 1,000 long records each: 8 files, 8,000 lines, none lost, none torn."""
    processes = [start(tmp_path, WRITE, f"worker {number}") for number in range(8)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        finish(process)
    files = [read(file) for file in tmp_path.iterdir()]

    assert [len(records) for records in files] == [1000] * 8
    assert [len({record["name"] for record in records}) for records in files] == [1] * 8
    assert len({(record["name"], record["attempt"]) for records in files for record in records}) == 8000


@needs_fork
def test_after_a_fork_the_child_has_a_file_of_its_own(tmp_path):
    """Parent and child write on after a fork without sharing a file, and a silent child leaves none."""
    program = """
writer.append(replace(record, name="before"))
for child in range(3):
    if os.fork() == 0:
        if child < 2:
            for number in range(200):
                writer.append(replace(record, name=f"child {child}", attempt=number))
        writer.close()
        os._exit(0)
for number in range(200):
    writer.append(replace(record, name="parent", attempt=number))
for child in range(3):
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
writer.append(replace(record, name="after"))
writer.close()
"""
    finish(start(tmp_path, program))
    files = sorted([sorted({record["name"] for record in read(file)}) for file in tmp_path.iterdir()])

    assert files == [["after", "before", "parent"], ["child 0"], ["child 1"]]
    assert sum(len(read(file)) for file in tmp_path.iterdir()) == 602


@needs_fork
def test_a_silent_child_does_not_remove_its_parents_file(tmp_path):
    """A child that ends before the parent's first record closes nothing that is not its own."""
    program = """
if os.fork() == 0:
    writer.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
writer.append(record)
writer.close()
"""
    finish(start(tmp_path, program))

    assert [len(read(file)) for file in tmp_path.iterdir()] == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_process_leaves_whole_lines(tmp_path):
    """Killed in mid-stream, a writer leaves every line whole, but for a last one that the system may have cut."""
    process = start(tmp_path, WRITE.replace("range(count)", "iter(int, 1)").replace("attempt=number", "attempt=1"))
    process.stdin.write("\n")
    process.stdin.flush()
    while sum(file.stat().st_size for file in tmp_path.glob("*.jsonl")) < 1_000_000:
        assert process.poll() is None
    process.kill()
    process.communicate()
    (file,) = tmp_path.iterdir()

    assert process.returncode < 0
    *whole, cut = file.read_bytes().split(b"\n")
    assert len([json.loads(line) for line in whole]) > 50
    assert whole[0].startswith(cut[:8])


def test_the_ci_names_the_revision(tmp_path, monkeypatch):
    """A CI's variable is believed before git is asked; GitHub's comes first."""
    monkeypatch.setenv("CI_COMMIT_SHA", "b" * 40)
    assert run_context(tmp_path).commit == "b" * 40
    monkeypatch.delenv("BUGCAPTURE_COMMIT")
    monkeypatch.setenv("GITHUB_SHA", "a" * 40)
    assert run_context(tmp_path).commit == "a" * 40


def test_what_was_found_out_is_handed_on(tmp_path, monkeypatch):
    """Children find revision, state and run in the environment and ask git nothing."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "file").write_text("x")
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    subprocess.run(["git", "-C", str(tmp_path), *identity, "commit", "--quiet", "-m", "x"], check=True)
    (tmp_path / "file").write_text("y")
    first = run_context(tmp_path)
    exported = {name: os.environ[name] for name in ("BUGCAPTURE_COMMIT", "BUGCAPTURE_DIRTY", "BUGCAPTURE_RUN_ID")}
    monkeypatch.setenv("PATH", "")

    assert (len(first.commit), first.dirty, first.shard) == (40, True, "")
    assert exported == {
        "BUGCAPTURE_COMMIT": first.commit,
        "BUGCAPTURE_DIRTY": "1",
        "BUGCAPTURE_RUN_ID": first.run_id,
    }
    assert run_context(tmp_path) == first


def test_an_unknown_revision_is_handed_on_too(tmp_path, monkeypatch):
    """Where git knows nothing, children do not ask again either."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    first = run_context(tmp_path)

    assert (first.commit, first.dirty) == ("", None)
    assert (os.environ["BUGCAPTURE_COMMIT"], os.environ["BUGCAPTURE_DIRTY"]) == ("", "")
    assert run_context(tmp_path) == first


@pytest.mark.parametrize(
    ("dirty", "expected"), [("1", True), ("0", False), ("", None), (None, None), ("yes", None), ("2", None)]
)
def test_the_state_is_read_back(tmp_path, monkeypatch, dirty, expected):
    """Only what a run exports is understood; anything else is unknown and no error."""
    monkeypatch.setenv("BUGCAPTURE_COMMIT", "a" * 40)
    monkeypatch.setenv("BUGCAPTURE_RUN_ID", "r")
    monkeypatch.setenv("BUGCAPTURE_SHARD", "2/4")
    if dirty is not None:
        monkeypatch.setenv("BUGCAPTURE_DIRTY", dirty)

    assert run_context(tmp_path) == RunContext(commit="a" * 40, dirty=expected, run_id="r", shard="2/4")


def test_a_run_has_one_number(tmp_path, monkeypatch):
    """Two runs differ, one run asks twice and gets the same."""
    first = run_context(tmp_path).run_id
    assert run_context(tmp_path).run_id == first
    monkeypatch.delenv("BUGCAPTURE_RUN_ID")

    assert run_context(tmp_path).run_id != first


def test_another_repository_is_asked_for_its_own_revision(tmp_path):
    """A test that starts a run elsewhere does not lend it the outer revision."""
    outer, inner = tmp_path / "outer", tmp_path / "inner"
    for folder in (outer, inner):
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
        (folder / "file").write_text(folder.name)
        subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
        subprocess.run(["git", "-C", str(folder), *identity, "commit", "--quiet", "-m", "x"], check=True)
    first = run_context(outer)

    assert run_context(inner).commit not in {"", first.commit}
    assert run_context(inner).run_id == first.run_id
