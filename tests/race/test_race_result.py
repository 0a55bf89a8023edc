"""The one assertion on a race."""

from __future__ import annotations

import re

import pytest

from bugcapture.race import RAISED, Entry, RaceError, RaceResult, WorkerError

ERROR = WorkerError("race-2", ValueError("table exists"), "Traceback\nValueError: table exists\n")
FIRST, SECOND = Entry("race-1", 0.00012), Entry("race-2", 0.25)


def result_of(**changes):
    shared = object()
    fields = {
        "meet_at": "shop.create_engine",
        "threads": 2,
        "entries": 2,
        "together": 2,
        "met": True,
        "results": (shared, shared),
        "errors": (),
        "order": (FIRST, SECOND),
    }
    return RaceResult(**{**fields, **changes})


def failure(result, **expected):
    with pytest.raises(AssertionError) as caught:
        result.expect(**expected)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("changes", "expected", "first_line"),
    [
        ({}, {"entries": 1}, "2 threads went through shop.create_engine, expected 1"),
        (
            {"order": (FIRST, FIRST, SECOND), "entries": 3},
            {"entries": 1},
            "2 threads went through shop.create_engine 3 times, expected 1",
        ),
        (
            {"order": (FIRST,), "entries": 1},
            {"entries": 2},
            "1 thread went through shop.create_engine, expected 2",
        ),
        ({"errors": (ERROR,)}, {"errors": 0}, "at least one thread raised, expected none"),
        ({"errors": (ERROR,)}, {"errors": 2}, "1 thread raised, expected 2"),
        (
            {"results": (object(), object())},
            {"same_result": True},
            "the threads did not all get the same result",
        ),
        (
            {"results": (object(), RAISED), "errors": (ERROR,)},
            {"same_result": True, "errors": 0},
            "the threads did not all get the same result",
        ),
        (
            {"results": (RAISED, RAISED), "errors": (ERROR, ERROR)},
            {"same_result": True},
            "the threads did not all get the same result",
        ),
        ({}, {"same_result": False}, "all threads got the same result, expected different ones"),
    ],
)
def test_first_line_is_short_and_stable(changes, expected, first_line):
    """The first line says what is wrong, without times, addresses or names of threads."""
    assert first_line == failure(result_of(**changes), **expected)[0]


def test_all_problems_come_in_one_assertion():
    """What else is wrong follows the first line."""
    lines = failure(result_of(errors=(ERROR,), results=(object(), RAISED)), entries=1, errors=0, same_result=True)

    assert lines[1:3] == [
        "also: the threads did not all get the same result",
        "also: at least one thread raised, expected none",
    ]


def test_the_rest_tells_who_did_what():
    """Below the first line: the crowd, the order of entries, what each got, the tracebacks."""
    lines = failure(result_of(errors=(ERROR,), results=(object(), RAISED)), entries=1)

    assert lines[1:] == [
        "  at most 2 of 2 threads inside the meeting point at once",
        "  race-1 entered after 0.0001 s",
        "  race-2 entered after 0.2500 s",
        "  race-1 got object 1 (object)",
        "  race-2 raised ValueError:",
        "    Traceback",
        "    ValueError: table exists",
    ]


def test_objects_are_told_apart_without_their_repr():
    """Each distinct object has a number, so no code of the user runs and no address shows."""

    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

        __eq__ = __hash__ = None

    shared = Hostile()
    text = result_of(threads=4, results=(shared, Hostile(), shared, None)).describe()

    assert re.findall(r"got (None|object \d)", text) == ["object 1", "object 2", "object 1", "None"]


def test_equal_is_not_the_same():
    """Results are compared by identity."""
    assert (
        failure(result_of(results=([1], [1])), same_result=True)[0]
        == "the threads did not all get the same result"
    )


@pytest.mark.parametrize(
    "expected",
    [{"entries": 2}, {"errors": 0}, {"same_result": True}, {"entries": 2, "errors": 0, "same_result": True}],
)
def test_what_is_as_expected_passes(expected):
    """A race that is as expected is returned, so that calls can be chained."""
    result = result_of()

    assert result is result.expect(**expected)


def test_different_results_can_be_expected():
    """`same_result=False` passes when threads got objects of their own, or raised."""
    result_of(results=(object(), object())).expect(same_result=False)
    result_of(results=(None, RAISED), errors=(ERROR,)).expect(same_result=False)


def test_expecting_nothing_is_an_error():
    """A check that could never fail is refused."""
    with pytest.raises(RaceError, match="would always pass"):
        result_of().expect()
