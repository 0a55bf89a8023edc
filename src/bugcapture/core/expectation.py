"""The declared failure: ``Fails with: <Type>[: <regex>]`` and ``Fails at: <step or keyword>``.

The lines stand in the text that people read: a scenario's description, a Robot test's
documentation. The nearest declaration wins, each kind for itself.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FAILS_WITH: Final = "Fails with"
FAILS_AT: Final = "Fails at"

_LINE = re.compile(r"\s*(fails\s+(?:with|at))\s*:(.*)\Z", re.IGNORECASE | re.DOTALL)
# Case matters for a bare `Error`: "fails with error 500" is prose.
_NEAR = re.compile(
    r"[\W_]*fail\w*[\W_]*(?:with|wiht|wtih|at)[\W_]*[:\uff1a]"
    r"|[\W_]*fail\w*[\W_]+with[\W_]+(?:[\w.]+(?:Error|Exception|Failure|Warning)|(?-i:Error|Exception))\b",
    re.IGNORECASE,
)
_NEAR_LENGTH = 200
_TYPE = re.compile(r"\s*([^\s:]+)\s*(?::(.*))?\Z", re.DOTALL)
_NEVER: Final = frozenset(
    {
        "BaseException",
        "GeneratorExit",
        "ImportError",
        "KeyboardInterrupt",
        "ModuleNotFoundError",
        "SystemExit",
        "TimeoutError",
    }
)
_PASTED_MESSAGE = 100


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a captured test is declared to fail with, and where.

    Attributes:
        type_name: The exception's bare or dotted name; empty when none is declared.
        pattern: A regular expression searched in the message; empty for any message.
        place: The one step or keyword that may fail; empty when none is declared.
        other_types: Further types that count as well, as in pytest's ``raises=(KeyError, IndexError)``.
    """

    type_name: str = ""
    pattern: str = ""
    place: str = ""
    other_types: tuple[str, ...] = ()

    @property
    def declared(self) -> bool:
        """Whether anything is declared at all."""
        return bool(self.type_name or self.place)

    @property
    def types(self) -> str:
        """The declared types as people read them: ``KeyError or IndexError``; empty when none is declared."""
        return " or ".join((self.type_name, *self.other_types)) if self.type_name else ""

    def __str__(self) -> str:
        """The declaration as people wrote it, on one line."""
        with_text = self.types + (f": {self.pattern}" if self.pattern else "")
        at_text = f"at {self.place}" if self.place else ""
        return printable(" ".join(part for part in (with_text, at_text) if part))


NO_EXPECTATION: Final = Expectation()


@dataclass(frozen=True, slots=True)
class ExpectationProblem:
    """One line that cannot be used.

    Attributes:
        index: Which of the given lines it is, from 0.
        message: What is wrong and what would be right, printable.
    """

    index: int
    message: str


def parse_expectation(lines: Sequence[str]) -> tuple[Expectation, tuple[ExpectationProblem, ...]]:
    """Read the declaration out of one description.

    Args:
        lines: The lines of the description, in any layout; other text is passed over.

    Returns:
        The declaration (empty where there is none or where it is broken), and what is wrong with it.
    """
    found: dict[str, str] = {}
    pattern = ""
    problems: list[ExpectationProblem] = []
    for index, line in enumerate(lines):
        match = _LINE.match(line)
        if match is None:
            if _NEAR.match(line[:_NEAR_LENGTH]):
                problems.append(ExpectationProblem(index, _tell_near_miss(line)))
            continue
        key = FAILS_AT if match[1].lower().endswith("at") else FAILS_WITH
        value = match[2].strip()
        message = ""
        if key in found:
            message = f"two '{key}:' lines: a test has one expected failure"
        elif not value:
            example = "AssertionError: 2 engines" if key == FAILS_WITH else "Then only 1 engine was created"
            message = f"empty '{key}:' line: write for example '{key}: {example}'"
        elif key == FAILS_AT:
            found[key] = value
        else:
            found[key], pattern, message = _parse_type(value)
        if message:
            problems.append(ExpectationProblem(index, message))
            found.setdefault(key, "")
    return Expectation(found.get(FAILS_WITH, ""), pattern, found.get(FAILS_AT, "")), tuple(problems)


