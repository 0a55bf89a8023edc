"""Why a mark belongs to no test, in the words of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_sources import HEAD, messages, read

if TYPE_CHECKING:
    from pathlib import Path

MARK = "pytest.mark.tdd_bug(1)"
BUG = f"@{MARK}\n"
TEST = "def test_a(): ...\n"
METHOD = "    def test_a(self): ...\n"
NO_TEST = "P1 tdd_bug belongs to no test:"
UNREADABLE = "P1 tdd_bug cannot be read from the source:"
ADVICE = "put the mark on the test as a decorator"
CONDITION = f"{UNREADABLE} this pytestmark depends on a condition; {ADVICE}"
NO_TUPLE = "P1 pytest takes a mark or a list of marks for pytestmark, and no tuple"


@pytest.mark.parametrize(
    ("body", "line", "told"),
    [
        # On a function or a class.
        (f"{BUG}def helper(): ...\n", 2, f"{NO_TEST} pytest does not collect the function helper"),
        (f"{BUG}async def helper(): ...\n", 2, f"{NO_TEST} pytest does not collect the function helper"),
        (f"{BUG}class Helper:\n{METHOD}", 2, f"{NO_TEST} pytest does not collect the class Helper"),
        (f"{BUG}{TEST}{TEST}", 2, f"{NO_TEST} test_a is defined again at line 4"),
        (f"{BUG}{TEST}{TEST}async {TEST}", 2, f"{NO_TEST} test_a is defined again at line 5"),
        (f"{BUG}class TestA:\n{METHOD}class TestA: ...\n", 2, f"{NO_TEST} TestA is defined again at line 5"),
        (f"class TestA:\n    {BUG}{METHOD}{METHOD}", 3, f"{NO_TEST} test_a is defined again at line 5"),
        (f"__test__ = False\n{BUG}{TEST}", 3, f"{NO_TEST} pytest does not collect the function test_a"),
        (
            f"class Base:\n    {BUG}{METHOD}class TestA(Base):\n    test_a = None\n",
            3,
            f"{NO_TEST} pytest does not collect the function test_a",
        ),
        # Another function is no second definition, nor is a first one or one elsewhere.
        (f"{BUG}def helper(): ...\n{TEST}", 2, f"{NO_TEST} pytest does not collect the function helper"),
        (
            f"def helper(): ...\n{BUG}def helper(): ...\n",
            3,
            f"{NO_TEST} pytest does not collect the function helper",
        ),
        (
            f"def make():\n    {BUG}    def test_a(): ...\n{TEST}",
            3,
            f"{NO_TEST} pytest does not collect the function test_a",
        ),
        # In a pytestmark.
        (f"pytestmark = {MARK}\n", 2, f"{NO_TEST} pytest collects none from this file"),
        (f"pytestmark: list = [{MARK}]\n", 2, f"{NO_TEST} pytest collects none from this file"),
        (f"pytestmark = [{MARK}]\npytestmark += []\n", 2, f"{NO_TEST} pytest collects none from this file"),
        (f"class Helper:\n    pytestmark = {MARK}\n{TEST}", 3, f"{NO_TEST} pytest collects none from this class"),
        (f"pytestmark = {MARK}\npytestmark = []\n{TEST}", 2, f"{NO_TEST} pytestmark is assigned again at line 3"),
        (
            f"pytestmark = {MARK}\npytestmark: list = []\npytestmark = []\n{TEST}",
            2,
            f"{NO_TEST} pytestmark is assigned again at line 4",
        ),
        (
            f"class TestA:\n    pytestmark = {MARK}\n    pytestmark = []\n{METHOD}",
            3,
            f"{NO_TEST} pytestmark is assigned again at line 4",
        ),
        (f"if x:\n    pytestmark = {MARK}\n{TEST}", 3, CONDITION),
        (f"class TestA:\n    if x:\n        pytestmark = {MARK}\n{METHOD}", 4, CONDITION),
        (f"pytestmark = make({MARK})\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        (f"class TestA:\n    pytestmark = make({MARK})\n{METHOD}", 3, f"{UNREADABLE} {ADVICE}"),
        # What adds to it, may come or only names its type takes nothing away.
        (f"pytestmark = make({MARK})\npytestmark += []\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        (f"pytestmark = make({MARK})\npytestmark: list\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        (f"pytestmark = make({MARK})\nif x:\n    pytestmark = []\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        # Anywhere else, also on a test.
        (f"@getattr(pytest.mark, 'tdd_bug')\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        (f"unused = {MARK}\n{TEST}", 2, f"{UNREADABLE} {ADVICE}"),
        (
            f"name = 'tdd_' + kind\ngetattr(pytest.mark, name)\n{TEST}",
            3,
            f"P1 a mark whose name is computed cannot be read from the source: {ADVICE}",
        ),
    ],
)
def test_a_stray_mark_is_told_with_its_reason(tmp_path: Path, body: str, line: int, told: str) -> None:
    """One message for each mark: what it belongs to, or what cannot be read."""
    assert messages(read(tmp_path, HEAD + body)) == f"test_it.py:{line}: {told}"


def test_marks_of_a_conftest_are_told_with_their_reason(tmp_path: Path) -> None:
    """Whatever would be wrong with them in a test module."""
    text = (
        f"{HEAD}if x:\n    pytestmark = {MARK}\npytestmark = {MARK}\npytestmark = []\n"
        f"{BUG}{TEST}{TEST}{BUG}class TestA:\n{METHOD}"
    )
    assert messages(read(tmp_path, text, "sub/conftest.py")).splitlines() == [
        f"sub/conftest.py:3: {NO_TEST} a pytestmark in conftest.py marks nothing",
        f"sub/conftest.py:4: {NO_TEST} a pytestmark in conftest.py marks nothing",
        f"sub/conftest.py:6: {NO_TEST} pytest collects none from conftest.py",
        f"sub/conftest.py:9: {NO_TEST} pytest collects none from conftest.py",
    ]


def test_marks_of_others_may_belong_to_no_test(tmp_path: Path) -> None:
    """Under their own name and under another one."""
    text = f"{HEAD}slow = pytest.mark.slow\n{BUG}{TEST}@slow\n@pytest.mark.slow\ndef helper(): ...\n"
    assert messages(read(tmp_path, text)) == ""


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f"pytestmark = ({MARK},)\n{TEST}", 2),
        (f"pytestmark: tuple = (pytest.mark.slow, {MARK})\n{TEST}", 2),
        (f"ALL = ({MARK},)\nNAME = ALL\npytestmark = NAME\n{TEST}", 4),
        (f"class TestA:\n    pytestmark = ({MARK},)\n{METHOD}", 3),
        (f"ALL = ({MARK},)\nclass Base:\n    pytestmark = ALL\nclass TestA(Base):\n{METHOD}", 4),
    ],
)
def test_a_tuple_of_marks_is_told(tmp_path: Path, body: str, line: int) -> None:
    """Pytest would stop there, wherever the tuple is written."""
    assert messages(read(tmp_path, HEAD + body)) == f"test_it.py:{line}: {NO_TUPLE}"


@pytest.mark.parametrize(
    "body",
    [
        f"pytestmark = [{MARK}]\n{TEST}",
        f"pytestmark = [*({MARK},)]\n{TEST}",
        f"pytestmark = []\npytestmark += ({MARK},)\n{TEST}",
        f"pytestmark = []\n@pytest.mark.parametrize('a', [pytest.param(1, marks=({MARK},))])\n{TEST}",
        # That one is not about a bug.
        f"pytestmark = (pytest.mark.slow,)\n{BUG}{TEST}",
    ],
)
def test_other_tuples_are_fine(tmp_path: Path, body: str) -> None:
    """Those that pytest takes, and those that are none of ours."""
    assert messages(read(tmp_path, HEAD + body)) == ""
