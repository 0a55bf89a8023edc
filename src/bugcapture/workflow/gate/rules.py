"""The rules of the gate, each a question about a branch and one bug."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State
from bugcapture.core.finding import Severity
from bugcapture.core.proof import SAYS, Proof, Side
from bugcapture.core.text import plural, printable, shorten
from bugcapture.workflow.gate.facts import Answer, Kind, Status, base_name, fits, is_open, open_tests
from bugcapture.workflow.gate.switched import tell_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bugcapture.core.finding import Finding
    from bugcapture.workflow.gate.facts import Commit, Facts

    Result = tuple[bool, str, str]

_GOOD: Final = (True, "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        kinds: The kinds of branches that it asks.
        asks: What it asks for, in words; ``{number}`` is the bug.
        answer: Whether it is fulfilled, what is the case, and where to look.
    """

    kinds: frozenset[Kind]
    asks: str
    answer: Callable[[Facts], Result]


def apply_rules(facts: Facts) -> list[Answer]:
    """What all rules say about a branch and one bug; those that are turned off are named.

    Args:
        facts: What the branch does about the bug.
    """
    answers = []
    for name, rule in RULES.items():
        if facts.kind not in rule.kinds:
            continue
        asks = rule.asks.format(number=facts.number)
        if name in facts.settings.off:
            told = f"turned off by {'--off' if name in facts.off else 'the project'}"
            answers.append(Answer(rule=name, status=Status.OFF, asks=asks, message=told))
            continue
        good, message, where = rule.answer(facts)
        status = Status.PASS if good else Status.FAIL
        answers.append(Answer(rule=name, status=status, asks=asks, message=message, where=where))
    return answers


def _tags(facts: Facts) -> Result:
    errors = _errors(facts)
    if not errors and facts.before and not facts.after:
        return False, f"no test names bug {facts.number} any more", facts.before[0].path
    if not errors:
        return _GOOD
    more = f" (and {plural(len(errors) - 1, 'more error')})" if len(errors) > 1 else ""
    return False, f"{errors[0].rule} {errors[0].message}{more}", errors[0].where


def _once(facts: Facts) -> Result:
    open_before = open_tests(facts.before)
    if not open_before:
        return _GOOD
    where = open_before[0].where
    if any(_is_about(facts, commit) for commit in facts.commits):
        return True, "it was, and this is another test of it", where
    return False, f"it is captured there already, and no commit names #{facts.number} for another test", where


def _is_about(facts: Facts, commit: Commit) -> bool:
    """Whether a commit says that it captures the bug, as agreed or in other words."""
    named = re.search(rf"#{facts.number}\b", commit.message) is not None
    return named or fits(_capture_title(facts), commit.title)


def _reason(facts: Facts) -> Result:
    tests = facts.run()
    if not tests:
        return False, "no test was found", _first(facts)
    for test in tests:
        if test.side is not Side.FAIL:
            told = "it passes" if test.side is Side.PASS else test.reason
            return False, shorten(printable(f"{test.key.shown}: {told}"), 300), test.key.location
    return True, shorten(printable(tests[0].reason), 200), tests[0].key.location


def _comment(facts: Facts) -> Result:
    silent = [path for path, names in facts.comments.items() if not names]
    return (False, f"no comment names #{facts.number}", silent[0]) if silent else _GOOD


def _only_tests(facts: Facts) -> Result:
    if not facts.beside:
        return _GOOD
    return False, f"{plural(len(facts.beside), 'other file')}: {_list(facts.beside)}", facts.beside[0]


def _news(facts: Facts) -> Result:
    if facts.fragments is None:
        return True, "the project keeps none", ""
    return (True, "", facts.fragments[0]) if facts.fragments else (False, "there is none", "")


def _one_commit(facts: Facts) -> Result:
    return (len(facts.commits) == 1, f"it has {len(facts.commits)}" if len(facts.commits) != 1 else "", "")


def _title(facts: Facts) -> Result:
    pattern = _capture_title(facts)
    for commit in facts.commits:
        if not fits(pattern, commit.title):
            shown = shorten(printable(commit.title), 100)
            return False, f"{commit.commit[:10]} begins with {shown!r}; wanted: {printable(pattern)}", ""
    return _GOOD


def _capture_title(facts: Facts) -> str:
    return facts.settings.capture_title.replace("{number}", str(facts.number))


def _body(facts: Facts) -> Result:
    for commit in facts.commits:
        if not commit.body:
            return False, f"{commit.commit[:10]} says nothing behind its first line and an empty one", ""
    return _GOOD


def _branch(facts: Facts) -> Result:
    if not facts.branch:
        return True, "nobody knows the name here; --branch names it", ""
    good = fits(facts.settings.capture_branch, facts.branch)
    pattern = printable(facts.settings.capture_branch)
    return good, "" if good else f"it is called {printable(facts.branch)}; wanted: {pattern}", ""