def merge_expectations(nearest_first: Iterable[Expectation]) -> Expectation:
    """The declaration in effect for a test.

    Args:
        nearest_first: Declarations from the test itself outwards (rule, feature, suite, …).

    Returns:
        The nearest ``Fails with`` and the nearest ``Fails at``.
    """
    chosen = NO_EXPECTATION
    place = ""
    for expectation in nearest_first:
        if expectation.type_name and not chosen.type_name:
            chosen = expectation
        place = place or expectation.place
    return replace(chosen, place=place)


def matches_type(expectation: Expectation, exc_types: Iterable[str]) -> bool:
    """Whether an exception is of the declared type, by bare or dotted name, base classes included.

    Args:
        expectation: A declaration with a type.
        exc_types: Names as `bugcapture.core.outcome.exception_names` gives them.
    """
    wanted = (expectation.type_name, *expectation.other_types)
    return any(name == one or name.endswith("." + one) for name in exc_types for one in wanted)


def matches_message(expectation: Expectation, message: str) -> bool:
    """Whether the declared regular expression is found in the message."""
    return not expectation.pattern or re.search(expectation.pattern, message) is not None


def same_place(declared: str, place: str) -> bool:
    """Whether two spellings name the same step or keyword: white space and case do not matter."""
    return " ".join(declared.split()).casefold() == " ".join(place.split()).casefold()


def check_type_name(name: str) -> str:
    """What is wrong with the name of a declared type; empty when it can be expected.

    Args:
        name: A bare or dotted name.

    Returns:
        The problem as printable text that follows the name.
    """
    if not all(part.isidentifier() for part in name.split(".")):
        return "does not start with an exception's name"
    last = name.rpartition(".")[2]
    return f"{printable(name)} can never be the expected failure" if last in _NEVER else ""


def check_pattern(pattern: str) -> str:
    """What is wrong with a declared regular expression; empty when it can be searched for.

    Args:
        pattern: The expression, searched in the failure's message.

    Returns:
        The problem as printable text.
    """
    try:
        with warnings.catch_warnings():
            # `[[1, 2]]` will change its meaning in a later Python, and is seldom meant as a regex.
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        return f"is no valid regular expression: {printable(str(error))}"
    return ""


def suggest_line(exc_type: str, message: str) -> str:
    """The line that would declare a failure, ready to paste.

    Args:
        exc_type: The exception's bare name.
        message: Its message; the first line that says something is used.

    Returns:
        For example ``Fails with: KeyError: 'total'``. Parsed again, it accepts this very failure.
    """
    pattern = suggest_pattern(message)
    return f"{FAILS_WITH}: {printable(exc_type)}" + (f": {pattern}" if pattern else "")


def suggest_pattern(message: str) -> str:
    """A regular expression that finds the first line of a message that says something; empty without one.

    Args:
        message: The exception's message.
    """
    text = next((line.strip() for line in message.splitlines() if line.strip()), "")[:_PASTED_MESSAGE].rstrip()
    return "".join(_escape(char) for char in text)


def _tell_near_miss(line: str) -> str:
    shown = shorten(printable(line.strip()), 80)
    example = f"'{FAILS_WITH}: <Type>: <regex>' or '{FAILS_AT}: <step>'"
    return f"'{shown}' looks like a declaration and is none: write {example}"


def _parse_type(value: str) -> tuple[str, str, str]:
    """Type name, pattern and problem of the text after ``Fails with:``."""
    match = _TYPE.match(value)
    shown = f"'{FAILS_WITH}: {shorten(printable(value), 80)}'"
    if match is None:
        return "", "", f"{shown} does not start with an exception's name"
    name, pattern = match[1], match[2]
    if problem := check_type_name(name):
        separator = ":" if name.rpartition(".")[2] in _NEVER else ""
        return "", "", f"{shown}{separator} {problem}"
    if pattern is None:
        return name, "", ""
    pattern = pattern.strip()
    if not pattern:
        return "", "", f"{shown} has an empty message: leave out the colon, or write a regex"
    if problem := check_pattern(pattern):
        return "", "", f"{shown} {problem}"
    return name, pattern, ""


def _escape(char: str) -> str:
    if not char.isprintable():
        return "."
    # Angle brackets: in an outline `<total>` would be filled in from the row.
    return "\\" + char if char in r"\.^$*+?{}[]|()<>" else char
