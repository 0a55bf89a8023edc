"""The inversion rule against a truth table that is written from the contract."""

from __future__ import annotations

import itertools

import pytest
from core_strategies import CHECKED, bug_tags, expectations, outcomes
from hypothesis import given

from bugcapture.core.expectation import NO_EXPECTATION, Expectation, parse_expectation, suggest_line
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status, exception_names
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Judgement, Verdict, decide, declarable

OFF = TestTags((991,), expected_fail=False)
ON = TestTags((991,), expected_fail=True)
MESSAGE = "2 engines created"
PLACE = "Then only 1 engine was created"
ALIAS = "only 1 engine was created"

# What may be the expected failure, by what is declared: (a type?, a place?).
DEFAULT = {(Phase.VERIFICATION, Kind.ASSERTION)}
ASSERTIONS = DEFAULT | {(Phase.ACTION, Kind.ASSERTION)}
DECLARED = ASSERTIONS | {(Phase.ACTION, Kind.EXCEPTION), (Phase.VERIFICATION, Kind.EXCEPTION)}
ADMITTED = {(False, False): DEFAULT, (False, True): ASSERTIONS, (True, False): DECLARED, (True, True): DECLARED}

# The declared type, and which exceptions it covers.
TYPES = {
    "": {"AssertionError", "KeyError", "none"},
    "AssertionError": {"AssertionError"},
    "builtins.AssertionError": {"AssertionError"},
    "KeyError": {"KeyError"},
    "builtins.KeyError": {"KeyError"},
    "LookupError": {"KeyError"},
    "Exception": {"AssertionError", "KeyError"},
    "OSError": set(),
}
PATTERNS = {"": True, "engines": True, r"^\d engines created$": True, "^engines": False}
PLACES = {"": True, PLACE: True, "then only 1  ENGINE was created": True, ALIAS: True, "Then x": False}
EXCEPTIONS = {"AssertionError": AssertionError, "KeyError": KeyError, "none": None}

CELLS = list(itertools.product(Phase, Kind, EXCEPTIONS))
DECLARATIONS = [
    (type_name, pattern, place)
    for type_name, pattern, place in itertools.product(TYPES, PATTERNS, PLACES)
    if type_name or not pattern
]


def make_failure(phase, kind, exception, **changed):
    exc_type = EXCEPTIONS[exception]
    fields = {
        "message": MESSAGE,
        "place": PLACE,
        "aliases": (ALIAS,),
        "location": "a.feature:7",
        "detail": "a hook",
    }
    names = exception_names(exc_type) if exc_type else ()
    return Failure(phase=phase, kind=kind, exc_types=names, **{**fields, **changed})


def is_expected(cell, declaration):
    """The contract: the right sort of failure, of the declared type and message, at the declared place."""
    phase, kind, exception = cell
    type_name, pattern, place = declaration
    return (
        (phase, kind) in ADMITTED[bool(type_name), bool(place)]
        and exception in TYPES[type_name]
        and PATTERNS[pattern]
        and PLACES[place]
    )


def judge(tags, status, failures, declaration=("", "", "")):
    return decide(tags, Outcome(status=status, failures=tuple(failures)), Expectation(*declaration)).verdict


def test_every_single_failure_with_the_switch():
    """Each phase, kind, exception and declaration: expected exactly where the contract admits it."""
    wrong = []
    for cell, declaration, status in itertools.product(CELLS, DECLARATIONS, Status):
        verdict = judge(ON, status, [make_failure(*cell)], declaration)
        expected = Verdict.EXPECTED_FAILURE if is_expected(cell, declaration) else Verdict.WRONG_FAILURE
        if verdict is not expected:
            wrong.append((cell, declaration, status, verdict))

    assert wrong == []


def test_every_single_failure_without_the_switch():
    """Without the switch every failure is a regression, whatever it is and whatever is declared."""
    verdicts = {
        judge(OFF, status, [make_failure(*cell)], declaration)
        for cell, declaration, status in itertools.product(CELLS, DECLARATIONS, Status)
    }

    assert verdicts == {Verdict.REGRESSED}


