"""Python files out of a grammar: every statement of Python, with mocks, patches and variables in every place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random


def _lines(block: str) -> tuple[str, ...]:
    """One template for each line; ``¶`` is a line end in it."""
    return tuple(line.replace("¶", "\n") for line in block[1:-1].split("\n"))


def _words(block: str) -> tuple[str, ...]:
    return tuple(block.split())


NAMES: Final = _words("""
    m mock client session openfga monkeypatch mocker patcher request self cls result x größe match case
    type _ __x os test_m
""")
ATTRIBUTES: Final = _words("""
    return_value side_effect f0 f1 check_permission is_allowed execute scalar_one start stop environ
    assert_called_once_with assert_awaited __aenter__ __exit__ spec called configure_mock reset_mock
""")
HEADS: Final = (
    """import os
import gc
import pytest
from unittest import mock
from unittest.mock import ANY, AsyncMock, MagicMock, Mock, PropertyMock, call, create_autospec, mock_open, patch
import shop.m0
from shop import m1
from shop.m2 import f0, f1, C0
""",
    """from os import environ, getenv, putenv
import os as system
import unittest.mock as um
from unittest.mock import AsyncMock as AM, patch as p
from unittest import IsolatedAsyncioTestCase, TestCase
""",
    """from unittest.mock import *
from os import *
""",
    """import os, sys; from unittest.mock import (
    Mock,  # one
    patch,
)
from . import m1
from ..shop import f0
""",
    """try:
    from unittest.mock import AsyncMock, MagicMock, Mock, patch
except ImportError:
    AsyncMock = None
