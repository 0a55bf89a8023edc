"""Text edits: exact where they act, nothing elsewhere."""

from __future__ import annotations

import pytest
from core_strategies import CHECKED, texts
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.edit import TextEdit, apply_edits


@st.composite
def pieces(draw):
    """A text in pieces, each kept or replaced by something: what edits should make of it is plain."""
    return draw(st.lists(st.tuples(texts, st.one_of(st.none(), texts)), max_size=8))


def make_edits(parts):
    position = 0
    for old, new in parts:
        if new is not None:
            yield TextEdit(position, position + len(old), new)
        position += len(old)


@CHECKED
@given(pieces(), st.randoms(use_true_random=False))
def test_edits_change_their_piece_and_nothing_else(parts, random):
    """In any order, also when one is given twice, each edit replaces its own piece."""
    parts = [(old or "-", new) for old, new in parts]
    edits = list(make_edits(parts)) * 2
    random.shuffle(edits)
    source = "".join(old for old, _ in parts)

    assert apply_edits(source, edits) == "".join(old if new is None else new for old, new in parts)


@CHECKED
@given(texts)
def test_no_edits_change_nothing(source):
    """Without an edit, and with one that replaces a text by itself, every character stays."""
    assert apply_edits(source, []) == source
    assert apply_edits(source, [TextEdit(0, len(source), source)]) == source


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([TextEdit(0, 0, "x")], "xabcdef"),
        ([TextEdit(6, 6, "x")], "abcdefx"),
        ([TextEdit(0, 6)], ""),
        ([TextEdit(2, 4)], "abef"),
        ([TextEdit(2, 4, "CD"), TextEdit(4, 5, "")], "abCDf"),
        ([TextEdit(2, 2, "x"), TextEdit(2, 4, "y")], "abxyef"),
        ([TextEdit(2, 4, "y"), TextEdit(4, 4, "x")], "abyxef"),
        ([TextEdit(2, 2, "x"), TextEdit(2, 2, "x")], "abxcdef"),
        ([TextEdit(2, 2, "y"), TextEdit(2, 2, "x")], "abxycdef"),
    ],
)
def test_edits_that_touch_do_not_overlap(edits, expected):
    """Insertions and neighbours are no overlap; the same edit twice counts once."""
    assert apply_edits("abcdef", edits) == expected
    assert apply_edits("abcdef", reversed(edits)) == expected


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([TextEdit(1, 3), TextEdit(2, 4)], "edits overlap at offset 1"),
        ([TextEdit(1, 5), TextEdit(2, 4)], "edits overlap at offset 1"),
        ([TextEdit(1, 3, "x"), TextEdit(1, 3, "y")], "edits overlap at offset 1"),
        ([TextEdit(1, 4), TextEdit(2, 2, "x")], "edits overlap at offset 1"),
        ([TextEdit(1, 3), TextEdit(1, 2)], "edits overlap at offset 1"),
        ([TextEdit(0, 7)], "edit from 0 to 7 does not lie inside the text"),
        ([TextEdit(7, 7, "x")], "edit from 7 to 7 does not lie inside the text"),
        ([TextEdit(-1, 2)], "edit from -1 to 2 does not lie inside the text"),
        ([TextEdit(3, 2)], "edit from 3 to 2 does not lie inside the text"),
    ],
)
def test_edits_that_cannot_be_applied_are_refused(edits, message):
    """An overlap, or an edit outside the text, would garble a file and is refused."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        apply_edits("abcdef", edits)
