"""`check`, `list`, `show` and `graduate` over Robot files, as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robot_files import RobotProject

SUITE = """\
*** Settings ***
Test Tags    smoke
*** Test Cases ***
Total
    [Tags]    Tdd Bug    TDD_BUG_991    Tdd Expected Fail    # open
    [Documentation]    Fails with: AssertionError: {pattern}
    Should Be Equal    1    2
"""


def run(project: RobotProject, *args: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("BUGCAPTURE_", "ROBOT_"))}
    command = [sys.executable, "-m", "bugcapture", *args]
    return subprocess.run(command, cwd=project.folder, env=env, capture_output=True, text=True, check=False)


def test_the_life_of_a_robot_capture(robot_project: RobotProject) -> None:
    file = robot_project.write("tests/a.robot", SUITE.format(pattern=r"\d"))
    checked = run(robot_project, "check")
    assert checked.returncode == 1
    assert [line.split()[:2] for line in checked.stdout.splitlines()] == [
        ["tests/a.robot:4:", "W1"],
        ["tests/a.robot:6:", "F1"],
    ]

    robot_project.write("robot.toml", '[listeners]\n"bugcapture.robot.Listener" = []\n')
    robot_project.write("tests/a.robot", SUITE.format(pattern=r"1 != \\d"))
    assert run(robot_project, "check").returncode == 0
    listed = run(robot_project, "list")
    assert (listed.returncode, "tests/a.robot:4" in listed.stdout) == (0, True)
    shown = run(robot_project, "show", "991")
    assert (shown.returncode, "tests/a.robot:5" in shown.stdout) == (0, True)

    before = file.read_bytes()
    graduated = run(robot_project, "graduate", "991")
    assert graduated.returncode == 0, graduated.stderr
    assert file.read_bytes() == before.replace(b"    Tdd Expected Fail", b"")
    assert run(robot_project, "check").returncode == 0


def test_a_shared_switch_is_refused_and_nothing_changes(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Test Tags    tdd_bug    tdd_expected_fail
        *** Test Cases ***
        One
            [Tags]    tdd_bug_5
            Log    1
        Two
            [Tags]    tdd_bug_6
            Log    1
        """,
    )
    before = (robot_project.folder / "a.robot").read_bytes()
    refused = run(robot_project, "graduate", "5")
    assert refused.returncode == 1
    assert "bugcapture graduate 5 6" in refused.stderr
    assert (robot_project.folder / "a.robot").read_bytes() == before
