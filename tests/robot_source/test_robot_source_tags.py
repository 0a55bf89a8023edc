"""Our tags in every spelling that Robot takes for the same tag, and the declared failure as Robot reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from robot import api
from robot.model import Tags
from robot.utils import normalize, unescape

from bugcapture.core.tags import SWITCH
from bugcapture.robot.declare import (
    check_written,
    keyword_names,
    read_documentation,
    same_keyword,
    split_written,
)
from bugcapture.robot.tags import canonical_tag, canonical_tags, normal_tag

OURS = ["tdd_bug", "tdd_issue", SWITCH, "tdd_bug_991", "tdd_issue_6"]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("tdd_bug", "tdd_bug"),
        ("TDD Bug", "tdd_bug"),
        ("tddbug", "tdd_bug"),
        ("tdd_bug_", "tdd_bug"),
        ("tdd\N{NO-BREAK SPACE}bug", "tdd_bug"),
        ("Tdd Issue", "tdd_issue"),
        ("TDD Expected Fail", SWITCH),
        ("tddexpectedfail", SWITCH),
        ("t d d_expected__fail", SWITCH),
        ("Tdd Bug 991", "tdd_bug_991"),
        ("TDD_BUG_991", "tdd_bug_991"),
        ("tdd_bug_9 91", "tdd_bug_991"),
        ("tddissue6", "tdd_issue_6"),
        ("Tdd Bug 0 0 7", "tdd_bug_007"),
        ("TDD Bug 12/3", "tdd_bug_12/3"),
        ("tdd bug -5", "tdd_bug_-5"),
    ],
)
def test_what_robot_takes_for_our_tag_gets_our_spelling(written: str, canonical: str) -> None:
    assert canonical_tag(written) == canonical
    assert canonical in Tags([written]), "Robot disagrees"


@pytest.mark.parametrize(
    "tag", ["tdd-bug", "tdd.bug", "tdd_bug_x", "Tdd Bugs", "tdd_isue_6", "smoke", "Owner Ann", "", "-tdd_bug"]
)
def test_every_other_tag_stays_as_it_is(tag: str) -> None:
    assert canonical_tag(tag) == tag


def test_many_tags_are_named_once_each() -> None:
    assert canonical_tags(["Tdd Bug", "slow", "tdd_bug", "TDD BUG 5"]) == ("tdd_bug", "slow", "tdd_bug_5")


@given(st.text(max_size=20))
def test_the_normal_form_is_robots(tag: str) -> None:
    assert normal_tag(tag) == normalize(tag, ignore="_")


@given(st.sampled_from(OURS), st.randoms(use_true_random=False))
def test_a_spelling_is_ours_when_robot_says_equal(tag: str, random: object) -> None:
    letters = [char.upper() if random.random() < 0.5 else char for char in tag.replace("_", "")]  # type: ignore[attr-defined]
    spelled = "".join(char + random.choice(["", "", "_", " ", "\t"]) for char in letters)  # type: ignore[attr-defined]
    assert Tags([tag]) == Tags([spelled])
    assert canonical_tag(spelled) == tag


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (r"Fails with: AssertionError: a \d+", r"write '\\d' for '\d'"),
        (r"Fails with: AssertionError: a\.b", r"write '\\.' for '\.'"),
        (r"fails  WITH : AssertionError: \(x", r"write '\\(' for '\('"),
        (r"Fails with: AssertionError: \\\d", r"write '\\\\d' for '\\\d'"),
        (r"Fails with: AssertionError: costs \${x}", r"write '\\\$' for '\$'"),
        (r"Fails with: AssertionError: costs \$5", r"write '\\$' for '\$'"),
        (r"Fails with: AssertionError: costs ${x} euros", "the variable ${x}, which"),
        (r"Fails with: %{HOME}Error", "the variable %{HOME}, which"),
        (r"Fails at: Pay ${x}", "'Fails at:' holds the variable ${x}, which"),
    ],
)
def test_what_robot_would_lose_or_replace_is_told(line: str, told: str) -> None:
    assert told in check_written(line)


@pytest.mark.parametrize(
    "line",
    [
        r"Fails with: AssertionError: a \\d+ \\(b\\)",
        r"Fails with: AssertionError: costs \\\${x}",
        r"Fails with: AssertionError: \x41\t\u0041\=\#\ ",
        r"Fails with: AssertionError: \@{x}",
        "Fails with: AssertionError: ends in a dollar$",
        "Fails with: AssertionError: goes on\\",
        r"Fails at: C:\dir",
        r"Fails at: Pay \${x}",
        r"Other text with \d and ${x}",
    ],
)
def test_what_robot_keeps_is_not_told(line: str) -> None:
    assert check_written(line) == ""


@given(st.text(alphabet="\\nxd4.( a", max_size=30))
def test_a_pattern_with_doubled_backslashes_arrives_whole(pattern: str) -> None:
    doubled = pattern.replace("\\", "\\\\")
    assert check_written(f"Fails with: AssertionError: {doubled}") == ""
    assert unescape(doubled) == pattern


@given(st.text(alphabet="\\d.( a5+", max_size=30))
def test_a_pattern_that_is_not_told_arrives_whole(pattern: str) -> None:
    """Only what means the same without its backslash may lose it: white space here, and the end of a line."""
    if check_written(f"Fails with: AssertionError: {pattern}x") == "":
        plain = pattern.replace("\\\\", "\0")
        assert "\\" not in plain.replace("\\ ", " ").removesuffix("\\")


@given(st.text(alphabet="\\nab\n", max_size=30))
def test_written_lines_break_where_robot_breaks_them(text: str) -> None:
    assert [unescape(line) for line in split_written(text)] == unescape(text).split("\n")


def test_a_documentation_declares_type_message_and_place() -> None:
    expectation, problems = read_documentation("Bug.\n\nFails with: KeyError: 'total'\nFails at: Check Total")
    assert (expectation.type_name, expectation.pattern, expectation.place) == (
        "KeyError",
        "'total'",
        "Check Total",
    )
    assert problems == ()


def test_a_bad_line_is_told_with_its_index() -> None:
    _, problems = read_documentation("Bug.\nFails with: AssertionError: [")
    assert [problem.index for problem in problems] == [1]


@pytest.mark.parametrize(
    ("name", "owner", "args", "declared"),
    [
        ("Should Be Equal", "BuiltIn", ("1", "2"), "should_be_equal"),
        ("Should Be Equal", "BuiltIn", ("1", "2"), "BuiltIn.Should Be Equal"),
        ("Should Be Equal", "BuiltIn", ("1", "2"), "Should Be Equal    1    2"),
        ("built_in.ShouldBeEqual", "BuiltIn", (), "Should Be Equal"),
        ("Given the total", "", (), "Given The Total"),
        ("Given the total", "", (), "The Total"),
        ("But THEN it fails", "", (), "then it fails"),
        ("My.Lib.Check", "My.Lib", (), "Check"),
    ],
)
def test_a_keyword_can_be_named_as_people_would(
    name: str, owner: str, args: tuple[str, ...], declared: str
) -> None:
    assert same_keyword(declared, keyword_names(name, owner, args))


def test_another_keyword_is_another_place() -> None:
    names = keyword_names("Givenness", "Lib", ("1",))
    assert not same_keyword("ness", names)
    assert not same_keyword("Givenness 2", names)
    assert names[0] == "Givenness"


def test_prefixes_of_other_languages_are_stripped_when_they_are_in_effect() -> None:
    assert same_keyword("summa", keyword_names("Oletetaan summa", prefixes=("Oletetaan",)))
    assert not same_keyword("summa", keyword_names("Oletetaan summa"))


def test_robot_itself_drops_a_single_backslash() -> None:
    """The reason for the rule: what a run sees is not what the file says."""
    suite = api.TestSuite.from_string(
        "*** Test Cases ***\nT\n    [Documentation]    a \\d b \\\\d\n    No Operation\n"
    )
    assert unescape(suite.tests[0].doc) == r"a d b \d"
