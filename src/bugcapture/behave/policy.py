"""The tag rules and the declared expectations, checked on parsed features."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bugcapture.behave.leaf import Leaf, TagUse, walk_leaves
from bugcapture.core.expectation import FAILS_AT, parse_expectation, same_place
from bugcapture.core.finding import Finding
from bugcapture.core.tags import TagKind, TagPolicy, check_single_tag, check_tags, read_tag
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bugcapture.core.expectation import Expectation


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
    findings: dict[Finding, None] = {}
    for leaf in walk_leaves(feature):
        findings.update(dict.fromkeys(_check_leaf(leaf, path, policy, lines)))
    return sorted(findings)


def _check_leaf(leaf: Leaf, path: str, policy: TagPolicy, lines: Sequence[str]) -> Iterator[Finding]:
    unsafe = [use for use in leaf.uses if not use.kept and _concerns_us(use)]
    for use in unsafe:
        yield Finding(path, use.site.line, "T5", _tell_unsafe(use, leaf))
    skipped = {use.name for use in unsafe}
    names = [name for name in leaf.tag_names if name not in skipped]
    for problem in check_tags(names, policy):
        use = next(use for use in leaf.uses if use.name == problem.tag)
        yield Finding(path, use.site.line, problem.rule, problem.message + _tell_where(use, leaf))
    if any(read_tag(name).kind in {TagKind.SWITCH, TagKind.NUMBER} for name in names):
        yield from _check_expectation(leaf, path, lines)


def _concerns_us(use: TagUse) -> bool:
    """Whether an unsafe name is, or would be rewritten to, or was meant as a tag of ours."""
    literal = use.site.name.partition("<")[0]
    rendered = use.name.replace("<", "").replace(">", "")
    return any(read_tag(text).kind is not TagKind.OTHER for text in (use.name, rendered, literal))


def _tell_unsafe(use: TagUse, leaf: Leaf) -> str:
    template = shorten(printable(f"@{use.site.name}"), 60)
    if "<" in use.name and ">" in use.name:
        row = f"(row at line {leaf.line})"
        return f"{template} has a placeholder that no column fills: Behave would drop the tag {row}"
    problem = check_single_tag(use.name)
    if problem is not None and "<" not in use.site.name:
        return problem.message
    filled = shorten(printable(f"@{use.name}"), 60)
    return f"{template} becomes {filled}, which is no safe tag: Behave would rewrite it (row at line {leaf.line})"


def _tell_where(use: TagUse, leaf: Leaf) -> str:
    if use.name != use.site.name:
        return f" (from {shorten(printable('@' + use.site.name), 60)}, row at line {leaf.line})"
    return "" if use.own else f" (in the scenario at line {leaf.line})"


def _check_expectation(leaf: Leaf, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    for element in leaf.elements:
        _, problems = parse_expectation(element.description)
        for problem in problems:
            line = _description_line(element, problem.index, lines)
            yield Finding(path, line, "F1", problem.message)
    yield from _check_filled_pattern(leaf, path, lines)
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


def _check_filled_pattern(leaf: Leaf, path: str, lines: Sequence[str]) -> Iterator[Finding]:
    """A pattern that is right as it is written can be broken by the cells of a row."""
    if not leaf.values:
        return
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
