"""The command: what it shows, when it writes, and how it ends."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_project import CommandProject

TEST = "def test_a(): pass\n"
TABLE = (
    "--- a/pyproject.toml\n"
    "+++ b/pyproject.toml\n"
    "@@ -1 +1,5 @@\n"
    " [project]\n"
    "+\n"
    "+[tool.bugcapture]\n"
    '+# Families that every test with the switch carries completely: "bug", "issue" or both.\n'
    '+require = ["bug"]\n'
)


@pytest.fixture(autouse=True)
def pytest_project(project: CommandProject) -> None:
    """A project that is tested with pytest."""
    project.write("tests/test_a.py", TEST)
    project.write("pyproject.toml", "[project]\n")


def test_in_a_pipe_the_change_is_only_shown(project: CommandProject) -> None:
    """Exit code 1, and what would write it."""
    before = project.files()
    done = project.run("init")
    assert done.code == 1
    assert done.out == TABLE
    assert done.err == "bugcapture: nothing was written; `bugcapture init --yes` writes 1 file\n"
    assert project.files() == before


def test_yes_writes_and_a_second_run_finds_nothing_to_do(project: CommandProject) -> None:
    done = project.run("init", "--yes")
    assert done.code == 0
    assert done.out == f"{TABLE}pyproject.toml: added: the settings of bugcapture\n"
    assert done.err == 'bugcapture: pytest wired in, 1 file written; next: `bugcapture capture N --title "..."`\n'
    after = project.files()
    again = project.run("init", "--yes")
    assert (again.code, again.out, again.err) == (0, "", "bugcapture: nothing to do: pytest wired in\n")
    assert project.files() == after


def test_check_says_what_is_missing(project: CommandProject) -> None:
    project.write(".pre-commit-config.yaml", "repos:\n  - repo: a\n    hooks: [{id: x}]\n")
    before = project.files()
    done = project.run("init", "--check", "--ci", "github")
    assert done.code == 1
    assert done.out == (
        "pyproject.toml: missing: the settings of bugcapture\n"
        ".pre-commit-config.yaml: missing: the hook bugcapture-check\n"
        ".github/workflows/bugcapture.yml: missing: a job that runs `bugcapture check`\n"
    )
    assert done.err == "bugcapture: something is missing in 3 files; `bugcapture init` adds it\n"
    assert project.files() == before
    assert project.run("init", "--yes", "--quiet", "--ci", "github").err == ""
    done = project.run("init", "--check", "--ci", "github")
    assert (done.code, done.out, done.err) == (0, "", "bugcapture: nothing to do: pytest wired in\n")


def test_diff_shows_and_is_no_failure(project: CommandProject) -> None:
    before = project.files()
    done = project.run("init", "--diff")
    assert (done.code, done.out) == (0, TABLE)
    assert done.err == "bugcapture: something is missing in 1 file; `bugcapture init` adds it\n"
    assert project.files() == before


def test_the_diff_is_the_change(project: CommandProject) -> None:
    """Git can apply it, new files included."""
    (project.folder / ".git").rmdir()
    subprocess.run(["git", "init", "--quiet"], cwd=project.folder, check=True)
    options = ("--ci", "github", "--ci", "gitlab", "--hook", "--framework", "behave")
    project.write("../shown.patch", project.run("init", "--diff", *options).out)
    subprocess.run(["git", "apply", "../shown.patch"], cwd=project.folder, check=True)
    applied = project.files()
    assert project.run("init", "--check", *options).code == 0
    subprocess.run(["git", "apply", "--reverse", "../shown.patch"], cwd=project.folder, check=True)
    assert project.run("init", "--yes", *options).code == 0
    assert project.files() == applied


def test_json(project: CommandProject) -> None:
    for written in (False, True):
        options = ("--yes",) if written else ()
        done = project.run("init", "--format", "json", "--quiet", *options)
        assert (done.code, done.err) == (0 if written else 1, "")
        assert done.json == {
            "schema": "bugcapture.init/1",
            "frameworks": ["pytest"],
            "ci": [],
            "written": written,
            "changes": [
                {
                    "path": "pyproject.toml",
                    "new": False,
                    "reasons": ["the settings of bugcapture"],
                    "diff": TABLE,
                }
            ],
            "problems": [],
            "notes": [],
        }


def test_problems_in_json(project: CommandProject) -> None:
    project.write("pyproject.toml", "tool = 3\n")
    done = project.run("init", "--format", "json", "--quiet", "--yes")
    assert done.code == 1
    assert done.json["written"] is False
    assert done.json["problems"] == [
        {
            "where": "pyproject.toml:1",
            "message": "[tool.bugcapture] cannot be added without changing what is there",
            "hint": 'add it by hand: require = ["bug"]',
        }
    ]


def test_all_problems_are_told_at_once_and_nothing_is_half_done(project: CommandProject) -> None:
    project.write("pyproject.toml", "tool = 3\n")
    project.write(".pre-commit-config.yaml", "repos: []\n")
    project.write(".gitlab-ci.yml", "[]\n")
    project.write(".github/x")
    before = project.files()
    for options in ((), ("--yes",), ("--check",), ("--diff",)):
        done = project.run("init", *options)
        assert done.code == 1, options
        assert [line.split(": ")[1] for line in done.err.splitlines() if line.startswith("bugcapture: ")] == [
            "pyproject.toml:1",
            ".pre-commit-config.yaml:1",
            ".gitlab-ci.yml",
            "3 problems, nothing was written",
        ]
    assert project.files() == before
    assert project.run("init", "--yes", "--no-hook", "--ci", "none").code == 1


@pytest.mark.parametrize(
    ("answer", "code", "written"), [("y\n", 0, True), ("n\n", 1, False), ("\n", 1, False), ("\x04", 130, False)]
)
def test_on_a_terminal_it_asks(project: CommandProject, answer: str, code: int, written: bool) -> None:
    """Yes writes, no and Enter do not, Ctrl-D interrupts."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bugcapture", "init"]
    streams = {"stdin": theirs, "stderr": theirs, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=project.folder, **streams) as process:
        os.close(theirs)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, answer.encode())
        out = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    assert process.returncode == code
    assert "bugcapture: write 1 file? [y/N]" in shown.decode()
    assert out.startswith("--- a/pyproject.toml\n+++ b/pyproject.toml\n")
    assert ("added: the settings" in out) is written
    assert ("[tool.bugcapture]" in project.read("pyproject.toml")) is written


