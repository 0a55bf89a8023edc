"""What holds for every list of tags, against an oracle that knows only the contract."""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache

import pytest
from core_strategies import CHECKED, texts
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.spelling import distance
from bugcapture.core.tags import (
    TagKind,
    TagPolicy,
    check_single_tag,
    check_tags,
    read_tag,
    read_tags,
    suggest_tag,
)

SWITCH = "tdd_expected_fail"
VALID = re.compile(r"tdd_(?:bug|issue)(?:_[1-9][0-9]{0,17})?|tdd_expected_fail")
OURS = re.compile(r"[\W_]*tdd(?:_.*|-.*|[ _-]?(?:bug|issue).*|[ _-]?expected[ _-]?fail.*)?", re.DOTALL)
PIECES = (
    "tdd_bug",
    "tdd_issue",
    "tdd_bug_5",
    "tdd_issue_5",
    SWITCH,
    "autoretry",
    "xfail",
    "tdd_isue_6",
    "tdd_bug_x",
)

valid_tags = st.one_of(
    st.sampled_from(["tdd_bug", "tdd_issue", SWITCH]),
    st.builds("tdd_{}_{}".format, st.sampled_from(["bug", "issue"]), st.integers(1, 10**18 - 1)),
)
spoilt_tags = st.one_of(
    st.builds(lambda tag, text: tag + text, valid_tags, texts),
    st.builds(lambda text: "tdd_" + text, texts),
    st.builds(str.upper, valid_tags),
    st.builds(lambda tag, mark: tag.replace("_", mark), valid_tags, st.sampled_from(["-", " ", "", ".", "__"])),
)
tag_lists = st.lists(st.one_of(valid_tags, valid_tags, spoilt_tags, texts, st.sampled_from(PIECES)), max_size=8)


def complete_families(tags):
    return {
        family
        for family in ("bug", "issue")
        if f"tdd_{family}" in tags and any(re.fullmatch(rf"tdd_{family}_[1-9][0-9]{{0,17}}", tag) for tag in tags)
    }


def is_right(tags):
    """Whether a list of tags of which each is valid, or clearly nobody's, is a complete valid set."""
    tags = set(tags)
    ours = {tag for tag in tags if OURS.fullmatch(unicodedata.normalize("NFKC", tag).casefold())}
    if any(not VALID.fullmatch(tag) for tag in ours):
        return False
    families = {match[1] for tag in ours if (match := re.match(r"tdd_(bug|issue)", tag))}
    if families != complete_families(tags):
        return False
    return SWITCH not in tags or (bool(families) and not tags & {"autoretry", "flaky", "xfail"})


@CHECKED
@given(tag_lists)
def test_a_set_that_is_not_right_is_never_passed_in_silence(tags):
    """Any list at all can be checked, and one that holds a wrong tag of ours has a problem."""
    problems = check_tags(tags)

    if not is_right(tags):
        assert problems
    assert {problem.tag for problem in problems} <= set(tags)
    assert all(problem.message.isprintable() for problem in problems)
    assert sorted(problem.rule for problem in problems) == [problem.rule for problem in problems]


