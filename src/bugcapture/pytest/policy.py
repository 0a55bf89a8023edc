"""The rules of marks and declared failures, checked on a parsed test module."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import plural, printable, shorten
from bugcapture.pytest.markers import check_markers
from bugcapture.pytest.marks import (
    MARKS,
    Definition,
    Slot,
    bindings,
    decorator_uses,
    dotted_name,
    find_mentions,
    find_uses,
    resolve,
    walk_statements,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.core.tags import TagPolicy
    from bugcapture.pytest.leaf import Leaf, ModuleTests
    from bugcapture.pytest.marks import Scope

_ADVICE = "put the mark on the test as a decorator"
_OF_FIXTURE = f"cannot be read from the source: each test that uses the fixture {{}} gets it; {_ADVICE}"
_SHOWN = 60


def check_module(tree: ast.Module, tests: ModuleTests, path: str, policy: TagPolicy) -> list[Finding]:
    """All problems of one module, each once.

    Args:
        tree: The parsed module.
        tests: The tests in it.
        path: The file as reports shall name it.
        policy: What the project asks of its tags.

    Returns:
        Findings in the order of their lines.
    """
    found: dict[Finding, dict[Leaf, None]] = {}
    for leaf in tests.leaves:
        for finding, inherited in _check_leaf(leaf, path, policy):
            places = found.setdefault(finding, {})
            if inherited:
                places[leaf] = None
    findings = [_add_places(finding, list(places)) for finding, places in found.items()]
    findings += [finding for case in tests.cases for finding in _check_case(case, path, policy)]
    return sorted({*findings, *_check_strays(tree, tests, path, policy), *_check_tuples(tests, path)})


def has_strays(tree: ast.Module, tests: ModuleTests) -> bool:
    """Whether the module names a mark of ours anywhere."""
    return next(find_mentions(tree, tests.scope), None) is not None


def _check_leaf(leaf: Leaf, path: str, policy: TagPolicy) -> Iterator[tuple[Finding, bool]]:
    for use in leaf.uses:
        if use.name not in policy.allow_tags:
            for told in use.marker.problems:
                yield Finding(path, use.node.lineno, told.rule, told.message), False
    for problem in check_markers(leaf.tag_names, policy):
        use = next(use for use in leaf.uses if problem.tag in use.marker.tags)
        finding = Finding(path, use.slot.line, problem.rule, problem.message)
        yield finding, use.slot.owner in {"class", "module"}


def _check_case(case: Leaf, path: str, policy: TagPolicy) -> Iterator[Finding]:
    """What the marks of a parameter set break; what those around it break is told at the test."""
    for problem in check_markers(case.tag_names, policy):
        use = next(use for use in case.uses if problem.tag in use.marker.tags)
        if use.slot.owner == "param":
            yield Finding(path, use.slot.line, problem.rule, problem.message)


def _add_places(finding: Finding, leaves: list[Leaf]) -> Finding:
    if not leaves:
        return finding
    name = shorten(printable(leaves[0].name), _SHOWN)
    where = f"(in {name}, line {leaves[0].line})"
    if len(leaves) > 1:
        where = f"(in {plural(len(leaves), 'test')}, first {name} at line {leaves[0].line})"
    return replace(finding, message=f"{finding.message} {where}")


def _check_strays(tree: ast.Module, tests: ModuleTests, path: str, policy: TagPolicy) -> Iterator[Finding]:
    """Marks that no test carries, as far as the source tells."""
    read = {id(node) for leaf in tests.leaves for use in leaf.uses for node in use.trail}
    reasons = _reasons(tree, tests, path)
    found = (*find_mentions(tree, tests.scope), *_on_no_test(tree, tests), *_in_functions(tree, tests.scope))
    for node, name in found:
        if id(node) not in read and name not in policy.allow_tags:
            shown = shorten(printable(name), _SHOWN) or "a mark whose name is computed"
            reason = reasons.get(id(node), f"cannot be read from the source: {_ADVICE}")
            yield Finding(path, node.lineno, "P1", f"{shown} {reason}")


def _on_no_test(tree: ast.Module, tests: ModuleTests) -> Iterator[tuple[ast.expr, str]]:
    """Marks on what pytest does not collect that stand there under another name."""
    for node in ast.walk(tree):
        if isinstance(node, Definition) and id(node) not in tests.collected:
            yield from ((use.slot.node, use.name) for use in decorator_uses(node, tests.scope) if use.ours)


def _in_functions(tree: ast.Module, scope: Scope) -> Iterator[tuple[ast.expr, str]]:
    """Marks that stand in the bodies of functions under another name: when the function runs nobody can say."""
    marks: dict[str, str] = {}
    for name in scope.values:
        alias = ast.Name(name, ast.Load())
        for use in find_uses(alias, scope, Slot("value", alias, tree, "function", 0)):
            if use.ours:
                marks[name] = use.name
    for function in ast.walk(tree) if marks else ():
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            known = marks.keys() - _own_names(function)
            for node in (node for statement in function.body for node in ast.walk(statement)):
                if isinstance(node, ast.Name) and node.id in known:
                    yield node, marks[node.id]


def _own_names(function: ast.AST) -> set[str]:
    """Whatever is bound in a function, or in the functions inside it."""
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif not isinstance(node, ast.keyword):  # Definitions, arguments, imports, exceptions and patterns.
            names |= {str(getattr(node, key, "")) for key in ("arg", "name", "asname")}
    return names


def _reasons(tree: ast.Module, tests: ModuleTests, path: str) -> dict[int, str]:
    """Why marks that stand on something belong to no test, by the id of each expression in them."""
    reasons: dict[int, str] = {}
    again: dict[int, int] = {}
    conftest = path.rpartition("/")[2] == "conftest.py"
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            again |= _last_lines(node.body)
            reasons |= _mark_reasons(node, tests, conftest=conftest)
        if isinstance(node, Definition) and id(node) not in tests.collected:
            told = _why_no_test(node, again.get(id(node), 0), conftest=conftest)
            for mark in node.decorator_list:
                of_fixture = isinstance(mark, ast.Call) and _is_fixture(mark, tests.scope)
                why = _OF_FIXTURE.format(shorten(printable(node.name), _SHOWN)) if of_fixture else told
                reasons |= {id(inner): why for inner in ast.walk(mark)}
    return reasons


def _is_fixture(decorator: ast.Call, scope: Scope) -> bool:
    return dotted_name(decorator.func, scope).rpartition(".")[2] == "fixture"


def _last_lines(body: Iterable[ast.stmt]) -> dict[int, int]:
    """The last line at which the name of a function or class is defined, by the id of each of that name."""
    definitions = [statement for statement in body if isinstance(statement, Definition)]
    last = {definition.name: definition.lineno for definition in definitions}
    return {id(definition): last[definition.name] for definition in definitions}


def _mark_reasons(holder: ast.Module | ast.ClassDef, tests: ModuleTests, *, conftest: bool) -> dict[int, str]:
    reasons: dict[int, str] = {}
    owner = "file" if isinstance(holder, ast.Module) else "class"
    assigned = [pair for pair in walk_statements(holder.body) if MARKS in dict(bindings(pair[0]))]
    anew = [node.lineno for node, sure in assigned if sure and not isinstance(node, ast.AugAssign)]
    for statement, sure in assigned:
        if conftest:
            told = f"belongs to no test: a {MARKS} in conftest.py marks nothing"
        elif not sure:
            told = f"cannot be read from the source: this {MARKS} depends on a condition; {_ADVICE}"
        elif statement.lineno < max(anew, default=0):
            told = f"belongs to no test: {MARKS} is assigned again at line {anew[-1]}"
        elif id(holder) not in tests.collected:
            told = f"belongs to no test: pytest collects none from this {owner}"
        else:
            continue
        reasons |= {id(inner): told for inner in ast.walk(statement)}
    return reasons


def _why_no_test(node: Definition, last: int, *, conftest: bool) -> str:
    """Why a function or class holds no test, with the last line at which its name is defined beside it."""
    name = shorten(printable(node.name), _SHOWN)
    if conftest:
        return "belongs to no test: pytest collects none from conftest.py"
    if node.lineno < last:
        return f"belongs to no test: {name} is defined again at line {last}"
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    return f"belongs to no test: pytest does not collect the {kind} {name}"


def _check_tuples(tests: ModuleTests, path: str) -> Iterator[Finding]:
    """For pytest a ``pytestmark`` is a mark or a list of marks; a tuple stops the collection."""
    for use in (use for leaf in tests.leaves for use in leaf.uses):
        for statement, value in use.scope.marks:
            if (
                use.ours
                and isinstance(use.slot.holder, ast.Tuple)
                and not isinstance(statement, ast.AugAssign)  # A list takes the elements of a tuple.
                and resolve(value, use.scope) is use.slot.holder
            ):
                message = f"pytest takes a mark or a list of marks for {MARKS}, and no tuple"
                yield Finding(path, statement.lineno, "P1", message)
