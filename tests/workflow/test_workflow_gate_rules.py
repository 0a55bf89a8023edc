"""The rules of the gate, one by one, on facts without a repository."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bugcapture.core.capture import Capture, TagSite
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.proof import Proof, Side, Tried
from bugcapture.core.tags import TestTags
from bugcapture.project.config import GateSettings
from bugcapture.workflow.gate.closing import find_closed, repository_names
from bugcapture.workflow.gate.facts import Commit, Facts, Kind, Status, find_kinds
from bugcapture.workflow.gate.gate import names_bug
from bugcapture.workflow.gate.rules import RULES, apply_rules

TITLE = "test: add TDD bug-capture test for #7 — the total"


def capture(number: int = 7, *, switched: bool = True, name: str = "a", framework: str = "behave") -> Capture:
    return Capture(
        framework=framework,
        path="features/a.feature",
        line=3,
        name=name,
        tags=TestTags((number,), switched),
        switches=(TagSite("features/a.feature", 2, "tdd_expected_fail"),) if switched else (),
    )


def row(number: int, table: int = 1, *, name: str = "Total", line: int = 2, switched: bool = True) -> Capture:
    site = TagSite("features/a.feature", line, "tdd_expected_fail")
    made = capture(name=f"{name} -- @{table}.{number} ", switched=switched)
    return replace(made, switches=(site,) if switched else ())


class Test:
    """One test that was run."""

    __test__ = False

    def __init__(self, side: Side, reason: str = "AssertionError: 4") -> None:
        self.side = side
        self.reason = reason
        self.key = type("Key", (), {"shown": "features/a.feature:3 a", "location": "features/a.feature:3"})


def never(*_: object) -> Any:
    raise AssertionError("it was asked")


CAPTURE = Facts(
    number=7,
    kind=Kind.CAPTURE,
    before=(),
    after=(capture(),),
    findings=(),
    comments={"features/a.feature": True},
    beside=(),
    fragments=("changelog.d/7.capture.md",),
    commits=(Commit(commit="c" * 40, message=f"{TITLE}\n\nIt is one too much.\n\nISSUES CLOSED: #8"),),
    closes=frozenset({8}),
    branch="tdd/total",
    settings=GateSettings(),
    run=lambda: (Test(Side.FAIL),),  # type: ignore[return-value,arg-type]
    prove=never,
    switched=never,
)


class Report:
    """A proof, with what its tests did without the change."""

    def __init__(self, *tests: tuple[Capture, Side], proof: Proof = Proof.PROVEN) -> None:
        self.proof = proof
        self.tests = [
            type("Proven", (), {"capture": capture, "tried": Tried(base=base, head=Side.PASS)})
            for capture, base in tests
        ]

    def __call__(self) -> Report:
        return self


FIX = replace(
    CAPTURE,
    kind=Kind.FIX,
    before=(capture(),),
    after=(capture(switched=False),),
    fragments=("changelog.d/7.fixed.md",),
    commits=(Commit(commit="d" * 40, message="fix: the total\n\nISSUES CLOSED: #7"),),
    closes=frozenset({7}),
    branch="fix/total",
    run=never,
    prove=Report((capture(switched=False), Side.FAIL)),  # type: ignore[arg-type]
    switched=lambda: (capture(),),
)


def failed(facts: Facts) -> dict[str, str]:
    """What the rules that fail say."""
    return {answer.rule: answer.message for answer in apply_rules(facts) if answer.status is Status.FAIL}


@pytest.mark.parametrize("facts", [CAPTURE, FIX], ids=["capture", "fix"])
def test_all_is_well(facts: Facts) -> None:
    """A branch that shows everything passes every rule of its kind."""
    answers = apply_rules(facts)
    assert {answer.status for answer in answers} == {Status.PASS}
    assert [answer.rule for answer in answers] == [
        name for name, rule in RULES.items() if facts.kind in rule.kinds
    ]


ERROR = Finding("features/a.feature", 2, "T1", "@tdd_bug_7 needs @tdd_bug", Severity.ERROR)
WARNING = replace(ERROR, severity=Severity.WARNING)


OTHER = (Commit(commit="c" * 40, message="test: a total\n\nIt is wrong."),)
ANYTHING = GateSettings(capture_title="test: *{number}*", off=("title",))


@pytest.mark.parametrize(
    ("rule", "changes", "told"),
    [
        ("tags", {"findings": (ERROR,)}, "T1 @tdd_bug_7 needs @tdd_bug"),
        ("tags", {"findings": (ERROR, ERROR)}, "(and 1 more error)"),
        ("once", {"before": (capture(),), "commits": OTHER, "settings": ANYTHING}, "it is captured there already"),
        ("reason", {"run": lambda: (Test(Side.PASS),)}, "it passes"),
        ("reason", {"run": lambda: (Test(Side.ERROR, "the step is undefined: x"),)}, "the step is undefined"),
        ("reason", {"run": lambda: (Test(Side.FAIL), Test(Side.NONE, "no record"))}, "no record"),
        ("reason", {"run": tuple}, "no test was found"),
        ("comment", {"comments": {"features/a.feature": False}}, "no comment names #7"),
        ("only-tests", {"beside": ("src/shop.py", "README.md")}, "2 other files: src/shop.py, README.md"),
        ("news", {"fragments": ()}, "there is none"),
        ("one-commit", {"commits": CAPTURE.commits * 2}, "it has 2"),
        ("one-commit", {"commits": ()}, "it has 0"),
        ("title", {"commits": (Commit(commit="c" * 40, message="test: x\n\ny"),)}, "begins with 'test: x'"),
        ("body", {"commits": (Commit(commit="c" * 40, message=TITLE),)}, "says nothing behind"),
        ("body", {"commits": (Commit(commit="c" * 40, message=f"{TITLE}\nno gap"),)}, "says nothing behind"),
        ("branch", {"branch": "main"}, "it is called main; wanted: tdd/*"),
        ("stays-open", {"closes": frozenset({7})}, "a commit closes it"),
    ],
)
def test_what_a_capture_can_lack(rule: str, changes: dict[str, Any], told: str) -> None:
    """Each rule fails for its own reason, and no other one does."""
    found = failed(replace(CAPTURE, **changes))
    assert list(found) == [rule]
    assert told in found[rule]


@pytest.mark.parametrize(
    ("rule", "changes", "told"),
    [
        ("switch", {"after": (capture(),)}, "`bugcapture graduate 7`"),
        ("tags-stay", {"before": (capture(), capture(name="b"))}, "'b' is gone"),
        ("tags-stay", {"before": (capture(), capture(name="b"))}, "of 2 tests 1 is left"),
        ("tags-stay", {"before": (capture(framework="robot"),)}, "of 1 test 0 are left"),
        (
            "tags-stay",
            {"before": (row(1), row(2)), "after": (row(1, switched=False),)},
            "'Total -- @1.2 ' is gone",
        ),
        ("proof", {"prove": Report(proof=Proof.NOT_CAPTURED)}, "NOT_CAPTURED"),
        ("news", {"fragments": ()}, "there is none"),
        ("closes", {"closes": frozenset({8})}, "`ISSUES CLOSED: #7`"),
    ],
)
def test_what_a_fix_can_lack(rule: str, changes: dict[str, Any], told: str) -> None:
    """Each rule fails for its own reason, and no other one does."""
    found = failed(replace(FIX, **changes))
    assert list(found) == [rule]
    assert told in found[rule]


A, B, C = (capture(name=name) for name in "abc")
RED, GREEN, BROKEN = Side.FAIL, Side.PASS, Side.ERROR


@pytest.mark.parametrize(
    ("switched", "tests", "told"),
    [
        ((A, B), [(A, RED), (B, RED)], ""),
        ((A, B), [(A, RED), (B, BROKEN)], ""),
        ((A,), [(A, RED), (B, GREEN)], ""),
        ((A, B), [(A, RED), (B, GREEN)], "'b': of 1 test with the switch 0 are red without the fix"),
        ((A, B), [(A, RED), (B, GREEN), (C, RED)], "'b': of 1 test with the switch 0 are red"),
        ((A, B), [(A, RED), (C, RED)], ""),
        ((A, B), [(A, RED), (C, GREEN)], "'b': of 1 test"),
        ((A, B), [(C, RED), (capture(name="d"), GREEN)], "'b': of 1 test"),
        ((A, B), [(A, RED), (capture(name="b", framework="robot"), RED)], "'b': of 1 test"),
        ((A, A, A), [(A, RED)], "'a': of 3 tests with the switch 1 is red"),
        ((A, A), [(A, RED), (A, RED), (A, GREEN)], ""),
        ((row(1), row(2)), [(row(1), GREEN), (row(2), RED), (row(3), RED)], ""),
        ((row(1), row(2)), [(row(1), RED), (row(2), GREEN)], "'Total': of 2 tests with the switch 1 is red"),
        ((), [(A, RED)], ""),
        ((), [], ""),
    ],
)
def test_each_test_with_the_switch_has_to_be_red(switched, tests, told) -> None:
    """A fix for one of them that guts another is none, whatever it is called then."""
    found = failed(replace(FIX, switched=lambda: switched, prove=Report(*tests)))
    assert list(found) == (["proof"] if told else [])
    assert told in found.get("proof", "")


@pytest.mark.parametrize("off", [(), ("tags",)])
def test_nothing_is_proven_while_tags_are_wrong(off: tuple[str, ...]) -> None:
    """What a proof would refuse is told, also where nobody asks for the tags."""
    found = failed(replace(FIX, findings=(ERROR,), prove=never, settings=GateSettings(off=off)))
    assert list(found) == [rule for rule in ("tags", "proof") if rule not in off]
    assert found["proof"] == "not run: tags or declarations are wrong"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((capture(),), (capture(switched=False, name="b"),)),
        ((capture(),), (replace(capture(switched=False), path="features/b.feature"),)),
        ((row(1),), (row(1, switched=False), row(2, switched=False))),
        ((row(1), row(2)), (row(1, 2, switched=False), row(2, 2, switched=False))),
    ],
    ids=["renamed", "moved", "one more row", "another table"],
)
def test_tests_that_stay_under_another_name(before: tuple[Capture, ...], after: tuple[Capture, ...]) -> None:
    """Their numbers count."""
    assert failed(replace(FIX, before=before, after=after)) == {}


def test_a_bug_whose_tests_are_gone() -> None:
    """Those that it had before are no tests of it any more."""
    found = failed(replace(FIX, after=(), prove=never))
    assert set(found) == {"tags", "captured", "tags-stay", "proof"}
    assert found["tags"] == "no test names bug 7 any more"


@pytest.mark.parametrize("finding", [ERROR, WARNING])
def test_a_branch_of_which_no_bug_is_known(finding: Finding) -> None:
    """Only its tags are asked for."""
    unclear = replace(CAPTURE, number=0, kind=Kind.UNCLEAR, after=(), findings=(finding,), run=never)
    answers = [(answer.rule, answer.status) for answer in apply_rules(unclear)]
    assert answers == [("tags", Status.FAIL if finding is ERROR else Status.PASS)]


def test_a_fix_of_a_bug_that_nobody_captured() -> None:
    """A commit that closes a bug without a test: there is nothing to prove it with."""
    found = failed(replace(FIX, before=(), after=(), prove=never))
    assert set(found) == {"captured", "proof"}
    assert "`bugcapture capture 7`" in found["captured"]


@pytest.mark.parametrize(
    "changes",
    [
        {"findings": (WARNING,)},
        {"fragments": None},
        {"branch": ""},
        {"before": (capture(switched=False, name="older"),)},
        {"before": (capture(name="older"),)},
        {
            "before": (capture(name="older"),),
            "settings": ANYTHING,
            "commits": (replace(OTHER[0], message="Test #7\n\nx"),),
        },
        {
            "before": (capture(name="older"),),
            "settings": ANYTHING,
            "commits": (replace(OTHER[0], message="test: 7\n\nx"),),
        },
    ],
    ids=[
        "warning",
        "no fragments kept",
        "unknown branch",
        "guarded before",
        "another",
        "another by its number",
        "another by its title",
    ],
)
def test_what_a_capture_need_not_show(changes: dict[str, Any]) -> None:
    """Warnings, fragments that nobody keeps, a name that nobody knows, and a guard of an earlier time."""
    assert failed(replace(CAPTURE, **changes)) == {}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_turned_off(rule: str) -> None:
    """By its name; it is not asked then, and is named as off."""
    worst = {"findings": (ERROR,), "run": never, "prove": never, "closes": frozenset(), "fragments": ()}
    for facts in (CAPTURE, FIX):
        if facts.kind in RULES[rule].kinds:
            everything = tuple(RULES)
            answers = apply_rules(replace(facts, settings=GateSettings(off=everything), **worst))
            assert {answer.status for answer in answers} == {Status.OFF}
            settings = GateSettings(off=(rule,))
            (one,) = [one for one in apply_rules(replace(facts, settings=settings)) if one.rule == rule]
            assert one.status is Status.OFF


@pytest.mark.parametrize(
    ("before", "after", "closed", "kinds"),
    [
        ((), (), (), {}),
        ((), (capture(),), (), {7: Kind.CAPTURE}),
        ((), (capture(switched=False),), (), {}),
        ((capture(switched=False),), (capture(),), (), {7: Kind.CAPTURE}),
        ((capture(switched=False), capture(name="b")), (capture(), capture(name="b")), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(),), (), {}),
        ((capture(),), (capture(switched=False),), (), {7: Kind.FIX}),
        ((capture(),), (), (), {7: Kind.FIX}),
        ((capture(),), (capture(),), (7,), {7: Kind.FIX}),
        ((), (capture(switched=False),), (7,), {7: Kind.FIX}),
        ((), (), (7,), {}),
        ((capture(),), (capture(), capture(name="b", framework="pytest")), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(), capture(name="b")), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(), capture()), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(switched=False), capture(name="b")), (), {7: Kind.CAPTURE}),
        ((capture(name="b"), capture(switched=False)), (capture(),), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(framework="robot"),), (), {7: Kind.CAPTURE}),
        ((capture(),), (capture(name="b"),), (), {}),
        ((capture(),), (replace(capture(), path="features/b.feature"),), (), {}),
        ((capture(), capture(name="b")), (capture(),), (), {}),
        ((row(1), row(2)), (row(1), row(2), row(3)), (), {}),
        ((row(1), row(2)), (row(1), row(2), row(1, 2)), (), {}),
        ((row(1), row(2)), (row(1),), (), {}),
        ((row(1, name="Total 2"),), (row(1, name="Total 0"), row(2, name="Total 2")), (), {}),
        ((row(1),), (row(1), row(1, 2, line=9)), (), {7: Kind.CAPTURE}),
        ((row(1), row(2)), (row(1), row(2), row(1), row(2)), (), {7: Kind.CAPTURE}),
        ((row(1), row(2, switched=False)), (row(1), row(2)), (), {}),
        ((), (capture(), capture(8)), (), {7: Kind.CAPTURE, 8: Kind.CAPTURE}),
        ((capture(),), (capture(switched=False), capture(8)), (), {7: Kind.FIX, 8: Kind.CAPTURE}),
    ],
)
def test_what_a_branch_does_comes_from_the_difference(before, after, closed, kinds) -> None:
    """A new switch captures; a switch that goes, or a commit that closes a bug with a test, fixes."""
    assert find_kinds(before, after, closed) == kinds


HERE = "https://forge.example.org/Owner/name"


@pytest.mark.parametrize(
    ("message", "closes"),
    [
        ("fix: x\n\nISSUES CLOSED: #991", {991}),
        ("fix: x\n\nIssues Closed: #1, #2 and #3", {1, 2, 3}),
        ("fix: x\n\nIssue closed #4", {4}),
        ("fix: x\n\nCloses #5", {5}),
        ("fix: x\n\nfixes: owner/name#6", {6}),
        ("fix: x\n\nResolved #7\nClosed #8", {7, 8}),
        ("fix: x\n\n  Closes #12", {12}),
        ("fix: x (fixes #7)", {7}),
        ("fix: #7 is gone", {7}),
        ("fix: x\n\nThis fixes #7 for good.", {7}),
        ("fix: x, closes #7", {7}),
        ("fix: x\n\n* Closes #7\n- fixes #8", {7, 8}),
        ("fix: x\n\nThis does not close #10", {10}),
        ("fix: x\n\nCloses GH-7, gh-8", {7, 8}),
        (f"fix: x\n\nCloses {HERE}/issues/7", {7}),
        (f"fix: x\n\nCloses: {HERE}/-/issues/7 and {HERE.lower()}/-/work_items/8.", {7, 8}),
        ("fix: x\n\nCloses https://forge.example.org/owner/other/issues/7", set()),
        ("fix: x\n\nCloses other/name#7, #8", {8}),
        ("fix: x\n\nCloses name#7", set()),
        ("fix: x (#9)", set()),
        ("fix: closes the door", set()),
        ("fix: x\n\nprefixes #7, disclosed #8", set()),
        ("fix: x\n\nCloses\n\n#7", set()),
        ("fix: x\n\nRefs: #11", set()),
        ("fix: x\n\nCloses #0, #7a", set()),
        (f"{TITLE}\n\nIt is open.", set()),
    ],
)
def test_words_that_close_issues(message: str, closes: set[int]) -> None:
    """The house's own and those of the forges, anywhere in a message, for issues of this repository."""
    assert find_closed(message, {"owner/name"}) == closes


