"""Whatever the layout: after the switch is cut out, Robot reads the file minus the one tag."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from robot_texts import robot_texts

from bugcapture.core.tags import SWITCH
from bugcapture.robot.graduate import cut_switch
from bugcapture.robot.leaf import Leaf, read_level, walk_leaves
from bugcapture.robot.parse import FileKind, RobotFile, decode, parse_text
from bugcapture.robot.source import RobotSource

_LAYOUT = re.compile(r"[\s|]+")
_MAY_GO = {*["TDD", "Expected", "Fail", "tdd_expected_fail", "tddexpectedfail"], "...", "[Tags]", "tags", "test"}
_MAY_GO |= {"Test", "Task", "Force", "Default", "Tags"}


def parse(text: str) -> RobotFile:
    parsed, problem = parse_text(text, "a.robot", FileKind.SUITE)
    assert parsed is not None, problem
    return parsed


def leaves(file: RobotFile) -> list[Leaf]:
    return list(walk_leaves(file, (read_level(file),)))


def is_cut(old: str, new: str) -> bool:
    """Whether one text is the other with pieces taken out."""
    rest = iter(old)
    return all(char in rest for char in new)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(content=robot_texts(), data=st.data())
def test_only_the_switch_goes(content: bytes, data: st.DataObject) -> None:
    text, _ = decode(content, "a.robot")
    file = parse(text)
    before = leaves(file)
    sites = sorted({site.line for leaf in before for site in leaf.switches})
    assume(sites)
    lines = set(data.draw(st.lists(st.sampled_from(sites), min_size=1, unique=True)))
    source = RobotSource(Path("a.robot"), "a.robot", content, file, (read_level(file),))

    changed = source.remove_switch(lines)

    after, _ = decode(changed, "a.robot")
    assert changed.startswith(b"\xef\xbb\xbf") == content.startswith(b"\xef\xbb\xbf")
    assert is_cut(text, after)
    gone = Counter(_LAYOUT.split(text)) - Counter(_LAYOUT.split(after))
    assert set(gone) - {""} <= _MAY_GO
    assert [_what(leaf, lines) for leaf in before] == [_what(leaf, set()) for leaf in leaves(parse(after))]
    assert text.count("#") == after.count("#"), "a comment is lost"


def _what(leaf: Leaf, lines: set[int]) -> object:
    uses = [use.written for use in leaf.uses if use.name != SWITCH or use.site.line not in lines]
    return leaf.name, uses, [documentation.text for documentation in leaf.documentations]


def test_cutting_nothing_changes_nothing() -> None:
    text = "*** Test Cases ***\nT\n    [Tags]    tdd_expected_fail\n    Log    1\n"
    assert cut_switch(parse(text), ()) == text
