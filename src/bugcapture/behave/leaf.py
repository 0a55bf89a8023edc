"""One judged test of Behave: a scenario, or a row of a scenario outline, with everything it inherits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bugcapture.core.capture import Capture, TagSite
from bugcapture.core.expectation import Expectation, merge_expectations, parse_expectation
from bugcapture.core.tags import SWITCH, TagKind, read_tag, read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class TagUse:
    """One tag in effect for a test.

    Attributes:
        name: The tag after placeholders were filled in, exactly as the cells say.
        site: Where it is written.
        kept: Whether Behave's run uses this very name; it drops or rewrites names that it finds unsafe.
        own: Whether it stands on the test itself and is not inherited.
    """

    name: str
    site: TagSite
    kept: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test before any run.

    Attributes:
        path: The feature file as Behave names it.
        line: The line of the scenario, or of the row.
        name: The name that Behave reports.
        uses: All tags in effect.
        elements: The scenario and everything around it that can carry a description, nearest first.
        steps: Background steps and own steps, in the order in which they run.
        background: How many of the steps are background steps.
        values: The row's cells by heading; empty for a plain scenario.
    """

    path: str
    line: int
    name: str
    uses: tuple[TagUse, ...]
    elements: tuple[Any, ...]
    steps: tuple[Any, ...]
    background: int
    values: tuple[tuple[str, str], ...] = ()

    @property
    def tag_names(self) -> tuple[str, ...]:
        """All tags in effect."""
        return tuple(dict.fromkeys(use.name for use in self.uses))

    @property
    def switches(self) -> tuple[TagSite, ...]:
        """Where the switches in effect stand."""
        return tuple(dict.fromkeys(use.site for use in self.uses if use.name == SWITCH))

    @property
    def expectation(self) -> Expectation:
        """The declared failure; placeholders are filled in from the row."""
        return merge_expectations(
            _fill(parse_expectation(element.description)[0], self.values) for element in self.elements
        )


@lru_cache(maxsize=4096)
def is_ours(tag: str) -> bool:
    """Whether a tag is one of ours or a near miss, or could become one once placeholders are filled in."""
    return "<" in tag or read_tag(tag).kind is not TagKind.OTHER


def walk_leaves(feature: Any) -> Iterator[Leaf]:
    """All tests of a feature that carry a tag of ours, or one that looks like it.

    Elements that hold no test (a feature without scenarios, an outline without rows) count as one test,
    whatever they carry, so that no tag escapes the rules.

    Args:
        feature: A parsed ``behave.model.Feature``.
    """
    outer = _uses(feature, own=False)
    for item in feature.run_items:
        if item.type == "rule":
            inner = outer + _uses(item, own=False)
            yield from _walk_container(item, inner, (item, feature))
        else:
            yield from _walk_item(item, outer, (feature,))
    if not feature.run_items:
        yield _container_leaf(feature, outer, (feature,))


def leaf_of_scenario(scenario: Any) -> Leaf:
    """The test that a running scenario is.

    Args:
        scenario: A ``behave.model.Scenario``; rows of an outline are recognised.
    """
    chain: list[Any] = []
    node = scenario.parent
    while node is not None:
        chain.append(node)
        node = node.parent
    outline = chain.pop(0) if chain[0].type == "scenario_outline" else None
    inherited = tuple(use for element in reversed(chain) for use in _uses(element, own=False))
    if outline is None:
        return _plain_leaf(scenario, inherited, tuple(chain))
    examples = next(
        (table for table in outline.examples if _holds_row(table, scenario._row)),  # noqa: SLF001 - the only link
        None,
    )
    return _row_leaf(scenario, outline, examples, inherited, tuple(chain))


def to_capture(leaf: Leaf, path: str) -> Capture:
    """The test as the rest of the program sees it.

    Args:
        leaf: The test.
        path: Its file as reports shall name it.
    """
    switches = tuple(TagSite(path, site.line, site.name, site.owner, site.owner_line) for site in leaf.switches)
    return Capture(
        framework="behave",
        path=path,
        line=leaf.line,
        name=leaf.name,
        tags=read_tags(leaf.tag_names),
        all_tags=leaf.tag_names,
        expectation=leaf.expectation,
        switches=switches,
    )


def _walk_container(container: Any, uses: tuple[TagUse, ...], around: tuple[Any, ...]) -> Iterator[Leaf]:
    for item in container.run_items:
        yield from _walk_item(item, uses, around)
    if not container.run_items:
        yield _container_leaf(container, uses, around)


