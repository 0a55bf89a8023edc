"""Tags that Behave's parser accepts and bugcapture must refuse, and the ways in which right tags are inherited."""

from __future__ import annotations

import pytest
from behave_project import FAILED, GREEN, INSTALL, BehaveProject, Run, captured, closing

SPY = """
note("environment")
def before_all(context):
    note("before_all")
def before_feature(context, feature):
    note("before_feature")
"""

BAD_TAGS = """\
Feature: Bad tags
  @tdd_bug_5
  Scenario: T1
    Then it passes

  @tdd_bug
  Scenario: T2
    Then it passes

  @tdd_expected_fail
  Scenario: T3
    Then it passes

  @tdd_bug @tdd_issue_3 @tdd_expected_fail
  Scenario: mixed family
    Then it passes

  @tdd_isue_6
  Scenario: T4
    Then it passes

  @tdd_bug @tdd_bug_x
  Scenario: T5 letters
    Then it passes

  @tdd_bug @tdd_bug_007
  Scenario: T5 zeros
    Then it passes
"""

REFUSED = [
    "bugcapture: 11 invalid tdd tag sets, nothing was run:",
    "  features/bad.feature:2: T1 @tdd_bug_5 needs @tdd_bug",
    "  features/bad.feature:6: T2 @tdd_bug needs a number tag, such as @tdd_bug_991",
    "  features/bad.feature:10: T3 @tdd_expected_fail needs @tdd_bug and a number tag, such as @tdd_bug_991",
    "  features/bad.feature:14: T1 @tdd_issue_3 needs @tdd_issue",
    "  features/bad.feature:14: T2 @tdd_bug needs a number tag, such as @tdd_bug_991",
    "  features/bad.feature:14: T3 @tdd_expected_fail needs @tdd_bug and a number tag, such as @tdd_bug_991",
    (
        "  features/bad.feature:18: T4 @tdd_isue_6 is no bugcapture tag: did you mean @tdd_issue_6? "
        "(if it is the project's own, list it in [tool.bugcapture] allow_tags)"
    ),
]


def assert_refused(run: Run, *problems: str) -> None:
    """Nothing was run, and each problem is told with its place; nothing else is."""
    assert run.code == 1
    assert run.hook_lines() in ([], ["environment"])
    assert list((run.folder / "evidence").glob("*")) == []
    assert run.suites == []
    assert run.counts == {}
    told = [line.strip() for line in run.lines[1:]]
    assert len(told) == len(problems), run.stderr
    for problem, line in zip(problems, told, strict=True):
        assert line.startswith(problem)
    assert run.lines[0].startswith("bugcapture: ")
    assert "nothing was run" in run.lines[0]
    assert "ConfigError: " + run.lines[0].removeprefix("bugcapture: ") in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "args",
    [(), ("--dry-run",), ("--tags", "not @tdd_expected_fail and not @tdd_bug"), ("-n", "other"), ("--wip",)],
    ids=["plain", "dry run", "tags", "name", "wip"],
)
def test_bad_tags_stop_the_run_before_it_starts(project: BehaveProject, args: tuple[str, ...]) -> None:
    """Row 18: all problems of all files at once with their lines; no hook runs, whatever is selected."""
    project.hooks(SPY)
    project.feature("Feature: Other\n  Scenario: other\n    Then it passes\n", "a_good")
    project.feature(BAD_TAGS, "bad")
    run = project.run(*args)
    assert run.code == 1
    assert run.hook_lines() == ["environment"]
    assert run.records == []
    assert run.suites == []
    assert run.lines[:8] == REFUSED[:8]
    told = [line.partition(" has no valid number")[0] for line in run.lines[8:]]
    assert told == [
        "  features/bad.feature:22: T2 @tdd_bug needs a number tag, such as @tdd_bug_991",
        "  features/bad.feature:22: T5 @tdd_bug_x",
        "  features/bad.feature:26: T2 @tdd_bug needs a number tag, such as @tdd_bug_991",
        "  features/bad.feature:26: T5 @tdd_bug_007",
    ]
    assert "ConfigError: " in run.stdout
    assert "scenario" not in run.stdout.partition("ConfigError")[0]


