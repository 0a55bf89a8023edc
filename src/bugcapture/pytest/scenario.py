"""Scenarios that pytest-bdd runs: their tags, their declarations, and how far they have come."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.expectation import FAILS_AT, same_place
from bugcapture.core.outcome import Phase
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXAMPLE: Final = "_pytest_bdd_example"
_EXAMPLES: Final = "Examples:"
_PLACEHOLDER: Final = re.compile("<(.+?)>")
_PHASES: Final = {"given": Phase.SETUP, "when": Phase.ACTION, "then": Phase.VERIFICATION}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an outline.

    Attributes:
        values: Its cells by heading.
        number: Its place among the rows of all tables of the outline, from 0.
        id: What pytest calls it.
        tags: The tags of its table.
    """

    values: Mapping[str, str]
    number: int
    id: str
    tags: frozenset[str]


class Scenario:
    """One scenario, or one row of an outline, as pytest-bdd has read it.

    A row has the line and the name that Behave gives it. When the feature file cannot be read as UTF-8, it has
    those of the outline, with pytest's id.

    Args:
        template: A ``pytest_bdd.parser.ScenarioTemplate``.
        row: The row; None without an outline.
    """

    def __init__(self, template: Any, row: Row | None) -> None:
        self._template = template
        self._values = row.values if row else {}
        self._row_tags = row.tags if row else frozenset()
        self._rule = getattr(template, "rule", None)
        self._start = int(template.line_number)
        self.path = str(template.feature.filename)
        self.line, self.name = self._identify(row) if row else (self._start, str(template.name))
        layers = (self._row_tags, template.tags, self._rule.tags if self._rule else (), template.feature.tags)
        self.tags = tuple(tag for layer in layers for tag in sorted(layer))

    @cached_property
    def descriptions(self) -> tuple[list[str], ...]:
        """The lines of all descriptions, nearest first."""
        holders = (self._template, self._rule, self._template.feature)
        texts = [getattr(holder, "description", "") for holder in holders]
        return tuple(text.splitlines() for text in texts)

    def check_place(self, place: str) -> str:
        """What is wrong with a declared ``Fails at``; empty when a When or Then step has that name."""
        if not place:
            return ""
        background = self.background
        named = [step for step in self._steps if any(same_place(place, name) for name in step_names(step))]
        if any(_phase(step, background) is not Phase.SETUP for step in named):
            return ""
        told = "names a Given or Background step: set-up is never the expected failure"
        if not named:
            told = "names no step of this scenario"
        return f"'{FAILS_AT}: {shorten(printable(place), 80)}' {told}"

    def line_of_tag(self, tag: str) -> int:
        """The line of a tag in the feature file: the nearest one above the scenario's steps."""
        token = re.compile(rf"(?<!\S)@{re.escape(tag)}(?!\S)")
        below = self.line if tag in self._row_tags else self._start
        found = (number for number, line in self._lines[:below] if token.search(line))
        return max(found, default=self.line)

    def line_of_text(self, text: str) -> int:
        """The line of a piece of a description: the nearest one below the scenario's title, else above it."""
        wanted, start = text.strip(), self._start
        found = (number for number, line in self._lines if wanted in line)
        return min(found, key=lambda number: (number <= start, abs(number - start)), default=start)

    @cached_property
    def background(self) -> frozenset[int]:
        """The lines of the Background steps."""
        holders = (self._template.feature, self._rule)
        backgrounds = [getattr(holder, "background", None) for holder in holders]
        return frozenset(step.line_number for found in backgrounds if found for step in found.steps)

    @property
    def _steps(self) -> list[Any]:
        return [*self._template.steps, *self._template.render(self._values).steps]

    def _identify(self, row: Row) -> tuple[int, str]:
        """The line and the name of a row: ``name -- @<table>.<row> <name of the table>``."""
        left = row.number
        for index, (keyword_line, title) in enumerate(self._tables, start=1):
            end = self._tables[index][0] if index < len(self._tables) else len(self._lines)
            table = [line for line, text in self._lines[keyword_line:end] if text.lstrip().startswith("|")]
            if left + 1 < len(table):
                place = {"examples.index": str(index), "row.index": str(left + 1), "row.id": f"{index}.{left + 1}"}
                examples = _fill(title, {**place, **row.values})
                name = _fill(str(self._template.name), {**place, "examples.name": examples, **row.values})
                return table[left + 1], f"{name} -- @{index}.{left + 1} {examples}"
            left -= max(len(table) - 1, 0)
        return self._start, f"{self._template.name}[{row.id}]"

    @cached_property
    def _tables(self) -> list[tuple[int, str]]:
        """The lines of the outline's ``Examples:`` with the names behind them."""
        examples = self._template.examples
        if isinstance(examples, list):
            lines = [int(table.line_number) for table in examples]
        else:  # pytest-bdd before 8 remembers only the last of them.
            own = self._lines[self._start : examples.line_number]
            lines = [line for line, text in own if text.lstrip().startswith(_EXAMPLES)]
        known = dict(self._lines)
        return [(line, known[line].partition(":")[2].strip()) for line in lines if line in known]

    @cached_property
    def _lines(self) -> list[tuple[int, str]]:
        try:
            text = Path(self.path).read_text("utf-8")
        except (OSError, ValueError):
            return []
        return list(enumerate(text.splitlines(), start=1))


