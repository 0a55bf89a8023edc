"""What is counted in test files is what the frameworks themselves count, in processes of their own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from report_project import FEATURE, SUITE

from bugcapture.behave.count import count_scenarios
from bugcapture.core.suite_count import SuiteCount
from bugcapture.pytest.count import count_functions
from bugcapture.robot.count import count_cases

if TYPE_CHECKING:
    from report_project import ReportProject

MORE = """\
import pytest
from elsewhere import Base

pytestmark = pytest.mark.parametrize("region", ("eu", "us"))
WORDS = {"a": 1, "b": 2}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(argnames="n", argvalues=range(1, 6, 2))
def test_word(word, n, region):
    pass


@pytest.mark.parametrize("nothing", [])
def test_nothing(nothing, region):
    pass


class TestOuter:
    class TestInner:
        def test_inner(self, region):
            pass


def helper():
    pass


@pytest.fixture
def test_data():
    pass
"""


def test_pytest_collects_as_many(project: ReportProject) -> None:
    """Parameters of functions, classes and modules, in all forms whose length can be read."""
    project.write("tests/conftest.py", "")
    project.write("tests/test_users.py", MORE.replace("from elsewhere import Base\n", ""))

    done = project.start("pytest", "--collect-only", "-q", "tests", env={"PYTEST_ADDOPTS": ""})

    collected = [line for line in done.out.splitlines() if "::" in line]
    counts = [count_functions((project.folder / name).read_bytes(), project.folder / name)
              for name in ("tests/test_shop.py", "tests/test_users.py")]  # fmt: skip
    assert sum(count.cases for count in counts) == len(collected) == 15 + 12 + 2 + 2
    assert sum(count.uncertain for count in counts) == 0
    assert [count.tests for count in counts] == [3, 3]


def test_behave_runs_as_many(project: ReportProject) -> None:
    """Scenarios, and each row of an outline; backgrounds are written once and run with each."""
    project.write("features/environment.py", "")
    project.write(
        "features/steps/steps.py", "from behave import step\n\n@step('{x}')\ndef do(context, x):\n    pass\n"
    )

    done = project.start("behave", "--no-capture", "--tags=not @nothing")

    count = count_scenarios(FEATURE.encode(), "features/cart.feature")
    assert re.search(r"^(\d+) scenarios passed", done.out, re.MULTILINE)[1] == str(count.cases) == "5", done.out  # type: ignore[index]
    assert (count.tests, count.tables, count.steps) == (4, 1, 7)
    assert count.tags == {"shop": 4, "tdd_bug": 1, "tdd_bug_991": 1, "tdd_expected_fail": 1, "small": 1}


def test_robot_runs_as_many(project: ReportProject) -> None:
    """Tests, also those with a template, whose rows are its steps."""
    done = project.start("robot", "--output=NONE", "--log=NONE", "--report=NONE", "robot")

    count = count_cases(project.folder / "robot/shop.robot", "robot/shop.robot")
    assert f"{count.cases} tests, 2 passed, 0 failed" in done.out
    assert (count.tests, count.tables, count.steps) == (2, 1, 4)
    assert count.tags == {"smoke": 2, "tdd_bug": 1, "tdd_bug_992": 1}


def test_a_template_of_the_suite(project: ReportProject) -> None:
    """It is that of every test without an own one; none takes it away."""
    text = SUITE.replace("Test Tags    smoke", "Test Template    Log").replace(
        "    No Operation\n", "    [Template]    NONE\n    No Operation\n"
    )
    file = project.write("robot/shop.robot", text + "\nInherited\n    three\n")

    assert (count_cases(file, "x").tests, count_cases(file, "x").tables) == (3, 2)


def test_files_without_tests(project: ReportProject) -> None:
    """They count, and hold nothing."""
    resource = project.write("robot/words.resource", "*** Keywords ***\nDo\n    No Operation\n")

    assert count_cases(resource, "x") == SuiteCount()
    assert count_scenarios(b"", "x") == SuiteCount()
    assert count_functions(b"x = 1\n", Path("test_x.py")) == SuiteCount()
    assert count_functions(b"def test(): pass\n", Path("conftest.py")) == SuiteCount()


def test_files_that_cannot_be_read(project: ReportProject) -> None:
    """The reason is told."""
    broken = project.write("robot/broken.robot", b"*** Test Cases ***\n\xff\n")

    assert "is not UTF-8" in count_cases(broken, "x").problem
    assert "cannot be parsed" in count_scenarios(b"# language: no such\nFeature: x\n", "x").problem
    assert "is not UTF-8" in count_scenarios(b"Feature: \xff\n", "x").problem
    assert "cannot be parsed" in count_functions(b"def test(:\n", Path("test_x.py")).problem
    assert "cannot be parsed" in count_functions(b"x = '" + b"\0", Path("test_x.py")).problem
    shutil.rmtree(project.folder / "features")
    (project.folder / "features").mkdir()
    (project.folder / "features/gone.feature").symlink_to("nowhere.feature")
    project.refresh("test-suite")
    assert "- `features/gone.feature`: cannot be read" in project.body("test-suite")


@pytest.mark.parametrize(
    ("values", "cases", "uncertain"),
    [
        ("[1, 2]", 2, 0),
        ("{1, 2}", 2, 0),
        ("{**other}", 1, 1),
        ("[*range(3), 4]", 4, 0),
        ("[*load()]", 1, 1),
        ("LOOP", 1, 1),
        ("[x for x in y]", 1, 1),
        ("range(n)", 1, 1),
        ("range(1, 2, 0)", 1, 1),
        ("range(10_000_000_000)", 1, 1),
        ("range(True)", 1, 1),
        ("[1] + load()", 1, 1),
    ],
)
def test_sets_of_parameters(values: str, cases: int, uncertain: int) -> None:
    """What only a run knows counts once."""
    text = f"import pytest\nLOOP = LOOP\n\n@pytest.mark.parametrize('a', {values})\ndef test(a): pass\n"

    count = count_functions(text.encode(), Path("test_x.py"))

    assert (count.cases, count.uncertain, count.tables) == (cases, uncertain, 1)


@pytest.mark.parametrize("mark", ["parametrize", "parametrize('a')"])
def test_a_mark_without_values(mark: str) -> None:
    """Pytest itself will refuse it."""
    text = f"import pytest\n\n@pytest.mark.{mark}\ndef test(a): pass\n"

    assert count_functions(text.encode(), Path("test_x.py")).uncertain == 1


def test_tests_that_a_class_inherits_from_elsewhere() -> None:
    """Nobody knows how many they are."""
    text = "from elsewhere import Base\n\nclass TestX(Base):\n    pass\n"

    count = count_functions(text.encode(), Path("test_x.py"))
    assert (count.tests, count.cases, count.uncertain) == (1, 1, 1)


def test_features_of_pytest_bdd_are_told_apart(project: ReportProject) -> None:
    """Pytest runs them, and Behave does not."""
    project.write("tests/cart.feature", FEATURE)
    project.write("tests/test_cart.py", 'from pytest_bdd import scenarios\n\nscenarios("cart.feature")\n')

    project.refresh("test-suite")

    assert "| pytest-bdd | 1 | 4 | 1 | 5 | 7 | 5 | 1 | 0 | 28 |" in project.body("test-suite")
    assert "## Tags of pytest-bdd" in project.body("test-suite")


def test_many_tags_are_cut(project: ReportProject) -> None:
    """The others are counted."""
    tags = " ".join(f"@t{number}" for number in range(50))
    project.write("features/cart.feature", f"{tags}\nFeature: f\n  Scenario: s\n    Given x\n")
    project.refresh("test-suite")

    assert "10 more are on fewer tests." in project.body("test-suite")


def test_verdicts_of_a_real_run_are_in_the_ledger(project: ReportProject) -> None:
    """Evidence of Behave, as `bugcapture run` leaves it."""
    project.write("pyproject.toml", '[tool.bugcapture]\nevidence = "evidence"\n')
    project.write("features/environment.py", "from bugcapture.behave import install\n\ninstall()\n")
    step = "from behave import step\n\n@step('{x}')\ndef do(context, x):\n    assert 'total' not in x, 'wrong'\n"
    project.write("features/steps/steps.py", step)
    done = project.start("bugcapture", "run", "991")
    assert done.code == 0, done.out + done.err

    project.refresh("bugs")

    record = json.loads(next((project.folder / "evidence").rglob("*.jsonl")).read_text().splitlines()[0])
    assert record["verdict"] == "expected_failure"
    assert "| 991 | Full | `features/cart.feature` | behave | captured |" in project.body("bugs")
    assert "| 1 behave | expected\\_failure |" in project.body("bugs")