def test_words_that_close_issues_of_an_unknown_repository() -> None:
    """A web address may be its own; of a name that stands there nobody knows why it would."""
    assert find_closed(f"Closes {HERE}/issues/7, owner/name#8 and #9", ()) == {7, 9}


@pytest.mark.parametrize(
    ("configured", "remote", "environment", "names"),
    [
        (None, "", {}, set()),
        (None, "/srv/project.git", {}, set()),
        (None, "git@forge.example.org:Owner/name.git", {}, {"owner/name"}),
        ("main/name", "https://forge.example.org/fork/name", {}, {"main/name", "fork/name"}),
        (None, "", {"GITHUB_REPOSITORY": "Owner/name"}, {"owner/name"}),
        (None, "", {"CI_API_V4_URL": "https://x/api/v4", "CI_PROJECT_PATH": "a/b/c"}, {"a/b/c"}),
    ],
)
def test_how_the_repository_is_called(configured, remote, environment, names) -> None:
    """By the settings, the remote or the CI."""
    assert repository_names(configured, remote, environment) == names


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (b"# This captures bug #7.\n", True),
        (b"    [Documentation]    Captures bug 7.\n", True),
        (b'"""Captures issue 7."""\n', True),
        (b"@tdd_bug_7\n", False),
        (b"# bug #71\n", False),
        (b"total 7\n", False),
        (b"\xff\xfe #7 \n", True),
    ],
)
def test_a_comment_names_the_bug(text: bytes, named: bool) -> None:
    """In words; tags and other numbers do not count."""
    assert names_bug(text, 7) is named
