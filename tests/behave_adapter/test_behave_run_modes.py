"""Options of Behave, ways to wire the adapter in, user hooks: the verdict is the same under all of them."""

from __future__ import annotations

import json
import re

import pytest
from behave_project import ERROR, FAILED, GREEN, INSTALL, BehaveProject, Run, captured, closing

EXPECTED = captured(1, "expected", 'Then it asserts "the bug"')
FIXED = captured(2, "fixed", "Then it passes")
WRONG = captured(3, "wrong", 'Then it raises RuntimeError "no"')
PLAIN = "  Scenario: plain\n    Then it passes\n"


def write(project: BehaveProject, *scenarios: str) -> None:
    project.feature("Feature: F\n" + "".join(scenarios))


def test_stop_goes_on_after_an_expected_failure_and_stops_at_a_red_one(project: BehaveProject) -> None:
    """Row 20: ``--stop`` obeys the verdict, not the raw status."""
    write(project, EXPECTED, FIXED, PLAIN)
    run = project.run("--stop")
    assert run.code == 1
    assert run.counts["scenario"] == {"passed": 1, "failed": 1, "untested": 1}
    assert run.verdicts == {"expected": "expected_failure", "fixed": "unexpected_pass"}
    assert run.closing == closing("1 expected failure (#1)", "1 (#2)")


def test_stop_stops_the_features_behind_a_red_one_only(project: BehaveProject) -> None:
    """Row 20: a feature of expected failures does not end the run; one with a wrong failure does."""
    project.feature("Feature: A\n" + EXPECTED, "a")
    project.feature("Feature: B\n" + WRONG, "b")
    project.feature("Feature: C\n" + FIXED, "c")
    run = project.run("--stop")
    assert run.code == 1
    assert run.verdicts == {"expected": "expected_failure", "wrong": "wrong_failure"}
    assert run.counts["feature"] == {"passed": 1, "error": 1, "untested": 1}


HOOKS = """
def before_scenario(context, scenario):
    note(f"before_scenario {scenario.name} failed={context.failed}")
def after_scenario(context, scenario):
    note(f"after_scenario {scenario.name} {scenario.status.name} failed={context.failed}")
def after_feature(context, feature):
    note(f"after_feature {feature.status.name} {[s.status.name for s in feature.walk_scenarios()]}")
def after_all(context):
    note(f"after_all failed={context.failed}")
"""


def test_hooks_of_a_green_run(project: BehaveProject) -> None:
    """Row 21: after_scenario sees the raw status, later hooks the final one; the run has not failed."""
    project.hooks(HOOKS)
    write(project, EXPECTED, PLAIN)
    run = project.run()
    assert run.code == 0
    assert run.hook_lines() == [
        "before_scenario expected failed=False",
        "after_scenario expected failed failed=True",
        "before_scenario plain failed=False",
        "after_scenario plain passed failed=False",
        "after_feature passed ['passed', 'passed']",
        "after_all failed=False",
    ]


@pytest.mark.parametrize(
    ("scenario", "raw", "final"), [(FIXED, "passed", "failed"), (WRONG, "error", "error")], ids=["fixed", "wrong"]
)
def test_hooks_of_a_red_run(project: BehaveProject, scenario: str, raw: str, final: str) -> None:
    """Row 21: a red verdict fails the run for after_all, and a later expected failure does not take it back."""
    project.hooks(HOOKS)
    write(project, scenario, EXPECTED)
    run = project.run()
    assert run.code == 1
    name = "fixed" if raw == "passed" else "wrong"
    assert run.hook_lines() == [
        f"before_scenario {name} failed=False",
        f"after_scenario {name} {raw} failed={raw != 'passed'}",
        "before_scenario expected failed=True",
        "after_scenario expected failed failed=True",
        f"after_feature {final} ['{final}', 'passed']",
        "after_all failed=True",
    ]


def test_failure_of_an_ordinary_scenario_is_not_taken_back(project: BehaveProject) -> None:
    """Row 21: an expected failure gives the flag back as it was, not as green."""
    project.hooks(HOOKS)
    write(project, '  Scenario: own\n    Then it asserts "own"\n\n', EXPECTED)
    run = project.run()
    assert run.code == 1
    assert run.hook_lines()[-1] == "after_all failed=True"
    assert run.stderr == closing("1 expected failure (#1)") + "\n"