@pytest.mark.parametrize(
    ("tags", "status", "expected"),
    [
        (ON, Status.PASSED, Verdict.UNEXPECTED_PASS),
        (ON, Status.FAILED, Verdict.WRONG_FAILURE),
        (ON, Status.NOT_RUN, Verdict.NOT_RUN),
        (OFF, Status.PASSED, Verdict.PASSED),
        (OFF, Status.FAILED, Verdict.REGRESSED),
        (OFF, Status.NOT_RUN, Verdict.NOT_RUN),
        (TestTags((), expected_fail=True), Status.PASSED, Verdict.UNEXPECTED_PASS),
        (TestTags(), Status.PASSED, Verdict.PASSED),
    ],
)
def test_a_test_in_which_nothing_failed(tags, status, expected):
    """A pass, a failure that the host does not explain and a skip do not look at the declaration."""
    assert {expected} == {judge(tags, status, [], declaration) for declaration in DECLARATIONS}


def test_every_pair_of_failures():
    """A later failure must be a verification's assertion, or of the declared type, and never a forbidden one."""
    pair_declarations = [("", "", ""), ("", "", PLACE), ("KeyError", "engines", ""), ("AssertionError", "", PLACE)]
    wrong = []
    for declaration in pair_declarations:
        type_name = declaration[0]
        kin = {
            cell
            for cell in CELLS
            if cell[:2] in DEFAULT or (type_name and cell[:2] in DECLARED and cell[2] in TYPES[type_name])
        }
        for first, second in itertools.product(CELLS, CELLS):
            # Message and place are asked of the first failure only.
            later = make_failure(*second, message="something else", place="Then y", aliases=())
            verdict = judge(ON, Status.FAILED, [make_failure(*first), later], declaration)
            fits = is_expected(first, declaration) and second in kin
            if verdict is not (Verdict.EXPECTED_FAILURE if fits else Verdict.WRONG_FAILURE):
                wrong.append((declaration, first, second, verdict))

    assert wrong == []


@pytest.mark.parametrize(
    ("failure", "declaration", "reason"),
    [
        ((Phase.VERIFICATION, Kind.EXCEPTION, "KeyError"), "", "KeyError is not an assertion"),
        ((Phase.VERIFICATION, Kind.EXCEPTION, "none"), "", "the failure is not an assertion"),
        (
            (Phase.ACTION, Kind.ASSERTION, "AssertionError"),
            "",
            "when step failed (only the test's own verification counts)",
        ),
        (
            (Phase.SETUP, Kind.ASSERTION, "AssertionError"),
            "",
            f"a hook failed (set-up is never the expected failure): {PLACE}",
        ),
        ((Phase.TEARDOWN, Kind.ASSERTION, "AssertionError"), "", f"teardown failed: {PLACE}"),
        ((Phase.ACTION, Kind.HOOK, "AssertionError"), "", "a hook failed"),
        ((Phase.TEARDOWN, Kind.CLEANUP, "AssertionError"), "", "a hook failed"),
        ((Phase.VERIFICATION, Kind.UNDEFINED, "none"), "", f"the step is undefined: {PLACE}"),
        ((Phase.VERIFICATION, Kind.PENDING, "none"), "", f"the step is pending: {PLACE}"),
        (
            (Phase.VERIFICATION, Kind.TIMEOUT, "AssertionError"),
            "",
            "a timeout is never the expected failure",
        ),
        ((Phase.VERIFICATION, Kind.INTERRUPT, "none"), "", "the run was interrupted"),
        ((Phase.VERIFICATION, Kind.UNKNOWN, "none"), "", "a hook"),
        (
            (Phase.VERIFICATION, Kind.EXCEPTION, "KeyError"),
            "Fails with: OSError",
            "KeyError is not the declared OSError",
        ),
        (
            (Phase.VERIFICATION, Kind.EXCEPTION, "KeyError"),
            "Fails with: KeyError: ^x",
            "the message does not match the declared pattern",
        ),
        (
            (Phase.VERIFICATION, Kind.ASSERTION, "AssertionError"),
            "Fails at: Then x",
            "failed at another place than 'Fails at' declares",
        ),
    ],
)
def test_a_wrong_failure_says_why(failure, declaration, reason):
    """The reason names what spoilt it, and the failure that decided is kept."""
    expectation, _ = parse_expectation([declaration])
    made = make_failure(*failure)
    outcome = Outcome(status=Status.FAILED, failures=(made,))

    assert Judgement(Verdict.WRONG_FAILURE, reason, made) == decide(ON, outcome, expectation)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.HOOK, "a hook failed"),
        (Kind.CLEANUP, "a cleanup failed"),
        (Kind.UNKNOWN, "the host did not say what failed"),
    ],
)
def test_a_failure_without_detail_still_has_a_reason(kind, reason):
    """Where the host says nothing, the kind does."""
    failure = make_failure(Phase.SETUP, kind, "none", detail="")

    assert reason == decide(ON, Outcome(status=Status.FAILED, failures=(failure,))).reason


