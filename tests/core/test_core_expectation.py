"""``Fails with:`` and ``Fails at:`` lines: read, merged, matched."""

from __future__ import annotations

import json

import pytest
from core_strategies import CHECKED, texts
from hypothesis import example, given
from hypothesis import strategies as st

from bugcapture.core.expectation import (
    NO_EXPECTATION,
    Expectation,
    ExpectationProblem,
    matches_message,
    matches_type,
    merge_expectations,
    parse_expectation,
    same_place,
)
from bugcapture.core.outcome import exception_names


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Fails with: AssertionError", Expectation("AssertionError")),
        ("Fails with: AssertionError: 2 engines", Expectation("AssertionError", "2 engines")),
        ("Fails with: shop.errors.AuditError: no", Expectation("shop.errors.AuditError", "no")),
        ("Fails with: KeyError: a: b: c", Expectation("KeyError", "a: b: c")),
        ("Fails with: KeyError:total", Expectation("KeyError", "total")),
        ("Fails with: KeyError :  total  ", Expectation("KeyError", "total")),
        ("Fails with: _Error2: x", Expectation("_Error2", "x")),
        ("Fails with: Pr\u00fcfFehler: x", Expectation("Pr\u00fcfFehler", "x")),
        ("Fails with: Col\u00b7lisi\u00f3: x", Expectation("Col\u00b7lisi\u00f3", "x")),
        ("Fails with: \u0924\u094d\u0930\u0941\u091f\u093f", Expectation("\u0924\u094d\u0930\u0941\u091f\u093f")),
        (r"Fails with: E: ^\d+ \[x\]$", Expectation("E", r"^\d+ \[x\]$")),
        ("Fails with: Exception", Expectation("Exception")),
        ("Fails with: MySystemExit", Expectation("MySystemExit")),
        ("Fails at: Then only 1 engine was created", Expectation(place="Then only 1 engine was created")),
        ("Fails at: Then the answer is: 42", Expectation(place="Then the answer is: 42")),
        ("fails with: KeyError", Expectation("KeyError")),
        ("FAILS WITH: KeyError", Expectation("KeyError")),
        ("fAiLs AT: x", Expectation(place="x")),
        ("  \tFails   with  :  KeyError", Expectation("KeyError")),
    ],
)
def test_a_line_is_read(line, expected):
    """The prefix is found in any case and spacing; type, regex and place are taken as written."""
    assert (expected, ()) == parse_expectation(["Some text.", line, "", "More text."])


@pytest.mark.parametrize(
    "line",
    [
        "", "Fails", "Fails: KeyError", "It fails with: KeyError", "Fails without: KeyError",
        "Fails at noon: often", "Fails on: Monday", "Never fails at: all", "Fails with and at: x",
        "Fails at the moment two threads meet", "Fails with two threads", "It fails with a KeyError sometimes",
        "Fails with a KeyError sometimes", "Fails with error 500", "Fails with errors: many", "Fails with failure",
        "Fails at Then the total is right",
    ],
)  # fmt: skip
def test_other_text_is_passed_over(line):
    """A description is prose: only a line that begins with the words and the colon declares something."""
    assert parse_expectation([line]) == (NO_EXPECTATION, ())


@pytest.mark.parametrize(
    "line",
    [
        "Fails with AssertionError: other", "Fails with KeyError", "fails with shop.LateOrderError",
        "Fails with Exception", "- Fails with: KeyError", "* Fails at: Then x", "**Fails with:** KeyError",
        "# Fails with: KeyError", '"Fails with: KeyError"', "Failes with: x", "Fail with: x", "Failed with: x",
        "Fails-with: x", "Fails_at: x", "Failswith: KeyError", "Fails wiht: x", "Fails wtih: x",
        "Fails \u2014 with: KeyError", "Fails with\uff1a KeyError", "  Fails with - KeyError", "_Fails at_: x",
    ],
)  # fmt: skip
def test_a_near_miss_is_a_problem(line):
    """What was meant as a declaration and is none is told, so that it is not dropped silently."""
    expectation, (problem,) = parse_expectation(["Some text.", line])
    assert (expectation, problem.index) == (NO_EXPECTATION, 1)
    assert problem.message == (
        f"'{line.strip()}' looks like a declaration and is none: "
        "write 'Fails with: <Type>: <regex>' or 'Fails at: <step>'"
    )


def test_a_near_miss_leaves_the_declaration_beside_it():
    """Only the line that is wrong is told; what it says in full counts."""
    expectation, problems = parse_expectation(["- Fails at: x", "Fails with: KeyError", "Fails at: y"])
    assert expectation == Expectation("KeyError", place="y")
    assert [problem.index for problem in problems] == [0]


