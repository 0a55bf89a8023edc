"""The Behave steps, in real Behave processes."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

LOAD = "from bugcapture.behave.steps import race  # noqa: F401\n"
BUGGY = "if self.engine is None:\n    self.engine = create_engine()\nreturn self.engine"
LOCKED = "with self.lock:\n" + textwrap.indent(BUGGY, "    ")
SCENARIO = """
Given an object from "shop:Service"
When 2 threads race through "ensure" meeting at "shop.create_engine" within 0.1 seconds
Then only 1 thread went through the meeting point
And every thread got the same result and none raised
And no thread raised
"""


@pytest.fixture
def project(tmp_path):
    """A Behave project; call it to write its files and get the runner for it."""

    def write(body=BUGGY, scenario=SCENARIO, steps=None, environment=""):
        files = {
            "shop.py": _shop(body),
            "features/race.feature": "Feature: F\n  Scenario: S\n" + textwrap.indent(scenario.strip(), "    "),
            "features/environment.py": environment,
            **{f"features/steps/{name}": text for name, text in (steps or {"steps.py": LOAD}).items()},
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def _shop(body):
    return (
        "import threading\n\n"
        "closed = []\n\n"
        "def create_engine():\n    return object()\n\n"
        "class Service:\n"
        "    def __init__(self):\n        self.engine = None\n        self.lock = threading.Lock()\n\n"
        "    def close(self):\n        print('CLOSED')\n\n"
        "    def ensure(self):\n" + textwrap.indent(body, " " * 8) + "\n"
    )


def behave(root):
    """Run Behave; return the exit code, the status of each step, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "behave", "-f", "json", "-o", "out.json", "-f", "plain", "--no-capture"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    report = root / "out.json"
    assert report.exists(), done.stdout + done.stderr
    [feature] = json.loads(report.read_text(encoding="utf-8"))
    statuses = [step.get("result", {"status": "untested"})["status"] for step in feature["elements"][0]["steps"]]
    return done.returncode, statuses, done.stdout


def test_the_bug_fails_in_the_then_step(project):
    """A race is an assertion in the Then step, whose first line a pattern can name."""
    code, statuses, output = behave(project(BUGGY))

    assert (code, statuses[:3]) == (1, ["passed", "passed", "failed"])
    assert "2 threads went through shop.create_engine, expected 1\n" in output
    assert "race-1 entered after" in output
    assert "race-2 entered after" in output


def test_the_fix_passes_and_the_object_is_closed(project):
    """Right code passes every step, and `close()` of the object runs once after the scenario."""
    code, statuses, output = behave(project(LOCKED))

    assert (code, statuses) == (0, ["passed"] * 5)
    assert output.count("CLOSED") == 1


def test_the_object_is_closed_after_a_failure_too(project):
    """A failing Then step does not keep the object open."""
    assert behave(project(BUGGY))[2].count("CLOSED") == 1


@pytest.mark.parametrize("then", ["every thread got the same result and none raised", "no thread raised"])
def test_worker_errors_fail_the_then_step(project, then):
    """What the threads raise does not stop the When step: the Then step decides, and shows the traceback."""
    body = "create_engine()\nraise SystemExit(4)"
    scenario = "\n".join([*SCENARIO.strip().splitlines()[:2], f"Then {then}"])
    code, statuses, output = behave(project(body, scenario))

    assert (code, statuses) == (1, ["passed", "passed", "failed"])
    assert "race-2 raised SystemExit:" in output
    assert "in ensure" in output


def test_more_than_one_thread_may_be_expected(project):
    """The plural reads well and counts."""
    scenario = SCENARIO.replace("only 1 thread went", "only 2 threads went").rsplit("And", 2)[0]

    assert behave(project(BUGGY, scenario))[:2] == (0, ["passed"] * 3)


def test_without_a_time_the_default_is_used(project):
    """`within` may be left out."""
    assert behave(project(LOCKED, SCENARIO.replace(" within 0.1 seconds", "")))[:2] == (0, ["passed"] * 5)


@pytest.mark.parametrize(
    ("body", "scenario", "said"),
    [
        ("return None", SCENARIO, "no thread reached the meeting point 'shop.create_engine'"),
        (BUGGY, SCENARIO.replace("shop.create_engine", "shop.make"), "the module shop has no attribute 'make'"),
        (BUGGY, SCENARIO.replace("2 threads", "1 threads"), "1 threads cannot race"),
        (BUGGY, SCENARIO.replace("0.1 seconds", "0 seconds"), "wait=0.0 is not a time above 0 seconds"),
        (BUGGY, SCENARIO.replace('"ensure"', '"insure"'), "Service has no method 'insure'"),
        (
            BUGGY,
            "Given no object\n" + SCENARIO.strip().split("\n", 1)[1],
            "write this step before: Given an object",
        ),
    ],
)
def test_a_race_that_could_not_run_is_an_error(project, body, scenario, said):
    """What says nothing about the bug is never a failure, so never an expected one."""
    steps = {"steps.py": LOAD + "from behave import given\n@given('no object')\ndef _(context): pass\n"}
    code, statuses, output = behave(project(body, scenario, steps))

    assert (code, statuses[:2]) == (1, ["passed", "error"])
    assert said in output


