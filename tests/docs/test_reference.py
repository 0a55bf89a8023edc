"""The reference is made from the program: what the program has appears, and what is new appears by itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest
from docs_pages import DOCS, ROOT
from program_reference.commands import command_pages, make_context, walk_commands
from program_reference.evidence import evidence_pages, evidence_schema
from program_reference.exits import exit_page, exit_text
from program_reference.in_tests import behave_steps, pytest_options, robot_keywords
from program_reference.markdown import escape
from program_reference.outputs import find_documents
from program_reference.pages import make_pages, write_pages
from program_reference.rules import hook_rule_pages, scan_rule_pages
from program_reference.settings import settings_page, walk_settings
from program_reference.verdicts import verdict_page

from bugcapture.cli.main import COMMANDS, root
from bugcapture.core import errors
from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.core.finding import RULES as FINDING_RULES
from bugcapture.core.verdict import Verdict
from bugcapture.hooks.rule import HookRule
from bugcapture.hooks.rule import all_rules as all_hook_rules
from bugcapture.project.config import Settings
from bugcapture.scan.hazard import Level
from bugcapture.scan.rule import Rule
from bugcapture.scan.rule import all_rules as all_scan_rules
from bugcapture.workflow.gate.gate import RULES as GATE_RULES
from command_project import CommandProject

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PAGES = make_pages()
RECORD = Evidence(
    ts="2026-11-01T12:00:00+00:00",
    framework="behave",
    ids=(7, 991),
    location="features/a.feature:3",
    name="A name",
    verdict="expected_failure",
    raw_status="failed",
    kind="assertion",
)


def test_every_command_and_option_is_told() -> None:
    """Each on the page of its command, with its help."""
    seen = 0
    for command, context in walk_commands(root, make_context(root, "bugcapture")):
        path = context.command_path.split(" ")
        page = PAGES[f"commands/{path[1] if len(path) > 1 else 'index'}.md"]
        assert f"`{context.command_path}`" in page or len(path) == 1
        for option in command.get_params(context):
            if isinstance(option, click.Option):
                seen += 1
                assert any(option.opts[-1] in line for line in page.split("\n") if line.startswith("```{option}"))
                assert escape(option.help or "") in page
    assert seen > 150
    assert all(f"commands/{name}.md" in PAGES for name in COMMANDS)


def test_a_new_command_appears() -> None:
    """With its usage, its help as it is laid out, and its options."""

    @click.group(name="tool")
    def tool() -> None:
        """A tool."""

    @tool.group()
    def sub() -> None:
        """A group below it."""

    @sub.command(epilog="The end of *it*.")
    @click.argument("what")
    @click.option("-n", "--number", default=3, help="How many <b>of them</b>.")
    @click.option(
        "--kind", type=click.Choice(["a", "b"]), required=True, multiple=True, envvar="KIND", help="Which."
    )
    @click.option("--color/--no-color", help="Whether.")
    @click.option("--hidden", hidden=True)
    def new(**_: Any) -> None:
        """Do a `new_thing` with some_name.

        \b
        Examples:
          tool sub new --number 4     # four
            continued
        Rules:
          A1  first
          A2  second
        """  # noqa: D301 - as commands are written

    pages = command_pages(tool, "tool")
    page = pages["commands/sub.md"]
    assert "[`tool sub`](sub.md)" in pages["commands/index.md"]
    assert "```text\ntool sub new [OPTIONS] WHAT\n```" in page
    assert "Do a `new_thing` with some\\_name." in page
    assert "```console\n$ tool sub new --number 4     # four\n  continued\n```" in page
    assert "**Rules**\n\n```text\nA1  first\nA2  second\n```" in page
    assert (
        "```{option} -n <INTEGER>, --number <INTEGER>\n\nHow many \\<b\\>of them\\</b\\>. Default: `3`.\n" in page
    )
    told = "Which. One of `a`, `b`. May be given more than once. Required. Environment: `KIND`."
    assert f"```{{option}} --kind <kind>\n\n{told}\n" in page
    assert "```{option} --color, --no-color\n" in page
    assert "The end of \\*it\\*." in page
    assert "--hidden" not in page


def test_a_guide_is_named() -> None:
    """Where a page of that name was written by hand, the page of the command leads to it."""
    assert "told in [the guide](../../verify.md).\n\n**Options**" in PAGES["commands/verify.md"]
    assert "the guide" not in PAGES["commands/show.md"]


def test_every_setting_is_told_with_its_type_and_default() -> None:
    """Those of the tables below it, too."""
    page = PAGES["configuration.md"]
    names = list(walk_settings(Settings))
    assert "gate.capture_branch" in names
    for name in names:
        assert f"```{{confval}} {name}\n:type: '" in page, name
    assert '```{confval} tracker.policy\n:type: \'`"strict"` or `"warn"`\'\n:default: \'`"strict"`\'\n' in page
    assert "```{confval} budgets\n:type: 'table of whole numbers'\n:default: '`{}`'\n" in page
    assert "## `[tool.bugcapture.scan]`" in page


def test_a_new_setting_appears() -> None:
    """With what its docstring says of it."""

    @dataclass
    class New:
        """What is new.

        Attributes:
            it: A thing that
                needs two lines.
            ratios: Numbers.
        """

        it: bool = True
        ratios: tuple[float, ...] = (0.5,)

    page = settings_page(make_dataclass("All", [("new", New, field(default_factory=New))]))
    assert "## `[tool.bugcapture.new]`\n\nWhat is new.\n" in page
    assert ":type: 'true or false'\n:default: '`true`'\n\nA thing that needs two lines.\n" in page
    assert "```{confval} new.ratios\n:type: 'list of numbers'\n:default: '`[0.5]`'\n" in page


def test_every_rule_is_explained() -> None:
    """Its page says what `--explain` says, and the lists lead to it."""
    for folder, rules in (("scan-rules", all_scan_rules()), ("hook-rules", all_hook_rules())):
        for rule in rules:
            page = PAGES[f"{folder}/{rule.code}.md"]
            assert page.split("\n")[2] == f"# {rule.code}: {escape(rule.title)}"
            assert rule.explanation.partition("\n")[2].strip() in page
            assert f"[{rule.code}]({rule.code}.md)" in PAGES[f"{folder}/index.md"]


def test_a_new_rule_appears() -> None:
    """Whether it is fixed, and whether it is on, is read off the rule."""
    rule = Rule(code="ZZ999", name="new", level=Level.LOW, check=lambda *_: (), fixable="unsafe", enabled=False)
    pages = scan_rule_pages([rule])
    assert (
        "risk at worst: **low** · Repaired by `bugcapture scan --fix --unsafe-fixes`."
        in pages["scan-rules/ZZ999.md"]
    )
    assert "Off unless it is selected: `--select ZZ999`." in pages["scan-rules/ZZ999.md"]
    assert "| [ZZ999](ZZ999.md) | `new` | low, off | unsafe |" in pages["scan-rules/index.md"]
    pages = hook_rule_pages([HookRule(code="HK999", check=lambda _: ())])
    assert pages["hook-rules/HK999.md"].split("\n")[2].startswith("# HK999: ")


def test_the_evidence_record_is_told_and_fits_its_schema() -> None:
    """Every field is there, and what the program writes is what the schema allows."""
    page = evidence_pages()["evidence-record.md"]
    assert [name for name in Evidence.__dataclass_fields__ if f"| `{name}` |" not in page] == []
    schema = evidence_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = json.loads(encode_record(RECORD))
    assert list(validator.iter_errors(document)) == []
    assert not validator.is_valid({**document, "verdict": "green"})
    assert not validator.is_valid({**document, "ids": [0]})
    assert not validator.is_valid({key: value for key, value in document.items() if key != "name"})


def test_exit_codes_are_those_of_the_program() -> None:
    """All of them, and what each command says of its own."""
    page = PAGES["exit-codes.md"]
    for name, code in vars(errors).items():
        if name.startswith("EXIT_"):
            assert f"| `{code}` |" in page
    for command, context in walk_commands(root, make_context(root, "bugcapture")):
        if told := exit_text(command):
            assert f"[`{context.command_path}`]" in page
            assert escape(told) in page

    @click.group(name="tool")
    def tool() -> None:
        """A tool."""

    @tool.command()
    def new() -> None:
        """Do it. Exit code 7 when
        it rains.

        Nothing more.
        """  # noqa: D205 - as help is written

    assert "| [`tool new`](commands/new.md) | Exit code 7 when it rains. |" in exit_page(tool, "tool")


def test_every_json_document_is_told_with_its_keys(tmp_path: Path) -> None:
    """What is read off the source is what a command writes."""
    told = {document.schema: document.keys for document in find_documents()}
    assert len(told) >= 20
    assert [schema for schema, keys in told.items() if not keys] == []
    project = CommandProject(tmp_path)
    project.write("tests/test_a.py", "import pytest\n\n@pytest.mark.tdd_bug(7)\ndef test_a(): ...\n")
    for command in ("check", "list", "scan", "show 7", "init"):
        document = project.run(*command.split(" "), "--format", "json").json
        keys = told[document["schema"]]
        assert set(keys) == set(document) - {"schema"}, command
        for key, inner in keys.items():
            below = document[key]
            first = below[0] if isinstance(below, list) and below else below
            if inner and isinstance(first, dict):
                assert set(inner) <= set(first), (command, key)


def test_a_new_json_document_appears(tmp_path: Path) -> None:
    """Keys in a literal, in a variable, added later, and from a function of the module."""
    (tmp_path / "new.py").write_text("""\
