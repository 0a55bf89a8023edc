"""Which of the collected tests concern a bug, and what their markers say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.expectation import Expectation, merge_expectations, parse_expectation
from bugcapture.core.tags import SWITCH, TagPolicy, check_tags, read_tags
from bugcapture.core.wording import GHERKIN
from bugcapture.project.session import JudgedTest
from bugcapture.pytest.markers import check_markers, read_marker
from bugcapture.pytest.scenario import Scenario, ScenarioRun, find_scenario

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from bugcapture.core.outcome import Failure

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
        nodeid: What tells it from all others; the rows of a scenario outline share their place and name.
    """

    nodeid: str

    @property
    def key(self) -> Hashable:
        """The node id."""
        return self.nodeid


@dataclass(slots=True)
class Captured:
    """One captured test in the run that goes on.

    Attributes:
        test: The test as its markers described it at first sight.
        reading: What its markers said then; None when they were added after the check.
        scenario: The scenario that it runs, for pytest-bdd.
        run: How far that scenario has come.
        failures: What failed in this attempt so far.
        own_error: What the test itself raised, before any other plugin looked at it.
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
        self.own_error = None
        self.judged = False
        self.run = None


CAPTURED: Final = pytest.StashKey[Captured]()


def read_item(item: pytest.Item, policy: TagPolicy) -> Reading:
    """Read all markers of one test.

    Args:
        item: The test.
        policy: What the project asks of its tags.
    """
    scenario = find_scenario(item)
    if scenario is not None:
        return _read_scenario(item, scenario, policy)
    tags: list[str] = []
    expectations: list[Expectation] = []
    problems: list[Problem] = []
    path, line = place_of(item)
    for node, mark in item.iter_markers_with_node():
        if mark.name in policy.allow_tags:
            continue
        marker = read_marker(mark.name, mark.args, _plain(mark.kwargs))
        tags += marker.tags
        expectations.append(marker.expectation)
        at = line if node is item else _line_of(node, path) or line
        problems += [Problem(problem.rule, problem.message, path, at) for problem in marker.problems]
    problems += [Problem(problem.rule, problem.message, path, line) for problem in check_markers(tags, policy)]
    return Reading(tuple(tags), merge_expectations(expectations), tuple(problems))


def capture(item: pytest.Item, reading: Reading, *, late: bool = False) -> Captured | None:
    """Remember a captured test at its item; None when it concerns no bug.

    Args:
        item: The test.
        reading: What its markers say.
        late: Whether they were added after the check.
    """
    tags = read_tags(reading.tags)
    if not tags.captured:
        return None
    scenario = find_scenario(item)
    path, line = place_of(item)
    name = item.nodeid.partition("::")[2] or item.name
    if scenario is not None:
        path, line, name = scenario.path, scenario.line, scenario.name
    test = PytestTest(
        path=path,
        line=line,
        name=name,
        tags=tags,
        expectation=reading.expectation,
        wording=GHERKIN if scenario is not None and SWITCH in scenario.tags else None,
        nodeid=item.nodeid,
    )
    captured = item.stash[CAPTURED] = Captured(test, None if late else reading, scenario)
    return captured


def place_of(item: pytest.Item) -> tuple[str, int]:
    """The file of a test, absolute, and the line of its first decorator or of its ``def``.

    A test that a class inherits from another file stands where its class does.
    """
    path, line, _ = item.reportinfo()
    node: Any = item
    while node is not None and str(path) != str(item.path):
        node = node.parent
        if not hasattr(node, "reportinfo"):
            return str(item.path), 1
        path, line, _ = node.reportinfo()
    return str(item.path), (line or 0) + 1


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
    if now.tags == captured.reading.tags and now.expectation == captured.reading.expectation:
        return test, ""
    tags = read_tags(now.tags)
    if tags.expected_fail:
        test = replace(test, tags=tags, expectation=now.expectation)
    if now.problems:
        return test, now.problems[0].message
    return test, "its markers changed while the run went on: they have to stand in the source"


def _read_scenario(item: pytest.Item, scenario: Scenario, policy: TagPolicy) -> Reading:
    """The tags of the feature file, and the markers that stand on the Python function besides."""
    tags = list(scenario.tags)
    expectations: list[Expectation] = []
    problems: list[Problem] = []
    path, line = place_of(item)
    for mark in item.iter_markers():
        if mark.name in policy.allow_tags or _is_of_tag(mark, tags):
            continue
        marker = read_marker(mark.name, mark.args, _plain(mark.kwargs))
        tags += marker.tags
        expectations.append(marker.expectation)
        problems += [Problem(problem.rule, problem.message, path, line) for problem in marker.problems]
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


def _is_of_tag(mark: pytest.Mark, tags: Sequence[str]) -> bool:
    """Whether a marker only repeats a tag of the feature file."""
    if mark.name in tags:
        return not mark.args and not mark.kwargs
    if mark.name not in _FAMILIES or mark.kwargs:
        return False
    return all(f"{mark.name}_{number}" in tags for number in mark.args)


def _plain(kwargs: Mapping[str, Any]) -> Mapping[str, object]:
    """Keyword arguments with exception classes as their names."""
    if "raises" not in kwargs:
        return kwargs
    raises = kwargs["raises"]
    many = raises if isinstance(raises, tuple) else (raises,)
    named = tuple(_name_of(one) for one in many)
    return {**kwargs, "raises": named if isinstance(raises, tuple | type) else raises}


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
    return (line or 0) + 1 if str(where) == path else 0
