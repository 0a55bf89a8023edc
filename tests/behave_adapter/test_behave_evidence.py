"""The evidence that a Behave run leaves behind."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from behave_project import GREEN, INSTALL, BehaveProject, captured, closing

EXPECTED = "Feature: F\n" + captured(1, "expected", 'Then it asserts "the bug"')
FIELDS = [
    "schema",
    "ts",
    "framework",
    "ids",
    "location",
    "name",
    "verdict",
    "raw_status",
    "reason",
    "exc_type",
    "message",
    "step",
    "step_location",
    "duration",
    "attempt",
    "worker",
    "shard",
    "commit",
    "dirty",
    "run_id",
]


def git(folder: Path, *args: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_record_has_every_field(project: BehaveProject) -> None:
    """All fields of the schema, in their order, each with its value; the main process is no worker."""
    project.hooks("import multiprocessing.process\n")
    project.feature(EXPECTED)
    run = project.run(env={"CI_COMMIT_SHA": "c" * 40, "BUGCAPTURE_SHARD": "2/5"})
    record = run.record
    assert list(record) == FIELDS
    assert record["schema"] == "bugcapture.evidence/1"
    written = datetime.fromisoformat(record["ts"])
    assert timedelta(0) <= datetime.now(UTC) - written < timedelta(minutes=10)
    assert record["framework"] == "behave"
    assert record["ids"] == [1]
    assert record["location"] == "features/a.feature:3"
    assert record["name"] == "expected"
    assert record["verdict"] == "expected_failure"
    assert record["raw_status"] == "failed"
    assert record["reason"] == 'AssertionError: the bug in Then it asserts "the bug"'
    assert record["exc_type"] == "AssertionError"
    assert record["message"] == "the bug"
    assert record["step"] == 'Then it asserts "the bug"'
    assert record["step_location"] == "features/a.feature:4"
    assert 0 <= record["duration"] < 60
    assert record["attempt"] == 1
    assert record["worker"] == ""
    assert record["shard"] == "2/5"
    assert record["commit"] == "c" * 40
    assert len(record["run_id"]) == 32


def test_revision_comes_from_git_without_a_ci_variable(project: BehaveProject) -> None:
    """The hash of the checkout, and whether tracked files differ from it."""
    git(project.folder, "init", "-q")
    project.feature(EXPECTED)
    run = project.run()
    assert (run.record["commit"], run.record["dirty"]) == ("", None)
    git(project.folder, "add", "features/a.feature")
    git(project.folder, "commit", "-q", "-m", "all")
    run = project.run()
    assert (run.record["commit"], run.record["dirty"]) == (git(project.folder, "rev-parse", "HEAD"), False)
    project.feature(EXPECTED + "\n# a change\n")
    assert project.run().record["dirty"] is True


def test_run_id_is_shared_in_a_run_and_new_in_the_next(project: BehaveProject) -> None:
    """All records of a run carry one id; a surrounding run hands its own on."""
    project.feature(EXPECTED + captured(2, "second", "Then it passes"))
    first, second = project.run(), project.run()
    assert len({record["run_id"] for record in first.records}) == 1
    assert first.records[0]["run_id"] != second.records[0]["run_id"]
    run = project.run(env={"BUGCAPTURE_RUN_ID": "outer"})
    assert {record["run_id"] for record in run.records} == {"outer"}


def test_places_are_seen_from_the_root_of_the_project(project: BehaveProject) -> None:
    """Evidence of a run in a subfolder names files from the root; the text for people, from where they are."""
    (project.folder / ".git").mkdir()
    project.write("sub/features/environment.py", INSTALL)
    (project.folder / "features/steps").rename(project.folder / "sub/features/steps")
    project.write("sub/features/a.feature", EXPECTED + captured(2, "wrong", 'Then it raises KeyError "x"'))
    run = project.run(folder="sub")
    assert [record["location"] for record in run.records] == [
        "sub/features/a.feature:3",
        "sub/features/a.feature:7",
    ]
    assert run.records[0]["step_location"] == "sub/features/a.feature:4"
    assert run.lines[0].startswith("bugcapture: features/a.feature:7: ")


def test_folder_from_the_configuration(project: BehaveProject) -> None:
    """``[tool.bugcapture] evidence`` names the folder from the root; the variable wins over it."""
    project.write("pyproject.toml", '[tool.bugcapture]\nevidence = "reports/proof"\n')
    project.feature(EXPECTED)
    run = project.run(env={"BUGCAPTURE_EVIDENCE_DIR": ""})
    assert run.code == 0
    assert run.records == []
    files = list((project.folder / "reports/proof").iterdir())
    assert [file.suffix for file in files] == [".jsonl"]
    assert len(project.run().records) == 1
    assert list((project.folder / "reports/proof").iterdir()) == files


def test_no_folder_no_evidence(project: BehaveProject) -> None:
    """Without a setting nothing is written, and the verdict is the same."""
    project.feature(EXPECTED)
    before = {file.name for file in project.folder.iterdir()}
    run = project.run(env={"BUGCAPTURE_EVIDENCE_DIR": ""}, reports=False)
    assert run.code == 0
    assert {file.name for file in project.folder.iterdir()} == before
    assert run.closing == closing("1 expected failure (#1)")


@pytest.mark.parametrize("case", ["a file", "below a file", "a link to itself", "no permission"])
def test_folder_that_cannot_be_written_stops_the_run(project: BehaveProject, case: str) -> None:
    """Evidence that cannot be written is told before anything runs, not lost in silence."""
    project.hooks("def before_all(context):\n    note('before_all')\n")
    project.feature(EXPECTED)
    place = project.folder / "place"
    if case == "a file":
        place.write_text("")
    elif case == "below a file":
        place.write_text("")
        place /= "inside"
    elif case == "a link to itself":
        place.symlink_to(place)
    else:
        if os.geteuid() == 0:
            pytest.skip("the superuser may write everywhere")
        place.mkdir(mode=0o500)
    run = project.run(env={"BUGCAPTURE_EVIDENCE_DIR": str(place)})
    assert run.code == 1
    assert run.hook_lines() == []
    assert run.lines[0].startswith(f"bugcapture: {place}: evidence cannot be written here: ")
    assert run.lines[1].startswith("  set BUGCAPTURE_EVIDENCE_DIR or [tool.bugcapture] evidence to a folder")
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_evidence_lost_in_the_middle_is_told_and_the_run_goes_on(project: BehaveProject) -> None:
    """When the file breaks away, the verdicts still apply and standard error says what is lost."""
    project.hooks(
        """
        import os
        def before_scenario(context, scenario):
            if scenario.name != "second":
                return
            for number in os.listdir("/proc/self/fd"):
                if "/ev-" in os.path.realpath(f"/proc/self/fd/{number}"):
                    os.close(int(number))
        """
    )
    project.feature(
        EXPECTED
        + captured(2, "second", 'Then it asserts "the bug"')
        + captured(3, "third", 'Then it asserts "the bug"')
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert set(run.verdicts) == {"expected"}
    assert [run.cells(name) for name in ("expected", "second", "third")] == [GREEN] * 3
    assert [line for line in run.lines if "evidence is lost" in line] == [
        "bugcapture: evidence is lost from here on: Bad file descriptor"
    ]
    assert run.closing == closing("3 expected failures (#1, #2, #3)")


def test_long_message_is_cut(project: BehaveProject) -> None:
    """A record holds at most 2000 characters of the message; the text for people holds less."""
    project.feature("Feature: F\n" + captured(1, "case", f'Then it raises ValueError "{"é" * 5000}"'))
    run = project.run()
    assert run.record["message"] == "é" * 2000
    assert all(len(line) < 700 for line in run.lines)


def test_no_record_for_what_was_not_judged(project: BehaveProject) -> None:
    """Ordinary scenarios leave no record and no empty file."""
    project.feature("Feature: F\n  Scenario: plain\n    Then it passes\n")
    run = project.run()
    assert run.code == 0
    assert run.stderr == ""
    assert list((project.folder / "evidence").glob("*")) == []


def test_one_file_for_one_process(project: BehaveProject) -> None:
    """All features of a process go to one file, named after it."""
    project.feature(EXPECTED, "a")
    project.feature(EXPECTED, "b")
    run = project.run()
    files = list((project.folder / "evidence").iterdir())
    assert len(files) == 1
    assert files[0].name.startswith("ev-")
    assert [record["location"] for record in run.records] == ["features/a.feature:3", "features/b.feature:3"]


def test_duration_and_attempt_are_numbers_of_their_own(project: BehaveProject) -> None:
    """A slow first test does not lengthen the record of the second."""
    project.hooks(
        """
        import time
        def before_scenario(context, scenario):
            time.sleep(0.2 if scenario.name == "expected" else 0)
        """
    )
    project.feature(EXPECTED + captured(2, "second", 'Then it asserts "the bug"'))
    run = project.run()
    first, second = run.records
    assert first["duration"] >= 0.2
    assert second["duration"] != first["duration"]
    assert [first["attempt"], second["attempt"]] == [1, 1]
