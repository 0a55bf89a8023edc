"""Rules T1-T6, one by one: hits, and what only looks like a hit."""

from __future__ import annotations

import pytest

from bugcapture.core.tags import (
    TagKind,
    TagPolicy,
    TagProblem,
    check_single_tag,
    check_tags,
    read_tag,
    read_tags,
    suggest_tag,
)

SWITCH = "tdd_expected_fail"
COMPLETE = "tdd_bug tdd_bug_5"


def broken(texts: str, policy: TagPolicy | None = None) -> list[tuple[str, str]]:
    return [(problem.rule, problem.tag) for problem in check_tags(texts.split(), policy)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # T1: a number needs its family
        ("tdd_bug_5", [("T1", "tdd_bug_5")]),
        ("tdd_issue_5", [("T1", "tdd_issue_5")]),
        ("tdd_bug_5 tdd_bug_6", [("T1", "tdd_bug_5"), ("T1", "tdd_bug_6")]),
        ("tdd_issue tdd_issue_3 tdd_bug_5", [("T1", "tdd_bug_5")]),
        # T2: a family needs a number
        ("tdd_bug", [("T2", "tdd_bug")]),
        ("tdd_issue", [("T2", "tdd_issue")]),
        ("tdd_bug tdd_bug_5 tdd_issue", [("T2", "tdd_issue")]),
        ("tdd_bug tdd_issue", [("T2", "tdd_bug"), ("T2", "tdd_issue")]),
        # T1 and T2: the families do not help each other
        ("tdd_bug tdd_issue_3", [("T1", "tdd_issue_3"), ("T2", "tdd_bug")]),
        ("tdd_issue tdd_bug_3", [("T1", "tdd_bug_3"), ("T2", "tdd_issue")]),
        # T3: the switch needs a complete family
        (SWITCH, [("T3", SWITCH)]),
        (f"{SWITCH} wip", [("T3", SWITCH)]),
        (f"{SWITCH} tdd_bug", [("T2", "tdd_bug"), ("T3", SWITCH)]),
        (f"{SWITCH} tdd_bug_5", [("T1", "tdd_bug_5"), ("T3", SWITCH)]),
        (f"tdd_bug tdd_issue_3 {SWITCH}", [("T1", "tdd_issue_3"), ("T2", "tdd_bug"), ("T3", SWITCH)]),
        # T4: nearly one of ours
        ("tdd_isue_6", [("T4", "tdd_isue_6")]),
        ("tdd-bug-5", [("T4", "tdd-bug-5")]),
        ("TDD_bug_5", [("T4", "TDD_bug_5")]),
        ("tddbug_5", [("T4", "tddbug_5")]),
        ("tdd_unit", [("T4", "tdd_unit")]),
        (f"{COMPLETE} tdd_expected_fial", [("T4", "tdd_expected_fial")]),
        (f"{COMPLETE} {SWITCH} tdd_bug5", [("T4", "tdd_bug5")]),
        # T5: a number that is none
        ("tdd_bug_x", [("T5", "tdd_bug_x")]),
        ("tdd_bug_007", [("T5", "tdd_bug_007")]),
        ("tdd_bug_0", [("T5", "tdd_bug_0")]),
        ("tdd_bug_12/3", [("T5", "tdd_bug_12/3")]),
        ("tdd_issue_<id>", [("T5", "tdd_issue_<id>")]),
        ("tdd_bug tdd_bug_x", [("T2", "tdd_bug"), ("T5", "tdd_bug_x")]),
        (f"{COMPLETE} tdd_issue_-1", [("T5", "tdd_issue_-1")]),
        # T6: two judges for one failure
        (f"{COMPLETE} {SWITCH} autoretry", [("T6", "autoretry")]),
        (f"{COMPLETE} {SWITCH} flaky", [("T6", "flaky")]),
        (f"{COMPLETE} {SWITCH} xfail", [("T6", "xfail")]),
        (f"{COMPLETE} {SWITCH} autoretry flaky xfail", [("T6", "autoretry"), ("T6", "flaky"), ("T6", "xfail")]),
        (f"{SWITCH} autoretry", [("T3", SWITCH), ("T6", "autoretry")]),
        (f"{COMPLETE} {SWITCH} auto_retry", [("T6", "auto_retry")]),
        (f"{COMPLETE} {SWITCH} AutoRetry_3", [("T6", "AutoRetry_3")]),
        (f"{COMPLETE} {SWITCH} autoretry.max_attempts=3", [("T6", "autoretry.max_attempts=3")]),
        (f"{COMPLETE} {SWITCH} flaky(reruns=2)", [("T6", "flaky(reruns=2)")]),
        (f"{COMPLETE} {SWITCH} test:retry(2)", [("T6", "test:retry(2)")]),
        (f"{COMPLETE} {SWITCH} task:retry(2)", [("T6", "task:retry(2)")]),
        (f"{COMPLETE} {SWITCH} keyword:retry(2) test:retrying", []),
        (f"{COMPLETE} {SWITCH} xfail(strict=True)", [("T6", "xfail(strict=True)")]),
        (f"{COMPLETE} {SWITCH} XFAIL:later", [("T6", "XFAIL:later")]),
    ],
)
def test_a_broken_rule_is_named_with_the_tag_that_breaks_it(texts, expected):
    """Every broken rule is reported, in the order T1 to T6, and points at the tag to look at."""
    assert expected == broken(texts)


