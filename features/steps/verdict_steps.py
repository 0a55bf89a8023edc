"""Steps that look at what a Behave run said about its tests: reports and evidence."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from behave import then, when


@then('every report says that "{name}" {state}')
def check_reports(context: Any, name: str, state: str) -> None:
    """Summary, JUnit, JSON and rerun file: Behave's four answers must be one."""
    green = {"passed": True, "failed": False}[state]
    project = context.project
    cases = [
        case
        for file in (project.folder / "junit").glob("*.xml")
        for case in ET.parse(file).getroot().iter("testcase")  # noqa: S314 - our own report
        if case.attrib["name"] == name
    ]
    assert len(cases) == 1, f"{len(cases)} JUnit cases"
    problems = [child.tag for child in cases[0] if child.tag in {"failure", "error"}]
    assert bool(problems) != green, f"JUnit has {problems}"
    scenario = next(item for item in _scenarios(project) if item["name"] == name)
    assert (scenario["status"] == "passed") == green, f"JSON says {scenario['status']}"
    rerun = project.read("rerun.txt") if (project.folder / "rerun.txt").exists() else ""
    assert (scenario["location"] in rerun) != green, f"the rerun file is\n{rerun}"
    listed = re.findall(r"^  (\S+:\d+)  ", project.last.stdout, re.MULTILINE)
    assert (scenario["location"] in listed) != green, f"the summary lists {listed}"


@then('Behave counts "{line}"')
def check_summary(context: Any, line: str) -> None:
    assert line in context.project.last.stdout.splitlines(), context.project.last


@then("the verdicts are")
def check_verdicts(context: Any) -> None:
    """All records of the run: the verdict by name, and a part of the reason where the table has one."""
    records = context.project.records()
    found = {record["name"].strip(): record for record in records}
    rows = [row.as_dict() for row in context.table]
    told = "\n".join(f"{name}: {record['verdict']}: {record['reason']}" for name, record in found.items())
    assert set(found) == {row["scenario"] for row in rows}, f"{told}\n{context.project.last}"
    for row in rows:
        record = found[row["scenario"]]
        assert record["verdict"] == row["verdict"], f"expected {row['verdict']} for {row['scenario']}, got\n{told}"
        assert row.get("reason", "") in record["reason"], f"expected {row['reason']!r}, got\n{told}"


@then("there is no evidence")
def check_no_evidence(context: Any) -> None:
    assert context.project.records() == []
    assert not list(context.project.folder.glob("evidence/*")), "a file was left"


@when('somebody pastes the suggested line under "{heading}"')
def paste_suggestion(context: Any, heading: str) -> None:
    lines = [line.strip() for line in context.project.last.stderr.splitlines()]
    suggested = [line for line in lines if line.startswith("Fails with:")]
    assert len(suggested) == 1, context.project.last
    for file in sorted(context.project.folder.glob("features/*.feature")):
        text = file.read_text("utf-8")
        if heading in text:
            file.write_text(text.replace(heading, f"{heading}\n    {suggested[0]}"), "utf-8")
            return
    raise AssertionError(f"no feature has {heading!r}")


@then('all records of the folder "{folder}" are about "{names}"')
def check_record_names(context: Any, folder: str, names: str) -> None:
    found = ", ".join(record["name"] for record in context.project.records(folder))
    assert found == names, found


@then('the records lie in {count:d} files of the folder "{folder}"')
def check_record_files(context: Any, count: int, folder: str) -> None:
    files = list((context.project.folder / folder).glob("*.jsonl"))
    assert len(files) == count, files


@then("the only record holds")
def check_record(context: Any) -> None:
    """Compare fields with the table; values are JSON."""
    records = context.project.records()
    assert len(records) == 1, records
    for row in context.table:
        expected = json.loads(row["value"])
        assert records[0][row["field"]] == expected, f"{row['field']} is {records[0][row['field']]!r}"


def _scenarios(project: Any) -> list[dict[str, Any]]:
    features = json.loads(project.read("report.json"))
    return [item for feature in features for item in feature["elements"] if item["type"] == "scenario"]


@then("the run is refused for")
def check_refusal_of_run(context: Any) -> None:
    """The run ended before its first hook, and told these problems and no others."""
    project = context.project
    assert project.last.code == 1, project.last
    assert not (project.folder / "started").exists(), "before_all was called"
    assert project.records() == [], "a test was judged"
    assert not list((project.folder / "junit").glob("*.xml")), "a report was written"
    told = _told_problems(project.last.stderr)
    rows = [row.as_dict() for row in context.table]
    assert len(told) == len(rows), f"expected {len(rows)} problems, got {project.last}"
    assert f"{len(rows)} invalid tdd tag set{'s' if len(rows) > 1 else ''}, nothing was run" in project.last.stderr
    for line, row in zip(told, rows, strict=True):
        assert line.startswith(f"{row['where']}: {row['rule']} "), f"expected {row}, got {line}"
        assert row["message"] in line, f"expected {row['message']!r}, got {line}"
    context.refused_for = told


@then("the check tells the same")
def check_same_problems(context: Any) -> None:
    run = context.project.run("bugcapture", "check", "--quiet")
    assert run.code == 1, run
    assert run.stdout.splitlines() == context.refused_for, f"the run said {context.refused_for}, the check {run}"


def _told_problems(stderr: str) -> list[str]:
    """The problems below the headline; Behave shows the same text once more as its own error."""
    lines = iter(stderr.splitlines())
    assert any(line.startswith("bugcapture: ") and line.endswith("nothing was run:") for line in lines), stderr
    problems = []
    for line in lines:
        if not line.startswith("  "):
            break
        problems.append(line.strip())
    return problems


@then("the only record is about the revision that is checked out, and the checkout is {state}")
def check_revision(context: Any, state: str) -> None:
    (record,) = context.project.records()
    assert record["commit"] == context.project.git("rev-parse", "HEAD").strip(), record
    assert record["dirty"] is {"clean": False, "dirty": True}[state], record
