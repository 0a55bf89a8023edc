"""A job that refreshes the generated documents every week and opens a pull request, for all three forges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import RefusedError
from bugcapture.core.text import printable
from bugcapture.project.config import setting_place
from bugcapture.project.paths import relative_path
from bugcapture.project.yaml import add_key, by_hand, read_yaml
from bugcapture.workflow.init.ci import GITLAB_FILE, early_stage, workflow_folder, workflow_texts

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.project.config import Project
    from bugcapture.project.draft import Draft

BRANCH: Final = "bugcapture/reports"
SECRET: Final = "BUGCAPTURE_REPORTS_TOKEN"  # noqa: S105 - the name of one

_REASON: Final = "a weekly job that refreshes the reports"
_JOB: Final = "bugcapture-reports"
_TITLE: Final = "docs: refresh the reports of bugcapture"
_CALLED: Final = re.compile(r"^(?!\s*#).*\bbugcapture\s+report\s+refresh\b", re.MULTILINE)
# Neither a shell nor YAML takes it for more than a word.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]*", re.ASCII)

# The token goes to git and curl through pipes: it is in no argument, no address and no file. Whoever's text it
# is, nothing of it is put into these lines: names come from variables of the environment.
_COMMIT: Final = f"""\
set -eu
if [ -z "$TOKEN" ]; then
  echo "There is no token: set the secret {SECRET}."
  exit 1
fi
git add -- '<folder>'
if git diff --cached --quiet; then
  echo "The reports are fresh."
  exit 0
fi
git -c user.name=bugcapture -c user.email=bugcapture@noreply.invalid \\
  commit --quiet --no-verify --message '{_TITLE}'
password='!f() {{ echo username=x-access-token; echo "password=$TOKEN"; }}; f'
"""
_PUSH: Final = f"""\
git -c credential.helper= -c credential.helper="$password" \\
  push --quiet --force origin 'HEAD:refs/heads/{BRANCH}'
pull_request=$(python -I -c 'import json, os; print(json.dumps({{
  "title": "{_TITLE}",
  "head": "{BRANCH}",
  "base": os.environ["GITHUB_REF_NAME"],
  "body": "`bugcapture report check` found reports that do not say what the sources say.",
}}))')
answer=$(mktemp)
status=$(printf 'header = "Authorization: Bearer %s"\\n' "$TOKEN" |
  curl --config - --silent --show-error --max-time 60 --header 'Content-Type: application/json' \\
    --data "$pull_request" --output "$answer" --write-out '%{{http_code}}' \\
    "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/pulls")
if [ "$status" = 201 ]; then
  echo "The pull request is open."
elif grep -q 'already exists' "$answer"; then
  echo "The pull request was open already, and has the new reports."
else
  printf 'No pull request: the forge answered %s: %s\\n' "$status" "$(head -c 500 "$answer" | tr '\\r\\n' '  ')"
  exit 1
fi
"""
_MERGE_REQUEST: Final = f"""\
git -c credential.helper= -c credential.helper="$password" \\
  push --quiet --force -o merge_request.create -o "merge_request.target=$CI_DEFAULT_BRANCH" \\
  -o 'merge_request.title={_TITLE}' "$CI_PROJECT_URL.git" 'HEAD:refs/heads/{BRANCH}'
"""
_REFRESH: Final = "bugcapture report check || bugcapture report refresh"
_WORKFLOW: Final = """\
name: bugcapture reports

on:
  schedule:
    - cron: "23 5 * * 1"
  workflow_dispatch:

permissions: {}

concurrency:
  group: bugcapture-reports

jobs:
  refresh:
    runs-on: <runner>
    timeout-minutes: 30
    permissions:
      contents: write # The branch with the reports.
      pull-requests: write # The pull request for it.
    steps:
      - uses: <actions>checkout@v5
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: <actions>setup-python@v6
        with:
          python-version: "3.13"
      - run: pip install '<requirement>'
      - run: <refresh>
      - name: Open a pull request
        env:
          TOKEN: ${{ <token> }}
        run: |-