import os
""",
    "",
)
LITERALS: Final = _lines(r'''
None
True
0
1_000
0xff
1e9
2j
...
"x"
'REGION'
r"\d"
b"\x00"
"""a¶b"""
"ü\N{SNAKE}\ud800"
"a" "b"
("a"¶ "b")
{}
[]
()
f"{m}"
f"{m!r:>{x}}{{}}"
rf"""{m.f0()}¶{x=}"""
''')
MOCKS: Final = _lines(r"""
Mock()
MagicMock(spec=C0)
AsyncMock()
AsyncMock(¶    # why¶    return_value={e},¶)
MagicMock(side_effect=[{e}, {e}], **{e})
AsyncMock(spec=C0, {a}={e})
mock.AsyncMock(*{e})
um.MagicMock(name={e})
AM()
create_autospec(C0, instance=True)
PropertyMock(return_value={e})
mock_open(read_data={e})
mock.sentinel.x
ANY
call({e})
patch("shop.m1.f0")
patch("shop.m1.f0", new_callable=AsyncMock).start()
patch.object(m1, "f0", new={e})
patch.dict(os.environ, {{"REGION": {e}}})
patch.dict("os.environ", clear=True, {a}={e})
patch.multiple(m1, f0={e}, f1=mock.DEFAULT)
patch(({e}), {e})
patch.stopall()
os.environ["REGION"]
os.environ.get("REGION", {e})
os.environ.pop("REGION", None)
os.environ.setdefault("REGION", {e})
os.environ.copy()
os.environ.update({e}, {a}={e})
os.environ.clear()
os.putenv("REGION", {e})
os.getenv("REGION")
system.environ | {e}
monkeypatch.setenv("REGION", {e})
monkeypatch.setattr(m1, "f0", {e})
monkeypatch.setattr("shop.m1.f0", {e}, raising=False)
monkeypatch.delenv("REGION")
pytest.MonkeyPatch()
monkeypatch.context()
mocker.patch("shop.m1.f0", return_value={e})
mocker.patch.object(m1, "f0")
pytest.mark.xdist_group("a")
pytest.mark.xdist_group(name={e})
pytest.raises({e})
pytest.param({e}, marks=pytest.mark.xdist_group({e}))
gc.collect()
setattr(m1, "f0", {e})
setattr({n}, "\ud800", {e})
getattr({n}, "return_value")
delattr(m1, "f0")
request.getfixturevalue("client")
f0({e}, {a}={e})
m1.f1(*{e}, **{e})
shop.m0.C0({e}).f0({e})
{n}.{a}.{a}({e})
{n}.{a}.return_value.{a}.side_effect
""")
EXPRESSIONS: Final = _lines(r"""
{n}
{n}.{a}
{n}.{a}({e})
{n}[{e}]
{n}[{e}:{e}, ::{e}]
({e})
({e}, *{e})
[{e}, *{e}]
{{{e}, {e}}}
{{"k": {e}, **{e}}}
-{e}
not {e}
~{e}
{e} + {e}
{e} @ {e}
{e} and {e} or {e}
{e} < {e} is not {e}
{e} not in {e}
{e} if {e} else {e}
lambda {n}, *a, k={e}, **kw: {e}
lambda: {e}
(yield {e})
(yield from {e})
(await {e})
({n} := {e})
[{e} for {n} in {e} if {e}]
{{{e}: {e} for {n}, {n} in {e}}}
({e} async for {n} in {e})
{{*{e}}}
{e}\¶  .{a}
print({e}, end={e})
f"{{{n}.{a}}}"
""")
TARGETS: Final = _lines(r"""
{n}
{n}.{a}
{n}.{a}.{a}
m1.f0
shop.m0.f1
os.environ["REGION"]
os.environ[{e}]
os.environ
{n}[{e}]
{n}, *{n}
({n}, [{n}.{a}])
[{n}, {n}]
{n}.return_value
{n}.{a}.side_effect
sys.modules[{e}]
""")
SIMPLE: Final = _lines(r"""
{e}
{t} = {e}
{t} = {t} = {e}
{n}: {e} = {e}
{n}.{a}: {e}
{n} += {e}
os.environ[{e}] += {e}
os.environ |= {e}
return
return {e}
raise
raise {e} from {e}
assert {e}
assert {e}, {e}
del {n}
del os.environ[{e}], {n}.{a}
pass
break
continue
import shop.m0 as {n}
from shop.m1 import f0 as {n}, f1
from . import {n}
global {n}
nonlocal {n}
yield
await {e}
{n}.{a}.assert_awaited_once_with({e})
...
""")
PATTERNS: Final = _lines(r"""
_
{n}
None
-1
"x" | b"y"
m1.f0
[{n}, *_]
({n}, 1)
{{"k": {n}, **rest}}
C0({n}, a=1)
C0() as {n}
[[1, 2], {{}}]
""")
DECORATORS: Final = _lines(r"""
@patch("shop.m1.f0")
@patch.object(m1, "f0", {e})
@patch.dict(os.environ, {{"REGION": "eu"}})
@mock.patch.multiple(m1, f0={e})
@pytest.fixture
@pytest.fixture(scope="module", autouse=True)
@pytest.fixture(name="client", params=[{e}])
@pytest.fixture(name="\ud800")
@pytest.mark.xdist_group("a")
@pytest.mark.xdist_group({e})
@pytest.mark.parametrize("m, x", [({e}, {e})])
@pytest.mark.asyncio
@staticmethod
@classmethod
@property
@{e}
""")
PARAMETERS: Final = _lines(r"""

{n}
self, {n}
{n}, /, x={e}, *, y: {e}, **kw
*args: {e}
monkeypatch, mocker, request
client={e}
self, mock_f0, mock_f1
""")
FUNCTIONS: Final = _lines(r"""
test_{i}
test_it
setUp
tearDown
setup_method
setup_module
client
f0
{n}
""")
CLASSES: Final = _lines(r"""
Test{i}
TestIt(TestCase)
C0(m1.C0, metaclass={e})
TestA(IsolatedAsyncioTestCase)
C1()
""")
NEWER: Final = _lines(r"""
type {n}[T] = {e}
type T = {e}
def f[T: {e}, *Ts, **P](x: T) -> T: ...
class C[T]: ...
""")


class Grammar:
    """Writes files.

    Args:
        random: Where all choices come from.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._unit = random.choice(("    ", "    ", "    ", "  ", "\t", " "))
        self._number = 0

    def file(self) -> str:
        """A whole file."""
        random = self._random
        parts = [random.choice(HEADS)]
        if random.random() < 0.2:
            parts.insert(
                0, random.choice(('"""Doc."""\n', "from __future__ import annotations\n", "#!/usr/bin/python\n"))
            )
        parts += [self._statement("", 3) for _ in range(random.randint(1, 6))]
        return "".join(parts)

    def _fill(self, template: str, depth: int) -> str:
        """A template with its holes filled: an expression, a target, a name, an attribute or a number."""
        out: list[str] = []
        index = 0
        while index < len(template):
            hole = template[index : index + 3]
            if hole in {"{e}", "{t}", "{n}", "{a}", "{i}"}:
                out.append(self._hole(hole[1], depth))
                index += 3
            elif template[index : index + 2] in {"{{", "}}"}:
                out.append(template[index])
                index += 2
            else:
                out.append(template[index])
                index += 1
        return "".join(out)

    def _hole(self, kind: str, depth: int) -> str:
        if kind == "e":
            return self._expression(depth - 1)
        if kind == "t":
            return self._fill(self._random.choice(TARGETS), depth - 1)
        if kind == "i":
            self._number += 1
            return str(self._number)
        return self._random.choice(NAMES if kind == "n" else ATTRIBUTES)

    def _expression(self, depth: int) -> str:
        chance = self._random.random()
        if depth <= 0:
            return self._random.choice(
                LITERALS if chance < 0.4 else NAMES if chance < 0.7 else ("AsyncMock()", "Mock()")
            )
        if chance < 0.15:
            return self._random.choice(LITERALS)
        return self._fill(self._random.choice(MOCKS if chance < 0.6 else EXPRESSIONS), depth)

    def _simple(self) -> str:
        text = self._fill(self._random.choice(SIMPLE), 2)
        chance = self._random.random()
        if chance < 0.04 and sys.version_info >= (3, 12):
            return self._fill(self._random.choice(NEWER), 1)
        if chance < 0.1:
            return f"{text}; {self._fill(self._random.choice(SIMPLE), 1)}"
        if chance < 0.2:
            return f"{text}  # {self._random.choice(('why', 'bugcapture: ignore[MK101] so', 'noqa', 'ü'))}"
        return text

    def _statement(self, indent: str, depth: int) -> str:
        if depth <= 0 or self._random.random() < 0.5:
            return f"{indent}{self._simple()}\n"
        compound: Sequence[Callable[[str, int], str]] = (
            self._function,
            self._function,
            self._function,
            self._class,
            self._if,
            self._loop,
            self._try,
            self._with,
            self._with,
            self._match,
            self._comment,
        )
        return self._random.choice(compound)(indent, depth)

    def _body(self, indent: str, depth: int) -> str:
        """What stands behind a colon."""
        if self._random.random() < 0.08:
            return f" {self._fill(self._random.choice(SIMPLE), 1)}\n"
        inner = indent + self._unit
        return "\n" + "".join(self._statement(inner, depth - 1) for _ in range(self._random.randint(1, 4)))

    def _function(self, indent: str, depth: int) -> str:
        random = self._random
        chosen = random.sample(DECORATORS, random.choice((0, 0, 1, 1, 2, 3)))
        decorators = "".join(f"{indent}{self._fill(one, 2)}\n" for one in chosen)
        word = random.choice(("def", "def", "async def"))
        name = self._fill(random.choice(FUNCTIONS), 1)
        returns = random.choice(("", "", " -> None", " -> " + self._expression(1)))
        head = f"{indent}{word} {name}({self._fill(random.choice(PARAMETERS), 1)}){returns}:"
        return decorators + head + self._body(indent, depth)

    def _class(self, indent: str, depth: int) -> str:
        random = self._random
        decorator = f"{indent}{self._fill(random.choice(DECORATORS), 1)}\n" if random.random() < 0.3 else ""
        return f"{decorator}{indent}class {self._fill(random.choice(CLASSES), 1)}:{self._body(indent, depth)}"

    def _if(self, indent: str, depth: int) -> str:
        text = f"{indent}if {self._expression(2)}:{self._body(indent, depth)}"
        for _ in range(self._random.choice((0, 0, 1, 2))):
            text += f"{indent}elif {self._expression(1)}:{self._body(indent, depth)}"
        return text + (f"{indent}else:{self._body(indent, depth)}" if self._random.random() < 0.4 else "")

    def _loop(self, indent: str, depth: int) -> str:
        head = self._random.choice(
            ("for {n} in {e}", "for {n}, {n}.{a} in {e}", "async for {n} in {e}", "while {e}")
        )
        text = f"{indent}{self._fill(head, 2)}:{self._body(indent, depth)}"
        return text + (f"{indent}else:{self._body(indent, depth)}" if self._random.random() < 0.3 else "")

    def _try(self, indent: str, depth: int) -> str:
        random = self._random
        text = f"{indent}try:{self._body(indent, depth)}"
        star = "*" if random.random() < 0.15 else ""
        handlers = random.choice((0, 1, 1, 2))
        for _ in range(handlers):
            what = self._fill(random.choice(("ValueError", "(KeyError, {e})", "Exception as {n}", "{e}")), 1)
            text += f"{indent}except{star} {what}:{self._body(indent, depth)}"
        if handlers and random.random() < 0.3:
            text += f"{indent}else:{self._body(indent, depth)}"
        if not handlers or random.random() < 0.4:
            text += f"{indent}finally:{self._body(indent, depth)}"
        return text

    def _with(self, indent: str, depth: int) -> str:
        items = [
            self._expression(2) + self._fill(self._random.choice(("", " as {n}", " as {t}")), 1)
            for _ in range(self._random.choice((1, 1, 2, 3)))
        ]
        word = self._random.choice(("with", "with", "async with"))
        listed = ", ".join(items)
        if self._random.random() < 0.2:
            listed = "(\n" + "".join(f"{indent}    {item},  # one\n" for item in items) + f"{indent})"
        return f"{indent}{word} {listed}:{self._body(indent, depth)}"

    def _match(self, indent: str, depth: int) -> str:
        inner = indent + self._unit
        text = f"{indent}match {self._expression(1)}:\n"
        for _ in range(self._random.randint(1, 3)):
            guard = f" if {self._expression(1)}" if self._random.random() < 0.3 else ""
            pattern = self._fill(self._random.choice(PATTERNS), 1)
            text += f"{inner}case {pattern}{guard}:{self._body(inner, depth)}"
        return text

    def _comment(self, indent: str, _depth: int) -> str:
        return self._random.choice(
            (f"{indent}# a comment\n", "\n", f"{indent}\\\n\n", "\f\n", "# at the margin\n")
        )
