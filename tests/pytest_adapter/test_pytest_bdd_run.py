"""Scenarios that pytest-bdd runs are judged like the same scenarios in Behave."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from pytest_project import EXPECTED, FIXED, SETTINGS, WRONG, PytestProject
from test_pytest_refusal import assert_refused

from bugcapture.core.tags import TagPolicy
from bugcapture.workflow.sources import read_inventory

STEPS = """
import pytest
from pytest_bdd import given, scenario, scenarios, then, when

@given("ok")
@when("ok")
@then("ok")
def ok():
    pass

@given("bad")
@when("bad")
@then("bad")
def bad():
    assert 0

@when("error")
@then("error")
def error():
    raise RuntimeError("boom")

@then("fails")
def fails():
    pytest.fail("no")

@then("needs more")
def needs(missing):
    pass

@pytest.fixture
def missing():
    assert 0
"""
MODULE = STEPS + 'scenarios("a.feature")\n'
FEATURE = """\
@tdd_bug @tdd_bug_21
Feature: F
  Background:
    Given ok

  @tdd_expected_fail
  Scenario: then asserts
    Then bad

  @tdd_expected_fail
  Scenario: then fails
    Then fails
    And bad

  @tdd_expected_fail
  Scenario: when declared
    Fails with: RuntimeError: boom
    Fails at: When error
    When error
    Then ok

  @tdd_expected_fail
  Scenario: given asserts
    Given bad
    Then ok

  @tdd_expected_fail
  Scenario: when asserts
    When bad
    Then ok

  @tdd_expected_fail
  Scenario: undefined
    Then never heard of

  @tdd_expected_fail
  Scenario: runtime
    Then error

  @tdd_expected_fail
  Scenario: fixture
    Then needs more

  @tdd_expected_fail
  Scenario: passes
    Then ok

  @tdd_expected_fail
  Scenario Outline: rows
    Then <what>

    Examples:
      | what |
      | bad  |
      | ok   |

  @other
  Scenario: guarded
    Then ok
"""
VERDICTS = {
    "then asserts": EXPECTED,
    "then fails": EXPECTED,
    "when declared": EXPECTED,
    "given asserts": WRONG,
    "when asserts": WRONG,
    "undefined": WRONG,
    "runtime": WRONG,
    "fixture": WRONG,
    "passes": FIXED,
    "rows -- @1.1 ": EXPECTED,
    "rows -- @1.2 ": FIXED,
    "guarded": "passed",
}
OTHER = f"{SETTINGS}markers = other\n"


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_scenarios(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.write("pytest.ini", OTHER)
    project.write("a.feature", FEATURE)
    project.write("test_a.py", MODULE)
    run = project.run(*arguments)
    assert run.code == 1
    assert run.counts == {"failed": 7, "passed": 1, "xfailed": 4}
    assert run.verdicts == VERDICTS
    record = next(record for record in run.records if record["name"] == "when declared")
    assert (record["location"], record["step_location"], record["step"]) == (
        "a.feature:16",
        "a.feature:19",
        "When error",
    )
    assert "the step is undefined: Then never heard of" in run.reasons["undefined"]
    undefined = next(record for record in run.records if record["name"] == "undefined")
    line = FEATURE.splitlines().index("    Then never heard of") + 1
    assert undefined["step_location"] == f"a.feature:{line}"
    assert "given step failed" in run.reasons["given asserts"]
    assert run.reasons["fixture"] == "a fixture failed"
    switch_line = FEATURE.splitlines().index("  Scenario: passes")
    assert f"a.feature:{switch_line}: bug 21 looks fixed" in run.stdout
    assert "    Fails with: RuntimeError: boom" in run.stderr
    assert run.closing == "bugcapture: 4 expected failures (#21), 2 look fixed (#21), 5 wrong (#21), 0 regressed"


def test_tags_select_like_markers(project: PytestProject) -> None:
    project.write("pytest.ini", OTHER)
    project.write("a.feature", FEATURE)
    project.write("test_a.py", MODULE)
    run = project.run("-m", "tdd_bug and tdd_expected_fail", "-k", "then_asserts")
    assert (run.code, run.counts) == (0, {"xfailed": 1, "deselected": 11})


TELL = """
def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers():
            print("MARK", mark.name, *mark.args)
"""
TOLD = """\
@tdd_bug @tdd_bug_7 @tdd_issue @tdd_issue_8 @tdd_expected_fail @other
Feature: F
  Scenario: then asserts
    Then bad
