"""Plain text and docstrings as Markdown."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER: Final = "<!-- Written by docs/_ext/program_reference from the program. -->\n\n"

_CODE = re.compile(r"(`+)(.+?)\1")
_SPECIAL = re.compile(r"([\\*<>\[\]_])")
_ATTRIBUTE = re.compile(r" {4}(\w+): (.*)")


def escape(text: str) -> str:
    """Text in which nothing is markup but code between backticks.

    Args:
        text: One paragraph.
    """
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        parts += [_SPECIAL.sub(r"\\\1", text[end : code.start()]), f"`{code[2]}`"]
        end = code.end()
    return "".join([*parts, _SPECIAL.sub(r"\\\1", text[end:])])


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table.

    Args:
        heading: The names of the columns.
        rows: Its cells, in Markdown.
    """
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def fence(language: str, text: str) -> str:
    """A block of code.

    Args:
        language: Its language.
        text: Its lines.
    """
    return f"```{language}\n{text.rstrip()}\n```\n"


def attributes(documented: type) -> dict[str, str]:
    """What the docstring of a class says about its attributes, by their names.

    Args:
        documented: The class, documented in Google's style.
    """
    told: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(documented.__doc__ or "").partition("Attributes:\n")[2].split("\n"):
        if start := _ATTRIBUTE.fullmatch(line):
            name = start[1]
            told[name] = start[2]
        elif name and line.strip():
            told[name] += f" {line.strip()}"
    return told


def summary(documented: type) -> str:
    """The first line of a docstring.

    Args:
        documented: What it documents.
    """
    return (documented.__doc__ or "").partition("\n")[0].strip()
