"""The rows of a scenario outline are tests of their own, and the same ones in the feature file and in a run."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from pytest_project import EXPECTED, FIXED, REGRESSED, PytestProject, clean_environment

if TYPE_CHECKING:
    from pathlib import Path

# pytest-bdd 7 does not read the tags of a table.
TABLE_TAGS = int(version("pytest-bdd").split(".")[0]) >= 8
FEATURE = f"""\
Feature: F

  @tdd_bug @tdd_bug_12
  Scenario Outline: pays <sum> of <examples.name> in <row.id>, <nothing>
    A word | no table
    Then <sum> is <what>

    Examples: cheap <sum>
      # before the table

      | sum  | what |
      | 1    | ok   |

      # | 2  | ok   |
      | a\\|b | ok   |

    {"@tdd_expected_fail" if TABLE_TAGS else ""}
    Examples:
      | sum | what |
      | 3   | {"bad" if TABLE_TAGS else "ok"}  |

  @tdd_bug @tdd_bug_13 @tdd_expected_fail
  Scenario Outline: the same for all
    Then <sum> is <what>

    Examples:
      | sum | what  |
      | 1   | bad   |
      | 1   | bad   |
"""
STEPS = """
import pathlib
import pytest
from pytest_bdd import parsers, scenario, scenarios, then

@then(parsers.parse("{sum} is {what}"))
def _(what):
    assert what == "ok"

@then(parsers.parse("{sum} fails once"))
def _(sum):
    file = pathlib.Path("seen")
    seen = file.exists()
    file.touch()
    assert seen
"""
# Parameters besides the row must not change which row it is.
MODULE = (
    STEPS + 'scenarios("a.feature")\n\n@pytest.fixture(params=["b", "a"], autouse=True)\ndef more():\n    pass\n'
)
ROWS = {
    ("a.feature:12", "pays 1 of cheap 1 in 1.1, <nothing> -- @1.1 cheap 1"): "passed",
    ("a.feature:15", "pays a|b of cheap a|b in 1.2, <nothing> -- @1.2 cheap a|b"): "passed",
    ("a.feature:20", "pays 3 of  in 2.1, <nothing> -- @2.1 "): EXPECTED if TABLE_TAGS else "passed",
    ("a.feature:28", "the same for all -- @1.1 "): EXPECTED,
    ("a.feature:29", "the same for all -- @1.2 "): EXPECTED,
}


def _bugcapture(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    run = subprocess.run(
        [sys.executable, "-m", "bugcapture", *arguments, "--format", "json"],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> PytestProject:
    """A project with two outlines, one of them with two tables."""
    project = PytestProject(tmp_path_factory.mktemp("rows"))
    project.write("pyproject.toml", "")
    project.write("a.feature", FEATURE)
    project.write("test_a.py", MODULE)
    return project


def test_every_row_has_a_verdict_of_its_own(rows: PytestProject) -> None:
    code, told = _bugcapture(rows.folder, "run")
    assert code == 0, told
    assert {(test["location"], test["name"]): test["verdict"] for test in told["tests"]} == ROWS


def test_evidence_of_rows_is_complete(rows: PytestProject) -> None:
    run = rows.run()
    assert run.code == 0, run.stdout
    assert {(record["location"], record["name"]): record["verdict"] for record in run.records} == ROWS
    code, told = _bugcapture(rows.folder, "evidence", "check", "evidence")
    assert (code, told["findings"], told["captures"]) == (0, [], len(ROWS))


RETRIED = """\
@tdd_bug @tdd_bug_7
Feature: F
  Scenario Outline: rows
    Then <sum> <what>

    Examples:
      | sum | what       |
      | 1   | is ok      |
      | 2   | fails once |
      | 3   | is bad     |

  @tdd_expected_fail
  Scenario Outline: captures
    Then <sum> is <what>

    Examples: broken
      | sum | what |
      | 1   | bad  |
      | 2   | ok   |
"""


def test_retries_of_a_row_are_attempts_of_it(project: PytestProject) -> None:
    project.write("a.feature", RETRIED)
    project.write("test_a.py", STEPS + 'scenarios("a.feature")\n')
    run = project.run("--reruns", "1")
    told = [(record["name"], record["attempt"], record["verdict"]) for record in run.records]
    assert told == [
        ("rows -- @1.1 ", 1, "passed"),
        ("rows -- @1.2 ", 1, REGRESSED),
        ("rows -- @1.2 ", 2, "passed"),
        ("rows -- @1.3 ", 1, REGRESSED),
        ("rows -- @1.3 ", 2, REGRESSED),
        ("captures -- @1.1 broken", 1, EXPECTED),
        ("captures -- @1.2 broken", 1, FIXED),
        ("captures -- @1.2 broken", 2, FIXED),
    ]
    assert "a.feature:12: bug 7 looks fixed" in run.stdout


def test_a_scenario_that_two_functions_run_is_one_test_and_red_when_one_is(project: PytestProject) -> None:
    project.write(
        "a.feature", "Feature: F\n  @tdd_bug @tdd_bug_7 @tdd_expected_fail\n  Scenario: S\n    Then 1 is what\n"
    )
    steps = STEPS.replace('what == "ok"', "OPEN") + 'scenarios("a.feature")\n'
    project.write("test_a.py", "OPEN = True\n" + steps)
    project.write("test_b.py", "OPEN = False\n" + steps)
    run = project.run()
    assert run.code == 1
    assert [(record["attempt"], record["verdict"]) for record in run.records] == [(1, FIXED), (2, "wrong_failure")]


def test_a_row_of_a_file_that_is_no_utf_8_has_the_place_of_its_outline(project: PytestProject) -> None:
    text = RETRIED.replace("rows", "Z\xe4hlen").replace("fails once", "is ok").replace("| 3   | is bad     |", "")
    (project.folder / "a.feature").write_bytes(text.encode("latin-1"))
    project.write(
        "test_a.py", STEPS + '@scenario("a.feature", "Z\xe4hlen", encoding="latin-1")\ndef test_rows(): ...\n'
    )
    run = project.run()
    assert [(record["location"], record["name"]) for record in run.records] == [
        ("a.feature:3", "Z\xe4hlen[1-is ok]"),
        ("a.feature:3", "Z\xe4hlen[2-is ok]"),
    ]
