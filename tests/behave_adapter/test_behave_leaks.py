"""``leaks = "warn"`` and ``leaks = "error"``: scenarios that leave something behind, and nobody else."""

from __future__ import annotations

import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from behave_project import FAILED, GREEN, BehaveProject, Run, captured, closing

from bugcapture.project.trial import VARIABLE, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = """
    import itertools
    import logging
    import os
    import sys
    import threading
    import time
    import warnings
    from pathlib import Path
    from unittest import mock

    from behave import step, use_fixture

    import shop.tax


    def variable(name):
        os.environ[name] = "s3cret"
        yield
        os.environ.pop(name, None)


    @step("{name} is set")
    def set_variable(context, name): os.environ[name] = "s3cret"

    @step("{name} is set to {value}")
    def change_variable(context, name, value): os.environ[name] = value

    counter = itertools.count(1)

    @step("the attempt adds a variable")
    def set_next(context): os.environ[f"TRY_{next(counter)}"] = "1"

    @step("{name} is removed")
    def remove_variable(context, name): del os.environ[name]

    @step("{name} is set by a fixture")
    def set_by_fixture(context, name): use_fixture(lambda context: variable(name), context) and None

    @step("{name} is set until the {layer} ends")
    def set_until(context, name, layer):
        os.environ[name] = "s3cret"
        context.add_cleanup(os.environ.pop, name, layer=layer)

    @step("the {layer} shall end")
    def wait_for_end(context, layer): context.add_cleanup(lambda: None, layer=layer)

    @step("it moves to {folder}")
    def move(context, folder): os.chdir(folder)

    @step("a patch starts")
    def start_patch(context): mock.patch("shop.tax.rate").start()

    @step("all patches stop")
    def stop_patches(context): mock.patch.stopall()

    @step("the rate is replaced")
    def replace(context): shop.tax.rate = mock.Mock()

    @step("a thread starts")
    def start_thread(context): threading.Thread(target=time.sleep, args=(9,), name="sleeper", daemon=True).start()

    @step("a handler is added")
    def add_handler(context): logging.getLogger("shop").addHandler(logging.NullHandler())

    @step("a path is added")
    def add_path(context): sys.path.append("/nowhere")

    @step("a warning is silenced")
    def silence(context): warnings.simplefilter("error", BytesWarning)
"""
HOOKS = """
    import os
    from behave import use_fixture

    def variable(context, name):
        os.environ[name] = "1"
        yield
        del os.environ[name]

    def before_all(context):
        os.environ["OF_ALL"] = "1"

    def before_tag(context, tag):
        if tag.startswith("sets_"):
            os.environ[tag] = "1"
        if tag.startswith("uses_"):
            use_fixture(variable, context, tag)

    def before_feature(context, feature):
        os.environ["OF_FEATURE"] = "1"
        use_fixture(variable, context, "OF_FIXTURE")

    def before_rule(context, rule):
        os.environ["OF_RULE"] = rule.name

    def before_scenario(context, scenario):
        os.environ["OF_SCENARIO"] = "1"

    def after_scenario(context, scenario):
        del os.environ["OF_SCENARIO"]
        os.environ.pop("FOR_HOOK", None)

    def after_rule(context, rule):
        del os.environ["OF_RULE"]

    def after_feature(context, feature):
        del os.environ["OF_FEATURE"]
        if feature.name == "forgets":
            os.environ["FORGOTTEN"] = "1"

    def after_all(context):
        os.environ["TOO_LATE"] = "1"
"""
FEATURES = {
    "a": """
        @uses_WIDE
        Feature: kinds
          Scenario: sets
            When SECRET is set
          Scenario: sets again
            When SECRET is set
          Scenario: changes
            When SECRET is set to other
          Scenario: removes
            When SECRET is removed
          Scenario: moves
            When it moves to features
          Scenario: moves back
            When it moves to ..
          Scenario: patches
            When a patch starts
          Scenario: ends the patch of another
            When all patches stop
          Scenario: replaces
            When the rate is replaced
          Scenario: starts a thread
            When a thread starts
          Scenario: adds a handler
            When a handler is added
          Scenario: adds a path
            When a path is added
          Scenario: silences
            When a warning is silenced
          Scenario: fails
            When FAILED is set
            Then it asserts "no"
          Scenario: uses a fixture
            When CLEAN is set by a fixture
          Scenario: leaves it to its hook
            When FOR_HOOK is set
          @uses_OWN
          Scenario: cleans up its tag
            Then it passes
          @sets_OWN
          Scenario: forgets its tag
            Then it passes
          Scenario: skips
            When SKIPPED is set
            And it is skipped

          Scenario Outline: row
            When <name> is set

            Examples:
              | name |
              | ROW  |
              | ROW  |
              | NEXT |

          Rule: inner
            Scenario: in a rule
              When RULED is set
            Scenario: of the rule
              When OF_RULE is set to other
    """,
    "b": """
        Feature: hands over
          Background:
            Given BACKGROUND is set by a fixture

          Scenario: cleans up later
            When LATER is set until the feature ends
          Scenario: promises to clean up
            When BROKEN is set
            And the feature shall end
    """,
    "c": """
        @sets_FEATURE
        Feature: forgets
          Scenario: does nothing
            Then it passes

          @sets_RULE
          Rule: forgets too
            Scenario: does nothing either
              Then it passes
    """,
    "d": """
        Feature: clean
          Scenario: does nothing at all
            Then it passes
          Scenario: promises for the run
            When RUN is set until the testrun ends
    """,
}
LEFT = {
    "sets": ["the variable SECRET is set"],
    "changes": ["the variable SECRET is changed"],
    "removes": ["the variable SECRET is gone"],
    "moves": ["the working directory is "],
    "moves back": ["the working directory is "],
    "patches": ["shop.tax.rate is replaced", "the patch of shop.tax.rate is not stopped"],
    "replaces": ["shop.tax.rate is replaced"],
    "starts a thread": ["the thread sleeper still runs"],
    "adds a handler": ["the handlers of the logger shop are others"],
    "adds a path": ["sys.path: 1 more"],
    "silences": ["warning filters: 1 more"],
    "fails": ["the variable FAILED is set"],
    "forgets its tag": ["the variable sets_OWN is set"],
    "skips": ["the variable SKIPPED is set"],
    "row -- @1.1": ["the variable ROW is set"],
    "row -- @1.3": ["the variable NEXT is set"],
    "in a rule": ["the variable RULED is set"],
    "of the rule": ["the variable OF_RULE is changed"],
    "hands over": ["the variable BROKEN is set"],
    "forgets too": ["the variable sets_RULE is set"],
    "forgets": ["the variable FORGOTTEN is set", "the variable sets_FEATURE is set"],
}


