"""The table in pyproject.toml, and TOML files in general."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from byte_checks import is_one_insertion
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import documents

from bugcapture.core.errors import RefusedError
from bugcapture.project.toml import add_table

if TYPE_CHECKING:
    from command_project import CommandProject

TABLE = (
    "[tool.bugcapture]\n"
    '# Families that every test with the switch carries completely: "bug", "issue" or both.\n'
    'require = ["bug"]\n'
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, TABLE),
        ("", TABLE),
        ("[project]\nname = 'x'\n", f"[project]\nname = 'x'\n\n{TABLE}"),
        ("[project]\nname = 'x'\n\n", f"[project]\nname = 'x'\n\n{TABLE}"),
        ("[project]\nname = 'x'", f"[project]\nname = 'x'\n\n{TABLE[:-1]}"),
        ("[project]\r\nname = 'x'\r\n", "[project]\r\nname = 'x'\r\n\r\n" + TABLE.replace("\n", "\r\n")),
        ("\ufeff[project]\n", f"\ufeff[project]\n\n{TABLE}"),
        ("[tool.black]\n# End.\n", f"[tool.black]\n# End.\n\n{TABLE}"),
        ("tool.black.x = 1\n", f"tool.black.x = 1\n\n{TABLE}"),
        ("x = nan\nd = 1979-05-27\n[[a]]\n", f"x = nan\nd = 1979-05-27\n[[a]]\n\n{TABLE}"),
    ],
)
def test_the_table_is_added_at_the_end(project: CommandProject, before: str | None, after: str) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    if before is not None:
        project.write("pyproject.toml", before)
    assert project.run("init", "--yes").code == 0
    assert project.read("pyproject.toml") == after
    assert project.run("init", "--yes").err == "bugcapture: nothing to do: pytest wired in\n"


@pytest.mark.parametrize(
    "content", ["[tool.bugcapture]\n", "[tool]\nbugcapture.require = []\n", "[tool.bugcapture.gate]\n"]
)
def test_what_is_set_already_stays(project: CommandProject, content: str) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    project.write("pyproject.toml", content)
    assert project.run("init", "--yes").err == "bugcapture: nothing to do: pytest wired in\n"
    assert project.read("pyproject.toml") == content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "tool = { black = 1 }\n",
            "pyproject.toml:1: [tool.bugcapture] cannot be added without changing what is there",
        ),
        ("x = 1\ntool = 3\n", "pyproject.toml:2: [tool.bugcapture] cannot be added"),
        ("[[tool]]\nx = 1\n", "pyproject.toml:1: [tool.bugcapture] cannot be added"),
        ("x = [\n", "pyproject.toml:1: is no valid TOML"),
        ("a = 1\nb = \n", "pyproject.toml:2: is no valid TOML"),
        (b"a = 1\n# \xff\n", "pyproject.toml:2: is not UTF-8: byte 0xff"),
    ],
)
def test_what_is_refused(project: CommandProject, content: str | bytes, told: str) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    project.write("pyproject.toml", content)
    before = project.files()
    done = project.run("init", "--yes")
    assert done.code == 1
    assert told in done.err
    assert "1 problem, nothing was written" in done.err
    assert project.files() == before


@pytest.mark.parametrize("name", ["setup.py", "setup.cfg"])
def test_no_pyproject_is_made_beside_setup_py(project: CommandProject, name: str) -> None:
    """With it pip would build the project in another way."""
    project.write("features/steps/a.py")
    project.write("features/a.feature", "Feature: a\n")
    project.write(name)
    done = project.run("init", "--yes")
    assert done.code == 0
    assert "pyproject.toml is not made, because a build with setup.py would notice it" in done.err
    assert not (project.folder / "pyproject.toml").exists()


@pytest.mark.parametrize(
    ("marks", "line"),
    [
        (["tdd_bug", "tdd_issue"], 'require = ["bug", "issue"]'),
        (["tdd_issue"], 'require = ["issue"]'),
        (["tdd_bug"], 'require = ["bug"]'),
    ],
)
def test_captures_that_are_there_say_what_is_required(
    project: CommandProject, marks: list[str], line: str
) -> None:
    lines = [f"@pytest.mark.{mark}(5)\n" for mark in marks]
    test = f"import pytest\n\n{''.join(lines)}@pytest.mark.tdd_expected_fail\ndef test_a(): pass\n"
    project.write("tests/test_a.py", test)
    project.write("tests/test_b.py", "import pytest\n\n@pytest.mark.tdd_issue(6)\ndef test_b(): pass\n")
    assert project.run("init", "--yes").code == 0
    assert f"\n{line}\n" in project.read("pyproject.toml")
    assert project.run("check").code == 0


def test_captures_without_a_common_family_require_none(project: CommandProject) -> None:
    for family, number in (("bug", 5), ("issue", 6)):
        marks = f"@pytest.mark.tdd_{family}({number})\n@pytest.mark.tdd_expected_fail\n"
        project.write(f"tests/test_{family}.py", f"import pytest\n\n{marks}def test_a(): 0\n")
    assert project.run("init", "--yes").code == 0
    assert project.read("pyproject.toml").endswith('both.\n# require = ["bug"]\n')
    assert project.run("check").code == 0
    assert project.run("init", "--check").code == 0


@settings(max_examples=200, deadline=None)
@given(
    content=documents(),
    keys=st.sampled_from([("tool", "bugcapture"), ("listeners",), ("tool", "robot", "listeners")]),
)
def test_any_document(content: bytes, keys: tuple[str, ...]) -> None:
    """The new document says what the old one said, and the new lines; every old byte is there."""
    try:
        old = tomllib.loads(content.decode("utf-8-sig"))
    except tomllib.TOMLDecodeError:
        with pytest.raises(RefusedError):
            add_table(content, keys, ["k = 1"], "x")
        return
    try:
        new = add_table(content, keys, ["# c", "k = 1"], "x")
    except RefusedError:
        assert "tool = {" in content.decode()
        return
    assert is_one_insertion(content, new)
    inner = tomllib.loads(new.decode("utf-8-sig"))
    for key in keys[:-1]:
        inner = inner[key]
    assert inner[keys[-1]].pop("k") == 1
    said = tomllib.loads(new.decode("utf-8-sig"))
    assert set(said) == set(old) | {keys[0]}
    assert repr(old.get("project")) == repr(said.get("project"))