def wire_environment(project: BehaveProject, environment: bool) -> None:
    if not environment:
        (project.folder / "features/environment.py").unlink()


@pytest.mark.parametrize("environment", [False, True], ids=["runner alone", "runner and environment"])
def test_runner_option(project: BehaveProject, environment: bool) -> None:
    """Row 23: the runner class judges as install() does; both together judge once."""
    wire_environment(project, environment)
    write(project, EXPECTED)
    run = project.run("--runner", "bugcapture.behave:Runner")
    assert run.code == 0
    assert run.cells("expected") == GREEN
    assert run.record["verdict"] == "expected_failure"
    assert run.stderr == closing("1 expected failure (#1)") + "\n"
    write(project, FIXED)
    run = project.run("--runner", "bugcapture.behave:Runner")
    assert run.code == 1
    assert run.cells("fixed") == FAILED
    assert run.record["verdict"] == "unexpected_pass"
    assert len(run.lines) == 3


def test_runner_option_refuses_bad_tags(project: BehaveProject) -> None:
    """Row 23: without an environment file bad tags stop the run too."""
    wire_environment(project, environment=False)
    project.feature("Feature: F\n  @tdd_bug_5\n  Scenario: a\n    Then it passes\n")
    run = project.run("--runner", "bugcapture.behave:Runner")
    assert run.code == 1
    assert run.lines[1] == "  features/a.feature:2: T1 @tdd_bug_5 needs @tdd_bug"


def test_runner_in_the_configuration(project: BehaveProject) -> None:
    """Row 23: the runner may stand in Behave's own configuration file."""
    wire_environment(project, environment=False)
    project.write("behave.ini", "[behave]\nrunner = bugcapture.behave:Runner\n")
    write(project, EXPECTED)
    assert project.run().code == 0


def test_project_without_the_adapter_is_behaves_own(project: BehaveProject) -> None:
    """Row 23: it is the adapter that makes the difference, nothing else in the project."""
    wire_environment(project, environment=False)
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 1
    assert run.stderr == ""
    assert run.records == []


OWN_RUNNER = """
from behave.runner import Runner, the_step_registry

class OwnRunner(Runner):
    def run_model(self, features=None):
        failed = False
        self.step_registry = the_step_registry
        for feature in features or self.features:
            for formatter in self.formatters:
                formatter.uri(feature.filename)
            failed = feature.run(self) or failed
        return failed
"""


@pytest.mark.parametrize(
    ("scenario", "code", "told"),
    [
        (EXPECTED, 0, closing("1 expected failure (#1)")),
        (FIXED, 1, closing(fixed="1 (#2)")),
        (WRONG, 1, closing(wrong="1 (#3)")),
    ],
    ids=["expected", "fixed", "wrong"],
)
def test_runner_of_the_project_with_a_model_loop_of_its_own(
    project: BehaveProject, scenario: str, code: int, told: str
) -> None:
    """A runner that never calls Behave's run_model still gets verdicts."""
    project.write("own_runner.py", OWN_RUNNER)
    write(project, scenario)
    run = project.run("--runner", "own_runner:OwnRunner", "-f", "null", reports=False)
    assert run.code == code
    assert run.closing == told
    assert len(run.records) == 1


def test_runner_of_the_project_may_leave_out_captures(project: BehaveProject) -> None:
    """A captured test that is not selected is not judged, whoever runs the features."""
    project.write("own_runner.py", OWN_RUNNER)
    write(project, EXPECTED, PLAIN)
    arguments = ("--runner", "own_runner:OwnRunner", "-f", "null", "--tags", "not @tdd_bug")
    run = project.run(*arguments, reports=False)
    assert run.code == 0
    assert run.records == []
    assert "Traceback" not in run.stdout + run.stderr


def test_runner_of_the_project_cannot_wave_bad_tags_through(project: BehaveProject) -> None:
    """A runner that never calls Behave's run_model meets the check at its first captured test."""
    project.write("own_runner.py", OWN_RUNNER)
    write(project, EXPECTED, "  @tdd_bug_5\n  Scenario: bad\n    Then it passes\n")
    run = project.run("--runner", "own_runner:OwnRunner", "-f", "null", reports=False)
    assert run.code == 1
    assert "T1 @tdd_bug_5 needs @tdd_bug" in run.stderr
    assert run.records == []


