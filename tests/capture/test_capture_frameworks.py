"""Which framework a new test is for, and where its file goes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bugcapture.behave.settings import default_language

if TYPE_CHECKING:
    from command_project import CommandProject

FEATURE = "Feature: Till\n\n  Scenario: One\n    Then a\n\n  Scenario Outline: Two\n    Then b\n"
SUITE = """\
*** Settings ***

*** Test Cases ***
One
    Log    1
Two
    Log    2
# no test
*** Keywords ***
K
    Log    3
"""
TASKS = f"{SUITE}*** Tasks ***\nThree\n    Log    3\n"
MODULE = "def test_one():\n    pass\n\n\nclass TestA:\n    async def test_two(self):\n        pass\n"
STEPS = ("features/steps/steps.py", "")


@pytest.mark.parametrize(
    ("files", "path", "note"),
    [
        ([("features/a.feature", FEATURE), STEPS], "features/bug_991.feature", ""),
        ([("features/a.feature", FEATURE), ("features/environment.py", "")], "features/bug_991.feature", ""),
        ([("features/a.feature", FEATURE), ("behave.ini", "[behave]\n")], "features/bug_991.feature", ""),
        ([("features/a.feature", FEATURE), ("tests/test_a.py", MODULE)], "tests/test_bug_991.py", ""),
        ([("robot/a.robot", SUITE)], "robot/bug_991.robot", ""),
        ([("suites/deep/a.robot", SUITE), ("x.resource", "")], "suites/deep/bug_991.robot", ""),
        ([("tests/test_a.py", MODULE)], "tests/test_bug_991.py", ""),
        ([("test_a.py", MODULE)], "test_bug_991.py", ""),
        ([("conftest.py", "")], "tests/test_bug_991.py", ""),
        ([("pytest.ini", "[pytest]\n")], "tests/test_bug_991.py", ""),
        ([("pytest.ini", "[pytest]\ntestpaths = spec more\n"), ("more/x", "")], "more/test_bug_991.py", ""),
        ([("pytest.ini", "[pytest]\ntestpaths = src/* spec\n")], "spec/test_bug_991.py", ""),
        ([("pytest.ini", "[pytest]\npython_files = check_*.py\n")], "tests/check_bug_991.py", ""),
        ([("pytest.ini", "[pytest]\npython_files = *_spec.py\n")], "tests/bug_991_spec.py", ""),
        ([("pytest.ini", "[pytest]\npython_files = a/b?.py\n")], "tests/test_bug_991.py", ""),
        (
            [("features/a.feature", FEATURE), STEPS, ("robot/a.robot", SUITE), ("tests/test_a.py", MODULE)],
            "features/bug_991.feature",
            "behave is taken (tests here: behave 2, robot 2, pytest 2); --framework chooses another",
        ),
        (
            [
                ("features/a.feature", FEATURE),
                STEPS,
                ("robot/a.robot", f"{SUITE}*** Tasks ***\nThree\n    Log    3\n"),
            ],
            "robot/bug_991.robot",
            "robot is taken (tests here: behave 2, robot 3); --framework chooses another",
        ),
        (
            [("features/a.feature", FEATURE), STEPS, ("tests/test_a.py", f"{MODULE}\ndef test_three(): pass\n")],
            "tests/test_bug_991.py",
            "pytest is taken (tests here: behave 2, pytest 3); --framework chooses another",
        ),
    ],
)
def test_the_framework_with_the_most_tests(
    project: CommandProject, files: list[tuple[str, str]], path: str, note: str
) -> None:
    """Read from the files alone; feature files without anything of Behave's may be for another tool."""
    for name, content in files:
        project.write(name, content)
    done = project.run("capture", "991", "--format", "json", "--quiet", "--dry-run")
    assert done.code == 0, done
    assert done.json["test"]["path"] == path
    assert [told for told in done.json["notes"] if "is taken" in told] == ([note] if note else [])


def test_features_that_pytest_bdd_binds_are_pytests(project: CommandProject) -> None:
    project.write("tests/features/a.feature", FEATURE * 3)
    project.write("tests/features/steps/a.py")
    project.write("tests/test_a.py", "from pytest_bdd import scenarios\n\nscenarios('features')\n")
    done = project.run("capture", "991", "--format", "json", "--quiet", "--dry-run")
    assert done.json["framework"] == "pytest"


