"""What a mock is told to answer, in all the ways in which that is written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.mocks import CALLED
from bugcapture.scan.names import dotted
from bugcapture.scan.values import Ref

if TYPE_CHECKING:
    from bugcapture.scan.mocks import Mock, Path

ANSWERS: Final = frozenset({"return_value", "side_effect"})


def tell(ref: Ref, word: str, value: ast.expr) -> None:
    """Note an answer: ``mock.return_value = value``.

    Args:
        ref: The mock, or the child.
        word: ``return_value`` or ``side_effect``.
        value: The answer.
    """
    if word == "side_effect" and isinstance(value, ast.Constant) and value.value is None:
        return
    if word == "side_effect" and _is_exception(value):
        ref.mock.failing.add(ref.path)
    ref.mock.tell(ref.path, value if word == "return_value" else None)


def tell_dotted(ref: Ref, name: str, value: ast.expr) -> None:
    """Note what a keyword says: ``configure_mock(**{"child.return_value": value})``.

    Args:
        ref: The mock, or the child.
        name: The keyword.
        value: Its value.
    """
    *steps, last = name.split(".")
    path = (*ref.path, *(CALLED if step == "return_value" else step for step in steps))
    if last in ANSWERS:
        tell(Ref(ref.mock, path), last, value)
    else:
        ref.mock.tell((*path, last))


def tell_items(mock: Mock, node: ast.Dict, path: Path = ()) -> None:
    """Note what the items of a dictionary say, as far as its keys are written there.

    Args:
        mock: The mock.
        node: The dictionary.
        path: The child that is meant.
    """
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            tell_dotted(Ref(mock, path), key.value, value)
        else:
            mock.unknown = True


def _is_exception(value: ast.expr) -> bool:
    """Whether a `side_effect` is written like an exception: like a class, what is made with one, or called so."""
    last = dotted(value.func if isinstance(value, ast.Call) else value).rpartition(".")[2]
    if last[:1].isupper():
        return not last.endswith("Mock")
    return last.endswith(("Error", "Exception", "Timeout", "Interrupt", "Exit", "error", "exception", "exc"))
