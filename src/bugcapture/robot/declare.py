r"""The declared failure of a Robot test, and the names by which it may call a keyword.

``Fails with:`` and ``Fails at:`` stand in ``[Documentation]`` of the test or in ``Documentation`` of a suite
around it. Robot reads documentation as it reads any value: it replaces variables and drops single
backslashes (``robot.utils.unescape``), so a regular expression's ``\d`` is written ``\\d`` in the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.core.expectation import FAILS_WITH, Expectation, ExpectationProblem, parse_expectation
from bugcapture.core.text import printable, shorten
from bugcapture.robot.tags import normal_tag as normal_keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BDD_PREFIXES: Final = ("Given", "When", "Then", "And", "But")

_DECLARES = re.compile(r"\s*fails\s+(with|at)\s*:(.*)\Z", re.IGNORECASE | re.DOTALL)
_VARIABLE = re.compile(r"(?<!\\)(?:\\\\)*([$@&%]\{.*?\})", re.DOTALL)
_BREAK = re.compile(r"\n|\\[^\n]")
_DOT = re.compile(r"\.")
_BACKSLASHES = re.compile(r"(\\+)(.?)", re.DOTALL)
# What Robot turns into something equivalent, or what is written for Robot's own sake.
_MEANT = re.compile(r"[nrt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[@&%]\{|[\s#=-]|\Z")


def read_documentation(text: str) -> tuple[Expectation, tuple[ExpectationProblem, ...]]:
    """Read the declaration out of a documentation.

    Args:
        text: The documentation as a run has it, variables replaced and escapes resolved (``result.doc``), or
            with escapes resolved only.

    Returns:
        The declaration, and what is wrong with it; a problem's ``index`` is the line of the text, from 0.
    """
    return parse_expectation(text.split("\n"))


def split_written(text: str) -> list[str]:
    r"""The lines of a documentation as the file has it: Robot breaks a line at a line break and at ``\n``.

    Args:
        text: The documentation with escapes and variables (``data.doc``), or a part of it.
    """
    lines = []
    start = 0
    for found in _BREAK.finditer(text):
        if found[0] in {"\n", "\\n"}:
            lines.append(text[start : found.start()])
            start = found.end()
    return [*lines, text[start:]]


def ends_in_escape(text: str) -> bool:
    """Whether a backslash at the end escapes what follows."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def check_written(line: str) -> str:
    r"""What Robot would lose or replace in one written line of a declaration.

    Args:
        line: One line of a documentation as the file has it, escapes and variables included; see
            `split_written`.

    Returns:
        The problem as printable text; empty when there is none, or when the line declares nothing. Escapes
        count in ``Fails with:`` only, where a regular expression stands.
    """
    match = _DECLARES.match(line)
    if match is None:
        return ""
    key, value = match[1].lower(), match[2]
    if variable := _VARIABLE.search(value):
        shown = shorten(printable(variable[1]), 40)
        return f"'Fails {key}:' holds the variable {shown}, which only a run could fill in: write its value"
    return _lost_backslash(value) if key == "with" else ""


def keyword_names(
    name: str, owner: str | None = None, args: Sequence[str] = (), prefixes: Iterable[str] = BDD_PREFIXES
) -> tuple[str, ...]:
    """The spellings by which ``Fails at:`` may name a keyword call.

    Args:
        name: The keyword as the call writes it (``data.name``), a Given/When/Then prefix included.
        owner: The library or resource that the keyword comes from; None when unknown.
        args: The arguments as the call writes them (``data.args``).
        prefixes: The words that Robot strips from the beginning of a call, in the languages in effect.

    Returns:
        The name as written first; then without prefix, without and with the owner, each also with the arguments
        behind it. Compare with `same_keyword`.
    """
    bare = _strip_prefix(name, prefixes)
    names = [name, bare]
    if owner and normal_keyword(bare).startswith(normal_keyword(owner) + "."):
        names.append(_behind(owner, bare))
    elif owner:
        names.append(f"{owner}.{bare}")
    if args:
        names += [" ".join((one, *args)) for one in names]
    return tuple(dict.fromkeys(names))


def same_keyword(declared: str, names: Iterable[str]) -> bool:
    """Whether a declared place names a keyword: case, spaces and underscores do not matter, as for Robot.

    Args:
        declared: The text behind ``Fails at:``.
        names: The keyword's spellings, see `keyword_names`.
    """
    wanted = normal_keyword(declared)
    return any(normal_keyword(name) == wanted for name in names)


def _lost_backslash(value: str) -> str:
    for found in _BACKSLASHES.finditer(value):
        escapes, char = found.groups()
        halves, odd = divmod(len(escapes), 2)
        variable = value.startswith("${", found.end(1))  # Its own backslash stays, beside the pattern's two.
        if not odd or (variable and halves % 2) or _MEANT.match(value, found.end(1)):
            continue
        right = "\\\\" + escapes if variable else escapes + "\\"
        written, lost = printable(right + char), printable(escapes + char)
        return f"'{FAILS_WITH}:' loses a backslash when Robot reads it: write '{written}' for '{lost}'"
    return ""


def _strip_prefix(name: str, prefixes: Iterable[str]) -> str:
    """The name behind the longest prefix that is followed by a space (``Languages.bdd_prefix_regexp``)."""
    lower = name.lower()
    found = [prefix for prefix in prefixes if lower.startswith(prefix.lower() + " ")]
    return name[len(max(found, key=len)) + 1 :].lstrip() if found else name


def _behind(owner: str, name: str) -> str:
    """What stands behind ``<owner>.``, however the owner is spelled."""
    wanted = normal_keyword(owner)
    dots = _DOT.finditer(name)
    return next(name[dot.end() :] for dot in dots if normal_keyword(name[: dot.start()]) == wanted)
