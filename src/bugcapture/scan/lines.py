"""The lines of a file as bytes: a cheap question before the syntax is asked."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    import re


class Lines:
    """Where the lines of a file are.

    Args:
        content: What the file holds.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._starts = [0, *accumulate(map(len, content.splitlines(keepends=True)))]

    def mention(self, *words: bytes) -> bool:
        """Whether one of some words stands anywhere in the file.

        Args:
            *words: The words.
        """
        return any(word in self._content for word in words)

    def hold(self, node: ast.stmt, *words: bytes) -> bool:
        """Whether one of some words stands in a statement or its decorators.

        Args:
            node: The statement.
            *words: The words.
        """
        start, end = self._place(node)
        return any(self._content.find(word, start, end) >= 0 for word in words)

    def match(self, node: ast.stmt, pattern: re.Pattern[bytes]) -> bool:
        """Whether something stands in a statement or its decorators.

        Args:
            node: The statement.
            pattern: What; it matches within a line.
        """
        return pattern.search(self._content, *self._place(node)) is not None

    def _place(self, node: ast.stmt) -> tuple[int, int]:
        first = node.lineno
        for decorator in getattr(node, "decorator_list", ()):
            first = min(first, decorator.lineno)
        last = len(self._starts) - 1
        return self._starts[min(first - 1, last)], self._starts[min(node.end_lineno or first, last)]
