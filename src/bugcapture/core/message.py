"""What a person reads when a captured test did not say what it should: the same in every framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bugcapture.core.expectation import (
    FAILS_AT,
    FAILS_WITH,
    NO_EXPECTATION,
    Expectation,
    same_place,
)
from bugcapture.core.tags import SWITCH, TestTags
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.core.verdict import Judgement, Verdict, declarable, never_expected
from bugcapture.core.wording import GHERKIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.outcome import Failure
    from bugcapture.core.wording import Wording

_PLACE_LIMIT: Final = 200
_LABELS: Final = {
    Verdict.UNEXPECTED_PASS: "look fixed",
    Verdict.WRONG_FAILURE: "wrong",
    Verdict.REGRESSED: "regressed",
}
# What to do with a switch that came while the tests ran, to a test without a number.
_NAMELESS: Final = "it names no bug, so give it the number of one, or take the switch away"


def tell_verdict(
    judgement: Judgement,
    *,
    tags: TestTags,
    where: str,
    name: str,
    switch_at: str = "",
    expectation: Expectation = NO_EXPECTATION,
    wording: Wording = GHERKIN,
) -> str:
    """The text for a red verdict.

    Args:
        judgement: The verdict with its reason.
        tags: The test's bug numbers.
        where: ``path:line`` of the test.
        name: The test's name.
        switch_at: ``path:line`` of the switch tag.
        expectation: The failure that the test declares.
        wording: How the framework's people call things.

    Returns:
        Printable lines without a line feed at the end; empty for a green verdict.
    """
    if judgement.verdict is Verdict.UNEXPECTED_PASS:
        lines = _unexpected_pass(tags, where, name, wording.respell(f"@{SWITCH}"), switch_at)
    elif judgement.verdict is Verdict.WRONG_FAILURE:
        lines = _wrong_failure(judgement, tags, where, name, expectation, wording)
    elif judgement.verdict is Verdict.REGRESSED:
        lines = _regressed(judgement, tags, where, name)
    else:
        return ""
    return "\n".join(lines)


def fixed_headline(tags: TestTags, switch_at: str, wording: Wording = GHERKIN) -> str:
    """One line that says what to do with a capture that passes."""
    commands = " ".join(str(number) for number in tags.ids)
    switch = wording.respell(f"@{SWITCH}")
    if not tags.ids:
        return f"{printable(switch_at)}: passed although it carries {switch}: {_NAMELESS}"
    return (
        f"{printable(switch_at)}: {_bugs(tags)} {'look' if len(tags.ids) > 1 else 'looks'} fixed: "
        f"run `bugcapture graduate {commands}` to remove the {switch} tag (keep the other tags)"
    )


def closing_line(judged: Iterable[tuple[TestTags, Verdict]]) -> str:
    """The line that ends every run that met a tagged test.

    Args:
        judged: The bugs and the last verdict of each test.

    Returns:
        For example ``bugcapture: 2 expected failures (#991, #1002), 0 look fixed, 0 wrong, 0 regressed``.
    """
    tally: dict[Verdict, list[TestTags]] = {verdict: [] for verdict in Verdict}
    for tags, verdict in judged:
        tally[verdict].append(tags)
    expected = plural(len(tally[Verdict.EXPECTED_FAILURE]), "expected failure")
    parts = [expected + _numbers(tally[Verdict.EXPECTED_FAILURE])]
    parts += [f"{len(tally[verdict])} {label}{_numbers(tally[verdict])}" for verdict, label in _LABELS.items()]
    if not_run := tally[Verdict.NOT_RUN]:
        parts.append(f"{len(not_run)} not run")
    return "bugcapture: " + ", ".join(parts)


def _unexpected_pass(tags: TestTags, where: str, name: str, switch: str, switch_at: str) -> list[str]:
    numbers = " ".join(str(number) for number in tags.ids)
    switch += f" ({printable(switch_at)})" if switch_at else ""
    if not tags.ids:
        return [
            f"bugcapture: {printable(where)}: {_quoted(name)} passed although it carries {switch}: {_NAMELESS}"
        ]
    return [
        (
            f"bugcapture: {printable(where)}: {_bugs(tags)} {'look' if len(tags.ids) > 1 else 'looks'} fixed: "
            f"{_quoted(name)} passed although it carries {switch}"
        ),
        (
            f"  run `bugcapture graduate {numbers}`: it removes that one tag; the number tags stay, "
            "the test is the regression test from now on"
        ),
    ]


def _wrong_failure(
    judgement: Judgement, tags: TestTags, where: str, name: str, expectation: Expectation, wording: Wording
) -> list[str]:
    failure = judgement.failure
    lines = [
        (
            f"bugcapture: {printable(where)}: wrong failure: {_quoted(name)}{_numbers([tags])} "
            f"did not fail for its bug: {printable(judgement.reason)}"
        ),
        f"  expected: {_expected(expectation, wording)}",
    ]
    if failure is None:
        return lines
    lines.append(f"  got:      {_got(failure)}")
    if declarable(failure) and failure.exc_type:
        line, old = _declaration(failure, expectation, wording)
        instead = ", " + wording.instead.format(old) if old else ""
        lines += [
            f"  if this is how the bug shows itself, declare it in {wording.declared_in}{instead}:",
            f"    {line}",
        ]
    return lines


def _declaration(failure: Failure, expectation: Expectation, wording: Wording) -> tuple[str, str]:
    """The line that would declare a failure, and the kind of line that it replaces."""
    names = (failure.place, *failure.aliases)
    short = len(failure.place) <= _PLACE_LIMIT
    if short and expectation.place and not any(same_place(expectation.place, name) for name in names):
        return f"{FAILS_AT}: {printable(failure.place)}", FAILS_AT
    return wording.declare(failure.exc_type, failure.message), FAILS_WITH if expectation.type_name else ""


def _regressed(judgement: Judgement, tags: TestTags, where: str, name: str) -> list[str]:
    start = f"bugcapture: {printable(where)}: {_bugs(tags)}"
    start += " are back" if len(tags.ids) > 1 else " is back"
    reason = printable(judgement.reason)
    if judgement.failure is not None and never_expected(judgement.failure):
        return [f"{start}, or its test is broken: {_quoted(name)} did not get to its check: {reason}"]
    return [f"{start}: {_quoted(name)} failed: {reason}"]


def _expected(expectation: Expectation, wording: Wording) -> str:
    kind = printable(expectation.types) or "an assertion"
    if expectation.pattern:
        kind += f" matching /{shorten(printable(expectation.pattern))}/"
    if expectation.place:
        return f"{kind} at {shorten(printable(expectation.place))}"
    return f"{kind} {wording.when_typed if expectation.type_name else wording.by_default}"


def _got(failure: Failure) -> str:
    message = next((line.strip() for line in failure.message.splitlines() if line.strip()), "")
    said = failure.exc_type or failure.detail or failure.kind.value
    told = ": ".join(part for part in (said, message) if part)
    place = f" at {failure.place}" if failure.place else ""
    location = f" ({failure.location})" if failure.location else ""
    return shorten(printable(told), 300) + shorten(printable(place)) + printable(location)


def _bugs(tags: TestTags) -> str:
    if not tags.ids:
        return "the bug"
    if len(tags.ids) == 1:
        return f"bug {tags.ids[0]}"
    return "bugs " + ", ".join(map(str, tags.ids[:-1])) + f" and {tags.ids[-1]}"


def _quoted(name: str) -> str:
    return f'"{shorten(printable(name), 120)}"'


def _numbers(tests: list[TestTags]) -> str:
    ids = sorted({number for tags in tests for number in tags.ids})
    return f" ({bug_list(ids)})" if ids else ""
