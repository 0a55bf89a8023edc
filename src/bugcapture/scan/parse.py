"""Parse Python without a word about what the scanned code does wrong, such as an invalid escape."""

from __future__ import annotations

import ast
import warnings


def parse(content: bytes) -> ast.Module:
    """The syntax of a file.

    Args:
        content: What it holds, in the encoding that it declares.

    Raises:
        SyntaxError: If it is no Python.
        ValueError: If it holds null bytes.
        RecursionError: If it is nested too deeply, as `MemoryError` may say as well.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(content)
