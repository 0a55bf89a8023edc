"""Markers of other plugins, and of the project's own hooks, are none of our business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED, WRONG

if TYPE_CHECKING:
    from pytest_project import PytestProject

HOOKS = {
    "modifyitems": "def pytest_collection_modifyitems(items):\n    [item.add_marker('slow') for item in items]\n",
    "finish": "def pytest_collection_finish(session):\n    [item.add_marker('slow') for item in session.items]\n",
    "setup": "def pytest_runtest_setup(item):\n    item.add_marker('slow')\n",
    "fixture": (
        "import pytest\n\n\n@pytest.fixture(autouse=True)\n"
        "def mark(request):\n    request.node.add_marker('slow')\n"
    ),
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_foreign_marker_that_comes_late_changes_nothing(project: PytestProject, hook: str) -> None:
    """Whoever adds it, and whenever."""
    project.write("pytest.ini", "[pytest]\nmarkers = slow\n")
    project.write("conftest.py", hook)
    project.module("""
        @T
        def test_bug(): assert 0
    """)
    run = project.run()
    assert (run.code, run.verdicts) == (0, {"test_bug": EXPECTED})


def test_hypothesis_marks_its_tests_itself(project: PytestProject) -> None:
    """A property can be captured."""
    project.write("pytest.ini", "[pytest]\naddopts = -p no:cacheprovider\n")
    project.module("""
        from hypothesis import given, strategies as st

        @T
        @given(st.integers())
        def test_property(n): assert n < 5
    """)
    run = project.run()
    assert (run.code, run.verdicts) == (0, {"test_property": EXPECTED})


@pytest.mark.parametrize("mark", ["xfail", "flaky", "tdd_bug(2)", "tdd_expected_fail(raises=KeyError)"])
def test_a_late_marker_that_concerns_us_is_red(project: PytestProject, mark: str) -> None:
    """One that says something else, and one that must not stand beside the switch."""
    project.write("pytest.ini", "[pytest]\nmarkers = flaky\n")
    added = f"item.add_marker(pytest.mark.{mark})"
    project.write("conftest.py", f"import pytest\ndef pytest_runtest_setup(item):\n    {added}\n")
    project.module("""
        @T
        def test_bug(): assert 0
    """)
    run = project.run()
    assert (run.code, run.verdicts) == (1, {"test_bug": WRONG})


def test_a_regression_test_that_passes_under_strict_xfail(project: PytestProject) -> None:
    """Is held by pytest's own mechanism: red for pytest, and no bug is back."""
    project.module("""
        @bug(1)
        @pytest.mark.xfail(strict=True)
        def test_guard(): pass
    """)
    run = project.run()
    assert run.code == 1
    assert run.verdicts == {}
    assert "is back" not in run.stderr
    assert run.closing == "bugcapture: 0 expected failures, 0 look fixed, 0 wrong, 0 regressed, 1 not run"


def test_a_folder_may_have_colons_in_its_name(project: PytestProject) -> None:
    """The name of a test is what stands behind its file."""
    project.module("""
        class TestIt:
            @T
            @pytest.mark.parametrize("n", ["a::b"])
            def test_bug(self, n): assert 0
    """, "a::b/test_it.py")  # fmt: skip
    run = project.run()
    (record,) = run.records
    assert (run.code, record["name"]) == (0, "TestIt::test_bug[a::b]")
    assert record["location"].startswith("a::b/test_it.py:")
