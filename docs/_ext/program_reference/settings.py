"""Every setting of a project, with its type, its default and what its dataclass says of it."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from bugcapture.project.config import Settings
from program_reference.markdown import HEADER, attributes, escape, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = {
    str: ("text", "texts"),
    int: ("whole number", "whole numbers"),
    float: ("number", "numbers"),
    bool: ("true or false", "true or false"),
}
_INTRODUCTION = f"""\
{HEADER}# Configuration

All settings stand in `pyproject.toml`, in the nearest one from the working directory upwards that has a table
`[tool.bugcapture]`. A key that is not known and a value of another type are errors, with file and line. Every
setting has a default: a project needs none of them. *None* in a description means that the setting is not there.

What comes from the environment instead is on the page [](../environment.md).
"""


def settings_page(settings: type = Settings) -> str:
    """The page of all settings.

    Args:
        settings: The dataclass that holds them.
    """
    return "\n".join([_INTRODUCTION, *_tables(settings, ())])


def walk_settings(settings: type, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The dotted names of all settings below ``tool.bugcapture``.

    Args:
        settings: A dataclass of settings.
        above: The names of the tables that hold it.
    """
    hints = get_type_hints(settings)
    for one in fields(settings):
        if is_dataclass(hints[one.name]):
            yield from walk_settings(hints[one.name], (*above, one.name))
        else:
            yield ".".join((*above, one.name))


def _tables(settings: type, above: tuple[str, ...]) -> Iterator[str]:
    hints = get_type_hints(settings)
    told = attributes(settings)
    name = ".".join(("tool", "bugcapture", *above))
    yield f"## `[{name}]`\n\n{escape(summary(settings))}\n"
    below = []
    for one in fields(settings):
        if is_dataclass(hints[one.name]):
            below.append(one.name)
            continue
        setting = ".".join((*above, one.name))
        options = f":type: {_quote(_words(hints[one.name]))}\n:default: {_quote(_default(one))}\n"
        yield f"```{{confval}} {setting}\n{options}\n{escape(told[one.name])}\n```\n"
    for inner in below:
        yield from _tables(hints[inner], (*above, inner))


def _quote(text: str) -> str:
    """An option of a directive, which is read as YAML."""
    return "'{}'".format(text.replace("'", "''"))


def _words(hint: Any) -> str:
    """A type as people say it."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind in {Union, UnionType}:
        return " or ".join(_words(one) for one in inner if one is not NoneType)
    if kind is Literal:
        return " or ".join(f"`{json.dumps(one)}`" for one in inner)
    if kind is tuple:
        return f"list of {_many(inner[0])}"
    if kind is dict:
        return f"table of {_many(inner[1])}"
    return _PLAIN[hint][0]


def _many(hint: Any) -> str:
    if hint in _PLAIN:
        return _PLAIN[hint][1]
    return f"lists of {_many(get_args(hint)[0])}" if get_origin(hint) is tuple else _words(hint)


def _default(one: Field[Any]) -> str:
    value = one.default_factory() if one.default_factory is not MISSING else one.default
    if value is None:
        return "not set"
    if isinstance(value, dict):
        return f"`{json.dumps(value) if value else '{}'}`"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}`"