def test_a_hung_thread_is_an_error(project):
    """A deadlock under the meeting point ends the step as an error that names the threads."""
    hurry = (
        "import functools\nimport bugcapture.behave.steps.race as steps\n"
        "steps.run_race = functools.partial(steps.run_race, timeout=0.3)\n"
    )
    body = "create_engine()\nself.lock.acquire()\nself.lock.acquire()"
    code, statuses, output = behave(project(body, steps={"steps.py": LOAD + hurry}))

    assert (code, statuses[:2]) == (1, ["passed", "error"])
    assert "race-1 and race-2 did not come back within 0.3 s" in output


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        ("shop:closed", "'shop:closed' makes no object: it is of type list"),
        ("shop:nothing", "the module shop has no attribute 'nothing'"),
        ("nowhere:Service", "there is no module 'nowhere'"),
    ],
)
def test_an_object_that_cannot_be_made_is_an_error(project, factory, said):
    """The Given step says what is wrong with the factory."""
    code, statuses, output = behave(project(scenario=SCENARIO.replace("shop:Service", factory)))

    assert (code, statuses[0]) == (1, "error")
    assert said in output


def test_a_then_step_without_a_race_is_an_error(project):
    """A check of a race that never ran does not pass."""
    code, statuses, output = behave(project(scenario="Then no thread raised"))

    assert (code, statuses) == (1, ["error"])
    assert "write this step before: When 2 threads race" in output


def test_the_users_step_matcher_does_not_matter(project):
    """Our texts are read as `parse` expressions, and the user's own matcher stays in force."""
    steps = {
        "a_steps.py": 'from behave import given, use_step_matcher\nuse_step_matcher("re")\n'
        + LOAD
        + "@given(r'(?P<count>\\d+) (?:shops?)')\ndef _(context, count): assert count == '12'\n",
        "b_steps.py": LOAD + "from behave import given\n@given('a {thing}')\ndef _(context, thing): pass\n",
    }
    environment = 'from behave import use_step_matcher\nuse_step_matcher("cfparse")\n'
    scenario = "Given 12 shops\nAnd a door\n" + SCENARIO

    code, statuses, output = behave(project(LOCKED, scenario, steps, environment))

    assert (code, statuses) == (0, ["passed"] * 7), output


def test_several_steps_files_may_load_the_steps(project):
    """Loading twice, in either spelling, is neither an error nor ambiguous."""
    steps = {"a.py": LOAD, "b.py": LOAD, "c.py": "import bugcapture.behave.steps.race\n"}

    assert behave(project(LOCKED, steps=steps))[:2] == (0, ["passed"] * 5)


def test_a_clash_with_a_step_of_the_project_is_told(project):
    """A text that the project already has is an error, not a quiet choice."""
    root = project(
        steps={"steps.py": "from behave import then\n@then('no {thing} raised')\ndef _(c, thing): pass\n" + LOAD}
    )
    done = subprocess.run(
        [sys.executable, "-m", "behave"], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "AmbiguousStep" in done.stdout + done.stderr


SECOND_RUNS = """
import os, sys
from behave.__main__ import main
from behave.runner import the_step_registry

codes = []
root, elsewhere = {root!r}, {elsewhere!r}
for place, clear in [(root, False), (root, False), (root, True), (elsewhere, False), (root, True)]:
    os.chdir(place)
    if clear:
        the_step_registry.clear()
    codes.append(main([{features!r}, "-f", "null", "--no-summary"]))
print("CODES", codes)
"""


def test_many_runs_in_one_process(project, tmp_path_factory):
    """The steps are there in every run of a process: again, with an emptied registry, from another folder."""
    root, elsewhere = project(LOCKED), tmp_path_factory.mktemp("elsewhere") / "deeper"
    elsewhere.mkdir()
    script = SECOND_RUNS.format(root=str(root), elsewhere=str(elsewhere), features=str(root / "features"))
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{script}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "CODES [0, 0, 0, 0, 0]" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("scheme", ["feature", "scenario"])
def test_behavex_finds_the_steps_in_every_worker(project, tmp_path_factory, scheme):
    """A pool worker makes many Behave runs in one process, and the steps are defined in each."""
    pytest.importorskip("behavex")
    root = project(LOCKED)
    text = (root / "features/race.feature").read_text(encoding="utf-8")
    for number in range(3):
        scenarios = text.split("\n", 1)[1]
        more = "".join(f"\n{scenarios}".replace("Scenario: S", f"Scenario: S{number}{row}") for row in range(2))
        (root / f"features/more{number}.feature").write_text(f"Feature: F{number}{more}\n", encoding="utf-8")
    reports = tmp_path_factory.mktemp("reports")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from behavex.runner import main; main()",
            "features",
            "--parallel-processes",
            "2",
            "--parallel-scheme",
            scheme,
            "-o",
            str(reports),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    features = json.loads((reports / "report.json").read_text(encoding="utf-8"))["features"]
    statuses = [scenario["status"] for feature in features for scenario in feature["scenarios"]]

    assert (done.returncode, statuses) == (0, ["passed"] * 7), done.stdout + done.stderr
