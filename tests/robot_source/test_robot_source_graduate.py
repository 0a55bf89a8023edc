"""The switch is cut out to the byte, comments stay, and nothing is changed where that would change more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bugcapture.core.errors import RefusedError
from bugcapture.robot import graduate

if TYPE_CHECKING:
    from robot_files import RobotProject

CASES = {
    "first of several": (
        "T\n    [Tags]    tdd_expected_fail    tdd_bug    tdd_bug_5\n",
        "T\n    [Tags]    tdd_bug    tdd_bug_5\n",
    ),
    "middle, tabs, other spelling": (
        "T\n\t[Tags]\ttdd_bug\t Tdd Expected Fail \ttdd_bug_5\t\n",
        "T\n\t[Tags]\ttdd_bug \ttdd_bug_5\t\n",
    ),
    "last, comment stays": (
        "T\n    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail    # why\n",
        "T\n    [Tags]    tdd_bug    tdd_bug_5    # why\n",
    ),
    "alone on a continuation line": (
        "T\n    [Tags]    tdd_bug\n    ...    tdd_expected_fail\n    ...    tdd_bug_5\n",
        "T\n    [Tags]    tdd_bug\n    ...    tdd_bug_5\n",
    ),
    "alone on a continuation line with a comment": (
        "T\n    [Tags]    tdd_bug\n    ...    tdd_expected_fail    # why\n    ...    tdd_bug_5\n",
        "T\n    [Tags]    tdd_bug\n    # why\n    ...    tdd_bug_5\n",
    ),
    "on the first line, others on continuation lines": (
        "T\n    [Tags]    tdd_expected_fail\n    ...    tdd_bug    tdd_bug_5\n",
        "T\n    [Tags]\n    ...    tdd_bug    tdd_bug_5\n",
    ),
    "twice": (
        "T\n    [Tags]    tdd_expected_fail    tdd_bug    TDD_EXPECTED_FAIL    tdd_bug_5\n",
        "T\n    [Tags]    tdd_bug    tdd_bug_5\n",
    ),
    "pipes": (
        "| T |\n|    | [Tags] | tdd_bug | tdd_expected_fail | tdd_bug_5 |\n",
        "| T |\n|    | [Tags] | tdd_bug | tdd_bug_5 |\n",
    ),
    "pipes, empty cell, no pipe at the end": (
        "| T\n| | [Tags] | | tdd_bug | tdd_bug_5 | tdd_expected_fail\n",
        "| T\n| | [Tags] | | tdd_bug | tdd_bug_5\n",
    ),
    "pipes, continuation line of its own": (
        "| T |\n| | [Tags] | tdd_bug | tdd_bug_5 |\n| | ... | tdd_expected_fail |\n",
        "| T |\n| | [Tags] | tdd_bug | tdd_bug_5 |\n",
    ),
    "beside the name": (
        "T    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail\n",
        "T    [Tags]    tdd_bug    tdd_bug_5\n",
    ),
}


def body(text: str) -> str:
    return f"*** Test Cases ***\n{text}    Log    1\n"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_tag_goes_and_nothing_else(robot_project: RobotProject, case: str, end: str) -> None:
    before, after = (body(text).replace("\n", end).encode() for text in CASES[case])
    robot_project.write("a.robot", before)
    assert robot_project.cut("a.robot") == after


ALONE = """\
*** Settings ***
Test Tags    tdd_bug    tdd_bug_5
{defaults}*** Test Cases ***
T
    {tags}
    Log    1
"""


@pytest.mark.parametrize(
    "tags", ["[Tags]    tdd_expected_fail\n", "[Tags]\n    ...    tdd_expected_fail\n    ...\n"]
)
def test_a_setting_without_a_tag_left_goes(robot_project: RobotProject, tags: str) -> None:
    robot_project.write("a.robot", ALONE.format(defaults="", tags=tags))
    assert robot_project.cut("a.robot").decode() == ALONE.format(defaults="", tags="").replace("    \n", "\n")


def test_an_empty_setting_stays_where_default_tags_would_come_back(robot_project: RobotProject) -> None:
    defaults = "Default Tags    slow\n"
    robot_project.write("a.robot", ALONE.format(defaults=defaults, tags="[Tags]    tdd_expected_fail  # c"))
    assert robot_project.cut("a.robot").decode() == ALONE.format(defaults=defaults, tags="[Tags]  # c")


def test_a_comment_of_a_setting_that_goes_stays(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Force Tags    tdd_expected_fail    # why
        # between
        ...    TDD Expected Fail

        *** Test Cases ***
        Name    [Tags]    tdd_expected_fail    # more
            Log    1
        Bare    [Tags]    tdd_expected_fail
            Log    1
        """,
    )
    assert robot_project.cut("a.robot").decode().splitlines() == [
        "*** Settings ***",
        "# why",
        "# between",
        "",
        "*** Test Cases ***",
        "Name    # more",
        "    Log    1",
        "Bare",
        "    Log    1",
    ]