@dataclass(slots=True)
class ScenarioRun:
    """How far the scenario of a test has come.

    Attributes:
        steps: How many steps it has to run.
        background: The lines of the Background steps.
        done: How many steps have ended, hooks included.
        current: The step that runs at the moment, or that failed.
        error: What that step raised.
        undefined: A step without a definition.
        ended: Whether all steps and hooks are over.
    """

    steps: int
    background: frozenset[int]
    done: int = 0
    current: Any = None
    error: BaseException | None = None
    undefined: Any = None
    ended: bool = False

    @property
    def failed_step(self) -> Any:
        """The step at which the scenario stopped; None when it came to its end, or in a hook between steps."""
        return self.undefined or self.current

    def phase_of(self, step: Any) -> Phase:
        """Which part of the test a step is."""
        return _phase(step, self.background)


def find_scenario(item: pytest.Item) -> Scenario | None:
    """The scenario that a test runs; None for every other test."""
    if not isinstance(item, pytest.Function):
        return None
    registry: Any = getattr(sys.modules.get("pytest_bdd.scenario"), "scenario_wrapper_template_registry", {})
    # Other decorators may stand above `@scenario`.
    function = inspect.unwrap(item.obj, stop=registry.__contains__)
    template = registry[function] if function in registry else getattr(function, "__scenario__", None)
    return Scenario(template, _find_row(item, template)) if template is not None else None


def _find_row(item: pytest.Function, template: Any) -> Row | None:
    """The row that a test runs; None without an outline."""
    callspec: Any = getattr(item, "callspec", None)
    values = getattr(callspec, "params", {}).get(_EXAMPLE)
    if values is None:
        return None
    # The indices of a call specification count calls when there are more parameters.
    rows = (mark.args[1] for mark in item.iter_markers("parametrize") if mark.args[:1] == (_EXAMPLE,))
    number = next(number for number, row in enumerate(next(rows)) if row.values[0] is values)
    tables = template.examples if isinstance(template.examples, list) else [template.examples]
    above = [getattr(table, "tags", ()) for table in tables for _ in table.examples]
    return Row(values, number, callspec.id, frozenset(above[number]))


def step_names(step: Any) -> tuple[str, ...]:
    """The spellings by which a ``Fails at:`` line may name a step, the one in the file first."""
    keyword = str(getattr(step, "keyword", "") or step.type).strip()
    return (f"{keyword} {step.name}", f"{step.type.capitalize()} {step.name}", step.name)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def _phase(step: Any, background: frozenset[int]) -> Phase:
    return Phase.SETUP if step.line_number in background else _PHASES.get(step.type, Phase.SETUP)
