"""The tag rules and the declared expectations, checked on parsed files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bugcapture.core.capture import TagSite
from bugcapture.core.expectation import FAILS_AT
from bugcapture.core.finding import Finding
from bugcapture.core.tags import SWITCH, TagKind, read_tag
from bugcapture.core.text import plural, printable, shorten
from bugcapture.robot.declare import check_written, read_documentation
from bugcapture.robot.leaf import TagUse, tag_uses, walk_leaves
from bugcapture.robot.parse import FileKind, statements
from bugcapture.robot.places import check_place
from bugcapture.robot.rules import check_name, check_names
from bugcapture.robot.tags import canonical_tag, is_ours, normal_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.core.tags import TagPolicy
    from bugcapture.robot.leaf import Documentation, Leaf, SuiteLevel
    from bugcapture.robot.parse import RobotFile

_VARIABLE = re.compile(r"(?<!\\)(?:\\\\)*[$@&%]\{")
_VARIABLE_NAME = re.compile(r"[$@&%]\{([^{}]*)\}")
_SKIP = "robot:skip-on-failure"


@dataclass(frozen=True, slots=True)
class _Place:
    """One test that a bad inherited tag harms."""

    path: str
    line: int


def check_suite(file: RobotFile, levels: Sequence[SuiteLevel], policy: TagPolicy) -> list[Finding]:
    """All problems of a file's tests, of what they inherit, and of tags that reach no test.

    Args:
        file: The file.
        levels: The file's own level and those of the suites around it, nearest first.
        policy: What the project asks of its tags.

    Returns:
        Findings in the order of their places, each once.
    """
    found: dict[Finding, dict[_Place | None, None]] = {}
    reached: set[tuple[str, int, str]] = set()
    hidden = _hiding_variables(file)
    for leaf in walk_leaves(file, levels):
        reached |= {(use.site.path, use.site.line, use.written) for use in leaf.uses}
        unresolved = [use for use in leaf.uses if _is_unresolved(use, hidden)]
        if unresolved or any(map(is_ours, leaf.tag_names)):
            for finding, place in _check_leaf(leaf, levels, policy, unresolved):
                # What a tag says alone does not depend on the tests that have it.
                alone = finding.rule in {"T4", "T5"}
                found.setdefault(finding, {})[None if alone else place] = None
    findings = [_add_places(finding, list(places)) for finding, places in found.items()]
    own = levels[0]
    if file.kind is FileKind.INIT:  # Its tests are elsewhere, so only what each tag says alone.
        findings += _check_alone(own, policy)
    else:
        settings = [use for use in (*own.test_tags, *own.default_tags) if is_ours(use.name)]
        lost = [use for use in settings if (file.path, use.site.line, use.written) not in reached]
        findings += _tell_stray(lost, file.path, "no test in this file inherits them")
    findings += _check_lost_tags(file)
    return sorted(set(findings))


def _hiding_variables(file: RobotFile) -> frozenset[str]:
    """The variables of a file that hold a tag of ours, as Robot compares their names."""
    from robot.api import Token  # noqa: PLC0415 - loaded with the parser

    return frozenset(
        normal_tag(statement.name[2:-1])
        for statement in statements(file.model)
        if statement.type == Token.VARIABLE and any(map(is_ours, statement.value))
    )


def _is_unresolved(use: TagUse, hidden: frozenset[str]) -> bool:
    """Whether a tag holds a variable, and is ours or may become so."""
    if not _VARIABLE.search(use.written):
        return False
    return is_ours(use.name) or any(normal_tag(name) in hidden for name in _VARIABLE_NAME.findall(use.written))


def _check_alone(own: SuiteLevel, policy: TagPolicy) -> Iterator[Finding]:
    for use in own.test_tags:
        problem = check_name(use.name, policy)
        if problem is not None and not _VARIABLE.search(use.written):
            yield Finding(use.site.path, use.site.line, problem.rule, problem.message)


def _check_lost_tags(file: RobotFile) -> Iterator[Finding]:
    """Tags of ours where Robot gives them to no test."""
    from robot.api import Token  # noqa: PLC0415 - loaded with the parser

    for section in file.model.sections:
        header = section.header
        invalid = getattr(header, "type", "") == Token.INVALID_HEADER
        for statement in statements(section):
            if statement.type == Token.ERROR:
                yield from _check_error(statement, file.path)
            elif invalid:
                told = _tell_header(header)
                yield from _tell_stray(_cells(statement, file.path), file.path, told)
            elif statement.type == Token.KEYWORD_TAGS or (
                statement.type == Token.TAGS and getattr(header, "type", "") == Token.KEYWORD_HEADER
            ):
                uses = [use for use in tag_uses(statement, file.path) if is_ours(use.name)]
                yield from _tell_stray(uses, file.path, "they stand on keywords")


def _tell_header(header: Any) -> str:
    reasons = " ".join(token.error for token in header.tokens if token.error)
    hint = "where only the command line names the language, write 'Language: <its name>' above the first section"
    return f"Robot cannot use this section: {shorten(printable(reasons), 200)} ({hint})"


def _check_error(statement: Any, path: str) -> Iterator[Finding]:
    """A statement that Robot does not understand: a misspelt, repeated or misplaced setting, or a language."""
    reasons = shorten(printable(" ".join(statement.errors)), 200)
    if reasons.startswith("Invalid language"):
        message = "the language is none of Robot's own, and a module of the project is never imported here: "
        yield Finding(path, statement.lineno, "P1", f"{message}tags in this file may be passed over")
        return
    yield from _tell_stray(_cells(statement, path), path, f"Robot does not read them: {reasons}")


def _cells(statement: Any, path: str) -> list[TagUse]:
    uses = [
        TagUse(token.value, canonical_tag(token.value), TagSite(path, token.lineno, token.value))
        for token in statement.tokens
    ]
    return [use for use in uses if is_ours(use.name)]


def _tell_stray(uses: Iterable[TagUse], path: str, reason: str) -> Iterator[Finding]:
    lines: dict[int, list[str]] = {}
    for use in uses:
        lines.setdefault(use.site.line, []).append(use.written)
    for line, names in lines.items():
        shown = shorten(printable("  ".join(names)), 80)
        yield Finding(path, line, "P1", f"these tags belong to no test: {shown}: {reason}")


def _add_places(finding: Finding, places: Sequence[_Place | None]) -> Finding:
    tests = [place for place in places if place is not None]
    if not tests:
        return finding
    first = min(tests, key=lambda place: place.line)
    where = f"line {first.line}" if first.path == finding.path else f"{first.path}:{first.line}"
    told = f"in the test at {where}" if len(tests) == 1 else f"in {plural(len(tests), 'test')}, first at {where}"
    return replace(finding, message=f"{finding.message} ({told})")


def _check_leaf(
    leaf: Leaf,
    levels: Sequence[SuiteLevel],
    policy: TagPolicy,
    unresolved: Sequence[TagUse],
) -> Iterator[tuple[Finding, _Place | None]]:
    skipped = {use.name for use in unresolved}
    problems = [(use, "T5", _tell_unresolved(use)) for use in unresolved]
    names = [name for name in leaf.tag_names if name not in skipped]
    for problem in check_names(names, policy):
        use = next(use for use in leaf.uses if normal_tag(use.name) == normal_tag(problem.tag))
        problems.append((use, problem.rule, problem.message))
    problems += _check_company(leaf)
    for use, rule, message in problems:
        place = None if use.own else _Place(leaf.path, leaf.line)
        yield Finding(use.site.path, use.site.line, rule, message), place
    if any(read_tag(name).kind in {TagKind.SWITCH, TagKind.NUMBER} for name in names):
        for finding in _check_expectation(leaf, levels):
            yield finding, None


def _tell_unresolved(use: TagUse) -> str:
    shown = shorten(printable(use.written), 60)
    return f"{shown} holds a variable, which only a run could fill in: write the tag out"


def _check_company(leaf: Leaf) -> list[tuple[TagUse, str, str]]:
    """The tag by which Robot itself deals with failures (T6)."""
    if not leaf.switches:
        return []
    problems = []
    for use in leaf.uses:
        if normal_tag(use.name) == _SKIP:
            shown = shorten(printable(use.written), 60)
            reason = "two mechanisms would judge one failure"
            problems.append((use, "T6", f"{SWITCH} cannot be combined with {shown}: {reason}"))
    return problems


def _check_expectation(leaf: Leaf, levels: Sequence[SuiteLevel]) -> Iterator[Finding]:
    for documentation in leaf.documentations:
        yield from _check_documentation(documentation)
    place = leaf.expectation.place
    if place and (problem := check_place(place, leaf, levels)):
        path, line = _declaring_place(leaf)
        yield Finding(path, line, "F2", f"'{FAILS_AT}: {shorten(printable(place), 80)}' {problem}")


def _check_documentation(documentation: Documentation) -> Iterator[Finding]:
    lost = {line: told for _, written, line in documentation.lines if (told := check_written(written))}
    for line, message in lost.items():
        yield Finding(documentation.path, line, "F1", message)
    _, problems = read_documentation(documentation.text)
    for problem in problems:
        line = documentation.lines[problem.index][2]
        if line not in lost:
            yield Finding(documentation.path, line, "F1", problem.message)


def _declaring_place(leaf: Leaf) -> tuple[str, int]:
    """The file and line of the nearest declared place."""
    return next(
        (documentation.path, line)
        for documentation in leaf.documentations
        for text, _, line in documentation.lines
        if read_documentation(text)[0].place
    )
