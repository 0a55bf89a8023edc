"""A run with bad tags, declarations or settings executes nothing, and every test says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from robot_project import TAGS

if TYPE_CHECKING:
    from robot_project import RobotProject, Run

TOUCH = "Evaluate    __import__('pathlib').Path('touched').write_text('x')"
BAD = f"""
*** Settings ***
Suite Setup       {TOUCH}
Suite Teardown    {TOUCH}
Test Setup        {TOUCH}
Test Teardown     {TOUCH}
*** Test Cases ***
Lonely
    [Tags]    tdd_bug_5
    {TOUCH}
Switch
    [Tags]    tdd_expected_fail
    {TOUCH}
Plain
    {TOUCH}
"""


def assert_refused(project: RobotProject, run: Run, tests: int) -> None:
    """Nothing was executed, all tests failed with the same text, and that stands on standard error once."""
    assert not (project.folder / "touched").exists()
    assert run.code == tests
    assert set(run.statuses.values()) == {"FAIL"}
    assert len(run.ours) == 1
    assert list(project.evidence.glob("*")) == []
    assert "[ ERROR ]" not in run.stderr
    messages = {run.message(name) for name in run.statuses}
    assert len(messages) == 1
    (message,) = messages
    assert message.startswith("bugcapture: ")
    assert run.stderr.count(message.splitlines()[-1]) == 1


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--dryrun"],
        ["--exitonfailure"],
        ["--skiponfailure", "tdd*"],
        ["--skip", "tdd*"],
    ],
    ids=" ".join,
)
def test_bad_tags_refuse_the_run(project: RobotProject, options: list[str]) -> None:
    """All problems of all files are told with their places, whatever options the run has."""
    project.write("tests/a.robot", BAD)
    project.write("tests/sub/b.robot", "*** Test Cases ***\nTypo\n    [Tags]    tdd_isue_6\n    No Operation\n")

    run = project.robot(*options, "tests")

    assert_refused(project, run, 4)
    assert run.stderr.splitlines()[0] == "bugcapture: 3 invalid tdd tag sets, nothing was run:"
    assert [line.split()[:2] for line in run.stderr.splitlines()[1:4]] == [
        ["tests/a.robot:8:", "T1"],
        ["tests/a.robot:11:", "T3"],
        ["tests/sub/b.robot:3:", "T4"],
    ]


@pytest.mark.parametrize(
    "options",
    [["--include", "area"], ["--test", "Good"], ["--suite", "good"], ["--exclude", "tdd*"]],
    ids=" ".join,
)
def test_filters_do_not_hide_bad_tags(project: RobotProject, options: list[str]) -> None:
    """A test that the filter leaves out is checked all the same, also in a file that it leaves out."""
    project.write("tests/bad.robot", BAD)
    other = "Other\n    [Tags]    tdd_bug    area2\n    No Operation\n"
    good = f"*** Test Cases ***\nGood\n    [Tags]    area\n    {TOUCH}\n{other}"
    project.write("tests/good.robot", good)

    run = project.robot(*options, "tests")

    assert not (project.folder / "touched").exists()
    assert run.code >= 1
    assert set(run.statuses.values()) == {"FAIL"}
    assert run.ours == ["bugcapture: 3 invalid tdd tag sets, nothing was run:"]


def test_an_empty_run_is_refused_too(project: RobotProject) -> None:
    """With --runemptysuite and a filter that selects nothing there is one test to say it."""
    project.write("tests/bad.robot", BAD)

    run = project.robot("--include", "nothing", "--runemptysuite", "tests")

    assert_refused(project, run, 1)
    assert list(run.statuses) == ["Nothing was run"]


@pytest.mark.parametrize(
    ("doc", "rule"),
    [
        ("Fails with: KeyError: [", "F1"),
        ("Fails with: TimeoutError", "F1"),
        ("Fails at: No Such Keyword", "F2"),
    ],
)
def test_bad_declarations_refuse_the_run(project: RobotProject, doc: str, rule: str) -> None:
    """A declaration that cannot be used is a problem like a bad tag."""
    project.write(
        "tests/a.robot", f"*** Test Cases ***\nA\n    [Documentation]    {doc}\n    {TAGS}\n    {TOUCH}\n"
    )

    run = project.robot()

    assert_refused(project, run, 1)
    assert f"tests/a.robot:3: {rule} " in run.message("A")


def test_many_problems_do_not_swell_the_report(project: RobotProject) -> None:
    """A test's message has the first problems; standard error has all."""
    cases = "".join(f"T{n}\n    [Tags]    tdd_bug_{n}\n    No Operation\n" for n in range(1, 41))
    project.write("tests/a.robot", f"*** Test Cases ***\n{cases}")

    run = project.robot()

    assert run.code == 40
    assert len(run.stderr.splitlines()) == 41
    assert run.message("T1").splitlines()[-1] == "  … 21 more lines on standard error"


