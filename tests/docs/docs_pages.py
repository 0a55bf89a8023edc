"""The pages of the documentation, and what is in their fences."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# The extension that makes the reference lies among the pages.
sys.path.insert(0, str(DOCS / "_ext"))

_FENCE = re.compile(r"(?sm)^(?P<ticks>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=ticks)[ \t]*$")
_INFO = re.compile(r"\{(?P<directive>[\w-]+)\}\s*(?P<argument>.*)")
_OPTION = re.compile(r":(?P<name>[\w-]+):\s*(?P<value>.*)\n")


@dataclass(frozen=True)
class Fence:
    """A fenced block.

    Attributes:
        language: The language of the code.
        text: The code.
        options: Options of a directive, such as ``caption``.
        line: The line of the page on which it starts.
    """

    language: str
    text: str
    options: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


def read_fences(text: str) -> Iterator[Fence]:
    """All fenced blocks of a page, in their order.

    Args:
        text: The page.
    """
    for found in _FENCE.finditer(text):
        body, options = found["body"], {}
        line = text.count("\n", 0, found.start()) + 1
        directive = _INFO.fullmatch(found["info"].strip())
        while directive and (option := _OPTION.match(body)):
            options[option["name"]] = option["value"].strip()
            body = body[option.end() :]
        language = directive["argument"] if directive else found["info"].strip()
        yield Fence(language, body.removeprefix("\n") if directive else body, options, line)


def pages() -> list[Path]:
    """All pages that people have written, below ``docs`` and beside it."""
    made = (DOCS / "_build", DOCS / "reference")
    written = [path for path in DOCS.rglob("*.md") if not any(path.is_relative_to(folder) for folder in made)]
    return sorted([*written, ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
