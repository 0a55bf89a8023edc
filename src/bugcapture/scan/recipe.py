"""A snippet that shows a finding when it is run: made of what is known of the mock, never of the user's code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.mocks import CALLED, Kind, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.mocks import Mock, Path

_HEAD: Final = (
    "import asyncio\nfrom functools import reduce\n"
    "from unittest.mock import AsyncMock, MagicMock, Mock\n"
    "def child(mock, *path):\n"
    "    return reduce(lambda one, name: one.return_value if name == '()' else getattr(one, name), path, mock)\n"
)


def truth_recipe(mock: Mock, path: Path) -> str:
    """``shown`` is True when the awaited answer of a child is taken for true though nobody chose it.

    Args:
        mock: The mock.
        path: The child.
    """
    made = _made(mock, path)
    if not made:
        return ""
    body = f"answer = asyncio.run(child(mock, *{list(path)!r})())\nshown = bool(answer)\n"
    return _HEAD + made + body


def type_recipe(mock: Mock, path: Path) -> str:
    """``shown`` is True when awaiting what a child answers is a ``TypeError``.

    Args:
        mock: The mock.
        path: The child.
    """
    made = _made(mock)
    if not made:
        return ""
    body = (
        "async def ask():\n"
        f"    await child(mock, *{list(path)!r})()\n"
        "try:\n    asyncio.run(ask())\n    shown = False\nexcept TypeError:\n    shown = True\n"
    )
    return _HEAD + made + body


def exit_recipe(mock: Mock, method: str) -> str:
    """``shown`` is True when a block whose ``__exit__`` or ``__aexit__`` it is loses its exception.

    Args:
        mock: The mock that stands for the method.
        method: The method.
    """
    made = _made(mock)
    if not made:
        return ""
    word = "async " if method == "__aexit__" else ""
    block = (
        f"manager = MagicMock()\nmanager.{method} = mock\n"
        f"async def enter():\n    {word}with manager:\n        raise LookupError\n"
        "try:\n    asyncio.run(enter())\n    shown = True\nexcept (LookupError, TypeError):\n    shown = False\n"
    )
    return f"{_HEAD}{made}{block}"


def _made(mock: Mock, path: Path = ()) -> str:
    """The statements that make a mock and tell it what is known; empty where something is not.

    In the place of a class that it looks like stands one that has the children as asynchronous methods.
    """
    if mock.kind is Kind.AUTOSPEC or mock.unknown or mock.sealed:
        return ""
    spec, stand = "", ""
    if mock.spec is not Spec.NONE:
        names = sorted({one[0] for one in ((path or (CALLED,)), *mock.children)})
        if mock.spec is not Spec.CLASS or len(path) != 1 or not all(map(str.isidentifier, names)):
            return ""
        methods = (f"    async def {name}(self, *arguments, **words): ...\n" for name in names)
        spec, stand = "spec=Stand", f"class Stand:\n{''.join(methods)}"
    lines = [stand, f"mock = {mock.kind.value}({spec})\n", *_told("mock", mock.own_values)]
    if mock.own and not mock.own_values:
        lines.append("mock.return_value = object()\n")
    for told, values in mock.children.items():
        if all(name == CALLED or name.isidentifier() for name in told):
            place = f"child(mock, *{list(told)!r})"
            lines += _told(place, values) if any(isinstance(one, ast.expr) for one in values) else []
    return "".join(lines)


def _told(place: str, values: Iterable[object]) -> list[str]:
    """The answers, as far as they are constants; for others any object will do."""
    found = [value for value in values if isinstance(value, ast.expr)]
    return [f"{place}.return_value = {_constant(value)}\n" for value in found]


def _constant(value: ast.expr) -> str:
    plain = value.value if isinstance(value, ast.Constant) else object
    return repr(plain) if isinstance(plain, bool | int | str | bytes | float | None) else "object()"