@pytest.mark.parametrize("call", ["features=more", "more"])
def test_runner_of_the_project_that_brings_features_of_its_own(project: BehaveProject, call: str) -> None:
    """What a runner hands to Behave's run_model is checked, not what it found before."""
    project.write(
        "own_runner.py",
        f"""
        from behave.parser import parse_file
        from behave.runner import Runner

        class OwnRunner(Runner):
            def run_model(self, features=None):
                more = [parse_file("more.feature")]
                return super().run_model({call})
        """,
    )
    write(project, PLAIN)
    project.write("more.feature", "Feature: F\n  @tdd_bug_5\n  Scenario: bad\n    Then it passes\n")
    run = project.run("--runner", "own_runner:OwnRunner")
    assert run.code == 1
    assert run.lines[1] == "  more.feature:2: T1 @tdd_bug_5 needs @tdd_bug"
    project.write("more.feature", "Feature: F\n" + EXPECTED)
    run = project.run("--runner", "own_runner:OwnRunner")
    assert run.code == 0
    assert run.record["verdict"] == "expected_failure"


@pytest.mark.parametrize("options", [("-O",), ("-OO",)])
def test_optimised_python_is_refused(project: BehaveProject, options: tuple[str, ...]) -> None:
    """Row 24: without assertions every capture would look fixed."""
    project.hooks("def before_all(context):\n    note('before_all')\n")
    write(project, EXPECTED)
    run = project.run(python=options)
    assert run.code == 1
    assert run.hook_lines() == []
    assert run.records == []
    assert run.lines == [
        "bugcapture: python -O removes every assert, so captured bugs would look fixed; nothing was run:",
        "  run Behave without -O and without PYTHONOPTIMIZE",
    ]
    assert "ConfigError: python -O removes every assert" in run.stdout


def test_optimised_python_is_refused_by_variable(project: BehaveProject) -> None:
    """Row 24: the variable is the same as the option; a project without captures may use either."""
    write(project, EXPECTED)
    assert project.run(env={"PYTHONOPTIMIZE": "1"}).code == 1
    write(project, PLAIN)
    run = project.run(env={"PYTHONOPTIMIZE": "1"})
    assert run.code == 0
    assert run.stderr == ""


TWICE = """
from bugcapture.behave import install
install()
def before_scenario(context, scenario):
    note("before_scenario")
install()
def after_scenario(context, scenario):
    note("after_scenario")
import bugcapture.behave
bugcapture.behave.install()
"""


def test_install_is_idempotent_and_may_stand_anywhere(project: BehaveProject) -> None:
    """Row 25: called again and between user hooks, it judges once and calls each hook once."""
    project.hooks(TWICE, install="")
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 0
    assert run.hook_lines() == ["before_scenario", "after_scenario"]
    assert len(run.records) == 1
    assert run.stderr == closing("1 expected failure (#1)") + "\n"
    write(project, FIXED)
    run = project.run()
    assert run.code == 1
    assert len(run.records) == 1
    assert run.stderr.count("bugcapture: ") == 2


@pytest.mark.parametrize(
    "install",
    [
        INSTALL + "from bugcapture.behave import uninstall\nuninstall()\n",
        INSTALL + INSTALL + "from bugcapture.behave import uninstall\nuninstall()\n",
        "from bugcapture.behave import uninstall\nuninstall()\n",
    ],
)
def test_uninstall_gives_behave_back(project: BehaveProject, install: str) -> None:
    """After uninstall() Behave judges for itself, also when install() was called twice or never."""
    project.hooks("", install=install)
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 1
    assert run.cells("expected") == FAILED
    assert run.stderr == ""
    assert run.records == []
    write(project, "  @tdd_bug_5\n  Scenario: nobody checks it\n    Then it passes\n")
    assert project.run().code == 0


