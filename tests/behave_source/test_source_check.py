"""`bugcapture check` on feature files: every rule, and the same verdict as a real dry run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from source_cases import CAPTURE, CASES, Case, case_named, outline, scenario
from source_project import ANY_STEP, INSTALL, Project, clean_env

_REFUSED = re.compile(r"^  (features/[^:\n]*:\d+): (\w\d) (.*)$", re.MULTILINE)
_UNPARSED = re.compile(r'Failed to parse ".*?": .*?(?: at line (\d+)|line: (\d+))', re.DOTALL)


@dataclass(frozen=True)
class Verdicts:
    """What both say about one file, the findings as ``path:line RULE message``."""

    check_code: int
    check: tuple[str, ...]
    run_code: int
    run: tuple[str, ...]
    run_output: str


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdicts]:
    """What check and dry run say about each case."""
    folders = [tmp_path_factory.mktemp("case") for _ in CASES]
    projects = [Project(folder) for folder in folders]
    checked = []
    for project, case in zip(projects, CASES, strict=True):
        project.write("features/steps/any.py", ANY_STEP)
        project.feature(case.content)
        checked.append(project.check())
    command = [sys.executable, str(Path(__file__).with_name("dry_runs.py")), *map(str, folders)]
    done = subprocess.run(command, env=clean_env(), stdout=subprocess.PIPE, check=True, timeout=120)
    runs = json.loads(done.stdout)
    found = {}
    for case, check, (code, output) in zip(CASES, checked, runs, strict=True):
        findings = [f"{f['path']}:{f['line']} {f['rule']} {f['message']}" for f in check.json["findings"]]
        refused = dict.fromkeys(" ".join(parts) for parts in _REFUSED.findall(output))
        found[case.name] = Verdicts(check.code, tuple(findings), code, tuple(refused), output)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_problem_has_its_rule_and_line(case: Case, verdicts: dict[str, Verdicts]) -> None:
    """Check reports exactly the broken rules, each with file and line, and exits with 1 for any."""
    verdict = verdicts[case.name]
    told = [re.sub(r"^features/a\.feature:(\d+) (\w\d) .*", r"\1:\2", finding) for finding in verdict.check]
    assert sorted(told) == sorted(case.expected), verdict.check
    assert verdict.check_code == (1 if case.expected else 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_dry_run_says_the_same(case: Case, verdicts: dict[str, Verdicts]) -> None:
    """A real ``behave --dry-run`` fails exactly when check does, and says the same of the same places."""
    verdict = verdicts[case.name]
    assert (verdict.run_code == 0) == (verdict.check_code == 0), verdict.run_output
    if any(":P1" in expected for expected in case.expected):
        assert not verdict.run
        assert "Error" in verdict.run_output
        match = _UNPARSED.search(verdict.run_output)
        if match:
            assert {f"{match[1] or match[2]}:P1"} <= set(case.expected)
    else:
        assert sorted(verdict.run) == sorted(verdict.check)


@pytest.mark.parametrize("case", [CASES[0], case_named("T5: a cell with a slash")], ids=lambda case: case.name)
def test_a_process_of_its_own_says_the_same(case: Case, project: Project, verdicts: dict[str, Verdicts]) -> None:
    """The dry runs above are forks of one process; an ordinary ``python -m behave`` gives their exit code."""
    project.write("features/steps/any.py", ANY_STEP)
    project.feature(case.content)
    done = project.start("--dry-run", python=("-m", "behave"))
    assert done.code == verdicts[case.name].run_code
    assert tuple(" ".join(parts) for parts in _REFUSED.findall(done.err)) == verdicts[case.name].run


def test_all_problems_of_all_files_are_told_at_once_in_order(project: Project) -> None:
    """Three broken files: every finding, sorted by file and line, and the counts."""
    project.feature(scenario("@tdd_bug_5"), "c")
    project.feature(scenario("@tdd_bug @tdd_isue_6"), "a")
    project.feature(b"\xff", "b")
    project.feature(scenario(CAPTURE), "d")
    done = project.check()
    assert done.code == 1
    assert done.places == [
        "features/a.feature:2 T2",
        "features/a.feature:2 T4",
        "features/b.feature:1 P1",
        "features/c.feature:2 T1",
    ]
    assert {key: done.json[key] for key in ("files", "captures", "bugs")} == {"files": 4, "captures": 2, "bugs": 1}
    assert done.err == "bugcapture: 4 test files, 2 tagged tests of 1 bug: 4 errors, 0 warnings\n"


def test_the_project_can_require_families_and_keep_tags_of_its_own(project: Project) -> None:
    """``require`` asks for each family, ``allow_tags`` lets one tag pass; both only as far as they go."""
    project.feature(scenario(f"{CAPTURE} @tdd_unit @tdd_unit2"))
    project.write("pyproject.toml", '[tool.bugcapture]\nrequire = ["bug", "issue"]\nallow_tags = ["tdd_unit"]\n')
    done = project.check()
    assert done.places == ["features/a.feature:2 T3", "features/a.feature:2 T4"]
    assert "@tdd_issue and a number tag too" in done.json["findings"][0]["message"]
    assert "@tdd_unit2" in done.json["findings"][1]["message"]


def test_a_broken_cell_names_its_row(project: Project) -> None:
    """The finding stands at the tag, and its words lead to the row that fills it."""
    project.feature(outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 1 |", "| 12/3 |"))
    messages = [finding["message"] for finding in project.check().json["findings"]]
    assert any(
        "@tdd_bug_<n> becomes @tdd_bug_12/3" in message and "(row at line 8)" in message for message in messages
    )


def test_broken_cells_are_told_row_by_row(project: Project) -> None:
    """Rows that break a tag in the same way are two places to mend."""
    project.feature(outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 12/3 |", "| 12/3 |"))
    told = [finding["message"] for finding in project.check().json["findings"] if finding["rule"] == "T5"]
    assert len(told) == 2
    assert told[0].endswith("(row at line 7)")
    assert told[1].endswith("(row at line 8)")


def test_a_bad_inherited_tag_is_told_once(project: Project) -> None:
    """One finding for each tag and problem, with the number of tests that it harms and the first of them."""
    tests = "".join(f"  Scenario: {name}\n    Then t\n" for name in "abc")
    project.feature(f"@tdd_bug_5 @tdd_isue_6 @tdd_bug_<n>\nFeature: F\n{tests}")
    found = [(finding["rule"], finding["message"]) for finding in project.check().json["findings"]]
    assert [rule for rule, _ in found] == ["T1", "T4", "T5"]
    assert all(message.endswith(" (in 3 scenarios, first at line 3)") for _, message in found)
    project.feature("@tdd_bug_5\nFeature: F\n  Scenario: S\n    Then t\n")
    (finding,) = project.check().json["findings"]
    assert finding["message"] == "@tdd_bug_5 needs @tdd_bug (in the scenario at line 3)"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (scenario("@slow") + f"\n  {CAPTURE}\n  # Scenario: was commented out\n", [8]),
        (scenario("@slow") + "  @slow @tdd_bug\n  @slow\n  @tdd_isue_5\n", [7, 9]),
        (f"{CAPTURE}\n# Feature: F\n", [1]),
        (scenario("@slow") + "  # @tdd_bug\n  @slow\n", []),
    ],
)
def test_tags_that_no_test_carries_are_told(project: Project, text: str, lines: list[int]) -> None:
    """Behave drops the tags at the end of a file silently: whoever wrote them thinks of a captured bug."""
    project.feature(text)
    done = project.check()
    assert done.places == [f"features/a.feature:{line} P1" for line in lines]
    assert all("these tags belong to no scenario" in finding["message"] for finding in done.json["findings"])


def test_the_language_of_behaves_configuration_is_used(project: Project) -> None:
    """``lang = fr`` in behave.ini: a French file needs no language comment, and an English one is wrong."""
    project.write("behave.ini", "[behave]\nlang = fr\n")
    project.feature("Fonctionnalité: F\n  @tdd_bug @tdd_bug_5 @tdd_expected_fail\n  Scénario: S\n    Alors t\n")
    assert project.check().places == []
    graduated = project.run("graduate", "5")
    assert graduated.code == 0
    project.feature(scenario(CAPTURE), "english")
    assert project.check().places == ["features/english.feature:1 P1"]


def test_the_language_of_the_nearest_configuration_is_used(project: Project) -> None:
    """Behave is started beside its configuration, which may lie below the project's root."""
    project.write("pyproject.toml", "[project]\n")
    project.write("shop/behave.ini", "[behave]\nlang = fr\n")
    project.write("shop/features/environment.py", INSTALL)
    project.write("shop/features/a.feature", f"Fonctionnalité: F\n  {CAPTURE}\n  Scénario: S\n    Alors t\n")
    project.feature(scenario(CAPTURE), "english")
    assert project.check().places == []


