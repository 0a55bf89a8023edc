"""Hooks change places in the file, and every other byte stays."""

from __future__ import annotations

from typing import Any

import pytest
from consolidated import LOCAL, hook, merged, reasons, rewrite, said, suggest

from bugcapture.core.errors import RefusedError
from bugcapture.hooks.consolidate.item import write_item
from bugcapture.hooks.consolidate.rewrite import Layout, Replacement
from bugcapture.project.yaml import read_yaml

A, B = hook("a", "pytest tests/a.py"), hook("b", "pytest tests/b.py")
OTHER = hook("lint", "ruff   check '.'  # as it is")
NARROW = "repos:\n- repo: local\n  hooks:\n"
FLOW = "{id: a, name: a, entry: pytest x.py, language: system, pass_filenames: false, stages: [pre-push]}"
NEW = """\
      - id: pytest-tests
        name: 'pytest: 2 checks in one session'
        entry: pytest
        args:
          - tests/a.py
          - tests/b.py
        language: system
        files: ^src/
        pass_filenames: false
        stages: [pre-push]
"""
HEADING = "      # Instead of 2 hooks:\n      # - a\n      # - b\n"


def test_the_last_place_is_taken() -> None:
    """Whatever ran before one of them still does."""
    assert rewrite(LOCAL + A + OTHER + B) == (LOCAL + OTHER + HEADING + NEW).encode()
    assert rewrite(LOCAL + A + B + OTHER) == (LOCAL + HEADING + NEW + OTHER).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks(end: str, mark: bytes) -> None:
    """They stay those of the file."""
    text = "# Ours. \u00e4\n" + LOCAL + A + OTHER + B + "\n# Tail.\n"
    wanted = "# Ours. \u00e4\n" + LOCAL + OTHER + HEADING + NEW + "\n# Tail.\n"
    assert rewrite(mark + text.replace("\n", end).encode()) == mark + wanted.replace("\n", end).encode()


def test_no_line_end_at_the_end() -> None:
    """There is none afterwards either."""
    assert rewrite((LOCAL + A + B).rstrip("\n")) == (LOCAL + HEADING + NEW).rstrip("\n").encode()


def test_comments_move_with_their_hooks() -> None:
    """Nothing that was noted is lost; what stands apart stays where it is."""
    first = A.replace("entry: pytest", "# Inside.\n        entry: pytest", 1).replace("system", "system # Why")
    text = LOCAL + "      # Above.\n" + first + "        # Below, of the same.\n\n      # Apart.\n\n" + OTHER
    text += "      # Above.\n      # Of b.\n" + B + "      # The end of the list.\nci: {}\n"
    assert rewrite(text).decode() == (
        LOCAL + "      # Apart.\n\n" + OTHER + "      # Instead of 2 hooks:\n      # - a\n      #   Above.\n"
        "      #   Inside.\n      #   Why\n      #   Below, of the same.\n      # - b\n      #   Of b.\n"
        + NEW + "      # The end of the list.\nci: {}\n"
    )  # fmt: skip


def test_a_repository_without_hooks_goes() -> None:
    """With its comments, which move as well; others stay to the last byte."""
    text = "repos:\n  # Tests.\n  - repo: local # ours\n    hooks: # few\n" + A + "\n"
    text += "  # Far.\n  - repo: https://example.org/x\n    rev: v1\n    hooks:\n      -   id:   far\n"
    text += "  - repo: local\n    hooks:\n" + B
    assert rewrite(text).decode() == (
        "repos:\n  # Far.\n  - repo: https://example.org/x\n    rev: v1\n    hooks:\n      -   id:   far\n"
        "  - repo: local\n    hooks:\n      # Instead of 2 hooks:\n      # - a\n      #   Tests.\n      #   ours\n"
        "      #   few\n      # - b\n" + NEW
    )


def test_blank_lines_do_not_pile_up() -> None:
    """One blank line between two hooks stays one."""
    gap = "\n"
    text = LOCAL + OTHER + gap + A + gap + hook("types", "mypy src") + gap + B + gap + hook("last", "make")
    assert rewrite(text).decode() == (
        LOCAL + OTHER + gap + hook("types", "mypy src") + gap + HEADING + NEW + gap + hook("last", "make")
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LOCAL + A + "      - {id: b, name: b, entry: pytest b, language: system, pass_filenames: false, "
         "stages: [pre-push], files: ^src/}\n", None),
        (NARROW + (A + B).replace("      - ", "  - ").replace("        ", "    "), None),
        (LOCAL + A + B.replace("      - id: b\n", "      -\n        id: b\n"), None),
        (LOCAL + A + B.replace("      - id", "      - # first\n        id"), None),
        (LOCAL + A + B.replace("pytest tests/b.py", ">-\n          pytest\n          tests/b.py"), None),
        (LOCAL + A + B.replace("files: ^src/\n", "files: |-\n          ^src/\n"), None),
        (LOCAL + A.replace("id: a", '"id": "a"') + B, None),
        ("x: &stages [pre-push]\n" + LOCAL + A.replace("[pre-push]", "*stages") + B, None),
        ("x: &usual {language: system}\n" + LOCAL + A.replace("language: system", "<<: *usual") + B, None),
        (LOCAL + A + B.replace("[pre-push]", "&p [pre-push]"), "it has an anchor"),
        (LOCAL + A + B.rstrip("\n") + "\u2028" + OTHER, "it does not end with its line"),
        (LOCAL + A + B.replace("      - id", "      - &b\n        id"), "it has an anchor"),
    ],
)  # fmt: skip
def test_ways_to_write_a_hook(text: str, reason: str | None) -> None:
    """Each is read and taken out, or left alone with the reason."""
    if reason:
        assert reasons(suggest(text))["b"] == reason
        return
    new = said(rewrite(text))
    assert [one["id"] for one in new["repos"][0]["hooks"]] == [
        "pytest-tests" if "tests/b" in text else "pytest-session"
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"repos:\n  - repo: local\n    hooks: [{FLOW}, {FLOW.replace('a', 'b', 1)}]\n",
        f"repos: [{{repo: local, hooks: [{FLOW}]}}, {{repo: local, hooks: [{FLOW.replace('a', 'b', 1)}]}}]\n",
    ],
)
def test_flow_style_stays(text: str) -> None:
    """Lines cannot be taken out of it."""
    assert set(reasons(suggest(text)).values()) == {"it is written in flow style"}