def _stays_open(facts: Facts) -> Result:
    return (facts.number not in facts.closes, "a commit closes it" if facts.number in facts.closes else "", "")


def _captured(facts: Facts) -> Result:
    if facts.after:
        return _GOOD
    if facts.before:
        return False, "none does any more, or none that can be read", facts.before[0].path
    return False, f"no test belongs to it: `bugcapture capture {facts.number}` writes one", ""


def _switch(facts: Facts) -> Result:
    if not is_open(facts.after):
        return _GOOD
    switched = next(capture for capture in facts.after if capture.state is State.CAPTURED)
    site = switched.switches[0] if switched.switches else None
    where = f"{site.path}:{site.line}" if site else switched.where
    return False, f"it is still there: `bugcapture graduate {facts.number}`", where


def _tags_stay(facts: Facts) -> Result:
    was, left = (Counter(one.framework for one in tests) for tests in (facts.before, facts.after))
    lost = was - left
    if not lost:
        return _GOOD
    framework = next(iter(lost))
    kept = {base_name(capture) for capture in facts.after if capture.framework == framework}
    tests = [capture for capture in facts.before if capture.framework == framework]
    gone = next((capture for capture in tests if base_name(capture) not in kept), tests[-1])
    verb = "is" if left[framework] == 1 else "are"
    told = f"of {plural(was[framework], 'test')} {left[framework]} {verb} left"
    return (
        False,
        f"{shorten(printable(gone.name), 80)!r} is gone, or does not name the bug any more: {told}",
        gone.where,
    )


def _closes(facts: Facts) -> Result:
    good = facts.number in facts.closes
    return good, "" if good else f"no commit does; for example `ISSUES CLOSED: #{facts.number}`", ""


def _proof(facts: Facts) -> Result:
    if not facts.after:
        return False, "not run: there is no test to ask", ""
    if errors := _errors(facts):
        return False, "not run: tags or declarations are wrong", errors[0].where
    report = facts.prove()
    if report.proof is Proof.PROVEN and (lost := tell_lost(facts.switched(), report.tests)):
        return False, lost, _first(facts)
    return report.proof is Proof.PROVEN, f"{report.proof.value}: {SAYS[report.proof]}", _first(facts)


def _errors(facts: Facts) -> list[Finding]:
    return [finding for finding in facts.findings if finding.severity is Severity.ERROR]


def _first(facts: Facts) -> str:
    return facts.after[0].where if facts.after else ""


def _list(paths: Iterable[str]) -> str:
    return shorten(printable(", ".join(paths)), 200)


_CAPTURE: Final = frozenset({Kind.CAPTURE})
_FIX: Final = frozenset({Kind.FIX})
_BOTH: Final = _CAPTURE | _FIX

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "tags": Rule(kinds=frozenset(Kind), asks="the tags and declarations are right", answer=_tags),
        "once": Rule(
            kinds=_CAPTURE,
            asks="bug {number} was not captured before, or this is another test of it",
            answer=_once,
        ),
        "reason": Rule(kinds=_CAPTURE, asks="the test fails for the declared reason", answer=_reason),
        "comment": Rule(kinds=_CAPTURE, asks="a comment in the test names bug {number}", answer=_comment),
        "only-tests": Rule(kinds=_CAPTURE, asks="nothing but tests and fragments changes", answer=_only_tests),
        "captured": Rule(kinds=_FIX, asks="a test belongs to bug {number}", answer=_captured),
        "switch": Rule(kinds=_FIX, asks="the switch goes with the fix", answer=_switch),
        "tags-stay": Rule(kinds=_FIX, asks="the tests stay, and their numbers too", answer=_tags_stay),
        "proof": Rule(kinds=_FIX, asks="the tests are red without the fix and green with it", answer=_proof),
        "news": Rule(
            kinds=_BOTH, asks="bug {number} has a news fragment, where the project keeps any", answer=_news
        ),
        "one-commit": Rule(kinds=_CAPTURE, asks="the branch has one commit", answer=_one_commit),
        "title": Rule(kinds=_CAPTURE, asks="the first line of the commit is as agreed", answer=_title),
        "body": Rule(kinds=_CAPTURE, asks="the commit says more behind an empty line", answer=_body),
        "branch": Rule(kinds=_CAPTURE, asks="the branch is called as agreed", answer=_branch),
        "stays-open": Rule(kinds=_CAPTURE, asks="no commit closes bug {number}", answer=_stays_open),
        "closes": Rule(kinds=_FIX, asks="a commit closes bug {number}", answer=_closes),
    }
)
