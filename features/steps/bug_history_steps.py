"""Steps that look at the history of bugs."""

from __future__ import annotations

import json
from typing import Any

from behave import then


@then('the history of bug {number:d} is "{verdicts}"')
def check_changes(context: Any, number: int, verdicts: str) -> None:
    (bug,) = json.loads(context.project.last.stdout)["bugs"]
    assert bug["id"] == number
    assert [change["after"] for change in bug["changes"]] == verdicts.split(", "), context.project.last


@then("it was reproduced in {count:d} of {runs:d} runs")
def check_rate(context: Any, count: int, runs: int) -> None:
    (bug,) = json.loads(context.project.last.stdout)["bugs"]
    assert (bug["reproduced"]["count"], bug["reproduced"]["of"]) == (count, runs), context.project.last


@then('nothing tells "{secret}"')
def check_secret(context: Any, secret: str) -> None:
    assert secret not in context.project.last.stdout + context.project.last.stderr, context.project.last