@pytest.mark.parametrize("text", ["_" * 100_000, "fail" + "_" * 100_000, "fails with" + "-" * 100_000])
def test_an_endless_line_is_passed_over(text):
    """The look at a near miss ends after a few words."""
    assert parse_expectation([text]) == (NO_EXPECTATION, ())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Fails with:", "empty 'Fails with:' line: write for example 'Fails with: AssertionError: 2 engines'"),
        ("Fails at: \t", "empty 'Fails at:' line: write for example 'Fails at: Then only 1 engine was created'"),
        ("Fails with: two words", "'Fails with: two words' does not start with an exception's name"),
        ("Fails with: 5xError", "'Fails with: 5xError' does not start with an exception's name"),
        ("Fails with: : x", "'Fails with: : x' does not start with an exception's name"),
        ("Fails with: a..b", "'Fails with: a..b' does not start with an exception's name"),
        ("Fails with: .b", "'Fails with: .b' does not start with an exception's name"),
        ("Fails with: a.", "'Fails with: a.' does not start with an exception's name"),
        (
            "Fails with: 5" + "x" * 79,
            "'Fails with: 5" + "x" * 79 + "' does not start with an exception's name",
        ),
        (
            "Fails with: 5" + "x" * 80,
            "'Fails with: 5" + "x" * 78 + "\u2026' does not start with an exception's name",
        ),
        ("Fails with: <type>", "'Fails with: <type>' does not start with an exception's name"),
        (
            "Fails with: KeyError: ",
            "'Fails with: KeyError:' has an empty message: leave out the colon, or write a regex",
        ),
        (
            "Fails with: KeyError: (",
            (
                "'Fails with: KeyError: (' is no valid regular expression: "
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            "Fails with: KeyError: [[1, 2]]",
            "'Fails with: KeyError: [[1, 2]]' is no valid regular expression: Possible nested set at position 1",
        ),
        (
            "Fails with: KeyError: (?\x1b",
            (
                r"'Fails with: KeyError: (?\x1b' is no valid regular expression: "
                r"unknown extension ?\x1b at position 1"
            ),
        ),
        ("Fails with: SystemExit", "'Fails with: SystemExit': SystemExit can never be the expected failure"),
        (
            "Fails with: builtins.KeyboardInterrupt: x",
            (
                "'Fails with: builtins.KeyboardInterrupt: x': "
                "builtins.KeyboardInterrupt can never be the expected failure"
            ),
        ),
        (
            "Fails with: BaseException",
            "'Fails with: BaseException': BaseException can never be the expected failure",
        ),
        (
            "Fails with: GeneratorExit",
            "'Fails with: GeneratorExit': GeneratorExit can never be the expected failure",
        ),
    ],
)
def test_a_malformed_line_is_one_problem(line, message):
    """A malformed line declares nothing and is one problem with the line's index."""
    expected = (ExpectationProblem(2, message),)

    assert (NO_EXPECTATION, expected) == parse_expectation(["", "text", line, "text"])


@pytest.mark.parametrize(
    "pattern", ["a{99999999999}", "(" * 5000 + ")" * 5000, "x{2,1}", "\\", "*", r"(?<=a*)b", "[a"]
)
def test_a_regex_that_cannot_be_compiled_is_a_problem(pattern):
    """No regular expression gets past validation, or breaks it."""
    _, problems = parse_expectation([f"Fails with: KeyError: {pattern}"])

    assert [problem.index for problem in problems] == [0]
    assert len(problems[0].message) < 250


@pytest.mark.parametrize(
    ("lines", "expected", "problems"),
    [
        (["Fails with: A", "Fails with: B"], Expectation("A"), [(1, "two 'Fails with:' lines")]),
        (["Fails at: A", "text", "fails AT: A"], Expectation(place="A"), [(2, "two 'Fails at:' lines")]),
        (
            ["Fails with: A", "Fails with: B", "Fails with: ("],
            Expectation("A"),
            [(1, "two 'Fails with:' lines"), (2, "two 'Fails with:' lines")],
        ),
        (["Fails with:", "Fails with: B"], NO_EXPECTATION, [(0, "empty"), (1, "two")]),
        (["Fails with: A: (", "Fails with: B"], NO_EXPECTATION, [(0, "'Fails with: A: ("), (1, "two")]),
        (["Fails with: A: (", "Fails at: x"], Expectation(place="x"), [(0, "'Fails with: A: (")]),
        (["Fails at: x", "Fails with: A: y"], Expectation("A", "y", "x"), []),
    ],
)
def test_two_of_a_kind_are_a_problem(lines, expected, problems):
    """The first of a kind counts, each further one is a problem; the other kind is not touched."""
    expectation, found = parse_expectation(lines)

    assert expected == expectation
    assert [index for index, _ in problems] == [problem.index for problem in found]
    assert all(problem.message.startswith(start) for problem, (_, start) in zip(found, problems, strict=True))


