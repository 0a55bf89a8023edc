"""Which of the collected tests concern a bug, and what their markers say."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.expectation import Expectation, merge_expectations, parse_expectation
from bugcapture.core.tags import SWITCH, TagPolicy, check_tags, read_tags
from bugcapture.core.wording import GHERKIN, PYTEST
from bugcapture.project.session import JudgedTest
from bugcapture.project.trial import is_trial_of_all
from bugcapture.pytest.markers import check_markers, is_ours, read_marker
from bugcapture.pytest.scenario import Scenario, ScenarioRun, find_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.core.outcome import Failure
    from bugcapture.core.wording import Wording

_FAMILIES: Final = ("tdd_bug", "tdd_issue")


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule of a collected test.

    Attributes:
        rule: ``T1`` to ``T6``, ``F1`` or ``F2``.
        message: What is wrong and what would be right, printable.
        path: The file to point at, absolute.
        line: The line to point at, from 1.
    """

    rule: str
    message: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the markers of one test say.

    Attributes:
        tags: All of them as plain tags; other plugins' markers by their names.
        expectation: The declared failure.
        problems: What is wrong with them.
    """

    tags: tuple[str, ...]
    expectation: Expectation
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestTest(JudgedTest):
    """A captured test as pytest knows it.

    Attributes:
        nodeid: What pytest calls it.
        wording: How its people call things.
    """

    nodeid: str
    wording: Wording = PYTEST


@dataclass(slots=True)
class Captured:
    """One captured test in the run that goes on.

    Attributes:
        test: The test as its markers described it at first sight.
        reading: What its markers said then; None when they were added after the check.
        scenario: The scenario that it runs, for pytest-bdd.
        run: How far that scenario has come.
        failures: What failed in this attempt so far.
        own_error: What the phase itself raised, before any other plugin looked at it.
        calling: Whether its body runs at the moment.
        judged: Whether this attempt has a verdict.
    """

    test: PytestTest
    reading: Reading | None
    scenario: Scenario | None = None
    run: ScenarioRun | None = None
    failures: list[Failure] = field(default_factory=list)
    own_error: BaseException | None = None
    calling: bool = False
    judged: bool = False

    def begin(self) -> None:
        """Forget the attempt before."""
        self.failures.clear()
        self.judged = False
        if self.scenario is not None:
            self.follow(0)

    def follow(self, steps: int) -> None:
        """Follow a scenario.

        Args:
            steps: How many steps it has; 0 before it begins, so that what fails until then is none of them.
        """
        background = self.scenario.background if self.scenario is not None else frozenset()
        self.run = ScenarioRun(steps, background)


CAPTURED: Final = pytest.StashKey[Captured]()
# The lines of the captured tests of each file, by name.
_LINES: Final = pytest.StashKey[dict[Path, Mapping[str, int]]]()


def read_item(item: pytest.Item, policy: TagPolicy) -> Reading:
    """Read all markers of one test.

    Args:
        item: The test.
        policy: What the project asks of its tags.
    """
    scenario = find_scenario(item)
    if scenario is not None:
        return _read_scenario(item, scenario, policy)
    lines: dict[str, int] = {}
    expectations: list[Expectation] = []
    problems: list[Problem] = []
    path, line = place_of(item)
    for node, mark in _nearest_first(item):
        if mark.name in policy.allow_tags:
            continue
        marker = read_marker(mark.name, mark.args, _plain(mark.kwargs))
        at = _line_of(node, path) or line
        for tag in marker.tags:
            lines.setdefault(tag, at)
        expectations.append(marker.expectation)
        problems += [Problem(problem.rule, problem.message, path, at) for problem in marker.problems]
    problems += [Problem(told.rule, told.message, path, lines[told.tag]) for told in check_markers(lines, policy)]
    return Reading(tuple(lines), merge_expectations(expectations), tuple(problems))


def capture(item: pytest.Item, reading: Reading, *, late: bool = False) -> Captured | None:
    """Remember a captured test at its item; None when it concerns no bug.

    Args:
        item: The test.
        reading: What its markers say.
        late: Whether they were added after the check.
    """
    tags = read_tags(reading.tags)
    if not (tags.captured or is_trial_of_all()):
        return None
    scenario = find_scenario(item)
    if scenario is not None:
        path, line, name = scenario.path, scenario.line, scenario.name
    else:
        path, line = place_of(item)
        name = name_of(item)
    test = PytestTest(
        path=path,
        line=line,
        name=name,
        tags=tags,
        expectation=reading.expectation,
        wording=GHERKIN if scenario is not None and SWITCH in scenario.tags else PYTEST,
        nodeid=item.nodeid,
    )
    captured = item.stash[CAPTURED] = Captured(test, None if late else reading, scenario)
    return captured


def place_of(item: pytest.Item) -> tuple[str, int]:
    """The file of a test, absolute, and the line of its first decorator or of its ``def``.

    A test function that a module imports stands where it is written; a test that a class inherits from another
    file stands where its class does.
    """
    path, line, _ = item.reportinfo()
    here = str(item.path)
    if isinstance(item, pytest.Function):
        code = getattr(inspect.unwrap(item.obj), "__code__", None)
        # A decorator that does not use functools.wraps: Python knows the place of its inner function only.
        if getattr(code, "co_name", "") != item.originalname and (written := _written_line(item)):
            return here, written
        if isinstance(item.parent, pytest.Module):
            return str(path), _from_one(line)
    node: Any = item
    while str(path) != here:
        node = node.parent
        if not hasattr(node, "reportinfo"):
            return here, 1
        path, line, _ = node.reportinfo()
    return here, _from_one(line)


def why_late(item: pytest.Item, captured: Captured, policy: TagPolicy) -> tuple[PytestTest, str]:
    """The test as its markers describe it now, and why that cannot be an expected failure.

    Args:
        item: The test.
        captured: What was known of it before it ran.
        policy: What the project asks of its tags.
    """
    now = read_item(item, policy)
    test = captured.test
    if captured.reading is None:
        return test, f"{SWITCH} was added after the check of all markers: it has to stand in the source"
    same = _ours(now) == _ours(captured.reading) and now.expectation == captured.reading.expectation
    if same and not now.problems:
        return test, ""
    tags = read_tags(now.tags)
    if tags.expected_fail:
        test = replace(test, tags=tags, expectation=now.expectation)
    if now.problems:
        return test, now.problems[0].message
    return test, "its markers changed while the run went on: they have to stand in the source"


def _ours(reading: Reading) -> set[str]:
    """What concerns bugs: the markers of others come and go, and those that may not have problems."""
    return {tag for tag in reading.tags if is_ours(tag)}


def name_of(item: pytest.Item) -> str:
    """What a test is called in its file, which may have ``::`` in its own name.

    Args:
        item: The test.
    """
    file = next((node for node in item.listchain() if isinstance(node, pytest.File)), item)
    return item.nodeid.removeprefix(f"{file.nodeid}::")


def _read_scenario(item: pytest.Item, scenario: Scenario, policy: TagPolicy) -> Reading:
    """The tags of the feature file, and the markers that stand on the Python function besides."""
    tags = list(scenario.tags)
    expectations: list[Expectation] = []
    problems: list[Problem] = []
    for _, mark in _nearest_first(item):
        if mark.name in policy.allow_tags or _is_of_tag(mark, tags):
            continue
        marker = read_marker(mark.name, mark.args, _plain(mark.kwargs))
        tags += marker.tags
        expectations.append(marker.expectation)
        problems += [Problem(problem.rule, problem.message, *place_of(item)) for problem in marker.problems]
    for told in check_tags(tags, policy):
        at = scenario.line_of_tag(told.tag)
        problems.append(Problem(told.rule, told.message, scenario.path, at))
    for lines in scenario.descriptions:
        declared, wrong = parse_expectation(lines)
        expectations.append(declared)
        for one in wrong:
            at = scenario.line_of_text(lines[one.index])
            problems.append(Problem("F1", one.message, scenario.path, at))
    expectation = merge_expectations(expectations)
    if message := scenario.check_place(expectation.place):
        problems.append(Problem("F2", message, scenario.path, scenario.line_of_text(expectation.place)))
    return Reading(tuple(tags), expectation, tuple(problems))


def _nearest_first(item: pytest.Item) -> Iterator[tuple[Any, pytest.Mark]]:
    """The markers in effect with their nodes, in the order of the static reader.

    pytest itself gives the markers of a function before those of its parameters, and those of base classes before
    those of the class.
    """
    for node in reversed(item.listchain()):
        nearest: list[Any] = []
        if isinstance(node, pytest.Class):
            nearest = [mark for one in node.obj.__mro__ for mark in _own_marks(one)]
        elif hasattr(node, "callspec"):
            nearest = list(node.callspec.marks)
        rank = {id(mark): number for number, mark in reversed(list(enumerate(nearest)))}
        for mark in sorted(node.own_markers, key=lambda mark: rank.get(id(mark), len(rank))):
            yield node, mark


def _own_marks(one: type) -> list[Any]:
    marks = vars(one).get("pytestmark", [])
    return [getattr(mark, "mark", mark) for mark in (marks if isinstance(marks, list) else [marks])]


def _written_line(item: pytest.Item) -> int:
    """The line of a captured test as it stands in the source of its file; 0 when it does not."""
    files = item.session.stash.setdefault(_LINES, {})
    if item.path not in files:
        from bugcapture.pytest.source import read_source  # noqa: PLC0415 - seldom

        source = None
        with contextlib.suppress(BugcaptureError):
            source = read_source(item.path, str(item.path))
        files[item.path] = {capture.name: capture.line for capture in source.captures} if source else {}
    return files[item.path].get(name_of(item).partition("[")[0], 0)


def _is_of_tag(mark: pytest.Mark, tags: Sequence[str]) -> bool:
    """Whether a marker only repeats a tag of the feature file."""
    if mark.name in _FAMILIES and not mark.kwargs:
        return all(f"{mark.name}_{number}" in tags for number in mark.args)
    return mark.name in tags and not (mark.args or mark.kwargs)


def _plain(kwargs: Mapping[str, Any]) -> Mapping[str, object]:
    """Keyword arguments with exception classes as their names."""
    raises = kwargs.get("raises")
    if raises is None:
        return kwargs
    many = raises if isinstance(raises, tuple) else (raises,)
    return {**kwargs, "raises": tuple(map(_name_of, many))}


def _name_of(value: object) -> object:
    if not (isinstance(value, type) and issubclass(value, BaseException)):
        return value
    name = value.__qualname__
    if "<locals>" in name:
        return value.__name__
    return name if value.__module__ == "builtins" else f"{value.__module__}.{name}"


def _line_of(node: Any, path: str) -> int:
    """The line of a class that carries a marker; 0 when it does not stand in the same file."""
    if not isinstance(node, pytest.Class):
        return 0
    where, line, _ = node.reportinfo()
    return _from_one(line) if str(where) == path else 0


def _from_one(line: int | None) -> int:
    """The line counted from 1 that pytest counts from 0; the first one for what has none."""
    return (line or 0) + 1
