"""Lines that are put into the bytes of a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.layout import BOM, append_lines, insert_lines, is_blank, line_end, split_lines

TEXTS = st.lists(st.sampled_from([b"a", b"  b = 1", b"\r\n", b"\n", b"\r", b"\t", "ä".encode()])).map(b"".join)
NEW = st.lists(st.sampled_from(["one", "    two", ""]), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb", [b"a\n", b"b"]),
        (b"a\r\nb\rc\n", [b"a\r\n", b"b\r", b"c\n"]),
        (b"\n\r\n\r", [b"\n", b"\r\n", b"\r"]),
        (b"a\x0bb\x0cc\x85\n", [b"a\x0bb\x0cc\x85\n"]),
    ],
)
def test_lines_end_as_python_counts_them(content: bytes, lines: list[bytes]) -> None:
    """At a line feed, a carriage return, or both; at nothing else that looks like an end."""
    assert split_lines(content) == lines


@pytest.mark.parametrize(
    ("content", "end"),
    [(b"", b"\n"), (b"a", b"\n"), (b"a\r\nb\n", b"\r\n"), (b"a\rb\r\n", b"\r"), (b"a\nb\r\n", b"\n")],
)
def test_the_first_line_says_how_lines_end(content: bytes, end: bytes) -> None:
    """A line feed where no line ends."""
    assert line_end(content) == end


@pytest.mark.parametrize(
    ("content", "after", "expected"),
    [
        (b"", 0, b"x\ny\n"),
        (b"a\nb\n", 0, b"x\ny\na\nb\n"),
        (b"a\nb\n", 1, b"a\nx\ny\nb\n"),
        (b"a\r\nb\r\n", 1, b"a\r\nx\r\ny\r\nb\r\n"),
        (b"a\rb", 1, b"a\rx\ry\rb"),
        (b"a\rb", 2, b"a\rb\rx\ry"),
        (b"a\nb", 2, b"a\nb\nx\ny"),
        (b"a", 1, b"a\nx\ny"),
        (b"a\n", 9, b"a\nx\ny\n"),
        (BOM + b"a\n", 0, BOM + b"x\ny\na\n"),
        (BOM + b"a", 1, BOM + b"a\nx\ny"),
        (BOM, 0, BOM + b"x\ny\n"),
        (b"a\n" + BOM + b"b\n", 1, b"a\nx\ny\n" + BOM + b"b\n"),
    ],
)
def test_lines_are_inserted(content: bytes, after: int, expected: bytes) -> None:
    """With the file's own line ends, and without one at the end where it has none."""
    assert insert_lines(content, after, ["x", "y"]) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", b"x\n"),
        (b"a\nb\n", b"a\nb\nx\n"),
        (b"a\r\nb", b"a\r\nb\r\nx"),
        (BOM + b"a\n", BOM + b"a\nx\n"),
        (BOM, BOM + b"x\n"),
    ],
)
def test_lines_are_appended(content: bytes, expected: bytes) -> None:
    """Behind the last line."""
    assert append_lines(content, ["x"]) == expected


@given(TEXTS, st.integers(0, 12), NEW, st.booleans())
def test_every_other_byte_stays(content: bytes, after: int, new: list[str], marked: bool) -> None:
    """Without the new lines the file is what it was, whatever its line ends are."""
    before = b"".join(split_lines(content)[:after])
    end = line_end(content)
    lines = end.join(line.encode() for line in new)
    added = end + lines if before and not before.endswith((b"\r", b"\n")) else lines + end
    changed = insert_lines(BOM * marked + content, after, new)
    assert changed == BOM * marked + before + added + content[len(before) :]


def test_only_ascii_can_be_inserted() -> None:
    """Nobody knows the encoding of the file."""
    with pytest.raises(UnicodeEncodeError):
        insert_lines(b"a\n", 1, ["ä"])


@pytest.mark.parametrize(("line", "blank"), [(b"", True), (b" \t\r\n", True), (b" x\n", False)])
def test_a_blank_line(line: bytes, blank: bool) -> None:
    """It holds white space only."""
    assert is_blank(line) is blank
