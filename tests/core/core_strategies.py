"""Inputs for the property tests of the pure core."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from bugcapture.core.expectation import Expectation
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status
from bugcapture.core.tags import TestTags

CHECKED = settings(deadline=None, max_examples=300)

NASTY_CHARACTERS = (
    "\x00\x07\x08\t\n\x0b\x0c\r\x1b\x1c\x1d\x1e\x7f\x85\x9b\xa0\xad\u061c\u1680\u200b\u200e\u202e"
    "\u2028\u2029\u2066\u3000\ufeff\ud800\udc80\udfff\U000e0041"
)
REGEX_CHARACTERS = r".^$*+?{}[]|()\-#&~:<>=!,"

characters = st.one_of(
    st.characters(),
    st.sampled_from(NASTY_CHARACTERS),
    st.sampled_from(REGEX_CHARACTERS),
    st.sampled_from("aZ0_ '\"@/%"),
)
texts = st.text(characters, max_size=40)
messages = st.one_of(
    texts,
    st.text(characters, max_size=300),
    st.builds(lambda text, times: text * times, texts, st.integers(1, 40)),
)

expectations = st.one_of(
    st.just(Expectation()),
    st.builds(
        Expectation,
        type_name=st.sampled_from(
            ["", "AssertionError", "builtins.KeyError", "LookupError", "OSError", "\x1b[31m"]
        ),
        pattern=st.sampled_from(["", "total", r"\d+", "^$", "\\\x1b"]),
        place=st.one_of(st.sampled_from(["", "Then x"]), texts),
    ),
)
failures = st.builds(
    Failure,
    phase=st.sampled_from(Phase),
    kind=st.sampled_from(Kind),
    exc_types=st.one_of(
        st.sampled_from(
            [(), ("AssertionError", "builtins.AssertionError", "Exception"), ("KeyError", "builtins.KeyError")]
        ),
        st.lists(texts, max_size=3).map(tuple),
    ),
    message=messages,
    place=st.one_of(st.just("Then x"), texts),
    aliases=st.lists(texts, max_size=2).map(tuple),
    location=texts,
    detail=texts,
)
outcomes = st.builds(
    Outcome,
    status=st.sampled_from(Status),
    raw_status=texts,
    failures=st.lists(failures, max_size=3).map(tuple),
    reason=texts,
)
bug_tags = st.builds(
    TestTags,
    ids=st.lists(st.integers(1, 10**18 - 1), max_size=4, unique=True).map(sorted).map(tuple),
    expected_fail=st.booleans(),
)
