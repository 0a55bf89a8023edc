"""What the comparison says of other tools is what they do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from docs_pages import DOCS

if TYPE_CHECKING:
    from pathlib import Path

XFAIL = """\
import pytest

plain = pytest.mark.xfail(reason="#991")
strict = pytest.mark.xfail(reason="#991", strict=True, raises=AssertionError)

@pytest.fixture
def broken():
    raise RuntimeError("no database")

exact = pytest.mark.xfail(strict=True, raises=pytest.RaisesExc(AssertionError, match="1 == 2"))

@exact
def test_exact_bug(): assert 1 == 2
@exact
def test_exact_other(): assert "what" == "ever"
@plain
def test_plain_bug(): assert 1 == 2
@plain
def test_plain_other(): assert "what" == "ever"
@plain
def test_plain_typo(): asert_it()
@plain
def test_plain_setup(broken): assert 1 == 2
@plain
def test_plain_passes(): pass
@strict
def test_strict_bug(): assert 1 == 2
@strict
def test_strict_other(): assert "what" == "ever"
@strict
def test_strict_typo(): asert_it()
@strict
def test_strict_setup(broken): assert 1 == 2
@strict
def test_strict_passes(): pass
"""
ROBOT = """\
*** Test Cases ***
Bug
    [Tags]    bug
    Should Be Equal    1    2
Typo
    [Tags]    bug
    Shuld Be Equal    1    2
Setup
    [Tags]    bug
    [Setup]    Fail    no database
    Should Be Equal    1    2
Passes
    [Tags]    bug
    Should Be Equal    1    1
"""
FEATURE = """\
Feature: Muted
  @MUTE
  Scenario: Bug
    Then it is red
  @MUTE
  Scenario: Typo
    Then it is rde
  @MUTE
  Scenario: Set-up
    Given a crash
  @MUTE
  Scenario: Passes
    Then it is green
"""
STEPS = """\
from behave import given, then

@then("it is red")
def red(context): assert 1 == 2
@then("it is green")
def green(context): pass
@given("a crash")
def crash(context): raise RuntimeError("no database")
"""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ROBOT"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip


def test_xfail(tmp_path: Path) -> None:
    """Without more it takes every failure and every pass; strict and with a type it is red but for assertions."""
    (tmp_path / "test_it.py").write_text(XFAIL)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = _run(tmp_path, "pytest", "-q", "-rA", "-p", "no:bugcapture", "-p", "no:cacheprovider", "--tb=no")
    said = dict(
        reversed(pair)
        for pair in re.findall(r"^(\w+)(?: at setup of)? \S*::test_(\w+)", done.stdout, re.MULTILINE)
    )
    assert done.returncode == 1
    assert said == {
        "exact_bug": "XFAIL",
        "exact_other": "FAILED",
        **dict.fromkeys(("plain_bug", "plain_other", "plain_typo", "plain_setup"), "XFAIL"),
        "plain_passes": "XPASS",
        **dict.fromkeys(("strict_bug", "strict_other"), "XFAIL"),
        "strict_typo": "FAILED",
        "strict_setup": "ERROR",
        "strict_passes": "FAILED",
    }


def test_skiponfailure(tmp_path: Path) -> None:
    """Every failure is a skip, a broken set-up too, and a pass is a pass."""
    (tmp_path / "suite.robot").write_text(ROBOT)
    done = _run(tmp_path, "robot", "--skiponfailure", "bug", "--log", "NONE", "--report", "NONE", "suite.robot")
    tests = ET.parse(tmp_path / "output.xml").iter("test")  # noqa: S314 - Robot Framework has written it
    status = {
        test.get("name"): (found.get("status") if (found := test.find("status")) is not None else None)
        for test in tests
    }
    assert (done.returncode, status) == (0, {"Bug": "SKIP", "Typo": "SKIP", "Setup": "SKIP", "Passes": "PASS"})


def test_mute(tmp_path: Path) -> None:
    """The console tells of failures, undefined steps and crashes, and the exit code does not."""
    (tmp_path / "features" / "steps").mkdir(parents=True)
    (tmp_path / "features" / "muted.feature").write_text(FEATURE)
    (tmp_path / "features" / "steps" / "steps.py").write_text(STEPS)
    done = _run(tmp_path, "behavex", "features", "-o", str(tmp_path / "out"))
    assert "1 scenario passed, 1 failed, 2 error, 0 skipped" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("row", ["fails by a typo", "fails in its set-up", "passes"])
def test_the_table_has_a_row_for_each(row: str) -> None:
    """What is tried here is what the page compares."""
    assert f"| {row}" in (DOCS / "comparison.md").read_text("utf-8")
