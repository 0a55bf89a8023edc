"""The scan walks syntax trees as `ast.walk` does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bugcapture.scan.walk import walk

_LEFT_OUT = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
_EVERYTHING = """\
global_name: int = 1
@decorated(key=[*many], **more)
class Shop[T](Base, metaclass=Meta):
    def sell(self, a, /, b: int = 2, *rest, only, given=3, **others) -> {**old, "new": f"{a!r:>{b}}"}:
        global global_name
        nonlocal_name = lambda x, *, y=1: (yield x)
        match a:
            case None | {"key": [1, *_], **rest} | Point(x=0, y=other) if a:
                pass
        try:
            async_list = [i async for i in a if i if not b]
        except* ValueError as error:
            raise error from None
        with open(a) as file, lock:
            assert (n := a < b <= 3), -n
type Alias[T: int, *Ts, **P] = list[T]
"""


@pytest.mark.parametrize("file", sorted(Path(ast.__file__).parent.glob("[a-d]*.py")), ids=lambda file: file.name)
def test_all_nodes_in_the_same_order(file: Path) -> None:
    """But for operators and contexts."""
    tree = ast.parse(file.read_bytes())
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, _LEFT_OUT)]


def test_every_kind_of_node() -> None:
    """As far as this Python has them."""
    text = _EVERYTHING
    try:
        tree = ast.parse(text)
    except SyntaxError:  # Before Python 3.12.
        tree = ast.parse("\n".join(text.replace("Shop[T]", "Shop").splitlines()[:-1]))
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, _LEFT_OUT)]