BAD_SETS = [
    ("@tdd_bug_5", ["T1"]),
    ("@tdd_issue", ["T2"]),
    ("@tdd_expected_fail", ["T3"]),
    ("@tdd_bug @tdd_issue_3 @tdd_expected_fail", ["T1", "T2", "T3"]),
    ("@tdd_isue_6", ["T4"]),
    ("@TDD_bug_5", ["T4"]),
    ("@tdd-bug-5", ["T4"]),
    ("@tddbug_5", ["T4"]),
    ("@tdd_expected_fails @tdd_bug @tdd_bug_1", ["T4"]),
    ("@tdd_unit", ["T4"]),
    ("@tdd_bug @tdd_bug_x @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_007 @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_0 @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_ @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_-1 @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_12/3 @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_\u0661 @tdd_bug_1", ["T5"]),
    ("@tdd_bug @tdd_bug_1 @tdd_expected_fail @flaky", ["T6"]),
    ("@tdd_bug @tdd_bug_1 @tdd_expected_fail @xfail", ["T6"]),
]


def test_each_bad_tag_set_is_refused_for_itself(project: BehaveProject) -> None:
    """Row 18: each broken rule is told by its own code, at the file and the line of the tag."""
    project.hooks(SPY)
    for number, (tags, _) in enumerate(BAD_SETS):
        text = f"Feature: F\n\n  @plain\n  {tags}\n  Scenario: case\n    Then it passes\n"
        project.feature(text, f"n{number:02}")
    told = [
        f"features/n{number:02}.feature:4: {rule} " for number, (_, rules) in enumerate(BAD_SETS) for rule in rules
    ]
    assert_refused(project.run(), *told)


@pytest.mark.parametrize("tags", ["@tdd_bug_5", "@tdd_isue_6", "@tdd_bug @tdd_bug_007 @tdd_bug_1"])
def test_one_bad_tag_set_is_enough(project: BehaveProject, tags: str) -> None:
    """Row 18: a single problem stops the run."""
    project.hooks(SPY)
    project.feature(f"Feature: F\n  {tags}\n  Scenario: case\n    Then it passes\n")
    assert_refused(project.run(), "features/a.feature:2: T")


@pytest.mark.parametrize(
    "text",
    [
        "@tdd_bug_5\nFeature: F\n  Scenario: a\n    Then it passes\n",
        "@tdd_bug_5\nFeature: without scenarios\n",
        "Feature: F\n  @tdd_bug_5\n  Rule: R\n    Scenario: a\n      Then it passes\n",
        "Feature: F\n  @tdd_bug_5\n  Rule: without scenarios\n",
        (
            'Feature: F\n  @tdd_bug_5\n  Scenario Outline: o\n    Then it asserts "<a>"\n\n'
            "    Examples: none\n      | a |\n"
        ),
        "Feature: F\n  @tdd_bug_5\n  Scenario Outline: o\n    Then it passes\n",
        (
            'Feature: F\n  Scenario Outline: o\n    Then it asserts "<a>"\n\n    @tdd_bug_5\n'
            "    Examples: E\n      | a |\n      | 1 |\n"
        ),
        (
            'Feature: F\n  Scenario Outline: o\n    Then it asserts "<a>"\n\n    @tdd_bug_5\n'
            "    Examples: E\n      | a |\n"
        ),
    ],
    ids=[
        "feature",
        "empty feature",
        "rule",
        "empty rule",
        "empty table",
        "no table",
        "examples",
        "empty examples",
    ],
)
def test_bad_tag_is_found_wherever_it_stands(project: BehaveProject, text: str) -> None:
    """Row 18: on a feature, a rule, an outline or its examples, with or without a test below it."""
    project.hooks(SPY)
    project.feature(text)
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if "@tdd_bug_5" in line)
    assert_refused(project.run(), f"features/a.feature:{line}: T1 @tdd_bug_5 needs @tdd_bug")