def test_a_step_of_the_set_up_without_detail_is_a_given_step():
    """That is what most set-up is."""
    failure = make_failure(Phase.SETUP, Kind.ASSERTION, "AssertionError", detail="")

    assert decide(ON, Outcome(status=Status.FAILED, failures=(failure,))).reason == (
        f"given step failed (set-up is never the expected failure): {PLACE}"
    )


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("write the test of bug 7", Verdict.WRONG_FAILURE),
        ("did not write the test of bug 7", Verdict.EXPECTED_FAILURE),
    ],
)
def test_a_test_that_nobody_has_written_shows_no_bug(message, verdict):
    """Its message says so, from the beginning."""
    failure = make_failure(Phase.VERIFICATION, Kind.ASSERTION, "AssertionError", message=message)
    judged = decide(ON, Outcome(status=Status.FAILED, failures=(failure,)))

    assert judged.verdict is verdict
    assert (judged.reason == "the test is still to be written") is (verdict is Verdict.WRONG_FAILURE)


@pytest.mark.parametrize(
    ("declared", "types", "more"),
    [
        ("shop.errors.Lost", ("Lost", "lib.errors.Lost", "Exception"), ": its full name is lib.errors.Lost"),
        ("OSError shop.Lost", ("Lost", "lib.Lost"), ": its full name is lib.Lost"),
        ("shop.Lost", ("Lost", "lib.\x1b.Lost"), r": its full name is lib.\x1b.Lost"),
        ("shop.Lost", ("Lost",), ""),
        ("shop.Lost", ("Lost", "lib.NotLost"), ""),
        ("shop.Lost", ("Found", "lib.Found"), ""),
        ("Gone", ("Lost", "lib.Lost"), ""),
    ],
)
def test_the_full_name_is_told_where_another_module_was_declared(declared, types, more):
    """A class may be defined elsewhere than where it is imported from; only then its name says something."""
    first, *others = declared.split()
    expectation = Expectation(type_name=first, other_types=tuple(others))
    failure = Failure(phase=Phase.VERIFICATION, kind=Kind.EXCEPTION, exc_types=types, place=PLACE)
    reason = decide(ON, Outcome(status=Status.FAILED, failures=(failure,)), expectation).reason

    assert reason == f"{failure.exc_type or 'the failure'} is not the declared {expectation.types}{more}"


def test_the_failure_that_decided_is_kept():
    """An expected failure keeps the first one, a spoilt one keeps the one that spoilt it."""
    good = make_failure(Phase.VERIFICATION, Kind.ASSERTION, "AssertionError")
    bad = make_failure(Phase.VERIFICATION, Kind.EXCEPTION, "KeyError", place="Then y")
    alone = decide(ON, Outcome(status=Status.FAILED, failures=(good, good)))
    spoilt = decide(ON, Outcome(status=Status.FAILED, failures=(good, bad)))
    back = decide(OFF, Outcome(status=Status.FAILED, failures=(bad, good)))

    assert alone == Judgement(Verdict.EXPECTED_FAILURE, f"AssertionError: {MESSAGE} in {PLACE}", good)
    assert spoilt == Judgement(
        Verdict.WRONG_FAILURE, f"another step failed too: KeyError: {MESSAGE} in Then y", bad
    )
    assert back == Judgement(Verdict.REGRESSED, f"KeyError: {MESSAGE} in Then y", bad)