def test_a_broken_configuration_refuses_the_run(project: RobotProject) -> None:
    """An unknown key in [tool.bugcapture] is no reason to run without it."""
    project.write("pyproject.toml", '[tool.bugcapture]\nrequier = ["bug"]\n')
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TOUCH}\n")

    run = project.robot()

    assert not (project.folder / "touched").exists()
    assert (run.code, run.statuses) == (1, {"A": "FAIL"})
    assert "pyproject.toml:2: [tool.bugcapture] has an unknown key: requier" in run.message("A")
    assert "nothing was run" in run.message("A")


def test_evidence_that_cannot_be_written_refuses_the_run(project: RobotProject) -> None:
    """Who asked for evidence gets it, or no run."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TOUCH}\n")
    project.write("occupied", "a file")

    run = project.robot(env={"BUGCAPTURE_EVIDENCE_DIR": str(project.folder / "occupied")})

    assert (run.code, run.statuses) == (1, {"A": "FAIL"})
    assert "evidence cannot be written here" in run.message("A")


def test_python_without_assertions_is_refused(project: RobotProject) -> None:
    """Under ``python -O`` assertions of Python keywords are gone, so captures would look fixed."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TAGS}\n    {TOUCH}\n")
    project.write("plain/a.robot", "*** Test Cases ***\nA\n    No Operation\n")

    assert_refused(project, run := project.robot(python=("-O",)), 1)
    assert "python -O removes every assert" in run.message("A")
    assert project.robot("plain", python=("-O",)).code == 0


def test_the_policy_of_the_project_counts(project: RobotProject) -> None:
    """``require`` and ``allow_tags`` of the configuration have their effect."""
    project.write("pyproject.toml", '[tool.bugcapture]\nrequire = ["bug", "issue"]\nallow_tags = ["tdd_unit"]\n')
    project.write("tests/a.robot", "*** Test Cases ***\nA\n    [Tags]    tdd_unit\n    No Operation\n")
    assert project.robot().code == 0

    project.write("tests/b.robot", f"*** Test Cases ***\nB\n    {TAGS}\n    {TOUCH}\n")
    run = project.robot()

    assert (run.code, "T3" in run.message("A")) == (2, True)


def test_tags_of_the_projects_own_are_known_in_every_spelling(project: RobotProject) -> None:
    """Robot takes all spellings for one tag: none refuses a run, or a capture that carries it."""
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\n')
    captured = f"Captured\n    {TAGS}    TDD Unit\n    Fail    boom\n"
    project.write(
        "tests/a.robot",
        f"*** Test Cases ***\nPlain\n    [Tags]    tdd_Unit    TddUnit\n    No Operation\n{captured}",
    )

    run = project.robot("--settag", "tdd unit", "tests")

    assert (run.code, run.verdicts) == (0, {"Captured": "expected_failure"})