"""


def test_tags_become_the_markers_that_mean_the_same(project: PytestProject) -> None:
    """Hooks of the project find the number in the marker's argument, as in Python."""
    project.write("pytest.ini", OTHER)
    project.write("conftest.py", TELL)
    project.write("a.feature", TOLD)
    project.write("test_a.py", MODULE)
    run = project.run("-s")
    told = {line.removeprefix("MARK ") for line in run.stdout.splitlines() if line.startswith("MARK ")}
    assert {mark for mark in told if not mark.startswith("usefixtures")} == {
        *("tdd_bug", "tdd_bug 7", "tdd_issue", "tdd_issue 8", "tdd_expected_fail", "other"),
    }


NUMBERED_ROWS = """\
@tdd_bug @tdd_issue
Feature: F
  Scenario Outline: rows
    Then <what>

    @tdd_bug_31 @tdd_issue_32 @tdd_expected_fail
    Examples: open
      | what |
      | bad  |

    @tdd_bug_33 @tdd_issue_33
    Examples: guarded
      | what |
      | ok   |
"""


@pytest.mark.skipif(version("pytest-bdd") < "8", reason="pytest-bdd 7 does not see tags above Examples")
@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_numbers_above_examples_are_known_markers(project: PytestProject, arguments: tuple[str, ...]) -> None:
    """pytest-bdd makes markers of them without asking, which ``--strict-markers`` would refuse."""
    project.write("pytest.ini", SETTINGS)
    project.write("sub/a.feature", NUMBERED_ROWS)
    project.write("test_a.py", MODULE.replace("a.feature", "sub/a.feature"))
    run = project.run(*arguments)
    assert (run.code, run.counts) == (0, {"passed": 1, "xfailed": 1})
    assert run.verdicts == {"rows -- @1.1 open": EXPECTED, "rows -- @2.1 guarded": "passed"}
    assert run.closing == "bugcapture: 1 expected failure (#31, #32), 0 look fixed, 0 wrong, 0 regressed"


@pytest.mark.skipif(version("pytest-bdd") < "8", reason="pytest-bdd 7 does not see tags above Examples")
def test_a_switch_above_examples_is_told_where_it_stands(project: PytestProject) -> None:
    project.write("pytest.ini", SETTINGS)
    project.write("a.feature", NUMBERED_ROWS.replace("bad", "ok"))
    project.write("test_a.py", MODULE)
    run = project.run()
    line = NUMBERED_ROWS[: NUMBERED_ROWS.index("@tdd_expected_fail")].count("\n") + 1
    assert run.verdicts == {"rows -- @1.1 open": FIXED, "rows -- @2.1 guarded": "passed"}
    assert f"a.feature:{line}: bugs 31 and 32 look fixed" in run.stdout


@pytest.mark.tdd_bug(995)
@pytest.mark.skipif(version("pytest-bdd") < "8", reason="pytest-bdd 7 does not see tags above Examples")
def test_a_switch_above_other_examples_is_not_meant(project: PytestProject) -> None:
    """#995: a tag of the scenario that stands above another table as well."""
    outline = "  @tdd_bug_30 @tdd_expected_fail\n  Scenario Outline: rows"
    project.write("pytest.ini", SETTINGS)
    project.write("a.feature", NUMBERED_ROWS.replace("bad", "ok").replace("  Scenario Outline: rows", outline))
    project.write("test_a.py", MODULE)
    run = project.run()
    assert "a.feature:7: bugs 30, 31 and 32 look fixed" in run.stdout
    assert "a.feature:3: bugs 30 and 33 look fixed" in run.stdout


@pytest.mark.skipif(version("pytest-bdd") < "8", reason="pytest-bdd 7 does not see tags above Examples")
def test_other_tags_above_examples_stay_unknown_markers(project: PytestProject) -> None:
    """A name that the project keeps for itself is its own to make known."""
    project.write("pyproject.toml", "[tool.bugcapture]\nallow_tags = ['tdd_note_5']\n")
    project.write("pytest.ini", SETTINGS)
    project.write("a.feature", NUMBERED_ROWS.replace("@tdd_bug_33", "@tdd_note_5 @tdd_bug_33"))
    project.write("test_a.py", MODULE)
    run = project.run()
    assert run.code != 0
    assert "'tdd_note_5' not found in `markers`" in run.stdout


