"""The title of a bug becomes one short line and a name; hostile ones are tried in `tests/capture`."""

from __future__ import annotations

import pytest

from bugcapture.core.naming import LONGEST_TITLE, clean_title, slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("", ""),
        ("x" * 50 + " " + "y" * 29, "x" * 50 + " " + "y" * 29),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 41 + " " + "y" * 36 + " " + "z" * 10, "x" * 41 + " " + "y" * 36 + " …"),
        ("x" * 41 + " " + "y" * 60, "x" * 41 + " …"),
        ("x" * 40 + " " + "y" * 60, "x" * 40 + " " + "y" * 38 + "…"),
        ("x" * 10 + " " + "y" * 100, "x" * 10 + " " + "y" * 68 + "…"),
    ],
)
def test_a_long_title_ends_behind_a_word(title: str, expected: str) -> None:
    """Where that leaves more than half of it, else anywhere; never longer than it may be."""
    assert clean_title(title) == expected
    assert len(expected) <= LONGEST_TITLE == 80


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AuditService leaks", "audit_service_leaks"),
        ("HTTPServer 2 fails", "http_server_2_fails"),
        ("Größe, naïve", "grosse_naive"),
        ("中文", "bug_7"),
        ("con", "bug_7"),
        ("COM1", "bug_7"),
        ("con man", "con_man"),
        ("", "bug_7"),
        ("x" * 60, "x" * 50),
        ("x" * 49 + " y", "x" * 49),
        ("x" * 48 + " y", "x" * 48 + "_y"),
        ("x" * 49 + " yy z", "x" * 49),
    ],
)
def test_a_title_becomes_a_name(title: str, expected: str) -> None:
    """Of words of letters and digits, whole ones as long as they fit, or the other name."""
    assert slug(title, "_", "bug_7") == expected


def test_another_sign_joins_the_words() -> None:
    """As in the names of branches."""
    assert slug("Money is lost", "-", "bug-7") == "money-is-lost"
