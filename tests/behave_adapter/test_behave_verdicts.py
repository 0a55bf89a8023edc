"""What becomes of a captured scenario: exit code, every report, standard error and evidence, case by case."""

from __future__ import annotations

import pytest
from behave_project import (
    CLEANUP_ERROR,
    ERROR,
    FAILED,
    GREEN,
    HOOK_ERROR,
    INSTALL,
    BehaveProject,
    Cells,
    Run,
    captured,
    closing,
)

ONE_WRONG = closing(wrong="1 (#4)")


def run_one(
    project: BehaveProject, *steps: str, tags: str = "", head: str = "Feature: F", description: str = ""
) -> Run:
    """Run one captured scenario, ``case`` of bug 4, alone."""
    project.feature(f"{head}\n{captured(4, 'case', *steps, tags=tags, description=description)}")
    return project.run()


def assert_wrong(run: Run, reason: str, cells: Cells = FAILED) -> None:
    """The run is red for a wrong failure of the only scenario, everywhere."""
    assert run.code == 1
    assert run.cells("case") == cells
    assert run.record["verdict"] == "wrong_failure"
    assert reason in run.record["reason"]
    assert ': wrong failure: "case" (#4) did not fail for its bug: ' + run.record["reason"] in run.lines[0]
    assert run.closing == ONE_WRONG
    assert run.stderr.count("bugcapture:") == 2


def test_expected_failure_is_green_in_every_report(project: BehaveProject) -> None:
    """Row 1: an assertion in Then makes the run green; the step and its message stay as they were."""
    run = run_one(project, "Given it passes", 'Then it asserts "2 engines"')
    assert run.code == 0
    assert run.counts == {
        "feature": {"passed": 1},
        "scenario": {"passed": 1},
        "step": {"passed": 1, "failed": 1},
    }
    assert run.cells("case") == GREEN
    assert run.suite_counts() == {"tests": 1, "errors": 0, "failures": 0, "skipped": 0}
    assert run.features[0]["status"] == "passed"
    step = run.scenario("case")["steps"][1]["result"]
    assert (step["status"], step["error_message"]) == ("failed", "ASSERT FAILED: 2 engines")
    assert not (project.folder / "rerun.txt").exists()
    assert run.stderr == closing("1 expected failure (#4)") + "\n"
    record = run.record
    assert record["verdict"] == "expected_failure"
    assert record["raw_status"] == "failed"
    assert record["exc_type"] == "AssertionError"
    assert record["message"] == "2 engines"
    assert record["step"] == 'Then it asserts "2 engines"'
    assert record["step_location"] == "features/a.feature:5"


def test_the_assert_statement_itself_is_an_expected_failure(project: BehaveProject) -> None:
    """Row 1: a plain assert, in And after Then, with a message of its own."""
    run = run_one(project, "Then it passes", "And it uses the assert statement")
    assert run.code == 0
    assert run.record["verdict"] == "expected_failure"
    assert run.record["message"] == "the lists differ"
    assert run.record["step"] == "And it uses the assert statement"


def test_pass_is_red_in_every_report(project: BehaveProject) -> None:
    """Row 2: a capture that passes fails the run and says which command to run, and where the tag stands."""
    run = run_one(project, "Given it passes", "Then it passes")
    assert run.code == 1
    assert run.counts == {"feature": {"failed": 1}, "scenario": {"failed": 1}, "step": {"passed": 2}}
    assert run.cells("case") == FAILED
    assert run.suite_counts() == {"tests": 1, "errors": 0, "failures": 1, "skipped": 0}
    failure = run.case("case").find("failure")
    assert failure.attrib["type"] == "UnexpectedPass"
    assert failure.attrib["message"] == (
        "features/a.feature:2: bug 4 looks fixed: run `bugcapture graduate 4` "
        "to remove the @tdd_expected_fail tag (keep the other tags)"
    )
    assert run.features[0]["status"] == "failed"
    assert [step["result"]["status"] for step in run.scenario("case")["steps"]] == ["passed", "passed"]
    assert run.rerun == ["features/a.feature:3"]
    assert run.lines == [
        (
            "bugcapture: features/a.feature:3: bug 4 looks fixed: "
            '"case" passed although it carries @tdd_expected_fail (features/a.feature:2)'
        ),
        (
            "  run `bugcapture graduate 4`: it removes that one tag; the number tags stay, "
            "the test is the regression test from now on"
        ),
        closing(fixed="1 (#4)"),
    ]
    assert run.record["verdict"] == "unexpected_pass"
    assert run.record["raw_status"] == "passed"
    assert run.record["exc_type"] == run.record["message"] == run.record["step"] == ""


