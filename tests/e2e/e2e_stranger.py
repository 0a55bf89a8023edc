"""A stranger's Behave project: its own code, its own steps, two lines of environment, one captured bug."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CAPTURE = "features/invoice.feature"
BUGGY = "return sum(lines[:-1])"
FIXED = "return sum(lines)"

ENVIRONMENT = """\
from bugcapture.behave import install

install()
"""
_STEPS = """\
import sys

from behave import given, then, when

sys.path.insert(0, "src")
from invoice import total


@given("an invoice with the lines {lines}")
def write_invoice(context, lines):
    context.lines = [int(line) for line in lines.split(",")]


@when("it is added up")
def add_up(context):
    context.total = total(context.lines)


@then("it says {amount:d}")
def check_amount(context, amount):
    assert context.total == amount, f"it says {context.total}, expected {amount}"
"""
_FEATURE = """\
Feature: Invoices

  @tdd_bug @tdd_bug_42 @tdd_expected_fail
  Scenario: The last line counts
    Fails with: AssertionError: it says \\d+, expected 6

    Given an invoice with the lines 1, 2, 3
    When it is added up
    Then it says 6

  Scenario: Nothing costs nothing
    Given an invoice with the lines 0
    When it is added up
    Then it says 0
"""


def write_project(folder: Path) -> None:
    """Write the project, with its bug and its capture."""
    for name, text in (
        ("features/environment.py", ENVIRONMENT),
        ("features/steps/invoice_steps.py", _STEPS),
        (CAPTURE, _FEATURE),
    ):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    write_program(folder, BUGGY)


def write_program(folder: Path, body: str) -> None:
    """Write the program under test, `BUGGY` or `FIXED`."""
    file = folder / "src" / "invoice.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        dedent(f"""\
        def total(lines):
            {body}
    """),
        "utf-8",
    )
