"""Count the scenarios of a feature file, with Behave's own parser."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from bugcapture.behave.parse import parse_text
from bugcapture.behave.source import BOM
from bugcapture.core.suite_count import SuiteCount

if TYPE_CHECKING:
    from collections.abc import Iterator


def count_scenarios(content: bytes, path: str) -> SuiteCount:
    """What a feature file holds.

    Args:
        content: Its bytes.
        path: The file as reports name it.

    Raises:
        ConfigurationError: If Behave is not installed.
    """
    try:
        text = content.decode("utf-8").removeprefix(BOM)
    except UnicodeDecodeError as error:
        return SuiteCount(problem=f"is not UTF-8: byte 0x{content[error.start]:02x} ({error.reason})")
    feature, problem = parse_text(text, path)
    if problem is not None:
        return SuiteCount(problem=problem.message)
    if feature is None:
        return SuiteCount()
    tags: Counter[str] = Counter()
    tests = tables = cases = 0
    with contextlib.redirect_stdout(io.StringIO()):  # Behave prints about outlines without a table.
        for scenario, inherited in _scenarios(feature):
            examples = scenario.examples if scenario.type == "scenario_outline" else None
            tests += 1
            tables += examples is not None
            cases += 1 if examples is None else sum(len(table.table.rows) for table in examples if table.table)
            own = {*map(str, scenario.tags), *(str(tag) for table in examples or () for tag in table.tags)}
            tags.update(inherited | own)
    return SuiteCount(tests=tests, tables=tables, cases=cases, steps=_count_steps(feature), tags=tags)


def _scenarios(feature: Any) -> Iterator[tuple[Any, set[str]]]:
    """Scenarios and outlines, with the tags that they inherit."""
    outer = set(map(str, feature.tags))
    for item in feature.run_items:
        if item.type == "rule":
            yield from ((scenario, outer | set(map(str, item.tags))) for scenario in item.run_items)
        else:
            yield item, outer


def _count_steps(feature: Any) -> int:
    written = [feature, *(item for item in feature.run_items if item.type == "rule")]
    holders = [element.background for element in written if element.background]
    holders += [scenario for scenario, _ in _scenarios(feature)]
    return sum(len(holder.steps) for holder in holders)
