"""The tag rules and the declared expectations, checked on parsed features."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bugcapture.behave.leaf import Leaf, TagUse, is_ours, walk_leaves
from bugcapture.core.expectation import FAILS_AT, FAILS_WITH, parse_expectation, same_place
from bugcapture.core.finding import Finding
from bugcapture.core.tags import TagKind, TagPolicy, check_single_tag, check_tags, read_tag
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bugcapture.core.expectation import Expectation


@dataclass(frozen=True, slots=True)
class _Place:
    """One test that a bad inherited tag harms, by its line and in words."""

    line: int
    where: str


def check_feature(feature: Any, path: str, policy: TagPolicy, lines: Sequence[str]) -> list[Finding]:
    """All problems of one feature, each once.

    Args:
        feature: A parsed ``behave.model.Feature``.
        path: The file as reports shall name it.
        policy: What the project asks of its tags.
        lines: The file's lines, to find the line of a description.

    Returns:
        Findings in the order of their lines.
    """
    found: dict[Finding, dict[_Place, None]] = {}
    for leaf in walk_leaves(feature):
        for finding, place in _check_leaf(leaf, path, policy, lines):
            places = found.setdefault(finding, {})
            if place is not None:
                places[place] = None
    return sorted(_add_places(finding, list(places)) for finding, places in found.items())


def check_stray_tags(tags: Iterable[tuple[str, int]], path: str) -> Iterator[Finding]:
    """Tags at the end of a file, with nothing below them to carry them: Behave passes over them silently.

    Args:
        tags: The tags, without ``@``, and their lines.
        path: The file as reports shall name it.
    """
    ours: dict[int, list[str]] = {}
    for tag, line in tags:
        if is_ours(tag):
            ours.setdefault(line, []).append(f"@{tag}")
    for line, names in ours.items():
        shown = shorten(printable(" ".join(names)), 80)
        yield Finding(path, line, "P1", f"these tags belong to no scenario: nothing follows {shown}")


def _add_places(finding: Finding, places: Sequence[_Place]) -> Finding:
    if not places:
        return finding
    where = places[0].where
    if len(places) > 1:
        where = f"(in {len(places)} scenarios, first at line {min(place.line for place in places)})"
    return replace(finding, message=f"{finding.message} {where}")


def _check_leaf(
    leaf: Leaf, path: str, policy: TagPolicy, lines: Sequence[str]
) -> Iterator[tuple[Finding, _Place | None]]:
    unsafe = [use for use in leaf.uses if not use.kept and _concerns_us(use)]
    problems = [(use, "T5", *_tell_unsafe(use, leaf)) for use in unsafe]
    skipped = {use.name for use in unsafe}
    names = [name for name in leaf.tag_names if name not in skipped]
    for problem in check_tags(names, policy):
        use = next(use for use in leaf.uses if use.name == problem.tag)
        problems.append((use, problem.rule, problem.message, _tell_where(use, leaf)))
    for use, rule, message, where in problems:
        if use.own:
            yield Finding(path, use.site.line, rule, f"{message} {where}".rstrip()), None
        else:
            yield Finding(path, use.site.line, rule, message), _Place(leaf.line, where)
    if any(read_tag(name).kind in {TagKind.SWITCH, TagKind.NUMBER} for name in names):
        for finding in _check_expectation(leaf, path, lines):
            yield finding, None


def _concerns_us(use: TagUse) -> bool:
    """Whether an unsafe name is, or would be rewritten to, or was meant as a tag of ours."""
    literal = use.site.name.partition("<")[0]
    rendered = use.name.replace("<", "").replace(">", "")
    return any(read_tag(text).kind is not TagKind.OTHER for text in (use.name, rendered, literal))


def _tell_unsafe(use: TagUse, leaf: Leaf) -> tuple[str, str]:
    """What is wrong, and in which test."""
    template = shorten(printable(f"@{use.site.name}"), 60)
    row = f"(row at line {leaf.line})"
    if "<" in use.name and ">" in use.name:
        return f"{template} has a placeholder that no column fills: Behave would drop the tag", row
    problem = check_single_tag(use.name)
    if problem is not None and "<" not in use.site.name:
        return problem.message, ""
    filled = shorten(printable(f"@{use.name}"), 60)
    return f"{template} becomes {filled}, which is no safe tag: Behave would rewrite it", row


def _tell_where(use: TagUse, leaf: Leaf) -> str:
    if use.name != use.site.name:
        return f"(from {shorten(printable('@' + use.site.name), 60)}, row at line {leaf.line})"
    return "" if use.own else f"(in the scenario at line {leaf.line})"


def _check_expectation(leaf: Leaf, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    for element in leaf.elements:
        _, problems = parse_expectation(element.description)
        for problem in problems:
            line = _description_line(element, problem.index, lines)
            yield Finding(path, line, "F1", problem.message)
        yield from _check_background(element, path, lines)
    yield from _check_filled_pattern(leaf, path, lines)
    yield from _check_empty_cells(leaf, path, lines)
    place = leaf.expectation.place
    if not place or not leaf.steps:
        return
    if any(same_place(place, name) for step in leaf.steps[: leaf.background] for name in step_names(step)):
        message = "names a Background step: set-up is never the expected failure"
    else:
        named = [
            step
            for step in leaf.steps[leaf.background :]
            if any(same_place(place, name) for name in step_names(step))
        ]
        if not named:
            message = "names no step of this scenario"
        elif all(step.step_type == "given" for step in named):
            message = "names a Given step: set-up is never the expected failure"
        else:
            return
    line = _declaring_line(leaf, lines, lambda declared: declared.place)
    yield Finding(path, line, "F2", f"'{FAILS_AT}: {shorten(printable(place), 80)}' {message}")


def _check_background(element: Any, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    """The description of a Background is read by nobody."""
    background = getattr(element, "background", None)
    for index, text in enumerate(background.description if background is not None else ()):
        expectation, problems = parse_expectation((text,))
        if expectation.declared or problems:
            line = _description_line(background, index, lines)
            message = (
                "a Background declares no failure: "
                "declarations stand in the description of the scenario, rule or feature"
            )
            yield Finding(path, line, "F1", message)


def _check_empty_cells(leaf: Leaf, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    """An empty cell must not turn a declaration into one of any message, or any place."""
    empty = [f"<{name}>" for name, value in leaf.values if not value.strip()]
    for element in leaf.elements:
        for index, text in enumerate(element.description):
            declared = parse_expectation((text,))[0]
            for key, rule, written, anything in (
                (FAILS_WITH, "F1", declared.pattern, "any message"),
                (FAILS_AT, "F2", declared.place, "any step"),
            ):
                if any(cell in written for cell in empty) and _says_nothing(key, written, leaf):
                    line = _description_line(element, index, lines)
                    shown = shorten(printable(written), 80)
                    message = f"'{key}:' {shown} becomes {anything} (row at line {leaf.line}): the cell is empty"
                    yield Finding(path, line, rule, message)


def _says_nothing(key: str, written: str, leaf: Leaf) -> bool:
    """Whether nothing that could tell one failure from another is left once the row is filled in."""
    for name, value in leaf.values:
        written = written.replace(f"<{name}>", re.escape(value))
    if key == FAILS_AT or not written.strip():
        return not written.strip()
    try:
        return all(re.search(written, sample) for sample in ("", "\0"))
    except (re.error, OverflowError, RecursionError):
        return False  # Told by `_check_filled_pattern`.


def _check_filled_pattern(leaf: Leaf, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    """A pattern that is right as it is written can be broken by the cells of a row."""
    pattern = leaf.expectation.pattern
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        line = _declaring_line(leaf, lines, lambda declared: declared.pattern)
        shown = shorten(printable(pattern), 80)
        message = f"the pattern becomes {shown} (row at line {leaf.line}), no valid regular expression: {error}"
        yield Finding(path, line, "F1", message)


def _declaring_line(leaf: Leaf, lines: Sequence[str], read: Callable[[Expectation], str]) -> int:
    """The line of the nearest declaration of one kind."""
    return next(
        (
            _description_line(element, index, lines)
            for element in leaf.elements
            for index, text in enumerate(element.description)
            if read(parse_expectation((text,))[0])
        ),
        leaf.line,
    )


def step_names(step: Any) -> tuple[str, ...]:
    """The spellings by which a ``Fails at:`` line may name a step, the one in the file first."""
    return (f"{step.keyword} {step.name}", f"{step.step_type} {step.name}", step.name)


def _description_line(element: Any, index: int, lines: Sequence[str]) -> int:
    """The line of one line of a description: Behave keeps the text and forgets the place."""
    wanted = element.description[: index + 1]
    position = 0
    for number, text in enumerate(lines[element.line :], start=element.line + 1):
        if text.strip() == wanted[position].strip():
            position += 1
            if position == len(wanted):
                return number
    return int(element.line)
