"""Whether a merged hook runs what its members have run: the same tests, for the same files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import plural, printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bugcapture.hooks.consolidate.call import Runner
    from bugcapture.hooks.consolidate.proposal import Group, SerialChange

# The exit code of a session without any test.
NO_TEST: Final = 5

_SHOWN: Final = 300
# The tag of Robot Framework, in any spelling.
_ENDING: Final = "robot:exit-on-failure"
_NOT_IN_TAG: Final = re.compile(r"[_\s]")
_WRONG: Final = re.compile(r"ERROR|\[ ERROR \]|\w+Error: ")
_LOG: Final = re.compile(r"Check the log at |Failed to write to log at ")
# The exit codes of a session that was listed or run to its end: all is well, a test fails, there is no test.
_LISTED: Final = frozenset({0, 1, NO_TEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one session would run.

    Attributes:
        tests: Its tests by their ids, with the names of their marks.
        errors: What cannot be collected, with what the runner says.
        outcomes: How tests ended, where they were run.
        exit_code: The exit code of the runner; None where it did not get that far.
        stops_after: The number of failures behind which it runs no more tests; 0 for none.
        needs_coverage: Whether it fails where pytest-cov has measured too little.
        settings: The file with its settings.
        root: The folder that it works in, as its ids or its steps are seen from there.
        seconds: How long it took; None where nobody knows.
        said: What the runner or the tool said.
    """

    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: tuple[tuple[str, str], ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    exit_code: int | None = None
    stops_after: int = 0
    needs_coverage: bool = False
    settings: str = ""
    root: str = ""
    seconds: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A session that is proposed beside those that run now.

    Attributes:
        proposed: The members and what they become, or a hook that is started once for all files.
        before: What each member runs, or each process of the hook.
        after: What the session that is proposed runs.
        missing: Tests that run only now.
        additional: Tests that run only then.
        problems: What else is not the same, or cannot be known.
    """

    proposed: Group | SerialChange
    before: tuple[Listing, ...]
    after: Listing
    missing: tuple[str, ...]
    additional: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the same runs."""
        return not (self.missing or self.additional or self.problems)

    @property
    def tests(self) -> int:
        """How many tests there are."""
        return len(self.after.tests)


def compare(group: Group, before: Sequence[Listing], after: Listing) -> Comparison:
    """A merged session beside those of its members.

    Args:
        group: The members, and what they become.
        before: What each member runs, in their order.
        after: What the merged session runs.
    """
    named = [(hook.id, one) for hook, one in zip(group.members, before, strict=True)]
    return _compare(group, group.runner, named, after)


def compare_processes(change: SerialChange, before: Sequence[Listing], after: Listing) -> Comparison:
    """A hook that is started once for all files beside itself, started several times for some of them.

    Args:
        change: The hook.
        before: What each of its processes runs, at least one; those without any test fail, and do not count
            beside others.
        after: What the only one runs.
    """
    counted = [one for one in before if one.exit_code != NO_TEST] or before[:1]
    return _compare(change, change.hook.runner, [(change.id, one) for one in counted], after)


def _compare(
    proposed: Group | SerialChange, runner: Runner | None, named: Sequence[tuple[str, Listing]], after: Listing
) -> Comparison:
    if runner is None:
        raise AssertionError("unreachable")
    before = tuple(one for _, one in named)
    wanted = {name for one in before for name in one.tests}
    problems = [problem for name, one in [*named, (proposed.id, after)] for problem in _trouble(runner, name, one)]
    if not problems and not after.tests:
        problems = [f"{printable(proposed.id)}: {runner.title} finds no test, so that there is nothing to compare"]
    if not problems:
        problems = [
            *_other_settings(runner, named, after),
            *_other_limits(runner, proposed.id, before, after),
            *_other_marks(before, after),
            *_other_ends(proposed.id, before, after),
        ]
    return Comparison(
        proposed=proposed,
        before=before,
        after=after,
        missing=tuple(sorted(wanted - set(after.tests))),
        additional=tuple(sorted(set(after.tests) - wanted)),
        problems=tuple(problems),
    )


def find_untriggered(group: Group, tracked: Iterable[str]) -> tuple[str, ...]:
    """Files for which a member runs and the merged hook does not, or the other way round.

    Args:
        group: The members, and what they become.
        tracked: The files that git tracks.
    """
    if group.values.get("always_run"):
        return ()
    merged = re.compile(str(group.values.get("files", "")))
    each = [re.compile(hook.configured.files or "") for hook in group.members]
    return tuple(
        name for name in tracked if bool(merged.search(name)) is not any(one.search(name) for one in each)
    )


def _trouble(runner: Runner, name: str, listing: Listing) -> Iterator[str]:
    """Why nothing can be said of a session."""
    shown = printable(name)
    if listing.errors:
        place, said = listing.errors[0]
        more = f" (and {plural(len(listing.errors) - 1, 'other')})" if len(listing.errors) > 1 else ""
        yield f"{shown}: {printable(place) or 'a test file'} cannot be collected{more}: {_last_words(said)}"
    elif listing.exit_code not in _LISTED:
        yield f"{shown}: its tests cannot be collected: {_last_words(listing.said)}"
    elif not listing.tests and listing.exit_code == NO_TEST:
        yield f"{shown}: {runner.title} finds no test, so that it fails at each push"


def _other_settings(runner: Runner, named: Sequence[tuple[str, Listing]], after: Listing) -> Iterator[str]:
    for name, one in named:
        if (one.settings, one.root) != (after.settings, after.root):
            yield f"{printable(name)}: {runner.moved}"


def _other_limits(runner: Runner, name: str, before: Sequence[Listing], after: Listing) -> Iterator[str]:
    """Limits that are no options of the hooks: what one does would count for others."""
    if all(one.tests.keys() == after.tests.keys() for one in before):
        return
    if after.needs_coverage:
        yield f"{printable(name)}: how much has to be covered would be asked of all together"
    if after.stops_after:
        limit = plural(after.stops_after, "failure")
        limits = " or ".join(f"`{one}`" for one in runner.limits)
        yield f"{printable(name)}: it stops after {limit} ({limits} in its settings), before others"
    for test, marks in after.tests.items():
        if ending := next((mark for mark in marks if _NOT_IN_TAG.sub("", mark).lower() == _ENDING), ""):
            told = f"a failure of {printable(test)} ends the session (`{printable(ending)}`)"
            yield f"{printable(name)}: {told}, before others"
            return


def _other_marks(before: Sequence[Listing], after: Listing) -> Iterator[str]:
    """Marks such as ``skip`` that a conftest gives to all tests of a session, also to those of others."""
    known: dict[str, set[tuple[str, ...]]] = {}
    for one in before:
        for name, marks in one.tests.items():
            known.setdefault(name, set()).add(marks)
    changed = [name for name, marks in after.tests.items() if name in known and marks not in known[name]]
    if changed:
        yield f"{plural(len(changed), 'test')} would have other marks, such as {printable(changed[0])}"


def _other_ends(name: str, before: Sequence[Listing], after: Listing) -> Iterator[str]:
    told = list(_other_outcomes(before, after))
    yield from told
    if after.outcomes and after.exit_code and not told and not any(one.exit_code for one in before):
        yield f"{printable(name)}: it fails, though each test ends as before: what is done around them does not"


def _other_outcomes(before: Sequence[Listing], after: Listing) -> Iterator[str]:
    known: dict[str, set[str]] = {}
    for one in before:
        for name, outcome in one.outcomes.items():
            known.setdefault(name, set()).add(outcome)
    # What is done around tests has an end that is told only where it is no good one.
    tests = {name for one in (*before, after) for name in one.tests}
    around = {name: {"passed"} for name in after.outcomes if name not in tests}
    for name, ends in sorted({**around, **known}.items()):
        outcome = after.outcomes.get(name, "not run" if name in tests else "passed")
        if outcome not in ends:
            alone = "/".join(sorted(ends))
            yield f"{printable(name)}: {outcome} in one session with the others, {alone} without them"


def _last_words(said: str) -> str:
    """The line that says what is wrong: that of an error, or the last one but for where a log is."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip() and not _LOG.match(line)]
    wrong = next(filter(_WRONG.match, lines), lines[-1] if lines else "nothing was said")
    return shorten(printable(wrong), _SHOWN)
