"""Every command line that the documentation shows is one that the program takes."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml
from docs_pages import DOCS, ROOT, pages, read_fences
from program_reference.commands import make_context, walk_commands

from bugcapture.cli.main import root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_INLINE = re.compile(r"(?<!`)`(?!`)([^`]+)`(?!`)")
_BARE = ("--confirm-with", "--explain")
_KEYWORDS = ("then", "do", "else", "!")
_ASSIGNMENT = re.compile(r"\w+=")
_OPERATORS = frozenset("|&;()<>")
# What stands for something that the reader knows.
_STANDS_FOR = re.compile(r"…|\.\.\.|\$\{\{.*?\}\}|\$\{?\w+\}?|<[^>]+>")
# What may stand before a command in a line of YAML or of a Jenkinsfile.
_BEFORE = re.compile(r"\s*(?:- +)?(?:\w+: +)?(?:sh +)?")


def find_calls(text: str) -> Iterator[list[str]]:
    """The arguments of each call of bugcapture in a line of a shell.

    Args:
        text: One command, or several joined by ``&&``, ``;`` and the like.
    """
    lexer = shlex.shlex(_STANDS_FOR.sub("x", text), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= _OPERATORS:
            while words and (words[0] in _KEYWORDS or _ASSIGNMENT.match(words[0])):
                del words[0]
            if words and words[0].rpartition("/")[2] == "bugcapture":
                yield words[1:]
            words = []
        else:
            words.append(word)


def why_refused(arguments: list[str]) -> str:
    """What the program has against a call; empty where it takes it. Nothing is run.

    Args:
        arguments: What stands behind ``bugcapture``.
    """
    command: click.Command = root
    context = make_context(root, "bugcapture")
    try:
        while isinstance(command, click.Group):
            _, _, arguments = _read(command, context, arguments)
            if not arguments:
                return ""
            name, *arguments = arguments
            child = command.get_command(context, name)
            if child is None:
                return f"there is no command {name}"
            command, context = child, make_context(child, name, context)
        values, _, left = _read(command, context, arguments)
        if left:
            return f"takes no {left}"
        for parameter in command.get_params(context):
            given = values.get(parameter.name or "")
            if isinstance(parameter.type, click.Choice) and isinstance(given, str) and given != "x":
                parameter.type.convert(given, parameter, context)
    except click.ClickException as error:
        return error.format_message()
    return ""


def _read(
    command: click.Command, context: click.Context, arguments: list[str]
) -> tuple[dict[str, Any], Any, list[str]]:
    """Options, their order, and what is left; what stands behind the name of a command stays."""
    parser = command.make_parser(context)
    values, left, order = parser.parse_args(args=list(arguments))
    return values, order, left


def shown_on(page: Path) -> Iterator[tuple[str, str]]:
    """Each call of bugcapture on a page, with its place.

    Args:
        page: The page, in Markdown.
    """
    text = page.read_text("utf-8")
    name = page.relative_to(ROOT)
    prose = text
    for fence in read_fences(text):
        prose = prose.replace(fence.text, "\n" * fence.text.count("\n"))
        for line in _command_lines(fence.language, fence.text):
            yield f"{name}:{fence.line}", line
    for found in _INLINE.finditer(prose):
        if found[1].startswith("bugcapture "):
            line = " ".join(found[1].split())
            # Prose may name an option without the value that it takes.
            yield (
                f"{name}:{prose.count(chr(10), 0, found.start()) + 1}",
                f"{line} x" if line.endswith(_BARE) else line,
            )


def _command_lines(language: str, text: str) -> Iterator[str]:
    joined = re.sub(r"\\\n\s*(?:> )?", "", text)
    for line in joined.split("\n"):
        if language == "console":
            if line.startswith("$ "):
                yield line[2:]
        elif language in {"yaml", "groovy", "shell"} and "bugcapture " in line:
            command = line[_BEFORE.match(line).end() :]  # type: ignore[union-attr]
            yield command.strip("'") if language == "groovy" else command


def _all_shown() -> list[tuple[str, str]]:
    shown = [place_and_line for page in pages() for place_and_line in shown_on(page)]
    for command, context in walk_commands(root, make_context(root, "bugcapture")):
        lines = [line.strip() for line in (command.help or "").split("\n")]
        shown += [(f"{context.command_path} --help", line) for line in lines if line.startswith("bugcapture ")]
    return shown


def test_every_call_that_is_shown_is_one_that_the_program_takes() -> None:
    """Commands, options, choices and the number of arguments, in all pages and in the examples of help."""
    refused = []
    checked = 0
    for place, line in _all_shown():
        checked += 1
        try:
            whys = [why for arguments in find_calls(line) if (why := why_refused(arguments))]
        except ValueError as error:
            whys = [f"is no shell: {error}"]
        refused += [f"{place}: {line}\n    {why}" for why in whys]
    assert not refused, "\n".join(refused)
    assert checked > 200


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("bugcapture run --no-such-option", "No such option"),
        ("bugcapture frobnicate", "there is no command"),
        ("bugcapture hooks frobnicate", "there is no command"),
        ("bugcapture run --format pdf", "is not one of"),
        ("bugcapture run --framework x", ""),
        ("bugcapture init one two", "takes no"),
        ("bugcapture run --shard", "requires an argument"),
        ("true && bugcapture run --shard ${{ matrix.part }}/4 | tee file", ""),
        (".venv/bin/bugcapture check --format github", ""),
        ("if true; then BUGCAPTURE_RAW=1 bugcapture run --nope; fi", "No such option"),
        ("bugcapture list --nope > file", "No such option"),
    ],
)
def test_a_call_that_the_program_does_not_take_is_noticed(line: str, why: str) -> None:
    """Unknown options, commands and choices, arguments too many, values too few."""
    (arguments,) = find_calls(line)
    said = why_refused(arguments)
    assert (why in said) if why else said == ""


def test_every_piece_of_yaml_is_yaml() -> None:
    """What readers paste into their files can be read."""
    seen = 0
    for page in pages():
        for fence in read_fences(page.read_text("utf-8")):
            if fence.language == "yaml":
                seen += 1
                assert yaml.safe_load(fence.text) is not None, f"{page}:{fence.line}"
    assert seen > 5


def test_every_variable_of_the_program_is_told() -> None:
    """Nothing that the environment can change is left out, and nothing is told that is not read."""
    named = re.compile(r"BUGCAPTURE_[A-Z_]+[A-Z]")
    read = {
        found for path in (ROOT / "src").rglob("*.py") for found in named.findall(path.read_text("utf-8"))
    }  # fmt: skip
    assert set(named.findall((DOCS / "environment.md").read_text("utf-8"))) == read
