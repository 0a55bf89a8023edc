"""Steps that look at merged evidence."""

from __future__ import annotations

import json
from typing import Any

from behave import then


@then("the merged records are")
def check_merged(context: Any) -> None:
    """Compare the records on standard output with a table, in their order."""
    records = [json.loads(line) for line in context.project.last.stdout.splitlines()]
    found = [[str(record[heading]) for heading in context.table.headings] for record in records]
    assert found == [list(row.cells) for row in context.table], context.project.last
