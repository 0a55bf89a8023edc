from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit_service import InvalidEntryError
from audit_service.entry import DETAILS_LIMIT, NAME_LIMIT, canonical_json, checked_name, checked_time, details_text

DEEP: dict[str, object] = {}
for _ in range(100_000):
    DEEP = {"in": DEEP}


def test_canonical_json_ignores_the_order_of_keys() -> None:
    """Two equal objects have one text."""
    assert canonical_json({"b": 1, "a": [1.0, None]}) == canonical_json({"a": [1.0, None], "b": 1})
    assert canonical_json({"b": 1, "a": [1.0, None]}) == '{"a":[1.0,null],"b":1}'


def test_no_details_are_null() -> None:
    """No details and empty details stay apart."""
    assert details_text(None) == "null"
    assert details_text({}) == "{}"


@pytest.mark.parametrize(
    "details",
    [
        {"x": float("nan")},
        {"x": float("inf")},
        {1: "number as key"},
        {"x": (1, 2)},
        {"x": {1, 2}},
        {"x": datetime(2026, 1, 1, tzinfo=UTC)},
        ["no", "object"],
        "text",
        {"x": "x" * DETAILS_LIMIT},
        DEEP,
    ],
    ids=["nan", "inf", "int key", "tuple", "set", "datetime", "list", "text", "too long", "too deep"],
)
def test_details_that_do_not_read_back_the_same_are_refused(details: object) -> None:
    """Details are a JSON object that survives storage unchanged, of limited length."""
    with pytest.raises(InvalidEntryError, match=r"^details "):
        details_text(details)  # type: ignore[arg-type]


def test_details_up_to_the_limit_are_taken() -> None:
    """The limit is on the characters of JSON and is itself allowed."""
    details = {"x": "x" * (DETAILS_LIMIT - len('{"x":""}'))}

    text = details_text(details)

    assert len(text) == DETAILS_LIMIT
    assert json.loads(text) == details


@pytest.mark.parametrize("value", ["", "x" * (NAME_LIMIT + 1), "a\x00b", "a\ud800b"])
def test_names_that_a_database_would_change_are_refused(value: str) -> None:
    """Empty, too long, NUL and lone surrogates never reach the database."""
    with pytest.raises(InvalidEntryError, match=r"^actor "):
        checked_name("actor", value)


@pytest.mark.parametrize("value", ["x", "x" * NAME_LIMIT, "Zoë \U0001f980\n"])
def test_other_names_are_taken_as_they_are(value: str) -> None:
    """Any other text is stored unchanged."""
    assert checked_name("actor", value) == value


def test_a_time_without_zone_is_refused() -> None:
    """Nobody can tell which moment a naive datetime is."""
    with pytest.raises(InvalidEntryError, match="at has no time zone"):
        checked_time("at", datetime(2026, 1, 1))  # noqa: DTZ001 - the case


def test_a_time_becomes_utc() -> None:
    """Whatever the zone, the moment stays and the zone is UTC."""
    east = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))

    moment = checked_time("at", east)

    assert moment == east
    assert moment.isoformat() == "2025-12-31T23:00:00+00:00"


def test_a_time_that_utc_cannot_hold_is_refused() -> None:
    """The first hours of year 1 in the east lie before year 1 in UTC."""
    with pytest.raises(InvalidEntryError, match="out of range"):
        checked_time("since", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))))
