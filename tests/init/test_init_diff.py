"""Unified diffs as git and patch take them."""

from __future__ import annotations

import pytest

from bugcapture.core.diff import unified_diff


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [
        (None, b"a\n", "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"),
        (b"a\n", b"a\nb\n", "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+b\n"),
        (
            b"a",
            b"a\nb",
            (
                "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n"
                "+a\n+b\n\\ No newline at end of file\n"
            ),
        ),
        (b"a\n", b"a\n", ""),
    ],
)
def test_diffs(old: bytes | None, new: bytes, diff: str) -> None:
    assert unified_diff("x", old, new) == diff


def test_paths_are_written_as_git_writes_them() -> None:
    diff = unified_diff('a "b"\\\x1b\x7f', b"", b"a\n")
    assert diff.startswith('--- "a/a \\"b\\"\\\\\\033\\177"\n+++ "b/a \\"b\\"\\\\\\033\\177"\n')


@pytest.mark.parametrize(
    ("path", "told"),
    [("a b.py", "a b.py"), ("aXb.py", "aXb.py"), ("X'é", "X'é"), ('X"', '"a/X\\""'), ("X\t", '"a/X\\011"')],
)
def test_only_paths_that_need_it_are_quoted(path: str, told: str) -> None:
    """A space needs it as little as a letter."""
    first = unified_diff(path, b"", b"a\n").partition("\n")[0]
    assert first.rstrip("\t") == "--- " + (told if told.startswith('"') else f"a/{told}")


def test_what_is_no_utf8_is_shown_all_the_same() -> None:
    """With the sign for what cannot be read."""
    diff = unified_diff("x", b"\xff\n", b"a\n")
    assert diff == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\ufffd\n+a\n"