def test_pass_of_several_bugs_names_them_all(project: BehaveProject) -> None:
    """Row 2: one test of two bugs names both in the command, and points to the line of the switch."""
    project.feature(
        """
        @tdd_expected_fail
        Feature: F

          @tdd_bug @tdd_issue
          @tdd_bug_12 @tdd_issue_7
          Scenario: case
            Then it passes
        """
    )
    run = project.run()
    assert run.code == 1
    assert run.lines[0] == (
        "bugcapture: features/a.feature:6: bugs 7 and 12 look fixed: "
        '"case" passed although it carries @tdd_expected_fail (features/a.feature:1)'
    )
    assert "run `bugcapture graduate 7 12`" in run.lines[1]
    assert (
        run.case("case").find("failure").attrib["message"].startswith("features/a.feature:1: bugs 7 and 12 look")
    )
    assert run.record["ids"] == [7, 12]


def test_scenario_without_steps_passes_unexpectedly(project: BehaveProject) -> None:
    """Row 3: a captured scenario without steps proves nothing and fails the run."""
    run = run_one(project)
    assert run.code == 1
    assert run.cells("case") == FAILED
    assert run.case("case").find("failure").attrib["type"] == "UnexpectedPass"
    assert run.record["verdict"] == "unexpected_pass"
    assert run.closing == closing(fixed="1 (#4)")


@pytest.mark.parametrize(
    ("steps", "reason", "place"),
    [
        (['Given it asserts "no"', "Then it passes"], "given step failed", 'Given it asserts "no"'),
        (["Given it passes", 'And it asserts "no"', "Then it passes"], "given step failed", 'And it asserts "no"'),
        (["Given it passes", 'But it asserts "no"'], "given step failed", 'But it asserts "no"'),
        (["Given it passes", '* it asserts "no"'], "given step failed", '* it asserts "no"'),
        (['When it asserts "no"', "Then it passes"], "when step failed", 'When it asserts "no"'),
        (["When it passes", 'And it asserts "no"'], "when step failed", 'And it asserts "no"'),
    ],
)
def test_assertion_outside_then_is_wrong(
    project: BehaveProject, steps: list[str], reason: str, place: str
) -> None:
    """Row 4: only the verification counts; Given and When, and what follows them with And, do not."""
    run = run_one(project, *steps)
    assert_wrong(run, reason)
    assert run.record["step"] == place
    assert run.lines[1] == "  expected: an assertion in a Then step"
    assert run.lines[2].startswith(f"  got:      AssertionError: no at {place} (features/a.feature:")


@pytest.mark.parametrize("owner", ["feature", "rule"])
def test_assertion_in_background_is_wrong(project: BehaveProject, owner: str) -> None:
    """Row 5: a Background is set-up, whatever its steps are called."""
    rule = "  Rule: R\n" if owner == "rule" else ""
    background = '  Background:\n    Given it passes\n    Then it asserts "no"\n'
    project.feature("Feature: F\n" + rule + background + captured(4, "case", 'Then it asserts "the bug"'))
    run = project.run()
    assert_wrong(run, "given step failed")
    assert run.record["message"] == "no"


def test_background_of_the_feature_counts_inside_a_rule(project: BehaveProject) -> None:
    """Row 5: a rule's scenarios inherit the Background of the feature."""
    project.feature(
        'Feature: F\n  Background:\n    Then it asserts "no"\n  Rule: R\n'
        + captured(4, "case", 'Then it asserts "x"')
    )
    assert_wrong(project.run(), "given step failed")


def test_error_in_then_is_wrong(project: BehaveProject) -> None:
    """Row 6: an error that is no assertion is wrong, and the line that would declare it is printed."""
    run = run_one(project, 'Then it raises RuntimeError "engine is gone"')
    assert_wrong(run, "RuntimeError is not an assertion", ERROR)
    assert run.suite_counts() == {"tests": 1, "errors": 1, "failures": 0, "skipped": 0}
    assert run.case("case").find("error").attrib["type"] == "RuntimeError"
    assert run.case("case").find("error").attrib["message"] == "engine is gone"
    assert run.record["raw_status"] == "error"
    assert run.record["exc_type"] == "RuntimeError"
    assert run.lines == [
        (
            'bugcapture: features/a.feature:3: wrong failure: "case" (#4) did not fail for its bug: '
            "RuntimeError is not an assertion"
        ),
        "  expected: an assertion in a Then step",
        (
            '  got:      RuntimeError: engine is gone at Then it raises RuntimeError "engine is gone" '
            "(features/a.feature:4)"
        ),
        "  if this is how the bug shows itself, declare it in the scenario's description:",
        "    Fails with: RuntimeError: engine is gone",
        ONE_WRONG,
    ]