def set_leaks(project: BehaveProject, how: str) -> None:
    """Write the setting."""
    project.write("pyproject.toml", f'[tool.bugcapture]\nleaks = "{how}"\n')


def write_shop(project: BehaveProject) -> None:
    """A program that scenarios can replace parts of, and the steps that do."""
    project.write("src/shop/__init__.py", "")
    project.write("src/shop/tax.py", "def rate(): ...\n")
    project.write("features/steps/leaks.py", STEPS)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> BehaveProject:
    """A suite in which every kind of thing is left behind by scenarios and by what is around them."""
    project = BehaveProject(tmp_path_factory.mktemp("leaks"))
    write_shop(project)
    project.hooks(HOOKS)
    for name, text in FEATURES.items():
        project.feature(text, name)
    return project


def run_suite(project: BehaveProject) -> Run:
    """One run of it."""
    return project.run("--no-color", env={"PYTHONPATH": "src"})


@pytest.fixture(scope="module")
def plain(suite: BehaveProject) -> Run:
    """What the suite does when nobody looks."""
    (suite.folder / "pyproject.toml").unlink(missing_ok=True)
    return run_suite(suite)


def left(text: str) -> dict[str, list[str]]:
    """What the run says, by the name of the scenario, rule or feature."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("    "):
            lines.append(line.strip())
        elif match := re.match(r"  \S+\.feature:\d+ [\w ]+: (.*)", line):
            lines = found[match[1]] = []
    return found


def shortened(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same with only as much of each line as is sure."""
    return {
        name: [line[: len(wanted)] for line, wanted in zip(lines, LEFT.get(name, lines), strict=False)]
        for name, lines in found.items()
    }


