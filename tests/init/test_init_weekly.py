"""The weekly job that refreshes the reports, as it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from command_project import CommandProject, Done

FILES = {
    "github": ".github/workflows/bugcapture-reports.yml",
    "forgejo": ".forgejo/workflows/bugcapture-reports.yml",
}
GITLAB = ".gitlab-ci.yml"


def init(project: CommandProject, *arguments: str, code: int = 0) -> Done:
    """Wire a project that is tested with pytest."""
    project.write("tests/test_a.py", "def test_a(): pass\n")
    done = project.run("init", "--yes", "--no-hook", "--weekly-reports", *arguments)
    assert done.code == code, done.out + done.err
    return done


def read(project: CommandProject, name: str) -> Any:
    """A file as YAML, where `on` is no truth."""
    return yaml.load(project.read(name), yaml.BaseLoader)  # noqa: S506


@pytest.mark.parametrize("forge", FILES)
def test_a_workflow_has_no_right_that_it_does_not_need(project: CommandProject, forge: str) -> None:
    """Only the job may write, only its last step has the token, and no expression stands in a command."""
    done = init(project, "--ci", forge)

    assert "the weekly job needs the " in done.err
    document = read(project, FILES[forge])
    assert document["on"] == {"schedule": [{"cron": "23 5 * * 1"}], "workflow_dispatch": ""}
    assert document["permissions"] == {}
    (job,) = document["jobs"].values()
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert int(job["timeout-minutes"]) <= 60
    checkout, python, install, refresh, publish = job["steps"]
    assert checkout["uses"].endswith("actions/checkout@v5")
    assert checkout["with"] == {"fetch-depth": "0", "persist-credentials": "false"}
    assert re.fullmatch(r".*actions/setup-python@v\d+", python["uses"])
    assert install == {"run": "pip install 'bugcapture[pytest]'"}
    assert refresh == {"run": "bugcapture report check || bugcapture report refresh"}
    secret = {"github": "github.token", "forgejo": "secrets.BUGCAPTURE_REPORTS_TOKEN"}[forge]
    assert publish["env"] == {"TOKEN": f"${{{{ {secret} }}}}"}
    assert not any("${{" in step.get("run", "") for step in job["steps"])
    assert "git add -- 'docs/reports'\n" in publish["run"]
    assert "<" not in publish["run"]


def test_the_job_of_gitlab(project: CommandProject) -> None:
    """It runs on schedules alone, with the whole history."""
    done = init(project, "--ci", "gitlab")

    job = read(project, GITLAB)["bugcapture-reports"]
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert job["variables"] == {"GIT_DEPTH": "0"}
    assert job["script"][:2] == [
        "pip install 'bugcapture[pytest]'",
        "bugcapture report check || bugcapture report refresh",
    ]
    assert "set -eu" in job["script"][2]
    assert len(job["script"]) == 3
    assert "masked variable BUGCAPTURE_REPORTS_TOKEN" in done.err


def test_the_job_of_gitlab_beside_others(project: CommandProject) -> None:
    """It is put behind them, at a stage of the pipeline."""
    before = "stages: [lint, ship]\nship:\n  stage: ship\n  script: [a]\n"
    project.write(GITLAB, before)
    init(project)

    assert project.read(GITLAB).startswith(before)
    assert read(project, GITLAB)["bugcapture-reports"]["stage"] == "lint"


def test_a_second_time_there_is_nothing_to_do(project: CommandProject) -> None:
    """Also where another job does the same."""
    for forge in (*FILES, "gitlab"):
        init(project, "--ci", forge)
        before = project.files()
        init(project, "--ci", forge)
        assert project.files() == before
    project.write(".github/workflows/mine.yml", "x: bugcapture report refresh hazards\n")
    (project.folder / FILES["github"]).unlink()
    init(project, "--ci", "github")
    assert not (project.folder / FILES["github"]).exists()


def test_without_the_option_there_is_no_such_job(project: CommandProject) -> None:
    """A team asks for it."""
    project.write("tests/test_a.py", "def test_a(): pass\n")
    assert project.run("init", "--yes", "--ci", "github").code == 0

    assert [name for name in project.files() if name.startswith(".github")] == [".github/workflows/bugcapture.yml"]


def test_a_forge_has_to_be_named(project: CommandProject) -> None:
    """Where none has files."""
    assert "name one: --ci github" in init(project, code=2).err
    assert "name one: --ci github" in init(project, "--ci", "none", code=2).err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (FILES["github"], "jobs: {}\n", "does not call `bugcapture report refresh`, and is not overwritten"),
        (FILES["github"], "# bugcapture report refresh\n", "and is not overwritten"),
        (
            GITLAB,
            "bugcapture-reports:\n  script: [a]\n",
            ".gitlab-ci.yml:2: there is another job `bugcapture-reports`",
        ),
    ],
)
def test_what_is_there_is_not_overwritten(project: CommandProject, name: str, content: str, told: str) -> None:
    """It is told, and nothing is written."""
    project.write(name, content)
    done = init(project, code=1)

    assert told in done.err
    assert project.read(name) == content


@pytest.mark.parametrize("folder", ["docs/$(rm -rf x)", "docs/a b", "-docs", "docs/it's", ""])
def test_a_folder_that_a_shell_would_misread(project: CommandProject, folder: str) -> None:
    """It is refused with its place."""
    project.write("pyproject.toml", f'[tool.bugcapture.report]\nfolder = "{folder}"\n')
    done = init(project, "--ci", "github", code=1)

    assert "pyproject.toml:2: the report folder" in done.err
    assert not (project.folder / FILES["github"]).exists()


def test_the_folder_of_the_settings(project: CommandProject) -> None:
    """It is the one that is committed."""
    project.write("pyproject.toml", '[tool.bugcapture.report]\nfolder = "doc/state"\n')
    init(project, "--ci", "github")

    assert "git add -- 'doc/state'\n" in read(project, FILES["github"])["jobs"]["refresh"]["steps"][-1]["run"]
