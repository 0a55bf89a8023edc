"""What a new test of a bug is made of."""

from __future__ import annotations

from typing import Any

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.scaffold import LIFE, TODO, NewTest, RaceCall

CALL: dict[str, Any] = {"factory": "shop.tax:Till", "method": "add", "meet_at": "shop.tax.rate"}
RACE = RaceCall(**CALL)


@pytest.mark.parametrize(
    "changes",
    [
        {"factory": "shop:Till"}, {"factory": "shop.Till"}, {"factory": "shop.tax.deep:make"},
        {"meet_at": "time:time"},
        {"method": "_Till__add2"}, {"threads": 2}, {"threads": 64}, {"factory": "größe.klasse:Ä"},
    ],
)  # fmt: skip
def test_a_race_of_objects_that_have_names(changes: dict[str, Any]) -> None:
    """With a colon before the object or without."""
    race = RaceCall(**{**CALL, **changes})
    assert {name: getattr(race, name) for name in changes} == changes


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        *(
            (
                {field: name}, f"{option} {shown} is not the name of an object",
                'write "package.module:name" or "package.module.name"',
            )
            for field, option in (("factory", "--race"), ("meet_at", "--meet-at"))
            for name, shown in (
                ("Till", "'Till'"), ("", "''"), ("shop:", "'shop:'"), (":Till", "':Till'"),
                ("shop..Till", "'shop..Till'"),
                ("shop:tax:Till", "'shop:tax:Till'"), ("shop.class", "'shop.class'"),
                ("shop.Till()", "'shop.Till()'"),
                ("shop.tax\x1b[31m", r"'shop.tax\\x1b[31m'"), ("shop tax", "'shop tax'"),
            )
        ),
        ({"method": ""}, "--method '' is not the name of a method", None),
        ({"method": "add()"}, "--method 'add()' is not the name of a method", None),
        ({"method": "till.add"}, "--method 'till.add' is not the name of a method", None),
        ({"method": "return"}, "--method 'return' is not the name of a method", None),
        ({"threads": 1}, "--threads 1: 1 threads cannot race", None),
        ({"threads": 0}, "--threads 0: 0 threads cannot race", None),
        ({"threads": -2}, "--threads -2: -2 threads cannot race", None),
    ],
)  # fmt: skip
def test_a_race_that_nobody_can_run(changes: dict[str, Any], message: str, hint: str) -> None:
    """It says which option, and what to write."""
    with pytest.raises(ConfigurationError) as caught:
        RaceCall(**{**CALL, **changes})
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_what_a_race_says_while_the_bug_is_there() -> None:
    """Two threads race where nobody says how many."""
    assert RACE.message == "2 threads went through shop.tax.rate, expected 1"
    assert RaceCall(**CALL, threads=5).message == "5 threads went through shop.tax.rate, expected 1"


def test_a_new_test_of_a_bug_without_a_title() -> None:
    """It is known by its number."""
    test = NewTest(number=991)
    assert (test.title, test.families, test.link, test.race) == ("", ("bug",), "", None)
    assert test.headline == "Bug 991"
    assert test.message == TODO == "TODO what it says while the bug is there"
    assert test.tags == ("tdd_bug", "tdd_bug_991", "tdd_expected_fail")


def test_a_new_test_of_a_bug_with_a_title() -> None:
    """And all else."""
    test = NewTest(number=7, title="Money is lost", families=("bug", "issue"), race=RACE)
    assert test.headline == "Money is lost"
    assert test.message == RACE.message
    assert test.tags == ("tdd_bug", "tdd_bug_7", "tdd_issue", "tdd_issue_7", "tdd_expected_fail")
    assert NewTest(number=7, families=("issue",)).tags == ("tdd_issue", "tdd_issue_7", "tdd_expected_fail")


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({}, ["This scenario captures bug #991"]),
        ({"title": "Lost"}, ["This scenario captures bug #991: Lost"]),
        ({"link": "https://bugs/991"}, ["This scenario captures bug #991", "https://bugs/991"]),
        ({"title": "Lost", "link": "#"}, ["This scenario captures bug #991: Lost", "#"]),
    ],
)
def test_what_a_new_test_says_of_itself(fields: dict[str, str], lines: list[str]) -> None:
    """Which bug, where it is described, and how long it carries the switch, in the words of the framework."""
    assert NewTest(number=991, **fields).comment("scenario", "@tdd_expected_fail", "tag") == [
        *lines,
        "It carries @tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and",
        "name the regression test.",
    ]
    assert len(LIFE) == 2
