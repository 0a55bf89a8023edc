"""Steps that run commands and look at how they ended."""

from __future__ import annotations

import json
import re
from typing import Any

from behave import step, then, when


@step('"{line}" runs')
def run_line(context: Any, line: str) -> None:
    context.project.run_line(line)


@then("the exit code is {code:d}")
def check_code(context: Any, code: int) -> None:
    assert context.project.last.code == code, f"expected exit code {code}, got {context.project.last}"


@when('"{line}" runs with exit code {code:d}')
@then('"{line}" runs with exit code {code:d}')
def run_and_check_code(context: Any, line: str, code: int) -> None:
    context.project.run_line(line)
    check_code(context, code)


@then("standard output is")
def check_output(context: Any) -> None:
    expected = f"{context.text}\n" if context.text else ""
    assert context.project.last.stdout == expected, f"expected\n{expected}\ngot {context.project.last}"


@then("standard output is empty")
def check_no_output(context: Any) -> None:
    assert not context.project.last.stdout, context.project.last


@then('{stream} says "{text}"')
def check_words(context: Any, stream: str, text: str) -> None:
    written = _stream(context, stream)
    assert text in written, f"expected {text!r}, got {context.project.last}"


@then("{stream} says the lines")
def check_lines(context: Any, stream: str) -> None:
    """Each line stands there, in this order; other lines may stand between them."""
    lines = iter(_stream(context, stream).splitlines())
    for wanted in context.text.splitlines():
        assert any(line.strip() == wanted.strip() for line in lines), (
            f"expected {wanted!r}, got {context.project.last}"
        )


@then('the run ends with "{line}"')
def check_closing(context: Any, line: str) -> None:
    before_snippets = context.project.last.stderr.partition("\nYou can implement step definitions")[0]
    last = before_snippets.rstrip("\n").rpartition("\n")[2]
    assert last == line, f"expected {line!r}, got {context.project.last}"


@then("bugcapture says nothing")
def check_silence(context: Any) -> None:
    assert "bugcapture" not in context.project.last.stderr, context.project.last


@then("no escape code reaches the terminal")
def check_escapes(context: Any) -> None:
    written = context.project.last.stdout + context.project.last.stderr
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", written), ascii(written)


@then("no line is longer than {count:d} characters")
def check_length(context: Any, count: int) -> None:
    written = context.project.last.stdout + context.project.last.stderr
    longest = max(map(len, written.splitlines()))
    assert longest <= count, f"a line has {longest} characters"


@then("the check finds")
def check_findings(context: Any) -> None:
    """Compare a JSON result with a table of all findings, in their order; ``message`` needs only a part."""
    found = json.loads(context.project.last.stdout)["findings"]
    told = "\n".join(f"{item['path']}:{item['line']} {item['rule']} {item['message']}" for item in found)
    rows = [row.as_dict() for row in context.table]
    assert len(found) == len(rows), f"expected {len(rows)} findings, got {len(found)}:\n{told}"
    for item, row in zip(found, rows, strict=True):
        place = f"{item['path']}:{item['line']}" if item["line"] else item["path"]
        assert place == row["where"], f"expected {row['where']}, got:\n{told}"
        assert item["rule"] == row["rule"], f"expected {row['rule']}, got:\n{told}"
        assert item["severity"] == row.get("severity", "error"), f"{place} is a {item['severity']}"
        assert row.get("message", "") in item["message"], f"expected {row['message']!r}, got:\n{told}"


@then("the check finds nothing")
def check_no_findings(context: Any) -> None:
    document = json.loads(context.project.last.stdout)
    assert document["findings"] == [], document["findings"]


@then("the check counts {files:d} test files, {captures:d} tagged tests and {bugs:d} bugs")
def check_counts(context: Any, files: int, captures: int, bugs: int) -> None:
    document = json.loads(context.project.last.stdout)
    counts = (document["files"], document["captures"], document["bugs"])
    assert counts == (files, captures, bugs), counts


def _stream(context: Any, name: str) -> str:
    streams = {"standard output": context.project.last.stdout, "standard error": context.project.last.stderr}
    return streams[name]


@then("the list has the bugs")
def check_bugs(context: Any) -> None:
    bugs = json.loads(context.project.last.stdout)["bugs"]
    found = [(bug["id"], bug["state"], len(bug["tests"])) for bug in bugs]
    expected = [(int(row["id"]), row["state"], int(row["tests"])) for row in context.table]
    assert found == expected, found


@then("the first test of bug {number:d} holds")
def check_listed_test(context: Any, number: int) -> None:
    """Compare fields with the table; values are JSON."""
    bugs = {bug["id"]: bug for bug in json.loads(context.project.last.stdout)["bugs"]}
    test = bugs[number]["tests"][0]
    for row in context.table:
        assert test[row["field"]] == json.loads(row["value"]), f"{row['field']} is {test[row['field']]!r}"


@then('the SARIF file "{name}" holds')
def check_sarif(context: Any, name: str) -> None:
    log = json.loads(context.project.read(name))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1), log["version"]
    run = log["runs"][0]
    described = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    found = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        line = str(place["region"]["startLine"])
        found.append((result["ruleId"], result["level"], place["artifactLocation"]["uri"], line))
        assert described[result["ruleId"]], result
        assert result["message"]["text"], result
    assert found == [tuple(row.cells) for row in context.table], found