@CHECKED
@given(
    st.lists(st.one_of(texts, texts.map("Fails with: {}".format), texts.map("Fails with: KeyError: {}".format)))
)
@example(["Fails with: KeyError: [a--b]"])
def test_any_description_can_be_read(lines):
    """Reading never fails; a problem is printable and points at one of the lines, in order."""
    expectation, problems = parse_expectation(lines)
    indexes = [problem.index for problem in problems]

    assert all(problem.message.isprintable() for problem in problems)
    assert sorted(set(indexes)) == indexes
    assert set(indexes) <= set(range(len(lines)))
    assert str(expectation).isprintable()
    matches_message(expectation, "any message")


A = Expectation("A", "a", "Then a")
B = Expectation("B", "", "Then b")


@pytest.mark.parametrize(
    ("nearest_first", "expected"),
    [
        ([], NO_EXPECTATION),
        ([NO_EXPECTATION, NO_EXPECTATION], NO_EXPECTATION),
        ([A, B], A),
        ([B, A], B),  # not the regex of another line's type
        ([NO_EXPECTATION, A, B], A),
        ([Expectation(place="Then x"), B], Expectation("B", "", "Then x")),
        ([Expectation("X"), A], Expectation("X", "", "Then a")),
        ([Expectation(place="Then x"), Expectation("Y", "y"), A], Expectation("Y", "y", "Then x")),
    ],
)
def test_the_nearest_declaration_wins_each_kind_for_itself(nearest_first, expected):
    """Type and regex come from one line, the place from its own."""
    assert expected == merge_expectations(nearest_first)


class AuditError(LookupError):
    class Nested(Exception):  # noqa: N818
        pass


@pytest.mark.parametrize(
    ("wanted", "exc_type", "expected"),
    [
        ("KeyError", KeyError, True),
        ("builtins.KeyError", KeyError, True),
        ("LookupError", KeyError, True),
        ("Exception", KeyError, True),
        ("AuditError", AuditError, True),
        (f"{__name__}.AuditError", AuditError, True),
        ("Nested", AuditError.Nested, True),
        ("decoder.JSONDecodeError", json.JSONDecodeError, True),
        ("json.decoder.JSONDecodeError", json.JSONDecodeError, True),
        ("AuditError.Nested", AuditError.Nested, True),
        ("builtins.LookupError", AuditError, True),
        # near misses
        ("Error", KeyError, False),
        ("coder.JSONDecodeError", json.JSONDecodeError, False),
        ("Key", KeyError, False),
        ("keyerror", KeyError, False),
        ("IndexError", KeyError, False),
        ("shop.KeyError", KeyError, False),
        ("KeyError", LookupError, False),
        ("AuditError", AuditError.Nested, False),
        ("object", KeyError, False),
        ("builtins", KeyError, False),
    ],
)
def test_a_type_matches_by_bare_or_dotted_name(wanted, exc_type, expected):
    """The class and its bases match by whole names, bare or dotted; a part of a word does not."""
    assert expected is matches_type(Expectation(wanted), exception_names(exc_type))


def test_names_of_an_exception_come_nearest_first():
    """The names go from the class to its bases, without ``object``."""
    names = exception_names(AuditError.Nested)

    assert names[:3] == ("Nested", "AuditError.Nested", f"{__name__}.AuditError.Nested")
    assert names[3:] == ("Exception", "builtins.Exception", "BaseException", "builtins.BaseException")


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "", True),
        ("", "anything", True),
        ("engine", "2 engines", True),
        (r"^\d+ engines$", "2 engines", True),
        ("(?i)ENGINE", "2 engines", True),
        ("second", "first\nsecond", True),
        ("engine", "", False),
        ("Engine", "2 engines", False),
        (r"^engines", "2 engines", False),
        ("first.second", "first\nsecond", False),
    ],
)
def test_a_regex_is_searched_in_the_message(pattern, message, expected):
    """The regex may match anywhere; no pattern matches every message."""
    assert expected is matches_message(Expectation("E", pattern), message)


@pytest.mark.parametrize(
    ("declared", "place", "expected"),
    [
        ("Then x", "Then x", True),
        ("then  X", " Then x ", True),
        ("Then\tx", "Then x", True),
        ("Then stra\u00dfe", "then STRASSE", True),
        ("x", "Then x", False),
        ("Then x", "Then xy", False),
        ("Thenx", "Then x", False),
        ("", "Then x", False),
    ],
)
def test_a_place_is_compared_without_case_and_spacing(declared, place, expected):
    """Case and white space do not matter, every word does."""
    assert expected is same_place(declared, place)


@pytest.mark.parametrize(
    ("expectation", "declared", "text"),
    [
        (NO_EXPECTATION, False, ""),
        (Expectation("KeyError"), True, "KeyError"),
        (Expectation("KeyError", "a\x1b"), True, r"KeyError: a\x1b"),
        (Expectation(place="Then x"), True, "at Then x"),
        (Expectation("KeyError", "total", "Then x"), True, "KeyError: total at Then x"),
    ],
)
def test_a_declaration_can_be_shown(expectation, declared, text):
    """A declaration reads as people wrote it, on one printable line."""
    assert (declared, text) == (expectation.declared, str(expectation))