@CHECKED
@given(tag_lists, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(tags, random):
    """The same tags in another order, and some of them twice, have the same problems and the same bugs."""
    shuffled = tags + tags[: len(tags) // 2]
    random.shuffle(shuffled)

    assert set(check_tags(tags)) == set(check_tags(shuffled))
    assert len(check_tags(tags)) == len(check_tags(shuffled))
    assert read_tags(tags) == read_tags(shuffled)


@CHECKED
@given(
    bugs=st.lists(st.integers(1, 10**18 - 1), max_size=3),
    issues=st.lists(st.integers(1, 10**18 - 1), max_size=3),
    switch=st.booleans(),
    company=st.lists(st.sampled_from(["wip", "slow", "add_bug", "issue-12", "flakyness", "xfailing"])),
    random=st.randoms(use_true_random=False),
)
def test_a_complete_set_is_always_accepted(bugs, issues, switch, company, random):
    """A complete set with everyday tags around it has no problem, in any order."""
    tags = company + [f"tdd_bug_{number}" for number in bugs] + [f"tdd_issue_{number}" for number in issues]
    tags += ["tdd_bug"] * bool(bugs) + ["tdd_issue"] * bool(issues) + [SWITCH] * bool(switch and (bugs or issues))
    random.shuffle(tags)

    assert check_tags(tags) == ()
    assert tuple(sorted({*bugs, *issues})) == read_tags(tags).ids


def expected_problems(tags, require=()):
    """The rules of the contract, written down for the nine tags of `PIECES`."""
    expected = set()
    complete = {family for family in ("bug", "issue") if {f"tdd_{family}", f"tdd_{family}_5"} <= tags}
    for family in ("bug", "issue"):
        word, number = f"tdd_{family}", f"tdd_{family}_5"
        if number in tags and word not in tags:
            expected.add(("T1", number))
        if word in tags and number not in tags:
            expected.add(("T2", word))
    if SWITCH in tags:
        if not complete or not set(require) <= complete:
            expected.add(("T3", SWITCH))
        expected |= {("T6", tag) for tag in tags & {"autoretry", "xfail"}}
    expected |= {(rule, tag) for rule, tag in [("T4", "tdd_isue_6"), ("T5", "tdd_bug_x")] if tag in tags}
    return expected


@pytest.mark.parametrize("require", [(), ("bug",), ("issue",), ("bug", "issue")])
def test_every_combination_of_nine_tags(require):
    """All 512 subsets break exactly the rules that the contract says."""
    policy = TagPolicy(require=require)
    for size in range(len(PIECES) + 1):
        for subset in itertools.combinations(PIECES, size):
            found = {(problem.rule, problem.tag) for problem in check_tags(subset, policy)}

            assert expected_problems(set(subset), require) == found, subset


def spoil(tag):
    """Every text one slip of the fingers away from a tag: drop, double, swap, replace, insert."""
    for position in range(len(tag)):
        before, after = tag[:position], tag[position + 1 :]
        yield before + after
        yield before + tag[position] * 2 + after
        yield before + after[:1] + tag[position] + after[1:]
        for char in "qtxd5-. ":
            yield before + char + after
            yield before + char + tag[position:]
    yield tag.upper()
    yield tag.title()
    for mark in ("-", "", ".", " ", ":", "/", "__"):
        yield tag.replace("_", mark)


@pytest.mark.parametrize("tag", ["tdd_bug", "tdd_issue", "tdd_bug_12", "tdd_issue_12", SWITCH])
def test_one_slip_is_never_silent(tag):
    """One slip makes a valid tag or a reported one, unless it is in the first letter (``add_bug`` is a word)."""
    silent = {
        text
        for text in spoil(tag)
        if read_tag(text).kind is TagKind.OTHER and re.sub(r"[\W_]", "", text.lower())[:1] in {"t", "d"}
    }

    assert set() == silent


@CHECKED
@given(st.one_of(spoilt_tags, texts))
def test_a_suggestion_is_a_valid_tag(text):
    """Whatever is suggested can be pasted; a number in it stands in the tag that was written."""
    suggestion = suggest_tag(text)

    assert VALID.fullmatch(suggestion)
    if number := re.search(r"\d+", suggestion):
        assert number[0] in unicodedata.normalize("NFKC", text)


words = st.text("tdbug", max_size=6)


@CHECKED
@given(words, words)
def test_the_distance_counts_slips(left, right):
    """The distance is the least number of drops, insertions, replacements and swaps of neighbours."""

    @cache
    def counted(i, j):
        if not i or not j:
            return i + j
        best = min(
            counted(i - 1, j) + 1,
            counted(i, j - 1) + 1,
            counted(i - 1, j - 1) + (left[i - 1] != right[j - 1]),
        )
        if i > 1 and j > 1 and left[i - 2 : i] == right[j - 1] + right[j - 2]:
            best = min(best, counted(i - 2, j - 2) + 1)
        return best

    assert distance(left, right) == counted(len(left), len(right))


@CHECKED
@given(texts)
def test_a_tag_is_read_the_same_in_any_company(text):
    """Reading keeps the text as it was written, and a number only for number tags."""
    tag = read_tag(text)

    assert text == tag.text
    assert (tag.kind is TagKind.NUMBER) is (tag.number > 0)
    assert tag.shown.isprintable()
    assert len(tag.shown) <= 61


@pytest.mark.parametrize(
    ("glued", "meant"),
    [
        ("wip@tdd_bug_5", "tdd_bug_5"),
        ("wip@tdd_expected_fail", "tdd_expected_fail"),
        ("wip@tdd_isue_6", "tdd_issue_6"),
        ("a@b@TDD-bug-7@c", "tdd_bug_7"),
    ],
)
def test_tags_without_a_space_between_them_are_no_tags_of_ours(glued, meant):
    """Behave reads ``@wip@tdd_bug_5`` as one tag, so the capture would be lost without a word."""
    problem = check_single_tag(glued)

    assert problem is not None
    assert problem.rule == "T4"
    assert f"did you mean @{meant}?" in problem.message


def test_an_address_is_no_tag_of_ours():
    """An ordinary tag may hold an ``@``."""
    assert check_single_tag("owner:ann@example.com") is None