def render(rows, more):
    fields = {"rows": [_row(row) for row in rows], **_both()}
    if more:
        fields["more"] = None if more is None else {"a": 1}
    fields = well_formed(fields)
    return write_json("new", fields)

def _row(row):
    return {"x": row, "y": [{"z": row}][0]}

def _both():
    return {"both": 1}
""")
    (document,) = find_documents(tmp_path)
    assert document.schema == "bugcapture.new/1"
    assert document.keys == {"rows": {"x": {}, "y": {"z": {}}}, "both": {}, "more": {"a": {}}}


def test_the_verdicts_are_those_of_the_program() -> None:
    """The page is asked of the function; the pages that people wrote say the same."""
    page = verdict_page()
    assert all(f"`{verdict.value}`" in page for verdict in Verdict)
    _, setup, action, verification, _ = page.split("\n### ")
    assert "| assertion | green | green | green | **red** | **red** |" in verification
    assert "| assertion | **red** | green | green |" in action
    assert "| " not in setup
    assert "Red whatever is declared: hook, cleanup, undefined step" in verification
    rows = [line for line in page.split("\n") if line.startswith(("| with", "| any"))]
    assert len(rows) == len(Verdict)
    told = (DOCS / "failures.md").read_text("utf-8")
    for verdict in Verdict:
        (line,) = [line for line in told.split("\n") if f"`{verdict.value}`" in line]
        assert ("| green" in line) is (verdict.green and verdict is not Verdict.NOT_RUN)
        assert ("| red" in line) is (not verdict.green)


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    """Sphinx reads a page again when it is written; what is gone is removed."""
    folder = tmp_path / "reference"
    write_pages(folder, {"a.md": "a", "below/b.md": "b"})
    before = (folder / "a.md").stat().st_mtime_ns
    (folder / "old.md").write_text("old")
    write_pages(folder, {"a.md": "a", "below/b.md": "B"})
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md")) == ["a.md", "below/b.md"]
    assert (folder / "below" / "b.md").read_text() == "B"
    assert (folder / "a.md").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "name", ["commands", "configuration", "scan-rules", "hook-rules", "exit-codes", "json", "verdicts", "in-tests"]
)
def test_the_index_leads_to_every_part(name: str) -> None:
    """A generated page that no list names would not be found."""
    assert f"\nreference/{name}" in (DOCS / "index.md").read_text("utf-8")


def test_markers_options_steps_and_keywords_are_told() -> None:
    """As pytest, Behave and Robot Framework know them."""
    page = PAGES["in-tests.md"]
    for marker in ("tdd_bug(991)", "tdd_issue(991)", "tdd_expected_fail(raises=None, match=None)"):
        assert f"| `{marker}` |" in page
    assert list(pytest_options()) == ["--bugcapture-leaks", "--bugcapture-mock-truth"]
    assert "```{option} --bugcapture-leaks[=warn|error|off]\n" in page
    steps = behave_steps()
    assert len(steps) >= 7
    assert [text for kind, text, _ in steps if f"`{kind.capitalize()} {text}`" not in page] == []
    keywords = robot_keywords()
    assert len(keywords) >= 6
    assert [keyword.name for keyword in keywords if f"### {keyword.name}\n" not in page] == []
    assert "by the name under which it is *looked up*, like" in page
    assert "```robotframework\nRace Object    tests.fixtures:new_audit_service\n${service} =" in page


@pytest.mark.parametrize(
    ("page", "codes"),
    [
        ("scan", [rule.code for rule in all_scan_rules()]),
        ("hooks", [rule.code for rule in all_hook_rules()]),
        ("gate", GATE_RULES),
    ],
)
def test_a_guide_has_a_row_for_every_rule(page: str, codes: Collection[str]) -> None:
    """Tables that people wrote keep step with the program."""
    rows = [line for line in (DOCS / f"{page}.md").read_text("utf-8").split("\n") if line.startswith("| ")]
    told = [row.split("|")[1].strip(" `") for row in rows]
    assert [code for code in codes if code not in told] == []


def test_every_rule_of_a_check_is_told() -> None:
    """In a guide, or in the help of its command."""
    everything = "".join(page.read_text("utf-8") for page in DOCS.glob("*.md")) + "".join(PAGES.values())
    ranges = everything.replace("T1 – T6", "T1 T2 T3 T4 T5 T6")  # noqa: RUF001 - as the page has it
    assert [code for code in FINDING_RULES if not re.search(rf"\b{code}\b", ranges)] == []


def test_what_each_command_executes_is_told() -> None:
    """The threat model has a row for every command, or for the group that it belongs to."""
    rows = [line for line in (DOCS / "threat-model.md").read_text("utf-8").split("\n") if line.startswith("| `")]
    told = {name for row in rows for name in re.findall("`([a-z ]+)[^`]*`", row.split("|")[1])}
    for command, context in walk_commands(root, make_context(root, "bugcapture")):
        name = context.command_path.removeprefix("bugcapture").strip()
        if not isinstance(command, click.Group):
            assert {name, name.split(" ")[0]} & told, name


def test_git_does_not_see_what_is_made() -> None:
    """Generated pages are never committed."""
    assert "docs/reference/" in (ROOT / ".gitignore").read_text("utf-8").split("\n")