def _walk_item(item: Any, uses: tuple[TagUse, ...], around: tuple[Any, ...]) -> Iterator[Leaf]:
    inherited = any(is_ours(use.name) for use in uses)
    if item.type != "scenario_outline":
        if inherited or any(map(is_ours, item.tags)):
            yield _plain_leaf(item, uses, around)
        return
    all_tags = [*item.tags, *(tag for examples in item.examples for tag in examples.tags)]
    if not inherited and not any(map(is_ours, all_tags)):
        return
    rows = iter(item.scenarios)
    empty = True
    for examples in item.examples:
        for _row in examples.table.rows if examples.table is not None else ():
            empty = False
            yield _row_leaf(next(rows), item, examples, uses, around)
        if examples.table is None or not examples.table.rows:
            own = _uses(item, own=True) + _uses(examples, own=True)
            yield _container_leaf(item, uses + own, (item, *around))
            empty = False
    if empty:
        yield _container_leaf(item, uses + _uses(item, own=True), (item, *around))


def _plain_leaf(scenario: Any, inherited: tuple[TagUse, ...], around: tuple[Any, ...]) -> Leaf:
    return _leaf(scenario, inherited + _uses(scenario, own=True), (scenario, *around))


def _row_leaf(
    scenario: Any, outline: Any, examples: Any, inherited: tuple[TagUse, ...], around: tuple[Any, ...]
) -> Leaf:
    row = scenario._row  # noqa: SLF001 - Behave gives the row no other name
    uses = inherited + _row_uses(outline, examples, row)
    values = tuple((str(name), str(value)) for name, value in row.items())
    return _leaf(scenario, uses, (outline, *around), values)


def _leaf(
    scenario: Any, uses: tuple[TagUse, ...], elements: tuple[Any, ...], values: tuple[tuple[str, str], ...] = ()
) -> Leaf:
    background = tuple(scenario.background_steps)
    return Leaf(
        path=scenario.filename,
        line=scenario.line,
        name=scenario.name,
        uses=uses,
        elements=elements,
        steps=background + tuple(scenario.steps),
        background=len(background),
        values=values,
    )


def _container_leaf(element: Any, uses: tuple[TagUse, ...], elements: tuple[Any, ...]) -> Leaf:
    return Leaf(element.filename, element.line, element.name, uses, elements, (), 0)


def _uses(element: Any, *, own: bool) -> tuple[TagUse, ...]:
    return tuple(TagUse(str(tag), _site(element, tag), "<" not in tag, own) for tag in element.tags)


def _row_uses(outline: Any, examples: Any, row: Any) -> tuple[TagUse, ...]:
    """The tags of one row with placeholders filled in, and whether Behave will use the same names.

    Behave deletes characters from filled-in names and drops names that still hold a placeholder, so a
    broken tag could become a valid-looking one, or vanish.
    """
    from behave.model import ScenarioOutlineBuilder, Tag  # noqa: PLC0415 - loaded by every run, not by every import

    parameters = {
        "examples.name": "",
        "examples.index": str(examples.index) if examples else "",
        "row.index": str(row.index),
        "row.id": row.id,
    }
    if examples:  # The name may hold placeholders of its own.
        parameters["examples.name"] = ScenarioOutlineBuilder.render_template(examples.name, row, parameters)
    uses = []
    for element in filter(None, (outline, examples)):
        for tag in element.tags:
            name = ScenarioOutlineBuilder.render_template(str(tag), row, parameters)
            kept = name == Tag.make_name(name, unescape=True)  # Placeholders would lose their brackets.
            uses.append(TagUse(name, _site(element, tag), kept, own=True))
    return tuple(uses)


def _site(element: Any, tag: Any) -> TagSite:
    line = getattr(tag, "line", element.line)
    return TagSite(element.filename, line, str(tag), element.keyword, element.line)


def _holds_row(examples: Any, row: Any) -> bool:
    rows = examples.table.rows if examples.table is not None else ()
    return 0 < row.index <= len(rows) and rows[row.index - 1] is row


def _fill(expectation: Expectation, values: tuple[tuple[str, str], ...]) -> Expectation:
    import re  # noqa: PLC0415 - only rows of outlines get here with values

    pattern, place = expectation.pattern, expectation.place
    for name, value in values:
        # `(?P<name>` and `(?<=` are the regular expression's own brackets.
        placeholder = rf"(?<!\(\?)(?<!\(\?P)<{re.escape(name)}>"
        pattern = re.sub(placeholder, re.escape(value).replace("\\", r"\\"), pattern)
        place = place.replace(f"<{name}>", value)
    return Expectation(expectation.type_name, pattern, place)
