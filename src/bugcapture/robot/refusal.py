"""Refuse a run before anything of it is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.core.text import printable
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN_LINES = 20


class Refusal(Exception):  # noqa: N818 - the run is refused, nothing went wrong in here
    """The suites cannot be run as they are; its text says why, with all problems."""


def refuse(root: Any, text: str) -> str:
    """Make every test of a run fail without executing anything.

    Args:
        root: The run's ``robot.running.TestSuite``, before its set-up.
        text: Why; said once on standard error, and in the message of each test.

    Returns:
        The message of each test.
    """
    say(f"bugcapture: {text}")
    lines = [printable(line) for line in f"bugcapture: {text}".split("\n")]
    if len(lines) > _SHOWN_LINES:
        lines[_SHOWN_LINES:] = [f"  … {len(lines) - _SHOWN_LINES} more lines on standard error"]
    message = "\n".join(lines)
    tests = 0
    for suite in walk_suites(root):
        suite.setup = suite.teardown = None
        # What has yet to be imported shall not run either.
        suite.resource.imports.clear()
        for test in suite.tests:
            test.error = message
            tests += 1
    if not tests:
        root.tests.create(name="Nothing was run").error = message
    return message


def walk_suites(root: Any) -> Iterator[Any]:
    """A suite and all below it."""
    yield root
    for suite in root.suites:
        yield from walk_suites(suite)