def test_libraries_of_suites_below_are_not_imported(project: RobotProject) -> None:
    """A refused run does not import what its inner suites would have needed."""
    project.write("Touch.py", "open('touched', 'w').write('x')\n")
    project.write(
        "tests/a.robot", f"*** Settings ***\nLibrary    Touch\n{BAD.partition('***')[2].partition('***')[2]}"
    )
    project.write(
        "tests/b.robot",
        "*** Settings ***\nLibrary    Touch\n*** Test Cases ***\nB\n    [Tags]    tdd_bug\n    Nothing\n",
    )

    run = project.robot()

    assert not (project.folder / "touched").exists()
    assert run.code == len(run.statuses)


def test_tags_of_the_command_line_are_checked(project: RobotProject) -> None:
    """A bad tag that no file has is found on the tests that Robot is about to run."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TOUCH}\n")

    run = project.robot("--settag", "tdd_bug_5", "tests")

    assert_refused(project, run, 1)
    assert "tests/a.robot:2: T1 tdd_bug_5 needs tdd_bug" in run.message("A")


def test_a_misspelt_tag_of_the_command_line_is_told(project: RobotProject) -> None:
    """A near miss is one wherever it comes from, even when it does not begin as our tags do."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TOUCH}\n")

    run = project.robot("--settag", "td_bug_5", "tests")

    assert_refused(project, run, 1)
    assert "tests/a.robot:2: T4 td_bug_5 is no bugcapture tag" in run.message("A")


def test_a_switch_of_the_command_line_is_not_believed(project: RobotProject) -> None:
    """--settag cannot make a failing test green: the switch has to stand in the file."""
    project.write("tests/a.robot", "*** Test Cases ***\nA\n    [Tags]    tdd_bug    tdd_bug_1\n    Fail    boom\n")

    run = project.robot("--settag", "tdd_expected_fail", "tests")

    assert (run.code, run.verdicts) == (1, {"A": "wrong_failure"})
    assert "has to stand in the file" in run.message("A")


def test_several_paths_and_single_files(project: RobotProject) -> None:
    """Each path of the command line is checked; a single file brings no other file along."""
    project.write("one/a.robot", BAD)
    project.write("two/b.robot", "*** Test Cases ***\nB\n    No Operation\n")

    assert project.robot("two/b.robot").code == 0
    assert_refused(project, project.robot("one", "two"), 4)
    assert_refused(project, run := project.robot("one/a.robot"), 3)
    assert "one/a.robot:8: T1 " in run.message("Plain")  # The line of the tag, which the model does not have.


def test_files_that_robot_passes_over_are_not_checked(project: RobotProject) -> None:
    """What begins with a dot or an underscore is no suite, and other files are no tests."""
    for name in ("_off.robot", ".hidden/a.robot", "_off/a.robot", "CVS/a.robot", "notes.txt"):
        project.write(f"tests/{name}", BAD)
    project.write("tests/a.robot", "*** Test Cases ***\nA\n    No Operation\n")

    assert project.robot().code == 0


def test_an_initialisation_file_is_checked_for_itself(project: RobotProject) -> None:
    """Tags in it that reach no test are told, although none of its tests could tell."""
    project.write("tests/__init__.robot", "*** Keywords ***\nWord\n    [Tags]    tdd_bug_5\n    No Operation\n")
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TOUCH}\n")

    run = project.robot()

    assert_refused(project, run, 1)
    assert "tests/__init__.robot:3: P1 these tags belong to no test" in run.message("A")


def test_a_file_that_robot_cannot_read_is_robots_matter(project: RobotProject) -> None:
    """A file in another encoding stops Robot, or is passed over by it, as without us."""
    project.write("tests/a.robot", "*** Test Cases ***\nA\n    No Operation\n")
    (project.folder / "tests" / "b.robot").write_bytes(
        b"*** Test Cases ***\nB\n    Log    \xe4\n    [Tags]    tdd_bug_5\n"
    )

    run, plain = project.robot(), project.robot(listener=False)

    assert run.code == plain.code
    assert run.ours == []
    assert project.robot("--parseinclude", "a.robot", "tests").code == 0


