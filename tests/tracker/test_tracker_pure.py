"""The small decisions of the clients: how long to wait, what to list, what an issue says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.tracker.issue import ClosedAs, make_issue
from bugcapture.tracker.plan import count_pages, split
from bugcapture.tracker.retry import asked_wait, wait_before_retry

NOW = 1_800_000_000.0
LATER = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000042"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 15 Jan 2027 07:00:30 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 40}, None),
        ({"retry-after": "²"}, None),
        (LATER, 42.0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "1800000009"}, 9.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000000"}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "1800000042"}, None),
        ({"retry-after": "3", **LATER}, 3.0),
        ({"retry-after": "soon", **LATER}, 42.0),
    ],
)
def test_how_long_a_forge_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """In seconds, as a date, or as the reset of a limit that is used up."""
    assert asked_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "again"),
    [
        (0, {}, True), (500, {}, True), (502, {}, True), (503, {}, True), (504, {}, True), (429, {}, True),
        (403, LATER, True), (403, {"retry-after": "1"}, True),
        (403, {}, False), (401, {}, False), (404, {}, False), (410, {}, False), (422, {}, False), (501, {}, False),
        (200, {}, False), (304, {}, False), (200, LATER, False), (404, {"retry-after": "1"}, False),
    ],
)  # fmt: skip
def test_what_is_worth_another_try(status: int, headers: dict[str, str], again: bool) -> None:
    """What passes by itself; a refusal stays one."""
    assert (wait_before_retry(status, headers, 1, NOW) is not None) is again


def test_each_wait_is_longer_unless_the_forge_says_how_long() -> None:
    """A forge that is overrun is left more and more time."""
    waits = [wait_before_retry(503, {}, attempt, NOW) for attempt in (1, 2, 3)]
    assert waits == sorted(waits, key=lambda wait: wait or 0)
    assert len(set(waits)) == 3
    assert wait_before_retry(503, {"retry-after": "9"}, 3, NOW) == 9


@pytest.mark.parametrize(
    ("wanted", "newest", "pages"),
    [
        ([990, 991, 992], 1000, 1),
        ([1, 2, 3], 300, 3),  # Two more pages or three requests.
        ([1, 2, 3], 400, 1),
        ([1, 2, 3, 4], 400, 4),
        (range(1, 900), 1000, 10),
        ([5], 10_000, 1),
        ([950, 951, 850, 3], 1000, 1),
        ([2000, 3000], 1000, 1),
        ([], 0, 1),
    ],
)
def test_pages_are_read_as_long_as_they_save_requests(wanted: list[int], newest: int, pages: int) -> None:
    """With a hundred entries on a page."""
    assert count_pages(wanted, newest, 100) == pages


@given(st.lists(st.integers(1, 3000), max_size=60), st.integers(1, 3000), st.integers(0, 100))
def test_the_plan_is_never_worse_than_its_extremes(wanted: list[int], newest: int, size: int) -> None:
    """Not worse than one page and single requests, nor than listing everything."""

    def cost(pages: int) -> int:
        return pages + sum(number <= newest - pages * size for number in set(wanted))

    pages = count_pages(set(wanted), newest, size)
    assert pages >= 1
    assert cost(pages) <= cost(1)
    assert cost(pages) <= cost(newest // max(size, 1) + 1)


@given(st.sets(st.integers(1, 500)))
def test_splitting_loses_nothing(numbers: set[int]) -> None:
    """Each number is in one part, and no part is too long."""
    parts = list(split(numbers, 7))
    assert [number for part in parts for number in part] == sorted(numbers)
    assert all(1 <= len(part) <= 7 for part in parts)


@pytest.mark.parametrize(
    ("said", "labels", "reason"),
    [
        (ClosedAs.FIXED, [], ClosedAs.FIXED),
        (ClosedAs.UNKNOWN, [], ClosedAs.UNKNOWN),
        (ClosedAs.UNKNOWN, ["bug"], ClosedAs.UNKNOWN),
        (ClosedAs.UNKNOWN, ["duplicate"], ClosedAs.DUPLICATE),
        (ClosedAs.FIXED, ["Reviewed/Duplicate"], ClosedAs.DUPLICATE),
        (ClosedAs.UNKNOWN, ["wontfix"], ClosedAs.NOT_PLANNED),
        (ClosedAs.FIXED, ["Reviewed/Won't Fix"], ClosedAs.NOT_PLANNED),
        (ClosedAs.UNKNOWN, ["resolution::Not planned"], ClosedAs.NOT_PLANNED),
        (ClosedAs.UNKNOWN, ["status: invalid"], ClosedAs.NOT_PLANNED),
        (ClosedAs.UNKNOWN, ["invalid", "duplicate"], ClosedAs.DUPLICATE),
        (ClosedAs.NOT_PLANNED, ["duplicate"], ClosedAs.NOT_PLANNED),
        (ClosedAs.MOVED, ["wontfix"], ClosedAs.MOVED),
        (ClosedAs.UNKNOWN, ["not a duplicate", "invalid-cast", "wontfixes"], ClosedAs.UNKNOWN),
        (ClosedAs.UNKNOWN, ["", "/", "::"], ClosedAs.UNKNOWN),
    ],
)
def test_why_an_issue_was_closed(said: ClosedAs, labels: list[str], reason: ClosedAs) -> None:
    """Labels tell what a forge does not ask for, or what nobody chose; a reason that was chosen stands."""
    assert make_issue(number=1, title="x", is_open=False, closed_as=said, labels=labels).closed_as is reason
    assert make_issue(number=1, title="x", is_open=True, closed_as=said, labels=labels).closed_as is None


def test_texts_of_an_issue_are_safe() -> None:
    """Escapes are shown, endless texts are cut, and only addresses that a browser opens are kept."""
    issue = make_issue(
        number=1, title="\x1b[31mred\u202e" + "x" * 500, is_open=True, labels=["\x07", "y" * 500],
        url="https://github.com/o/r/issues/1",
    )  # fmt: skip
    assert issue.title.startswith("\\x1b[31mred\\u202ex")
    assert len(issue.title) == 200
    assert issue.labels == ("\\x07", "y" * 99 + "…")
    assert issue.url == "https://github.com/o/r/issues/1"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "", "https://a.org/\x1b", "https://a.org/ b", "https://a.org/<b>", "https://ä.org",
     "https://a.org/" + "x" * 500, "https://a.org/`x`"],
)  # fmt: skip
def test_other_addresses_are_dropped(url: str) -> None:
    """They could be a script, or hide what they are."""
    assert not make_issue(number=1, title="x", is_open=True, url=url).url


def test_moments_are_in_utc() -> None:
    """Whatever zone the forge is in; a moment that UTC does not have is none."""

    def closed(moment: datetime) -> datetime | None:
        return make_issue(number=1, title="x", is_open=False, closed_at=moment).closed_at

    east = timezone(timedelta(hours=5))
    assert closed(datetime(2026, 1, 1, 5, tzinfo=east)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert closed(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001
    assert closed(datetime.min.replace(tzinfo=east)) is None
    assert (
        make_issue(number=1, title="x", is_open=True, closed_at=datetime(2026, 1, 1, tzinfo=UTC)).closed_at is None
    )


def test_labels_are_told_apart_without_their_case() -> None:
    """As the forges do it."""
    issue = make_issue(number=1, title="x", is_open=True, labels=["Kind/Bug"])
    assert issue.has_label("kind/bug")
    assert not issue.has_label("bug")
