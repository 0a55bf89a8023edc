"""Whatever the layout: after graduation the module is the old one without the mark, byte for byte elsewhere."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_sources import read, switch_lines

HEAD = (
    "import pytest\nfrom pytest import mark as m, param\nbug = m.tdd_bug(7)\nslow = m.slow\n"
    "captured = m.tdd_expected_fail(raises=KeyError)\n"
)
SWITCHES = (
    "pytest.mark.tdd_expected_fail",
    "m.tdd_expected_fail(raises=KeyError, match='é')",
    "m.tdd_expected_fail(\n    raises=KeyError,  # c\n)",
    "captured",
    "(captured)",
    "((m\n .tdd_expected_fail))",
)
OTHERS = ("bug", "m.tdd_bug(8)", "(slow)", "m.skipif('ü', reason='[,)')", "pytest.mark.tdd_issue(\n  9,\n)")
# A comma after the last mark of a tuple, or empty brackets, may be written.
ADDED = str.maketrans("", "", ",()[]")
COMMENTS = ("", "  # é, comment", "\t#x")

switch = st.sampled_from(SWITCHES)
marks = st.lists(st.one_of(switch, st.sampled_from(OTHERS)), max_size=4)
indent = st.sampled_from(["    ", "\t", " "])


@st.composite
def row(draw: st.DrawFn, brackets: str, items: list[str]) -> str:
    """Items between brackets, with random space, comments and line ends around each."""
    opened, closed = brackets
    text = opened + draw(_gap())
    for index, item in enumerate(items):
        text += item + draw(_gap())
        last = index == len(items) - 1
        if not last or (brackets == "()" and len(items) == 1) or draw(st.booleans()):
            text += "," + draw(_gap())
    return text + closed


@st.composite
def _gap(draw: st.DrawFn) -> str:
    gap = draw(st.sampled_from(["", " ", "\t", "\n", "\n        "]))
    if "\n" in gap:
        gap = draw(st.sampled_from(COMMENTS)) + gap
        if draw(st.booleans()):
            gap += "# own line\n    "
    return gap


def _decorators(items: list[str], space: str, comments: list[str]) -> str:
    return "".join(f"{space}@{item}{comments[n % len(comments)]}\n" for n, item in enumerate(items))


@st.composite
def module(draw: st.DrawFn) -> str:
    """A test module that Python accepts."""
    comments = draw(st.lists(st.sampled_from(COMMENTS), min_size=1, max_size=3))
    text = HEAD
    if draw(st.booleans()):
        text += f"ALL = {draw(row('[]', draw(marks)))}\n"
        text += draw(
            st.sampled_from(["pytestmark = ALL\n", "pytestmark = [*ALL] + []\n", "pytestmark = ALL; x = 'ä'\n"])
        )
    elif draw(st.booleans()):
        text += draw(
            st.sampled_from(
                [
                    "pytestmark = captured # why\n",
                    "x = 'ö'; pytestmark = captured; y = 2\n",
                    "x = 1; pytestmark = (captured)\n",
                ]
            )
        )
    params = [draw(st.sampled_from(["1", "param(2)", "'ß'"]))]
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["[]", "()"]))
        chosen = draw(marks) if draw(st.booleans()) else None
        value = draw(row(kind, chosen)) if chosen is not None else draw(switch)
        params.append(draw(row("()", ["3", f"marks = {value}", "id=None"])).join(["param", ""]))
    text += _decorators(draw(marks), "", comments)
    text += f"@m.parametrize('a', {draw(row('[]', params))})\n" + "def test_function(a): ...\n\n"
    space = draw(indent)
    text += _decorators(draw(marks), "", comments) + "class TestÄ:\n"
    if draw(st.booleans()):
        text += f"{space}pytestmark = {draw(row('[]', draw(marks)))}\n"
    elif draw(st.booleans()):
        text += f"{space}pytestmark = captured\n"
    text += _decorators(draw(marks), space, comments) + f"{space}async def test_é(self): ..."
    return text + draw(st.sampled_from(["", "\n"]))


class _WithoutSwitch(ast.NodeTransformer):
    """Takes every use of the switch out of a syntax tree."""

    def visit_List(self, node: ast.List) -> ast.List:
        node.elts = [element for element in node.elts if not _is_switch(element)]
        self.generic_visit(node)
        return node

    def visit_Tuple(self, node: ast.Tuple) -> ast.Tuple:
        node.elts = [element for element in node.elts if not _is_switch(element)]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        node.keywords = [keyword for keyword in node.keywords if not _is_switch(keyword.value)]
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | None:
        if _is_switch(node.value) and ast.unparse(node.targets[0]) == "pytestmark":
            return None
        self.generic_visit(node)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if hasattr(node, "decorator_list"):
            node.decorator_list = [one for one in node.decorator_list if not _is_switch(one)]
        return super().generic_visit(node)


def _is_switch(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(called) in {"captured", "m.tdd_expected_fail", "pytest.mark.tdd_expected_fail"}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(module(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]))
def test_every_layout_survives_graduation(text: str, end: str, codec: str) -> None:
    """No layout is refused, nothing else changes, and lines without a switch stay as they are."""
    if codec == "latin-1":
        text = f"# coding: latin-1\n{text}"
    content = text.replace("\n", end).encode(codec)
    with tempfile.TemporaryDirectory() as folder:
        source = read(Path(folder), content)
        after = source.remove_switch(switch_lines(source))
        again = read(Path(folder), after)
    wanted = _WithoutSwitch().visit(ast.parse(text))
    assert ast.dump(ast.parse(after)) == ast.dump(wanted)
    assert not any(capture.tags.expected_fail for capture in again.captures)
    assert {c.tags.ids for c in again.captures} == {c.tags.ids for c in source.captures if c.tags.ids}
    new = after.decode(codec).replace(end, "\n")
    assert "\r" not in new
    assert _comments(text) == _comments(new)
    assert (b"\r\n" in after) == (end == "\r\n")
    assert _is_part(new.translate(ADDED), text.translate(ADDED))


def _is_part(part: str, whole: str) -> bool:
    """Whether a text is another one with something left out."""
    rest = iter(whole)
    return all(char in rest for char in part)


def _comments(text: str) -> int:
    return text.count("# own line\n")
