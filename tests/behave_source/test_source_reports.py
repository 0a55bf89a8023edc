"""The reports of `bugcapture check`: text, JSON, SARIF and GitHub annotations, also for hostile names."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sarif_parts import SCHEMA
from source_cases import CAPTURE, scenario

from bugcapture.core.finding import RULES, Finding, Severity
from bugcapture.report.github import write_github
from bugcapture.report.json import finding_fields, write_json
from bugcapture.report.sarif import write_sarif
from bugcapture.report.text import write_text

if TYPE_CHECKING:
    from source_project import Project

HOSTILE = (
    "esc\x1b[2J.feature",
    "new\nline.feature",
    "bidi\u202egnp.feature",
    "a,b:c%0A::warning.feature",
    "with space#and?.feature",
    "ünï.feature",
    "raw\udcff.feature",
)
POSITION = st.integers(1, 10**6)
FINDINGS = st.lists(
    st.builds(
        Finding,
        path=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
        line=st.integers(0, 10**6),
        rule=st.sampled_from(sorted(RULES)),
        message=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
        severity=st.sampled_from(Severity),
    )
    | st.builds(
        Finding,
        path=st.just("tests/test_cart.py"),
        line=POSITION,
        rule=st.sampled_from(sorted(RULES)),
        message=st.just("message"),
        column=POSITION,
        end_line=POSITION,
        end_column=POSITION,
    ),
    max_size=4,
)


@pytest.fixture
def hostile(project: Project) -> Project:
    """A project with a finding in each of several files with odd names."""
    for name in HOSTILE:
        (project.folder / "features" / name).write_text(scenario("@tdd_bug_5"), "utf-8")
    return project


def official_schema() -> dict | None:
    """The schema of OASIS, where ``SARIF_SCHEMA`` names a copy of sarif-schema-2.1.0.json."""
    named = os.environ.get("SARIF_SCHEMA")
    return json.loads(Path(named).read_text("utf-8")) if named else None


def require_valid(log: dict) -> None:
    """The log fulfils our own reading of the standard, and the official schema where there is one."""
    formats = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(SCHEMA, format_checker=formats).validate(log)
    official = official_schema()
    if official is not None:
        jsonschema.Draft4Validator(official, format_checker=formats).validate(log)
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_of_every_rule_is_valid() -> None:
    """Each rule of the catalogue with each severity, with and without a line."""
    findings = [
        Finding("features/a.feature", line, rule, "message", severity)
        for rule in RULES
        for severity in Severity
        for line in (0, 7)
    ]
    log = json.loads(write_sarif(findings, "1.2.3"))
    require_valid(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == sorted(RULES)
    assert len(run["results"]) == len(findings)
    levels = {"error": "error", "warning": "warning", "info": "note"}
    assert [result["level"] for result in run["results"]] == [levels[finding.severity] for finding in findings]


def test_sarif_without_findings_is_valid(project: Project) -> None:
    """An empty result is a log as well: code scanning closes its alerts by it."""
    done = project.run("check", "--format", "sarif")
    assert done.code == 0
    require_valid(done.json)
    assert done.json["runs"][0]["results"] == []


def test_sarif_of_hostile_names_is_valid_and_leads_to_the_files(hostile: Project) -> None:
    """The addresses are escaped; taken apart again they are the names."""
    done = hostile.run("check", "--format", "sarif")
    assert done.code == 1
    require_valid(done.json)
    places = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in done.json["runs"][0]["results"]
    ]
    assert {unquote(place, errors="surrogateescape") for place in places} == {
        f"features/{name}" for name in HOSTILE
    }


def test_sarif_of_a_file_elsewhere_has_a_file_address(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file outside the working directory is named absolutely."""
    other = tmp_path_factory.mktemp("other place") / "a.feature"
    other.write_text(scenario("@tdd_bug_5"))
    done = project.run("check", "--format", "sarif", str(other))
    require_valid(done.json)
    place = done.json["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place.startswith("file:///")
    assert unquote(place.removeprefix("file://")) == str(other)


@given(FINDINGS)
def test_sarif_of_any_finding_is_valid(findings: list[Finding]) -> None:
    """Whatever text a path or message holds."""
    require_valid(json.loads(write_sarif(findings, "0.1.0")))


def test_sarif_says_from_where_to_where() -> None:
    """Where the columns are known; in characters, as the log says."""
    known = Finding("a.py", 3, "T1", "m", column=5, end_line=4, end_column=1)
    (run,) = json.loads(write_sarif([known, Finding("a.py", 3, "T1", "m")], "0.1.0"))["runs"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert regions == [{"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 1}, {"startLine": 3}]
    assert run["columnKind"] == "unicodeCodePoints"


def test_our_reading_of_sarif_refuses_what_is_wrong() -> None:
    """The schema of these tests can fail."""
    good = json.loads(write_sarif([Finding("a", 1, "T1", "m")], "0.1.0"))
    require_valid(good)
    for broken in ({"level": "fatal"}, {"locations": {}}, {"message": "m"}, {"extra": 1}):
        log = json.loads(json.dumps(good))
        log["runs"][0]["results"][0].update(broken)
        with pytest.raises(jsonschema.ValidationError):
            require_valid(log)


def test_json_has_its_schema_and_fields(project: Project) -> None:
    """The fields that other programs read."""
    project.feature(scenario(f"{CAPTURE} @tdd_isue_6"))
    done = project.check()
    assert set(done.json) == {"schema", "findings", "files", "captures", "bugs"}
    assert done.json["schema"] == "bugcapture.check/1"
    (finding,) = done.json["findings"]
    assert set(finding) == {"path", "line", "rule", "severity", "message"}
    assert (finding["path"], finding["line"], finding["rule"], finding["severity"]) == (
        "features/a.feature",
        2,
        "T4",
        "error",
    )


@given(FINDINGS)
def test_json_keeps_every_character(findings: list[Finding]) -> None:
    """Read back, paths and messages are what they were; the document itself is plain ASCII."""
    text = write_json("check", {"findings": finding_fields(findings)})
    assert text.isascii()
    assert [(f["path"], f["line"], f["rule"], f["message"]) for f in json.loads(text)["findings"]] == [
        (f.path, f.line, f.rule, f.message) for f in findings
    ]


def test_annotations_are_workflow_commands(project: Project) -> None:
    """``::error`` with file, line and title; a warning is a ``::warning``."""
    project.feature(scenario(f"{CAPTURE} @slow"))
    project.feature(scenario("@tdd_bug_7"), "b")
    project.write("behave.ini", "[behave]\ntags = not @slow and not @tdd_bug_7\n")
    lines = project.run("check", "--format", "github").text.splitlines()
    assert lines[0].startswith("::error file=behave.ini,title=bugcapture W2,line=2::tags = ")
    assert lines[1:] == ["::error file=features/b.feature,title=bugcapture T1,line=2::@tdd_bug_7 needs @tdd_bug"]
    project.feature(scenario("@slow"), "b")
    assert project.run("check", "--format", "github").text.startswith("::warning file=behave.ini,")


def test_annotations_of_hostile_names_stay_one_line_each(hostile: Project) -> None:
    """No name can end its command, begin another one, or steer the terminal of a log viewer."""
    done = hostile.run("check", "--format", "github")
    assert done.code == 1
    lines = done.text.split("\n")
    assert len(lines) == len(HOSTILE) + 1
    for line in lines[:-1]:
        assert line.isprintable()
        match = re.fullmatch(r"::error file=([^,:\s]+(?: [^,:\s]+)*),title=bugcapture T1,line=2::(.*)", line)
        assert match
        assert match[2] == "@tdd_bug_5 needs @tdd_bug"
    assert "file=features/a%2Cb%3Ac%250A%3A%3Awarning.feature," in done.text


@given(FINDINGS)
def test_annotations_of_any_finding_are_one_line_each(findings: list[Finding]) -> None:
    """Commas, colons, percent signs and line ends are escaped as the runner of GitHub Actions reads them."""
    lines = write_github(findings).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        _, head, message = line.split("::", 2)
        values = dict(part.split("=", 1) for part in head.partition(" ")[2].split(","))
        assert int(values.get("line", 0)) == finding.line
        assert values["title"] == f"bugcapture {finding.rule}"
        assert line.isprintable()
        if finding.message.isprintable():
            assert message.replace("%0A", "\n").replace("%25", "%") == finding.message


def test_text_of_hostile_names_is_printable(hostile: Project) -> None:
    """One line for each finding, ``path:line: RULE message``, whatever the file is called."""
    done = hostile.run("check")
    lines = done.text.splitlines()
    assert len(lines) == len(HOSTILE)
    assert all(line.isprintable() and line.endswith(":2: T1 @tdd_bug_5 needs @tdd_bug") for line in lines)
    listed = hostile.run("list")
    assert all(line.isprintable() for line in listed.text.splitlines())
    assert listed.err.isascii()


@given(FINDINGS)
def test_text_of_any_finding_is_one_printable_line(findings: list[Finding]) -> None:
    """Messages and paths cannot add lines or escapes."""
    lines = write_text(findings, lambda text, **_: text).split("\n")
    assert len(lines) == len(findings) + 1
    assert all(line.isprintable() for line in lines)
