"""Projects and plugins that would get a captured test past its judge."""

from __future__ import annotations

import pytest
from behave_project import BehaveProject, captured, closing

BYPASS = """\
from behave.model import Scenario

original = Scenario.run
from bugcapture.behave import install

install()


def before_all(context):
    Scenario.run = lambda self, runner: original(self, runner)
"""


def test_a_test_that_ran_past_the_adapter_is_red(project: BehaveProject) -> None:
    """Whoever puts Behave's own ``Scenario.run`` back keeps no captured test from being judged unnoticed."""
    project.write("features/environment.py", BYPASS)
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes"))
    run = project.run(reports=False)
    assert run.code == 1
    assert "bugcapture: features/a.feature:3: wrong failure:" in run.stderr
    assert "it ran without being judged: something replaced Scenario.run" in run.stderr
    assert (run.record["verdict"], run.record["raw_status"]) == ("wrong_failure", "unjudged")
    assert run.closing == closing(wrong="1 (#4)")


def test_a_raw_run_asks_nobody_to_be_judged(project: BehaveProject) -> None:
    """Without inversion a test that ran past the adapter shows its raw result, and nothing is told of it."""
    project.write("features/environment.py", BYPASS)
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes"))
    run = project.run(reports=False, env={"BUGCAPTURE_RAW": "1"})
    assert run.code == 0
    assert run.closing == ""


HANDED_OVER = """\
from behave.runner import Runner


class Moved(Runner):
    def run_model(self, features=None):
        features, self.features = self.features, []
        return super().run_model(features)
"""


def test_what_a_runner_hands_over_is_watched(project: BehaveProject) -> None:
    """A test that ran past the adapter is red wherever its runner keeps the features."""
    project.write("moved.py", HANDED_OVER)
    project.write("features/environment.py", BYPASS)
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes"))
    run = project.run("--runner", "moved:Moved", reports=False)
    assert run.code == 1
    assert run.closing == closing(wrong="1 (#4)")


ITERATOR = """\
from behave.runner import Runner


class Lazy(Runner):
    def run_model(self, features=None):
        return super().run_model(feature for feature in self.features)
"""


def test_a_runner_may_hand_over_an_iterator(project: BehaveProject) -> None:
    """Reading the features to check them leaves them for the run."""
    project.write("lazy.py", ITERATOR)
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes"))
    run = project.run("--runner", "lazy:Lazy", reports=False)
    assert run.code == 1
    assert run.closing == closing(fixed="1 (#4)")


def test_leaving_the_interpreter_later_wipes_out_no_red_verdict(project: BehaveProject) -> None:
    """An ordinary step that exits with 0 does not turn a red run green."""
    project.feature(
        "Feature: F\n"
        + captured(4, "case", "Then it passes")
        + "  Scenario: b\n    Then it leaves the interpreter\n"
    )
    run = project.run(reports=False)
    assert run.code == 1
    assert run.closing == closing(fixed="1 (#4)")


LEAVING = "  Scenario: leaving\n    Then it leaves the interpreter{}\n"


def test_leaving_a_green_run_with_0_stays_green(project: BehaveProject) -> None:
    """Only a red verdict turns a step's exit code 0 into another one."""
    project.feature("Feature: F\n" + captured(4, "case", 'Then it asserts "x"') + LEAVING.format(""))
    run = project.run(reports=False)
    assert run.code == 0
    assert run.closing == closing("1 expected failure (#4)")


def test_leaving_a_red_run_with_a_code_of_its_own_keeps_it(project: BehaveProject) -> None:
    """A step's own exit code other than 0 is the run's."""
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes") + LEAVING.format(" with 7"))
    assert project.run(reports=False).code == 7


def test_a_captured_test_that_leaves_with_a_code_of_its_own_keeps_it(project: BehaveProject) -> None:
    """Inside of a captured test as well."""
    project.feature("Feature: F\n" + captured(4, "case", "Then it leaves the interpreter with 7"))
    run = project.run(reports=False)
    assert run.code == 7
    assert run.record["reason"] == "the run ended here with SystemExit"


@pytest.mark.parametrize("captured_one", [True, False])
def test_what_takes_the_run_down_comes_out_as_it_is(project: BehaveProject, *, captured_one: bool) -> None:
    """An exception that Behave does not catch ends the run under its own name."""
    step = "Then it raises what is no error"
    taking_down = captured(5, "last", step) if captured_one else f"  Scenario: last\n    {step}\n"
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes") + taking_down)
    run = project.run(reports=False)
    assert run.code == 1
    assert "\nGeneratorExit\n" in run.stderr
    assert "AttributeError" not in run.stderr