@pytest.mark.parametrize(
    ("steps", "cells"),
    [
        (["Then nobody wrote this step"], ERROR),
        (['Then it asserts "the bug"', "And nobody wrote this step"], FAILED),
    ],
    ids=["alone", "after the failing step"],
)
def test_undefined_step_is_wrong(project: BehaveProject, steps: list[str], cells: Cells) -> None:
    """Row 7: an undefined step is never the bug, also behind the failing one."""
    run = run_one(project, *steps)
    assert_wrong(run, f"the step is undefined: {steps[-1]}", cells)
    assert (run.record["exc_type"], run.record["message"]) == ("", "")
    assert run.lines[2] == f"  got:      undefined at {steps[-1]} (features/a.feature:{3 + len(steps)})"
    assert "Fails with:" not in run.stderr


@pytest.mark.parametrize("tags", ["", "@wip"])
def test_pending_step_is_wrong(project: BehaveProject, tags: str) -> None:
    """Row 8: a pending step is never the bug; with @wip Behave counts it as passed, and we do not."""
    run = run_one(project, "Then it is pending", tags=tags)
    assert_wrong(run, "the step is pending", FAILED if tags else ERROR)
    assert run.record["raw_status"] == ("passed" if tags else "error")
    if tags:
        assert run.case("case").find("failure").attrib["type"] == "WrongFailure"
        assert "the step is pending" in run.case("case").find("failure").attrib["message"]


@pytest.mark.parametrize("tags", ["", "@wip"])
def test_pending_step_in_given_is_wrong(project: BehaveProject, tags: str) -> None:
    """Row 8: the same in Given, followed by the genuine failure where @wip lets the scenario go on."""
    run = run_one(project, "Given it is pending", 'Then it asserts "the bug"', tags=tags)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert "the step is pending" in run.record["reason"]


def test_nested_steps_that_assert_are_genuine(project: BehaveProject) -> None:
    """Row 9: an assertion in a nested step is an assertion of the step, at any depth."""
    project.feature(
        "Feature: F\n"
        + captured(1, "one level", 'Then it runs the step: Then it asserts "the bug"')
        + captured(2, "two levels", 'Then it runs the step: Then it runs the step: Then it asserts "the bug"')
        + captured(3, "caught", 'Then it runs a step and goes on: Then it raises KeyError "x"')
    )
    run = project.run()
    assert run.code == 0
    assert set(run.verdicts.values()) == {"expected_failure"}
    assert run.closing == closing("3 expected failures (#1, #2, #3)")


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ('Then it runs the step: Then it raises RuntimeError "no"', "RuntimeError is not an assertion"),
        ("Then it runs the step: Then nobody wrote this step", "the step is undefined"),
        ("Then it runs the step: Then it is pending", "the step is pending"),
        (
            'Then it runs the step: Then it runs the step: Then it raises RuntimeError "no"',
            "RuntimeError is not an assertion",
        ),
        ("Then it runs the step: Then it takes too long", "a timeout is never the expected failure"),
        ("Then it runs steps that cannot be parsed", "ParserError is not an assertion"),
    ],
)
def test_nested_step_that_does_not_assert_is_wrong(project: BehaveProject, step: str, reason: str) -> None:
    """Row 9: Behave turns any failure of a nested step into an assertion; the real one is judged."""
    run = run_one(project, step)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert reason in run.record["reason"]
    assert run.closing == ONE_WRONG


@pytest.mark.parametrize(
    ("hook", "cells"),
    [
        ("before_scenario(context, scenario)", HOOK_ERROR),
        ("after_scenario(context, scenario)", HOOK_ERROR),
        ("before_tag(context, tag)", HOOK_ERROR),
        ("after_tag(context, tag)", HOOK_ERROR),
        ("before_step(context, step)", HOOK_ERROR),
        ("after_step(context, step)", HOOK_ERROR),
    ],
)
@pytest.mark.parametrize("error", ["RuntimeError", "AssertionError"])
def test_hook_that_raises_is_wrong(project: BehaveProject, hook: str, cells: Cells, error: str) -> None:
    """Row 10: a hook that fails around a genuine failure spoils it, also with an assertion."""
    project.hooks(f"def {hook}:\n    raise {error}('in the hook')\n")
    run = run_one(project, 'Then it asserts "the bug"')
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert ("a hook of the step 'it asserts" if "step" in hook else "a hook of the scenario (") in run.record[
        "reason"
    ]
    assert run.record["reason"].endswith("failed")
    assert run.closing == ONE_WRONG
    status = run.scenario("case")["status"]
    assert status in {"hook_error", "error"}
    if "step" not in hook:
        assert run.cells("case") == cells
        assert f"{error}: in the hook" in run.record["reason"]
    assert run.rerun == ["features/a.feature:3"]
    assert "Fails with:" not in run.stderr


