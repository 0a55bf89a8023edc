"""What tests use: markers and options of pytest, steps of Behave, keywords of Robot Framework."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from behave.runner import the_step_registry
from robot.libdocpkg import LibraryDocumentation

from bugcapture.behave.steps import race as race_steps
from bugcapture.pytest import plugin
from program_reference.markdown import HEADER, escape, fence, table

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY: Final = "bugcapture.robot.Race"
_BOLD: Final = re.compile(r"\\\*([^*]+)\\\*")
_CELLS: Final = re.compile(r"^\| ?", re.MULTILINE)
_INTRODUCTION: Final = f"""\
{HEADER}# Markers, options, steps and keywords

What you write into tests, besides the [tags](../tags.md) and the [declared failures](../failures.md).
"""


class _Options:
    """Stands for the parser of pytest, and keeps what is added to it."""

    def __init__(self) -> None:
        self.added: dict[str, dict[str, Any]] = {}

    def getgroup(self, name: str) -> _Options:
        del name
        return self

    def addoption(self, name: str, **keywords: Any) -> None:
        self.added[name] = keywords


def in_tests_page() -> str:
    """The page of all that tests use."""
    return "\n".join([_INTRODUCTION, *_pytest(), *_behave(), *_robot()])


def pytest_options() -> dict[str, dict[str, Any]]:
    """The options that the plugin adds to pytest, with what it says of them."""
    options = _Options()
    plugin.pytest_addoption(options)  # type: ignore[arg-type]
    return options.added


def behave_steps() -> list[tuple[str, str, str]]:
    """The race steps: their kind, their text, and what they do."""
    return [
        (kind, step.pattern, inspect.getdoc(step.func) or "")
        for kind in ("given", "when", "then")
        for step in the_step_registry.steps[kind]
        if step.func.__module__ == race_steps.__name__
    ]


def robot_keywords() -> list[Any]:
    """The keywords of the race library, as Robot Framework's own libdoc reads them."""
    return list(LibraryDocumentation(LIBRARY).keywords)


def _pytest() -> Iterator[str]:
    yield "## pytest: markers\n"
    rows = [line.partition(": ") for line in plugin._MARKERS]  # noqa: SLF001 - pytest itself is told no other way
    yield table(("marker", ""), [(f"`{marker}`", _sentence(told)) for marker, _, told in rows])
    yield "## pytest: options\n\n```{program} pytest\n```\n"
    for name, keywords in pytest_options().items():
        value = keywords.get("metavar") or "|".join(keywords.get("choices", ()))
        yield f"```{{option}} {name}[={value}]\n\n{escape(keywords['help'])}\n```\n"
    yield "## pytest: fixtures\n"
    yield table(("fixture", ""), [("`race`", "{py:func}`bugcapture.race.race`, see [](../races.md)")])


def _behave() -> Iterator[str]:
    yield "## Behave: race steps\n\nThey are there once a steps file says so:\n"
    yield fence("python", "from bugcapture.behave.steps import race  # noqa: F401")
    steps = [(f"{kind.capitalize()} {text}", " ".join(told.split())) for kind, text, told in behave_steps()]
    yield table(("step", ""), [(f"`{step}`", escape(told)) for step, told in steps])


def _robot() -> Iterator[str]:
    yield f"## Robot Framework: race keywords\n\n{fence('robotframework', f'Library    {LIBRARY}')}"
    for keyword in robot_keywords():
        yield f"### {keyword.name}\n"
        if arguments := [str(argument) for argument in keyword.args]:
            yield f"Arguments: {', '.join(f'`{argument}`' for argument in arguments)}\n"
        yield from _robot_text(keyword.doc)


def _robot_text(text: str) -> Iterator[str]:
    """Robot Framework's markup: paragraphs, and rows between bars, which are examples."""
    for paragraph in text.split("\n\n"):
        prose = "\n".join(line for line in paragraph.split("\n") if not line.startswith("|"))
        rows = "\n".join(line for line in paragraph.split("\n") if line.startswith("|"))
        if prose:
            yield _BOLD.sub(r"*\1*", escape(" ".join(prose.split()))) + "\n"
        if rows:
            yield fence("robotframework", _CELLS.sub("", rows))


def _sentence(text: str) -> str:
    said, _, example = text.partition(" Example: ")
    return f"{escape(said)} `{example}`" if example else escape(said)
