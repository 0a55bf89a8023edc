"""Mocks that are given to what is not the program: a helper of the tests may tell them what nobody else sees."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Final

from bugcapture.scan.mocks import CALLED, Way

if TYPE_CHECKING:
    from bugcapture.scan.index import ProductionIndex
    from bugcapture.scan.mocks import Escape
    from bugcapture.scan.module import TestModule

_BUILTIN: Final = frozenset(dir(builtins))


def mark_given_away(module: TestModule, index: ProductionIndex) -> None:
    """Note of each mock whether it is given to a helper, which may tell it more than can be read.

    Args:
        module: The test module.
        index: The program.
    """
    helpers = {function.name for function in module.outline.functions if function.owner is None}
    for view in module.views:
        mock = view.mock
        mock.unknown = mock.unknown or any(_is_strange(escape, helpers, index) for escape in mock.escapes)


def _is_strange(escape: Escape, helpers: set[str], index: ProductionIndex) -> bool:
    if escape.way is not Way.ARGUMENT or CALLED in escape.path:
        return False
    owner, _, name = escape.target.rpartition(".")
    if not owner:
        return name in helpers or not (name in _BUILTIN or _is_program(name, index))
    return not _is_program(name, index)


def _is_program(name: str, index: ProductionIndex) -> bool:
    return not name or name in index.functions or name in index.methods
