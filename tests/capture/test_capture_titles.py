"""Whatever the title of a bug: the test that is written holds exactly what it should, in every framework."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hostile_titles import PIECES, TITLES
from hypothesis import given, settings
from hypothesis import strategies as st

from bugcapture.core.naming import LONGEST_TITLE, clean_title, slug
from bugcapture.core.scaffold import NewTest, RaceCall, Scaffold
from bugcapture.core.tags import TagPolicy
from bugcapture.workflow.detect import SCAFFOLDS
from bugcapture.workflow.sources import DIALECTS

RACE = RaceCall(factory="shop.audit:Service", method="session", meet_at="shop.audit.create_engine", threads=3)
FAMILIES = st.sampled_from([("bug",), ("issue",), ("bug", "issue")])
NUMBERS = st.integers(1, 10**18 - 1)
SCAFFOLD = pytest.mark.parametrize("scaffold", SCAFFOLDS, ids=[scaffold.name for scaffold in SCAFFOLDS])


@SCAFFOLD
@settings(max_examples=100, deadline=None)
@given(title=TITLES, number=NUMBERS, families=FAMILIES, race=st.sampled_from([None, RACE]))
def test_the_file_holds_the_intended_test_and_nothing_else(
    scaffold: Scaffold, title: str, number: int, families: tuple[str, ...], race: RaceCall | None
) -> None:
    """Read by the reader that every other command uses, and checked by the rules of `bugcapture check`."""
    new = NewTest(number=number, title=clean_title(title), families=families, race=race)
    _require_test(scaffold, new)


@SCAFFOLD
@pytest.mark.parametrize("title", PIECES)
def test_each_hostile_piece_alone(scaffold: Scaffold, title: str) -> None:
    _require_test(scaffold, NewTest(number=991, title=clean_title(title), link="https://example.org/issues/991"))


def _require_test(scaffold: Scaffold, new: NewTest) -> None:
    dialect = next(dialect for dialect in DIALECTS if dialect.name == scaffold.name)
    with TemporaryDirectory() as name:
        root = Path(os.path.realpath(name))
        folder = scaffold.choose_folder((), root)
        for file_name in scaffold.file_names(new, folder):
            assert Path(file_name).name == file_name
            assert file_name.isascii()
            assert scaffold.why_not(folder / file_name) == ""
        file = folder / scaffold.file_names(new, folder)[0]
        skeleton = scaffold.write_test(new, file, root)
        folder.mkdir()
        file.write_bytes(skeleton.text.encode())
        source = dialect.read_source(file, "file")
        assert source is not None
        assert source.check(TagPolicy(require=new.families)) == []
        (capture,) = source.captures
    assert (capture.name, capture.line) == (skeleton.name, skeleton.line)
    assert set(capture.all_tags) - {"file"} == set(new.tags)
    assert capture.tags.ids == (new.number,)
    assert capture.tags.expected_fail
    assert capture.expectation.type_name == "AssertionError"
    assert capture.expectation.pattern.replace("\\", "") == new.message
    assert scaffold.count_tests(skeleton.text) == 1


@settings(max_examples=200)
@given(title=TITLES)
def test_a_clean_title_is_one_short_printable_line(title: str) -> None:
    cleaned = clean_title(title)
    assert cleaned.isprintable()
    assert len(cleaned) <= LONGEST_TITLE
    assert cleaned == " ".join(cleaned.split())
    assert clean_title(cleaned) == cleaned
    cleaned.encode("utf-8")


@settings(max_examples=200)
@given(title=TITLES, separator=st.sampled_from("_-"))
def test_a_slug_is_a_name_on_every_system(title: str, separator: str) -> None:
    name = slug(title, separator, "bug")
    assert 0 < len(name) <= 50
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789" + separator)
    assert not name.startswith(separator)
    assert not name.endswith(separator)
    assert name not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("The cart forgets an item", "The cart forgets an item"),
        ("  two\nlines\tand  spaces ", "two lines and spaces"),
        ("\x1b[1;31mred\x1b[0m and \x1b]0;title\x07plain", "red and plain"),
        ("\x9b31mred", "red"),
        ("abc\u202edef\u200b\ufeff", "abcdef"),
        ("nul\0l \ud800", "null"),
        ("e\u0301 \U0001f41b", "\u00e9 \U0001f41b"),
        ("", ""),
        (" \n\u200b", ""),
        ("x" * 81, "x" * 79 + "…"),
        ("word " * 20, ("word " * 16)[:79].rsplit(" ", 1)[0] + " …"),
    ],
)
def test_clean_titles(title: str, cleaned: str) -> None:
    assert clean_title(title) == cleaned


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("AuditService._ensure_session() TOCTOU race", "audit_service_ensure_session_toctou_race"),
        ("HTTPServer drops 2nd request", "http_server_drops_2nd_request"),
        ("na\u00efve fa\u00e7ade stra\u00dfe", "naive_facade_strasse"),
        ("../../etc/passwd", "etc_passwd"),
        ("\u7121\u9650", "bug_7"),
        ("", "bug_7"),
        ("!!!", "bug_7"),
        ("CON", "bug_7"),
        ("com1", "bug_7"),
        ("console", "console"),
        ("x" * 60, "x" * 50),
        (
            "one two three four five six seven eight nine ten eleven",
            "one_two_three_four_five_six_seven_eight_nine_ten",
        ),
    ],
)
def test_slugs(title: str, name: str) -> None:
    assert slug(title, "_", "bug_7") == name
