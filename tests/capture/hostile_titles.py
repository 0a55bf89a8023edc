"""Titles as strangers write them into a tracker."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "the cart forgets an item", "AuditService._ensure_session() TOCTOU race", "\n", "\r\n", "\t", "  ", "    ",
    "\0",
    "\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\x85", "\u2028", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00a0",
    "\ud800", "\U0001f41b", "\U0001f468\u200d\U0001f469", "e\u0301", "\u7121", "\u0645\u0631\u062d\u0628\u0627",
    '"""', "'''", "*/", "/*", "\\", "\\n", "\\x74dd_bug_5", "${HOME}", "%{PATH}", "@{list}", "&{dict}", "${{1+1}}",
    "$", "#", "# language: fr", "# -*- coding: utf-7 -*-", "coding: latin-1", "# noqa", "# type: ignore", "...",
    "|", "| a | b |", "*** Settings ***", "*** Test Cases ***", "*", "[Tags]    tdd_bug_6", "[", "Feature:",
    "Scenario:", "Scenario Outline: <n>", "Examples:", "Background:", "Rule:", "Given a", "Then b", "* c",
    "@tdd_bug_5",
    "@tdd_expected_fail", "tdd_isue_6", "pytest.mark.tdd_bug(5)", "Fails with: KeyError", "Fails at: Then b",
    "<n>", "{number}", "{}", "%s", "../..", "/etc/passwd", "C:\\x", "con", "NUL", "com1", "lpt9.txt", ".", "-rf",
    "--title", "`id`", "$(id)", ";", "&&", "import os", "def f():", "class", "None", "991", "#991", "x" * 300,
    "a b " * 100,
)  # fmt: skip

TITLES = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=6).map("".join) | st.lists(
    st.sampled_from(PIECES), max_size=6
).map(" ".join)
