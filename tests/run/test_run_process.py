"""Child processes: output, limits, timeouts, interrupts, and nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.project import process
from bugcapture.project.process import Ended, Task, run_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups")

HANG = "import time; open('{name}.pid', 'w').write(str(__import__('os').getpid())); time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + HANG
TIDY = (
    "import time\ntry:\n    open('{name}.pid', 'w').close(); time.sleep(600)\n"
    "except KeyboardInterrupt:\n    open('{name}.tidy', 'w').close()"
)


@pytest.fixture
def task(tmp_path: Path) -> Callable[..., Task]:
    """Makes a task that runs Python code in the test's folder."""

    def make(code: str, name: str = "a", **variables: str) -> Task:
        command = (sys.executable, "-u", "-c", code.format(name=name) if "{name}" in code else code)
        return Task(
            command=command,
            folder=tmp_path,
            environment={**os.environ, **variables},
            output=tmp_path / f"{name}.out",
        )

    return make


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:  # noqa: PTH123
        return stream.read().rpartition(")")[2].split()[0] != "Z"


def interrupt_when(ready: Callable[[], bool], *numbers: signal.Signals) -> threading.Thread:
    """Send this process signals, one after the other, once something is so."""

    def send() -> None:
        while not ready():
            time.sleep(0.01)
        for number in numbers:
            os.kill(os.getpid(), number)
            time.sleep(0.2)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_each_program_gets_what_its_task_says(task: Callable[..., Task], tmp_path: Path) -> None:
    """Folder, variables, empty standard input, one file for both streams; results in the order of the tasks."""
    say = (
        "import os, sys; print(os.getcwd(), os.environ['X'], repr(sys.stdin.read()));"
        "sys.stderr.write('e'); sys.exit(3)"
    )
    ended = run_tasks([task(say, X="1"), task("pass", "b")])
    assert [end.exit_code for end in ended if end] == [3, 0]
    assert (tmp_path / "a.out").read_text() == f"{tmp_path} 1 ''\ne"
    assert not any(end.timed_out for end in ended if end)


def test_nothing_goes_through_a_shell(task: Callable[..., Task], tmp_path: Path) -> None:
    """An argument is an argument."""
    plain = task("import sys; print(sys.argv[1:])")
    hostile = ["; touch pwned", "$(touch pwned)", "*", "a b"]
    run_tasks([Task(command=(*plain.command, *hostile), folder=plain.folder, environment={}, output=plain.output)])
    assert plain.output.read_text().strip() == str(hostile)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (3, 3)])
def test_no_more_run_at_a_time_than_allowed(
    task: Callable[..., Task], tmp_path: Path, jobs: int, most: int
) -> None:
    """Each program waits for company as long as there may be some, and writes down how much it saw."""
    patience = 30 if most > 1 else 0.1
    code = (
        "import glob, os, time\nopen('{name}.here', 'w').close()\nseen = 0\n"
        f"end = time.monotonic() + {patience}\nwhile time.monotonic() < end and seen < {most}:\n"
        "    seen = max(seen, len(glob.glob('*.here')))\n    time.sleep(0.01)\n"
        "time.sleep(0.05)\nprint(max(seen, len(glob.glob('*.here'))))\nos.remove('{name}.here')"
    )
    run_tasks([task(code, name) for name in "abc"], jobs=jobs)
    seen = [int((tmp_path / f"{name}.out").read_text()) for name in "abc"]
    assert max(seen) == most


def test_a_program_that_takes_too_long_may_tear_down(task: Callable[..., Task], tmp_path: Path) -> None:
    """It is interrupted as by Ctrl-C; others are left alone."""
    ended = run_tasks([task(TIDY), task("pass", "b")], jobs=2, timeout=3)
    assert [end.timed_out for end in ended if end] == [True, False]
    assert (tmp_path / "a.tidy").exists()


