"""Steps that look at the ledger: the age of captures, and what they said last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from behave import given, then


@given("the project is a git repository since {days:d} days")
def make_old_repository(context: Any, days: int) -> None:
    context.project.git("init", "--quiet")
    commit_days_ago(context, days)


@given('the file "{name}" was committed {days:d} days ago')
def commit_file(context: Any, name: str, days: int) -> None:
    context.project.write(name, "Feature: Later\n")
    commit_days_ago(context, days)


@then('the verdicts of the tests of bug {number:d} are "{verdicts}"')
def check_last_verdicts(context: Any, number: int, verdicts: str) -> None:
    shown = json.loads(context.project.last.stdout)
    assert shown["id"] == number
    assert [test["last"]["verdict"] for test in shown["tests"]] == verdicts.split(", ")


def commit_days_ago(context: Any, days: int) -> None:
    # An hour more, so that the count of whole days is sure.
    moment = datetime.now(UTC) - timedelta(days=days, hours=1)
    context.project.git("add", ".")
    context.project.git("commit", "--quiet", "--message=commit", f"--date={moment.isoformat()}")
