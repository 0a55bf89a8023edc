"""The same verdicts under behavex: serial, and with two processes in both of its schemes."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from behave_project import BehaveProject, Run, captured

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(find_spec("behavex") is None, reason="behavex is not installed")

SCHEMES = {
    "serial": (),
    "feature": ("--parallel-processes", "2", "--parallel-scheme", "feature"),
    "scenario": ("--parallel-processes", "2", "--parallel-scheme", "scenario"),
}
PLAIN = "  Scenario: plain {}\n    Then it passes\n\n"


@dataclass(frozen=True)
class Expected:
    """What one row of the table says about a run."""

    scenario: str
    code: int
    verdicts: list[str]
    failures: int


ROWS = {
    1: Expected(captured(1, "case {}", 'Then it asserts "the bug"'), 0, ["expected_failure"] * 2, 0),
    2: Expected(captured(1, "case {}", "Then it passes"), 1, ["unexpected_pass"] * 2, 2),
    6: Expected(
        captured(1, "case {}", 'Then it raises RuntimeError "engine is gone"'), 1, ["wrong_failure"] * 2, 2
    ),
    18: Expected("  @tdd_bug_5\n  Scenario: case {}\n    Then it passes\n\n", 1, [], 0),
}


@pytest.fixture
def project() -> Iterator[BehaveProject]:
    """A project whose path leaves room for the sockets that behavex's processes talk through."""
    with tempfile.TemporaryDirectory(prefix="behavex-", ignore_cleanup_errors=True) as folder:
        yield BehaveProject(Path(folder))


def run_behavex(project: BehaveProject, scheme: str) -> tuple[Run, list[ET.Element]]:
    """Run behavex on the project; its JUnit suites come with the result."""
    shutil.rmtree(project.folder / "output", ignore_errors=True)
    run = project.run("-o", "output", *SCHEMES[scheme], module="behavex", reports=False)
    files = sorted((project.folder / "output" / "behave").glob("*.xml"))
    return run, [ET.parse(file).getroot() for file in files]  # noqa: S314 - behavex wrote it


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_verdicts_under_behavex(project: BehaveProject, scheme: str, row: int) -> None:
    """Row 22: exit code, XML and number of records are the same in every scheme."""
    expected = ROWS[row]
    for name in ("a", "b"):
        text = "Feature: F{0}\n" + PLAIN + expected.scenario
        project.feature(text.replace("{0}", name).replace("{}", name), name)
    run, suites = run_behavex(project, scheme)
    assert run.code == expected.code, run.stdout + run.stderr
    assert [record["verdict"] for record in run.records] == expected.verdicts
    assert (
        sorted(record["location"] for record in run.records)
        == [
            "features/a.feature:6",
            "features/b.feature:6",
        ][: len(expected.verdicts)]
    )
    found = [failure for suite in suites for failure in suite.iter("failure")]
    if row == 18:
        assert "T1 @tdd_bug_5 needs @tdd_bug" in run.stderr
        assert "features/a.feature:5: " in run.stderr
        return
    assert len(list(suites)) == 2
    assert len(found) == expected.failures
    texts = [" ".join([*failure.attrib.values(), *failure.itertext()]) for failure in found]
    wanted = {2: "bug 1 looks fixed: run `bugcapture graduate 1`", 6: "engine is gone"}.get(row, "")
    assert all(wanted in text for text in texts)
    if scheme != "serial":
        assert {bool(record["worker"]) for record in run.records} == {True}


@pytest.mark.parametrize("scheme", ["feature", "scenario"])
def test_one_bad_feature_among_good_ones_fails_the_run(project: BehaveProject, scheme: str) -> None:
    """Row 22: behavex must not drop the bad feature in silence."""
    project.feature("Feature: good\n" + PLAIN.format("a"), "a")
    project.feature("Feature: bad\n  @tdd_bug_5\n  Scenario: case\n    Then it passes\n", "b")
    run, _ = run_behavex(project, scheme)
    assert run.code == 1
    assert "features/b.feature:2: T1 @tdd_bug_5 needs @tdd_bug" in run.stderr
