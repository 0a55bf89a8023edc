"""What a race needs besides its own file, and how its names become code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_project import CommandProject

RACE = ("--method", "go", "--meet-at", "shop.make")
BRINGS = "from bugcapture.behave.steps import race  # noqa: F401\n"


@pytest.mark.parametrize(
    ("files", "made"),
    [
        ({"features/steps/steps.py": ""}, "features/steps/race_steps.py"),
        ({"features/steps/race_steps.py": "x = 1\n"}, "features/steps/bugcapture_race_steps.py"),
        ({"features/steps/steps.py": BRINGS}, None),
        ({"features/steps/steps.py": "import os\nimport bugcapture.behave.steps.race\n"}, None),
        ({"features/steps/steps.py": "from bugcapture.behave.steps import other, race as r\n"}, None),
        ({"features/steps/steps.py": "# " + BRINGS}, "features/steps/race_steps.py"),
        ({"features/steps/steps.py": "from races import race\n"}, "features/steps/race_steps.py"),
        ({"features/steps/steps.py": "def broken(:\n"}, "features/steps/race_steps.py"),
        ({"features/steps/steps.py": "", "features/deep/x.feature": ""}, "features/steps/race_steps.py"),
        ({"behave.ini": "[behave]\nstage = api\n", "features/steps/a.py": ""}, "features/api_steps/race_steps.py"),
    ],
)
def test_behave_gets_its_steps_once(project: CommandProject, files: dict[str, str], made: str | None) -> None:
    for name, content in files.items():
        project.write(name, content)
    done = project.run("capture", "991", "--framework", "behave", "--race", "shop:Till", *RACE, "--format", "json")
    assert done.code == 0, done
    assert [file["path"] for file in done.json["files"][1:]] == ([made] if made else [])
    if made:
        assert project.read(made) == BRINGS


def test_the_whole_scenario(project: CommandProject) -> None:
    project.run("capture", "991", "--framework", "behave", "--race", "shop:Till", *RACE, "--threads", "3")
    assert project.read("features/bug_991.feature").partition("  Scenario: ")[2] == (
        "Bug 991\n"
        r"    Fails with: AssertionError: 3 threads went through shop\.make, expected 1" + "\n"
        "\n"
        '    Given an object from "shop:Till"\n'
        '    When 3 threads race through "go" meeting at "shop.make"\n'
        "    Then only 1 thread went through the meeting point\n"
        "    And every thread got the same result and none raised\n"
    )


def test_the_whole_suite(project: CommandProject) -> None:
    project.run("capture", "991", "--framework", "robot", "--race", "shop:Till", *RACE)
    assert project.read("robot/bug_991.robot") == (
        "*** Settings ***\n"
        "Library             bugcapture.robot.Race\n"
        "\n\n"
        "*** Test Cases ***\n"
        "Bug 991\n"
        "    # This test captures bug #991\n"
        "    # It carries tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay "
        "and\n"
        "    # name the regression test.\n"
        r"    [Documentation]    Fails with: AssertionError: 2 threads went through shop\\.make, expected 1" + "\n"
        "    [Tags]    tdd_bug    tdd_bug_991    tdd_expected_fail\n"
        "    Race Object    shop:Till\n"
        "    Race Threads    2    through=go    meeting_at=shop.make\n"
        "    Only One Thread Should Have Gone Through\n"
        "    All Threads Should Have Got The Same Result\n"
    )


@pytest.mark.parametrize(
    ("factory", "imported", "called"),
    [
        ("shop:Till", "from shop import Till", "Till()"),
        ("shop.till:make", "from shop.till import make", "make()"),
        ("shop.till.make", "from shop.till import make", "make()"),
        ("shop.till:Till.open", "from shop.till import Till", "Till.open()"),
        ("shop.till.Till.open", "from shop.till import Till", "Till.open()"),
        ("Shop.till", "from Shop import till", "till()"),
        ("shop:race", "from shop import race as make_subject", "make_subject()"),
        ("shop:pytest", "from shop import pytest as make_subject", "make_subject()"),
        ("shop:subject.new", "from shop import subject as make_subject", "make_subject.new()"),
        ("shop:test_client", "from shop import test_client as make_subject", "make_subject()"),
        ("shop:TestClient", "from shop import TestClient as make_subject", "make_subject()"),
    ],
)
def test_the_names_in_a_module(project: CommandProject, factory: str, imported: str, called: str) -> None:
    """Imported where a reader expects it, and under a name that hides nothing and that pytest does not collect."""
    project.run("capture", "991", "--framework", "pytest", "--race", factory, *RACE, "--threads", "4")
    text = project.read("tests/test_bug_991.py")
    ast.parse(text)
    assert f"import pytest\n\n{imported}\n\n\n# This test captures bug #991\n" in text
    assert text.endswith(
        "@pytest.mark.tdd_expected_fail(raises=AssertionError, "
        'match=r"4 threads went through shop\\.make, expected 1")\n'
        "def test_bug_991(race):\n"
        f"    subject = {called}\n"
        "\n"
        '    result = race(subject.go, meet_at="shop.make", threads=4)\n'
        "\n"
        "    result.expect(entries=1, errors=0, same_result=True)\n"
    )
