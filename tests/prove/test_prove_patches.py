"""Patches of one file, taken apart."""

from __future__ import annotations

import pytest

from bugcapture.core.patch import Hunk, read_patch

HEAD = b"diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n"
FIRST = b"@@ -1 +1,2 @@ def f():\n-old\n+new\n+@@ -9 +9 @@ is no hunk\n"
SECOND = b"@@ -7,2 +8,0 @@\n-one\n-two\n"


def test_a_patch_is_its_head_and_its_hunks() -> None:
    """Put together again it is what it was."""
    patch = read_patch(HEAD + FIRST + SECOND)
    assert patch.head == HEAD
    assert [hunk.text for hunk in patch.hunks] == [FIRST, SECOND]
    assert [(hunk.old, hunk.new) for hunk in patch.hunks] == [((1, 1), (1, 2)), ((7, 2), (8, 0))]
    assert patch.only(patch.hunks[1]) == HEAD + SECOND


def test_a_count_of_one_is_left_away() -> None:
    """On either side."""
    (hunk,) = read_patch(HEAD + b"@@ -3,2 +4 @@\n-a\n-b\n+c\n").hunks
    assert (hunk.old, hunk.new) == ((3, 2), (4, 1))


@pytest.mark.parametrize(
    "patch", [b"", HEAD + b"GIT binary patch\nliteral 3\nabc\n", b"old mode 100644\nnew mode 100755\n"]
)
def test_a_patch_without_hunks_is_all_head(patch: bytes) -> None:
    """As those of binary files and of modes are."""
    assert read_patch(patch).hunks == ()
    assert read_patch(patch).head == patch


@pytest.mark.parametrize(
    ("new", "touched"),
    [
        ((1, 1), False),
        ((4, 1), False),
        ((5, 1), True),
        ((3, 2), False),
        ((3, 3), True),
        ((8, 4), True),
        ((9, 1), False),
        ((1, 99), True),
        # Lines were taken away between these two.
        ((3, 0), False),
        ((4, 0), True),
        ((5, 0), True),
        ((8, 0), True),
        ((9, 0), False),
    ],
)
def test_a_hunk_touches_the_lines_that_it_changed(new: tuple[int, int], touched: bool) -> None:
    """Of a test that stands on the lines 5 to 8."""
    assert Hunk((1, 1), new, b"").touches(5, 8) is touched
