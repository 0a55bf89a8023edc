"""The static reader and a real collection by pytest agree on names, places and marks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from python_sources import clean_environment, write

from bugcapture.pytest.markers import read_marker
from bugcapture.pytest.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN = """
import json

def pytest_configure(config):
    for name in ("tdd_bug", "tdd_issue", "tdd_expected_fail"):
        config.addinivalue_line("markers", name)

def pytest_collection_modifyitems(items):
    told = []
    for item in items:
        marks = [(m.name, [a for a in m.args if isinstance(a, int)]) for m in item.iter_markers()]
        told.append([item.nodeid, item.location[0], item.location[1] + 1, marks])
    print("ITEMS=" + json.dumps(told))
"""

FILES = {
    "test_plain.py": """
        import pytest

        pytestmark = pytest.mark.slow

        @pytest.mark.tdd_bug(1)
        @pytest.mark.tdd_expected_fail
        def test_decorated(): ...

        def test_free(): ...

        @pytest.mark.tdd_issue(3, 4)
        async def test_async(): ...

        @pytest.mark.tdd_bug(n=5)
        def test_keyword(): ...

        @(
            pytest.mark
            .tdd_bug(6)
        )
        def test_brackets(): ...
        """,
    "test_aliases.py": """
        import pytest as pt
        from pytest import mark as m, param
        from pytest import param as p

        mark = pt.mark
        bug = mark.tdd_bug
        captured = m.tdd_expected_fail(raises=KeyError)
        CAPTURE = [bug(10), captured]
        VALUES = [1, p(2, marks=CAPTURE)]
        BROKEN = param(9, marks=[*CAPTURE, m.slow])

        @captured
        @bug(11)
        def test_alias(): ...

        @m.parametrize("a", VALUES + [param(3, marks=bug(12)), BROKEN])
        def test_params(a): ...

        @m.parametrize(argnames="a", argvalues=[p(a, marks=bug(13)) for a in range(2)])
        def test_comprehension(a): ...

        class TestStarred:
            pytestmark = [*CAPTURE, m.slow]
            def test_it(self): ...

        class TestSum:
            pytestmark = CAPTURE + [bug(14)]
            pytestmark += [bug(15)]
            OWN = bug(16)
            @OWN
            def test_it(self): ...
        """,
    "test_classes.py": """
        import unittest
        import typing
        import pytest
        from base_tests import Shared

        pytestmark = [pytest.mark.tdd_bug(20)]

        class Base:
            pytestmark = pytest.mark.tdd_bug(21)
            def test_inherited(self): ...
            def test_hidden(self): ...

        @pytest.mark.tdd_bug(22)
        class TestOne(Base):
            @pytest.mark.tdd_expected_fail
            def test_hidden(self): ...
            @staticmethod
            def test_static(): ...
            @classmethod
            def test_class(cls): ...
            class TestInner:
                @pytest.mark.tdd_bug(23)
                def test_deep(self): ...

        class TestTwo(TestOne, typing.Generic[typing.TypeVar("T")]):
            pytestmark = []
            test_static = None

        class Diamond(Base): pytestmark = pytest.mark.tdd_bug(24)
        class TestDiamond(Diamond, Base):
            def test_own(self): ...

        class Case(unittest.TestCase):
            def setUp(self): ...
            @pytest.mark.tdd_bug(25)
            def test_case(self): ...
            class TestNot:
                def test_never(self): ...

        class SubCase(Case): ...

        class TestOff:
            __test__ = False
            def test_off(self): ...

        class Asked:
            __test__ = True
            def test_asked(self): ...

        class TestMade:
            def __init__(self): ...
            def test_never(self): ...

        class Helper:
            def test_never(self): ...

        @pytest.mark.tdd_expected_fail
        class TestSeen(Shared):
            def test_visible(self): ...

        def test_last(): ...
        def test_last(): ...

        @pytest.fixture
        def test_fixture(): ...

        if True:
            def test_branch(): ...
            class TestBranch:
                def test_it(self): ...
        else:
            class TestOther: ...
        """,
    "base_tests.py": "class Shared: ...\n",
    "test_off.py": """
        import pytest
        __test__ = False
        @pytest.mark.tdd_bug(30)
        def test_off(): ...
        """,
    "sub/configured_checks.py": """
        import pytest
        @pytest.mark.tdd_bug(31)
        def check_a(): ...
        @pytest.mark.tdd_bug(32)
        def test_a(): ...
        class SuiteA:
            @pytest.mark.tdd_bug(33)
            def check_b(self): ...
        """,
}


def _collect(folder: Path, plugins: Path, *arguments: str) -> set[tuple[str, str, int, frozenset[str]]]:
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-s", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "-p", "no:bugcapture", "-p", "tell_items", *arguments],
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": str(plugins)},
        capture_output=True,
        text=True,
        check=False,
    )
    line = next((line for line in run.stdout.splitlines() if line.startswith("ITEMS=")), None)
    assert line, run.stdout + run.stderr
    found = set()
    for node, path, number, marks in json.loads(line.removeprefix("ITEMS=")):
        tags = frozenset(tag for name, args in marks for tag in read_marker(name, tuple(args), {}).tags or (name,))
        found.add((path, node.partition("::")[2].partition("[")[0], number, tags))
    return found


def _read(folder: Path) -> set[tuple[str, str, int, frozenset[str]]]:
    found = set()
    for name in FILES:
        source = read_source(folder / name, name)
        for capture in source.captures if source else ():
            found.add((capture.path, capture.name, capture.line, frozenset(capture.all_tags)))
    return found


def _ours(tests: set[tuple[str, str, int, frozenset[str]]]) -> set[tuple[str, str, int, frozenset[str]]]:
    return {test for test in tests if any(tag.startswith("tdd_") for tag in test[3])}


def test_every_captured_test_has_its_name_place_and_marks(tmp_path: Path) -> None:
    """What pytest collects and what the reader sees is the same set."""
    for name, text in FILES.items():
        write(tmp_path, text, name)
    write(tmp_path, PLUGIN, "plugins/tell_items.py")
    ini = "[pytest]\nmarkers = slow\npython_files = test_*.py\n  *_checks.py\npython_functions = check\n"
    write(tmp_path, ini + "python_classes = Suite*\n", "sub/pytest.ini")
    # `tdd_bug(n=5)` has no positional argument, so its number is not in what the collection tells.
    read = {(p, n, line, tags - {"tdd_bug_5"}) for p, n, line, tags in _read(tmp_path)}
    here = _ours(_collect(tmp_path, tmp_path / "plugins", "--ignore=sub"))
    there = _ours(_collect(tmp_path / "sub", tmp_path / "plugins"))
    collected = here | {(f"sub/{path}", *rest) for path, *rest in there}
    assert read == collected
    assert len(read) > 25
