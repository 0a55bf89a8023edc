"""The lock file: how a test failed when it was recorded, and what later runs say to that."""

from __future__ import annotations

import json

import pytest
from workflow_project import FEATURE, GitProject

from bugcapture.core.fingerprint import Fingerprint
from bugcapture.project.lock import FILE_NAME, Recorded, read_lock, write_lock

FAILURE = {"exc_type": "", "message": "", "step": "", "step_offset": 0, "frame": ""}
ENTRY = {"framework": "", "path": "", "name": "", "ids": [], "runs": 1, "reproduced": 1, "failures": [FAILURE]}


def wrong(**changes: object) -> str:
    """A lock file with an entry in which something is wrong."""
    return json.dumps({"schema": "bugcapture.lock/1", "tests": [{**ENTRY, **changes}]})


@pytest.fixture
def recorded(behave_project: GitProject) -> GitProject:
    """The project with the failure of bug 7 recorded."""
    result = behave_project.run("verify", "7", "--runs", "1", "--record")
    assert result.code == 0, result.err
    assert "recorded in bugcapture.lock; commit it with the test" in result.err
    return behave_project


def test_the_failure_is_written_down(recorded: GitProject) -> None:
    """All that a later run is compared with, and nothing that changes from run to run."""
    assert json.loads(recorded.read(FILE_NAME)) == {
        "schema": "bugcapture.lock/1",
        "tests": [
            {
                "framework": "behave",
                "path": "features/cart.feature",
                "name": "The total is the sum",
                "ids": [7],
                "runs": 1,
                "reproduced": 1,
                "failures": [
                    {
                        "exc_type": "AssertionError",
                        "message": "the total is 4, not 3",
                        "step": "Then the total is 3",
                        "step_offset": 5,
                        "frame": "features/steps/cart_steps.py:check",
                    }
                ],
            }
        ],
    }


def test_recording_again_changes_nothing_of_others(recorded: GitProject) -> None:
    """Another test's entry stays, and the file is the same after the same runs."""
    other = Recorded(
        framework="pytest", path="tests/a.py", name="test_a", ids=(8,), runs=1, reproduced=1, failures=()
    )
    write_lock(recorded.folder, {**read_lock(recorded.folder), other.key: other})
    before = recorded.read(FILE_NAME)
    assert recorded.run("verify", "7", "--runs", "1", "--record").code == 0
    assert recorded.read(FILE_NAME) == before


def test_a_run_like_the_recorded_one_says_nothing(recorded: GitProject) -> None:
    """Lines that moved do not matter."""
    recorded.write("features/cart.feature", "# moved\n\n" + FEATURE)
    result = recorded.run("run", "7")
    assert result.code == 0
    assert "recorded" not in result.out
    assert recorded.run("verify", "7", "--runs", "1").code == 0


def test_another_failure_is_told(recorded: GitProject) -> None:
    """`run` stays green and says so; `verify` is red."""
    recorded.write("src/shop/cart.py", "def total(prices):\n    return 9\n")
    recorded.write("features/cart.feature", FEATURE.replace("total is 4", "total is [49]"))
    told = "fails, but differently since it was recorded: AssertionError: the total is 9, not 3"
    run = recorded.run("run", "7")
    assert run.code == 0
    assert f"features/cart.feature:5: #7 {told}" in run.out
    assert recorded.run("run", "7", "--format", "json").json["tests"][0]["drift"].startswith(told)
    verify = recorded.run("verify", "7", "--runs", "1")
    assert verify.code == 1
    assert told in verify.out


@pytest.mark.parametrize(
    ("program", "word"), [("raise AssertionError('early')", "earlier"), ("return 3", "later")]
)
def test_a_failure_at_another_step_is_told(recorded: GitProject, program: str, word: str) -> None:
    """Earlier or later than it was: something changed on the way."""
    recorded.write("src/shop/cart.py", f"def total(prices):\n    {program}\n")
    text = FEATURE.replace("the total is 4, not 3", ".*") + "    And the total is 5\n"
    recorded.write("features/cart.feature", text)
    result = recorded.run("run", "7")
    assert result.code == 0, result.out
    assert f"#7 fails {word} than it did when it was recorded" in result.out


def test_only_expected_failures_are_recorded(behave_project: GitProject) -> None:
    """A test that passes or is guarded leaves no entry."""
    behave_project.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", ""))
    behave_project.run("verify", "7", "--runs", "1", "--record")
    assert json.loads(behave_project.read(FILE_NAME))["tests"] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": "other/1", "tests": []}',
        '{"schema": "bugcapture.lock/1", "tests": [{}]}',
        '{"schema": "bugcapture.lock/1", "tests": 5}',
        wrong(framework=5),
        wrong(failures=[{**FAILURE, "exc_type": 5}]),
        "<<<<<<< ours\n",
    ],
)
@pytest.mark.parametrize("command", [("verify", "7", "--runs", "1", "--record"), ("run", "7")])
def test_a_broken_lock_file_is_told_and_left_alone(
    behave_project: GitProject, text: str, command: tuple[str, ...]
) -> None:
    """Exit code 2, the file, and what to do; a merge conflict is not overwritten."""
    (behave_project.folder / FILE_NAME).write_text(text, "utf-8")
    result = behave_project.run(*command)
    assert result.code == 2
    assert "is no lock file of bugcapture" in result.err
    assert "Traceback" not in result.err
    assert (behave_project.folder / FILE_NAME).read_text("utf-8") == text


def test_hostile_names_survive(behave_project: GitProject) -> None:
    """Whatever a test is called, it is found again."""
    entry = Recorded(
        framework="behave",
        path="features/\udce9.feature",
        name='"; rm -rf / \x1b[31m\u202e',
        ids=(7,),
        runs=1,
        reproduced=1,
        failures=(Fingerprint(exc_type="X", message="\ud800"),),
    )
    write_lock(behave_project.folder, {entry.key: entry})
    (found,) = read_lock(behave_project.folder).values()
    assert found.name == entry.name
    assert "\x1b" not in behave_project.read(FILE_NAME)