BAD = """\
@tdd_bug_5
Feature: F
  @tdd_bug @tdd_bug_x @tdd_isue_6
  Scenario: bad tags
    Then ok

  @tdd_expected_fail
  Scenario: bad switch
    Then ok

  @tdd_bug @tdd_expected_fail
  Scenario: bad lines
    Fails with: ImportError
    Fails at: Then nothing
    Given ok
    Then ok

  @tdd_bug @tdd_expected_fail
  Scenario: bad place
    Fails at: Given ok
    Given ok
    Then ok
"""
PROBLEMS = [
    "a.feature:1: T1 @tdd_bug_5 needs @tdd_bug",
    "a.feature:3: T4 @tdd_isue_6 is no bugcapture tag",
    "a.feature:3: T5 @tdd_bug_x has no valid number",
    "a.feature:7: T3 @tdd_expected_fail needs @tdd_bug",
    "a.feature:13: F1 'Fails with: ImportError'",
    "a.feature:14: F2 'Fails at: Then nothing' names no step of this scenario",
    "a.feature:20: F2 'Fails at: Given ok' names a Given or Background step",
]


@pytest.mark.parametrize("arguments", [(), ("-n", "2"), ("--collect-only", "-q")])
def test_bad_tags_of_a_feature_are_refused(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.write("a.feature", BAD)
    project.write("test_a.py", MODULE)
    assert_refused(project, project.run(*arguments), PROBLEMS)


HOOKS = """
def pytest_bdd_before_step(step):
    assert step.name != "before"

def pytest_bdd_after_step(step):
    assert step.name != "after"

def pytest_bdd_after_scenario(scenario):
    assert scenario.name != "after scenario"
"""
AROUND = """\
@tdd_bug @tdd_bug_7 @tdd_expected_fail
Feature: F
  Fails with: AssertionError

  Scenario: hook before
    Then before
    Then ok

  Scenario: hook after
    Then after

  Scenario: after scenario
    Then ok

  Scenario: own body
    Then ok

  Scenario: own body times out
    Fails with: ExceptionGroup
    Then ok

  Scenario: marked besides
    Then error
"""
AROUND_STEPS = """
@then("before")
@then("after")
def nothing():
    pass

@pytest.mark.tdd_issue(n=8)
@pytest.mark.tdd_expected_fail(raises=RuntimeError)
@scenario("a.feature", "marked besides")
def test_besides():
    pass

@scenario("a.feature", "own body")
def test_own_body():
    assert 0

@scenario("a.feature", "own body times out")
def test_times_out():
    raise ExceptionGroup("all", [AssertionError(), TimeoutError("late")])

scenarios("a.feature")
"""


def test_hooks_never_count_and_the_function_counts(project: PytestProject) -> None:
    project.write("a.feature", AROUND)
    project.write("conftest.py", HOOKS)
    project.write("test_a.py", STEPS + AROUND_STEPS)
    run = project.run()
    wanted = {
        "hook before": WRONG,
        "hook after": WRONG,
        "after scenario": WRONG,
        "own body": EXPECTED,
        "own body times out": WRONG,
        "marked besides": EXPECTED,
    }
    assert run.verdicts == wanted, run.reasons
    assert run.reasons["hook before"] == run.reasons["hook after"] == "a hook of the scenario failed"
    assert run.reasons["own body times out"] == "a timeout is never the expected failure"
    assert next(record["ids"] for record in run.records if record["name"] == "marked besides") == [7, 8]


DECORATED = """\
Feature: F
  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Scenario: wrapped
    Given bad

  Scenario: bare
    Given bad

  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Scenario: declares
    Fails with: RuntimeError
    When error
"""
DECORATORS = """
import functools

def wrapped(test):
    @functools.wraps(test)
    def inner(*args, **kwargs):
        return test(*args, **kwargs)
    return inner

def bare(test):
    def inner(request, _pytest_bdd_example):
        return test(request, _pytest_bdd_example)
    return inner

@wrapped
@scenario("a.feature", "wrapped")
def test_wrapped():
    pass

@pytest.mark.tdd_bug(7)
@pytest.mark.tdd_expected_fail
@bare
@scenario("a.feature", "bare")
def test_bare():
    pass

@wrapped
@wrapped
@scenario("a.feature", "declares")
def test_declares():
    pass
"""


def test_a_decorator_hides_no_scenario(project: PytestProject) -> None:
    """What stands above ``@scenario`` changes neither where the test stands nor what its steps are."""
    project.write("a.feature", DECORATED)
    project.write("test_a.py", STEPS + DECORATORS)
    run = project.run()
    assert run.verdicts == {"wrapped": WRONG, "test_bare": WRONG, "declares": EXPECTED}, run.reasons
    assert "given step failed" in run.reasons["wrapped"]
    assert "given step failed" in run.reasons["test_bare"]


def test_a_switch_in_python_is_told_where_it_stands(project: PytestProject) -> None:
    """Also for a scenario, whose other tags stand in the feature file."""
    feature = "Feature: F\n  @tdd_bug @tdd_bug_9\n  Scenario: fixed\n    Then ok\n"
    project.write("a.feature", feature)
    text = STEPS + "@pytest.mark.tdd_expected_fail\n@scenario('a.feature', 'fixed')\ndef test_fixed():\n    pass\n"
    project.write("test_a.py", text)
    run = project.run()
    line = text.splitlines().index("@pytest.mark.tdd_expected_fail") + 1
    assert run.verdicts == {"fixed": FIXED}
    assert f"test_a.py:{line}: bug 9 looks fixed" in run.stdout
    assert "to remove the tdd_expected_fail tag" in run.stdout


OWN_HOOKS = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_bdd_before_scenario(scenario):
    assert scenario.name != "before scenario"
    return (yield)

def pytest_bdd_step_error(scenario):
    assert scenario.name != "step error"
"""
TAKEN = """@tdd_bug @tdd_bug_7 @tdd_expected_fail
Feature: F
  Scenario: before scenario
    Then ok

  Scenario: step error
    Then error

  Scenario: fixture of nobody
    Fails with: LookupError
    Then nobody has it

  Scenario: argument
    Then it costs 5

  Scenario: no exception of the usual kind
    Fails with: Stop
    Then stop

  Scenario: teardown
    Then bad at last
"""
TAKING = """
from pytest_bdd import parsers

class Stop(BaseException):
    pass

def cheap(text):
    assert int(text) < 5

@then("nobody has it")
def nobody(no_such_fixture):
    pass

@then(parsers.parse("it costs {sum}"), converters={"sum": cheap})
def costs(sum):
    pass

@then("stop")
def stop():
    raise Stop

@then("bad at last")
def bad_at_last(request):
    request.addfinalizer(finish)
    assert 0

def finish():
    raise OSError

scenarios("a.feature")
"""


def test_what_surrounds_a_step_is_no_part_of_it(project: PytestProject) -> None:
    """Hooks, fixtures and arguments: only what the step itself raises can be the expected failure."""
    project.write("a.feature", TAKEN)
    project.write("conftest.py", OWN_HOOKS)
    project.write("test_a.py", STEPS + TAKING)
    run = project.run()
    assert run.verdicts == {
        "before scenario": WRONG,
        "step error": WRONG,
        "fixture of nobody": WRONG,
        "argument": WRONG,
        "no exception of the usual kind": EXPECTED,
        "teardown": WRONG,
    }
    assert run.reasons["before scenario"] == run.reasons["step error"] == "a hook of the scenario failed"
    assert run.reasons["fixture of nobody"] == run.reasons["argument"] == "what a step takes failed"
    places = {record["name"]: record["step_location"] for record in run.records}
    assert places["no exception of the usual kind"] == "a.feature:18"
    assert places["teardown"].startswith("test_a.py:")


RULE = """\
Feature: F
  Fails with: KeyError

  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Rule: R
    Fails with: RuntimeError

    Background:
      Then ok

    Scenario: declared by the rule
      When error

    Scenario: declares itself
      Fails with: AssertionError
      When bad

    Scenario: other type
      Then bad

    Scenario: fixed
      Then ok
"""


@pytest.mark.skipif(int(version("pytest-bdd").split(".")[0]) < 8, reason="pytest-bdd 7 knows no Rule")
def test_rules_declare_and_tag(project: PytestProject) -> None:
    project.write("a.feature", RULE)
    project.write("test_a.py", MODULE)
    run = project.run()
    assert run.verdicts == {
        "declared by the rule": EXPECTED,
        "declares itself": EXPECTED,
        "other type": WRONG,
        "fixed": FIXED,
    }
    assert "a.feature:4: bug 7 looks fixed" in run.stdout


BACKGROUND = """\
@tdd_bug @tdd_bug_7 @tdd_expected_fail
Feature: F
  Background:
    Then bad

  Scenario: set-up fails
    Then ok
"""


def test_a_background_never_counts(project: PytestProject) -> None:
    project.write("a.feature", BACKGROUND)
    project.write("test_a.py", MODULE)
    run = project.run()
    assert (run.code, run.verdicts) == (1, {"set-up fails": WRONG})
    assert "set-up is never the expected failure" in run.reasons["set-up fails"]


MIXED = """\
Feature: F
  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Scenario: captured
    Then bad

  @tdd_unit
  Scenario: plain
    Then ok

  Scenario: plain failure
    Then bad

  Scenario: plain undefined
    Then never heard of
"""


def test_other_scenarios_are_left_alone(project: PytestProject) -> None:
    project.write("pytest.ini", OTHER.replace("markers = other", "markers = tdd_unit"))
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\n')
    project.write("a.feature", MIXED)
    project.write("test_a.py", MODULE)
    run = project.run()
    assert (run.counts, run.verdicts) == ({"xfailed": 1, "passed": 1, "failed": 2}, {"captured": EXPECTED})
    assert project.run("-m", "tdd_unit").counts == {"passed": 1, "deselected": 3}


PLACEHOLDERS = """\
@tdd_bug
Feature: F
  @tdd_bug_5 @tdd_bug_<n> @owner_<n>
  Scenario Outline: <n>
    Then ok

    Examples:
      | n |
      | 5 |
      | 6 |

  @tdd_bug_<none>
  Scenario: no outline
    Then ok

  @tdd_bug_5 @<switch>
  Scenario Outline: a switch
    Then ok

    Examples:
      | switch            |
      | tdd_expected_fail |
      | slow              |
"""


def test_what_pytest_bdd_does_not_fill_in_is_told_by_the_check(
    project: PytestProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behave fills in the tags of an outline; for pytest-bdd they are what is written."""
    module = project.module(MODULE)
    project.write("pytest.ini", "[pytest]\n")  # pytest-bdd makes unknown markers of the other tags.
    project.write("a.feature", PLACEHOLDERS)
    monkeypatch.chdir(project.folder)

    def check(**policy: frozenset[str]) -> list[tuple[int, str]]:
        found = read_inventory([]).sources[0][1].check(TagPolicy(**policy))
        return [(finding.line, finding.rule) for finding in found if finding.rule in {"T4", "T5"}]

    assert check() == [(3, "T5"), (12, "T5"), (16, "T4")]
    assert check(allow_tags=frozenset({"tdd_bug_<n>", "tdd_expected_fail"})) == [(12, "T5")]
    told = [finding.message for finding in read_inventory([]).sources[0][1].check(TagPolicy())]
    assert "@tdd_bug_<n> has no number: pytest-bdd fills in no tags, so write the number out" in told
    run = project.run()
    assert run.code == 4
    assert [line.split()[:2] for line in run.stderr.splitlines() if " T5 " in line] == [
        ["a.feature:3:", "T5"],
        ["a.feature:12:", "T5"],
    ]
    module.unlink()
    assert check() == [(12, "T5")]


SUMS = (
    STEPS
    + """
from pytest_bdd import parsers

@then(parsers.parse("the sum is {number:d}"))
def the_sum(number):
    assert number == 4
"""
)
OUTLINE = """\
@tdd_bug @tdd_bug_21 @tdd_expected_fail
Feature: F
  Scenario Outline: adds
    Fails at: Then the sum is 3

    When ok
    Then the sum is <number>

    Examples:
      | number |
      | 3      |
"""


def test_a_place_may_name_the_value_of_a_row(project: PytestProject) -> None:
    """As the step is called when it runs."""
    project.write("a.feature", OUTLINE)
    project.module(f'{SUMS}scenarios("a.feature")\n')
    run = project.run()
    assert (run.code, list(run.verdicts.values())) == (0, [EXPECTED])


@pytest.mark.parametrize("more", ['"more", ["a", "b"]', 'argnames="more", argvalues=["a", "b"]'])
def test_a_scenario_may_have_parameters_beside_its_rows(project: PytestProject, more: str) -> None:
    """Each of them is a run of the row."""
    project.write("a.feature", OUTLINE)
    project.module(
        f'{SUMS}\n@pytest.mark.parametrize({more})\n@scenario("a.feature", "adds")\ndef test_it(more): ...\n'
    )
    run = project.run()
    assert (run.code, [record["verdict"] for record in run.records]) == (0, [EXPECTED] * 2)
