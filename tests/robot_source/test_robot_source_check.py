"""Every rule, with the file and line that it points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from robot_files import ROBOT

from bugcapture.core.tags import SWITCH, TagPolicy

if TYPE_CHECKING:
    from robot_files import RobotProject

RULES = """
*** Settings ***
Test Tags    smoke

*** Test Cases ***
Number without family
    [Tags]    tdd_bug_5
    Log    1

Family without number
    [Tags]    TDD Issue
    Log    1

Switch alone
    [Tags]    Tdd Expected Fail
    Log    1

Near miss
    [Tags]    slow
    ...       tdd_isue_6
    Log    1

Malformed
    [Tags]    tdd_bug    tdd_bug_007
    Log    1

Variable
    [Tags]    tdd_bug    tdd_bug_${N}    owner_${N}
    Log    1

Retried
    [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail    Test:Retry(2)
    Log    1

Skipped on failure
    [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail    robot: skip-on-failure
    Log    1

Xfail
    [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail    xfail
    Log    1

Right
    [Tags]    Tdd Bug    TDD_BUG_991    tddexpectedfail    test:retry
    Log    1

Guarded, retried and skipped on failure
    [Tags]    tdd_bug    tdd_bug_1    test:retry(2)    robot:skip-on-failure
    Log    1
"""


def test_every_tag_rule_points_to_the_line_of_the_tag(robot_project: RobotProject) -> None:
    robot_project.write("rules.robot", RULES)
    assert robot_project.places() == [
        "rules.robot:6 T1",
        "rules.robot:10 T2",
        "rules.robot:14 T3",
        "rules.robot:19 T4",
        "rules.robot:23 T2",
        "rules.robot:23 T5",
        "rules.robot:27 T2",
        "rules.robot:27 T5",
        "rules.robot:31 T6",
        "rules.robot:35 T6",
        "rules.robot:39 T6",
    ]


def test_a_capture_says_where_it_is_and_what_is_in_effect(robot_project: RobotProject) -> None:
    robot_project.write("rules.robot", RULES)
    capture = next(capture for capture in robot_project.captures if capture.name == "Right")
    assert (capture.framework, capture.where) == ("robot", "rules.robot:42")
    assert capture.tags.ids == (991,)
    assert capture.all_tags == ("smoke", "tdd_bug", "tdd_bug_991", SWITCH, "test:retry")
    assert [(site.path, site.line, site.name) for site in capture.switches] == [("rules.robot", 43, SWITCH)]


def test_tags_of_suites_reach_their_tests(robot_project: RobotProject) -> None:
    """`Test Tags` of the file and of initialisation files above it, over folders without one."""
    robot_project.write("robot/__init__.robot", "*** Settings ***\nTask Tags    tdd_bug    tdd_expected_fail\n")
    robot_project.write("robot/deep/api/__init__.robot", "*** Settings ***\nForce Tags    api\n")
    robot_project.write(
        "robot/deep/api/a.robot",
        """
        *** Settings ***
        Test Tags       Tdd Bug 5
        Default Tags    default
        *** Tasks ***
        One
            Log    1
        Two
            [Tags]    two    -tdd_exp*
            Log    1
        """,
    )
    one, two = robot_project.captures
    assert one.all_tags == ("api", "default", "tdd_bug", "tdd_bug_5", SWITCH)
    assert [(site.path, site.line) for site in one.switches] == [("robot/__init__.robot", 2)]
    assert two.all_tags == ("api", "tdd_bug", "tdd_bug_5", "two")
    assert robot_project.check() == []


def test_a_file_with_nothing_of_ours_inherits_from_above(robot_project: RobotProject) -> None:
    robot_project.write("__init__.robot", "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_x\n")
    robot_project.write("a.robot", "*** Test Cases ***\nOne\n    Log    1\nTwo\n    Log    1\n")
    robot_project.write("b.robot", "*** Test Cases ***\nOne\n    Log    1\n")
    messages = [f"{finding.where} {finding.rule} {finding.message[-40:]}" for finding in robot_project.check()]
    assert [message[:20] for message in messages if " T2 " in message] == ["__init__.robot:2 T2 "] * 2
    assert any(message.endswith("(in 2 tests, first at a.robot:2)") for message in messages)
    assert any(message.endswith("(in the test at b.robot:2)") for message in messages)
    assert len([message for message in messages if " T5 " in message]) == 1


def test_initialisation_files_outside_the_project_do_not_count(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot_project.write("__init__.robot", "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_5\n")
    robot_project.write("inner/pyproject.toml", "")
    robot_project.write("inner/__init__.robot", "*** Settings ***\nTest Tags    tdd_issue    tdd_issue_6\n")
    robot_project.write("inner/low/a.robot", "*** Test Cases ***\nOne\n    Log    1\n")
    assert [capture.tags.ids for capture in robot_project.captures] == [(5, 6)]
    monkeypatch.chdir(robot_project.folder / "inner")
    assert [capture.tags.ids for capture in robot_project.captures] == [(6,)]


def test_outside_any_project_an_unbroken_row_of_initialisation_files_counts(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot_project.write("up/__init__.robot", "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_5\n")
    robot_project.write("up/gap/low/__init__.robot", "*** Settings ***\nTest Tags    tdd_issue    tdd_issue_6\n")
    robot_project.write("up/gap/low/a.robot", "*** Test Cases ***\nOne\n    Log    1\n")
    robot_project.write("elsewhere/pyproject.toml", "")
    monkeypatch.chdir(robot_project.folder / "elsewhere")
    (capture,) = robot_project.source("up/gap/low/a.robot").captures
    assert capture.tags.ids == (6,)


def test_problems_of_inherited_tags_are_told_once(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Test Tags    tdd_bug_5
        *** Test Cases ***
        One
            Log    1
        Two
            Log    1
        Three
            [Tags]    tdd_bug
            Log    1
        """,
    )
    (finding,) = robot_project.check()
    assert finding.where == "a.robot:2"
    assert finding.message.endswith("(in 2 tests, first at line 4)")


def test_a_problem_names_the_test_only_where_its_own_tags_do_not(robot_project: RobotProject) -> None:
    """What a tag says alone is the same for all tests, and a test's own tag stands in the test."""
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Test Tags    tdd_isue_6
        *** Test Cases ***
        One
            [Tags]    tdd_bug_5
            Log    1
        """,
    )
    inherited, own = robot_project.check()
    assert inherited.message.endswith("allow_tags)")
    assert own.message == "tdd_bug_5 needs tdd_bug"


STRAY = """
*** Settings ***
Default Tags    tdd_bug
Keyword Tags    tdd_bug_1
Test Tagz    tdd_bug_2
*** Test Cases ***
One
    [Tags]    one
    [Tags]    tdd_bug_3
    Log    1
    [Tgas]    tdd_bug_4
*** Keywords ***
Word
    [Tags]    tdd_expected_fail    slow
    Log    1
*** Testing ***
Two
    [Tags]    tdd_bug_5
"""


def test_tags_that_reach_no_test_are_told(robot_project: RobotProject) -> None:
    robot_project.write("a.robot", STRAY)
    findings = robot_project.check()
    assert [f"{finding.line} {finding.rule}" for finding in findings] == [
        f"{line} P1" for line in (2, 3, 4, 8, 10, 13, 17)
    ]
    assert all("belong to no test: " in finding.message for finding in findings)
    assert "tdd_expected_fail: they stand on keywords" in findings[5].message
    assert "allowed only once" in findings[3].message


def test_only_tags_are_told_that_are_ours_and_stand_where_tags_do(robot_project: RobotProject) -> None:
    """The project's own tags may reach no test, and a keyword may be about our tags."""
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Default Tags    smoke
        *** Test Cases ***
        One
            [Tags]    tdd_bug    tdd_bug_5
            Is Tagged
        *** Keywords ***
        Is Tagged
            [Tags]    slow
            Should Contain    ${TEST TAGS}    tdd_bug_5
        """,
    )
    assert robot_project.check() == []


def test_tags_in_a_resource_file_belong_to_no_test(robot_project: RobotProject) -> None:
    robot_project.write(
        "words.resource",
        """
        *** Settings ***
        Test Tags    tdd_bug
        Keyword Tags    tdd_bug
        *** Keywords ***
        Word
            [Tags]    tdd_bug    tdd_bug_5
            Log    1
        *** Test Cases ***
        One
            [Tags]    tdd_bug_9
        """,
    )
    assert robot_project.places() == [f"words.resource:{line} P1" for line in (2, 3, 6, 10)]
    assert robot_project.captures == []


def test_an_initialisation_file_is_checked_for_what_its_tags_say_alone(robot_project: RobotProject) -> None:
    robot_project.write(
        "__init__.robot",
        """
        *** Settings ***
        Test Tags    tdd_bug    tdd_isue_6    tdd_bug_0    tdd_bug_${N}    tdd_unit
        Default Tags    tdd_bug_7
        """,
    )
    assert robot_project.places(TagPolicy(allow_tags=frozenset({"Tdd Unit"}))) == [
        "__init__.robot:2 T4",
        "__init__.robot:2 T5",
        "__init__.robot:3 P1",
    ]


def test_tags_of_the_projects_own_are_left_alone_in_every_spelling(robot_project: RobotProject) -> None:
    robot_project.write("a.robot", "*** Test Cases ***\nOne\n    [Tags]    TDD Unit    tdd_bugs\n    Log    1\n")
    assert robot_project.places() == ["a.robot:3 T4", "a.robot:3 T4"]
    assert robot_project.places(TagPolicy(allow_tags=frozenset({"tdd_unit", "TddBugs"}))) == []


def test_no_tag_of_ours_becomes_the_projects_own(robot_project: RobotProject) -> None:
    """What is allowed only looks like our tags; Robot would take it for one of them."""
    robot_project.write("a.robot", RULES)
    assert robot_project.places(TagPolicy(allow_tags=frozenset({"Tdd Bug", "TddIssue"}))) == robot_project.places()


def test_the_project_can_require_both_families(robot_project: RobotProject) -> None:
    text = "*** Test Cases ***\nOne\n    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail\n    Log    1\n"
    robot_project.write("a.robot", text)
    assert robot_project.places(TagPolicy(require=("bug", "issue"))) == ["a.robot:3 T3"]


def test_a_file_that_is_not_utf8_is_told_with_its_line(robot_project: RobotProject) -> None:
    robot_project.write("a.robot", b"*** Test Cases ***\nOne\n    Log    caf\xe9\n")
    robot_project.write("sub/__init__.robot", b"\xff")
    robot_project.write("sub/b.robot", "*** Test Cases ***\nOne\n    Log    1\n")
    assert robot_project.places() == ["a.robot:3 P1", "sub/__init__.robot:1 P1"]
    assert not robot_project.source("a.robot").readable
    assert robot_project.source("a.robot").captures == []


def test_tests_and_tasks_in_one_file_cannot_be_run(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug\n*** Tasks ***\nU\n    Log    1\n"
    )
    assert robot_project.places() == ["a.robot:4 P1"]


@pytest.mark.parametrize("language", ["evil", "evil.py", "fi"])
def test_no_language_module_of_the_project_is_imported(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Robot would import what a `Language:` line names."""
    code = "import pathlib\npathlib.Path('imported').touch()\n"
    for name in ("evil.py", "fi"):
        robot_project.write(name, code)
    monkeypatch.syspath_prepend(str(robot_project.folder))
    text = f"Language: {language}\n*** Test Cases ***\nOne\n    [Tags]    tdd_bug\n    Log    1\n"
    robot_project.write("a.robot", text)
    expected = ["a.robot:4 T2"] if language == "fi" else ["a.robot:1 P1", "a.robot:4 T2"]
    assert robot_project.places() == expected
    assert not (robot_project.folder / "imported").exists()


def test_a_language_of_robots_own_is_understood(robot_project: RobotProject) -> None:
    robot_project.write(
        "a.robot",
        """
        Language: Finnish

        *** Asetukset ***
        Testin Tagit    tdd_bug
        *** Testit ***
        Yksi
            [Tagit]    tdd_bug_5    tdd_expected_fail
            [Dokumentaatio]    Fails at: Summa On
            Oletetaan summa on
        """,
    )
    (capture,) = robot_project.captures
    assert capture.tags.ids == (5,)
    assert robot_project.check() == []


@pytest.mark.parametrize("kind", ["robot", "resource"])
def test_files_without_anything_of_ours_are_not_even_parsed(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("bugcapture.robot.source.parse_text", None)
    robot_project.write(
        f"a.{kind}",
        "*** Test Cases ***\nThe issue\n    [Tags]    todo    debug    the bug\n    Log    é expected tad\n",
    )
    assert robot_project.sources == []


@pytest.mark.parametrize(
    "tag",
    [
        "T D D Bug",
        "td_bug_5",
        "tddisue_6",
        "TDD-bug-5",
        "ttd_bug",
        "tdd_expeted_fail",
        "\N{FULLWIDTH LATIN SMALL LETTER T}dd_bug",
        "dtd_issue",
    ],
)
def test_no_near_miss_slips_through_the_quick_look(robot_project: RobotProject, tag: str) -> None:
    robot_project.write("a.robot", f"*** Test Cases ***\nOne\n    [Tags]    {tag}\n    Log    1\n")
    assert robot_project.check() != []


DECLARED = r"""
*** Settings ***
Documentation    Suite.
...              Fails with: KeyError: 'total'
*** Test Cases ***
Own type, own place
    [Documentation]    Bug.    Wide.
    ...    Fails with:    AssertionError: a \\d+ b
    ...
    ...    Fails at: Check
    [Tags]    tdd_bug    tdd_bug_5    tdd_expected_fail
    Check
Inherited
    [Documentation]    First line\nFails at: Check
    [Tags]    tdd_bug    tdd_bug_5
    Check
Folded
    [Documentation]    One \
    ...    line.\n
    ...    Fails \
    ...    at: Check
    [Tags]    tdd_bug    tdd_bug_5
    Check
Open end
    [Documentation]    Fails with: LookupError\
    [Tags]    tdd_bug    tdd_bug_5
    X
"""


def test_the_nearest_declaration_counts(robot_project: RobotProject) -> None:
    robot_project.write(
        "__init__.robot", "*** Settings ***\nDocumentation    Fails with: OSError\n...    Fails at: X\n"
    )
    robot_project.write("a.robot", DECLARED)
    robot_project.write(
        "b.robot", "*** Test Cases ***\nT\n    [Tags]    tdd_bug    tdd_bug_6    tdd_expected_fail\n    X\n"
    )
    declared = [
        (capture.expectation.type_name, capture.expectation.pattern, capture.expectation.place)
        for capture in robot_project.captures
    ]
    assert declared == [
        ("AssertionError", r"a \d+ b", "Check"),
        ("KeyError", "'total'", "Check"),
        ("KeyError", "'total'", "Check"),
        ("LookupError", "", "X"),
        ("OSError", "", "X"),
    ]
    assert robot_project.check() == []


def test_bad_declarations_are_told_with_the_line_of_their_continuation(robot_project: RobotProject) -> None:
    robot_project.write(
        "__init__.robot", "*** Settings ***\nDocumentation    Suite\n...    Fails with: TimeoutError\n"
    )
    robot_project.write(
        "a.robot",
        r"""
        *** Settings ***
        Documentation    Fails with: AssertionError: \d
        *** Test Cases ***
        One
            [Documentation]    Bug.
            ...    Text.
            # in between
            ...    Fails with: AssertionError: [
            ...    Fails with: KeyError
            ...    Fails with: AssertionError: ${x}
            ...    Fails wiht: KeyError
            [Tags]    tdd_bug    tdd_bug_5
            Log    1
        Not ours
            [Documentation]    Fails with: AssertionError: [
            Log    1
        Family only
            [Documentation]    Fails with: AssertionError: [
            [Tags]    tdd_bug    slow
            Log    1
        """,
    )
    assert robot_project.places() == [
        "__init__.robot:3 F1",
        "a.robot:2 F1",
        "a.robot:8 F1",
        "a.robot:9 F1",
        "a.robot:10 F1",
        "a.robot:11 F1",
        "a.robot:19 T2",
    ]


def test_a_tag_hidden_in_a_variable_is_told(robot_project: RobotProject) -> None:
    """A run would see the tag, and a check would not."""
    robot_project.write(
        "a.robot",
        """
        *** Variables ***
        ${THE BUG}    tdd_bug_5
        @{TAGS}       slow    Tdd Bug
        ${OWNER}      ann
        *** Test Cases ***
        One
            [Tags]    ${the_bug}    ${OWNER}
            Log    1
        Two
            [Tags]    @{TAGS}    x
            Log    1
        Three
            [Tags]    ${OWNER}    \\${THE BUG}
            Log    ${THE BUG}
        """,
    )
    assert robot_project.places() == ["a.robot:7 T5", "a.robot:10 T5"]


def test_a_number_in_a_variable_is_no_bad_number(robot_project: RobotProject) -> None:
    """The finding says what is wrong with it, and not what is wrong with the name of the variable."""
    robot_project.write("a.robot", "*** Test Cases ***\nOne\n    [Tags]    tdd_bug_${N}\n    Log    1\n")
    (finding,) = robot_project.check()
    assert finding.message.startswith("tdd_bug_${N} holds a variable, which only a run could fill in")


def test_every_file_with_the_ending_is_looked_at(robot_project: RobotProject) -> None:
    assert ROBOT.is_test_file(robot_project.write("words.resource", ""))


def test_tags_are_named_as_robot_writes_them(robot_project: RobotProject) -> None:
    robot_project.write("__init__.robot", "*** Settings ***\nTest Tags    tdd_bug_x\n")
    robot_project.write("a.robot", RULES)
    assert not [finding.message for finding in robot_project.check() if "@" in finding.message]


def test_several_sections_of_one_kind_are_one_suite(robot_project: RobotProject) -> None:
    text = "*** Test Cases ***\n{}\n    [Tags]    tdd_bug    tdd_bug_5\n    Log    1\n"
    robot_project.write("a.robot", text.format("One") + text.format("Two"))
    assert [capture.name for capture in robot_project.captures] == ["One", "Two"]


@pytest.mark.parametrize(("removes_first", "expected"), [(True, ["tdd_bug", "tdd_bug_5"]), (False, [])])
def test_what_a_removing_tag_removes_depends_on_the_version_of_robot(
    robot_project: RobotProject, monkeypatch: pytest.MonkeyPatch, *, removes_first: bool, expected: list[str]
) -> None:
    """Robot removed what stands before `-tag`; now it removes what is inherited."""
    monkeypatch.setattr("bugcapture.robot.leaf._removes_first", lambda: removes_first)
    robot_project.write(
        "a.robot", "*** Test Cases ***\nOne\n    [Tags]    tdd_bug    tdd_bug_5    -tdd*\n    Log    1\n"
    )
    assert [tag for capture in robot_project.captures for tag in capture.all_tags] == expected


def test_a_check_does_not_repeat_robots_warnings(robot_project: RobotProject) -> None:
    """Robot tells about an old operator when it runs; here the warning would be an error."""
    robot_project.write(
        "a.robot",
        """
        *** Settings ***
        Test Tags    tdd_bug    tdd_bug_5
        *** Test Cases ***
        One
            [Tags]    -tdd_bug&tdd_bug_5
            Log    1
        """,
    )
    assert [capture.tags.ids for capture in robot_project.captures] == [(5,)]


def test_a_hostile_name_is_shown_as_text(robot_project: RobotProject) -> None:
    robot_project.write("a.robot", "*** Test Cases ***\nOne\n    [Tags]    tdd_\x1b[31mbug\u202e\n    Log    1\n")
    (finding,) = robot_project.check()
    assert finding.rule == "T4"
    assert finding.message.isprintable()


def test_a_language_of_the_command_line_alone_is_told(robot_project: RobotProject) -> None:
    """A file in a language that it does not name is no riddle: the finding says what to write."""
    robot_project.write("a.robot", "*** Testit ***\nSumma\n    [Tagit]    tdd_bug    tdd_bug_1\n    Fail    x\n")

    (finding,) = robot_project.check()

    assert (finding.rule, finding.line) == ("P1", 3)
    assert "*** Testit ***" in finding.message
    assert "'Language: <its name>'" in finding.message


def test_the_sign_of_other_frameworks_is_told(robot_project: RobotProject) -> None:
    """A tag of Robot has none, and who writes one sees it in the message."""
    robot_project.write("a.robot", "*** Test Cases ***\nOne\n    [Tags]    @tdd_bug    tdd_bug_1\n    Log    1\n")
    told = [finding.message for finding in robot_project.check() if finding.rule == "T4"]
    assert [message.partition(" (")[0] for message in told] == [
        "@tdd_bug is no bugcapture tag: did you mean tdd_bug?"
    ]
