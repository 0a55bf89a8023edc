"""The switch goes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_sources import graduate, problems, read, switch_lines, write

from bugcapture.core.errors import RefusedError
from bugcapture.pytest import graduate as graduate_module
from bugcapture.pytest.source import PythonSource

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import pytest\nmark = pytest.mark\nfails = mark.tdd_expected_fail\nbug = mark.tdd_bug(1)\n"
TEST = "def test_a(a=1): ...\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Decorators.
        (f"@bug\n@fails\n{TEST}", f"@bug\n{TEST}"),
        (f"@fails  # until fixed\n# why\n@bug\n{TEST}", f"# why\n@bug\n{TEST}"),
        (f"@mark.tdd_expected_fail(\n    raises=KeyError,  # gone\n)\n@bug\n{TEST}", f"@bug\n{TEST}"),
        (f"@(\n  (fails)\n)\n@bug\n{TEST}", f"@bug\n{TEST}"),
        (f"@bug\n@ \\\n  fails\n{TEST}", f"@bug\n{TEST}"),
        (
            "class TestA:\n\t@bug\n\t@fails\n\tdef test_a(self): ...",
            "class TestA:\n\t@bug\n\tdef test_a(self): ...",
        ),
        (f"@bug\n@fails\nclass TestA:\n    {TEST}", f"@bug\nclass TestA:\n    {TEST}"),
        (f"@fails\n@fails\n{TEST}", TEST),
        # Lists.
        (f"pytestmark = [bug, fails]\n{TEST}", f"pytestmark = [bug]\n{TEST}"),
        (f"pytestmark = [fails, bug]\n{TEST}", f"pytestmark = [bug]\n{TEST}"),
        (f"pytestmark = [bug, fails, mark.slow]\n{TEST}", f"pytestmark = [bug, mark.slow]\n{TEST}"),
        (f"pytestmark = [ fails ]\n{TEST}", f"pytestmark = [ ]\n{TEST}"),
        (f"pytestmark = [fails,]\n{TEST}", f"pytestmark = []\n{TEST}"),
        (f"pytestmark = [bug, (fails) ,]\n{TEST}", f"pytestmark = [bug, ]\n{TEST}"),
        (f"pytestmark = [bug , fails]\n{TEST}", f"pytestmark = [bug ]\n{TEST}"),
        (f"pytestmark = [fails, bug, fails]\n{TEST}", f"pytestmark = [bug]\n{TEST}"),
        (f"pytestmark = [bug, fails, fails]\n{TEST}", f"pytestmark = [bug, ]\n{TEST}"),
        (
            f"pytestmark = [\n    # one\n    bug,  # own\n    # two\n    fails,  # gone\n    # three\n]\n{TEST}",
            f"pytestmark = [\n    # one\n    bug,  # own\n    # two\n    # three\n]\n{TEST}",
        ),
        (f"pytestmark = [\n    bug,\n    fails\n]\n{TEST}", f"pytestmark = [\n    bug,\n]\n{TEST}"),
        (f"pytestmark = [\n    fails,\n    bug\n]\n{TEST}", f"pytestmark = [\n    bug\n]\n{TEST}"),
        (f"pytestmark = [bug, fails,  # why\n  ]\n{TEST}", f"pytestmark = [bug,  # why\n  ]\n{TEST}"),
        (f"pytestmark = [fails,  # why\n  bug]\n{TEST}", f"pytestmark = [  # why\n  bug]\n{TEST}"),
        (f"pytestmark = [bug,  # why\n  fails]\n{TEST}", f"pytestmark = [bug,  # why\n  ]\n{TEST}"),
        (f"pytestmark = [bug,\n  fails, mark.slow]\n{TEST}", f"pytestmark = [bug,\n  mark.slow]\n{TEST}"),
        (f"pytestmark = [bug\n  , fails]\n{TEST}", f"pytestmark = [bug\n  ]\n{TEST}"),
        (f"pytestmark = [bug\n  , fails\n  , mark.slow]\n{TEST}", None),
        (f"pytestmark = [bug] + [fails]\n{TEST}", f"pytestmark = [bug] + []\n{TEST}"),
        (f"ALL = [bug, fails]\npytestmark = ALL\n{TEST}", f"ALL = [bug]\npytestmark = ALL\n{TEST}"),
        (f"pytestmark = [bug]\npytestmark += [fails]\n{TEST}", f"pytestmark = [bug]\npytestmark += []\n{TEST}"),
        # Statements.
        (f"pytestmark = fails\n{TEST}", TEST),
        (f"pytestmark = fails  # why\n{TEST}", TEST),
        (f"pytestmark: object = (\n  fails\n)\n{TEST}", TEST),
        (f"x = 1; pytestmark = fails; y = 2\n{TEST}", f"x = 1; y = 2\n{TEST}"),
        (f"x = 1; pytestmark = fails\n{TEST}", f"x = 1\n{TEST}"),
        (f"x = 1; pytestmark = fails;\n{TEST}", f"x = 1;\n{TEST}"),
        (f"pytestmark = fails; y = 2\n{TEST}", f"y = 2\n{TEST}"),
        (f"pytestmark = fails;\n{TEST}", TEST),
        (f"pytestmark = fails\nprint(pytestmark)\n{TEST}", f"pytestmark = []\nprint(pytestmark)\n{TEST}"),
        (
            "class TestA:\n    pytestmark = fails\n    def test_a(self): ...\n",
            "class TestA:\n    def test_a(self): ...\n",
        ),
        (
            "class A:\n    def test_a(self): ...\nclass TestA(A): pytestmark = fails\n",
            "class A:\n    def test_a(self): ...\nclass TestA(A): pytestmark = []\n",
        ),
        (
            "class A:\n    def test_a(self): ...\nclass TestA(A): pytestmark = fails; x = 1\n",
            "class A:\n    def test_a(self): ...\nclass TestA(A): x = 1\n",
        ),
        # Parameter sets.
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=fails), 2])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1), 2])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(fails), id='x')])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, id='x')])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=[fails]), pytest.param('é', marks=fails)])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=[]), pytest.param('é')])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(bug, fails))])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=(bug,))])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(fails, bug))])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=(bug,))])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(fails, (bug), fails))])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=((bug),))])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(fails,))])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=())])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [pytest.param(1, marks=(bug, mark.slow, fails))])\n{TEST}",
            f"@mark.parametrize('a', [pytest.param(1, marks=(bug, mark.slow))])\n{TEST}",
        ),
        (
            f"@mark.parametrize('a', [\n    pytest.param(\n        1,\n        marks=fails,\n    ),\n])\n{TEST}",
            f"@mark.parametrize('a', [\n    pytest.param(\n        1,\n    ),\n])\n{TEST}",
        ),
        # Tuples without brackets.
        (f"ALL = bug, fails\n@mark.parametrize('a', [pytest.param(1, marks=ALL)])\n{TEST}", None),
        (f"ALL = (bug), (fails)\n@mark.parametrize('a', [pytest.param(1, marks=ALL)])\n{TEST}", None),
        (f"ALL = fails,\n@mark.parametrize('a', [pytest.param(1, marks=ALL)])\n{TEST}", None),
        (f"ALL = fails, (bug)\n@mark.parametrize('a', [pytest.param(1, marks=ALL)])\n{TEST}", None),
    ],
)
def test_each_layout_keeps_all_but_the_mark(tmp_path: Path, before: str, after: str | None) -> None:
    """Comments on lines of their own stay; a line that held nothing else goes."""
    result = graduate(tmp_path, HEAD + before)
    if after is not None:
        assert result == HEAD + after
    again = read(tmp_path, result)
    assert not any(capture.tags.expected_fail for capture in again.captures)


def test_only_the_wanted_lines_change(tmp_path: Path) -> None:
    """Another bug's switch stays."""
    text = f"{HEAD}@fails\n@bug\ndef test_a(): ...\n@fails\n@mark.tdd_bug(2)\ndef test_b(): ...\n"
    source = read(tmp_path, text)
    assert source.remove_switch([8]).decode() == text.replace("@fails\n@mark", "@mark")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("codec", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("latin-1", "# -*- coding: latin-1 -*-\n"),
        ("cp1252", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n"),
        ("utf-8-sig", "# coding: utf-8\n"),
    ],
)
def test_bytes_outside_the_edit_stay(tmp_path: Path, end: str, codec: str, head: str) -> None:
    """Line ends, encodings, byte order marks, form feeds and tabs."""
    lines = [
        "x = 'é'; import pytest",
        "\f",
        "@pytest.mark.tdd_bug(1) # é",
        "{cut}",
        "def test_é(): '\tü'",
        "class TestÄ:",
        "\tpytestmark = [pytest.mark.tdd_bug(2), {element}]",
        "\tdef test_b(self): ...",
    ]
    text = head + "\n".join(lines) + "\n"
    with_switch = text.replace("{cut}", "@pytest.mark.tdd_expected_fail").replace(
        "{element}", "pytest.mark.tdd_expected_fail"
    )
    without = text.replace("{cut}\n", "").replace(", {element}", "")
    source = read(tmp_path, with_switch.replace("\n", end).encode(codec))
    assert [capture.name for capture in source.captures] == ["test_é", "TestÄ::test_b"]
    assert source.remove_switch(switch_lines(source)) == without.replace("\n", end).encode(codec)