def test_undefined_nested_step_that_is_swallowed_is_wrong(project: BehaveProject) -> None:
    """Behave fails the run for an undefined step although the step around it went on; so must we."""
    run = run_one(project, "Then it runs a step and goes on: Then nobody knows this")
    assert_wrong(run, "the step is undefined: Then nobody knows this")


@pytest.mark.parametrize("hook", ["before_step", "after_step"])
@pytest.mark.parametrize("where", ["it runs", "it asserts"], ids=["outer step", "nested step"])
def test_hook_around_nested_steps_is_wrong(project: BehaveProject, hook: str, where: str) -> None:
    """Row 10: a hook that fails around a nested step, or around the step that nests it, spoils the failure."""
    project.hooks(
        f"def {hook}(context, step):\n"
        f"    if step.name.startswith('{where}'):\n"
        "        raise AssertionError('hook')\n"
    )
    run = run_one(project, 'Then it runs the step: Then it asserts "the bug"')
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert "hook" in run.record["reason"]


def test_cleanup_that_raises_is_wrong(project: BehaveProject) -> None:
    """Row 11: a genuine failure with a broken cleanup behind it is no clean evidence."""
    run = run_one(project, "Given a cleanup will fail", 'Then it asserts "the bug"')
    assert_wrong(run, "a cleanup of the scenario", CLEANUP_ERROR)
    assert run.record["raw_status"] == "cleanup_error"


def test_async_assertion_is_genuine(project: BehaveProject) -> None:
    """Row 12: an assertion in an async step is an assertion."""
    run = run_one(project, 'Then it asserts later "the bug"')
    assert run.code == 0
    assert run.cells("case") == GREEN
    assert run.record["message"] == "the bug"


def test_async_timeout_is_wrong(project: BehaveProject) -> None:
    """Row 12: Behave reports the end of an async step's time as an assertion; it says nothing about the bug."""
    run = run_one(project, "Then it takes too long")
    assert_wrong(run, "a timeout is never the expected failure")


def test_interrupt_is_wrong_and_later_tests_leave_no_record(project: BehaveProject) -> None:
    """Row 13: an interrupt ends the run; what came after it was not run and is no evidence."""
    project.feature(
        "Feature: F\n"
        + captured(1, "first", 'Then it asserts "the bug"')
        + captured(4, "case", "Then it is interrupted")
        + captured(5, "later", 'Then it asserts "the bug"')
    )
    run = project.run()
    assert run.code == 1
    assert "ABORTED: By user." in run.stdout
    assert run.cells("first") == GREEN
    assert run.cells("case") == ERROR
    assert run.counts["scenario"] == {"passed": 1, "error": 1, "untested": 1}
    assert 'name": "later' not in (project.folder / "report.json").read_text("utf-8")
    assert run.verdicts == {"first": "expected_failure", "case": "wrong_failure"}
    assert run.records[1]["reason"] == "the run was interrupted"
    assert run.closing == closing("1 expected failure (#1)", wrong="1 (#4)")


@pytest.mark.parametrize(
    ("steps", "tags"),
    [(["Given it is skipped", 'Then it asserts "no"'], ""), (['Then it asserts "no"'], "@skip")],
    ids=["by a step", "by a hook"],
)
def test_skipped_scenario_has_no_verdict(project: BehaveProject, steps: list[str], tags: str) -> None:
    """Row 14: a skipped capture is neither green evidence nor a problem."""
    project.hooks(
        """
        def before_scenario(context, scenario):
            if "skip" in scenario.tags:
                scenario.skip("by the hook")
        """
    )
    run = run_one(project, *steps, tags=tags)
    assert run.code == 0
    assert run.counts["scenario"] == {"skipped": 1}
    assert run.records == []
    assert run.lines == [closing() + ", 1 not run"]
    assert not list((project.folder / "evidence").iterdir())