@pytest.mark.parametrize(
    "texts",
    [
        "",
        "wip slow",
        COMPLETE,
        f"{COMPLETE} {SWITCH}",
        "tdd_issue tdd_issue_5",
        f"tdd_issue tdd_issue_5 {SWITCH}",
        "tdd_bug tdd_bug_5 tdd_bug_6 tdd_bug_7",
        f"tdd_bug tdd_bug_5 tdd_issue tdd_issue_6 {SWITCH}",
        f"tdd_bug tdd_bug_5 tdd_issue tdd_issue_5 {SWITCH}",
        "tdd_bug tdd_bug_1",
        "tdd_bug tdd_bug_10",
        "tdd_bug tdd_bug_999999999999999999",
        f"{SWITCH} tdd_bug_5 wip tdd_bug",
        # retries and xfail are the project's own business while the switch is off
        f"{COMPLETE} autoretry",
        f"{COMPLETE} flaky",
        f"{COMPLETE} xfail",
        "autoretry flaky xfail",
        # tags that only contain a word of rule T6
        f"{COMPLETE} {SWITCH} autoretrying",
        f"{COMPLETE} {SWITCH} flakyness",
        f"{COMPLETE} {SWITCH} not_flaky",
        f"{COMPLETE} {SWITCH} no_autoretry",
        f"{COMPLETE} {SWITCH} xfailing",
        f"{COMPLETE} {SWITCH} strict_xfail",
        f"{COMPLETE} {SWITCH} unflaky slow wip",
    ],
)
def test_a_complete_set_is_accepted(texts):
    """A complete set is right in any company that rule T6 does not name."""
    assert broken(texts) == []


@pytest.mark.parametrize(
    "text",
    [
        "tdd_bug_", "tdd_bug__5", "tdd_bug_5_", "tdd_bug_05", "tdd_bug_00", "tdd_bug_-5", "tdd_bug_+5",
        "tdd_bug_5.0", "tdd_bug_1e3", "tdd_bug_1_000", "tdd_bug_0x1f", "tdd_bug_#5", "tdd_bug_ 5", "tdd_bug_5 ",
        "tdd_bug_5\n", "tdd_bug_\n5", "tdd_bug_\u0665", "tdd_bug_\uff15", "tdd_bug_\u00b2", "tdd_bug_5\u200b",
        "tdd_bug_<id>", "tdd_bug_<a>_<b>", "tdd_bug_${id}", "tdd_bug_12/3", "tdd_bug_12,13", "tdd_bug_five",
        "tdd_bug_5a", "tdd_bug_1000000000000000000", "tdd_issue_", "tdd_issue_0", "tdd_issue_x",
        "tdd_issue_12/3", "tdd_issue_\x1b[31m", "tdd_bug_" + "9" * 5000,
    ],
)  # fmt: skip
def test_only_plain_digits_are_a_number(text):
    """A number is ASCII digits without a leading zero, at most 18 of them, and nothing else."""
    assert TagKind.MALFORMED is read_tag(text).kind
    assert [problem.rule for problem in check_tags([text])] == ["T5"]


