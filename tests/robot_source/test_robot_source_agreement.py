"""What is read from the sources is what Robot itself builds from them."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from robot import api
from robot.model import Tags
from robot.utils import unescape
from robot_texts import robot_texts

from bugcapture.robot.leaf import read_level, walk_leaves
from bugcapture.robot.parse import FileKind, decode, parse_text
from bugcapture.robot.source import read_source
from bugcapture.robot.tags import canonical_tags, normal_tag

if TYPE_CHECKING:
    from robot_files import RobotProject

INIT = """
*** Settings ***
Documentation    Top
Test Tags    tdd_bug    top    Tdd Expected Fail
"""
SUITES = {
    "top/__init__.robot": INIT,
    "top/plain.robot": """
        *** Test Cases ***
        One
            Log    1
        Two
            [Tags]    -top    own
            Log    1
        """,
    "top/low/__init__.robot": """
        *** Settings ***
        Force Tags    low    TDD BUG 7
        """,
    "top/low/a.robot": r"""
        *** Settings ***
        Default Tags    def    none
        Test Tags       file    tdd\_bug_8    low    NONE
        *** Test Cases ***
        Defaults
            [Documentation]    One   two
            ...      three \\d
            ...
            ...    five \
            ...    six\n
            ...    seven    \n    eight
            ...    goes \
            ...    not on a new line
            Log    1
        Own
            [Tags]    own    -file    -tdd_bug_*    tdd_bug_9    -nothing    own    OWN
            Log    1
        None
            [Tags]    NONE
            Log    1
        Empty
            [Tags]
            Log    1
        Escaped
            [Tags]    \-file    tdd_\x62ug_10
            Log    1
        """,
}


def robot_tests(*paths: Path | str, lang: str | None = None) -> list[Any]:
    """The tests that Robot builds, in no order of ours."""
    suite = api.TestSuiteBuilder(lang=lang, process_curdir=False).build(*paths)
    return list(suite.all_tests)


def _run_tags(test: Any) -> tuple[str, ...]:
    """The tags as a run has them."""
    return canonical_tags(Tags([unescape(tag) for tag in test.tags]))


def _said(lines: list[str]) -> list[str]:
    """A documentation without its layout."""
    said = [" ".join(line.split()) for line in lines]
    return " ".join("\n".join(said).split(" ")).rstrip().split("\n")


def test_tags_documentation_and_lines_agree_with_robot(robot_project: RobotProject) -> None:
    for name, text in SUITES.items():
        robot_project.write(name, text)
    theirs = {(Path(test.source).name, test.name): test for test in robot_tests("top")}
    ours = [
        leaf
        for name in ("top/plain.robot", "top/low/a.robot")
        for source in [read_source(robot_project.folder / name, name)]
        if source is not None and source.parsed is not None
        for leaf in walk_leaves(source.parsed, source.levels)
    ]
    assert len(ours) == len(theirs) == 7
    for leaf in ours:
        test = theirs[Path(leaf.path).name, leaf.name]
        assert leaf.line == test.lineno
        assert leaf.tag_names == _run_tags(test), leaf.name
        own = [documentation for documentation in leaf.documentations if documentation.path == leaf.path]
        assert _said([text for text, _, _ in own[0].lines] if own else []) == _said(unescape(test.doc).split("\n"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=robot_texts())
def test_any_file_is_read_as_robot_builds_it(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "a.robot")
        file.write_bytes(content)
        theirs = robot_tests(file)
    text, problem = decode(content, "a.robot")
    parsed, unparsed = parse_text(text, "a.robot", FileKind.SUITE)
    assert problem is None
    assert unparsed is None
    assert parsed is not None
    ours = list(walk_leaves(parsed, (read_level(parsed),)))
    assert [(leaf.name, leaf.line) for leaf in ours] == [(test.name, test.lineno) for test in theirs]
    for leaf, test in zip(ours, theirs, strict=True):
        assert tuple(map(normal_tag, leaf.tag_names)) == tuple(map(normal_tag, _run_tags(test)))
        has_own = len(leaf.documentations) > (read_level(parsed).documentation is not None)
        lines = [text for text, _, _ in leaf.documentations[0].lines] if has_own else []
        assert _said(lines) == _said(unescape(test.doc).split("\n"))


@pytest.mark.parametrize("name", sorted(path.name for path in Path(__file__).parents[2].glob("robot/*.robot")))
def test_the_projects_own_suites_hold_no_capture(name: str) -> None:
    file = Path(__file__).parents[2] / "robot" / name
    source = read_source(file, os.fspath(file))
    assert source is None or source.readable
