"""A pattern for all files that some patterns are for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.hooks.consolidate.pattern import can_be_united, unite_patterns

PATTERNS = [
    r"^a/.*\.py$", r"\.md$", r"^(a|b)/c", "x", "", r"(?i)README", "(?x)\n  ^docs/  # documents\n  | ^a/b\n",
    "(?x)^b  # and no more",
    r"(?s)a.b", r"a b", r"#", r"^a/.*|b$", r"(?ui)Straße",
    r"^deployments/a/very/long/path/with/many/folders/.*\.(yaml|yml)$",
]  # fmt: skip
NAMES = [
    "a/x.py", "a/x.pyc", "b/c", "c/b", "docs/x", "a/b", "readme", "README.md", "a\nb", "a b", "#", "x#y",
    "STRASSE", "straße", "deployments/a/very/long/path/with/many/folders/x.yml", "", "ab",
]  # fmt: skip


@given(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=8))
def test_matches_what_any_matches(patterns: list[str]) -> None:
    """No file more, and none less."""
    united = re.compile(unite_patterns(patterns))
    for name in NAMES:
        assert bool(united.search(name)) is any(re.search(one, name) for one in patterns), (united.pattern, name)


def test_is_written_as_people_write_it() -> None:
    """The same pattern stays; short ones stand in a line; long ones each in one of their own."""
    assert unite_patterns(["^a$", "^a$"]) == "^a$"
    assert unite_patterns(["^a$", "^b$"]) == "(?:^a$)|(?:^b$)"
    assert unite_patterns(["^a$", ""]) == ""
    long = r"^deployments/base/.*\.(yaml|yml)$"
    assert unite_patterns([long, "^docs/", "^tests/.*py$", "x{1,30}"]) == (
        "(?x)(\n  " + long + "|\n  ^docs/|\n  ^tests/.*py$|\n  x{1,30}\n)"
    )


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(?P<x>a)(?P=x)", r"(?P<x>a)", r"(a)?(?(1)b|c)"])
def test_groups_with_names_and_numbers(pattern: str) -> None:
    """What refers to groups would refer to others."""
    assert not can_be_united(pattern)
    assert can_be_united(r"(a|b)(?:c)(?=d)(?!e)(?<=f)\d")


@pytest.mark.parametrize("pattern", ["(?i)(?x)a", "(?x) (?i)a"])
def test_flags_of_the_whole(pattern: str) -> None:
    """Only the first of them can be those of a part."""
    assert re.search(pattern, "A")
    assert not can_be_united(pattern)