@pytest.mark.parametrize(
    "text",
    [
        "tdd", "TDD", "tdd_", "tdd-", "tdd_x", "Tdd_Bug", "TDD_BUG_5", "tdd_Bug_5", "tDd_bug", "tdd-bug",
        "tdd.bug.5", "tdd:bug:5", "tdd bug 5", "Tdd Bug 5", "tdd__bug_5", "tddbug", "tddbug5", "tddbug_5",
        "tdd_bug5", "tdd_bug-5", "tdd_bugs", "tdd_bugs_5", "tdd_bug.5", "tdd_issue5", "tdd_issues_5",
        "tdd_isue_6", "tdd_issu_6", "tdd_isseu_6", "td_bug_5", "tddd_bug_5", "ttd_bug_5", "tdb_bug_5",
        "dtd_bug_5", "dd_bug_5", "td_issue_5", "tdissue_5", "ttdd_bug", "tdd_bgu_5", "tdd_bg_5", "td_d_bug_5",
        "t_dd_bug_5", "tdd_expected_fial", "tdd_expected_failure", "tdd_expectedfail", "tdd_expect_fail",
        "tdd_expected", "tdd_expected-fail", "TDD_EXPECTED_FAIL", "tddexpectedfail", "td_expected_fail",
        "tddexpectfail", "tdd_exptected_fail", "tdd_fail", "tdd_xfail", "tdd_unit", "tdd_wip", "@tdd_bug",
        "@tdd_bug_5", "_tdd_bug_5", " tdd_bug_5", "tdd_bug ", "tdd_bug\n", "tdd_expected_fail ", "#tdd_bug",
        "t\u200bdd_bug_5", "tdd\u200b_unit", "t\u200bdd_unit", "\u200btdd_unit", "\uff54dd_bug_5",
        "\uff20tdd_unit", "tdd\u2010bug\u20105", "tdd_\u202ebug_5", "\x1btdd_bug", "tdd\xadbug_5", "tdd/bug",
        "tdd\uff3fbug\uff3f5",
    ],
)  # fmt: skip
def test_a_near_miss_is_never_passed_over(text):
    """Whatever starts with or nearly is a ``tdd_`` tag breaks rule T4, and the problem names that tag."""
    assert TagKind.NEAR_MISS is read_tag(text).kind
    assert [("T4", text)] == [(problem.rule, problem.tag) for problem in check_tags([text])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tdd_isue_6", "tdd_issue_6"),
        ("tdd-bug-5", "tdd_bug_5"),
        ("TDD_bug_5", "tdd_bug_5"),
        ("tddbug_5", "tdd_bug_5"),
        ("tdd_bug5", "tdd_bug_5"),
        ("tdd_bugs_12", "tdd_bug_12"),
        ("TDD-issue-007", "tdd_issue_7"),
        ("tdd_Bug", "tdd_bug"),
        ("tdd_issues", "tdd_issue"),
        ("tdd_Bug_0", "tdd_bug"),
        ("tdd_expected_fial", "tdd_expected_fail"),
        ("tdd_expected_failure", "tdd_expected_fail"),
        ("TDD_EXPECTED_FAIL", "tdd_expected_fail"),
        ("tdd_expected_fail_5", "tdd_expected_fail"),
        ("tdd bug 5", "tdd_bug_5"),
        ("tdd_bug_\uff15".replace("bug_", "Bug_"), "tdd_bug_5"),
        # no number that nobody wrote
        ("TDD_bug_1_2", "tdd_bug"),
        ("tddbug_5.0", "tdd_bug"),
        ("TDD_bug_" + "9" * 30, "tdd_bug"),
        # the first one that is right, where several stand together
        ("tdd_bug@tdd_bug_5", "tdd_bug"),
        ("x@tdd_bug_5", "tdd_bug_5"),
        ("@tdd_isue_6", "tdd_issue_6"),
        ("@@TDD_BUG", "tdd_bug"),
    ],
)
def test_the_suggestion_is_a_valid_tag_with_the_number_as_written(text, expected):
    """A near miss is answered with the nearest tag, and with its number only where one stands in it."""
    assert expected == suggest_tag(text)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["tdd_bug_5"], TagProblem("T1", "tdd_bug_5", "@tdd_bug_5 needs @tdd_bug")),
        (["tdd_issue"], TagProblem("T2", "tdd_issue", "@tdd_issue needs a number tag, such as @tdd_issue_991")),
        (
            [SWITCH],
            TagProblem("T3", SWITCH, "@tdd_expected_fail needs @tdd_bug and a number tag, such as @tdd_bug_991"),
        ),
        (
            ["tdd_isue_6"],
            TagProblem(
                "T4",
                "tdd_isue_6",
                "@tdd_isue_6 is no bugcapture tag: did you mean @tdd_issue_6? "
                "(if it is the project's own, list it in [tool.bugcapture] allow_tags)",
            ),
        ),
        (
            ["tdd_bug_007"],
            TagProblem(
                "T5",
                "tdd_bug_007",
                "@tdd_bug_007 has no valid number: @tdd_bug_<N> takes a positive integer "
                "without leading zeros, at most 18 digits",
            ),
        ),
        (
            ["tdd_bug", "tdd_bug_5", SWITCH, "autoretry"],
            TagProblem(
                "T6",
                "autoretry",
                "@tdd_expected_fail cannot be combined with @autoretry: "
                "a retried test has no single failure to expect",
            ),
        ),
        (
            ["tdd_bug", "tdd_bug_5", SWITCH, "xfail"],
            TagProblem(
                "T6",
                "xfail",
                "@tdd_expected_fail cannot be combined with @xfail: two mechanisms would judge one failure",
            ),
        ),
    ],
)
def test_a_problem_says_what_would_be_right(texts, expected):
    """The text of each rule, word for word."""
    assert (expected,) == check_tags(texts)


