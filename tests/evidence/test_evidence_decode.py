"""Reading one line back: the same record, or a clear reason why it is none."""

from __future__ import annotations

import json

import pytest
from evidence_project import RECORD, records
from hypothesis import given, settings
from hypothesis import strategies as st

from bugcapture.core.evidence import SEVERITY, NewerSchemaError, decode_record, encode_record, split_location
from bugcapture.core.verdict import Verdict

CHECKED = settings(deadline=None, max_examples=300)
FIELDS = json.loads(encode_record(RECORD))


def line(**changes):
    return json.dumps({**FIELDS, **changes}).encode()


def told(content):
    with pytest.raises(ValueError, match=r"^(is|written)") as error:
        decode_record(content)
    return str(error.value)


@CHECKED
@given(record=records)
def test_what_was_written_is_read_back(record):
    """Every record comes back with all its values."""
    assert decode_record(encode_record(record)) == record


@CHECKED
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_other_bytes_are_refused_in_printable_words(content):
    """Random bytes are never a record and never a crash."""
    assert told(content).isprintable()


@CHECKED
@given(
    name=st.sampled_from(sorted(FIELDS)),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_any_value_is_taken_or_refused_by_name(name, value):
    """Whatever stands in a field: a record that can be written again, or the field's name in the reason."""
    reason = ""
    try:
        record = decode_record(line(**{name: value}))
    except ValueError as error:
        reason = str(error)

    assert reason.isprintable()
    if reason:
        assert name in reason or "JSON" in reason
    else:
        assert decode_record(encode_record(record)) == record


def test_keys_of_a_later_time_are_passed_over():
    """A record may hold more than the schema says."""
    assert decode_record(line(runner_version="9", more={"deep": [1]})) == RECORD


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"schema"}))
def test_a_missing_field_is_named(name):
    """Every field of the schema must be there."""
    content = json.dumps({key: value for key, value in FIELDS.items() if key != name}).encode()

    assert told(content) == f"is no complete record: {name} missing"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ts", 1, "1"),
        ("name", None, "null"),
        ("ids", 7, "7"),
        ("ids", [0], "a list"),
        ("ids", [True], "a list"),
        ("ids", ["7"], "a list"),
        ("ids", {"7": 7}, "an object"),
        ("verdict", "fixed", '"fixed"'),
        ("verdict", ["passed"], "a list"),
        ("duration", "1", '"1"'),
        ("duration", True, "true"),
        ("duration", 10**400, "1" + "0" * 78 + "…"),
        ("attempt", 1.0, "1.0"),
        ("attempt", True, "true"),
        ("dirty", 1, "1"),
        ("reason", 5, "5"),
    ],
)
def test_a_wrong_value_is_named_and_shown(name, value, shown):
    """The reason names the field and shows what stands there."""
    assert told(line(**{name: value})) == f"is no record: {name} cannot be {shown}"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_known(verdict):
    """No verdict of the program is refused, and each has its weight."""
    assert decode_record(line(verdict=verdict.value)).verdict == verdict
    assert verdict.value in SEVERITY


def test_a_whole_number_is_a_duration():
    """JSON writers may leave the fraction away."""
    duration = decode_record(line(duration=2)).duration

    assert (duration, type(duration)) == (2.0, float)


@pytest.mark.parametrize("schema", ["bugcapture.evidence/2", "bugcapture.evidence/10"])
def test_a_newer_schema_is_called_newer(schema):
    """The reason says what to do: the reader is too old."""
    with pytest.raises(NewerSchemaError, match=f"^written by a newer bugcapture: schema {schema}"):
        decode_record(line(schema=schema))


@pytest.mark.parametrize(
    "schema", ["bugcapture.list/1", "bugcapture.evidence/0", "bugcapture.evidence/2x", "\x1b[31m", 1, None, {}]
)
def test_another_schema_is_no_record(schema):
    """A line of another program is called by its schema, printable."""
    reason = told(line(schema=schema))

    assert reason.startswith("is no record of the schema bugcapture.evidence/1: its schema is ")
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no JSON: an empty line"),
        (b'{"schema":"bugcapture.evid', 'is no JSON: {"schema":"bugcapture.evid'),
        (b"[1]", "is no record: a list"),
        (b"7", "is no record: 7"),
        (b'{"a": NaN}', 'is no JSON: {"a": NaN}'),
        (b"\xff\xfe", "is not UTF-8: byte 0xff"),
        (b"[" * 100_000, f"is no JSON: {'[' * 79}…"),
        (b"9" * 5000, f"is no JSON: {'9' * 79}…"),
        ("\x1b[31m\u202ered".encode(), r"is no JSON: \x1b[31m\u202ered"),
    ],
)
def test_what_is_no_json_object_is_shown(content, reason):
    """Torn, foreign, deep and hostile lines: one short printable reason each."""
    assert told(content) == reason


def test_line_ends_and_byte_order_marks_do_not_matter():
    """A file that went through Windows tools is read as well."""
    assert decode_record(b"\xef\xbb\xbf" + line() + b"\r\n") == RECORD


def test_lone_surrogates_become_visible():
    """A foreign writer's lone surrogate can be written again."""
    assert decode_record(line(name="\ud800")).name == r"\ud800"


@pytest.mark.parametrize(
    ("location", "parts"),
    [
        ("a.feature:6", ("a.feature", 6)),
        ("C:/a.feature:6", ("C:/a.feature", 6)),
        ("a.feature", ("a.feature", 0)),
        ("a.feature:", ("a.feature:", 0)),
        (":6", (":6", 0)),
        ("a:²", ("a:²", 0)),
        ("a:" + "9" * 5000, ("a:" + "9" * 5000, 0)),
        ("", ("", 0)),
    ],
)
def test_a_location_is_path_and_line(location, parts):
    """Whatever is no ``path:line`` is all path."""
    assert split_location(location) == parts


def test_all_missing_fields_are_named():
    """At once, in the order of the schema."""
    content = json.dumps({name: value for name, value in FIELDS.items() if name not in {"ids", "ts"}}).encode()

    assert told(content) == "is no complete record: ts, ids missing"


@pytest.mark.parametrize(("schema", "shown"), [("other/1", '"other/1"'), (7, "7"), (None, "null"), ([], "a list")])
def test_another_schema_is_shown(schema, shown):
    """As it stands there."""
    assert told(line(schema=schema)).endswith(f": its schema is {shown}")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("a.py:999999999", ("a.py", 999_999_999)),
        ("a.py:1000000000", ("a.py:1000000000", 0)),
        ("c:/a.py:7", ("c:/a.py", 7)),
    ],
)
def test_a_line_has_at_most_nine_digits(location, expected):
    """A longer number is no line of any file."""
    assert split_location(location) == expected