def test_a_terminal_gets_colours_and_nothing_that_could_steer_it(project: CommandProject) -> None:
    project.write(".github/\x1b[31m/x")
    project.write("pyproject.toml", "# \x7f\n".replace("\x7f", "\u202e"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bugcapture", "init", "--diff", "--quiet"]
    with subprocess.Popen(command, cwd=project.folder, stdout=theirs, stdin=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # The terminal is gone when the process is.
            while part := os.read(ours, 1000):
                shown += part
        assert process.wait(60) == 0
    os.close(ours)
    text = shown.decode()
    assert "\x1b[32m+[tool.bugcapture]\x1b[0m" in text
    assert "# \\u202e" in text
    assert "\u202e" not in text


def test_a_file_that_changes_while_it_asks_is_left_alone(
    project: CommandProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bugcapture.cli import init

    def answer(plan: object) -> bool:
        project.write("pyproject.toml", "[project]\nname = 'x'\n")
        return bool(plan)

    monkeypatch.setattr(init, "_confirm", answer)
    done = project.run("init", "--ci", "github")
    assert done.code == 1
    assert "pyproject.toml: was changed meanwhile" in done.err
    assert project.read("pyproject.toml") == "[project]\nname = 'x'\n"
    assert not (project.folder / ".github").exists()


def test_without_tests_the_framework_has_to_be_named(project: CommandProject) -> None:
    (project.folder / "tests/test_a.py").unlink()
    done = project.run("init", "--yes")
    assert (done.code, done.out) == (2, "")
    assert "there are no tests of Behave, Robot Framework or pytest here" in done.err
    assert project.run("init", "--yes", "--framework", "pytest").code == 0


def test_none_and_another_forge_contradict(project: CommandProject) -> None:
    done = project.run("init", "--ci", "none", "--ci", "github")
    assert done.code == 2
    assert "--ci none cannot be combined with another --ci" in done.err


def test_a_plugin_that_is_switched_off_is_left_to_its_user(project: CommandProject) -> None:
    project.write("pytest.ini", "[pytest]\naddopts = -p no:bugcapture\n")
    done = project.run("init", "--yes")
    assert done.code == 1
    told = (
        "pytest.ini:2: pytest does not load bugcapture: `-p no:bugcapture` in addopts switches it off: remove it"
    )
    assert f"bugcapture: {told}\n" in done.err
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["pytest"]\n')
    assert project.run("init", "--yes").code == 0


def test_every_framework_that_is_used_is_wired(project: CommandProject) -> None:
    """And what CI installs has their extras."""
    project.write("features/steps/a.py")
    project.write("features/a.feature", "Feature: a\n")
    project.write("robot/a.robot", "*** Test Cases ***\nA\n    No Operation\n")
    done = project.run("init", "--yes", "--ci", "github")
    assert done.code == 0
    assert sorted(project.files()) == [
        ".github/workflows/bugcapture.yml", "features/a.feature", "features/environment.py", "features/steps/a.py",
        "pyproject.toml", "robot.args", "robot/a.robot", "tests/test_a.py",
    ]  # fmt: skip
    assert "pip install 'bugcapture[behave,robot,pytest]'\n" in project.read(".github/workflows/bugcapture.yml")
    assert "behave, robot, pytest wired in, 4 files written" in done.err
    told = "the job of github installs `bugcapture[behave,robot,pytest]` from the package index"
    assert f"bugcapture: {told}\n" in done.err


def test_from_a_folder_below_the_whole_project_is_wired(project: CommandProject) -> None:
    done = project.run("init", "--yes", where="tests")
    assert done.code == 0
    assert "[tool.bugcapture]" in project.read("pyproject.toml")
    assert not (project.folder / "tests/pyproject.toml").exists()


def test_hook_and_job_belong_into_the_folder_of_the_repository(project: CommandProject) -> None:
    """In a part of a repository with a pyproject.toml of its own they would have no effect."""
    project.write("part/pyproject.toml", "[project]\n")
    project.write("part/tests/test_a.py", TEST)
    project.write(".pre-commit-config.yaml", "repos: []\n")
    project.write(".github/x")
    before = project.files()
    for option in (("--hook",), ("--ci", "github")):
        done = project.run("init", "--yes", *option, where="part")
        assert (done.code, done.out) == (2, "")
        assert "a hook and a job of the CI belong into the folder of the repository" in done.err
    assert project.files() == before
    assert project.run("init", "--yes", where="part").code == 0
    after = project.files()
    assert {name for name in after if after[name] != before.get(name)} == {"part/pyproject.toml"}


def test_nothing_of_the_project_is_executed(project: CommandProject) -> None:
    trap = "open('executed', 'w').close()\n"
    project.write("features/environment.py", trap)
    project.write("features/steps/a.py", trap)
    project.write("features/a.feature", "Feature: a\n")
    project.write("tests/conftest.py", trap)
    project.write("tests/test_a.py", trap + TEST)
    project.write("sitecustomize.py", "")
    assert project.run("init", "--yes").code == 0
    assert project.run("capture", "5").code == 0
    assert not list(project.folder.rglob("executed"))