def test_problem_of_an_inherited_tag_is_told_once(project: BehaveProject) -> None:
    """A bad tag of a feature is told at its own line, with the tests that it harms."""
    project.feature(
        "@tdd_bug_x\nFeature: F\n" + "".join(f"  Scenario: {n}\n    Then it passes\n" for n in range(3))
    )
    run = project.run()
    assert run.code == 1
    (line,) = run.lines[1:]
    assert line.startswith("  features/a.feature:1: T5 @tdd_bug_x")
    assert line.endswith("(in 3 scenarios, first at line 3)")


@pytest.mark.parametrize("plan", ["f", "p", "pf"], ids=["fails", "passes", "is flaky"])
def test_switch_and_retry_tag_are_refused(project: BehaveProject, plan: str) -> None:
    """Row 15: a retried test has no single failure to expect; both tags are named."""
    project.hooks(SPY)
    tags = ["@autoretry", "@autoretry(3)", "@flaky"]
    for number, tag in enumerate(tags):
        project.feature(
            "Feature: F\n" + captured(1, "case", f"Then it follows the plan {plan}", tags=tag), f"n{number}"
        )
    told = "features/n{}.feature:2: T6 @tdd_expected_fail cannot be combined with {}: a retried"
    assert_refused(project.run(), *[told.format(number, tag) for number, tag in enumerate(tags)])


def test_retry_tag_without_the_switch_is_the_projects_own_affair(project: BehaveProject) -> None:
    """Row 15: a guarded bug may be retried."""
    project.feature("Feature: F\n  @tdd_bug @tdd_bug_1 @autoretry\n  Scenario: a\n    Then it passes\n")
    assert project.run().code == 0


def test_problems_are_told_in_the_order_of_their_lines(project: BehaveProject) -> None:
    """A tag of the feature that only its second test makes wrong comes before a tag of the first."""
    project.feature(
        """
        @tdd_bug
        Feature: F
          @tdd_bug_1 @tdd_unit
          Scenario: has a number and a tag of its own
            Then it passes

          Scenario: has no number
            Then it passes
        """
    )
    assert_refused(project.run(), "features/a.feature:1: T2 ", "features/a.feature:3: T4 ")


RETRY = """
from behave.contrib.scenario_autoretry import patch_scenario_with_autoretry
def before_feature(context, feature):
    for scenario in feature.walk_scenarios():
        patch_scenario_with_autoretry(scenario, max_attempts=3)
"""


@pytest.mark.parametrize(
    ("plan", "verdicts"),
    [
        ("fpp", ["expected_failure"]),
        ("pfp", ["unexpected_pass", "wrong_failure", "unexpected_pass"]),
        ("pff", ["unexpected_pass", "wrong_failure", "wrong_failure"]),
        ("eff", ["wrong_failure", "wrong_failure", "wrong_failure"]),
        ("ppf", ["unexpected_pass", "unexpected_pass", "wrong_failure"]),
        ("pss", ["unexpected_pass", "wrong_failure", "wrong_failure"]),
        ("ess", ["wrong_failure", "wrong_failure", "wrong_failure"]),
    ],
)
def test_retry_by_a_hook_stays_red(project: BehaveProject, plan: str, verdicts: list[str]) -> None:
    """Row 15: where no tag betrays the retry, a red attempt is not turned green by a later one."""
    project.hooks(RETRY)
    project.feature("Feature: F\n" + captured(1, "case", f"Then it follows the plan {plan}"))
    run = project.run()
    assert [record["verdict"] for record in run.records] == verdicts
    assert [record["attempt"] for record in run.records] == list(range(1, len(verdicts) + 1))
    if verdicts == ["expected_failure"]:
        assert run.code == 0
        assert run.cells("case") == GREEN
        assert run.closing == closing("1 expected failure (#1)")
        return
    assert run.code == 1
    assert run.cells("case") == FAILED
    last = {"unexpected_pass": closing(fixed="1 (#1)"), "wrong_failure": closing(wrong="1 (#1)")}
    assert run.closing == last[verdicts[-1]]
    assert run.stderr.count("bugcapture: ") == 2
    if verdicts[0] == "unexpected_pass":
        sticky = next(record for record in run.records if record["verdict"] == "wrong_failure")
        assert "retried: an earlier attempt was unexpected_pass" in sticky["reason"]


