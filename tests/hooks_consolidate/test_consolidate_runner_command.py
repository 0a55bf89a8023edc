"""The command on a project with Behave, Robot Framework and unittest, with the real pre-commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from consolidated import LOCAL, PATH, hook, said
from push_repository import PushProject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from command_project import Done

ALL = "files: ''"
COUNTS = (4, 4, 4, 2, 4, 4)
RUN = ("pre-commit", "run", "--all-files", "--hook-stage", "pre-push")
STEPS = """\
from behave import given


@given("it is {state}")
def step(context, state):
    assert state == "right"
"""
FEATURE = """\
@{name}
Feature: {name}

  @slow
  Scenario: One
    Given it is right

  @quick
  Scenario Outline: Some
    Given it is <state>

    Examples:
      | state |
      | right |
      | right |
"""
SUITE = """\
*** Test Cases ***
One
    [Tags]    slow
    Should Be Equal    a    a

Two
    [Tags]    quick
    Should Be Equal    a    a
"""
CASES = """\
import unittest


class Cases(unittest.TestCase):
    def test_one(self):
        self.assertEqual("a", "a")

    def test_two(self):
        self.assertEqual("a", "a")
"""
FILES = {
    ".gitignore": "__pycache__/\noutput.xml\nlog.html\nreport.html\n",
    "features/steps/steps.py": STEPS,
    "features/cart.feature": FEATURE.format(name="cart"),
    "features/till.feature": FEATURE.format(name="till"),
    "other/steps/steps.py": STEPS,
    "other/other.feature": FEATURE.format(name="other"),
    "robot/a/__init__.robot": "*** Settings ***\nTest Tags    folder\n",
    "robot/a/one.robot": SUITE,
    "robot/b/one.robot": SUITE,
    "unit/__init__.py": "",
    "unit/test_a.py": CASES,
    "unit/test_b.py": CASES,
}
HOOKS = (
    hook("cart", "behave features/cart.feature:5 -q", ALL),
    hook("till", "behave features/till.feature", ALL),
    hook("slow", "python -m behave -t @slow features", ALL),
    hook("quick", "python -m behave --tags='@quick and not @till' features", ALL),
    hook("other", "behave other", ALL),
    hook("robot-a", "robot robot/a", ALL),
    hook("robot-b", "robot robot/b/one.robot", ALL),
    hook("robot-slow", "python -m robot -i slow robot/b", ALL),
    hook("robot-quick", "python -m robot -i quick robot/b", ALL),
    hook("unit-a", "env PYTHONPATH=x python -m unittest unit.test_a", ALL),
    hook("unit-b", "env PYTHONPATH=x python -m unittest -v unit/test_b.py", ALL),
    hook("found-one", "python -m unittest discover -s unit -t . -k test_one", ALL),
    hook("found-two", "python -m unittest discover -s unit -t . -k test_two", ALL),
    hook("found-all", "env PYTHONPATH=x python -m unittest discover unit", ALL),
)


def make(project: PushProject, files: Mapping[str, str], *hooks: str) -> None:
    """Write and commit a project."""
    for name, text in files.items():
        project.write(name, text)
    project.hooks(*hooks)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[PushProject, Done]:
    """A project whose hooks have been merged, once they were seen to end as before."""
    top = tmp_path_factory.mktemp("runners")
    (top / "project").mkdir()
    project = PushProject(top / "project", top / "home")
    make(project, FILES, *HOOKS)
    return project, project.consolidate("--write", "--run")


def test_fourteen_hooks_become_eight(written: tuple[PushProject, Done]) -> None:
    """Each runner has listed and run the same tests."""
    project, done = written
    assert (done.code, done.err) == (
        0, "bugcapture: pre-push: 14 hooks become 8, 22 tests as before: written\n"
    ), done  # fmt: skip
    proofs = [line.strip() for line in done.out.splitlines() if "Proved" in line]
    assert proofs == [
        f"Proved: the same {count} tests, before and after, and each ends as before." for count in COUNTS
    ]
    hooks = said(project.read(PATH))["repos"][0]["hooks"]
    assert {one["id"]: " ".join([one["entry"], *one.get("args", ())]) for one in hooks} == {
        "behave-features": "python -m behave '--tags=@slow or (@quick and not @till)' features",
        "behave-features-2": "behave features/cart.feature:5 features/till.feature",
        "other": "behave other",
        "robot-robot": "robot robot/a robot/b/one.robot",
        "robot-robot-b": "python -m robot --include=slow --include=quick robot/b",
        "unittest-unit": "env PYTHONPATH=x python -m unittest unit.test_a unit/test_b.py",
        "unittest-session": "python -m unittest discover --start-directory=unit --top-level-directory=. "
        "-k test_one -k test_two",
        "found-all": "env PYTHONPATH=x python -m unittest discover unit",
    }
    assert "other (line 32): differs from cart in where its steps and environment are\n" in done.out
    assert "differs from unit-a in the options of unittest, where it looks for tests, whether it" in done.out
    assert project.call("git", "status", "--short") == f" M {PATH}\n"


def test_merged_hooks_fail_for_what_the_old_ones_did(written: tuple[PushProject, Done]) -> None:
    """A test that fails is seen by each of them that runs it, and by no other."""
    project, _ = written
    project.call(*RUN)
    broken = {
        "features/cart.feature": FILES["features/cart.feature"].replace("| right |", "| wrong |"),
        "robot/b/one.robot": SUITE.replace("a    a\n\n", "a    b\n\n"),
        "unit/test_b.py": CASES.replace('"a", "a"', '"a", "b"', 1),
    }
    for name, text in broken.items():
        project.write(name, text)
    failing = project.try_call(*RUN)
    failed = [line.partition("..")[0] for line in failing.out.splitlines() if line.endswith("Failed")]
    assert failed == [
        "behave: 2 checks in one session", "robot: 2 checks in one session", "robot: 2 checks in one session",
        "unittest: 2 checks in one session", "unittest: 2 checks in one session", "FOUND-ALL",
    ]  # fmt: skip
    assert failing.code == 1


FEW = """\
from behave.runner import Runner