def test_leaks_are_named(suite: BehaveProject, plain: Run) -> None:
    """With what was left, but no value; the result of every scenario stays."""
    set_leaks(suite, "warn")
    run = run_suite(suite)
    found = left(run.stderr)

    assert shortened(found) == LEFT
    assert {name: len(lines) for name, lines in found.items()} == {name: len(x) for name, x in LEFT.items()}
    assert run.lines[0] == "bugcapture: left behind:"
    assert run.lines[1] == "  features/a.feature:3 Scenario: sets"
    assert run.closing == "bugcapture: 18 scenarios, 2 features, 1 rule left something behind"
    assert (run.code, run.counts, run.rerun, run.listed) == (plain.code, plain.counts, plain.rerun, plain.listed)
    assert "s3cret" not in run.stderr
    assert plain.stderr == ""


def test_leaks_can_be_errors(suite: BehaveProject) -> None:
    """Every report and the exit code say so of those that leave something; the others are what they were."""
    set_leaks(suite, "error")
    run = run_suite(suite)

    assert run.code == 1
    assert shortened(left(run.stderr)) == LEFT
    items = [item for feature in run.features for item in feature["elements"]]
    names = [item["name"] for item in items if item["type"] == "scenario"]
    assert {name: run.cells(name) for name in names} == {
        name: FAILED if name.strip() in LEFT else GREEN for name in names
    }
    status = {feature["name"]: feature["status"] for feature in run.features}
    assert status == {"kinds": "failed", "hands over": "failed", "forgets": "failed", "clean": "passed"}
    assert run.counts["feature"] == {"passed": 1, "failed": 3}
    assert run.counts["rule"] == {"failed": 2}
    message = run.case("sets").find("failure").attrib  # type: ignore[union-attr]
    assert (message["type"], message["message"]) == ("LeakError", "left behind: the variable SECRET is set")
    assert "s3cret" not in run.stderr + run.stdout


@pytest.fixture
def shop(project: BehaveProject) -> BehaveProject:
    """A project in which a leak is an error."""
    write_shop(project)
    set_leaks(project, "error")
    return project


def run_shop(project: BehaveProject, *args: str, reports: bool = True, **env: str) -> Run:
    """One run of it."""
    return project.run(*args, reports=reports, env={"PYTHONPATH": "src", **env})


def test_a_capture_that_leaks_is_no_expected_failure(shop: BehaveProject) -> None:
    """Nor is it fixed, and one without the switch is back; told only, a leak changes no verdict."""
    leak, bug = "When X{} is set", 'Then it asserts "the bug"'
    shop.feature(
        "Feature: F\n"
        + captured(1, "clean bug", bug)
        + captured(2, "open bug", leak.format(2), bug)
        + captured(3, "fixed bug", leak.format(3), "Then it passes")
        + captured(4, "guard", leak.format(4), "Then it passes").replace(" @tdd_expected_fail", "")
    )
    run = run_shop(shop)

    assert run.code == 1
    assert run.verdicts == {
        "clean bug": "expected_failure",
        "open bug": "wrong_failure",
        "fixed bug": "wrong_failure",
        "guard": "regressed",
    }
    assert run.records[1]["reason"] == "the clean-up (left behind: the variable X2 is set) failed"
    assert [run.cells(name) for name in run.verdicts] == [GREEN, FAILED, FAILED, FAILED]
    assert run.closing == closing("1 expected failure (#1)", wrong="2 (#2, #3)", regressed="1 (#4)")

    set_leaks(shop, "warn")
    told = run_shop(shop)
    assert list(left(told.stderr)) == ["open bug", "fixed bug", "guard"]
    assert told.verdicts == {
        "clean bug": "expected_failure",
        "open bug": "expected_failure",
        "fixed bug": "unexpected_pass",
        "guard": "passed",
    }


