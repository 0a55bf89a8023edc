"""The job of each forge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from bugcapture.core.errors import BugcaptureError
from bugcapture.project.draft import Draft
from bugcapture.workflow.init.ci import add_job, find_forges

if TYPE_CHECKING:
    from command_project import CommandProject

JOB = """\
bugcapture:
  image: python:3.13
  script:
    - pip install 'bugcapture[behave]'
    - bugcapture check
"""
REQUIREMENT = "bugcapture[behave]"


def wire(project: CommandProject, forge: str) -> list[str]:
    """Add the job; the files that are new or changed."""
    draft = Draft()
    add_job(draft, project.folder, forge, REQUIREMENT)
    draft.write()
    return [change.file.relative_to(project.folder).as_posix() for change in draft.changes]


@pytest.mark.parametrize(
    ("files", "forges"),
    [
        ([], ()),
        ([".github/dependabot.yml"], ("github",)),
        ([".gitlab-ci.yml"], ("gitlab",)),
        ([".forgejo/workflows/x.yml"], ("forgejo",)),
        ([".gitea/workflows/x.yml"], ("forgejo",)),
        ([".forgejo/x", ".github/x", ".gitlab-ci.yml"], ("github", "gitlab", "forgejo")),
        (["github/x", "gitlab-ci.yml"], ()),
    ],
)
def test_forges_are_found_by_their_files(
    project: CommandProject, files: list[str], forges: tuple[str, ...]
) -> None:
    for name in files:
        project.write(name)
    assert find_forges(project.folder) == forges


@pytest.mark.parametrize(
    ("forge", "there", "made"),
    [
        ("github", "", ".github/workflows/bugcapture.yml"),
        ("forgejo", "", ".forgejo/workflows/bugcapture.yml"),
        ("forgejo", ".gitea/x", ".gitea/workflows/bugcapture.yml"),
        ("forgejo", ".forgejo/x", ".forgejo/workflows/bugcapture.yml"),
        ("gitlab", "", ".gitlab-ci.yml"),
    ],
)
def test_a_new_file(project: CommandProject, forge: str, there: str, made: str) -> None:
    """It says what it needs, and nothing to write with."""
    if there:
        project.write(there)
    if there == ".forgejo/x":
        project.write(".gitea/x")
    assert wire(project, forge) == [made]
    document = yaml.load(project.read(made), yaml.BaseLoader)  # noqa: S506 - `on` would become true
    if forge == "gitlab":
        assert project.read(made) == JOB
    else:
        assert document["permissions"] == {"contents": "read"}
        assert document["on"] == ["push", "pull_request"]
        steps = document["jobs"]["check"]["steps"]
        assert steps[0]["with"] == {"persist-credentials": "false"}
        assert [step["run"] for step in steps if "run" in step] == [
            "pip install 'bugcapture[behave]'",
            "bugcapture check --format github" if forge == "github" else "bugcapture check",
        ]
    assert wire(project, forge) == []


@pytest.mark.parametrize(
    ("forge", "name", "content"),
    [
        ("github", ".github/workflows/tests.yml", "jobs:\n  a:\n    steps:\n      - run: bugcapture check\n"),
        ("github", ".github/workflows/tests.yaml", "x: python -m bugcapture run --jobs 2\n"),
        ("forgejo", ".forgejo/workflows/a.yml", "x: bugcapture  check\n"),
        ("gitlab", ".gitlab-ci.yml", "test:\n  script: [bugcapture run]\n"),
    ],
)
def test_a_job_that_is_there_is_enough(project: CommandProject, forge: str, name: str, content: str) -> None:
    project.write(name, content)
    assert wire(project, forge) == []


@pytest.mark.parametrize("line", ["# bugcapture check\n", "x: bugcapture list\n", "x: notbugcapture check\n"])
def test_what_is_no_such_job(project: CommandProject, line: str) -> None:
    project.write(".github/workflows/a.yml", line)
    (project.folder / ".github/workflows/b.yml").symlink_to("nowhere")
    assert wire(project, "github") == [".github/workflows/bugcapture.yml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  script: b\n", f"a:\n  script: b\n\n{JOB}"),
        ("a:\n  script: b\n\n", f"a:\n  script: b\n\n{JOB}"),
        ("a:\n  script: b", f"a:\n  script: b\n\n{JOB[:-1]}"),
        ("a: !reference [b, c]\r\n", "a: !reference [b, c]\r\n\r\n" + JOB.replace("\n", "\r\n")),
        ("\ufeffa: {}\n# End.\n", f"\ufeffa: {{}}\n# End.\n\n{JOB}"),
        ("stages: [build, test]\n", f"stages: [build, test]\n\n{JOB}"),
        ("stages: [build, lint]\n", "stages: [build, lint]\n\n" + JOB.replace(":\n", ":\n  stage: lint\n", 1)),
        (
            "stages:\n  - build\n  - ship\n",
            "stages:\n  - build\n  - ship\n\n" + JOB.replace(":\n", ":\n  stage: build\n", 1),
        ),
        ("stages: test\n", f"stages: test\n\n{JOB}"),
        ("stages: {a: b}\n", f"stages: {{a: b}}\n\n{JOB}"),
        ("x: &a {b: c}\ny: *a\n", f"x: &a {{b: c}}\ny: *a\n\n{JOB}"),
        ("\n", f"\n{JOB}"),
    ],
)
def test_a_job_in_gitlabs_file(project: CommandProject, before: str, after: str) -> None:
    """At the end; a stage is only named where GitLab's own default is none of the pipeline's."""
    project.write(".gitlab-ci.yml", before)
    assert wire(project, "gitlab") == [".gitlab-ci.yml"]
    assert project.read(".gitlab-ci.yml") == after
    assert wire(project, "gitlab") == []


@pytest.mark.parametrize(
    ("content", "where", "told"),
    [
        ("bugcapture:\n  script: x\n", ":2", "there is another job `bugcapture`"),
        ("{a: {script: x}}\n", ":1", "is written in flow style"),
        ("a: {}\n...\n", ":1", "what is to be added would not be read as it is meant"),
        ("a: {}\n---\nb: {}\n", ":2", "cannot be read as YAML: but found another document"),
        ("stages: ['two words']\n", ":1", "nobody knows the stage for a new job"),
        ("a: |+\n  b\n\n", "", ""),
        ("a: |+\n  b\n", ":1", "what is to be added would not be read as it is meant"),
        ("a: [\n", ":2", "cannot be read as YAML"),
    ],
)
def test_what_is_refused(project: CommandProject, content: str, where: str, told: str) -> None:
    file = project.write(".gitlab-ci.yml", content)
    if not told:
        wire(project, "gitlab")
        assert yaml.safe_load(project.read(".gitlab-ci.yml"))["a"] == yaml.safe_load(content)["a"]
        return
    with pytest.raises(BugcaptureError) as caught:
        wire(project, "gitlab")
    assert caught.value.where == f"{file}{where}"
    assert told in caught.value.message
    assert caught.value.hint
    assert project.read(".gitlab-ci.yml") == content


def test_a_workflow_of_that_name_is_not_overwritten(project: CommandProject) -> None:
    file = project.write(".github/workflows/bugcapture.yml", "mine: 1\n")
    with pytest.raises(
        BugcaptureError, match="does not call `bugcapture check`, and is not overwritten"
    ) as caught:
        wire(project, "github")
    assert caught.value.where == str(file)
