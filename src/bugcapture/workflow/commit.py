"""The branch and the commit message of a capture; git itself is left to its user."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.naming import slug
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from bugcapture.core.scaffold import NewTest
    from bugcapture.project.config import GateSettings

_BRANCH: Final = "tdd/*"
_TITLE: Final = "test: add TDD bug-capture test for #{number} — *"
_WIDTH: Final = 72
_WILD = re.compile(r"[*?\[]")
_REFERENCE = re.compile(r"#(?=[0-9])|\bGH-(?=[0-9])|://")
# What keeps the CI of a commit from running.
_SKIP = re.compile(r"\[\s*((?:skip|no)[ _-](?:ci|actions)|(?:ci|actions)[ _-]skip)\s*\]", re.IGNORECASE)
_NO_CI = re.compile(r"\*{3,}(?=NO_CI\b)", re.IGNORECASE)
# What git refuses in the name of a branch, and what a shell would take for more than a letter.
_NO_BRANCH = re.compile(r"[^\w./+#@-]|\.\.|//|@\{|(?:^|/)[.-]|(?:\.|/|\.lock)(?:/|\Z)|^[/#@]\Z", re.ASCII)


def name_branch(test: NewTest, gate: GateSettings, asked: str | None) -> str:
    """The name of the branch.

    Args:
        test: The new test.
        gate: What the project asks of its branches.
        asked: The name that the user wants; None for one made of the title.

    Raises:
        ConfigurationError: If git would refuse the name, which the project's pattern may be to blame for.
    """
    name = asked or _fill(gate.capture_branch, _BRANCH, slug(test.title, "-", f"bug-{test.number}"))
    if _NO_BRANCH.search(name) or name.startswith("/"):
        blamed = "" if asked else "[tool.bugcapture.gate] capture_branch: "
        message = f"{blamed}{printable(name)!r} cannot be the name of a branch"
        example = "tdd/cart-total" if asked else f'capture_branch = "{_BRANCH}"'
        raise ConfigurationError(message, hint=f"for example {example}")
    return name


def write_message(test: NewTest, gate: GateSettings, path: str, closes: int | None) -> str:
    """The commit message.

    Args:
        test: The new test.
        gate: What the project asks of its commits.
        path: The test file as the message names it.
        closes: The issue that asks for the test, which the commit closes; the bug itself stays open.

    Raises:
        ConfigurationError: If the commit would close the bug.
    """
    if closes == test.number:
        message = f"--closes {closes}: the capture leaves bug {closes} open, and only the fix closes it"
        raise ConfigurationError(message)
    # What is filled in last cannot be taken for a part of the pattern.
    pattern = _fill(gate.capture_title, _TITLE, "\0").replace("{number}", str(test.number))
    title = pattern.replace("\0", _defuse(test.headline))
    told = f"{path} fails while the bug is there, and carries {SWITCH} until it is fixed."
    body = [textwrap.fill(told, _WIDTH, break_long_words=False, break_on_hyphens=False), test.link]
    footer = f"ISSUES CLOSED: #{closes}" if closes else f"Refs: #{test.number}"
    return "\n\n".join([title, *filter(None, body), footer]) + "\n"


def _defuse(title: str) -> str:
    """A title that closes and skips nothing: forges obey `fixes #12` and `[skip ci]` anywhere in a message."""
    told = _REFERENCE.sub(lambda found: found[0].replace("#", "").replace("GH-", "GH ").replace("://", ":"), title)
    return _NO_CI.sub("", _SKIP.sub(r"(\1)", told))


def _fill(pattern: str, default: str, text: str) -> str:
    """A name that a shell pattern matches; only one star can be filled in."""
    usable = len(_WILD.findall(pattern)) == 1 and "*" in pattern
    return (pattern if usable else default).replace("*", text)
