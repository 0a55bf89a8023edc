"""The result as text, Markdown and JSON: true, complete, and harmless whatever stands in it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt
from prove_project import FIXED, Shop

from bugcapture.report.markdown import as_code, as_text
from bugcapture.workflow.attest import digest

NASTY = "\x1b[31mred\u202e @octocat #1 `code` **bold** <b>&amp; | [a](http://x) https://x.example $1$ :tada: \\| é"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")


@pytest.fixture
def proven(plain_shop: Shop) -> Shop:
    """A shop with a proven fix."""
    plain_shop.branch()
    plain_shop.write_test("checks", more="is blind")
    plain_shop.fix()
    return plain_shop


@pytest.fixture
def hostile(plain_shop: Shop) -> Shop:
    """Everything that strangers can name is named to do harm: branch, subject, file, test, message."""
    plain_shop.git("branch", "-m", "main", "1)$(id)`;|<b>@x")
    plain_shop.commit(f"base {NASTY}")
    plain_shop.git("checkout", "--quiet", "-b", "fix/@octocat`|#1")
    plain_shop.write("sho|p`\\|\n\x1b[31m.py", "x = 1\n")
    text = (
        "import pytest\n\nimport shop\n\n\n"
        f"@pytest.mark.tdd_bug(7)\n@pytest.mark.parametrize('name', [{NASTY!r}])\n"
        f"def test_guards(name):\n    assert shop.total([3, 4]) == 7, {NASTY!r}\n"
    )
    plain_shop.write("tests/test_|`a`\\|\x1b[31m.py", text)
    plain_shop.fix(message=f"fix {NASTY}")
    return plain_shop


def test_text_names_every_test_and_why(proven: Shop) -> None:
    """What passed on both sides in one line, everything else with both sides."""
    done = proven.prove("7")
    lines = done.out.splitlines()
    assert lines[0] == "bug 7: PROVEN: red without the change, green with it"
    assert re.fullmatch(r"  without  [0-9a-f]{10} feat: a shop", lines[1])
    assert re.fullmatch(r"  with     [0-9a-f]{10} fix: count every item", lines[2])
    assert lines[3:6] == [
        "",
        "FAIL_TO_PASS  tests/test_cart.py::test_guards",
        "  without  fail: AssertionError: assert 4 == 7",
    ]
    assert lines[6:] == ["  with     pass", "PASS_TO_PASS  tests/test_cart.py::test_more"]
    assert proven.prove("7", "--quiet").err == ""
    assert "\x1b[" in proven.prove("7", FORCE_COLOR="1").out


def test_markdown_is_a_table_for_the_pull_request(proven: Shop) -> None:
    """One row for each test."""
    done = proven.prove("7", "--format=markdown")
    assert done.out.startswith("### ✅ bug 7: PROVEN\n\nred without the change, green with it.\n")
    assert (
        "| `tests/test_cart.py::test_guards` | fail: AssertionError: assert 4 == 7 | pass | FAIL\\_TO\\_PASS |"
        in (done.out.replace("FAIL_TO_PASS", "FAIL\\_TO\\_PASS"))
    )
    proven.fix("def total(prices):\n    return 0\n")
    done = proven.prove("7", "--format=markdown")
    assert done.out.startswith("### ❌ bug 7: INCOMPLETE\n")
    assert "bugcapture: with the change: pytest exited 1" in done.err


def test_what_processes_said_is_shown_when_it_is_needed(proven: Shop) -> None:
    """The end of it unless there is a proof; all of it when asked."""
    assert "  | " not in proven.prove("7").err
    whole = proven.prove("7", "--verbose").err
    assert whole.count("test session starts") == 2
    assert "bugcapture: without the change: pytest exited 1\n" in whole
    proven.fix("def total(prices):\n    return 0\n")
    shown = proven.prove("7").err
    assert shown.count("the end of it") <= 2


def test_nothing_hostile_reaches_a_terminal(hostile: Shop) -> None:
    """In no format, on neither stream, whatever follows."""
    for arguments in ((), ("7",), ("7", "--verbose"), ("--format=markdown",), ("--format=json",)):
        done = hostile.prove("--base", "1)$(id)`;|<b>@x", *arguments)
        assert done.code == 0, done
        assert not CONTROL.search(done.out), ascii(done.out)
        assert not CONTROL.search(done.err), ascii(done.err)


def test_nothing_hostile_is_taken_for_markdown(hostile: Shop) -> None:
    """No link, no picture, no HTML, no heading but ours; each row of a table has its four cells."""
    hostile.fix("def total(prices):\n    return 0\n", f"not {NASTY}")
    done = hostile.prove("--base", "1)$(id)`;|<b>@x", "--include-dirty", "--format=markdown")
    tokens = MarkdownIt("gfm-like").parse(done.out)
    kinds = [token.type for token in tokens]
    inner = [child for token in tokens for child in token.children or ()]
    assert kinds.count("heading_open") == 1
    assert not [kind for kind in kinds if kind in {"html_block", "blockquote_open", "ordered_list_open", "fence"}]
    assert {child.type for child in inner} <= {"text", "code_inline", "text_special", "html_inline"}
    assert {child.content for child in inner if child.type == "html_inline"} <= {"<code>", "</code>"}
    starts = [index for index, kind in enumerate(kinds) if kind == "tr_open"]
    ends = [index for index, kind in enumerate(kinds) if kind == "tr_close"]
    rows = [kinds[start:end] for start, end in zip(starts, ends, strict=True)]
    assert {row.count("td_open") + row.count("th_open") for row in rows} <= {3, 4}


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "a\\|b",
        "`a`",
        "``",
        "a`",
        "\\",
        "",
        " a ",
        "<b>&",
        "a\nb",
        "https://x.example/a",
        "*a* _b_",
        "$1$",
        "é\x1b",
    ],
)
def test_code_is_shown_as_it_is(text: str) -> None:
    """Inside a table and outside of one."""
    shown = text.replace("\n", "\\n").replace("\x1b", "\\x1b").strip()
    for document in (as_code(text), f"| {as_code(text)} |\n|---|\n| {as_code(text)} |\n"):
        tokens = MarkdownIt("gfm-like").parse(document)
        inlines = [token for token in tokens if token.type == "inline"]
        for inline in inlines:
            inside = [child for child in inline.children or () if child.type != "html_inline"]
            assert "".join(child.content for child in inside).strip() == shown
            assert {child.type for child in inside} <= {"code_inline", "text", "text_special"}
        assert len(inlines) == (2 if "---" in document else 1)


@pytest.mark.parametrize(
    "text",
    ["a|b", "a\\|b", "`a`", "<b>", "&amp;", "# a", "- a", "+ a", "1. a", "1) a", "> a", "*a*", "_a_", "~~a~~",
     "[a](b)", "![a](b)", "https://x.example", "www.x.example", "a@x.example", "@a", "#1", "$a$", ":tada:", "---",
     "==="],
)  # fmt: skip
def test_text_is_only_text(text: str) -> None:
    """In a list and in a table."""
    for document in (f"- {as_text(text)}\n", f"| {as_text(text)} |\n|---|\n| b |\n", as_text(text)):
        tokens = MarkdownIt("gfm-like").parse(document)
        inline = next(token for token in tokens if token.type == "inline")
        assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
        assert "".join(child.content for child in inline.children or ()) == text
        assert not {"heading_open", "hr", "html_block", "blockquote_open", "ordered_list_open"} & {
            token.type for token in tokens
        }
        assert sum(token.type == "bullet_list_open" for token in tokens) == document.startswith("- ")
    for special in ("@a", "#1", "$a$", ":tada:"):
        assert special not in as_text(text)


def test_the_attestation_says_what_was_tried_on_what(proven: Shop) -> None:
    """Revisions with their trees, tests with their outcomes and reasons, and the tool."""
    document = proven.json("7", "--hunks").json
    base, head = (proven.git("rev-parse", name).strip() for name in ("main", "HEAD"))
    trees = [proven.git("rev-parse", f"{name}^{{tree}}").strip() for name in ("main", "HEAD")]
    assert document["schema"] == "bugcapture.prove/1"
    assert (document["bug"], document["proof"], document["target"]) == (7, "PROVEN", "main")
    assert [document[side]["commit"] for side in ("base", "head")] == [base, head]
    assert [document[side]["tree"] for side in ("base", "head")] == trees
    assert document["tool"]["name"] == "bugcapture"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", document["tool"]["version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", document["created"])
    assert (document["source"], document["overlay"]) == (["shop.py"], ["tests/test_cart.py"])
    assert document["unproven"] == []
    first, second = document["tests"]
    assert first["id"] == "tests/test_cart.py::test_guards"
    assert (first["framework"], first["transition"], first["bugs"]) == ("pytest", "FAIL_TO_PASS", [7])
    assert first["base"]["exc_type"] == "AssertionError"
    assert first["base"]["frame"] == "tests/test_cart.py:test_guards"
    assert first["base"]["seconds"] >= 0
    assert (first["head"]["outcome"], first["head"]["reason"]) == ("pass", "")
    assert second["transition"] == "PASS_TO_PASS"


def independent_digest(document: dict[str, Any]) -> str:
    """As the documentation describes it, without our code."""
    counted = {key: value for key, value in document.items() if key not in ("schema", "digest")}
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_digest_can_be_checked_by_anybody(hostile: Shop) -> None:
    """Also where there is text that is hard to write; whoever changes a value is noticed."""
    document = hostile.json("--base", "1)$(id)`;|<b>@x").json
    assert document["digest"] == independent_digest(document) == digest(document)
    for change in (
        {"proof": "NOT_CAPTURED"},
        {"bug": 8},
        {"tests": []},
        {"head": {**document["head"], "tree": "0" * 40}},
        {"notes": ["all is well"]},
    ):
        assert independent_digest({**document, **change}) != document["digest"]


def test_an_attestation_goes_to_a_file(proven: Shop) -> None:
    """Where CI keeps it."""
    file = proven.top.parent / "proof.json"
    done = proven.json("7", "--output", str(file))
    assert (done.code, done.out) == (0, "")
    assert json.loads(file.read_text("utf-8"))["proof"] == "PROVEN"


def test_a_failure_that_was_recorded_otherwise_is_noted(plain_shop: Shop) -> None:
    """The lock file knows how the bug showed itself when it was captured."""
    plain_shop.write_test(switch=True)
    recorded = {
        "framework": "pytest", "path": "tests/test_cart.py", "name": "test_guards", "ids": [7], "runs": 5,
        "reproduced": 5,
        "failures": [
            {"exc_type": "AssertionError", "message": "assert 4 == 7", "step": "", "step_offset": 0, "frame": ""}
        ],
    }  # fmt: skip
    plain_shop.write("bugcapture.lock", json.dumps({"schema": "bugcapture.lock/1", "tests": [recorded]}))
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix(FIXED)
    assert plain_shop.json("7").json["notes"] == []
    recorded["failures"][0]["message"] = "assert 5 == 7"
    plain_shop.write("bugcapture.lock", json.dumps({"schema": "bugcapture.lock/1", "tests": [recorded]}))
    plain_shop.commit()
    (note,) = plain_shop.json("7").json["notes"]
    assert note.startswith("tests/test_cart.py::test_guards fails, but differently since it was recorded")
