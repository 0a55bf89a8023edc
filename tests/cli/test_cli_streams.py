"""Standard output and standard error that nobody reads: no report of a crash, and an exit code that says it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bugcapture.cli.progress import Progress
from command_project import CommandProject
from terminal_window import close_the_window, is_running

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPTURED = """
import pathlib, time
import pytest

@pytest.mark.tdd_expected_fail
@pytest.mark.tdd_bug(7)
def test_one():
    pathlib.Path("started").write_text(str(__import__("os").getpid()))
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CommandProject:
    """A project with one captured test that takes long."""
    project = CommandProject(tmp_path_factory.mktemp("streams"))
    project.write("pyproject.toml", '[project]\nname = "p"\n')
    project.write("test_it.py", CAPTURED)
    return project


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def variables(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """A folder of its own for reports of crashes; standard output is flushed late, or at once."""
    return {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": request.param}


def run(project: CommandProject, arguments: str, variables: dict[str, str], **streams: int) -> int:
    """Run the command; its exit code."""
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams}
    command = [sys.executable, "-m", "bugcapture", *arguments.split()]
    return subprocess.run(command, cwd=project.folder, env=variables, check=False, timeout=120, **given).returncode


def crashes(folder: Path) -> list[Path]:
    """The reports of crashes."""
    return list(folder.glob("bugcapture-crash-*"))


@pytest.fixture(params=["full", "closed window"])
def broken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A stream that takes nothing: a full disk, or the terminal of a window that is closed."""
    if request.param == "full":
        if not Path("/dev/full").exists():
            pytest.skip("needs /dev/full")
        stream = os.open("/dev/full", os.O_WRONLY)
    else:
        ours, stream = os.openpty()
        os.close(ours)
    yield stream
    os.close(stream)


@pytest.mark.parametrize("arguments", ["list", "--help", "history show --help", "--version"])
def test_a_result_that_is_lost(
    project: CommandProject, variables: dict[str, str], tmp_path: Path, broken: int, arguments: str
) -> None:
    """The exit code is not that of a result, and it is no bug of ours."""
    code = run(project, arguments, variables, stdout=broken)

    assert (code, crashes(tmp_path)) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "wanted"), [("list", 0), ("", 2), ("history", 2), ("report", 2), ("nothing", 2), ("show 8", 2)]
)
def test_talk_that_is_lost(
    project: CommandProject, variables: dict[str, str], tmp_path: Path, broken: int, arguments: str, wanted: int
) -> None:
    """The exit code stays what it is."""
    code = run(project, arguments, variables, stderr=broken)

    assert (code, crashes(tmp_path)) == (wanted, [])


def test_a_window_that_is_closed_ends_a_run(
    project: CommandProject, variables: dict[str, str], tmp_path: Path
) -> None:
    """With the exit code of an interrupt, and with all that it has started."""
    mark = project.folder / "started"
    mark.unlink(missing_ok=True)
    code = close_the_window(
        "run", folder=project.folder, env=variables, when=lambda: mark.exists() and mark.read_text() != ""
    )

    assert (code, crashes(tmp_path)) == (130, [])
    assert not is_running(int(mark.read_text()))


class _Gone(io.StringIO):
    """A terminal that is closed after the first line."""

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        if self.getvalue().count("\r") > 1:
            raise OSError(5, "Input/output error")


def test_nothing_more_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first failure is the last try."""
    stream = _Gone()
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress()
    for number in range(4):
        progress.show(str(number))
    progress.clear()

    assert stream.getvalue() == "\r\x1b[K0\r\x1b[K1"