@pytest.mark.parametrize(
    ("require", "texts", "expected"),
    [
        (("bug",), f"{COMPLETE} {SWITCH}", []),
        (("issue",), f"{COMPLETE} {SWITCH}", [("T3", SWITCH)]),
        (("bug", "issue"), f"{COMPLETE} {SWITCH}", [("T3", SWITCH)]),
        (("bug", "issue"), f"tdd_issue tdd_issue_1 {SWITCH}", [("T3", SWITCH)]),
        (("bug", "issue"), f"{COMPLETE} tdd_issue tdd_issue_1 {SWITCH}", []),
        (("bug", "issue"), f"{COMPLETE} tdd_issue {SWITCH}", [("T2", "tdd_issue"), ("T3", SWITCH)]),
        (("bug", "issue"), SWITCH, [("T3", SWITCH)]),
        # asked for while the switch is on, never afterwards
        (("bug", "issue"), COMPLETE, []),
        (("issue",), "wip", []),
    ],
)
def test_require_asks_for_each_listed_family(require, texts, expected):
    """With ``require``, the switch needs each listed family, complete; without the switch nothing is asked."""
    assert expected == broken(texts, TagPolicy(require=require))


def test_require_names_the_missing_family():
    """The text of rule T3 names the family that is missing, and the setting that asks for it."""
    (problem,) = check_tags([*COMPLETE.split(), SWITCH], TagPolicy(require=("bug", "issue")))
    (bare,) = check_tags([SWITCH], TagPolicy(require=("issue",)))

    assert problem.message == (
        "@tdd_expected_fail needs @tdd_issue and a number tag too: [tool.bugcapture] require lists it"
    )
    assert bare.message == "@tdd_expected_fail needs @tdd_issue and a number tag, such as @tdd_issue_991"


@pytest.mark.parametrize("text", ["tdd_unit", "tdd", "TDD-style", "tdd_issue_tracker", "tdbug"])
def test_allow_tags_lets_a_project_keep_its_own(text):
    """A tag in ``allow_tags`` breaks neither T4 nor T5, alone and in a set; its neighbours still do."""
    policy = TagPolicy(allow_tags=frozenset({text}))

    assert check_tags([text], policy) == ()
    assert check_tags([text, *COMPLETE.split(), SWITCH], policy) == ()
    assert check_single_tag(text, policy) is None
    assert [problem.rule for problem in check_tags([text, text + "_tdd", "tdd_unitt"], policy)][:1] == ["T4"]


def test_allow_tags_is_exact():
    """``allow_tags`` allows what it lists, not what looks like it."""
    policy = TagPolicy(allow_tags=frozenset({"tdd_unit"}))

    assert broken("tdd_unit TDD_unit tdd_units", policy) == [("T4", "TDD_unit"), ("T4", "tdd_units")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("tdd_bug_x", "T5"), ("tdd_isue_6", "T4"), ("tdd_bug", None), ("tdd_bug_5", None), (SWITCH, None),
        ("wip", None), ("autoretry", None), ("xfail", None),
    ],
)  # fmt: skip
def test_one_tag_alone_can_only_be_misspelt(text, rule):
    """A single tag is checked for T4 and T5; what needs the other tags is not asked."""
    problem = check_single_tag(text)

    assert rule == (problem.rule if problem else None)


@pytest.mark.parametrize(
    ("texts", "ids", "expected_fail"),
    [
        ("", (), False),
        ("wip tdd_isue_6 tdd_bug_x tdd_bug_007", (), False),
        ("tdd_bug tdd_issue", (), False),
        ("tdd_bug_12 tdd_bug_5 tdd_issue_7 tdd_issue_5", (5, 7, 12), False),
        (f"tdd_bug_5 {SWITCH}", (5,), True),
        (SWITCH, (), True),
        ("TDD_EXPECTED_FAIL tdd_expected_fail_", (), False),
    ],
)
def test_reading_takes_valid_tags_only(texts, ids, expected_fail):
    """Bug numbers come ascending and once; a broken tag adds nothing."""
    tags = read_tags(texts.split())

    assert (ids, expected_fail) == (tags.ids, tags.expected_fail)
    assert tags.captured is bool(ids or expected_fail)


def test_a_long_hostile_tag_is_shown_short_and_printable():
    """A tag of any length and content is shown printable and cut, and kept whole in ``tag``."""
    text = "tdd_bug_\x1b[31m\u202e" + "x" * 10_000
    (problem,) = check_tags([text])

    assert text == problem.tag
    assert problem.message.isprintable()
    assert len(problem.message) < 200