def test_lists_that_are_aliases() -> None:
    """What stands once cannot be taken out once of two places."""
    text = "repos:\n  - repo: local\n    hooks: &h\n" + A + "  - repo: local\n    hooks: *h\n"
    assert set(reasons(suggest(text)).values()) == {"its list is an alias"}
    text = "x: &h\n" + A + "repos:\n  - repo: local\n    hooks: *h\n  - repo: local\n    hooks:\n" + B
    assert reasons(suggest(text)) == {"a": "its list is an alias", "b": "no other hook runs pytest"}
    text = "repos:\n  - &r\n    repo: local\n    hooks:\n" + A + "  - *r\n  - repo: local\n    hooks:\n" + B
    assert merged(suggest(text)) == []


@pytest.mark.parametrize(
    "value",
    [
        "plain", "two words", "it's", "a: b", "a: b: c", "a #b", "yes", "1.0", "null", "", " x", "x ", "-x", "[x]",
        "a, b", "\\d+$", "^a|b", "'q'", '"q"',
        "a\nb", "a\n", "a\n\n", "\na", " a\nb", "a \nb", "tab\t", "\x1b[31m",
        "ä€😀", "\u2028", "\x85", "\ufeff", "\u202e", "*a", "&a", "!x", "%x", "@x", "`x`", "{a}", "a\\nb",
        "? x", "| x", "~",
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["entry", "args", "stages", "odd: key"])
def test_values_are_read_as_they_are_meant(value: str, key: str) -> None:
    """Whatever stands in a value."""
    values: dict[str, Any] = {"id": "x", key: [value, "z"] if key in {"args", "stages"} else value}
    assert said("".join(f"{line}\n" for line in write_item(values))) == [values]


def test_other_values() -> None:
    """Numbers, truth values, and what is nested."""
    values = {"id": "x", "priority": 3, "flag": True, "env": {"A": "1"}, "nothing": None}
    assert said("".join(f"{line}\n" for line in write_item(values))) == [values]


def test_comments_with_line_separators() -> None:
    """One of Unicode ends a line of YAML, and so it is written as an escape."""
    assert "#   x\\u2028# y\n" in rewrite(LOCAL + A + "      # x\u2028# y\n" + B).decode()


def test_a_hook_behind_a_comment() -> None:
    """What looks like a comment to an editor may be a hook for YAML; it is not lost with the comment."""
    hidden = "      # x\u2028" + hook("hidden", "make").rstrip("\n").replace("\n", "\u2028") + "\n"
    text = LOCAL + A + hidden + B
    assert [one.id for one in suggest(text).hooks] == ["a", "hidden", "b"]
    with pytest.raises(RefusedError, match="would not be read as they are meant"):
        rewrite(text)


def test_a_result_that_says_something_else_is_refused() -> None:
    """What is written is read again before anybody gets it."""
    layout = Layout(read_yaml((LOCAL + A + OTHER + B).encode(), "x.yaml"))
    odd = Replacement(indexes=(0, 2), values={"id": "x", "far": float("inf")}, titles=("a", "b"))
    with pytest.raises(RefusedError, match="would not be read as they are meant"):
        layout.replace([odd])


@pytest.mark.parametrize("value", ["2026-01-31", ".inf", "1.5", "!!set {a}", "{1: 2}"])
def test_values_that_cannot_be_written_again(value: str) -> None:
    """They are left where they are."""
    odd = B.replace("files: ^src/", f"files: ^src/\n        odd: {value}")
    assert reasons(suggest(LOCAL + A + odd))["b"] == "it holds more than text, whole numbers and lists of them"


def test_many_aliases_take_no_time() -> None:
    """Names of names of names are looked at once."""
    bomb = "x0: &x0 [1, 1]\n" + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}]\n" for n in range(1, 60))
    assert b"pytest-tests" in rewrite(bomb.replace("x0:", "x0:", 1) + LOCAL + A + B)