class Few(Runner):
    def run_model(self, features=None):
        if len(self.features) > 1:
            del self.features[0]
        return super().run_model(features)
"""
MODIFIER = """\
class Modifier:
    ROBOT_LISTENER_API_VERSION = 3

    def start_suite(self, data, result):
        if len(data.suites) > 1:
            del data.suites[0]
"""
HIDES = "import sys\n\nif 'unit.test_a' in sys.modules:\n    del Cases.test_two\n"


def test_a_test_that_would_be_lost(project: PushProject) -> None:
    """Whatever a project does to lose one in company keeps the file as it is, whichever runner it is."""
    files = {**FILES, "few.py": FEW, "Modifier.py": MODIFIER, "unit/test_b.py": CASES + "\n\n" + HIDES}
    hooks = (
        hook("cart", "python -m behave --runner few:Few features/cart.feature", ALL),
        hook("till", "python -m behave --runner few:Few features/till.feature", ALL),
        hook("robot-a", "robot --listener Modifier.py robot/a", ALL),
        hook("robot-b", "robot --listener Modifier.py robot/b", ALL),
        hook("unit-a", "python -m unittest unit.test_a", ALL),
        hook("unit-b", "python -m unittest unit.test_b", ALL),
    )
    make(project, files, *hooks)
    done = project.consolidate("--write")
    assert (done.code, "3 hooks would not run the same" in done.err) == (1, True), done
    lost = ("14 Some -- @1.1 ", "15 Some -- @1.2 ", "5 One")
    assert [line.removeprefix("  ") for line in done.out.splitlines() if "Not the same" in line] == [
        f"Not the same: missing: {', '.join(f'features/cart.feature:{one}' for one in lost)}",
        "Not the same: missing: robot/a/one.robot:2 One, robot/a/one.robot:6 Two",
        "Not the same: missing: unit.test_b.Cases.test_two",
    ]
    assert project.read(PATH) == LOCAL + "".join(hooks)


LEAVES = """\
import builtins

from behave import given


@given("it is {state}")
def step(context, state):
    assert not hasattr(builtins, "left")
    if "till" in context.feature.filename:
        builtins.left = True
"""
SETS = """\
*** Test Cases ***
One
    Set Global Variable    ${LEFT}    a
"""
TEARS_DOWN = """\
*** Settings ***
Suite Teardown    Variable Should Not Exist    ${LEFT}

*** Test Cases ***
One
    No Operation
"""
MODULE = """\
import os
import unittest


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if "LEFT" in os.environ:
            raise unittest.SkipTest("in use")

    def test_one(self):
        os.environ["LEFT"] = "1"
