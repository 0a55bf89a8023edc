"""`Fails at:` names a keyword of the test, and nothing else (rule F2)."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from robot_files import RobotProject

FILE = """\
*** Settings ***
Library    Collections
{settings}
*** Test Cases ***
One
    [Documentation]    Fails at: {place}
    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail
{body}
*** Keywords ***
Outer
    FOR    ${{i}}    IN    1    2
        Inner Step    ${{i}}
    END
Inner Step
    [Arguments]    ${{i}}
    Should Be Equal    ${{i}}    1
    Outer
The total of ${{count}} engines is ${{sum}}
    Deepest
"""

NESTED = """\
IF    1
    WHILE    1
        TRY
            Log    1
        EXCEPT
            Fail
        END
    END
END"""
CALLED = [
    ("Log", "Log    1"),
    ("log", "Log    1"),
    ("BuiltIn.Log", "Log    1"),
    ("Log", "BuiltIn.Log    1"),
    ("Log 1", "Log    1"),
    ("should_be_equal", "ShouldBeEqual    1    2"),
    ("Then the sum", "Then the sum"),
    ("The Sum", "Then the sum"),
    ("Log", NESTED),
    ("Fail", "IF    1    Log    1    ELSE    Fail    x"),
    ("Fail x", "Run Keyword If    1    Fail    x"),
    ("Log", "Run Keywords    Fail    AND    Log    1"),
    ("Fail", "${x} =    Fail    y"),
    ("the total of 2 engines is 3", "The total of 2 engines is 3"),
    ("Total of 2 engines", "Given total of 2 engines"),
    ("Nowhere", "Check the ${kind}    1"),
    ("Nowhere", "Run Keyword    ${keyword}"),
]
NOT_CALLED = [
    ("Fail", "Log    1", "no keyword"),
    ("Should Be Equal", "Outer", "inside a user keyword"),
    ("Inner Step", "Outer\nLog    ${x}", "inside a user keyword"),
    ("Deepest", "Log    Outer", "inside a user keyword"),
    ("Hidden", "Word    1", "no keyword"),
    ("Prepare", "[Setup]    Prepare\nLog    1", "set-up"),
    ("Clean Up", "Log    1\n[Teardown]    Run Keywords    Clean Up    AND    Log    2", "set-up"),
]


def write(project: RobotProject, place: str, body: str, settings: str = "") -> list[str]:
    text = FILE.format(settings=settings, place=place, body=indent(body, "    "))
    project.write("a.robot", text)
    return [f"{finding.where} {finding.rule} {finding.message}" for finding in project.check()]


@pytest.mark.parametrize(("place", "body"), CALLED)
def test_a_keyword_that_the_test_calls_is_a_place(robot_project: RobotProject, place: str, body: str) -> None:
    assert write(robot_project, place, body) == []


@pytest.mark.parametrize(("place", "body", "told"), NOT_CALLED)
def test_any_other_name_is_told(robot_project: RobotProject, place: str, body: str, told: str) -> None:
    (finding,) = write(robot_project, place, body)
    assert finding.startswith("a.robot:6 F2 ")
    assert told in finding


def test_the_template_is_a_place(robot_project: RobotProject) -> None:
    assert write(robot_project, "Check", "[Template]    Check\n1    2") == []
    assert write(robot_project, "Check", "1    2", "Test Template    Check") == []
    assert len(write(robot_project, "Check", "[Template]    NONE\nLog    2", "Test Template    Check")) == 1


def test_setup_of_the_suites_is_no_place(robot_project: RobotProject) -> None:
    robot_project.write("__init__.robot", "*** Settings ***\nSuite Setup    Start\nTest Tags    tdd_bug\n")
    (finding,) = write(robot_project, "Start", "Log    1")
    assert "set-up" in finding
    (finding,) = write(robot_project, "Open", "Log    1", "Test Setup    Open")
    assert "set-up" in finding


def test_a_test_without_a_body_is_left_to_robot(robot_project: RobotProject) -> None:
    assert write(robot_project, "Log", "[Timeout]    1s") == []


def test_a_place_declared_for_a_suite_is_told_at_its_line(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Documentation    Suite
        ...              Fails at: Nope
        Test Tags    tdd_bug    tdd_bug_5
        *** Test Cases ***
        One
            Log    1
        Two
            Fail
        """,
    )
    assert robot_project.places() == ["a.robot:3 F2"]