TWICE = """
def before_feature(context, feature):
    for scenario in feature.walk_scenarios():
        run = scenario.run
        scenario.run = lambda runner, run=run: run(runner) | run(runner)
"""


@pytest.mark.parametrize(
    ("plan", "verdicts"),
    [
        ("ff", ["expected_failure", "expected_failure"]),
        ("fp", ["expected_failure", "unexpected_pass"]),
        ("pf", ["unexpected_pass", "wrong_failure"]),
    ],
)
def test_repeated_test_is_green_when_every_attempt_is(
    project: BehaveProject, plan: str, verdicts: list[str]
) -> None:
    """Row 15: a hook that runs every test twice gets one verdict for both."""
    project.hooks(TWICE)
    project.feature("Feature: F\n" + captured(1, "case", f"Then it follows the plan {plan}"))
    run = project.run()
    assert [record["verdict"] for record in run.records] == verdicts
    assert run.code == (plan != "ff")
    assert run.cells("case") == (GREEN if plan == "ff" else FAILED)


def test_retry_of_a_guarded_bug_is_judged_by_its_last_attempt(project: BehaveProject) -> None:
    """Row 15: without the switch the retry is Behave's own business; every attempt is on record."""
    project.hooks(RETRY)
    project.feature("Feature: F\n  @tdd_bug @tdd_bug_1\n  Scenario: case\n    Then it follows the plan fp\n")
    run = project.run()
    assert run.code == 0
    assert [record["verdict"] for record in run.records] == ["regressed", "passed"]
    assert run.cells("case") == GREEN
    assert run.stderr == closing() + "\n"


def test_retry_of_a_guarded_bug_may_end_in_a_skip(project: BehaveProject) -> None:
    """Row 15: without the switch a skip at the second attempt is Behave's own business too."""
    project.hooks(RETRY)
    project.feature("Feature: F\n  @tdd_bug @tdd_bug_1\n  Scenario: case\n    Then it follows the plan fs\n")
    run = project.run()
    assert run.code == 0
    assert run.stderr == "LOG_WARNING:behave: SKIP Scenario case: attempt 2\n" + closing() + ", 1 not run\n"


def test_rows_of_an_outline_are_judged_one_by_one(project: BehaveProject) -> None:
    """Row 16: numbers from a column, and the switch on one table of two."""
    project.feature(
        """
        Feature: F
          @tdd_issue @tdd_issue_<id>
          Scenario Outline: row <id>
            Then it follows the plan <plan>

            @tdd_expected_fail
            Examples: open
              | id | plan |
              | 1  | f    |
              | 2  | ff   |

            Examples: fixed
              | id | plan |
              | 3  | p    |
        """
    )
    run = project.run()
    assert run.code == 0
    names = ["row 1 -- @1.1 open", "row 2 -- @1.2 open", "row 3 -- @2.1 fixed"]
    assert [run.cells(name) for name in names] == [GREEN] * 3
    assert run.verdicts == dict(zip(names, ["expected_failure", "expected_failure", "passed"], strict=True))
    assert [record["ids"] for record in run.records] == [[1], [2], [3]]
    assert [record["location"] for record in run.records] == [f"features/a.feature:{line}" for line in (9, 10, 14)]
    assert run.closing == closing("2 expected failures (#1, #2)")


