"""The tag rules and the declared expectations, checked on parsed files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bugcapture.core.capture import TagSite
from bugcapture.core.expectation import FAILS_AT
from bugcapture.core.finding import Finding
from bugcapture.core.tags import (
    SWITCH,
    Tag,
    TagKind,
    TagPolicy,
    TagProblem,
    check_single_tag,
    check_tags,
    read_tag,
)
from bugcapture.core.text import plural, printable, shorten
from bugcapture.core.wording import ROBOT
from bugcapture.robot.declare import check_written, read_documentation
from bugcapture.robot.leaf import TagUse, is_ours, tag_uses, walk_leaves
from bugcapture.robot.parse import FileKind, statements
from bugcapture.robot.places import check_place
from bugcapture.robot.tags import canonical_tag, normal_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.robot.leaf import Documentation, Leaf, SuiteLevel
    from bugcapture.robot.parse import RobotFile

_VARIABLE = re.compile(r"(?<!\\)(?:\\\\)*[$@&%]\{")
_VARIABLE_NAME = re.compile(r"[$@&%]\{([^{}]*)\}")
_RETRY = re.compile(r"(test|task):retry\(")  # The listener of robotframework-retryfailed.
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
    allowed = {normal_tag(tag): tag for tag in policy.allow_tags}
    hidden = _hiding_variables(file)
    for leaf in walk_leaves(file, levels):
        reached |= {(use.site.path, use.site.line, use.written) for use in leaf.uses}
        unresolved = [use for use in leaf.uses if _is_unresolved(use, hidden)]
        if unresolved or any(is_ours(name) for name in leaf.tag_names):
            for finding, place in _check_leaf(leaf, levels, policy, allowed, unresolved):
                # The check of the initialisation file says the same of it, in the same words.
                alone = finding.rule in {"T4", "T5"} and finding.path != file.path
                found.setdefault(finding, {})[None if alone else place] = None
    findings = [_add_places(finding, list(places)) for finding, places in found.items()]
    own = levels[0]
    if file.kind is FileKind.INIT:  # Its tests are elsewhere, so only what each tag says alone.
        findings += _check_alone(own, policy, allowed)
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
        if statement.type == Token.VARIABLE and any(is_ours(canonical_tag(value)) for value in statement.value)
    )


def _is_unresolved(use: TagUse, hidden: frozenset[str]) -> bool:
    """Whether a tag holds a variable, and is ours or may become so."""
    if not _VARIABLE.search(use.written):
        return False
    return is_ours(use.name) or any(normal_tag(name) in hidden for name in _VARIABLE_NAME.findall(use.written))


def _check_alone(own: SuiteLevel, policy: TagPolicy, allowed: dict[str, str]) -> Iterator[Finding]:
    for use in own.test_tags:
        problem = check_single_tag(_spell(use.name, allowed), policy)
        if problem is not None and not _VARIABLE.search(use.written):
            yield Finding(use.site.path, use.site.line, problem.rule, _respell(problem))


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
    allowed: dict[str, str],
    unresolved: Sequence[TagUse],
) -> Iterator[tuple[Finding, _Place | None]]:
    skipped = {use.name for use in unresolved}
    problems = [(use, "T5", _tell_unresolved(use)) for use in unresolved]
    names = {_spell(name, allowed): name for name in leaf.tag_names if name not in skipped}
    for problem in check_tags(list(names), policy):
        use = next(use for use in leaf.uses if normal_tag(use.name) == normal_tag(names[problem.tag]))
        problems.append((use, problem.rule, _respell(problem)))
    problems += _check_company(leaf)
    for use, rule, message in problems:
        place = None if use.own else _Place(leaf.path, leaf.line)
        yield Finding(use.site.path, use.site.line, rule, message), place
    if any(read_tag(name).kind in {TagKind.SWITCH, TagKind.NUMBER} for name in names):
        for finding in _check_expectation(leaf, levels):
            yield finding, None


def _spell(name: str, allowed: dict[str, str]) -> str:
    """A tag of the project's own in the spelling of ``allow_tags``, since Robot takes all spellings for one."""
    valid = read_tag(name).kind in {TagKind.FAMILY, TagKind.NUMBER, TagKind.SWITCH}
    return name if valid else allowed.get(normal_tag(name), name)


def _respell(problem: TagProblem) -> str:
    """The message with all tags as Robot files have them, foreign ones too."""
    shown = Tag(problem.tag, TagKind.OTHER).shown
    return ROBOT.respell(problem.message.replace(shown, shown[1:]))


def _tell_unresolved(use: TagUse) -> str:
    shown = shorten(printable(use.written), 60)
    return f"{shown} holds a variable, which only a run could fill in: write the tag out"


def _check_company(leaf: Leaf) -> list[tuple[TagUse, str, str]]:
    """Tags by which Robot, or a listener for it, deals with failures on its own (T6)."""
    if not leaf.switches:
        return []
    problems = []
    for use in leaf.uses:
        normal = normal_tag(use.name)
        shown = shorten(printable(use.written), 60)
        if _RETRY.match(normal):
            reason = "a retried test has no single failure to expect"
        elif normal == _SKIP:
            reason = "two mechanisms would judge one failure"
        else:
            continue
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
