"""Files that mean harm are told about or read; they steer no terminal, run nothing and hang nothing."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.tags import TagPolicy
from bugcapture.robot.prefilter import may_hold_tags

if TYPE_CHECKING:
    from robot_files import RobotProject

POLICY = TagPolicy()
OURS = "*** Test Cases ***\nT\n    [Tags]    tdd_bug    tdd_bug_1\n"
TEXTS = [
    "",
    "\n",
    "*",
    "*** Test Cases ***\ntdd_bug",
    "*** Test Cases ***\n    [Tags]    tdd_bug",
    "*** Settings ***\nTest Tags",
    "*** Settings ***\n...    tdd_bug\n",
    "tdd_bug\n    [Tags]    tdd_bug\n",
    "*** Test Cases ***\nT\n    [Tags]    tdd_\0bug\n    Log    \0\n",
    "| *** Test Cases *** |\n| | | | tdd_bug |\n| T | [Tags] |\n| | ... |\n",
    "*** Test Cases ***\nT\n    [Tags]    -    -tdd_bug    -*    ${    @{tdd_bug    %{tdd}\n    Log    1\n",
    "*** Test Cases ***\nT\n    [Tags]    tdd_bugAND    -NOT    -ORtdd_bug    -[tdd\n    Log    1\n",
    f"{OURS}    [Documentation]    \\U00110000 \\\n    ...    \\\n    ...\n",
    "Language: ../../etc/passwd\n*** Test Cases ***\nT\n    [Tags]    tdd_bug_\x1b]0;x\x07\n    Log    1\n",
    f"{OURS}    [Documentation]    Fails at: .....\n    ${{x}} =\n",
    f"{OURS}    [Documentation]    Fails at: x\n    IF\n    ELSE\n    FOR\n",
    "*** Keywords ***\n${${x}\n    [Tags]    tdd_bug\n    Log    1\n",
]


@pytest.mark.parametrize("kind", ["a.robot", "__init__.robot", "a.resource"])
@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_checked_without_a_traceback(robot_project: RobotProject, text: str, kind: str) -> None:
    file = robot_project.write(kind, text.encode())
    assert all(finding.message.isprintable() for finding in robot_project.check())
    assert file.read_bytes() == text.encode()


def test_deep_nesting_is_told(robot_project: RobotProject) -> None:
    body = "".join(f"{'    ' * (depth % 7 + 1)}IF    1\n" for depth in range(5000))
    robot_project.write("a.robot", f"*** Test Cases ***\nT\n    [Tags]    tdd_bug\n{body}")
    (finding,) = robot_project.check()
    assert finding.rule == "P1"
    assert "RecursionError" in finding.message


def test_huge_lines_are_read(robot_project: RobotProject) -> None:
    tags = "    ".join(f"tag_{number}" for number in range(20_000))
    robot_project.write(
        "a.robot", f"*** Test Cases ***\nT{'x' * 500_000}\n    [Tags]    tdd_bug    {tags}\n    Log    1\n"
    )
    assert [finding.rule for finding in robot_project.check()] == ["T2"]


@pytest.mark.parametrize(
    "text", ["t " * 200_000, "td" * 200_000, "t_" * 200_000, "d bug " * 50_000, "t\n" * 200_000]
)
def test_the_quick_look_is_quick(text: str) -> None:
    assert may_hold_tags(text) is False


def test_a_loop_of_links_and_deep_folders_end(robot_project: RobotProject) -> None:
    deep = "/".join(["d"] * 60)
    robot_project.write(f"{deep}/a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug\n    Log    1\n")
    os.symlink(robot_project.folder, robot_project.folder / "d/loop")  # noqa: PTH211
    os.symlink("__init__.robot", robot_project.folder / "d/__init__.robot")  # noqa: PTH211
    assert f"{deep}/a.robot:3 T2" in [
        f"{finding.where} {finding.rule}" for finding in robot_project.source(f"{deep}/a.robot").check(POLICY)
    ]


def test_a_pipe_is_not_waited_for(robot_project: RobotProject) -> None:
    os.mkfifo(robot_project.folder / "a.robot")
    with pytest.raises(SourceError, match="no regular file"):
        robot_project.source("a.robot")


def test_an_unreadable_initialisation_file_is_told(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    Log    1\n")
    robot_project.write("__init__.robot", "*** Settings ***\n")

    def refuse(file: Any) -> bytes:
        if file.name == "__init__.robot":
            raise SourceError("cannot be read: Permission denied", where=str(file))
        return bytes(file.read_bytes())

    monkeypatch.setattr("bugcapture.robot.source.read_bytes", refuse)
    (finding,) = robot_project.source("a.robot").check(POLICY)
    assert (finding.where, finding.rule) == ("__init__.robot", "P1")
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug\n    Log    1\n")
    assert [finding.rule for finding in robot_project.source("a.robot").check(POLICY)] == ["P1", "T2"]


def test_an_initialisation_file_that_cannot_be_parsed_is_told(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug\n    Log    1\n")
    robot_project.write("__init__.robot", "*** Settings ***\nTest Tags    unparsable\n")
    monkeypatch.setattr("robot.api.parsing.get_init_model", lambda *_, **__: 1 / 0)
    findings = robot_project.source("a.robot").check(POLICY)
    assert [f"{finding.where} {finding.rule}" for finding in findings] == ["__init__.robot P1", "a.robot:3 T2"]


def test_without_robot_the_error_says_what_to_install(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug\n")
    real = builtins.__import__

    def without_robot(name: str, *rest: Any, **options: Any) -> Any:
        if name == "robot" or name.startswith("robot."):
            raise ImportError("No module named 'robot'")
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without_robot)
    with pytest.raises(ConfigurationError, match=r"Robot Framework is needed to read a\.robot") as missing:
        robot_project.source("a.robot")
    assert "[robot]" in str(missing.value)


def test_reading_loads_no_robot_before_a_tag_is_met(robot_project: RobotProject) -> None:
    """The time of `robot`'s import is paid only by projects that need it."""
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    [Tags]    slow\n    Log    1\n")
    code = (
        "import sys, pathlib; from bugcapture.robot.dialect import RobotDialect as D\n"
        "assert D().read_source(pathlib.Path('a.robot'), 'a.robot') is None\n"
        "assert D().check_wiring([], pathlib.Path(), assume_installed=False) == []\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'robot'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.parametrize(
    "tag", [r"\x74dd_bug", r"tdd\x5fbug", r"\u0054DD_BUG", r"\U00000074dd_bug", r"t\x64d_bug"]
)
def test_robots_escapes_hide_no_tag(robot_project: RobotProject, tag: str) -> None:
    """A run resolves them, so a check does as well."""
    robot_project.write("a.robot", f"*** Test Cases ***\nA\n    [Tags]    {tag}\n    Log    x\n")
    assert robot_project.places() == ["a.robot:3 T2"]
