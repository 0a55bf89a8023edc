"""What a pytest marker says, in the tags and expectations that every framework shares.

The live plugin reads markers from objects, the static reader from source text; both say here what they
found, so that they agree on every rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bugcapture.core.expectation import NO_EXPECTATION, Expectation, check_pattern, check_type_name
from bugcapture.core.tags import (
    FAMILIES,
    PREFIX,
    SWITCH,
    TagKind,
    TagPolicy,
    TagProblem,
    check_tags,
    read_tag,
    suggest_tag,
)
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FAMILY_NAMES: Final = frozenset(PREFIX + family for family in FAMILIES)
_NUMBERED: Final = re.compile(r"(tdd_(?:bug|issue))_(.+)\Z", re.DOTALL)
_WANTED: Final = re.compile(r"@(tdd_(?:bug|issue)) and a number tag(?:, such as @\w+)?")
_TAG: Final = re.compile(r"@(?=[\w.])")
_TOO_BIG: Final = 10**18
_DEFAULT_TYPES: Final = Expectation(type_name="AssertionError", other_types=("Failed",))
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class MarkerProblem:
    """One thing that is wrong with a marker.

    Attributes:
        rule: The rule's code, such as ``T5``.
        message: What is wrong and what would be right, printable.
    """

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Marker:
    """What one marker says.

    Attributes:
        tags: The plain tags that it stands for; its own name when it is none of ours.
        expectation: The failure that it declares.
        problems: What is wrong with it; a marker with problems may still say a part.
    """

    tags: tuple[str, ...]
    expectation: Expectation = NO_EXPECTATION
    problems: tuple[MarkerProblem, ...] = ()


@lru_cache(maxsize=4096)
def is_ours(name: str) -> bool:
    """Whether a marker's name is one of ours, or looks like one."""
    return read_tag(name).kind is not TagKind.OTHER


def read_marker(name: str, args: tuple[object, ...] = (), kwargs: Mapping[str, object] | None = None) -> Marker:
    """Read one marker.

    Args:
        name: The marker's name.
        args: Its positional arguments.
        kwargs: Its keyword arguments. The classes of ``raises`` arrive as a tuple of their bare or dotted
            names, ``match`` as text or as a compiled pattern; anything else is told to be wrong.

    Returns:
        The marker; a name that only looks like ours has problem ``T4`` and no tags.
    """
    kwargs = kwargs or {}
    if name == SWITCH:
        return _read_switch(args, kwargs)
    if name in _FAMILY_NAMES:
        return _read_family(name, (*args, *kwargs.values()))
    if is_ours(name):
        return Marker((), problems=(MarkerProblem("T4", _tell_near_miss(name, (*args, *kwargs.values()))),))
    return Marker((name,))


def check_markers(tags: Iterable[str], policy: TagPolicy | None = None) -> tuple[TagProblem, ...]:
    """Check the markers of one test together: rules T3 and T6.

    Args:
        tags: The tags of all markers in effect, from `read_marker`.
        policy: The project's own demands; None for the defaults.

    Returns:
        All problems, in words for pytest.
    """
    problems = check_tags(tuple(tags), policy)
    return tuple(replace(problem, message=_in_markers(problem.message)) for problem in problems)


def _read_family(name: str, numbers: tuple[object, ...]) -> Marker:
    if not numbers:
        return Marker((), problems=(MarkerProblem("T2", f"{name} needs a number: write {name}(991)"),))
    tags = []
    problems = []
    for number in numbers:
        if type(number) is int and 0 < number < _TOO_BIG:
            tags.append(f"{name}_{number}")
        else:
            message = f"{name}({_show(number)}) has no valid number: write a positive int, such as {name}(991)"
            problems.append(MarkerProblem("T5", message))
    return Marker((name, *tags) if tags else (), problems=tuple(problems))


def _read_switch(args: tuple[object, ...], kwargs: Mapping[str, object]) -> Marker:
    problems = []
    unknown = [*map(_show, args), *(f"{shorten(printable(key), _SHOWN)}=" for key in kwargs.keys() - DECLARED)]
    if unknown:
        message = f"{SWITCH} takes raises= and match= only, not {', '.join(sorted(unknown))}"
        problems.append(MarkerProblem("F1", message))
    types, problem = _read_types(kwargs.get("raises"))
    pattern, wrong = _read_pattern(kwargs.get("match"))
    problems += [MarkerProblem("F1", f"{SWITCH}: {told}") for told in (problem, wrong) if told]
    declared = Expectation(type_name=types[0], other_types=types[1:]) if types else NO_EXPECTATION
    if pattern:  # A pattern alone is about the failures that count by default.
        declared = replace(declared if types else _DEFAULT_TYPES, pattern=pattern)
    return Marker((SWITCH,), declared, tuple(problems))


DECLARED: Final = frozenset({"raises", "match"})


def _read_types(raises: object) -> tuple[tuple[str, ...], str]:
    """The names of the declared types, and what is wrong with them."""
    if raises is None:
        return (), ""
    names = (raises,) if isinstance(raises, str) else raises
    if not isinstance(names, tuple) or not names:
        return (), f"raises={_show(raises)} is no exception class, no tuple of them and no name of one"
    for name in names:
        if not isinstance(name, str):
            return (), f"raises={_show(name)} is no exception class, no tuple of them and no name of one"
        if problem := check_type_name(name):
            shown = shorten(printable(name), _SHOWN)
            return (), f"raises={shown}: {problem}"
    return tuple(dict.fromkeys(names)), ""


def _read_pattern(match: object) -> tuple[str, str]:
    """The declared pattern, and what is wrong with it."""
    if match is None:
        return "", ""
    pattern = match.pattern if isinstance(match, re.Pattern) else match
    if not isinstance(pattern, str):
        return "", f"match={_show(match)} is no text"
    if isinstance(match, re.Pattern) and match.flags != re.UNICODE:
        return "", "match= takes no flags: write them into the pattern, such as (?i)"
    if not pattern.strip():
        return "", "match= is empty: leave it out, or write a regular expression"
    problem = check_pattern(pattern)
    return ("", f"match={_show(pattern)} {problem}") if problem else (pattern, "")


def _tell_near_miss(name: str, numbers: tuple[object, ...]) -> str:
    shown = shorten(printable(name), _SHOWN)
    allow = "(if it is the project's own, list it in [tool.bugcapture] allow_tags)"
    if (match := _NUMBERED.match(name)) and read_tag(name).kind is TagKind.NUMBER:
        return f"{shown} is no bugcapture marker: write {match[1]}({match[2]})"
    meant = suggest_tag(name)
    if match := _NUMBERED.match(meant):
        meant = f"{match[1]}({match[2]})"
    elif meant != SWITCH:
        own = [number for number in numbers if type(number) is int and 0 < number < _TOO_BIG]
        meant = f"{meant}({own[0] if own else 991})"
    return f"{shown} is no bugcapture marker: did you mean {meant}? {allow}"


def _in_markers(message: str) -> str:
    """A message about tags in the words of markers."""
    return _TAG.sub("", _WANTED.sub(r"\1(<number>)", message))


def _show(value: object) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - the project's own object, whose __repr__ may do anything
        text = f"<{type(error).__name__} in __repr__>"
    return shorten(printable(text), _SHOWN)