"""
_FORGES: Final = {
    "github": {"runner": "ubuntu-latest", "actions": "actions/", "token": "github.token"},
    "forgejo": {
        "runner": "docker",
        "actions": "https://code.forgejo.org/actions/",
        "token": f"secrets.{SECRET}",
    },
}
_NOTES: Final = {
    "github": "the weekly job needs the setting that Actions may create pull requests: Settings, Actions, General",
    "forgejo": f"the weekly job needs the secret {SECRET}: a token that may write to the repository",
    "gitlab": (
        f"the weekly job needs a weekly schedule of the pipeline, and the masked variable {SECRET}: a project "
        "access token with the role Developer and the scope write_repository"
    ),
}


def add_weekly_job(draft: Draft, project: Project, forge: str, requirement: str) -> str:
    """Add a job that refreshes the documents, where no job does.

    Args:
        draft: The changes so far, with the job that checks the captures.
        project: The project, whose settings name the folder of the documents.
        forge: ``github``, ``gitlab`` or ``forgejo``.
        requirement: What ``pip install`` is given.

    Returns:
        What else the job needs; empty when none was added.

    Raises:
        RefusedError: If the place in a file cannot be known, or the folder has a name that a shell would take for
            more than a word.
        SourceError: If a file cannot be read.
    """
    folder = project.settings.report.folder
    if not _PLAIN.fullmatch(folder):
        raise RefusedError(
            f"the report folder {printable(folder)!r} cannot be written into a job",
            where=printable(setting_place(project, "report", "folder")),
            hint="use letters, digits, `.`, `_`, `-` and `/`",
        )
    words = {"folder": folder, "requirement": requirement, "refresh": _REFRESH}
    added = (
        _add_to_gitlab(draft, project.root / GITLAB_FILE, words)
        if forge == "gitlab"
        else _add_workflow(draft, workflow_folder(project.root, forge), words | _FORGES[forge])
    )
    return _NOTES[forge] if added else ""


def _add_workflow(draft: Draft, folder: Path, words: dict[str, str]) -> bool:
    if any(_CALLED.search(text) for text in workflow_texts(folder)):
        return False
    file = folder / f"{_JOB}.yml"
    if draft.read(file) is not None:
        raise RefusedError(
            "does not call `bugcapture report refresh`, and is not overwritten", where=relative_path(file)
        )
    text = _WORKFLOW + _indent(_COMMIT + _PUSH, 10)
    draft.put(file, _fill(text, words).encode(), _REASON)
    return True


def _add_to_gitlab(draft: Draft, file: Path, words: dict[str, str]) -> bool:
    with by_hand(_gitlab_job("", words)):
        document = read_yaml(draft.read(file) or b"", relative_path(file))
        if _CALLED.search(document.text):
            return False
        taken = document.find(_JOB)
        if taken is not None:
            raise document.refuse(
                taken, f"there is another job `{_JOB}`", "let it run `bugcapture report refresh`"
            )
        draft.put(file, add_key(document, _gitlab_job(early_stage(document), words)), _REASON)
    return True


def _gitlab_job(stage: str, words: dict[str, str]) -> list[str]:
    job = f"""\
{_JOB}:
{f"  stage: {stage}" if stage else ""}
  image: python:3.13
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  variables:
    GIT_DEPTH: "0"
  script:
    - pip install '<requirement>'
    - <refresh>
    - |-
      TOKEN="${{{SECRET}:-}}"
      export TOKEN
{_indent(_COMMIT + _MERGE_REQUEST, 6)}"""
    return [line for line in _fill(job, words).split("\n") if line]


def _indent(text: str, columns: int) -> str:
    return "".join(f"{' ' * columns}{line}" for line in text.splitlines(keepends=True))


def _fill(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"<{name}>", word)
    return text
