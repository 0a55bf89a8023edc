"""Apply a verdict to a Robot test, so that exit code, console and every report agree with it."""

from __future__ import annotations

import html
from typing import Any

from bugcapture.core.text import bug_list
from bugcapture.robot.classify import HTML, failure_message


def make_green(result: Any, ids: tuple[int, ...]) -> None:
    """Report an expected failure as passed.

    Args:
        result: The ``robot.result.TestCase``.
        ids: The bugs.
    """
    result.status = "PASS"
    result.message = f"Expected failure ({bug_list(ids)}): {failure_message(result)}"


def make_fixed(result: Any, headline: str) -> None:
    """Report a capture that passed as failed.

    Args:
        result: The ``robot.result.TestCase``.
        headline: What to do with it.
    """
    result.status = "FAIL"
    # A path must not make HTML of a message.
    result.message = f"bugcapture: {headline}" if headline.startswith(HTML) else headline


def make_wrong(result: Any, text: str) -> None:
    """Report a test of a bug that did not do what it should as failed, behind its own message.

    Args:
        result: The ``robot.result.TestCase``.
        text: Why, printable lines.
    """
    result.status = "FAIL"
    message = result.message
    if message.startswith(HTML):  # The whole message is HTML then.
        escaped = html.escape(text).replace("\n", "<br>\n").replace("  ", "&nbsp; ")
        result.message = f"{message}<br>\n<br>\n{escaped}"
    else:
        result.message = f"{message}\n\n{text}" if message else text
