"""The result for people, programs and forges; nothing that was scanned reaches them unescaped."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from scan_project import REGION, ScanProject

HOSTILE = """\
import os


def test_region():
    os.environ["\\x1b[31mRED|`<b>&%0A::error::"] = "eu"
"""


def test_text_shows_the_line_and_the_way(open_door: ScanProject) -> None:
    """The place can be clicked; the mark stands below what is meant."""
    done = open_door.scan()
    assert done.code == 1
    assert done.out.splitlines()[1:] == [
        "     6 | openfga = AsyncMock()",
        "       |           ^^^^^^^^^^^",
        "        tests/test_users.py:7: delete_user(… openfga=…)",
        "        src/shop/users.py:2: await openfga.check_permission(…)",
    ]
    told = "openfga.check_permission() was told no answer"
    assert done.out.startswith(f"tests/test_users.py:6:15: MK101 critical: {told}")
    assert done.err == "bugcapture: 1 test file: 1 critical\n"
    assert open_door.scan("--quiet").err == ""


def test_sarif_and_github_carry_the_same(open_door: ScanProject) -> None:
    """With the rule's title in SARIF."""
    (run,) = json.loads(open_door.scan("--format", "sarif").out)["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["MK101"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "An authorization guard is answered by a mock that was told nothing"
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 6,
        "startColumn": 15,
        "endLine": 6,
        "endColumn": 26,
    }
    done = open_door.scan("--format", "github")
    assert done.out.startswith("::error file=tests/test_users.py,title=bugcapture MK101,line=6::")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_columns_are_characters(project: ScanProject, newline: str) -> None:
    """In SARIF as in JSON, where `ast` counts bytes, and an editor of Windows UTF-16."""
    line = 'def test_region(): name = "ü€\U0001f40d"; os.environ["REGION"] = name'
    project.write("tests/test_region.py", newline.join(["import os", "", line, ""]))
    column = line.index("os.environ") + 1
    (found,) = project.scan("--format", "json").json["findings"]
    assert (found["line"], found["column"]) == (3, column)
    (run,) = project.scan("--format", "sarif").json["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {
        "startLine": 3,
        "startColumn": column,
        "endLine": found["end_line"],
        "endColumn": found["end_column"],
    }


def test_junit_has_a_failure_for_each_finding(open_door: ScanProject) -> None:
    """So that a CI that reads nothing else shows them."""
    suites = ET.fromstring(open_door.scan("--format", "junit").out)  # noqa: S314 - we wrote it
    assert suites.get("failures") == "1"
    assert [one.get("type") for one in suites.iter("failure")] == ["MK101"]


def test_markdown_is_an_audit_with_a_trend(open_door: ScanProject) -> None:
    """Risks, rules, files, findings; and how that was at an earlier scan."""
    open_door.write("last.json", open_door.scan("--format", "json").out)
    open_door.write("tests/test_region.py", REGION)
    report = open_door.scan("--format", "markdown", "--trend", "last.json").out
    assert "| critical | 1 | 1 | +0 | a guard lets everybody pass |" in report
    assert "| medium | 1 | 0 | +1 | " in report
    assert "2 test files, 2 findings." in report
    plain = open_door.scan("--format", "markdown").out
    assert "| critical | 1 | a guard lets everybody pass |" in plain
    open_door.write("tests/test_broken.py", "import os.environ\n(")
    assert "## Not scanned" in open_door.scan("--format", "markdown").out


@pytest.mark.parametrize("content", ["", "[]", '{"schema": "bugcapture.scan/2", "findings": []}', '{"schema": 1}'])
def test_a_trend_needs_an_earlier_result(open_door: ScanProject, content: str) -> None:
    """And the report that shows it."""
    open_door.write("last.json", content)
    done = open_door.scan("--format", "markdown", "--trend", "last.json")
    assert (done.code, "last.json: is no result of a scan in JSON" in done.err) == (2, True)
    assert open_door.scan("--trend", "last.json").code == 2


@pytest.mark.parametrize("output_format", ["text", "github", "junit", "markdown", "sarif", "json"])
def test_what_was_scanned_is_escaped(project: ScanProject, output_format: str) -> None:
    """In all formats: no escape code, no workflow command, no tag, no table cell."""
    project.write("tests/test_region.py", HOSTILE)
    out = project.scan("--format", output_format).out
    assert "RED" in out
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if line.startswith("::error::")]
    if output_format == "junit":
        ET.fromstring(out)  # noqa: S314 - we wrote it
    if output_format == "markdown":
        assert "<b>" not in out.replace("\\<b>", "")


def test_tabs_wide_characters_and_long_lines(project: ScanProject) -> None:
    """The excerpt gives up its mark rather than point at the wrong place."""
    project.write("tests/test_a.py", 'import os\n\n\ndef test_a():\n\tos.environ["A"] = "1"\n')
    project.write("tests/test_b.py", 'import os\n\n\ndef test_b():\n    os.environ["é"] = "1"\n')
    project.write("tests/test_c.py", f'import os\n\n\ndef test_c():\n    os.environ["A"] = "{"x" * 200}"\n')
    lines = '    os.environ.update(\n        A="1",\n    )\n'
    project.write("tests/test_d.py", f"import os\n\n\ndef test_d():\n{lines}")
    out = project.scan().out
    assert out.count("^") == len("os.environ.update(")
    assert 'os.environ["A"] = "1"' in out
    assert max(map(len, out.splitlines())) < 160