def test_the_wrong_language_in_behaves_configuration_is_told(project: Project) -> None:
    """An unknown language is a finding, no crash."""
    project.write("behave.ini", "[behave]\nlang = xx\n")
    project.feature(scenario(CAPTURE))
    done = project.check()
    assert (done.code, done.places) == (1, ["features/a.feature:0 P1"])
    assert "unknown language 'xx'" in done.json["findings"][0]["message"]


def test_list_shows_each_test_with_its_state(project: Project) -> None:
    """Captured and guarded bugs, rows of outlines, bugs with several tests, and the filter by state."""
    project.feature(outline(f"{CAPTURE}\n  @tdd_bug_<n>", "| n |", "| 6 |", "| 7 |"))
    project.feature(scenario("@tdd_issue @tdd_issue_7"), "b")
    project.feature(scenario("@tdd_bug @tdd_bug_8"), "c")
    done = project.run("list", "--format", "json")
    assert done.code == 0
    assert done.json["schema"] == "bugcapture.list/1"
    bugs = {bug["id"]: bug for bug in done.json["bugs"]}
    assert {number: bug["state"] for number, bug in bugs.items()} == {
        5: "captured",
        6: "captured",
        7: "captured",
        8: "guarded",
    }
    assert [test["location"] for test in bugs[7]["tests"]] == ["features/a.feature:9", "features/b.feature:3"]
    assert bugs[6]["tests"][0]["switches"] == ["features/a.feature:2"]
    assert "tdd_bug_6" in bugs[6]["tests"][0]["tags"]
    guarded = project.run("list", "--state", "guarded")
    assert guarded.text.splitlines() == [
        "BUG  STATE    FRAMEWORK  WHERE                 TEST",
        "#8   guarded  behave     features/c.feature:3  S",
    ]
    assert guarded.err == "bugcapture: 1 bug, 1 test in 3 test files\n"


def test_list_says_which_files_it_could_not_read(project: Project) -> None:
    """A file that cannot be parsed is named, and the others are listed."""
    project.feature(scenario(CAPTURE))
    project.feature("@tdd_bug_7\nnothing\n", "broken")
    done = project.run("list")
    assert "#5" in done.text
    assert "features/broken.feature: cannot be read and is not listed" in done.err
