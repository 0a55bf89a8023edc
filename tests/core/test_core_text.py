"""Text from untrusted places becomes safe to print."""

from __future__ import annotations

import unicodedata

import pytest
from core_strategies import CHECKED, messages
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.text import bug_list, plural, printable, shorten


@CHECKED
@given(messages)
def test_printable_text_is_printable(text):
    """No control, format, surrogate, private or separator character is left; doing it twice changes nothing."""
    safe = printable(text)

    assert safe.isprintable()
    assert safe.encode("utf-8").decode("utf-8") == safe
    assert {unicodedata.category(char) for char in safe} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()
    assert {char for char in safe if unicodedata.category(char) == "Zs"} <= {" "}
    assert printable(safe) == safe
    assert (safe == text) is text.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain text", "plain text"),
        ("Gr\u00fc\u00dfe \u4e2d\u6587 \U0001f600", "Gr\u00fc\u00dfe \u4e2d\u6587 \U0001f600"),
        ("\u00fc\n\u4e2d", "\u00fc\\n\u4e2d"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("a\\nb", r"a\nb"),
        ("\u2028\u2029\x85\xa0", r"\u2028\u2029\x85\xa0"),
    ],
)
def test_what_is_hidden_becomes_visible(text, expected):
    """Dangerous characters become backslash escapes, the rest stays."""
    assert printable(text) == expected


@CHECKED
@given(messages, st.integers(1, 300))
def test_short_text_is_short(text, limit):
    """The result is never longer than the limit, and the text itself when it fits."""
    short = shorten(text, limit)

    assert len(short) <= limit
    assert short == text or (short[:-1] == text[: limit - 1] and short.endswith("\u2026") and len(text) > limit)


@pytest.mark.parametrize(
    ("text", "expected"), [("x" * 200, "x" * 200), ("x" * 201, "x" * 199 + "\u2026"), ("", "")]
)
def test_the_usual_limit_is_two_hundred(text, expected):
    """Without a limit of its own a text keeps 200 characters."""
    assert shorten(text) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (11, "11 tests"), (21, "21 tests")]
)
def test_a_count_agrees_with_its_noun(count, expected):
    """One is singular, everything else plural."""
    assert plural(count, "test") == expected


@pytest.mark.parametrize(
    ("noun", "more"),
    [
        ("match", "matches"), ("hash", "hashes"), ("box", "boxes"), ("class", "classes"), ("bug", "bugs"),
        ("h", "hs"), ("c", "cs"), ("day", "days"),
    ],
)  # fmt: skip
def test_a_noun_that_ends_in_a_hiss_takes_another_plural(noun, more):
    """As in English."""
    assert [plural(count, noun) for count in (0, 1, 2)] == [f"0 {more}", f"1 {noun}", f"2 {more}"]


@pytest.mark.parametrize(("ids", "expected"), [((), ""), ((1,), "#1"), ([1, 22, 3], "#1, #22, #3")])
def test_bug_numbers_are_listed(ids, expected):
    """Numbers stand in the given order with ``#`` and commas."""
    assert bug_list(ids) == expected