@pytest.mark.parametrize(
    "tags", [["tdd_expected_fail"], ["tdd_bug", "tdd_bug_4", "tdd_expected_fail"]], ids=["incomplete", "complete"]
)
def test_a_hook_cannot_hand_out_the_switch(project: BehaveProject, tags: list[str]) -> None:
    """Only a switch that stands in the file, where it was checked, makes a failure an expected one."""
    project.hooks(
        "def before_feature(context, feature):\n"
        "    from behave.model import Tag\n"
        f"    feature.tags.extend(Tag(name, 1) for name in {tags})\n"
    )
    project.feature('Feature: F\n  Scenario: case\n    Then it asserts "no bug at all"\n')
    run = project.run(reports=False)
    assert run.code == 1
    assert "wrong failure" in run.stderr


def test_a_passing_test_with_a_switch_from_a_hook_is_told_at_its_own_place(project: BehaveProject) -> None:
    """There is no line of a switch to point at."""
    names = ["tdd_bug", "tdd_bug_4", "tdd_expected_fail"]
    project.hooks(
        "def before_feature(context, feature):\n"
        "    from behave.model import Tag\n"
        "    for scenario in feature.walk_scenarios():\n"
        f"        scenario.tags.extend(Tag(name, 1) for name in {names})\n"
    )
    project.feature(
        "Feature: F\n  Scenario Outline: case\n    Then it <does>\n\n"
        "    Examples:\n      | does |\n      | passes |\n"
    )
    run = project.run()
    assert run.code == 1
    failures = [failure for suite in run.suites for failure in suite.iter("failure")]
    assert [failure.attrib["message"].partition(": ")[0] for failure in failures] == ["features/a.feature:7"]


def test_a_hook_cannot_break_the_tags_of_a_capture(project: BehaveProject) -> None:
    """A tag that the rules refuse beside the switch is refused when a hook adds it as well."""
    project.hooks(
        "def before_feature(context, feature):\n"
        "    from behave.model import Tag\n"
        "    feature.tags.append(Tag('autoretry', 1))\n"
    )
    project.feature("Feature: F\n" + captured(4, "case", 'Then it asserts "x"'))
    run = project.run(reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert run.record["reason"].startswith("@tdd_expected_fail cannot be combined with @autoretry")


def test_a_hook_of_a_swallowed_nested_step_is_wrong(project: BehaveProject) -> None:
    """Behave fails the run for the hook, so the verdict does too."""
    project.hooks(
        "def before_step(context, step):\n    if step.name == 'it passes':\n        raise RuntimeError('hook')\n"
    )
    project.feature("Feature: F\n" + captured(4, "case", "Then it runs a step and goes on: Then it passes"))
    run = project.run(reports=False)
    assert run.code == 1
    assert run.closing == closing(wrong="1 (#4)")


def test_a_step_that_changes_the_directory_moves_no_location(project: BehaveProject) -> None:
    """Locations are seen from where the run was started."""
    project.feature("Feature: F\n" + captured(4, "case", "Given it moves away", 'Then it asserts "x"'))
    project.write(
        "features/steps/moving_steps.py",
        "import os, tempfile\n"
        "from behave import step\n\n\n"
        "@step('it moves away')\n"
        "def moves(context):\n"
        "    os.chdir(tempfile.gettempdir())\n",
    )
    run = project.run(reports=False)
    assert run.code == 0
    assert run.record["location"] == "features/a.feature:3"


@pytest.mark.parametrize("name", ["ModuleNotFoundError", "ImportError", "TimeoutError"])
def test_import_errors_and_timeouts_are_never_expected(project: BehaveProject, name: str) -> None:
    """A declared base class does not let them in either."""
    project.feature(
        "Feature: F\n" + captured(4, "case", f'Then it raises {name} "x"', description="Fails with: Exception")
    )
    run = project.run(reports=False)
    assert run.code == 1
    assert run.closing == closing(wrong="1 (#4)")
    assert "declare it" not in run.stderr


def test_installing_around_another_wrapper_judges_once(project: BehaveProject) -> None:
    """Our adapter inside and outside of another one's wrapper still judges a test once."""
    project.write(
        "features/environment.py",
        "from behave.model import Scenario\n"
        "from bugcapture.behave import install\n\n"
        "install()\n"
        "inner = Scenario.run\n"
        "Scenario.run = lambda self, runner: inner(self, runner)\n"
        "install()\n",
    )
    project.feature("Feature: F\n" + captured(4, "case", 'Then it asserts "x"'))
    run = project.run(reports=False)
    assert run.code == 0
    assert len(run.records) == 1
