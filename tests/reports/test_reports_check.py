"""``bugcapture report check`` on a real repository."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from report_project import DOCUMENTS, FOLDER, MOCKS, SUITE, TESTS

if TYPE_CHECKING:
    from report_project import ReportProject

RECORD = {
    "schema": "bugcapture.evidence/1",
    "ts": "2026-11-30T00:00:00Z",
    "framework": "behave",
    "ids": [991],
    "location": "features/cart.feature:10",
    "name": "Full",
    "verdict": "expected_failure",
    "raw_status": "failed",
    **dict.fromkeys(("reason", "exc_type", "message", "step", "step_location", "worker", "shard", "commit"), ""),
    "duration": 0.1,
    "attempt": 1,
    "dirty": None,
    "run_id": "x",
}


def test_fresh_reports(fresh: ReportProject) -> None:
    """Nothing is said of them, nothing is written, and nothing of the project is run."""
    before = fresh.files()

    done = fresh.check("--strict")

    assert done.out == ""
    assert done.err.endswith("bugcapture: 4 documents: 0 stale\n")
    assert fresh.files() == before
    assert not (fresh.folder / "it-was-run").exists()


def test_times_of_files_are_not_asked(fresh: ReportProject) -> None:
    """Neither old nor new ones, as after a checkout."""
    for number, file in enumerate(fresh.folder.rglob("*.*")):
        os.utime(file, (number, 2_000_000_000 + number), follow_symlinks=False)

    fresh.check("--strict")


def test_line_ends_of_windows_are_as_good(fresh: ReportProject) -> None:
    """A checkout there may have them in all files."""
    fresh.git("config", "core.autocrlf", "true")
    for file in fresh.folder.rglob("*"):
        if (
            file.is_file()
            and ".git" not in file.parts
            and file.suffix in {".md", ".py", ".feature", ".robot", ".json"}
        ):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    before = fresh.files()

    assert {name: one["state"] for name, one in fresh.states().items()} == dict.fromkeys(DOCUMENTS, "fresh")
    fresh.refresh()
    assert fresh.files() == before


def test_it_names_the_inputs_that_moved(fresh: ReportProject) -> None:
    """What was changed, added and removed, and what to run."""
    fresh.write("tests/test_users.py", "\n" + MOCKS)
    fresh.write("tests/test_new.py", MOCKS)
    (fresh.folder / "tests/test_shop.py").unlink()

    done = fresh.check("hazards", code=1)

    assert done.out == (
        f"{FOLDER}/hazards.md: D4 is stale: changed: tests/test_users.py; added: tests/test_new.py; "
        "removed: tests/test_shop.py; run `bugcapture report refresh hazards`\n"
    )
    assert done.err == "bugcapture: 1 document: 1 stale\n"
    state = fresh.states("hazards")["hazards"]
    assert state["state"] == "stale"
    assert (state["changed"], state["added"], state["removed"]) == (
        ["tests/test_users.py"],
        ["tests/test_new.py"],
        ["tests/test_shop.py"],
    )
    fresh.refresh()
    fresh.check()


def test_each_document_has_its_own_inputs(fresh: ReportProject) -> None:
    """A suite of Robot Framework says nothing about mocks."""
    fresh.write("robot/shop.robot", SUITE.replace("two", "three"))

    assert {name: one["state"] for name, one in fresh.states().items()} == {
        "hazards": "fresh",
        "mock-audit": "fresh",
        "test-suite": "stale",
        "bugs": "moved",
    }


def test_moved_inputs_fail_only_when_it_is_strict(fresh: ReportProject) -> None:
    """The document would say the same."""
    fresh.write("tests/test_shop.py", TESTS + "# More.\n")

    told = f"{FOLDER}/hazards.md: D5 would say the same, but its inputs moved: changed: tests/test_shop.py\n"
    assert fresh.check("hazards").out == told
    assert fresh.check("hazards", "--strict", code=1).out == told


def test_settings_are_inputs(fresh: ReportProject) -> None:
    """Another level lists other findings."""
    fresh.write("pyproject.toml", '[tool.bugcapture.scan]\nlevel = "info"\n')

    assert "hazards.md: D4 is stale: changed: settings of scan; run" in fresh.check(code=1).out


def test_many_inputs_are_shortened(fresh: ReportProject) -> None:
    """Five and how many more."""
    for number in range(9):
        fresh.write(f"tests/test_{number}.py", "def test(): pass\n")

    done = fresh.check("test-suite", code=1)

    assert (
        "added: tests/test_0.py, tests/test_1.py, tests/test_2.py, tests/test_3.py, tests/test_4.py and 4 more;"
        in done.out
    )
    assert len(fresh.states("test-suite")["test-suite"]["added"]) == 9


def test_a_document_that_is_missing(fresh: ReportProject) -> None:
    """It is stale, and the others are not."""
    (fresh.folder / FOLDER / "bugs.md").unlink()

    done = fresh.check(code=1)

    assert done.out == f"{FOLDER}/bugs.md: D1 is not there; run `bugcapture report refresh bugs`\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "More.\n",
        lambda text: text.replace("captured", "guarded", 1),
        lambda text: text.replace("*Generated by", "*Written by"),
        lambda text: re.sub(r'"generated_at": "....', '"generated_at": "1999', text),
        lambda text: re.sub(r'"count": \d+', '"count": "x"', text),
        lambda text: text.replace('"name": "bugs"', '"name": "hazards"'),
        lambda text: re.sub(r'"version": "[^"]*"', r'"version": "\\ud800"', text),
        lambda text: re.sub(r'"generated_at": "[^"]*"', '"generated_at": "0001-01-01T00:00:00+23:00"', text),
        lambda text: re.sub(r'"generated_at": "[^"]*"', '"generated_at": 5', text),
        lambda text: re.sub(r'"count": \d+', '"more": 1', text),
        lambda text: text.replace("<!-- bugcapture-report {", "<!-- bugcapture-report {{"),
    ],
)
def test_a_document_that_was_changed_by_hand(fresh: ReportProject, change: object) -> None:
    """Wherever: in the body, in the stamp, or in the line below."""
    fresh.write(f"{FOLDER}/bugs.md", change(fresh.document("bugs")))  # type: ignore[operator]

    done = fresh.check(code=1)

    assert f"{FOLDER}/bugs.md: D3 was changed by hand after it was written; run" in done.out
    fresh.refresh()
    fresh.check("--strict")


def test_a_document_that_was_forged(fresh: ReportProject) -> None:
    """With a digest that fits: it still is not what the sources say."""
    body = fresh.body("bugs").replace("captured", "guarded")
    content = f"sha256:{hashlib.sha256(body.encode()).hexdigest()[:32]}"
    head = re.sub(r'"content": "[^"]*"', f'"content": "{content}"', fresh.document("bugs").partition("\n\n")[0])
    fresh.write(f"{FOLDER}/bugs.md", f"{head}\n\n{body}")

    told = "D4 is stale: another clone or installation reads the same inputs differently; run"
    assert f"{FOLDER}/bugs.md: {told}" in fresh.check(code=1).out


def test_changed_by_hand_and_stale(fresh: ReportProject) -> None:
    """Both are told."""
    fresh.write(f"{FOLDER}/bugs.md", fresh.document("bugs") + "More.\n")
    fresh.write("features/more.feature", "Feature: f\n  @tdd_bug @tdd_bug_5\n  Scenario: s\n    Given x\n")

    assert [one["rule"] for one in fresh.states("bugs")["bugs"]["findings"]] == ["D3", "D4"]


@pytest.mark.parametrize(
    "text",
    [
        "# Bugs\n\nSee <!-- bugcapture-report -->\n",
        "# Stamps\n\n```\n<!-- bugcapture-report {} -->\n```\n",
        "<<<<<<< HEAD\n# Mine\n=======\n<!-- bugcapture-report {} -->\n>>>>>>> other\n",
    ],
)
def test_a_file_of_the_user(fresh: ReportProject, text: str) -> None:
    """It is no document of ours."""
    fresh.write(f"{FOLDER}/bugs.md", text)

    assert f"{FOLDER}/bugs.md: D2 was not written by bugcapture; move it" in fresh.check(code=1).out
    assert fresh.states("bugs")["bugs"]["generated_at"] is None


def test_another_version(fresh: ReportProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note as long as it would say the same; a refresh brings the stamp up to date."""
    import bugcapture

    monkeypatch.setitem(bugcapture.__dict__, "__version__", "99.0")

    done = fresh.check()
    assert "bugs.md: D5 would say the same, but its inputs moved: written by bugcapture 0" in done.out
    fresh.check("--strict", code=1)
    assert "bugs.md: written, by bugcapture 0" in fresh.refresh().out
    assert fresh.stamp("bugs")["version"] == "99.0"
    fresh.check("--strict")