def test_scenarios_are_counted_in_their_own_language(project: CommandProject) -> None:
    project.write(*STEPS)
    german = "# language: de\nFunktionalität: a\n" + "  Szenario: b\n    Dann c\n" * 3
    project.write("features/a.feature", german)
    project.write("tests/test_a.py", MODULE)
    done = project.run("capture", "991", "--dry-run")
    assert "behave is taken (tests here: behave 3, pytest 2)" in done.err


@pytest.mark.parametrize("head", ["# language: xx\n", "# language: en\n"])
def test_an_unknown_language_is_counted_as_english(project: CommandProject, head: str) -> None:
    project.write(*STEPS)
    project.write("features/a.feature", head + FEATURE)
    project.write("robot/a.robot", SUITE)
    assert "behave 2, robot 2" in project.run("capture", "991", "--dry-run").err


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["features/a.feature", "features/deep/b.feature", "other/c.feature"], "features"),
        (["checks/features/deep/a.feature", "checks/features/b.feature"], "checks/features"),
        (["spec/a.feature"], "spec"),
    ],
)
def test_the_folder_of_most_features(project: CommandProject, names: list[str], folder: str) -> None:
    project.write("behave.ini", "[behave]\n")
    for name in names:
        project.write(name, FEATURE)
    assert (
        project.run("capture", "991", "--dry-run", "--format", "json")
        .json["test"]["path"]
        .startswith(f"{folder}/bug")
    )


@pytest.mark.parametrize(
    ("functions", "name"),
    [("test", "test_bug_991"), ("check_*", "check_bug_991"), ("it", "it_bug_991"), ("*_spec", "test_bug_991")],
)
def test_functions_are_named_as_pytest_collects_them(project: CommandProject, functions: str, name: str) -> None:
    project.write("pytest.ini", f"[pytest]\npython_functions = {functions}\n")
    assert project.run("capture", "991", "--dry-run", "--format", "json").json["test"]["name"] == name


def test_without_any_test_the_framework_has_to_be_named(project: CommandProject) -> None:
    project.write("shop.py")
    done = project.run("capture", "991")
    assert (done.code, done.out) == (2, "")
    assert "there are no tests of Behave, Robot Framework or pytest here" in done.err
    assert "--framework behave" in done.err
    assert project.run("capture", "991", "--framework", "robot").out.startswith("robot/bug_991.robot: new")


def test_a_file_that_cannot_be_read_does_not_stop_it(project: CommandProject) -> None:
    project.write(*STEPS)
    (project.folder / "features/a.feature").symlink_to("nowhere.feature")
    assert project.run("capture", "991").code == 0


@pytest.mark.parametrize("module", ["behave.i18n", "behave.configuration"])
def test_a_framework_that_is_not_installed_here_is_no_obstacle(
    project: CommandProject, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """Only its settings cannot be read then, and other languages not be counted."""
    project.write(*STEPS)
    project.write("features/a.feature", "# language: de\nFunktionalität: a\n  Szenario: b\n")
    project.write("behave.ini", "[behave]\n")
    default_language.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    done = project.run("capture", "991", "--format", "json")
    assert done.code == 0, done
    assert done.json["test"]["path"] == "features/bug_991.feature"


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize(
    ("steps", "made"),
    [("features/steps/a.py", None), ("notes.txt", "features/steps/bug_991_steps.py")],
)
def test_behave_does_not_run_without_a_folder_for_steps(
    project: CommandProject, monkeypatch: pytest.MonkeyPatch, steps: str, made: str | None, installed: bool
) -> None:
    project.write(steps)
    if not installed:
        monkeypatch.setitem(sys.modules, "behave.configuration", None)
    done = project.run("capture", "991", "--framework", "behave", "--format", "json")
    assert done.code == 0, done
    assert [file["path"] for file in done.json["files"][1:]] == ([made] if made else [])
    if made:
        assert project.read(made) == "from behave import given, then, when  # noqa: F401\n"
