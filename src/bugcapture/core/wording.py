"""How the people of each framework call things: tests, tags, declarations."""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.expectation import suggest_line, suggest_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER_TAG = re.compile(r"@tdd_(bug|issue)_(<N>|[0-9]+\b)")
_OUR_TAG = re.compile(r"@(?=tdd_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How one framework's people speak.

    Attributes:
        test: What they call a test.
        by_default: Where a failure counts when nothing is declared.
        when_typed: Where a failure of a declared type counts.
        declared_in: Where the declaration stands, in words.
        instead: What a new declaration takes the place of; ``{}`` is the kind of line.
        declare: The declaration of a type and a message, ready to paste.
        respell: Turns tags such as ``@tdd_bug_991`` inside a text into their own spelling.
    """

    test: str
    by_default: str
    when_typed: str
    declared_in: str
    instead: str
    declare: Callable[[str, str], str]
    respell: Callable[[str], str]


def declare_in_robot(exc_type: str, message: str) -> str:
    r"""A ``Fails with:`` line as it is written in a Robot file, where ``\\`` stands for one backslash.

    Args:
        exc_type: The exception's bare name.
        message: Its message.
    """
    # Runs of spaces would end the cell, and a number sign after a space starts a comment.
    line = re.sub(r" {2,}", r"\\s+", suggest_line(exc_type, message))
    escaped = re.sub(r"([$@&%])(?=\\?\{)", r"\\\1", line.replace("\\", "\\\\"))
    return escaped.replace(" #", r" \#")


def declare_in_marker(exc_type: str, message: str) -> str:
    """A pytest marker that declares a failure.

    Args:
        exc_type: The exception's bare name.
        message: Its message.
    """
    pattern = suggest_pattern(message)
    # The name of a class that the test may not have imported, or cannot reach, is written as text.
    known = isinstance(getattr(builtins, exc_type, None), type)
    raises = exc_type if known else f'"{exc_type}"'
    if not pattern:
        return f"@pytest.mark.tdd_expected_fail(raises={raises})"
    raw = '"' not in pattern and not pattern.endswith("\\")
    literal = (f'r"{pattern}"' if "\\" in pattern else f'"{pattern}"') if raw else repr(pattern)
    return f"@pytest.mark.tdd_expected_fail(raises={raises}, match={literal})"


def _as_markers(text: str) -> str:
    return _OUR_TAG.sub("", _NUMBER_TAG.sub(r"tdd_\1(\2)", text))


GHERKIN: Final = Wording(
    test="scenario",
    by_default="in a Then step",
    when_typed="in a When or Then step",
    declared_in="the scenario's description",
    instead="in place of the '{}:' line that holds so far",
    declare=suggest_line,
    respell=lambda text: text,
)
ROBOT: Final = Wording(
    test="test",
    by_default="in the test's own body",
    when_typed="in the test's own body",
    declared_in="the test's [Documentation]",
    instead="in place of the '{}:' line that holds so far",
    declare=declare_in_robot,
    respell=lambda text: _OUR_TAG.sub("", text),
)
PYTEST: Final = Wording(
    test="test",
    by_default="in the test's own body",
    when_typed="in the test's own body",
    declared_in="the test's marker",
    instead="in place of the one that is there",
    declare=declare_in_marker,
    respell=_as_markers,
)
