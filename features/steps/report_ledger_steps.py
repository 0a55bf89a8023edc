"""Steps that look at the page of the ledger, and at the data that it is made of."""

from __future__ import annotations

import json
import re
from typing import Any

from behave import then


@then("the page tells of bug {number:d}")
def check_bug(context: Any, number: int) -> None:
    told = json.loads(context.project.last.stdout)
    bug = next(bug for bug in told["bugs"] if bug["id"] == number)
    (test,) = bug["tests"]
    found = {
        "state": bug["state"],
        "verdict": bug["verdict"]["name"],
        "reproduced": f"{bug['reproduced']['count']} of {bug['reproduced']['of']}",
        "proof": bug["proof"],
        "first failure": f"{test['failure']['exc_type']}: {test['failure']['message']}",
        "changes": ", ".join(change["after"] for change in bug["changes"]),
        "burndown": ", ".join(str(point["captured"]) for point in told["burndown"]["points"]),
    }
    assert found == {row["what"]: row["value"] for row in context.table}, found


@then('the page "{name}" has a section for bug {number:d}')
def check_section(context: Any, name: str, number: int) -> None:
    page = context.project.read(name)
    assert f"id=bug-{number}>" in page
    assert f'href="#bug-{number}"' in page


@then('the page "{name}" loads nothing')
def check_addresses(context: Any, name: str) -> None:
    page = context.project.read(name)
    assert "default-src 'none'" in page
    assert set(re.findall(r"(?:src|href)=[\"']?([^\"' >]+)", page)) == {"#bugs", "#bug-7", "#end", "data:,"}