def test_a_setting_that_hides_a_second_one_keeps_its_name(robot_project: RobotProject) -> None:
    """Robot reads the first `Test Tags` only: without it the second would count."""
    text = "*** Settings ***\nTest Tags    tdd_expected_fail\nTest Tags    slow\n" + body("T\n")
    robot_project.write("a.robot", text)
    assert robot_project.cut("a.robot").decode() == text.replace("    tdd_expected_fail", "")


def test_only_the_wanted_lines_lose_the_switch(robot_project: RobotProject) -> None:
    text = body("T\n    [Tags]    tdd_expected_fail\n    ...    tdd_bug    tdd_expected_fail\n")
    robot_project.write("a.robot", text)
    assert robot_project.cut("a.robot", [4]).decode() == text.replace("bug    tdd_expected_fail", "bug")
    assert robot_project.cut("a.robot", [3, 4]).decode() == text.replace("    tdd_expected_fail", "")


def test_mark_line_ends_and_missing_last_line_end_stay(robot_project: RobotProject) -> None:
    before = b"\xef\xbb\xbf*** Test Cases ***\r\nT\n    Log    \xc3\xbc\r\r\n\x0c\n"
    before += b"    [Tags]    tdd_bug    tdd_expected_fail"
    robot_project.write("a.robot", before)
    assert robot_project.cut("a.robot") == before.removesuffix(b"    tdd_expected_fail")


def test_a_suite_initialisation_file_loses_its_switch(robot_project: RobotProject) -> None:
    robot_project.write("__init__.robot", "*** Settings ***\nTest Tags    tdd_expected_fail    slow\n")
    robot_project.write("a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug    tdd_bug_5\n    Log    1\n")
    (capture,) = robot_project.captures
    assert [(site.path, site.line) for site in capture.switches] == [("__init__.robot", 2)]
    assert robot_project.cut("__init__.robot", [2]) == b"*** Settings ***\nTest Tags    slow\n"


def test_a_removing_tag_stays(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Test Tags    tdd_expected_fail    tdd_bug
        *** Test Cases ***
        One
            [Tags]    -tdd_expected_fail
            Log    1
        Two
            Log    1
        """,
    )
    after = robot_project.cut("a.robot").decode()
    assert after.splitlines()[1] == "Test Tags    tdd_bug"
    assert "    [Tags]    -tdd_expected_fail" in after


@pytest.mark.parametrize("line", [1, 3, 4, 99])
def test_a_line_without_the_switch_is_refused(robot_project: RobotProject, line: int) -> None:
    robot_project.write("a.robot", body("T\n    [Tags]    tdd_bug\n    [Documentation]    tdd_expected_fail\n"))
    with pytest.raises(RefusedError, match="not written out here") as refused:
        robot_project.source("a.robot").remove_switch([line])
    assert refused.value.where == f"a.robot:{line}"


def test_a_cut_that_robot_reads_differently_is_refused(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every cut is read again before it is handed out."""
    file = robot_project.write("a.robot", body("T\n    [Tags]    tdd_bug    tdd_expected_fail\n"))
    content = file.read_bytes()
    monkeypatch.setattr(graduate, "_cut", lambda *_, keep: [(3, 4, 10)])  # noqa: ARG005 - as the original
    with pytest.raises(RefusedError, match="would mean something else") as refused:
        robot_project.cut("a.robot")
    assert refused.value.where == "a.robot:3"
    assert file.read_bytes() == content


def test_the_rest_of_a_file_may_hold_what_robot_complains_about(robot_project: RobotProject) -> None:
    text = "*** Settings ***\nNonsense    1\nTest Tags    tdd_expected_fail    x\n*** Whatever ***\na\n" + body(
        "T\n"
    )
    robot_project.write("a.robot", text)
    assert robot_project.cut("a.robot").decode() == text.replace("    tdd_expected_fail", "")
