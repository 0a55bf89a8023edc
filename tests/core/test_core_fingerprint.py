"""By what a failure is known again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.evidence import Evidence
from bugcapture.core.fingerprint import Fingerprint, find_drift, normal_message, take_fingerprint, tell_drift

RECORDED = Fingerprint(
    exc_type="AssertionError",
    message="the total is 4",
    step="Then the total is 3",
    step_offset=5,
    frame="features/steps/cart.py:check",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at 0x7f2a91d0", "at 0x7f2a91d8"),
        ("job 123e4567-e89b-12d3-a456-426614174000", "job 00000000-0000-0000-0000-000000000000"),
        ("no file '/tmp/pytest-of-a/pytest-1/x.db'", "no file '/tmp/pytest-of-b/pytest-12/x.db'"),
        ("at 2026-11-20T10:00:00.123+00:00", "at 2026-11-21 11:59:01"),
        ("took 0.123 s", "took 1.5e-3 s"),
        ("pid 81234", "pid 7123456"),
        ("digest " + "a" * 40, "digest " + "b" * 40),
        ("\n\n  first\nsecond", "first\nother"),
    ],
)
def test_what_changes_from_run_to_run_does_not_count(one, other):
    """Addresses, identifiers, temporary files, times, long numbers, and what follows the first line."""
    assert normal_message(one) == normal_message(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("the total is 4", "the total is 5"), ("no column a", "no column b"), ("2 engines", "10 engines"), ("", "x")],
)
def test_what_tells_failures_apart_counts(one, other):
    """Short numbers and words stay."""
    assert normal_message(one) != normal_message(other)


@given(text=st.text(max_size=2000))
def test_any_message_becomes_one_short_line(text):
    """Normalising twice changes nothing, and no line gets long."""
    once = normal_message(text)
    assert "\n" not in once
    assert len(once) <= 201
    assert normal_message(once).rstrip("…") == once.rstrip("…") or len(once) >= 200


def test_a_fingerprint_is_taken_from_a_record():
    """The step's place is kept as a distance, so that lines above the test do not matter."""
    record = Evidence(
        ts="", framework="behave", ids=(7,), location="a.feature:10", name="n", verdict="expected_failure",
        raw_status="failed", exc_type="AssertionError", message="the total is 4\nmore", step="Then the total is 3",
        step_location="a.feature:15", frame="features/steps/cart.py:check",
    )  # fmt: skip
    assert take_fingerprint(record) == RECORDED
    assert take_fingerprint(replace(record, step="", step_location="")).step_offset == 0


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (RECORDED, ""),
        (replace(RECORDED, frame=""), ""),
        (replace(RECORDED, step="", step_offset=0), ""),
        (replace(RECORDED, step="Then more", step_offset=7), "fails later than it did"),
        (replace(RECORDED, step="When less", step_offset=2), "fails earlier than it did"),
        (replace(RECORDED, message="the total is 5"), "fails, but differently"),
        (replace(RECORDED, exc_type="KeyError"), "fails, but differently"),
        (replace(RECORDED, frame="src/shop.py:total"), "fails, but differently"),
    ],
)
def test_drift_is_told(now, told):
    """Later, earlier, differently, or not at all; what one side does not know is not compared."""
    found = tell_drift(RECORDED, now)
    assert found.startswith(told)
    assert bool(found) == bool(told)


def test_a_failure_like_any_of_the_recorded_ones_is_no_drift():
    """A test may have been recorded with several failures."""
    other = replace(RECORDED, message="database is locked")
    assert find_drift([RECORDED, other], other) == ""
    assert find_drift([], other) == ""
    assert "the total is 4" in find_drift([RECORDED], other)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (RECORDED, "AssertionError: the total is 4 in Then the total is 3 (features/steps/cart.py:check)"),
        (Fingerprint(exc_type="KeyError", message=""), "KeyError"),
        (Fingerprint(exc_type="", message="no 'x'"), "no 'x'"),
        (Fingerprint(exc_type="", message=""), "failed"),
        (Fingerprint(exc_type="", message="", step="When x"), "failed in When x"),
        (Fingerprint(exc_type="KeyError", message="\x1b[31m", frame="a.py:f"), r"KeyError: \x1b[31m (a.py:f)"),
    ],
)
def test_a_failure_is_told_in_one_line(failure, told):
    """With what is known of it, printable."""
    assert str(failure) == told


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("/srv/tmp/" + "x" * 900 + " tail", "<path>"),
        ("x" * 200, "x" * 200),
        ("x " * 101, "x " * 99 + "x…"),
    ],
)
def test_only_the_head_of_a_line_counts(message, line):
    """Nothing is read far behind what is kept."""
    assert normal_message(message) == line
