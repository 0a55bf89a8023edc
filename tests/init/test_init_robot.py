"""Where the listener of Robot Framework goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from byte_checks import is_one_insertion
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.robot.wire import add_option, is_argument_file

if TYPE_CHECKING:
    from command_project import CommandProject

LINE = "--listener bugcapture.robot.Listener\n"
SUITE = "*** Test Cases ***\nOne\n    No Operation\n"
TOML = '[listeners]\n"bugcapture.robot.Listener" = []\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", LINE),
        ("# Only a comment.\n", f"# Only a comment.\n{LINE}"),
        ("--outputdir out\n", f"{LINE}--outputdir out\n"),
        ("# Head.\n\n--outputdir out\ntests\n", f"# Head.\n\n{LINE}--outputdir out\ntests\n"),
        ("--listener Mine\n--outputdir out\n", f"--listener Mine\n{LINE}--outputdir out\n"),
        ("--listener=Mine:x\n--LISTENER  Two\n-d out\n", f"--listener=Mine:x\n--LISTENER  Two\n{LINE}-d out\n"),
        # The name of the listener, or a path, may be on the next line: what follows is no option then.
        ("--listener\nMine\n--outputdir out\n", f"{LINE}--listener\nMine\n--outputdir out\n"),
        ("--name\nMine\n--listener Two\n", f"{LINE}--name\nMine\n--listener Two\n"),
        ("tests\n--listener Mine\n", f"{LINE}tests\n--listener Mine\n"),
        ("  --outputdir out\n", f"{LINE}  --outputdir out\n"),
        ("--outputdir out", f"{LINE}--outputdir out"),
        ("--listener Mine", f"--listener Mine\n{LINE[:-1]}"),
        ("--listener Mine\r\n", "--listener Mine\r\n" + LINE.replace("\n", "\r\n")),
        ("\ufeff--outputdir out\n", f"\ufeff{LINE}--outputdir out\n"),
    ],
)
def test_the_line_in_an_argument_file(before: str, after: str) -> None:
    """In front of everything, or behind the last listener: Robot takes no option behind a path."""
    assert add_option(before.encode()).decode() == after


@given(
    st.lists(
        st.sampled_from(
            ["--listener A", "--listener", "--outputdir out", "-d x", "tests", "# c", "", "  ", "--variable X:é"]
        ),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_argument_file_is_added_to_at_one_place(lines: list[str], end: str, last: bool) -> None:
    content = (end.join(lines) + (end if last else "")).encode()
    assert is_one_insertion(content, add_option(content))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("robot.args", "", True),
        ("x.argfile", "tests\n", True),
        ("options.txt", "--outputdir out\n", True),
        ("options.cfg", "# c\n  --LogLevel=TRACE\n", True),
        ("requirements.txt", "--index-url https://example.org\nrequests\n", False),
        ("coverage.cfg", "[run]\nbranch = true\n", False),
        ("notes.txt", "use --outputdir here\n", False),
        ("rebot.args", "--merge\n--outputdir out\n", False),
    ],
)
def test_argument_files_are_told_from_others(name: str, text: str, expected: bool) -> None:
    assert is_argument_file(name, text) is expected


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({}, {"robot.args": f"# Options of every run: robot --argumentfile robot.args PATH\n{LINE}"}),
        ({"requirements.txt": "--pre\nrequests\n"}, {"robot.args": "# Options of"}),
        ({"robot/options.txt": "--outputdir out\n"}, {"robot/options.txt": f"{LINE}--outputdir out\n"}),
        ({"ci/run.args": "-d out\n"}, {"ci/run.args": f"{LINE}-d out\n"}),
        ({"robot.toml": 'output-dir = "out"\n'}, {"robot.toml": f'output-dir = "out"\n\n{TOML}'}),
        ({".robot.toml": ""}, {".robot.toml": TOML}),
        (
            {"robot.toml": "[listeners]  # Mine.\nMine = []\n"},
            {"robot.toml": '[listeners]  # Mine.\n"bugcapture.robot.Listener" = []\nMine = []\n'},
        ),
        ({"pyproject.toml": "[tool.robot]\n"}, {"pyproject.toml": "[tool.robot]\n\n[tool.robot.listeners]\n"}),
        ({"pyproject.toml": "[tool.robotidy]\n"}, {"robot.args": "# Options"}),
        (
            {"pyproject.toml": '[tool.robot]\npaths = ["robot"]\n\n[tool.bugcapture]\n'},
            {"pyproject.toml": '[tool.robot]\npaths = ["robot"]\n\n[tool.bugcapture]\n\n[tool.robot.listeners]\n'},
        ),
        ({"robot.toml": "", "run.args": "-d out\n"}, {"robot.toml": TOML, "run.args": f"{LINE}-d out\n"}),
        ({"noxfile.py": "'--listener', 'bugcapture.robot.Listener'\n"}, {}),
        ({"run.sh": "robot --listener bugcapture.robot.Listener .\n"}, {}),
        ({"pyproject.toml": '[tool.bugcapture]\nassume_wired = ["robot"]\n'}, {}),
    ],
)
def test_the_file_that_gets_the_listener(
    project: CommandProject, files: dict[str, str], changed: dict[str, str]
) -> None:
    project.write("robot/a.robot", SUITE)
    for name, content in files.items():
        project.write(name, content)
    before = project.files()
    done = project.run("init", "--yes", "--framework", "robot")
    assert done.code == 0, done
    after = project.files()
    found = {name for name, content in after.items() if before.get(name) != content}
    assert found - {"pyproject.toml"} == set(changed) - {"pyproject.toml"}
    for name, text in changed.items():
        assert after[name].decode().startswith(text)
    project.write("robot/b.robot", SUITE.replace("One\n", "One\n    [Tags]    tdd_bug    tdd_bug_5\n"))
    assert project.run("check").code == 0
    assert project.run("init", "--check", "--framework", "robot").code == 0


def test_a_new_argument_file_is_what_run_gives_to_robot(project: CommandProject) -> None:
    project.write("robot/a.robot", SUITE)
    done = project.run("init", "--yes")
    assert "bugcapture: run Robot Framework with `robot --argumentfile robot.args ...`\n" in done.err
    assert 'robot_args = ["--argumentfile", "robot.args"]\n' in project.read("pyproject.toml")
    project.write("robot/a.robot", SUITE.replace("One\n", "One\n    [Tags]    tdd_bug    tdd_bug_5\n"))
    assert project.start("bugcapture", "run").code == 0


def test_options_of_this_machine_do_not_wire_the_project(project: CommandProject) -> None:
    project.write("robot/a.robot", SUITE)
    done = project.run("init", "--check", env={"ROBOT_OPTIONS": LINE.strip()})
    assert done.code == 1
    assert "robot.args: missing: the listener of Robot Framework\n" in done.out


def test_several_argument_files_are_not_guessed_at(project: CommandProject) -> None:
    project.write("robot/a.robot", SUITE)
    project.write("all.args", "-d out\n")
    project.write("smoke.args", "-i smoke\n")
    before = project.files()
    done = project.run("init", "--yes")
    assert done.code == 1
    assert "all.args: there are 2 argument files, and nobody knows which of them every run has\n" in done.err
    assert "add the line `--listener bugcapture.robot.Listener` to one or more of all.args, smoke.args" in done.err
    assert project.files() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "listeners = { Mine = [] }\n",
            "robot.toml:1: [listeners] cannot be added without changing what is there",
        ),
        ("listeners = 3\n", "robot.toml:1: [listeners] cannot be added"),
        ("x = \n", "robot.toml:1: is no valid TOML"),
        (b"x = '\xff'\n", "robot.toml:1: is not UTF-8: byte 0xff"),
    ],
)
def test_a_robot_toml_that_cannot_take_it(project: CommandProject, content: str | bytes, told: str) -> None:
    project.write("robot/a.robot", SUITE)
    project.write("robot.toml", content)
    done = project.run("init", "--yes")
    assert (done.code, project.read("robot.toml") if isinstance(content, str) else content) == (1, content)
    assert told in done.err