@pytest.mark.parametrize(
    ("tags", "outcome", "expected"),
    [
        (ON, Outcome(status=Status.PASSED), "passed although it carries the switch"),
        (OFF, Outcome(status=Status.PASSED), "passed"),
        (OFF, Outcome(status=Status.FAILED), "failed"),
        (ON, Outcome(status=Status.FAILED), "failed, but nothing in it failed that could be judged"),
        (ON, Outcome(status=Status.NOT_RUN), "not run"),
        (ON, Outcome(status=Status.NOT_RUN, reason="skipped: \x1b[2J\nno"), r"skipped: \x1b[2J\nno"),
        (
            OFF,
            Outcome(status=Status.FAILED, failures=(Failure(phase=Phase.ACTION, kind=Kind.UNKNOWN),)),
            "unknown",
        ),
        (
            OFF,
            Outcome(
                status=Status.FAILED,
                failures=(Failure(phase=Phase.ACTION, kind=Kind.ASSERTION, message="\n \n first\nsecond"),),
            ),
            "assertion:  first",
        ),
    ],
)
def test_a_reason_without_much_to_tell(tags, outcome, expected):
    """A verdict has a reason also where nothing failed, and only the first line that says something."""
    assert expected == decide(tags, outcome).reason


@pytest.mark.parametrize(("length", "kept"), [(300, 300), (301, 299)])
def test_a_reason_has_at_most_three_hundred_characters(length, kept):
    """A longer text of the host or of an exception is cut."""
    failure = Failure(phase=Phase.ACTION, kind=Kind.ASSERTION, message="x" * (length - len("assertion: ")))
    skipped = decide(ON, Outcome(status=Status.NOT_RUN, reason="x" * length)).reason
    back = decide(OFF, Outcome(status=Status.FAILED, failures=(failure,))).reason

    assert [len(skipped), len(back)] == [300, 300]
    assert skipped == "x" * kept + "\u2026" * (length > 300)


def test_three_verdicts_are_green():
    """Only an expected failure, a pass and a test that did not run leave the run green."""
    assert {"expected_failure", "passed", "not_run"} == {verdict.value for verdict in Verdict if verdict.green}
    assert {"unexpected_pass", "wrong_failure", "regressed"} == {
        verdict.value for verdict in Verdict if not verdict.green
    }


@CHECKED
@given(bug_tags, outcomes, expectations)
def test_every_outcome_has_one_verdict(tags, outcome, expectation):
    """`decide` is total, its verdict fits the switch, and its reason is one line of printable text."""
    judgement = decide(tags, outcome, expectation)

    assert judgement.reason.isprintable()
    assert 0 < len(judgement.reason) <= 700
    assert judgement.failure is None or judgement.failure in outcome.failures
    if judgement.verdict is Verdict.NOT_RUN:
        assert (outcome.status, outcome.failures) == (Status.NOT_RUN, ())
    elif tags.expected_fail:
        assert judgement.verdict in {
            Verdict.EXPECTED_FAILURE,
            Verdict.UNEXPECTED_PASS,
            Verdict.WRONG_FAILURE,
        }
    else:
        assert judgement.verdict in {Verdict.PASSED, Verdict.REGRESSED}
    if outcome.failures and not tags.expected_fail:
        assert not judgement.verdict.green
    if judgement.verdict is Verdict.EXPECTED_FAILURE:
        assert all(
            failure.kind in {Kind.ASSERTION, Kind.EXCEPTION}
            and failure.phase in {Phase.ACTION, Phase.VERIFICATION}
            for failure in outcome.failures
        )


@CHECKED
@given(outcomes)
def test_what_is_said_to_be_declarable_can_be_declared(outcome):
    """The suggested line makes a declarable failure the expected one; any other it does not."""
    for failure in outcome.failures:
        expectation, problems = parse_expectation([suggest_line(failure.exc_type, failure.message)])
        alone = Outcome(status=Status.FAILED, failures=(failure,))
        verdict = decide(ON, alone, expectation).verdict

        assert declarable(failure) is (problems == () and verdict is Verdict.EXPECTED_FAILURE)


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "BaseException", "GeneratorExit", "", "a b", "A:0"]
)
def test_what_no_line_can_declare_is_not_declarable(name):
    """A type that a ``Fails with:`` line must not or cannot name is never suggested."""
    failure = Failure(phase=Phase.ACTION, kind=Kind.EXCEPTION, exc_types=(name,) if name else ())

    assert not declarable(failure)


def test_the_default_expectation_declares_nothing():
    """Without a declaration the default is in force."""
    failure = make_failure(Phase.VERIFICATION, Kind.ASSERTION, "AssertionError")
    outcome = Outcome(status=Status.FAILED, failures=(failure,))

    assert decide(ON, outcome) == decide(ON, outcome, NO_EXPECTATION) == decide(ON, outcome, Expectation())