def test_uninstall_takes_off_all_that_install_put_on(project: BehaveProject) -> None:
    """The very methods that Behave had before."""
    project.hooks(
        """
        from behave.model import Scenario, ScenarioContainer
        from behave.runner import ModelRunner, Runner
        from bugcapture.behave import uninstall

        PLACES = (
            (Scenario, "run"), (ScenarioContainer, "run"), (ModelRunner, "run_model"),
            (Runner, "load_step_definitions"),
        )
        methods = lambda: [vars(owner)[name] for owner, name in PLACES]
        before = methods()
        install()
        install()
        note(all(now is not then for now, then in zip(methods(), before)))
        uninstall()
        note(methods() == before)
        """,
        install="from bugcapture.behave import install\n",
    )
    write(project, "  Scenario: any\n    Then it passes\n")
    run = project.run()
    assert (run.code, run.hook_lines()) == (0, ["True", "True"])


def test_the_module_runs_behave_with_the_adapter(project: BehaveProject) -> None:
    """``python -m bugcapture.behave`` needs no wiring, takes Behave's arguments, and ends with its exit code."""
    wire_environment(project, environment=False)
    write(project, EXPECTED, FIXED)
    run = project.run(module="bugcapture.behave")
    assert (run.code, run.verdicts) == (1, {"expected": "expected_failure", "fixed": "unexpected_pass"})
    run = project.run("-n", "expected", module="bugcapture.behave")
    assert (run.code, run.cells("expected")) == (0, GREEN)


def test_install_after_uninstall_judges_again(project: BehaveProject) -> None:
    """Taking the adapter off and on again leaves one layer."""
    project.hooks("", install=INSTALL + "from bugcapture.behave import uninstall\nuninstall()\n" + INSTALL)
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 0
    assert len(run.records) == 1


UNTAGGED = """
Feature: Untagged
  Background:
    Given it passes

  Scenario: passes
    Then it is printed

  @wip
  Scenario: fails
    Then it asserts "own"
    And it passes

  Scenario: errs
    When it raises RuntimeError "own"

  Scenario: undefined
    Then nobody wrote this step

  Scenario: skipped
    Given it is skipped

  Scenario: nested
    Then it runs the step: Then it asserts "nested"

  Scenario: broken cleanup
    Given a cleanup will fail

  @other
  Scenario Outline: rows <a>
    Then it asserts "<a>"

    @more
    Examples: E
      | a |
      | 1 |
      | 2 |

  Rule: R
    Scenario: in a rule
      Fails softly: nothing of ours
      Then it passes
"""

TIMES = re.compile(r'\d+\.\d+(e-\d+)?s?|\d+min|time(stamp)?="[^"]*"|"duration": [^,}]+|0x[0-9a-f]+')


def reports_of(run: Run) -> dict[str, str]:
    """Everything that a run left behind, with times taken out."""
    texts = {"code": str(run.code), "stdout": run.stdout, "stderr": run.stderr}
    for file in [run.folder / name for name in ("plain.txt", "report.json", "rerun.txt")]:
        texts[file.name] = file.read_text("utf-8") if file.exists() else "no file"
    texts["junit"] = "".join(file.read_text("utf-8") for file in sorted((run.folder / "junit").iterdir()))
    return {name: TIMES.sub("<time>", text) for name, text in texts.items()}


@pytest.mark.parametrize("args", [(), ("--dry-run",), ("--stop",), ("--tags", "other")])
def test_untagged_features_run_as_without_the_adapter(project: BehaveProject, args: tuple[str, ...]) -> None:
    """Row 27: where no test is tagged, nothing at all changes, byte for byte except times."""
    project.feature(UNTAGGED)
    with_adapter = reports_of(project.run(*args))
    assert "bugcapture" not in with_adapter["stderr"]
    project.write("features/environment.py", "")
    assert with_adapter == reports_of(project.run(*args))
    assert not (project.folder / "evidence").exists()


@pytest.mark.parametrize("verbose", [(), ("--verbose",)])
def test_red_reports_of_a_guarded_bug_are_behaves_own(project: BehaveProject, verbose: tuple[str, ...]) -> None:
    """A bug that is back is reported by Behave exactly as without the adapter; stderr says more."""
    project.feature("@tdd_bug @tdd_bug_1\n" + UNTAGGED.lstrip("\n"))
    with_adapter = reports_of(project.run(*verbose))
    project.write("features/environment.py", "")
    without = reports_of(project.run(*verbose))
    assert with_adapter.pop("stderr") != without.pop("stderr")
    assert with_adapter == without


