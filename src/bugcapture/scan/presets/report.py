"""One report of another checker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Reported:
    """One finding of another checker, and what becomes of it.

    Attributes:
        path: The file as reports name it.
        line: The line.
        message: What the other checker said.
        kept: The rules that report it here as well; empty when it is dropped.
        why: Why it is dropped, or what it is here.
    """

    path: str
    line: int
    message: str
    kept: tuple[str, ...]
    why: str