def test_a_program_that_does_not_listen_is_killed(
    task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time of grace."""
    monkeypatch.setattr(process, "GRACE", 0.1)
    [ended] = run_tasks([task(DEAF)], timeout=2)
    assert ended is not None
    assert (ended.exit_code, ended.timed_out) == (-signal.SIGKILL, True)
    assert not is_alive(int((tmp_path / "a.pid").read_text()))


def test_what_a_program_started_ends_with_it(task: Callable[..., Task], tmp_path: Path) -> None:
    """A server that a test left running is no orphan, and does not hold up the run."""
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "open('child.pid', 'w').write(str(child.pid))"
    )
    [ended] = run_tasks([task(code)])
    assert ended is not None
    assert ended.exit_code == 0
    pid = int((tmp_path / "child.pid").read_text())
    for _ in range(1000):  # Who takes over orphans may need a moment.
        if not is_alive(pid):
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("it is still there")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_all_programs(task: Callable[..., Task], tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, a CI that cancels the job, and a terminal that closes."""
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    pids = [tmp_path / "a.pid", tmp_path / "b.pid"]
    sender = interrupt_when(lambda: all(file.exists() and file.read_text() for file in pids), number)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_tasks([task(HANG, name) for name in "abc"], jobs=2)
    finally:
        sender.join()
        signal.signal(signal.SIGHUP, before[signal.SIGHUP])
    assert [is_alive(int(file.read_text())) for file in pids] == [False, False]
    assert not (tmp_path / "c.pid").exists()
    assert {name: signal.getsignal(name) for name in before} == before


def test_a_second_interrupt_kills_at_once(
    task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever presses Ctrl-C again does not want to wait."""
    monkeypatch.setattr(process, "GRACE", 600)
    file = tmp_path / "a.pid"
    sender = interrupt_when(lambda: file.exists() and file.read_text() != "", signal.SIGINT, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run_tasks([task(DEAF)])
    sender.join()
    assert not is_alive(int(file.read_text()))


def test_an_interrupt_at_the_very_end_counts(task: Callable[..., Task]) -> None:
    """The run says that it was interrupted, also when nothing was left to stop."""

    def on_end(_index: int, _ended: Ended) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    with pytest.raises(KeyboardInterrupt):
        run_tasks([task("pass")], on_end=on_end)


def test_a_signal_that_is_ignored_stays_ignored(task: Callable[..., Task]) -> None:
    """``nohup`` means that the run goes on."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:

        def on_end(_index: int, _ended: Ended) -> bool:
            os.kill(os.getpid(), signal.SIGHUP)
            return False

        assert [end.exit_code for end in run_tasks([task("pass"), task("pass", "b")], on_end=on_end) if end] == [
            0,
            0,
        ]
    finally:
        signal.signal(signal.SIGHUP, before)


def test_it_works_beside_the_main_thread(task: Callable[..., Task]) -> None:
    """Where no handler can be set."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.extend(run_tasks([task("pass")])))
    thread.start()
    thread.join()
    assert [end.exit_code for end in results] == [0]


@pytest.mark.parametrize("program", ["/no/such/program", "", "a\0b"])
def test_a_program_that_cannot_be_started_is_told(task: Callable[..., Task], tmp_path: Path, program: str) -> None:
    """With its name; what runs already is ended."""
    first = task(HANG)
    bad = Task(command=(program,), folder=tmp_path, environment={}, output=tmp_path / "b.out")
    with pytest.raises(ConfigurationError) as caught:
        run_tasks([first, bad], jobs=2)
    assert "cannot be run" in str(caught.value)
    pid = tmp_path / "a.pid"
    assert not (pid.exists() and pid.read_text() and is_alive(int(pid.read_text())))


def test_no_further_program_starts_when_told_so(task: Callable[..., Task], tmp_path: Path) -> None:
    """What runs already may end; the rest is None."""
    ended = run_tasks(
        [task("import sys; sys.exit(1)"), task("open('b', 'w')", "b")], on_end=lambda _, end: end.exit_code > 0
    )
    assert [end and end.exit_code for end in ended] == [1, None]
    assert not (tmp_path / "b").exists()


def test_no_tasks_are_no_work() -> None:
    """And no error."""
    assert run_tasks([]) == []