FORMATTERS = ("plain", "pretty", "progress", "progress2", "progress3", "json", "null")


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_verdicts_do_not_depend_on_the_formatter(project: BehaveProject, formatter: str) -> None:
    """Under every formatter: green for expected failures alone, red with the same text for the others."""
    write(project, EXPECTED)
    run = project.run("-f", formatter, reports=False)
    assert run.code == 0
    assert run.stderr == closing("1 expected failure (#1)") + "\n"
    write(project, EXPECTED, FIXED, WRONG)
    run = project.run("-f", formatter, "--no-summary", reports=False)
    assert run.code == 1
    assert run.closing == closing("1 expected failure (#1)", "1 (#2)", "1 (#3)")
    assert len(run.lines) == 8
    assert "bugcapture:" not in run.stdout
    if formatter == "json":
        text = run.stdout[run.stdout.index("[\n") :]
        elements = json.loads(text)[0]["elements"]
        assert [element["status"] for element in elements] == ["passed", "failed", "error"]
    if formatter == "progress":
        assert ".FE" in run.stdout


def test_pretty_with_colours(project: BehaveProject) -> None:
    """Colours of the formatter stay on stdout; our own lines have none."""
    write(project, EXPECTED, FIXED)
    run = project.run("-f", "pretty", "--color=on", reports=False)
    assert run.code == 1
    assert "\x1b" not in run.stderr


def test_dry_run_gives_no_verdict(project: BehaveProject) -> None:
    """A dry run proves nothing: no evidence, no red, no green."""
    write(project, EXPECTED, FIXED, WRONG)
    run = project.run("--dry-run")
    assert run.code == 0
    assert run.records == []
    assert run.stderr == closing() + ", 3 not run\n"
    assert run.counts["scenario"] == {"untested": 3}


def test_dry_run_with_an_undefined_step_gives_no_verdict(project: BehaveProject) -> None:
    """A dry run finds undefined steps; that is Behave's own result, not a verdict."""
    write(project, captured(1, "case", "Then nobody wrote this step"))
    run = project.run("--dry-run")
    assert run.code == 1
    assert run.records == []
    assert run.closing == closing() + ", 1 not run"


def test_wip_run_gives_verdicts(project: BehaveProject) -> None:
    """``--wip`` selects @wip and stops at the first red one; verdicts apply."""
    write(
        project,
        captured(1, "expected", 'Then it asserts "the bug"', tags="@wip"),
        captured(2, "pending", "Then it is pending", tags="@wip"),
        captured(3, "behind", 'Then it asserts "the bug"', tags="@wip"),
        FIXED,
    )
    run = project.run("--wip", reports=False)
    assert run.code == 1
    assert run.verdicts == {"expected": "expected_failure", "pending": "wrong_failure"}
    assert run.closing == closing("1 expected failure (#1)", wrong="1 (#2)")


@pytest.mark.parametrize(
    ("args", "ran"),
    [
        (("-n", "expected"), {"expected"}),
        (("features/a.feature:3",), {"expected"}),
        (("features/a.feature:7",), {"fixed"}),
        (("--tags", "@tdd_bug_1"), {"expected"}),
        (("--tags", "@tdd_bug_*"), {"expected", "fixed", "wrong"}),
        (("--tags", "@tdd_bug and not @tdd_expected_fail"), set()),
        (("--tags", "@tdd_expected_fail"), {"expected", "fixed", "wrong"}),
        (("--tags", "not @tdd_expected_fail"), set()),
        (("-n", "plain"), set()),
        (("features/a.feature:3", "features/a.feature:3"), {"expected"}),
    ],
)
def test_selection_is_behaves_own(project: BehaveProject, args: tuple[str, ...], ran: set[str]) -> None:
    """What is not selected has no verdict, no record and no part in the closing line."""
    write(project, EXPECTED, FIXED, WRONG, PLAIN)
    run = project.run(*args)
    assert set(run.verdicts) == ran
    assert len(run.records) == len(ran)
    assert run.code == (0 if ran <= {"expected"} else 1)
    assert "not run" not in run.stderr
    if not ran:
        assert run.stderr == ""


def test_same_feature_twice_is_judged_twice(project: BehaveProject) -> None:
    """A file that is named twice is one test with two attempts; green needs both to fail as expected."""
    write(project, captured(1, "case", "Then it follows the plan ff"))
    run = project.run("features/a.feature", "features/../features/a.feature", reports=False)
    assert run.code == 0
    assert [record["verdict"] for record in run.records] in (["expected_failure"], ["expected_failure"] * 2)
    assert run.closing.startswith("bugcapture: ")


