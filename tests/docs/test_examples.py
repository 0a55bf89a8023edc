"""Examples of settings and of Python in the documentation are ones that the program takes."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from docs_pages import DOCS, ROOT, Fence, pages, read_fences
from program_reference.commands import make_context, walk_commands

from bugcapture.cli.main import COMMANDS, root
from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.project.config import find_project
from bugcapture.workflow.attest import digest
from command_project import CommandProject

if TYPE_CHECKING:
    from pathlib import Path


def _fences(language: str) -> list[tuple[str, Fence]]:
    return [
        (f"{page.relative_to(ROOT)}:{fence.line}", fence)
        for page in pages()
        for fence in read_fences(page.read_text("utf-8"))
        if fence.language == language
    ]


@pytest.mark.parametrize(("place", "fence"), _fences("toml"))
def test_settings_that_are_shown_are_settings(place: str, fence: Fence, tmp_path: Path) -> None:
    """Every key is known, and every value is of its type."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(fence.text, "utf-8")
    shown = tomllib.loads(fence.text).get("tool", {}).get("bugcapture")
    assert find_project(tmp_path).root == tmp_path, place
    assert (shown is None) is ("[tool.bugcapture" not in fence.text), place


def test_python_that_is_shown_is_python() -> None:
    """Each block can be parsed; those with a prompt are run elsewhere."""
    shown = [(place, fence.text) for place, fence in _fences("python") if not fence.text.startswith(">>>")]
    assert len(shown) >= 10
    for place, text in shown:
        ast.parse(text, place)


def test_json_that_is_shown_is_json() -> None:
    """Where there is any."""
    for _, fence in _fences("json"):
        json.loads(fence.text)


def _block(page: str, start: str) -> str:
    (text,) = [
        fence.text
        for fence in read_fences((DOCS / page).read_text("utf-8"))
        if fence.language == "python" and fence.text.startswith(start)
    ]
    return text


def test_the_example_of_the_history_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied as it stands, it prints the bugs and the weeks."""
    project = CommandProject(tmp_path)
    record = Evidence(
        ts="2026-11-01T12:00:00+00:00",
        framework="behave",
        ids=(991,),
        location="features/a.feature:3",
        name="A name",
        verdict="expected_failure",
        raw_status="failed",
        run_id="one",
    )
    project.write("all.jsonl", encode_record(record))
    assert project.run("history", "import", "all.jsonl").code == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BUGCAPTURE_HISTORY", raising=False)
    text = "from pathlib import Path\n" + _block("history.md", "from bugcapture.core.history")
    exec(compile(text, "history.md", "exec"), {})  # noqa: S102 - it is our own
    bug, week = capsys.readouterr().out.splitlines()
    assert bug.startswith("991 1 1 (")
    assert week.startswith("2026-W44 1 ")


def test_the_example_of_a_proof_knows_its_digest() -> None:
    """Copied as it stands, it accepts what was not changed, and nothing else."""
    fields = {"bug": 991, "says": "grün", "created": "2026-11-01"}
    document = {"schema": "bugcapture.prove/1", **fields, "digest": digest(fields)}
    text = "import hashlib, json\n" + _block("prove.md", "counted = ")
    exec(compile(text, "prove.md", "exec"), {"document": document})  # noqa: S102 - it is our own
    with pytest.raises(AssertionError):
        exec(compile(text, "prove.md", "exec"), {"document": {**document, "bug": 992}})  # noqa: S102 - as above


# The guides that are called otherwise than their commands.
GUIDES = {**{name: name for name in COMMANDS}, "ledger": "report", "reports": "report"}


@pytest.mark.parametrize("page", sorted(name for name in GUIDES if (DOCS / f"{name}.md").is_file()))
def test_options_in_the_tables_of_a_guide_are_options(page: str) -> None:
    """What a guide lists as options of its command is what the command has."""
    known = _options_of(GUIDES[page])
    text = (DOCS / f"{page}.md").read_text("utf-8")
    assert [option for option in _options_in_tables(text) if option not in known] == []


def _options_in_tables(text: str) -> list[str]:
    """Those in the first column of tables that say nothing else of it than that it holds options."""
    tables = re.findall(r"(?m)^\| (?:option )?\|.*\n\|-.*\n((?:\|.*\n)+)", text)
    cells = [line.split("|")[1] for table in tables for line in table.rstrip("\n").split("\n")]
    return [option for cell in cells for option in re.findall(r"--[a-z][a-z-]+", cell)]


def _options_of(name: str) -> set[str]:
    context = make_context(root, "bugcapture")
    command = root.get_command(context, name)
    assert command is not None
    return {
        option
        for each, inner in walk_commands(command, make_context(command, name, context))
        for parameter in each.get_params(inner)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
