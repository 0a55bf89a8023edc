"""Every command and option, as click knows them."""

from __future__ import annotations

import inspect
import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

from bugcapture.cli.main import root
from program_reference.markdown import HEADER, escape, fence, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFORMATTED = "\b"


def walk_commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """A command and all that are below it, in the order of their help.

    Args:
        command: The command.
        context: Its context.
    """
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from walk_commands(child, make_context(child, name, context))


def make_context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """The context that a command has when it is called.

    Args:
        command: The command.
        name: What it is called.
        parent: The context of the group that it belongs to.
    """
    return click.Context(command, parent=parent, info_name=name, **command.context_settings)


def command_pages(
    program: click.Group = root, name: str = "bugcapture", guides: Mapping[str, str] | None = None
) -> dict[str, str]:
    """A page for each command of the program, with its subcommands, and one that lists them.

    Args:
        program: The program's command.
        name: What it is called.
        guides: The names of guides, two folders above, by the commands that they are about.
    """
    context = make_context(program, name)
    children = [(child, program.get_command(context, child)) for child in program.list_commands(context)]
    known = [(child, command) for child, command in children if command is not None and not command.hidden]
    pages = {"commands/index.md": _index(program, context, [child for child, _ in known])}
    for child, command in known:
        below = make_context(command, child, context)
        named = (guides or {}).get(child)
        guide = f"When and how to use it is told in [the guide](../../{named}.md).\n" if named else ""
        parts = [
            _section(each, inner, 2) if inner is not below else _section(each, inner, 1, guide)
            for each, inner in walk_commands(command, below)
        ]
        pages[f"commands/{child}.md"] = HEADER + "\n".join(parts)
    return pages


def _index(program: click.Group, context: click.Context, names: list[str]) -> str:
    rows = []
    for name in names:
        command = program.get_command(context, name)
        assert command is not None  # noqa: S101 - it was listed
        rows.append((f"[`{context.info_name} {name}`]({name}.md)", escape(command.get_short_help_str(500))))
    toctree = fence("{toctree}", ":hidden:\n\n" + "\n".join(names))
    section = _section(program, context, 1).replace(f"# `{context.info_name}`", "# Commands and options", 1)
    return f"{HEADER}{section}\n## Commands\n\n{table(('command', 'job'), rows)}\n{toctree}"


def _section(command: click.Command, context: click.Context, level: int, guide: str = "") -> str:
    path = context.command_path
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [
        f"{'#' * level} `{path}`\n",
        fence("text", " ".join(usage.split())),
        *_help(command.help or ""),
        *([guide] if guide else []),
    ]
    options = [one for one in command.get_params(context) if isinstance(one, click.Option) and not one.hidden]
    parts.append(f"**Options**\n\n```{{program}} {path}\n```\n")
    parts += [_option(option, context) for option in options]
    if command.epilog:
        parts.append(f"{escape(command.epilog)}\n")
    return "\n".join(parts)


def _help(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        lines = paragraph.split("\n")
        if lines[0].strip() == _PREFORMATTED:
            yield from _preformatted(lines[1:])
        elif paragraph.strip():
            yield f"{escape(' '.join(line.strip() for line in lines))}\n"


def _preformatted(lines: list[str]) -> Iterator[str]:
    """Lines that stay as they are: a heading, and what stands indented below it."""
    while lines:
        heading = "" if lines[0].startswith(" ") else lines.pop(0)
        if heading:
            yield f"{'**' + heading.rstrip(':') + '**' if heading.endswith(':') else escape(heading)}\n"
        body: list[str] = []
        while lines and lines[0].startswith(" "):
            body.append(lines.pop(0))
        if body:
            block = textwrap.dedent("\n".join(body))
            yield _examples(block) if heading == "Examples:" else fence("text", block)


def _examples(block: str) -> str:
    shown = [line if line.startswith(" ") else f"$ {line}" for line in block.split("\n")]
    return fence("console", "\n".join(shown))


def _option(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag or option.count else f" <{_metavar(option, context)}>"
    names = ", ".join(f"{name}{value}" for name in (*option.opts, *option.secondary_opts))
    told = [escape(option.help or "")]
    if isinstance(option.type, click.Choice):
        told.append(f"One of {', '.join(f'`{choice}`' for choice in option.type.choices)}.")
    if option.multiple:
        told.append("May be given more than once." if "more than once" not in told[0] else "")
    if option.required:
        told.append("Required.")
    if option.envvar:
        told.append(f"Environment: `{option.envvar}`.")
    if (default := _default(option)) is not None:
        told.append(f"Default: `{default}`.")
    return f"```{{option}} {names}\n\n{' '.join(part for part in told if part)}\n```\n"


def _metavar(option: click.Option, context: click.Context) -> str:
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return option.human_readable_name.removeprefix("output_")
    return option.make_metavar(context).strip("[]")


def _default(option: click.Option) -> str | None:
    default: Any = option.to_info_dict()["default"]
    if option.is_flag or default in {None, "", ()} or callable(default):
        return None
    if isinstance(default, list | tuple):
        return json.dumps(list(default)) if default else None
    return str(default) if isinstance(default, str | int | float) else None
