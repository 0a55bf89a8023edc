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