def test_a_raw_run_shows_leaks_as_well(shop: BehaveProject) -> None:
    """They are no part of what is inverted."""
    shop.feature("Feature: F\n" + captured(1, "fixed bug", "When X is set"))
    run = run_shop(shop, BUGCAPTURE_RAW="1")

    assert run.code == 1
    assert run.cells("fixed bug") == FAILED


def test_a_retry_does_not_undo_a_leak(shop: BehaveProject) -> None:
    """The second attempt meets what the first one left, changes nothing, and is red all the same."""
    shop.hooks("""
        from behave.contrib.scenario_autoretry import patch_scenario_with_autoretry

        def before_feature(context, feature):
            for scenario in feature.walk_scenarios():
                patch_scenario_with_autoretry(scenario, max_attempts=2)
    """)
    shop.feature("""
        Feature: F
          Scenario: leaks
            When X is set
          Scenario: is shaky and leaks
            When Y is set
            And the attempt adds a variable
            Then it follows the plan fp
          Scenario: is shaky
            Then it follows the plan  fp
    """)
    run = run_shop(shop)

    assert run.code == 1
    assert left(run.stderr) == {
        "leaks": ["the variable X is set"],
        "is shaky and leaks": [
            "the variable TRY_1 is set",
            "the variable Y is set",
            "the variable TRY_2 is set",
        ],
    }
    assert [run.scenario(name)["status"] for name in ("leaks", "is shaky and leaks", "is shaky")] == [
        "failed",
        "failed",
        "passed",
    ]


def test_stop_stops_at_a_leak(shop: BehaveProject) -> None:
    """Of a scenario and of a feature."""
    shop.hooks("import os\ndef after_feature(context, feature):\n    os.environ[feature.name] = '1'\n")
    shop.feature("Feature: First\n  Scenario: clean\n    Then it passes\n", "a")
    shop.feature("Feature: Second\n  Scenario: never\n    Then it passes\n", "b")
    run = run_shop(shop, "--stop")

    assert run.code == 1
    assert [feature["name"] for feature in run.features] == ["First"]
    assert left(run.stderr) == {"First": ["the variable First is set"]}

    shop.hooks("")
    shop.feature("Feature: F\n  Scenario: one\n    When X is set\n  Scenario: two\n    Then it passes\n", "a")
    run = run_shop(shop, "--stop")
    assert run.counts["scenario"] == {"failed": 1, "untested": 2}


def test_a_feature_that_skips_itself_is_looked_at(shop: BehaveProject) -> None:
    """Although Behave shows it in no report, and its scenarios do not run."""
    shop.hooks("""
        import os

        def before_feature(context, feature):
            os.environ["SKIPPED"] = "1"
            feature.skip("today")
    """)
    shop.feature("Feature: F\n  Scenario: one\n    Then it passes\n")
    run = run_shop(shop, "--no-skipped", reports=False)

    assert run.code == 1
    assert left(run.stderr) == {"F": ["the variable SKIPPED is set"]}


def test_the_runner_looks_as_well(shop: BehaveProject) -> None:
    """The second way in, without an environment file."""
    (shop.folder / "features/environment.py").unlink()
    shop.feature("Feature: F\n  Scenario: one\n    When X is set\n")
    run = run_shop(shop, "--runner", "bugcapture.behave:Runner")

    assert (run.code, left(run.stderr)) == (1, {"one": ["the variable X is set"]})


def test_a_dry_run_leaves_nothing(shop: BehaveProject) -> None:
    """Nothing is executed, so nothing is told."""
    shop.feature("Feature: F\n  Scenario: one\n    When X is set\n")
    run = run_shop(shop, "--dry-run")

    assert (run.code, run.stderr) == (0, "")


