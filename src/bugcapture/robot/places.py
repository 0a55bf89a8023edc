"""Whether ``Fails at:`` names a keyword that the test calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bugcapture.robot.declare import keyword_names
from bugcapture.robot.parse import bdd_prefixes, statements
from bugcapture.robot.tags import normal_tag as normal_keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.robot.leaf import Leaf, SuiteLevel

_VARIABLE = re.compile(r"[$@&%]\{.*?\}")
_ARGUMENTS_READ = 50  # As many arguments of `Run Keywords` and its like are taken for keywords.

_Call = tuple[str, tuple[str, ...]]


def check_place(place: str, leaf: Leaf, levels: Sequence[SuiteLevel]) -> str:
    """What is wrong with the place that a test declares.

    A place is a keyword that the test itself calls: in its body, inside control structures, through
    ``Run Keyword`` and its like, or as template. What a user keyword calls is no place of the test. Nothing is
    said where the name of a call holds a variable.

    Args:
        place: The text behind ``Fails at:``.
        leaf: The test.
        levels: The test's file and the suites around it, nearest first.

    Returns:
        The problem; empty when there is none, or none that the file shows.
    """
    wanted = {normal_keyword(name) for name in _behind_dots(place)}
    prefixes = bdd_prefixes(levels[0].file)
    calls = [*_calls(leaf.node), *_templates(leaf.node, levels[0])]
    if not calls or any(_is_dynamic(*call) for call in calls) or _is_named(wanted, calls, prefixes):
        return ""
    if _is_named(wanted, _fixtures(leaf, levels), prefixes):
        return "names set-up or teardown, which is never the expected failure"
    if _is_named(wanted, _calls_of_user_keywords(levels[0].file.model), prefixes):
        return "names a call inside a user keyword: name the keyword that the test itself calls"
    return "names no keyword that this test itself calls"


def _calls(node: Any) -> list[_Call]:
    from robot.api import Token  # noqa: PLC0415 - loaded with the parser

    calls = (statement for statement in statements(node) if statement.type == Token.KEYWORD)
    return [(call.keyword or "", tuple(call.args)) for call in calls]


def _templates(node: Any, level: SuiteLevel) -> list[_Call]:
    from robot.api import Token  # noqa: PLC0415

    own = [statement for statement in statements(node) if statement.type == Token.TEMPLATE]
    found = own or [part for part in statements(level.file.model) if part.type == Token.TEST_TEMPLATE]
    return [(statement.value, ()) for statement in found if statement.value]


def _fixtures(leaf: Leaf, levels: Sequence[SuiteLevel]) -> list[_Call]:
    from robot.api import Token  # noqa: PLC0415

    own = [part for part in statements(leaf.node) if part.type in {Token.SETUP, Token.TEARDOWN}]
    kinds = {Token.TEST_SETUP, Token.TEST_TEARDOWN, Token.SUITE_SETUP, Token.SUITE_TEARDOWN}
    around = [part for level in levels for part in statements(level.file.model) if part.type in kinds]
    return [(part.name or "", tuple(part.args)) for part in (*own, *around)]


def _calls_of_user_keywords(model: Any) -> Iterator[_Call]:
    for section in model.sections:
        for node in section.body:
            if type(node).__name__ == "Keyword":
                yield from _calls(node)


def _is_dynamic(name: str, args: Sequence[str]) -> bool:
    """Whether only a run knows which keyword is called."""
    runs_others = "keyword" in normal_keyword(name)
    return any(_VARIABLE.search(text) for text in ((name, *args) if runs_others else (name,)))


def _is_named(wanted: set[str], calls: Iterable[_Call], prefixes: Iterable[str]) -> bool:
    return any(wanted & names for name, args in calls for names in _all_names(name, args, prefixes))


def _all_names(name: str, args: Sequence[str], prefixes: Iterable[str]) -> Iterator[set[str]]:
    """The names of a call, then those of each argument, which may be a keyword for `Run Keyword` and its like."""
    yield _names(name, args, prefixes)
    for index in range(min(len(args), _ARGUMENTS_READ)):
        yield _names(args[index], args[index + 1 :], prefixes)


def _names(name: str, args: Sequence[str], prefixes: Iterable[str]) -> set[str]:
    spellings = keyword_names(name, None, args[:_ARGUMENTS_READ], prefixes)
    return {normal_keyword(part) for one in spellings for part in _behind_dots(one)}


def _behind_dots(name: str) -> list[str]:
    """The name, and what is left of it without parts that may be a library's or resource's name."""
    parts = name.split(".")[:_ARGUMENTS_READ]
    return [".".join(parts[index:]) for index in range(len(parts))]
