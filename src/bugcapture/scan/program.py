"""Read what the functions of the program do with the results of calls, so that a mock's answer can be followed.

For each function: which calls on its parameters, or on attributes of its object, decide something, and how much.
The file is read like the tests are: nothing is imported.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.body import Body
from bugcapture.scan.functions import read_outline
from bugcapture.scan.index import ProgramFunction
from bugcapture.scan.names import dotted
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction

_PLAIN_DECORATORS: Final = frozenset({"abstractmethod", "classmethod", "staticmethod", "override"})


_DEPENDS: Final = frozenset({"Depends", "Security"})


def read_program(path: str, tree: ast.Module) -> list[ProgramFunction]:
    """The functions of one file of the program.

    Args:
        path: The file as reports name it.
        tree: Its syntax.
    """
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    found = []
    for function in read_outline(tree).functions:
        node = function.node
        reader = Body()
        reader.whole(node.body)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        found.append(
            ProgramFunction(
                path=path,
                name=function.qualname,
                module=module,
                parameters=function.parameters,
                is_async=is_async,
                sinks=tuple(reader.sinks),
                calls=tuple(reader.calls),
                attributes=tuple(_held(node)) if function.name == "__init__" else (),
                line=node.lineno,
                is_coroutine=is_async and not reader.yields and _is_plain(node),
                entered=tuple(reader.entered),
                own=tuple(sorted(reader.own.union(_imported(function)))),
                depends=tuple(_depends(node)),
            )
        )
    return found


def _imported(function: TestFunction) -> Iterator[str]:
    return (alias.asname or alias.name for node in function.imports for alias in node.names)


def _depends(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """The parameters that stand for dependencies: ``door=Depends(get_door)``, or so in ``Annotated``."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    given: list[tuple[ast.arg, ast.expr | None]] = [
        *zip(reversed(plain), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    said = {one.arg: [default] for one, default in given if default is not None}
    for one in (*plain, *arguments.kwonlyargs):
        if isinstance(one.annotation, ast.Subscript) and isinstance(one.annotation.slice, ast.Tuple):
            said.setdefault(one.arg, []).extend(one.annotation.slice.elts)
    for name, values in said.items():
        for value in values:
            if isinstance(value, ast.Call) and value.args and dotted(value.func).rpartition(".")[2] in _DEPENDS:
                yield name, dotted(value.args[0]).rpartition(".")[2]


def _is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether no decorator makes something else of a function."""
    return all(dotted(one).rpartition(".")[2] in _PLAIN_DECORATORS for one in node.decorator_list)


def _held(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """The attributes that a constructor gives its parameters to."""
    names = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for statement in walk(node):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            value = statement.value
            if isinstance(value, ast.BoolOp):
                value = value.values[0]
            if isinstance(value, ast.Name) and value.id in names:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                for target in targets:
                    if isinstance(target, ast.Attribute) and dotted(target.value) == "self":
                        yield target.attr, value.id
