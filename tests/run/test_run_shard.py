"""The split of a run: complete, without overlap, balanced, and the same on every machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import Evidence
from bugcapture.workflow.shard import Shard, distribute, read_shard, weigh_files

WEIGHTS = st.dictionaries(st.text(max_size=5), st.floats(0, 1e6), max_size=40)
PARTS = st.integers(1, 12)


def record(location: str, duration: float, name: str = "t", attempt: int = 1) -> Evidence:
    return Evidence(
        ts="",
        framework="behave",
        ids=(1,),
        location=location,
        name=name,
        verdict="passed",
        raw_status="passed",
        duration=duration,
        attempt=attempt,
    )


@given(WEIGHTS, PARTS)
def test_every_thing_is_in_exactly_one_part(weights: dict[str, float], parts: int) -> None:
    """A test in no part would be lost without a word; a test in two would count twice."""
    split = distribute(weights, parts)
    assert len(split) == parts
    assert sorted(name for part in split for name in part) == sorted(weights)


@given(st.data(), WEIGHTS, PARTS)
def test_the_order_of_the_input_does_not_matter(
    data: st.DataObject, weights: dict[str, float], parts: int
) -> None:
    """Each machine lists its files in its own order."""
    shuffled = dict(data.draw(st.permutations(list(weights.items()))))
    assert distribute(shuffled, parts) == distribute(weights, parts)


@given(WEIGHTS, PARTS)
def test_no_part_is_much_longer_than_it_must_be(weights: dict[str, float], parts: int) -> None:
    """Graham's bound: the heaviest part holds at most the mean and what its last thing adds to it."""
    loads = [sum(weights[name] for name in part) for part in distribute(weights, parts)]
    heaviest = max(weights.values(), default=0.0)
    assert max(loads) <= sum(weights.values()) / parts + heaviest * (1 - 1 / parts) + 1e-3


@given(st.integers(0, 40), PARTS)
def test_things_of_one_weight_spread_evenly(count: int, parts: int) -> None:
    """Also when nothing weighs anything."""
    for weight in (0.0, 1.0):
        sizes = [len(part) for part in distribute({str(number): weight for number in range(count)}, parts)]
        assert max(sizes) - min(sizes) <= 1


def test_the_longest_goes_first() -> None:
    """Not in the order of the names."""
    split = distribute({"a": 1, "b": 1, "c": 1, "d": 1, "long": 4}, 2)
    assert split == [["long"], ["a", "b", "c", "d"]]


def test_files_weigh_what_their_tests_took() -> None:
    """The mean of each test's runs, added up; retries and runs do not make a file heavier."""
    records = [
        record("a:1", 2.0),
        record("a:1", 4.0),
        record("a:9", 1.0),
        record("b:1", 0.5),
        record("gone:1", 9.0),
    ]
    assert weigh_files({"a": 2, "b": 1}, records) == {"a": 4.0, "b": 0.5}


def test_files_without_records_weigh_as_many_mean_tests() -> None:
    """Three known tests took 9 seconds, so two unknown ones are taken for 6."""
    records = [record("a:1", 3.0), record("a:2", 3.0), record("b:1", 3.0)]
    assert weigh_files({"a": 2, "b": 1, "new": 2}, records)["new"] == 6.0
    assert weigh_files({"a": 2, "b": 1}, []) == {"a": 2.0, "b": 1.0}


def test_hostile_durations_do_not_break_the_split() -> None:
    """Negative and endless durations count as nothing and as very long."""
    weights = weigh_files({"a": 1, "b": 1}, [record("a:1", -5.0), *[record("b:1", 1.7e308)] * 3])
    assert weights == {"a": 0.0, "b": 1e6}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.floats(0, 1e5)), max_size=20), st.data())
def test_weights_do_not_depend_on_the_order_of_the_records(
    rows: list[tuple[str, int, float]], data: st.DataObject
) -> None:
    """Evidence files have random names, so their order differs from machine to machine."""
    records = [record(f"{file}:{line}", seconds) for file, line, seconds in rows]
    shuffled = data.draw(st.permutations(records))
    tests = {"a": 1, "b": 2, "c": 3}
    assert weigh_files(tests, records) == weigh_files(tests, shuffled)


@pytest.mark.parametrize(
    ("text", "variables", "shard"),
    [
        ("1/1", {}, Shard(1, 1)),
        ("2/4", {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "9"}, Shard(2, 4)),
        ("auto", {}, None),
        ("auto", {"CI_NODE_TOTAL": "1"}, None),
        ("auto", {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, Shard(3, 3)),
        ("auto", {"BUILDKITE_PARALLEL_JOB": "0", "BUILDKITE_PARALLEL_JOB_COUNT": "3"}, Shard(1, 3)),
        ("auto", {"CIRCLE_NODE_INDEX": "2", "CIRCLE_NODE_TOTAL": "3"}, Shard(3, 3)),
        ("auto", {"BUGCAPTURE_SHARD": "2/3", "CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "9"}, Shard(2, 3)),
    ],
)
def test_shards_are_read(text: str, variables: dict[str, str], shard: Shard | None) -> None:
    """From the option alone, or with ``auto`` from the CI's variables, which count from 0 or from 1."""
    assert read_shard(text, variables) == shard


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        *(
            (text, {})
            for text in (
                "0/3",
                "4/3",
                "1/0",
                "1",
                "a/b",
                "1/2/3",
                "-1/3",
                "1 /2",
                "",
                "\uff11/\uff12",
                "1/1234567",
            )
        ),
        ("auto", {"BUGCAPTURE_SHARD": "9/3"}),
        ("auto", {"BUGCAPTURE_SHARD": "x"}),
        ("auto", {"CI_NODE_INDEX": "1"}),
        ("auto", {"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "3"}),
        ("auto", {"CI_NODE_INDEX": "x\x1b", "CI_NODE_TOTAL": "3"}),
        ("auto", {"CIRCLE_NODE_INDEX": "3", "CIRCLE_NODE_TOTAL": "3"}),
        ("auto", {"BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "1234567"}),
    ],
)
def test_nonsense_is_refused(text: str, variables: dict[str, str]) -> None:
    """A guess would run the wrong tests."""
    with pytest.raises(ConfigurationError) as caught:
        read_shard(text, variables)
    assert str(caught.value).replace("\n", "").isprintable()