def test_rows_of_an_outline_fail_one_by_one(project: BehaveProject) -> None:
    """Row 16: a row that passes is red alone, and points to the switch of its own table."""
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_1
          Scenario Outline: row <plan>
            Then it follows the plan <plan>

            @tdd_expected_fail
            Examples: one
              | plan |
              | f    |

            @other
            @tdd_expected_fail
            Examples: two
              | plan |
              | p    |
              | e    |
        """
    )
    run = project.run()
    assert run.code == 1
    assert list(run.verdicts.values()) == ["expected_failure", "unexpected_pass", "wrong_failure"]
    assert run.lines[0] == (
        'bugcapture: features/a.feature:15: bug 1 looks fixed: "row p -- @2.1 two" '
        "passed although it carries @tdd_expected_fail (features/a.feature:12)"
    )
    assert run.closing == closing("1 expected failure (#1)", "1 (#1)", "1 (#1)")


def test_tables_with_the_same_cells_are_told_apart(project: BehaveProject) -> None:
    """Row 16: the switch belongs to its own table, also where another table has the very same row."""
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_1
          Scenario Outline: row
            Then it follows the plan <plan>

            Examples: guarded
              | plan |
              | p    |

            @tdd_expected_fail
            Examples: captured
              | plan |
              | p    |
        """
    )
    run = project.run()
    assert run.code == 1
    assert list(run.verdicts.values()) == ["passed", "unexpected_pass"]
    assert "@tdd_expected_fail (features/a.feature:10)" in run.lines[0]


def test_a_row_whose_table_is_gone_belongs_to_its_outline(project: BehaveProject) -> None:
    """Row 16: hooks may rebuild the tables of a run; the rows that Behave has made before are run all the same."""
    project.hooks(
        """
        def before_feature(context, feature):
            for outline in feature.run_items:
                for examples in outline.examples:
                    examples.table.rows.clear()
        """
    )
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_<plan> @tdd_expected_fail
          Scenario Outline: row
            Then it asserts "<plan>"

            Examples: E
              | plan |
              | 7    |
              | 8    |
        """
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert [(record["ids"], record["verdict"]) for record in run.records] == [
        ([7], "expected_failure"),
        ([8], "expected_failure"),
    ]


def test_family_and_number_may_meet_at_an_empty_table(project: BehaveProject) -> None:
    """Row 16: a table that has no rows yet is complete with the tags of its outline."""
    project.feature(
        """
        Feature: F
          @tdd_bug
          Scenario Outline: row
            Then it follows the plan <plan>

            @tdd_bug_1
            Examples: none yet
              | plan |
        """
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert run.stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        '@tdd_issue\nFeature: F\n  @tdd_issue_3 @tdd_expected_fail\n  Scenario: a\n    Then it asserts "x"\n',
        (
            "@tdd_issue\nFeature: F\n  @tdd_issue_3\n  Rule: R\n    @tdd_expected_fail\n"
            '    Scenario: a\n      Then it asserts "x"\n'
        ),
        '@tdd_issue @tdd_issue_3 @tdd_expected_fail\nFeature: F\n  Scenario: a\n    Then it asserts "x"\n',
        (
            "Feature: F\n  @tdd_issue @tdd_issue_3 @tdd_expected_fail\n  Rule: R\n    Scenario: a\n"
            '      Then it asserts "x"\n'
        ),
        (
            "@tdd_expected_fail\nFeature: F\n  @tdd_issue\n  Rule: R\n    @tdd_issue_3\n"
            '    Scenario Outline: a\n      Then it asserts "<x>"\n      Examples:\n        | x |\n        | 1 |\n'
        ),
    ],
)
def test_tags_are_inherited(project: BehaveProject, text: str) -> None:
    """Row 17: family, number and switch may stand on any level above the test."""
    project.feature(text)
    run = project.run()
    assert run.code == 0, run.stderr
    assert run.record["ids"] == [3]
    assert run.record["verdict"] == "expected_failure"


OUTLINE = """\
Feature: F
  @tdd_bug @tdd_bug_1
  @TAG
  Scenario Outline: o
    Then it follows the plan <a>

    Examples: E
      | a    |
      | CELL |
