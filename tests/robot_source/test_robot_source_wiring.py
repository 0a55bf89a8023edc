"""Captures mean nothing when the listener is not loaded (W1), or when they never run (W2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from robot_files import ROBOT

from bugcapture.core.finding import Severity
from bugcapture.robot import wiring

if TYPE_CHECKING:
    from robot_files import RobotProject

    from bugcapture.core.finding import Finding

LISTENER = "bugcapture.robot.Listener"
SUITE = """
*** Test Cases ***
One
    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail    slow
    Log    1
Two
    [Tags]    tdd_bug    tdd_bug_6
    Log    1
"""

WIRED = {
    "robot.toml": f'[listeners]\n"{LISTENER}" = []\n',
    ".robot.toml": f'listeners = {{ "{LISTENER}" = [] }}\n',
    "pyproject.toml": f'[tool.robot.listeners]\n"{LISTENER}" = []\n',
    "tests/default.args": f"--listener {LISTENER}\n",
    "tests/deep/robot.args": f"--loglevel TRACE\n--listener {LISTENER}\n",
    "config/args.txt": f"  --listener {LISTENER}\n",
    "noxfile.py": f'session.run("robot", "--listener", "{LISTENER}")\n',
    "tools/run.py": "from bugcapture.robot import Listener\nrobot.run('x', listener=Listener())\n",
    "Makefile": f"test:\n\trobot --listener {LISTENER} tests\n",
    ".github/workflows/ci.yml": f"      - run: robot --variable C:#fff --listener {LISTENER} tests\n",
    ".gitlab-ci.yml": f"script: robot --listener {LISTENER}\n",
    "scripts/test.sh": f"robot \\\n  --listener {LISTENER}\n",
    "Dockerfile.tests": f"ENV ROBOT_OPTIONS='--listener {LISTENER}'\n",
    ".vscode/settings.json": f'{{"robotcode.robot.args": ["--listener", "{LISTENER}"]}}\n',
}
NOT_WIRED = {
    "robot.toml": f"# listeners: {LISTENER}\n",
    "Makefile": f"test:\n\trobot tests  # --listener {LISTENER}\n",
    "run.bat": f"REM robot --listener {LISTENER}\n",
    "Jenkinsfile": f"// robot --listener {LISTENER}\n",
    "notes.txt": f"Remember to use {LISTENER}\n",
    "README.md": f"robot --listener {LISTENER}\n",
    "noxfile.py": f'session.run("robot", "--listener", "{LISTENER}Two")\n',
    "elsewhere/deep/down/robot.args": f"--listener {LISTENER}\n",
    ".venv/run.sh": f"robot --listener {LISTENER}\n",
}


def check(project: RobotProject, *, assume: bool = False) -> list[Finding]:
    return ROBOT.check_wiring(project.captures, Path(), assume_installed=assume)


@pytest.fixture
def captured(robot_project: RobotProject) -> RobotProject:
    """A project with two captured tests in a folder of its own."""
    robot_project.write("tests/deep/a.robot", SUITE)
    return robot_project


@pytest.mark.parametrize("name", WIRED)
def test_a_listener_named_in_the_project_counts(captured: RobotProject, name: str) -> None:
    captured.write(name, WIRED[name])
    assert check(captured) == []


@pytest.mark.parametrize("name", NOT_WIRED)
def test_a_listener_that_no_run_could_see_does_not_count(captured: RobotProject, name: str) -> None:
    captured.write(name, NOT_WIRED[name])
    (finding,) = check(captured)
    assert (finding.where, finding.rule, finding.severity) == ("tests/deep/a.robot:2", "W1", Severity.ERROR)
    assert "2 tagged tests (#5, #6)" in finding.message
    assert "--listener bugcapture.robot.Listener" in finding.message
    assert 'assume_wired = ["robot"]' in finding.message


def test_the_environment_counts(captured: RobotProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOT_OPTIONS", f"--listener {LISTENER}")
    assert check(captured) == []


def test_what_the_project_assumes_is_not_looked_for(captured: RobotProject) -> None:
    assert check(captured, assume=True) == []


def test_without_captures_nothing_is_wrong(robot_project: RobotProject) -> None:
    assert check(robot_project) == []


def test_huge_odd_and_unreadable_files_are_passed_over(
    captured: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured.write("huge.sh", f"{LISTENER}\n" + "#" * 1_000_000)
    captured.write("odd.sh", b"\xff\xfe\0")
    captured.write("folder.sh/x", "")
    (captured.folder / "gone.sh").symlink_to("nowhere")
    assert len(check(captured)) == 1
    monkeypatch.setattr(wiring, "_MOST_FILES", 0)
    captured.write("run.sh", f"robot --listener {LISTENER}\n")
    assert len(check(captured)) == 1


@pytest.mark.parametrize(
    ("name", "text", "told", "severity"),
    [
        ("robot.toml", 'excludes = ["tdd_*"]', "2 tagged tests (#5, #6)", Severity.ERROR),
        (".robot.toml", '\nexcludes = ["Tdd Expected Fail", 7]', "1 tagged test (#5)", Severity.ERROR),
        ("robot.toml", 'excludes = ["slow"]', "1 tagged test (#5)", Severity.WARNING),
        ("robot.toml", 'skip = ["tdd_bug AND slow"]', "1 tagged test (#5)", Severity.WARNING),
        ("robot.toml", 'extend-excludes = ["tdd_bug"]', "2 tagged tests", Severity.ERROR),
        ("robot.toml", "dry-run = true", "2 tagged tests (#5, #6)", Severity.ERROR),
        ("pyproject.toml", '[tool.robot]\nexcludes = ["tdd_bug_6"]', "1 tagged test (#6)", Severity.ERROR),
        ("tests/a.args", "--exclude tdd_bug", "2 tagged tests", Severity.WARNING),
        ("tests/a.args", "-e tdd*fail", "1 tagged test (#5)", Severity.WARNING),
        ("tests/a.args", "--skip=slow", "1 tagged test (#5)", Severity.WARNING),
        ("tests/a.args", "--dryrun", "2 tagged tests (#5, #6)", Severity.WARNING),
    ],
)
def test_a_setting_that_keeps_captures_from_running_is_told(
    captured: RobotProject, name: str, text: str, told: str, severity: Severity
) -> None:
    captured.write(name, text.lstrip() + "\n" if not text.startswith("\n") else text.encode())
    (finding,) = check(captured, assume=True)
    assert (finding.path, finding.rule, finding.severity) == (name, "W2", severity)
    assert finding.line == text.count("\n") + 1
    assert told in finding.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("robot.toml", 'excludes = ["wip"]\nskip = "x"\ndry-run = false\nname = "excludes"'),
        ("robot.toml", "excludes = ["),
        ("pyproject.toml", 'tool = 1\nexcludes = ["tdd_bug"]'),
        ("pyproject.toml", 'tool.robot = 1\nexcludes = ["tdd_bug"]'),
        ("tests/a.args", "--exclude wip\n# --exclude tdd_bug\n--exclude\n--include tdd_bug\n--excluded tdd_bug"),
        ("tests/a.sh", "--exclude tdd_bug"),
    ],
)
def test_other_settings_are_left_alone(captured: RobotProject, name: str, text: str) -> None:
    captured.write(name, text + "\n")
    assert check(captured, assume=True) == []