def test_skip_of_a_hook_after_the_failure_hides_nothing(project: BehaveProject) -> None:
    """Row 14: a capture that did fail in the wrong way cannot be skipped afterwards into a green run."""
    project.hooks("def after_scenario(context, scenario):\n    scenario.skip('too late')\n")
    run = run_one(project, 'Then it raises RuntimeError "no"')
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"


CONTINUE = """
from behave.model import Scenario
Scenario.continue_after_failed_step = True
"""


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        ('And it raises RuntimeError "no"', "wrong_failure"),
        ('And it asserts "more of it"', "expected_failure"),
        ('When it asserts "no"', "wrong_failure"),
        ('Given it asserts "no"', "wrong_failure"),
        ("And it is pending", "wrong_failure"),
    ],
)
def test_steps_after_the_failing_one_count(project: BehaveProject, later: str, verdict: str) -> None:
    """Row 26: where a scenario goes on after a failure, every failure must be one of the bug's kind."""
    project.hooks(CONTINUE, INSTALL)
    run = run_one(project, 'Then it asserts "the bug"', later)
    assert run.record["verdict"] == verdict
    assert run.code == (0 if verdict == "expected_failure" else 1)
    if verdict == "expected_failure":
        assert run.cells("case") == GREEN
        assert run.record["message"] == "the bug"


def test_a_later_assertion_does_not_hide_a_wrong_first_failure(project: BehaveProject) -> None:
    """Row 26: the first failure must be the right one, not just one of them."""
    project.hooks(CONTINUE, INSTALL)
    run = run_one(project, 'Then it raises RuntimeError "no"', 'And it asserts "the bug"')
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert run.record["exc_type"] == "RuntimeError"


def test_bug_without_switch_is_a_regression_test(project: BehaveProject) -> None:
    """A test without the switch is judged as it is: green when it passes, "is back" when it fails."""
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_8
          Scenario: guarded
            Then it passes

          @tdd_issue @tdd_issue_9
          Scenario: back
            Then it asserts "again"

          @tdd_issue @tdd_issue_10
          Scenario: broken
            Given it raises RuntimeError "no"
        """
    )
    run = project.run()
    assert run.code == 1
    assert run.verdicts == {"guarded": "passed", "back": "regressed", "broken": "regressed"}
    assert run.cells("guarded") == GREEN
    assert run.cells("back") == FAILED
    assert run.cells("broken") == ERROR
    assert run.lines == [
        (
            'bugcapture: features/a.feature:7: bug 9 is back: "back" failed: '
            'AssertionError: again in Then it asserts "again"'
        ),
        (
            'bugcapture: features/a.feature:11: bug 10 is back, or its test is broken: "broken" did not get to '
            'its check: RuntimeError: no in Given it raises RuntimeError "no"'
        ),
        closing(regressed="2 (#9, #10)"),
    ]


def test_green_run_of_guarded_bugs_says_so(project: BehaveProject) -> None:
    """Every run that met a tagged test ends with the one line, also when all is well."""
    project.feature("Feature: F\n  @tdd_bug @tdd_bug_8\n  Scenario: guarded\n    Then it passes\n")
    run = project.run()
    assert run.code == 0
    assert run.stderr == closing() + "\n"
    assert run.record["verdict"] == "passed"


def test_verdicts_of_one_run_do_not_touch_each_other(project: BehaveProject) -> None:
    """Four kinds of scenario side by side keep their own cells; the suite's counts add up."""
    project.feature(
        "Feature: F\n"
        + captured(1, "expected", 'Then it asserts "the bug"')
        + captured(2, "fixed", "Then it passes")
        + captured(3, "wrong", 'Then it raises RuntimeError "no"')
        + '  Scenario: plain\n    Then it passes\n\n  Scenario: plain failure\n    Then it asserts "own"\n'
    )
    run = project.run()
    assert run.code == 1
    assert [run.cells(name) for name in ("expected", "fixed", "wrong", "plain", "plain failure")] == [
        GREEN,
        FAILED,
        ERROR,
        GREEN,
        FAILED,
    ]
    assert run.suite_counts() == {"tests": 5, "errors": 1, "failures": 2, "skipped": 0}
    assert run.counts["scenario"] == {"passed": 2, "failed": 2, "error": 1}
    red = {run.scenario(name)["location"] for name in ("fixed", "wrong", "plain failure")}
    assert set(run.rerun) == set(run.listed) == red
    assert run.closing == closing("1 expected failure (#1)", "1 (#2)", "1 (#3)")
    assert len(run.records) == 3