"""


def test_what_one_test_leaves_for_another(project: PushProject) -> None:
    """Listing does not show it, running does, whichever runner it is, and where it only shows around a test."""
    files = {
        ".gitignore": FILES[".gitignore"],
        "features/steps/steps.py": LEAVES,
        "features/a.feature": "Feature: A\n  Scenario: One\n    Given it is right\n",
        "features/till.feature": "Feature: B\n  Scenario: One\n    Given it is right\n",
        "robot/a.robot": SETS,
        "robot/b.robot": TEARS_DOWN,
        **{f"test_{one}.py": MODULE for one in "ab"},
    }
    commands = (
        "behave features/till.feature", "behave features/a.feature", "robot robot/a.robot", "robot robot/b.robot",
        "python -m unittest test_a", "python -m unittest test_b",
    )  # fmt: skip
    make(project, files, *(hook(f"h{at}", command, ALL) for at, command in enumerate(commands)))
    done = project.consolidate("--run", "--write")
    assert (done.code, "3 hooks would not run the same" in done.err) == (1, True), done
    assert [line.removeprefix("  ") for line in done.out.splitlines() if "Not the same" in line] == [
        "Not the same: features/a.feature:2 One: failed in one session with the others, passed without them",
        "Not the same: robot/b.robot:5 One: FAIL in one session with the others, PASS without them",
        "Not the same: setUpClass (test_b.Cases): skipped in one session with the others, passed without them",
        "Not the same: test_b.Cases.test_one: skipped in one session with the others, passed without them",
    ]
    assert "entry: robot robot/a.robot\n" in project.read(PATH)


def test_what_cannot_be_listed(project: PushProject) -> None:
    """What each runner says is told; a scenario that no tag selects is no fault."""
    files = {**FILES, "robot/a/one.robot": "*** Keywords ***\n", "unit/test_a.py": "import nothing_like_it\n"}
    hooks = (
        hook("gone", "behave features/gone.feature", ALL),
        hook("till", "behave features/till.feature", ALL),
        hook("wip", "behave -t @wip features", ALL),
        hook("slow", "behave -t @slow features", ALL),
        hook("robot-a", "robot robot/a", ALL),
        hook("robot-b", "robot robot/b", ALL),
        hook("unit-a", "python -m unittest unit.test_a", ALL),
        hook("unit-b", "python -m unittest unit.test_b", ALL),
    )
    make(project, files, *hooks)
    done = project.consolidate("--verify")
    assert done.code == 1
    assert "gone: its tests cannot be collected: FileNotFoundError: features/gone.feature" in done.out
    assert "Proved: the same 2 tests, before and after." in done.out
    assert "robot-a: its tests cannot be collected: [ ERROR ] Suite 'A' contains no tests or tasks." in done.out
    assert "unit-a: test_a cannot be collected: ModuleNotFoundError: No module named 'nothing_like_it'" in done.out
    assert done.out.count("Not the same") == 6


def test_the_report_names_what_stays(project: PushProject) -> None:
    """One line for each program that several hooks start, in each format; and nothing of it reaches a terminal."""
    bad = hook("bad", "ruff check d").replace("id: bad", r'id: "b\e[31m"')
    names = [hook(name, f"ruff check {name}") for name in "abc"]
    make(
        project, {}, *names, bad, hook("x", "python x.py"), hook("y", "python y.py"), hook("z", "behave z.feature")
    )
    done = project.consolidate()
    assert (done.code, done.err) == (0, "bugcapture: pre-push: 7 hooks, nothing to merge\n")
    why = "each has other arguments, and nothing lists what it checks to prove that one call does the same"
    assert done.out == (
        "pre-push: 7 hooks, nothing to merge\n\n"
        "These run tests too, and are merged with none:\n  z (line 46): no other hook runs Behave\n\n"
        "These start the same program, and stay:\n"
        f"  ruff, 4 hooks: {why} (a, b, c, b\\x1b[31m)\n"
        "  python, 2 hooks: each runs another script (x, y)\n"
    )
    ruff, python = project.consolidate("--format=json").json["sharing"]
    assert (ruff["program"], ruff["reason"], len(ruff["hooks"])) == ("ruff", why, 4)
    assert python["hooks"] == [{"id": "x", "line": 32}, {"id": "y", "line": 39}]
    assert "- python, 2 hooks: each runs another script (x, y)\n" in project.consolidate("--format=markdown").out
