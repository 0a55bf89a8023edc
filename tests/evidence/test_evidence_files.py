"""Reading evidence from disk, in whatever state it is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from evidence_project import RECORD, Project, record

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import encode_record
from bugcapture.core.finding import Severity
from bugcapture.project.evidence_files import read_evidence

LINE = encode_record(RECORD)


def test_folders_are_searched_in_a_stable_order(project: Project) -> None:
    """Every ``*.jsonl`` below a folder, by name, and nothing else."""
    for name in ("b/z.jsonl", "b/a.jsonl", "a.jsonl", "c/deep/er/x.jsonl"):
        project.evidence([record(name=name)], f"ev/{name}")
    project.write("ev/notes.json", "no evidence")
    found = read_evidence([project.folder / "ev"])

    assert [one.name for one in found.records] == ["a.jsonl", "b/a.jsonl", "b/z.jsonl", "c/deep/er/x.jsonl"]
    assert (found.findings, found.files) == ((), 4)


def test_each_file_is_read_once(project: Project) -> None:
    """A folder, a file in it, a link to the folder: the same file."""
    file = project.evidence([RECORD])
    (project.folder / "link").symlink_to("ev", target_is_directory=True)
    found = read_evidence([file.parent, file, project.folder / "link"])

    assert (found.records, found.files) == ((RECORD,), 1)


@pytest.mark.parametrize(
    ("content", "count", "lines"),
    [
        (b"", 0, []),
        (b"\n \r\n\n", 0, []),
        (LINE, 1, []),
        (LINE[:-1], 1, []),
        (LINE * 3, 3, []),
        (LINE + LINE[:-2], 1, [2]),
        (LINE[:40] + b"\n" + LINE, 1, [1]),
        (LINE[:40] + LINE + LINE, 1, [1]),
        (b"\xff" + LINE + LINE, 1, [1]),
        (LINE + b"\x00" * 4096, 1, [2]),
        (LINE.replace(b"\n", b"\r\n") * 2, 2, []),
        (b"x" * ((1 << 20) * 2 + 5) + b"\n" + LINE, 1, [1]),
        (b"x" * ((1 << 20) - 1) + b"\n" + LINE, 1, [1]),
        (b"x" * (1 << 20) + b"\n" + LINE, 1, [1]),
        (b"x" * (1 << 20), 0, [1]),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, bytes) else None,
)
def test_a_broken_line_costs_only_itself(project: Project, content: bytes, count: int, lines: list[int]) -> None:
    """Torn tails, torn beginnings, zeros after a power cut, endless lines: the whole records count."""
    file = project.write("ev/a.jsonl", content)
    found = read_evidence([file])

    assert found.records == (RECORD,) * count
    assert [finding.line for finding in found.findings] == lines
    for finding in found.findings:
        assert (finding.path, finding.rule, finding.severity) == (str(file), "E3", Severity.WARNING)
        assert len(finding.message) < 200
        assert finding.message.isprintable()


def test_a_newer_record_is_an_error(project: Project) -> None:
    """What this version cannot read may be what matters."""
    file = project.write("ev/a.jsonl", LINE.replace(b"evidence/1", b"evidence/2"))

    assert [finding.severity for finding in read_evidence([file]).findings] == [Severity.ERROR]


def test_a_missing_path_is_an_error_that_says_what_to_run(project: Project) -> None:
    """Neither an empty result nor a traceback."""
    with pytest.raises(ConfigurationError, match=r"no such file or folder: .*missing") as error:
        read_evidence([project.folder / "missing"])

    assert "BUGCAPTURE_EVIDENCE_DIR=" in str(error.value.hint)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "a.jsonl/b"])
def test_an_impossible_path_is_an_error(project: Project, name: str) -> None:
    """Whatever the system says about it."""
    project.evidence([RECORD], "a.jsonl")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_evidence([project.folder / name])


def test_a_dangling_link_is_an_error(project: Project) -> None:
    """Evidence that should be there and is not."""
    (project.folder / "ev").mkdir()
    (project.folder / "ev/a.jsonl").symlink_to("nowhere")
    with pytest.raises(ConfigurationError, match=r"cannot be read: No such file"):
        read_evidence([project.folder / "ev"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(project: Project) -> None:
    """Nobody may ever write to it."""
    project.evidence([RECORD])
    os.mkfifo(project.folder / "ev/b.jsonl")
    with pytest.raises(ConfigurationError, match=r"b\.jsonl: cannot be read: it is no regular file"):
        read_evidence([project.folder / "ev"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_that_is_named_is_read(project: Project) -> None:
    """As ``<(…)`` of a shell is."""
    pipe = project.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(LINE * 2,))
    writer.start()
    found = read_evidence([pipe])
    writer.join()

    assert len(found.records) == 2


def test_eight_processes_leave_eight_thousand_records(project: Project) -> None:
    """Eight writers at once, 1,000 records each: every record of every process, and no broken line."""
    program = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from bugcapture.core.evidence import Evidence, merge_records\n"
        "from bugcapture.project.evidence import EvidenceWriter, RunContext\n"
        "one = Evidence(ts='', framework='behave', ids=(7,), location=f'{sys.argv[2]}.feature:3', name='',\n"
        "               verdict='passed', raw_status='passed', message='\\u20ac\\n' * 1000)\n"
        "writer = EvidenceWriter(Path(sys.argv[1]), RunContext(commit='', dirty=None, run_id='r', shard=''))\n"
        "print(flush=True)\n"
        "sys.stdin.readline()\n"
        "for number in range(1000):\n"
        "    writer.append(replace(one, name=str(number)))\n"
        "writer.close()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(project.folder / "ev"), str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for worker in range(8)
    ]
    for process in processes:  # All are ready before the first one writes.
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
    found = read_evidence([project.folder / "ev"])

    assert [process.returncode for process in processes] == [0] * 8
    assert (len(found.records), found.findings, found.files) == (8000, (), 8)
    assert len({(one.location, one.name) for one in found.records}) == 8000


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_writer_leaves_its_earlier_records(project: Project) -> None:
    """Killed in mid-stream: every number up to the last, and at most the last line is broken and told."""
    program = (
        "import itertools, sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from bugcapture.core.evidence import Evidence\n"
        "from bugcapture.project.evidence import EvidenceWriter, RunContext\n"
        "one = Evidence(ts='', framework='behave', ids=(7,), location='a.feature:3', name='', verdict='passed',\n"
        "               raw_status='passed', message='x' * 1000)\n"
        "writer = EvidenceWriter(Path(sys.argv[1]), RunContext(commit='', dirty=None, run_id='', shard=''))\n"
        "for number in itertools.count():\n"
        "    writer.append(replace(one, name=str(number)))\n"
    )
    folder = project.folder / "ev"
    with subprocess.Popen([sys.executable, "-c", program, str(folder)]) as process:
        while sum(file.stat().st_size for file in folder.glob("*.jsonl")) < 200_000:
            assert process.poll() is None
        process.kill()
    found = read_evidence([folder])
    lines = [finding.line for finding in found.findings]

    assert process.returncode < 0
    assert [one.name for one in found.records] == [str(number) for number in range(len(found.records))]
    assert len(found.records) > 50
    assert lines in ([], [len(found.records) + 1])