"""


@pytest.mark.parametrize(
    ("tag", "cell", "told"),
    [
        ("tdd_bug_12/3", "1", "T5 @tdd_bug_12/3 has no valid number"),
        ("tdd_bug_<nocol>", "1", "T5 @tdd_bug_<nocol> has a placeholder that no column fills"),
        ("tdd_bug_<a>", "12/3", "T5 @tdd_bug_<a> becomes @tdd_bug_12/3"),
        ("tdd_bug_<a>", "1 2", "T5 @tdd_bug_<a> becomes @tdd_bug_1 2"),
        ("tdd_bug_<a>", "007", "T5 @tdd_bug_007 has no valid number"),
        ("tdd_bug_<a>", "", "T5 @tdd_bug_ has no valid number"),
        ("<a>", "tdd_expected/_fail", "T5 @<a> becomes @tdd_expected/_fail"),
        ("<nocol>_tdd_bug_3", "1", ""),
        ("tdd_<a>", "bog_5", "T4 @tdd_bog_5 is no bugcapture tag"),
        ("tdd_bug_<9", "1", "T5 @tdd_bug_<9 becomes @tdd_bug_<9, which is no safe tag"),
        ("tdd_bug_<a>", "9>", "T5 @tdd_bug_<a> becomes @tdd_bug_9>, which is no safe tag"),
        ("t>dd", "1", "T5 @t>dd becomes @t>dd, which is no safe tag"),
    ],
)
def test_unsafe_outline_tags_are_refused(project: BehaveProject, tag: str, cell: str, told: str) -> None:
    """Row 19: Behave would delete characters from such a tag, or drop it; the line of the template is told."""
    project.hooks(SPY)
    project.feature(OUTLINE.replace("TAG", tag).replace("CELL", cell))
    run = project.run()
    if told:
        assert_refused(run, f"features/a.feature:3: {told}")
        assert "<" not in tag or "row at line 9)" in run.lines[1]
    else:
        assert run.records != []


def test_bad_tag_that_stands_in_a_cell_alone_is_refused(project: BehaveProject) -> None:
    """Row 19: a tag of ours can come from a cell where nothing in the outline looks like it."""
    project.feature(
        "Feature: F\n  @<tag>\n  Scenario Outline: o\n    Then it passes\n\n"
        "    Examples: E\n      | tag       |\n      | tdd_bug_5 |\n"
    )
    assert_refused(
        project.run(), "features/a.feature:2: T1 @tdd_bug_5 needs @tdd_bug (from @<tag>, row at line 8)"
    )


def test_bad_tag_above_an_outline_is_refused(project: BehaveProject) -> None:
    """Row 18: rows inherit from the feature, also where the outline has no tag of its own."""
    project.feature(
        '@tdd_bug_5\nFeature: F\n  Scenario Outline: o\n    Then it asserts "<a>"\n\n'
        "    Examples: E\n      | a |\n      | 1 |\n"
    )
    assert_refused(project.run(), "features/a.feature:1: T1 @tdd_bug_5 needs @tdd_bug (in the scenario at line 8)")


def test_examples_without_a_table_do_not_hurt_the_others(project: BehaveProject) -> None:
    """Row 16: a heading that still waits for its table is passed over."""
    project.feature(
        "Feature: F\n  @tdd_bug @tdd_bug_1 @tdd_expected_fail\n  Scenario Outline: o\n"
        '    Fails at: Then it asserts "<a>"\n    Then it asserts "<a>"\n\n'
        "    Examples: not yet\n\n    Examples: E\n      | a |\n      | 1 |\n"
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert run.record["verdict"] == "expected_failure"


def test_outline_cell_may_hold_the_whole_tag(project: BehaveProject) -> None:
    """Row 19: what Behave keeps as it is, is no problem."""
    project.feature(
        OUTLINE.replace("TAG", "<tag>")
        .replace("| a    |", "| a | tag |")
        .replace("| CELL |", "| f | tdd_expected_fail |")
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert run.record["verdict"] == "expected_failure"


def test_required_families_are_asked_for(project: BehaveProject) -> None:
    """``require`` asks for each listed family on every test with the switch, and only there."""
    project.write("pyproject.toml", '[tool.bugcapture]\nrequire = ["bug", "issue"]\n')
    project.hooks(SPY)
    project.feature(
        "Feature: F\n"
        + captured(1, "complete", 'Then it asserts "x"', tags="@tdd_issue @tdd_issue_2")
        + "  @tdd_bug @tdd_bug_3\n  Scenario: guarded\n    Then it passes\n",
        "good",
    )
    run = project.run()
    assert run.code == 0
    assert [record["ids"] for record in run.records] == [[1, 2], [3]]
    project.feature("Feature: F\n" + captured(1, "case", 'Then it asserts "x"'))
    assert_refused(
        project.run(),
        "features/a.feature:2: T3 @tdd_expected_fail needs @tdd_issue and a number tag too: "
        "[tool.bugcapture] require lists it",
    )


def test_allowed_tags_are_the_projects_own(project: BehaveProject) -> None:
    """``allow_tags`` lets a near miss through; the rest is still checked."""
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit", "tdd-bugs"]\n')
    project.feature("@tdd_unit @tdd-bugs\nFeature: F\n" + captured(1, "case", 'Then it asserts "x"'))
    assert project.run().code == 0
    project.feature('@tdd_unit\nFeature: F\n  Scenario: a\n    Then it asserts "own"\n')
    run = project.run()
    assert run.code == 1
    assert (run.stderr, run.records) == ("", [])
    project.feature("@tdd_unit @tdd_units\nFeature: F\n  Scenario: a\n    Then it passes\n")
    assert_refused(project.run(), "features/a.feature:1: T4 @tdd_units is no bugcapture tag")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.bugcapture]\nrequire = []\nrequired = 1\n", ":3: [tool.bugcapture] has an unknown key: required"),
        ('[tool.bugcapture]\nrequire = ["bgu"]\n', ":2: [tool.bugcapture] "),
        ('[tool.bugcapture]\nallow_tags = "tdd_unit"\n', ":2: [tool.bugcapture] "),
        ('[tool.bugcapture]\nallow_tags = ["tdd_bug"]\n', ":2: [tool.bugcapture] allow_tags cannot hold tdd_bug"),
        ("[tool.bugcapture\n", ": is no valid TOML"),
    ],
)
def test_bad_configuration_stops_the_run(project: BehaveProject, text: str, told: str) -> None:
    """A setting that is unknown or of the wrong type stops the run, with its place."""
    project.hooks(SPY)
    file = project.write("pyproject.toml", text)
    project.feature("Feature: F\n" + captured(1, "case", 'Then it asserts "x"'))
    run = project.run(reports="valid TOML" not in told)
    assert run.code == 1
    assert run.hook_lines() in ([], ["environment"])
    assert run.records == []
    if run.lines and "valid TOML" not in told:
        assert run.lines[0].startswith(f"bugcapture: {file}{told}")


def test_bad_configuration_of_a_parent_folder_is_told(project: BehaveProject) -> None:
    """The nearest pyproject.toml with the table counts, up to the root of the repository."""
    project.write("pyproject.toml", '[tool.bugcapture]\nrequire = ["issue"]\n')
    project.write("sub/environment.py", INSTALL)
    project.write("sub/a.feature", "Feature: F\n" + captured(1, "case", 'Then it asserts "x"'))
    (project.folder / "sub/steps").mkdir()
    (project.folder / "features/steps/common.py").rename(project.folder / "sub/steps/common.py")
    run = project.run(folder="sub")
    assert run.code == 1
    assert "T3 @tdd_expected_fail needs @tdd_issue" in run.stderr
