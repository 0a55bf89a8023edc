"""A command that a push has to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.text import printable, shorten
from bugcapture.hooks.categories import find_categories, is_open, is_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from re import Pattern

    from bugcapture.hooks.shell.walk import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command.

    Attributes:
        path: The file that names it.
        line: Its line.
        id: The id of the hook, or the name of the job; empty in a script.
        command: The command; empty where nobody knows it.
        categories: What it is good for.
        lost: Why its failure does not stop the push; empty when it does.
        is_open: Whether nobody knows before it runs what it does.
    """

    path: str
    line: int
    id: str
    command: str
    categories: tuple[str, ...]
    lost: str
    is_open: bool = False

    @property
    def shown(self) -> str:
        """What a message calls it."""
        return printable(shorten(self.id or self.command, 80))


def make_steps(
    runs: Iterable[Run],
    path: str,
    patterns: Mapping[str, Sequence[Pattern[str]]],
    *,
    name: str = "",
    line: int = 0,
) -> Iterator[Step]:
    """The commands that do more than to tell something.

    Args:
        runs: The programs that run.
        path: The file that names them.
        patterns: The patterns of each category.
        name: The id or name that they have together; empty without one.
        line: Where that stands; 0 takes the line of each program.
    """
    for run in runs:
        if is_work(run.words):
            command = " ".join(run.words)
            categories = find_categories((command, name) if name else (command,), patterns)
            yield Step(
                path=path,
                line=line or run.line,
                id=name,
                command=command,
                categories=categories,
                lost=run.lost,
                is_open=not categories and is_open(run.words),
            )
