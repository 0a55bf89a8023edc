"""The JSON documents that commands write, read off the calls of the one function that writes them."""

from __future__ import annotations

import ast
import functools
import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import bugcapture
from program_reference.markdown import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITER: Final = "write_json"
_DEPTH: Final = 3
_INTRODUCTION: Final = f"""\
{HEADER}# JSON documents

A command with `--format json` writes one document. Its key `schema` says what it is, such as `bugcapture.run/1`:
the number changes when a key goes or changes its meaning. New keys may come at any time, so pass over those that
you do not know. Texts are well formed Unicode, and not escaped for a terminal.

A list behind a key names the keys of the object, or of each object of the list, that stands there.
"""

Keys = dict[str, "Keys"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One kind of document.

    Attributes:
        schema: Its schema.
        keys: Its keys besides ``schema``, each with those of the objects in it, as far as the source shows them.
    """

    schema: str
    keys: Keys = field(default_factory=dict)


def output_page() -> str:
    """The page of all documents."""
    parts = [f"## `{one.schema}`\n\n{''.join(_lines(one.keys, 0))}" for one in find_documents()]
    return "\n".join([_INTRODUCTION, *parts])


def find_documents(folder: Path | None = None) -> list[Document]:
    """All documents that a package writes, by their schemas.

    Args:
        folder: The package; None for the program.
    """
    found: dict[str, Keys] = {}
    for file in sorted((folder or Path(bugcapture.__file__).parent).rglob("*.py")):
        if f"{_WRITER}(" in file.read_text("utf-8"):
            for document in _documents(_Module(file)):
                found[document.schema] = {**found.get(document.schema, {}), **document.keys}
    return [Document(schema=schema, keys=keys) for schema, keys in sorted(found.items())]


def _lines(keys: Keys, depth: int) -> Iterator[str]:
    for key, inner in keys.items():
        yield f"{'  ' * depth}- `{key}`\n"
        if depth < _DEPTH:
            yield from _lines(inner, depth + 1)


class _Module:
    """The functions of a module, and from where it imports others."""

    def __init__(self, file: Path) -> None:
        tree = ast.parse(file.read_text("utf-8"))
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.imported = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }


@functools.cache
def _load(name: str) -> _Module | None:
    found = importlib.util.find_spec(name) if name.startswith("bugcapture.") else None
    return _Module(Path(found.origin)) if found is not None and found.origin else None


def _documents(module: _Module) -> Iterator[Document]:
    for function in module.functions.values():
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == _WRITER:
                command, content = call.args
                if isinstance(command, ast.Constant) and isinstance(command.value, str):
                    keys = _keys(content, function, module)
                    yield Document(schema=f"bugcapture.{command.value}/1", keys=keys)


def _keys(value: ast.expr, function: ast.FunctionDef, module: _Module) -> Keys:
    """The keys of what an expression of a function gives; none where it is no object and no list of objects."""
    match value:
        case ast.Dict():
            return _keys_of_dict(value, function, module)
        case ast.ListComp(elt=inner) | ast.List(elts=[inner, *_]) | ast.Subscript(value=inner):
            return _keys(inner, function, module)
        case ast.IfExp(body=inner, orelse=other):
            return _keys(inner, function, module) or _keys(other, function, module)
        case ast.Name(id=name):
            return _keys_of_name(name, function, module)
        case ast.Call(func=ast.Name(id=name)):
            return _keys_of_call(name, module)
        case _:
            return {}


def _keys_of_dict(value: ast.Dict, function: ast.FunctionDef, module: _Module) -> Keys:
    keys: Keys = {}
    for key, inner in zip(value.keys, value.values, strict=True):
        if key is None:
            keys.update(_keys(inner, function, module))
        elif isinstance(key, ast.Constant):
            keys[str(key.value)] = _keys(inner, function, module)
    return keys


def _keys_of_name(name: str, function: ast.FunctionDef, module: _Module) -> Keys:
    """What a local variable holds: what was assigned to it, and to its keys."""
    keys: Keys = {}
    for node in ast.walk(function):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        given: ast.expr = getattr(node, "value", None) or ast.Constant(None)
        for target in targets:
            if isinstance(target, ast.Name) and target.id == name and not _mentions(given, name):
                keys.update(_keys(given, function, module))
            elif (key := _key_of(target, name)) is not None:
                keys[key] = _keys(given, function, module)
    return keys


def _key_of(target: ast.expr, name: str) -> str | None:
    """The key to which ``name["key"] = …`` assigns."""
    match target:
        case ast.Subscript(value=ast.Name(id=known), slice=ast.Constant(value=str(key))) if known == name:
            return key
        case _:
            return None


def _mentions(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _keys_of_call(name: str, module: _Module) -> Keys:
    if name not in module.functions and name in module.imported:
        source, name = module.imported[name]
        found = _load(source)
        if found is None:
            return {}
        module = found
    function = module.functions.get(name)
    keys: Keys = {}
    for node in ast.walk(function) if function else ():
        if isinstance(node, ast.Return) and node.value is not None:
            keys.update(_keys(node.value, function, module))  # type: ignore[arg-type]
    return keys
