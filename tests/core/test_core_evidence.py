"""The evidence record: one ASCII line that any JSON reader takes."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import msgspec
import pytest
from core_strategies import CHECKED, messages, texts
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.evidence import MESSAGE_LIMIT, SCHEMA, Evidence, decode_record, encode_record

RECORD = Evidence(
    ts="2026-11-20T10:00:00.000+00:00",
    framework="behave",
    ids=(7, 991),
    location="features/a.feature:6",
    name="Pay",
    verdict="expected_failure",
    raw_status="failed",
)
long_texts = st.one_of(messages, messages.map(lambda text: text * 200))


def visible(text):
    return text.encode("utf-8", "backslashreplace").decode()


def test_the_record_word_for_word():
    """Keys and their order are the schema; nothing is left out when it is empty."""
    assert encode_record(RECORD) == (
        b'{"schema":"bugcapture.evidence/1","ts":"2026-11-20T10:00:00.000+00:00","framework":"behave",'
        b'"ids":[7,991],"location":"features/a.feature:6","name":"Pay","verdict":"expected_failure",'
        b'"raw_status":"failed","reason":"","exc_type":"","message":"","step":"","step_location":"",'
        b'"duration":0.0,"attempt":1,"worker":"","shard":"","commit":"","dirty":null,"run_id":""}\n'
    )


def test_the_fields_are_those_of_the_contract():
    """The contract names the fields in this order."""
    contract = (
        "ts framework ids location name verdict raw_status reason exc_type message step step_location duration "
        "attempt worker shard commit dirty run_id"
    )

    assert ["schema", *contract.split()] == list(json.loads(encode_record(RECORD)))
    assert SCHEMA == "bugcapture.evidence/1"


def test_what_a_trial_finds_out_stands_behind_the_fields_of_the_contract():
    """An ordinary run writes none of it."""
    found = replace(RECORD, kind="assertion", phase="verification", frame="src/shop/cart.py:add")
    record = json.loads(encode_record(found))

    assert list(record)[-3:] == ["kind", "phase", "frame"]
    assert decode_record(encode_record(found)) == found
    assert decode_record(encode_record(RECORD)) == RECORD


@CHECKED
@given(
    texts=st.tuples(*[texts] * 12),
    message=long_texts,
    ids=st.lists(st.integers(1, 10**18 - 1)).map(tuple),
    duration=st.floats(0, 1e6),
    attempt=st.integers(1, 99),
    dirty=st.none() | st.booleans(),
)
def test_any_record_is_one_ascii_line_that_parses_back(texts, message, ids, duration, attempt, dirty):
    """Whatever the texts hold: one line feed, at the end; the same values in two JSON readers."""
    names = [
        "ts",
        "framework",
        "location",
        "name",
        "verdict",
        "raw_status",
        "reason",
        "exc_type",
        "step",
        "step_location",
        "worker",
        "commit",
    ]
    record = Evidence(
        **dict(zip(names, texts, strict=True)),
        message=message,
        ids=ids,
        duration=duration,
        attempt=attempt,
        dirty=dirty,
    )
    line = encode_record(record)
    read = json.loads(line)

    assert line.isascii()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert read == msgspec.json.decode(line)
    assert {name: read[name] for name in names} == {
        name: visible(text) for name, text in zip(names, texts, strict=True)
    }
    assert read["message"] == visible(message)[:MESSAGE_LIMIT]
    assert (read["ids"], read["duration"], read["attempt"], read["dirty"]) == (list(ids), duration, attempt, dirty)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\udc80", r"\udc80"), ("a\ud83d\ude00b", r"a\ud83d\ude00b"), ("\u20ac\x00\n", "\u20ac\x00\n")],
)
def test_lone_surrogates_become_visible_text(text, expected):
    """A file name that is no UTF-8 must not make the line unreadable for strict JSON readers."""
    line = encode_record(Evidence(**{**_as_dict(), "message": text, "name": text}))
    read = msgspec.json.decode(line)

    assert (read["message"], read["name"]) == (expected, expected)


@pytest.mark.parametrize(("length", "kept"), [(0, 0), (1999, 1999), (2000, 2000), (2001, 2000), (10**6, 2000)])
def test_a_long_message_is_cut(length, kept):
    """At most 2,000 characters of a message are kept, counted before they are escaped."""
    record = json.loads(encode_record(Evidence(**{**_as_dict(), "message": "\U0001f600" * length})))

    assert record["message"] == "\U0001f600" * kept


def _as_dict():
    return {field.name: getattr(RECORD, field.name) for field in fields(Evidence)}