@pytest.mark.parametrize("text", ["other = pytestmark = fails\n", "pytestmark, other = fails, bug\n"])
def test_marks_of_more_than_one_name_are_no_switch(tmp_path: Path, text: str) -> None:
    """They are not read, and the definition of the alias is told to be unused."""
    source = read(tmp_path, HEAD + text + TEST)
    assert source.captures == []
    assert {rule for _, rule in problems(source)} == {"P1"}


def test_a_line_without_a_switch_is_refused(tmp_path: Path) -> None:
    """Nothing is guessed."""
    source = read(tmp_path, f"{HEAD}@bug\n@fails\n{TEST}")
    with pytest.raises(RefusedError, match=r"test_it\.py:5: .*not written out") as refused:
        source.remove_switch([5, 6])
    assert refused.value.exit_code == 1


def test_a_file_that_cannot_be_parsed_is_refused(tmp_path: Path) -> None:
    """There is nothing to compare with."""
    with pytest.raises(RefusedError, match="cannot be written"):
        PythonSource(write(tmp_path, ""), "test_it.py").remove_switch([1])


def test_an_encoding_that_loses_bytes_is_refused(tmp_path: Path) -> None:
    """The same text can have several spellings in UTF-7."""
    text = f"# coding: utf-7\n{HEAD}@bug\n@fails\n{TEST}".replace("mark", "+AG0-ark")
    source = read(tmp_path, text.replace("'", "+ACc-").encode())
    with pytest.raises(RefusedError, match="cannot be written"):
        source.remove_switch(switch_lines(source))


@pytest.mark.parametrize("broken", ["x = 1\n", "(\n"])
def test_a_removal_that_would_change_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """The file is read again and has to be the same but for the mark."""
    monkeypatch.setattr(graduate_module, "apply_edits", lambda text, _edits: text + broken)
    with pytest.raises(RefusedError, match="something else without the mark"):
        graduate(tmp_path, f"{HEAD}@bug\n@fails\n{TEST}")
