"""The rules of marks and declared failures, checked on a parsed test module."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import plural, printable, shorten
from bugcapture.pytest.markers import check_markers
from bugcapture.pytest.marks import MARKS, decorator_uses, find_mentions, walk_statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.core.tags import TagPolicy
    from bugcapture.pytest.leaf import Leaf, ModuleTests
    from bugcapture.pytest.marks import Definition, Use

_ADVICE = "put the mark on the test as a decorator"
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
    mentions = (*find_mentions(tree, tests.scope), *_on_no_test(tree, tests))
    strays = [(node, name) for node, name in mentions if id(node) not in read]
    strays = [(node, name) for node, name in strays if name not in policy.allow_tags]
    reasons = _reasons(tree, tests, path) if strays else {}
    for node, name in strays:
        shown = shorten(printable(name), _SHOWN) or "a mark whose name is computed"
        reason = reasons.get(id(node), f"cannot be read from the source: {_ADVICE}")
        yield Finding(path, node.lineno, "P1", f"{shown} {reason}")


def _on_no_test(tree: ast.Module, tests: ModuleTests) -> Iterator[tuple[ast.expr, str]]:
    """Marks on what pytest does not collect that stand there under another name."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and id(node) not in tests.collected
        ):
            yield from ((use.slot.node, use.name) for use in decorator_uses(node, tests.scope) if use.ours)


def _reasons(tree: ast.Module, tests: ModuleTests, path: str) -> dict[int, str]:
    """Why marks that stand on something belong to no test, by the id of each expression in them."""
    reasons: dict[int, str] = {}
    conftest = path.rpartition("/")[2] == "conftest.py"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if id(node) not in tests.collected:
                told = _why_no_test(node, tree, conftest=conftest)
                reasons |= {id(inner): told for mark in node.decorator_list for inner in ast.walk(mark)}
            if isinstance(node, ast.ClassDef):
                reasons |= _mark_reasons(node, tests, conftest=conftest)
        elif isinstance(node, ast.Module):
            reasons |= _mark_reasons(node, tests, conftest=conftest)
    return reasons


def _mark_reasons(holder: ast.Module | ast.ClassDef, tests: ModuleTests, *, conftest: bool) -> dict[int, str]:
    reasons: dict[int, str] = {}
    owner = "file" if isinstance(holder, ast.Module) else "class"
    assigned = [pair for pair in walk_statements(holder.body) if MARKS in map(_target, _targets(pair[0]))]
    last = max((n for n, (node, _) in enumerate(assigned) if not isinstance(node, ast.AugAssign)), default=0)
    for number, (statement, sure) in enumerate(assigned):
        if conftest:
            told = f"belongs to no test: a {MARKS} in conftest.py marks nothing"
        elif not sure:
            told = f"cannot be read from the source: this {MARKS} depends on a condition; {_ADVICE}"
        elif number < last:
            told = f"belongs to no test: {MARKS} is assigned again at line {assigned[last][0].lineno}"
        elif holder is tests.scope.node or id(holder) not in tests.collected:
            told = f"belongs to no test: pytest collects none from this {owner}"
        else:
            continue
        reasons |= {id(inner): told for inner in ast.walk(statement)}
    return reasons


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign | ast.AugAssign) else []


def _target(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _why_no_test(node: Definition, tree: ast.Module, *, conftest: bool) -> str:
    name = shorten(printable(node.name), _SHOWN)
    if conftest:
        return "belongs to no test: pytest collects none from conftest.py"
    for other in tree.body:
        same = isinstance(other, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and other.name == node.name
        if same and node in tree.body and other.lineno > node.lineno:
            return f"belongs to no test: {name} is defined again at line {other.lineno}"
    kind = "class" if isinstance(node, ast.ClassDef) else "function"
    return f"belongs to no test: pytest does not collect the {kind} {name}"


def _check_tuples(tests: ModuleTests, path: str) -> Iterator[Finding]:
    """For pytest a ``pytestmark`` is a mark or a list of marks; a tuple stops the collection."""
    seen: dict[int, Use] = {
        id(use.slot.holder): use
        for leaf in tests.leaves
        for use in leaf.uses
        if use.ours and use.slot.kind == "element" and use.slot.owner in {"class", "module"}
    }
    for use in seen.values():
        if isinstance(use.slot.holder, ast.Tuple) and any(
            statement.value is use.slot.holder for statement in use.scope.marks
        ):
            message = f"pytest takes a mark or a list of marks for {MARKS}, and no tuple"
            yield Finding(path, use.slot.holder.lineno, "P1", message)
