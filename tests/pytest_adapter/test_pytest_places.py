"""Where a test stands and what it is called, also where Python or another plugin says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED, FIXED, WRONG
from test_pytest_bdd_run import STEPS
from test_pytest_refusal import assert_refused

from bugcapture.project.trial import VARIABLE, Trial

if TYPE_CHECKING:
    from pytest_project import PytestProject

# Tests that no Python file holds: one of its own kind, with a name of its own, and functions from elsewhere.
COLLECTORS = """
import pytest
import helper

class Odd(pytest.Item):
    def runtest(self):
        assert 0

class Listed(pytest.File):
    def collect(self):
        odd = Odd.from_parent(self, name="odd", nodeid="an odd one")
        odd.add_marker(pytest.mark.tdd_bug(1))
        odd.add_marker(pytest.mark.tdd_expected_fail)
        yield odd
        yield pytest.Function.from_parent(self, name="borrowed", callobj=helper.borrowed)

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".list":
        return Listed.from_parent(parent, path=file_path)
"""
HELPER = """
import pytest

@pytest.mark.tdd_bug(2)
@pytest.mark.tdd_expected_fail
def borrowed():
    assert 0
"""


def test_tests_of_no_python_file_have_a_place_and_a_name(project: PytestProject) -> None:
    project.write("conftest.py", COLLECTORS)
    project.write("helper.py", HELPER)
    project.write("a.list", "")
    run = project.run()
    assert run.code == 0, run.stdout + run.stderr
    assert {(one["name"], one["location"], one["verdict"]) for one in run.records} == {
        ("an odd one", "a.list:1", EXPECTED),
        ("borrowed", "a.list:1", EXPECTED),
    }


def test_a_module_that_is_gone_after_its_import_still_has_places(project: PytestProject) -> None:
    """A decorator that hides the function makes us read the source, and there is none any more."""
    project.module(
        """
        def hide(test):
            def inner():
                test()
            return inner

        @bug(1)
        @fail
        @hide
        def test_hidden():
            assert 0
        """
    )
    project.write(
        "conftest.py",
        """
        def pytest_pycollect_makeitem(collector):
            collector.path.unlink(missing_ok=True)
        """,
    )
    run = project.run()
    assert run.code == 0, run.stdout + run.stderr
    assert run.verdicts == {"test_hidden": EXPECTED}


def test_a_problem_is_told_at_the_test_that_has_it(project: PytestProject) -> None:
    """Not where a decorator or a base class of another file stands, and not at the head of the module."""
    project.write("base.py", "\n\nclass TestBase:\n    def test_inherited(self):\n        pass\n")
    project.module(
        """
        from base import TestBase
        TestBase = bug("x")(TestBase)

        def hide(test):
            def inner():
                test()
            return inner

        @bug("y")
        @hide
        def test_hidden():
            pass

        number = int

        @bug(1)
        @fail(raises=number)
        @hide
        def test_seen_by_a_run_alone():
            pass
        """
    )
    project.module("pytestmark = bug('z')\n\n\ndef test_marked():\n    pass\n", name="test_module.py")
    assert_refused(
        project,
        project.run(),
        [
            "test_it.py:1: T5 tdd_bug('x') has no valid number",
            "test_it.py:15: T5 tdd_bug('y') has no valid number",
            "test_it.py:22: F1 tdd_expected_fail: raises=<class 'int'> is no exception class",
            "test_module.py:6: T5 tdd_bug('z') has no valid number",
        ],
    )


def test_a_class_is_told_from_another_of_the_same_name(project: PytestProject) -> None:
    """Given as a class, `raises` means this one; a class that a function makes is known by its own name."""
    project.write("other.py", "class Refused(Exception):\n    pass\n")
    project.module(
        """
        import other

        class Refused(Exception):
            pass

        def make():
            class Inner(Exception):
                pass
            return Inner

        Made = make()

        @bug(1)
        @fail(raises=other.Refused)
        def test_the_other():
            raise Refused

        @bug(1)
        @fail(raises=other.Refused)
        def test_this_one():
            raise other.Refused

        @bug(1)
        @fail(raises=Made)
        def test_made():
            raise Made
        """
    )
    run = project.run()
    assert run.verdicts == {"test_the_other": WRONG, "test_this_one": EXPECTED, "test_made": EXPECTED}


FEATURE = """\
@tdd_bug @tdd_bug_9
Feature: F
  Scenario: noted
    Then ok

  @tdd_expected_fail
  Scenario: switched
    Then bad
"""


def test_a_marker_beside_a_tag_of_the_same_name_is_read(project: PytestProject) -> None:
    """It repeats the tag only where it says nothing else; names that the project keeps are passed over."""
    project.write("pytest.ini", "[pytest]\naddopts = -p no:cacheprovider -p no:hypothesispytest\n")
    project.write("pyproject.toml", "[tool.bugcapture]\nallow_tags = ['tdd_note']\n")
    project.write("a.feature", FEATURE)
    project.write(
        "test_a.py",
        STEPS
        + """
@pytest.mark.tdd_note("ours")
@scenario("a.feature", "noted")
def test_noted():
    pass

@pytest.mark.tdd_expected_fail
@scenario("a.feature", "switched")
def test_repeated():
    pass
""",
    )
    assert project.run().verdicts == {"noted": "passed", "switched": EXPECTED}
    project.write(
        "test_b.py",
        STEPS
        + """
@pytest.mark.tdd_expected_fail("odd")
@scenario("a.feature", "switched")
def test_odd():
    pass
""",
    )
    line = STEPS.count("\n") + 2
    assert_refused(
        project, project.run(), [f"test_b.py:{line}: F1 tdd_expected_fail takes raises= and match= only"]
    )


@pytest.mark.parametrize("everything", [True, False])
def test_a_trial_calls_every_test_by_its_name(project: PytestProject, *, everything: bool) -> None:
    """Also one whose parameter looks like the name of a class."""
    project.module("@T\n@pytest.mark.parametrize('a', ['a::b'])\ndef test_a(a):\n    assert 0\n")
    run = project.run(**{VARIABLE: Trial(everything=everything).encode()})
    assert run.verdicts == {"test_a[a::b]": EXPECTED}


def test_the_switch_of_an_imported_test_is_where_it_is_written(project: PytestProject) -> None:
    project.module("\n@bug(1)\n@fail\ndef test_shared():\n    pass\n", name="shared.py")
    project.write("test_it.py", "from shared import test_shared\n")
    run = project.run()
    assert run.verdicts == {"test_shared": FIXED}
    assert "shared.py:8: bug 1 looks fixed" in run.stdout


def test_the_switch_of_a_parametrised_test_is_found(project: PytestProject) -> None:
    project.module("@pytest.mark.parametrize('a', [1])\n@bug(1)\n@fail\ndef test_a(a):\n    pass\n")
    run = project.run()
    assert run.verdicts == {"test_a[1]": FIXED}
    assert "test_it.py:8: bug 1 looks fixed" in run.stdout