def test_outline_whose_rows_are_alike(project: BehaveProject) -> None:
    """Rows with the same cells and name are tests of their own."""
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_1 @tdd_expected_fail
          Scenario Outline: same
            Then it follows the plan <plan>

            Examples:
              | plan |
              | fff  |
              | fff  |
        """
    )
    run = project.run()
    assert run.code == 0
    assert [(record["location"], record["attempt"]) for record in run.records] == [
        ("features/a.feature:8", 1),
        ("features/a.feature:9", 1),
    ]
    assert run.closing == closing("2 expected failures (#1)")


def test_outline_that_a_hook_changes_is_judged(project: BehaveProject) -> None:
    """Rows that a hook adds before the feature are tests like the others."""
    project.hooks(
        """
        def before_feature(context, feature):
            for outline in feature.scenarios:
                outline.examples[0].table.add_row(["p"])
        """
    )
    project.feature(
        """
        Feature: F
          @tdd_bug @tdd_bug_1
          Scenario Outline: row <plan>
            Then it follows the plan <plan>

            @tdd_expected_fail
            Examples: E
              | plan |
              | f    |
        """
    )
    run = project.run("-f", "null", reports=False)
    assert run.code == 1
    assert sorted(run.verdicts.values()) == ["expected_failure", "unexpected_pass"]


RAW = {"BUGCAPTURE_RAW": "1"}


def test_raw_run_inverts_nothing(project: BehaveProject) -> None:
    """``BUGCAPTURE_RAW=1``: exit code and reports are Behave's own; the evidence is written all the same."""
    write(project, EXPECTED, FIXED, WRONG)
    run = project.run(env=RAW)
    assert run.code == 1
    assert [run.cells(name) for name in ("expected", "fixed", "wrong")] == [FAILED, GREEN, ERROR]
    assert run.verdicts == {"expected": "expected_failure", "fixed": "unexpected_pass", "wrong": "wrong_failure"}
    assert run.stderr == (
        "bugcapture: raw run (BUGCAPTURE_RAW is set): 3 captured tests ran, nothing was inverted\n"
    )
    write(project, FIXED)
    assert project.run(env=RAW).code == 0
    write(project, EXPECTED)
    assert project.run(env=RAW).code == 1


@pytest.mark.parametrize("value", ["0", "", "false", "no", "OFF"])
def test_raw_switched_off_is_off(project: BehaveProject, value: str) -> None:
    """The variable with a word for "no" is as if it were not set."""
    write(project, EXPECTED)
    assert project.run(env={"BUGCAPTURE_RAW": value}).code == 0


def test_raw_run_refuses_bad_tags_too(project: BehaveProject) -> None:
    """Raw mode changes verdicts, not the rules."""
    project.feature("Feature: F\n  @tdd_bug_5\n  Scenario: a\n    Then it passes\n")
    run = project.run(env=RAW)
    assert run.code == 1
    assert "T1 @tdd_bug_5 needs @tdd_bug" in run.stderr


def test_failing_run_hooks_stay_behaves_own(project: BehaveProject) -> None:
    """A hook around the whole run or a feature that fails makes the run red, whatever the verdicts are."""
    write(project, EXPECTED)
    for hook in ("after_all(context)", "after_feature(context, feature)"):
        project.hooks(f"def {hook}:\n    raise RuntimeError('hook')\n")
        run = project.run()
        assert run.code == 1
        assert run.verdicts == {"expected": "expected_failure"}
        assert run.closing == closing("1 expected failure (#1)")


def test_nothing_runs_after_a_failing_before_all(project: BehaveProject) -> None:
    """Without a run there is no verdict and no evidence."""
    project.hooks("def before_all(context):\n    raise AssertionError('hook')\n")
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 1
    assert run.records == []


def test_failing_feature_hook_leaves_no_verdict(project: BehaveProject) -> None:
    """Scenarios below a failing before_feature were not run: no green evidence from them."""
    project.hooks("def before_feature(context, feature):\n    raise AssertionError('hook')\n")
    write(project, EXPECTED)
    run = project.run()
    assert run.code == 1
    assert run.records == []
