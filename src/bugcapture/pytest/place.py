"""Where a marker stands in the source, for messages; pytest itself does not know it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.tags import SWITCH
from bugcapture.pytest.captured import name_of

if TYPE_CHECKING:
    import pytest

    from bugcapture.core.tags import TagPolicy
    from bugcapture.pytest.captured import Problem, PytestTest
    from bugcapture.pytest.scenario import Scenario
    from bugcapture.pytest.source import PythonSource


def find_switch(item: pytest.Item, scenario: Scenario | None, test: PytestTest) -> tuple[str, int]:
    """The file and the line of the switch in effect for a test, or of the test when it cannot be seen.

    Args:
        item: The test.
        scenario: The scenario that it runs, for pytest-bdd.
        test: What is known of it.
    """
    if scenario is not None and SWITCH in scenario.tags:
        return scenario.path, scenario.line_of_tag(SWITCH)
    path, name = test.path if scenario is None else str(item.path), name_of(item)
    source = _read(path)
    sites = [
        (capture.line != test.line, site.line)  # Branches may define a test more than once.
        for capture in (source.captures if source else ())
        if _is_about(capture.name, name)
        for site in capture.switches
    ]
    _, line = min(sites, key=lambda site: site[0], default=(True, test.line))
    return path, line


def find_line(problem: Problem, policy: TagPolicy) -> int:
    """The line at which a static check reports a problem; its own when the check does not see it.

    Args:
        problem: A problem of a collected test.
        policy: What the project asks of its tags.
    """
    source = _read(problem.path)
    lines = [
        finding.line
        for finding in (source.check(policy) if source else ())
        if finding.message.startswith(problem.message)
    ]
    return min(lines, key=lambda line: (line < problem.line, abs(line - problem.line)), default=problem.line)


def _is_about(captured: str, name: str) -> bool:
    return name == captured or name.startswith((f"{captured}[", f"{captured}::"))


def _read(path: str) -> PythonSource | None:
    from bugcapture.pytest.source import read_source  # noqa: PLC0415 - only runs with something to tell pay for it

    try:
        return read_source(Path(path), path)
    except BugcaptureError:
        return None
