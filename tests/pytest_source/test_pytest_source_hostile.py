"""Files that want to harm: nothing is run, nothing raises, nothing steers a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from python_sources import HEAD, messages, problems, read, switch_lines, write

from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.core.tags import TagPolicy
from bugcapture.pytest.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

MARKED = "@pytest.mark.tdd_bug(1)\n@pytest.mark.tdd_expected_fail\ndef test_a(): ...\n"


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (f"{HEAD}{MARKED}def broken(:\n", 5, "cannot be parsed by Python 3."),
        (f"{HEAD}{MARKED}\tx\n  y\n", 5, "cannot be parsed"),
        (f"{HEAD}{MARKED}x = '\0'\n", None, "cannot be parsed"),
        (f"# coding: rot13\n{HEAD}{MARKED}", 0, "cannot be parsed"),
        (f"# coding: no-such\n{HEAD}{MARKED}", 0, "cannot be parsed"),
        (f"# coding: zlib\n{HEAD}{MARKED}", 0, "cannot be parsed"),
        (f"# coding: undefined\n{HEAD}{MARKED}", 0, "cannot be parsed"),
        (f"# coding: \x1b[31m\n{HEAD}{MARKED}def (".encode(), 6, "cannot be parsed"),
        (f"{HEAD}{MARKED}x = '".encode() + b"\xff'\n", 5, "is not utf-8: byte 0xff"),
        (f"{HEAD}{MARKED}x = {'(' * 5000}{')' * 5000}\n", None, "cannot be parsed"),
        (f"{HEAD}{MARKED}x = {'-' * 100_000}1\n", None, "cannot be parsed"),
        (f"{HEAD}{MARKED}pytestmark = []{' + []' * 20_000}\n", None, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, content: str | bytes, line: int | None, told: str
) -> None:
    """One P1 with the line where there is one, and no capture."""
    source = read(tmp_path, content if isinstance(content, bytes) else content.encode())
    findings = source.check(TagPolicy())
    assert [finding.rule for finding in findings] == ["P1"]
    assert told in findings[0].message
    assert findings[0].message.isprintable()
    assert line is None or findings[0].line == line
    assert not source.readable
    assert source.captures == []


def test_nothing_is_imported_or_run(tmp_path: Path) -> None:
    """Reading is parsing."""
    sentinel = tmp_path / "sentinel"
    text = f"{HEAD}open({str(sentinel)!r}, 'w')\nimport trap\n{MARKED}"
    write(tmp_path, f"open({str(sentinel)!r}, 'w')\n", "trap.py")
    write(tmp_path, f"open({str(sentinel)!r}, 'w')\n", "conftest.py")
    source = read(tmp_path, text)
    assert problems(source) == []
    source.remove_switch(switch_lines(source))
    assert not sentinel.exists()


def test_messages_are_printable_and_short(tmp_path: Path) -> None:
    """Escape codes and endless names are made harmless."""
    name = "x" * 5000
    text = (
        f"{HEAD}@pytest.mark.tdd_bug('\\x1b[31m\\u202e')\n"
        f"@pytest.mark.tdd_bug(lambda: '\x1b]0;title\x07')\n"
        f"@pytest.mark.tdd_bug_{name}\n"
        f"@pytest.mark.tdd_expected_fail(raises='\\x1b[31m', match='(\\x1b')\ndef test_{name}(): ...\n"
        f"@pytest.mark.tdd_bug(1)\nclass {name}: ...\n"
        "@pytest.mark.tdd_expected_fail(**{'\\x1b': 1})\ndef test_b(): ...\n"
    )
    source = read(tmp_path, text)
    told = source.check(TagPolicy())
    assert len(told) >= 7
    assert all(finding.message.isprintable() and len(finding.message) < 400 for finding in told)


def test_identifiers_are_those_that_python_sees(tmp_path: Path) -> None:
    """Python normalises names, so a full-width spelling is the mark itself."""
    name = "\N{FULLWIDTH LATIN SMALL LETTER T}dd_bug"
    source = read(tmp_path, f"{HEAD}@pytest.mark.{name}(1)\ndef test_a(): ...\n")
    assert source.captures[0].tags.ids == (1,)


@pytest.mark.parametrize("gap", ["\n ", " \\\n", "  ", "  # why\n  "])
def test_a_mark_may_be_spread_over_lines(tmp_path: Path, gap: str) -> None:
    """What Python reads as one name is one."""
    source = read(
        tmp_path, f"{HEAD}@(pytest.mark{gap}.tdd_bug(1))\n@(pytest.mark.{gap}tdd_bug(2))\ndef test_a(): ...\n"
    )
    assert source.captures[0].tags.ids == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        # Aliases that double with each step.
        "".join(f"a{n} = [*a{n + 1}, *a{n + 1}]\n" for n in range(60))
        + "a60 = [pytest.mark.tdd_bug(1)]\npytestmark = a0\n",
        "".join(f"a{n} = a{n + 1}\n" for n in range(500)) + "a500 = pytest.mark.tdd_bug(1)\npytestmark = a0\n",
        "a = [a, *a, pytest.mark.tdd_bug(1)]\npytestmark = a\n",
        "a = b\nb = a\npytestmark = [a, b, pytest.mark.tdd_bug(a)]\n",
        "".join(f"class C{n}(C{n - 1}, C{n - 2}): ...\n" for n in range(60))
        + "class TestC(C59): pytestmark = pytest.mark.tdd_bug(1)\n",
        "class TestA(TestB): pytestmark = pytest.mark.tdd_bug(1)\nclass TestB(TestA): ...\n",
        "class TestA(TestA): pytestmark = pytest.mark.tdd_bug(1)\n",
        "V = [V, pytest.param(marks=pytest.mark.tdd_bug(1))]\n@pytest.mark.parametrize('', V)\ndef test(): ...\n",
        "@pytest.mark.parametrize\n@pytest.mark.parametrize('a')\n@pytest.mark.tdd_bug(1)\ndef test_a(): ...\n",
    ],
)
def test_clever_modules_end(tmp_path: Path, text: str) -> None:
    """Every reading ends soon, with captures or with a finding."""
    source = read(tmp_path, HEAD + text + "def test_last(): ...\n")
    assert source.readable
    assert source.captures or problems(source)


@pytest.mark.parametrize("piece", ["#", "# ", ".#", ".#.\n", ". \\\n", "mark.", "mark #", ".t", "\x80.", "#\n"])
def test_no_text_makes_the_search_slow(tmp_path: Path, piece: str) -> None:
    """What could stand between a dot and a name is not tried in every combination."""
    text = "x." + piece * 20_000 + "\n"
    assert read_source(write(tmp_path, text.encode()), "test_it.py") is None


def test_a_deep_chain_cannot_crash_the_removal(tmp_path: Path) -> None:
    """Comparing needs more depth than parsing."""
    deep = "x" + ".y" * 3000
    source = read(tmp_path, f"{HEAD}{MARKED}{deep}\n")
    lines = switch_lines(source)
    if source.readable:
        with pytest.raises(RefusedError):
            source.remove_switch(lines)


def test_a_huge_file_is_read(tmp_path: Path) -> None:
    """Ten thousand tests."""
    tests = "".join(f"@pytest.mark.tdd_bug({n})\ndef test_{n}(): ...\n" for n in range(1, 5001))
    source = read(tmp_path, HEAD + tests)
    assert len(source.captures) == 5000
    assert problems(source) == []


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    """No test file is passed over."""
    with pytest.raises(SourceError):
        read_source(tmp_path / "missing.py", "missing.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        with pytest.raises(SourceError, match="no regular file"):
            read_source(tmp_path / "pipe.py", "pipe.py")


def test_a_class_name_with_many_tests_is_told_once(tmp_path: Path) -> None:
    """A bad mark of a class is one finding, with the number of tests it harms."""
    tests = "".join(f"    def test_{n}(self): ...\n" for n in range(30))
    source = read(tmp_path, f"{HEAD}@pytest.mark.tdd_expected_fail\nclass TestMany:\n{tests}")
    assert problems(source) == [(2, "T3")]
    assert "30 tests" in messages(source)