def test_names_cannot_steer_the_terminal(shop: BehaveProject) -> None:
    """Neither those of scenarios nor those of what they leave."""
    shop.feature("Feature: F\n  Scenario: red \x1b[31m\n    When \x1b[32mX is set\n")
    run = run_shop(shop)

    assert "\x1b" not in run.stderr
    assert r"the variable \x1b[32mX is set" in run.stderr
    assert r"Scenario: red \x1b[31m" in run.stderr


@pytest.mark.parametrize("value", ['"loudly"', "true", "[]"])
def test_a_wrong_setting_is_refused(project: BehaveProject, value: str) -> None:
    """With the place, before anything runs."""
    project.write("pyproject.toml", f"[tool.bugcapture]\n\nleaks = {value}\n")
    project.feature("Feature: F\n  Scenario: one\n    Then it passes\n")
    run = project.run()

    assert run.code == 1
    assert run.lines[0].startswith("bugcapture: ")
    assert "pyproject.toml:3: [tool.bugcapture] " in run.lines[0]
    assert "$.leaks" in run.lines[0]


def test_a_trial_does_not_look_for_leaks(shop: BehaveProject) -> None:
    """It asks what a test says about its bug, whatever else the test leaves behind."""
    shop.feature("Feature: F\n" + captured(1, "bug", "When X is set", 'Then it asserts "the bug"'))
    assert run_shop(shop).verdicts == {"bug": "wrong_failure"}
    run = run_shop(shop, **{VARIABLE: Trial().encode()})
    assert run.verdicts == {"bug": "expected_failure"}
    assert "left" not in run.stderr


def test_a_run_that_does_not_ask_loads_nothing(project: BehaveProject) -> None:
    """Neither with the setting absent nor with others there."""
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\n')
    project.hooks("import sys\ndef after_all(context):\n    note([n for n in sys.modules if 'leaks' in n])\n")
    project.feature("Feature: F\n  Scenario: one\n    Then it passes\n")
    run = project.run()

    assert (run.code, run.hook_lines()) == (0, ["[]"])


@pytest.fixture
def behavex() -> Iterator[BehaveProject]:
    """A project in which a leak is an error; its path leaves room for the sockets of behavex's processes."""
    if find_spec("behavex") is None:
        pytest.skip("behavex is not installed")
    with tempfile.TemporaryDirectory(prefix="behavex-", ignore_cleanup_errors=True) as folder:
        project = BehaveProject(Path(folder))
        write_shop(project)
        set_leaks(project, "error")
        yield project


def run_behavex(project: BehaveProject, scheme: str) -> Run:
    """One run of it in two processes."""
    options = ("-o", "output", "--parallel-processes", "2", "--parallel-scheme", scheme)
    return project.run(*options, module="behavex", reports=False, env={"PYTHONPATH": "src"})


@pytest.mark.parametrize("scheme", ["feature", "scenario"])
def test_behavex_processes_tell_what_they_saw(behavex: BehaveProject, scheme: str) -> None:
    """Each of them its own; the run fails for it."""
    for name in ("a", "b"):
        behavex.feature(
            f"Feature: {name}\n  Scenario: leaks {name}\n    When {name} is set\n"
            f"  Scenario: clean {name}\n    Then it passes\n",
            name,
        )
    run = run_behavex(behavex, scheme)
    assert run.code == 1
    assert left(run.stderr) == {"leaks a": ["the variable a is set"], "leaks b": ["the variable b is set"]}
    assert set(run.listed) == {"features/a.feature:2", "features/b.feature:2"}


def test_behavex_fails_for_a_feature_that_leaks(behavex: BehaveProject) -> None:
    """Although none of its scenarios failed."""
    behavex.hooks("import os\ndef after_feature(context, feature):\n    os.environ['LEFT'] = '1'\n")
    behavex.feature("Feature: F\n  Scenario: clean\n    Then it passes\n")
    run = run_behavex(behavex, "feature")
    assert (run.code, left(run.stderr)) == (1, {"F": ["the variable LEFT is set"]})
