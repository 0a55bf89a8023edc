"""A job that checks the captures, for GitHub, GitLab and Forgejo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.core.layout import append_lines
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.project.yaml import Document, add_key, by_hand, items, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bugcapture.project.draft import Draft

FORGES: Final = ("github", "gitlab", "forgejo")
GITLAB_FILE: Final = ".gitlab-ci.yml"

_REASON: Final = "a job that runs `bugcapture check`"
_JOB: Final = "bugcapture"
_CALLED = re.compile(r"^(?!\s*#).*\bbugcapture\s+(?:check|run)\b", re.MULTILINE)
# The stages of a pipeline in which a quick look at the sources belongs.
_EARLY = re.compile(r"(?:static|lint|check|verify|quality|gate|validate)", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z][\w.-]*\Z", re.ASCII)
_HINT: Final = "let it run `bugcapture check`, or use --ci none"
_WORKFLOW: Final = """\
name: bugcapture

on: [push, pull_request]

permissions:
  contents: read

jobs:
  check:
    runs-on: {runner}
    steps:
      - uses: {actions}checkout@v5
        with:
          persist-credentials: false
      - uses: {actions}setup-python@v6
        with:
          python-version: "3.13"
      - run: pip install '{requirement}'
      - run: bugcapture check{format}
"""


def find_forges(root: Path) -> tuple[str, ...]:
    """The forges that a project has files for."""
    folders = {"github": (".github",), "forgejo": (".forgejo", ".gitea")}
    found = [forge for forge, names in folders.items() if any((root / name).is_dir() for name in names)]
    if (root / GITLAB_FILE).exists():
        found.append("gitlab")
    return tuple(forge for forge in FORGES if forge in found)


def add_job(draft: Draft, root: Path, forge: str, requirement: str) -> None:
    """Add a job that checks the captures, where no job does.

    Args:
        draft: The changes so far.
        root: The project's folder.
        forge: One of `FORGES`.
        requirement: What ``pip install`` is given.

    Raises:
        RefusedError: If the place in a file cannot be known.
        SourceError: If a file cannot be read.
    """
    if forge == "gitlab":
        _add_to_gitlab(draft, root / GITLAB_FILE, requirement)
        return
    folder = workflow_folder(root, forge)
    if any(_CALLED.search(text) for text in workflow_texts(folder)):
        return
    own = {
        "github": {"runner": "ubuntu-latest", "actions": "actions/", "format": " --format github"},
        "forgejo": {"runner": "docker", "actions": "https://code.forgejo.org/actions/", "format": ""},
    }[forge]
    file = folder / "bugcapture.yml"
    if draft.read(file) is not None:
        raise RefusedError(
            "does not call `bugcapture check`, and is not overwritten",
            where=relative_path(file),
            hint="use --ci none",
        )
    draft.put(file, _WORKFLOW.format(requirement=requirement, **own).encode(), _REASON)


def _add_to_gitlab(draft: Draft, file: Path, requirement: str) -> None:
    job = ["image: python:3.13", "script:", f"  - pip install '{requirement}'", "  - bugcapture check"]
    content = draft.read(file)
    if not (content or b"").strip():
        lines = [f"{_JOB}:", *(f"  {line}" for line in job)]
        draft.put(file, append_lines(content or b"", lines), _REASON)
        return
    with by_hand([f"{_JOB}:", *(f"  {line}" for line in job)]):
        document = read_yaml(content or b"", relative_path(file))
        if _CALLED.search(document.text):
            return
        taken = document.find(_JOB)
        if taken is not None:
            raise document.refuse(taken, f"there is another job `{_JOB}`", _HINT)
        stage = early_stage(document)
        lines = [f"{_JOB}:", *(f"  {line}" for line in ([f"stage: {stage}"] if stage else []) + job)]
        draft.put(file, add_key(document, lines), _REASON)


def early_stage(document: Document) -> str:
    """The stage for a quick job; empty where GitLab's own default is one of the pipeline's.

    Args:
        document: The configuration of GitLab.

    Raises:
        RefusedError: If it has stages, and none that can be written.
    """
    stages = [str(node.value) for node in items(document.find("stages")) if node.id == "scalar"]
    if not stages or "test" in stages:
        return ""
    stage = next((stage for stage in stages if _EARLY.search(stage)), stages[0])
    if not _PLAIN.match(stage):
        raise document.refuse(document.find("stages"), "nobody knows the stage for a new job")
    return stage


def workflow_folder(root: Path, forge: str) -> Path:
    """Where the workflows of GitHub and Forgejo are.

    Args:
        root: The project's folder.
        forge: ``github`` or ``forgejo``.
    """
    if forge == "github":
        return root / ".github" / "workflows"
    name = ".gitea" if (root / ".gitea").is_dir() and not (root / ".forgejo").is_dir() else ".forgejo"
    return root / name / "workflows"


def workflow_texts(folder: Path) -> Iterable[str]:
    """The workflows in a folder; what cannot be read is passed over.

    Args:
        folder: The folder; it need not be there.
    """
    for file in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        try:
            yield read_bytes(file).decode("utf-8", "replace")
        except SourceError:
            continue