@pytest.mark.parametrize(
    "tags", ["Tdd Bug    TDD BUG 1    tdd expected FAIL", "tddbug    tddbug1    TddExpectedFail"]
)
def test_robots_own_spelling_of_tags(project: RobotProject, tags: str) -> None:
    """Case, spaces and underscores do not matter to Robot, so they do not matter here."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    [Tags]    {tags}\n    Fail    boom\n")

    run = project.robot()

    assert (run.code, run.verdicts, run.message("A")) == (
        0,
        {"A": "expected_failure"},
        "Expected failure (#1): boom",
    )


def test_an_error_of_our_own_refuses_the_run(project: RobotProject) -> None:
    """Robot would go on without a listener that fails, so the listener makes the tests fail."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TAGS}\n    {TOUCH}\n")
    project.write(
        "broken.py",
        """
        import bugcapture.robot.run as run
        from bugcapture.robot import Listener

        def check_run(*args):
            raise RuntimeError("our own")

        run.check_run = check_run
        """,
    )

    run = project.robot("--listener", "broken.Listener", "tests", listener=False)

    assert_refused(project, run, 1)
    assert "an error of bugcapture itself, so nothing was run: RuntimeError: our own" in run.message("A")


def test_an_error_while_judging_is_red(project: RobotProject) -> None:
    """A test that could not be judged is never green; one that is none of ours is not even looked at."""
    project.write(
        "tests/a.robot",
        f"*** Test Cases ***\nA\n    {TAGS}\n    Fail    boom\nFixed\n    {TAGS}\n    No Operation\n"
        "Plain\n    No Operation\n",
    )
    project.write(
        "broken.py",
        """
        import bugcapture.robot.run as run
        from bugcapture.robot import Listener

        def read_tags(names):
            raise RuntimeError("our own")

        run.read_tags = read_tags
        """,
    )

    run = project.robot("--listener", "broken.Listener", "tests", listener=False)

    assert (run.code, run.statuses) == (2, {"A": "FAIL", "Fixed": "FAIL", "Plain": "PASS"})
    told = "bugcapture: this test could not be judged: RuntimeError: our own"
    assert run.message("A") == run.message("Fixed") == told


def test_a_refusal_ends_with_its_run(project: RobotProject) -> None:
    """A listener that is used for several runs, from Python, judges the next one afresh."""
    project.write("bad.robot", "*** Test Cases ***\nBad\n    [Tags]    tdd_bug_5\n    No Operation\n")
    project.write(
        "tests/a.robot",
        f"*** Test Cases ***\nA\n    {TAGS}\n    Fail    boom\nPlain\n    No Operation\n",
    )
    project.write(
        "both.py",
        """
        import robot
        from bugcapture.robot import Listener

        listener = Listener()
        codes = [robot.run(name, listener=listener, outputdir="out") for name in ("bad.robot", "tests")]
        assert codes == [1, 0], codes
        """,
    )

    run = project.python("both.py")

    assert (run.code, run.statuses, run.verdicts) == (0, {"A": "PASS", "Plain": "PASS"}, {"A": "expected_failure"})


def test_an_initialisation_file_above_the_run_is_checked(project: RobotProject) -> None:
    """Robot does not read it, and its tags count for the tests all the same wherever else they run."""
    project.write("pyproject.toml", "")
    project.write("tests/__init__.robot", "*** Settings ***\nTest Tags    tdd_bug_5\n")
    project.write("tests/sub/a.robot", "*** Test Cases ***\nPlain\n    No Operation\n")
    run = project.robot("tests/sub")
    assert run.code == 1
    assert "tests/__init__.robot:2: T1" in run.stderr