def test_another_format(fresh: ReportProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer bugcapture may say things in other words everywhere."""
    for module in ("document", "compare"):
        monkeypatch.setattr(f"bugcapture.workflow.reports.{module}.FORMAT", 2)

    assert "bugs.md: D4 is stale: written in format 1; run" in fresh.check(code=1).out
    assert "bugs.md: written, in another format before\n" in fresh.refresh().out
    fresh.check("--strict")


def test_nobody_knows_which_input_moved(fresh: ReportProject) -> None:
    """Without the file that lists them, or with one that says something else."""
    manifest = f"{FOLDER}/.bugcapture-reports.json"
    for content in (
        "{}",
        '{"schema": "bugcapture.reports/1", "inputs": {"sha256:x": {"a": "b"}, "y": {"a": 1}}}',
        "[]",
        "x",
    ):
        fresh.write(manifest, content)
        fresh.check("--strict")
        fresh.write("tests/test_new.py", "def test(): pass\n")
        assert "test-suite.md: D4 is stale: nobody knows which input moved" in fresh.check(code=1).out
        (fresh.folder / "tests/test_new.py").unlink()


def test_a_list_of_inputs_that_does_not_fit(fresh: ReportProject) -> None:
    """Somebody has merged it by hand: what it says stands behind no digest."""
    manifest = f"{FOLDER}/.bugcapture-reports.json"
    fresh.write(manifest, re.sub(r'("tests/test_shop.py": "sha256:)\w+', r"\1x", fresh.read(manifest)))
    fresh.write("tests/test_new.py", "def test(): pass\n")

    assert "test-suite.md: D4 is stale: nobody knows which input moved" in fresh.check(code=1).out


def test_annotations_for_github(fresh: ReportProject) -> None:
    """One for each document."""
    fresh.write("tests/test_shop.py", TESTS + "# More.\n")

    done = fresh.check("--format", "github", code=1)

    assert (
        f"::error file={FOLDER}/test-suite.md,title=bugcapture D4::is stale: changed: tests/test_shop.py; run"
        in done.out
    )
    assert f"::notice file={FOLDER}/hazards.md,title=bugcapture D5::" in done.out


def test_what_a_pull_request_says_does_not_steer_a_terminal(fresh: ReportProject) -> None:
    """Neither by the name of a file nor by a stamp."""
    fresh.write("tests/test_\x1b[31m.py", "def test(): pass\n")
    version = json.loads(json.dumps(fresh.stamp("bugs")["version"]))
    fresh.write(
        f"{FOLDER}/bugs.md", fresh.document("bugs").replace(f'"version": "{version}"', '"version": "\\u001b[31m"')
    )

    for output_format in ("text", "github", "json"):
        done = fresh.run("report", "check", "--format", output_format)
        assert done.code == 1
        assert "\x1b" not in done.out + done.err


def test_dates_are_not_compared(fresh: ReportProject) -> None:
    """They are those of the commits: another history has others, and the sources are the same."""
    fresh.git("commit", "--quiet", "--amend", "--no-edit", "--date=2020-01-01T00:00:00Z")

    assert (
        fresh.check().out == f"{FOLDER}/bugs.md: D5 would say the same, but its inputs moved: dates of commits\n"
    )
    assert "bugs.md: written, other dates of commits\n" in fresh.refresh().out
    assert "| 991 | captured | 2020-01-01 |" in fresh.body("bugs")


def test_a_title_is_no_date(fresh: ReportProject) -> None:
    """Whatever it looks like, it is compared."""
    for title in ("2026-01-01", "2026-01-02"):
        fresh.write("features/day.feature", f"Feature: f\n @tdd_bug @tdd_bug_5\n Scenario: {title}\n  Given x\n")
        told = fresh.check("bugs", code=1).out
        fresh.refresh("bugs")

    assert f"{FOLDER}/bugs.md: D4 is stale: changed: features/day.feature; run" in told


def test_tags_of_the_suites_around_a_test_are_inputs(fresh: ReportProject) -> None:
    """They are in another file than the test that they are about."""
    fresh.write("robot/__init__.robot", "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_12\n")
    fresh.refresh("bugs")
    fresh.write("robot/__init__.robot", "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_13\n")

    assert "D4 is stale: changed: robot/__init__.robot; run" in fresh.check("bugs", code=1).out


def test_settings_of_pytest_in_a_folder_are_inputs(fresh: ReportProject) -> None:
    """They say what a test is there."""
    fresh.write("tests/pytest.ini", "[pytest]\npython_functions = check_*\n")

    assert "D4 is stale: added: settings of pytest in tests; run" in fresh.check("test-suite", code=1).out


def test_features_that_pytest_runs_are_inputs(fresh: ReportProject) -> None:
    """The test files that bind them are others; what is no test file binds none."""
    binding = "from pytest_bdd import scenarios\n\nscenarios('{}features/cart.feature')\n"
    fresh.write("binding.py", binding.format(""))
    fresh.check("test-suite", "bugs", "--strict")
    fresh.write("tests/test_binding.py", binding.format("../"))

    told = fresh.check("test-suite", "bugs", code=1).out
    assert "D4 is stale: added: features that pytest-bdd runs, tests/test_binding.py; run" in told
    assert "D4 is stale: added: features that pytest-bdd runs; run" in told


def test_a_commit_does_not_make_reports_stale(project: ReportProject) -> None:
    """They can be checked in together with what they are about."""
    project.write("features/more.feature", "Feature: f\n  @tdd_bug @tdd_bug_5\n  Scenario: s\n    Given x\n")
    project.refresh()
    assert re.search(r"\| 5 \| guarded \| \d{4}-\d\d-\d\d \|", project.body("bugs"))
    project.commit()

    project.check()


def test_a_project_without_git_has_no_dates(project: ReportProject) -> None:
    """Nobody knows any."""
    shutil.rmtree(project.folder / ".git")
    project.write("pyproject.toml", "[tool.bugcapture]\n")
    project.refresh()

    assert "| 991 | captured |  | 1 behave |  |" in project.body("bugs")
    project.check("--strict")


def test_the_last_verdict_is_an_input(fresh: ReportProject) -> None:
    """Another one makes the ledger stale; a clone without evidence keeps what was told."""
    settings = '[tool.bugcapture]\nevidence = "evidence"\n'
    fresh.write("pyproject.toml", settings)
    fresh.write("evidence/run.jsonl", json.dumps(RECORD) + "\nno record\n")

    assert "bugs.md: D4 is stale: added: last verdict of features/cart.feature: Full (#991 captured); run" in (
        fresh.check("bugs", code=1).out
    )
    done = fresh.refresh("bugs")
    assert "evidence/run.jsonl:2: " in done.err
    assert "| 1 behave | expected\\_failure |" in fresh.body("bugs")
    assert "no record" not in fresh.body("bugs")
    later = {**RECORD, "ts": "2026-11-30T01:00:00Z", "verdict": "unexpected_pass"}
    fresh.write("evidence/later.jsonl", json.dumps(later) + "\n")
    assert fresh.states("bugs")["bugs"]["changed"] == [
        "last verdict of features/cart.feature: Full (#991 captured)"
    ]
    for name in ("run", "later"):
        (fresh.folder / f"evidence/{name}.jsonl").unlink()
    fresh.check("bugs", "--strict")
    assert fresh.refresh("bugs").out == f"{FOLDER}/bugs.md: fresh\n"


def test_a_verdict_ends_with_the_switch(fresh: ReportProject) -> None:
    """What a test has said as long as it was captured is not told of a guarded one."""
    fresh.write("pyproject.toml", '[tool.bugcapture]\nevidence = "evidence"\n')
    fresh.write("evidence/run.jsonl", json.dumps(RECORD) + "\n")
    fresh.refresh("bugs")
    (fresh.folder / "evidence/run.jsonl").unlink()
    text = fresh.read("features/cart.feature").replace(" @tdd_expected_fail", "")
    fresh.write("features/cart.feature", text)

    fresh.refresh("bugs")

    assert "expected\\_failure" not in fresh.body("bugs")


def test_timings_are_compared_where_they_are(fresh: ReportProject) -> None:
    """They belong to a machine, and another one has none."""
    profile = {"schema": 1, "tool": "prek", "tool_version": "1", "recorded_at": "2026-11-30T00:00:00Z"}
    file = fresh.write(".bugcapture/hook-timings.json", json.dumps(profile))
    fresh.refresh("hook-timings")
    fresh.check("hook-timings")

    fresh.write(".bugcapture/hook-timings.json", json.dumps({**profile, "tool_version": "2"}))
    assert "changed: .bugcapture/hook-timings.json" in fresh.check("hook-timings", code=1).out

    file.unlink()
    done = fresh.check("hook-timings")
    assert "hook-timings.md is not compared: there are no hook timings" in done.err
    assert "hook-timings" in json.loads(fresh.check("--format", "json").out)["skipped"]


def test_the_result_goes_to_a_file(fresh: ReportProject) -> None:
    """And --quiet says nothing."""
    done = fresh.check("--quiet", "--output", "out.json", "--format", "json")

    assert (done.out, done.err) == ("", "")
    result = json.loads(fresh.read("out.json"))
    assert result["schema"] == "bugcapture.report-check/1"
    assert [one["name"] for one in result["documents"]] == list(DOCUMENTS)


def test_help_without_a_command(fresh: ReportProject) -> None:
    """It is shown, with the exit code of a wrong call."""
    done = fresh.run("report")

    assert done.code == 2
    assert "refresh" in done.err
    assert "check" in done.err
    assert fresh.run("report", "check", "news").code == 2
