"""Steps about the generated documents."""

from __future__ import annotations

import re
from typing import Any

from behave import given, then


@given("the reports are fresh")
def refresh(context: Any) -> None:
    context.execute_steps('When "bugcapture report refresh" runs with exit code 0')


@given('the file "{name}" has one line more')
def add_line(context: Any, name: str) -> None:
    context.project.write(name, context.project.read(name) + "More.\n")


@then('the archive of the reports holds {count:d} version of "{name}"')
def check_archive(context: Any, count: int, name: str) -> None:
    archived = [file.name for file in (context.project.folder / "docs/reports/archive").iterdir()]
    named = re.compile(rf"\d{{4}}-\d\d-\d\d-{name}\.md")
    assert len(archived) == count, archived
    assert all(map(named.fullmatch, archived)), archived
