"""Every rule finds what its own cases show, and nothing in those that are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bugcapture.scan.rule import Case, Rule, all_rules

if TYPE_CHECKING:
    from scan_project import ScanProject

RULES = all_rules()
INVALID = [pytest.param(one, case, id=f"{one.code}-{n}") for one in RULES for n, case in enumerate(one.invalid)]
VALID = [pytest.param(one, case, id=f"{one.code}-{n}") for one in RULES for n, case in enumerate(one.valid)]


def write_case(project: ScanProject, case: Case) -> None:
    project.write("pyproject.toml", case.config or "[tool.bugcapture]\n")
    project.write("tests/test_case.py", case.test)
    for name, content in case.program.items():
        project.write(name, content)


@pytest.mark.parametrize(("rule", "case"), INVALID)
def test_what_is_wrong_is_found(project: ScanProject, rule: Rule, case: Case) -> None:
    """At its line, and as bad as it is."""
    write_case(project, case)
    done = project.scan("--format", "json", "--level", "info", "--select", rule.code)
    assert done.code == 1
    first = done.json["findings"][0]
    assert (first["rule"], first["line"]) == (rule.code, case.line)
    assert case.level is None or first["level"] == case.level
    assert first["message"].isprintable()


@pytest.mark.parametrize(("rule", "case"), VALID)
def test_what_is_right_is_not(project: ScanProject, rule: Rule, case: Case) -> None:
    """The ways to do it that the rule's text recommends among them."""
    write_case(project, case)
    done = project.scan("--format", "json", "--level", "info", "--select", rule.code)
    assert (done.code, done.rules) == (0, [])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_is_explained(project: ScanProject, rule: Rule) -> None:
    """What it does, why that is bad, an example, what to do instead, and whether a fix is safe; by cases, too."""
    told = project.scan("--explain", rule.code)
    assert told.code == 0
    headings = [line for line in told.out.splitlines() if line.startswith("## ")]
    assert headings == [
        "## What it does", "## Why is this bad?", "## Example", "## Use instead", "## Fix safety",
    ]  # fmt: skip
    assert project.scan("--explain", rule.name).out == told.out
    assert rule.invalid
    assert rule.valid


def test_codes_and_names_are_given_once() -> None:
    """Baselines and comments name them."""
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_the_rules_are_listed(project: ScanProject) -> None:
    """In the order of their codes; what is off says so."""
    lines = project.scan("--rules").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == sorted(rule.code for rule in RULES)
    assert [line.split()[0] for line in lines if line.split()[1] == "off"] == ["GC601", "XD502"]


def test_a_rule_that_is_none(project: ScanProject) -> None:
    """Is an error wherever it is named."""
    for arguments in (("--explain", "MK999"), ("--select", "MK9"), ("--ignore", "nothing")):
        done = project.scan(*arguments)
        assert done.code == 2
        assert "there is no rule" in done.err
    project.write("pyproject.toml", '[tool.bugcapture.scan]\nselect = ["ZZ"]\n')
    assert project.scan().code == 2
