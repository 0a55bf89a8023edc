"""A run and the static reader say the same of every captured test: its place, its bugs and what it declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pytest_project import EXPECTED, WRONG, PytestProject

from bugcapture.pytest.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_project import Run

TELL = """
import json
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    from bugcapture.pytest.captured import CAPTURED

    told = []
    for item in items:
        test, reading = item.stash[CAPTURED].test, item.stash[CAPTURED].reading
        name = test.name.partition("[")[0]
        told.append([test.path, test.line, name, list(reading.tags), repr(test.expectation)])
    with open("told.json", "w") as file:
        json.dump(told, file)
"""
FILES = {
    "shared.py": """
        def bare(test):
            def inner():
                return test()
            return inner

        @bug(50)
        @fail(raises=KeyError)
        def test_shared():
            raise KeyError

        class Base:
            def test_inherited(self):
                raise AssertionError
        """,
    "test_it.py": """
        import functools
        from shared import Base, bare, test_shared

        pytestmark = [bug(1), fail(raises=OSError, match="module")]

        def mine(test):
            def inner():
                return test()
            return inner

        def wrapped(test):
            @functools.wraps(test)
            def inner():
                return test()
            return inner

        @bug(2)
        @fail(raises=KeyError)
        @bug(3)
        @fail(raises=IndexError)
        def test_function():
            raise IndexError

        @bug(4)
        @bare
        def test_bare_of_another_file():
            raise OSError("module")

        @bug(5)
        @mine
        def test_bare():
            raise OSError("module")

        @bug(6)
        @wrapped
        def test_wrapped():
            raise OSError("module")

        @fail(raises=LookupError)
        @pytest.mark.parametrize("a", [pytest.param(1, marks=[bug(7), fail(raises=KeyError)])])
        def test_param(a):
            raise KeyError

        @bug(8)
        @fail(raises=ValueError)
        class Outer:
            pytestmark = [bug(9), fail(raises=TypeError)]

            @bug(10)
            def test_method(self):
                raise TypeError

        @bug(11)
        @fail(raises=RuntimeError)
        class TestNear(Outer):
            @fail(raises=ArithmeticError)
            def test_own(self):
                raise ArithmeticError

            class TestIn(Outer):
                pytestmark = bug(12)

                def test_deep(self):
                    raise TypeError

        class Left(Outer):
            pytestmark = fail(raises=RecursionError)

        class Right(Outer):
            pytestmark = fail(raises=NameError)

        class TestDiamond(Left, Right):
            def test_diamond(self):
                raise RecursionError

        @bug(13)
        @fail
        class TestHere(Base):
            pass
        """,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One process with every way to declare something."""
    project = PytestProject(tmp_path_factory.mktemp("agreement"))
    for name, text in FILES.items():
        project.module(text, name)
    project.write("conftest.py", TELL)
    return project.run()


def _sorted(tests: Iterable[list[Any]]) -> list[list[Any]]:
    return sorted([*test[:3], [tag for tag in test[3] if tag.startswith("tdd_")], test[4]] for test in tests)


def test_a_run_reads_what_the_check_reads(run: Run) -> None:
    told = json.loads((run.folder / "told.json").read_text("utf-8"))
    sources = [read_source(run.folder / name, str(run.folder / name)) for name in FILES]
    captures = [capture for source in sources if source for capture in source.captures]
    read = [[one.path, one.line, one.name, list(one.all_tags), repr(one.expectation)] for one in captures]
    # What `parametrize` marks is one capture, beside that of the function.
    function = next(one for one in read if one[2] == "test_param" and "tdd_bug_7" not in one[3])
    read.remove(function)
    # Tests that a class inherits from another file are one capture, named after the class.
    told = [[*one[:2], one[2].replace("TestHere::test_inherited", "TestHere"), *one[3:]] for one in told]
    live = [[*one[:3], list(dict.fromkeys(one[3])), one[4]] for one in told]
    imported = next(one for one in live if one[2] == "test_shared")
    # The collecting module adds its own marks, which the file of the function does not know.
    assert {"tdd_bug_50", "tdd_bug_1"} <= set(imported[3])
    live.remove(imported)
    read = [one for one in read if one[2] != "test_shared"]
    assert _sorted(live) == _sorted(read)
    assert len(live) == 12


def test_the_nearest_declaration_is_the_one_that_counts(run: Run) -> None:
    # They inherit the test and declare what it does not do.
    other = {"TestNear::test_method", "TestDiamond::test_method", "TestHere::test_inherited"}
    assert {name for name, verdict in run.verdicts.items() if verdict == WRONG} == other
    assert {verdict for name, verdict in run.verdicts.items() if name not in other} == {EXPECTED}


def test_an_imported_test_stands_where_it_is_written(run: Run) -> None:
    line = (run.folder / "shared.py").read_text("utf-8").splitlines().index("@bug(50)") + 1
    places = {record["name"]: record["location"] for record in run.records}
    assert places["test_shared"] == f"shared.py:{line}"
    assert places["TestHere::test_inherited"].startswith("test_it.py:")
