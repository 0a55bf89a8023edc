"""`bugcapture hooks profile` in a terminal whose window is closed while a hook runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from profile_project import ProfileProject

from terminal_window import close_the_window, is_running

if TYPE_CHECKING:
    from pathlib import Path

ONCE = ("hooks", "profile", "--tool", "prek", "--runs", "1", "--warmups", "0", "--format", "json")


@pytest.fixture
def project(tmp_path: Path) -> ProfileProject:
    """A project without hooks, with a folder of its own for what is temporary."""
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "temporary").mkdir()
    return ProfileProject(folder)


def test_the_window_ends_it(project: ProfileProject, tmp_path: Path) -> None:
    """Quietly: with the exit code of an interrupt, no report of a crash, no copy and no process."""
    mark = tmp_path / "mark"
    project.commit(f"id: slow, name: S, entry: sh -c 'echo $$ > {mark}; exec sleep 600'")
    code = close_the_window(
        *ONCE,
        folder=project.folder,
        env=project.environment() | {"TMPDIR": str(tmp_path / "temporary")},
        when=lambda: mark.exists() and mark.read_text().endswith("\n"),
    )

    assert (code, list((tmp_path / "temporary").glob("bugcapture-*"))) == (130, [])
    assert not is_running(int(mark.read_text()))


def test_what_outlives_its_window_gets_its_result(project: ProfileProject, tmp_path: Path) -> None:
    """As below ``nohup``: that nobody sees how far it is changes nothing."""
    mark, gone, result = tmp_path / "mark", tmp_path / "gone", tmp_path / "result.json"
    wait = f"touch {mark}; until test -e {gone}; do sleep 0.02; done"
    project.commit(f"id: waits, name: W, entry: sh -c '{wait}'", "id: last, name: L, entry: 'true'")
    with result.open("wb") as stream:
        code = close_the_window(
            *ONCE,
            folder=project.folder,
            env=project.environment() | {"TMPDIR": str(tmp_path / "temporary")},
            when=mark.exists,
            after=gone.touch,
            survives=True,
            stdout=stream.fileno(),
        )

    assert (code, list((tmp_path / "temporary").glob("bugcapture-*"))) == (0, [])
    hooks = [hook["label"] for stage in json.loads(result.read_bytes())["stages"] for hook in stage["hooks"]]
    assert hooks == ["waits", "last"]
