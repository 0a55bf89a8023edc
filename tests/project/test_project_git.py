"""Questions to real git repositories."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from bugcapture.project import git

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")


def run_git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *IDENTITY, *arguments],
        cwd=folder,
        env=git.clean_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def make_repository(folder: Path, text: str = "one") -> Path:
    folder.mkdir(parents=True)
    run_git(folder, "init", "--quiet")
    (folder / "file.txt").write_text(text)
    run_git(folder, "add", ".")
    run_git(folder, "commit", "--quiet", "-m", text)
    return folder


@pytest.fixture(autouse=True)
def nothing_above(tmp_path, monkeypatch):
    """No repository around the temporary folder can answer."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def repository(tmp_path):
    return make_repository(tmp_path / "repository")


def test_the_head_is_the_full_hash(repository):
    """The revision is named by its full hash, from any folder of the checkout."""
    nested = repository / "a b" / "\u00fc"
    nested.mkdir(parents=True)
    head = run_git(repository, "rev-parse", "HEAD")

    assert len(head) == 40
    assert git.head_commit(repository) == git.head_commit(nested) == head


def test_a_clean_checkout_is_not_dirty(repository):
    """Nothing changed is clean; a file that git does not know makes no difference."""
    assert git.is_dirty(repository) is False

    (repository / "untracked.txt").write_text("x")

    assert git.is_dirty(repository) is False


@pytest.mark.parametrize("change", ["edit", "delete", "stage", "add"])
def test_a_change_makes_it_dirty(repository, change):
    """Edited, deleted, staged and newly added files are changes."""
    file = repository / "file.txt"
    if change == "delete":
        file.unlink()
    elif change == "add":
        (repository / "new.txt").write_text("x")
        run_git(repository, "add", "new.txt")
    else:
        file.write_text("two")
        if change == "stage":
            run_git(repository, "add", ".")

    assert git.is_dirty(repository) is True


def test_asking_leaves_the_index_alone(repository):
    """Asking takes no lock and writes nothing: a parallel git of the user is not disturbed."""
    os.utime(repository / "file.txt", (1, 1))
    before = (repository / ".git" / "index").read_bytes()

    assert git.is_dirty(repository) is False
    assert (repository / ".git" / "index").read_bytes() == before


def test_a_folder_outside_a_repository_has_no_answer(tmp_path):
    """Without a repository the revision is unknown, and so is whether it changed."""
    assert git.head_commit(tmp_path) == ""
    assert git.is_dirty(tmp_path) is None


def test_a_missing_folder_has_no_answer(tmp_path):
    """A folder that does not exist is no error."""
    assert git.head_commit(tmp_path / "missing") == ""
    assert git.is_dirty(tmp_path / "missing") is None


def test_a_repository_without_a_commit_has_no_revision(tmp_path):
    """Before the first commit there is no revision."""
    folder = tmp_path / "empty"
    folder.mkdir()
    run_git(folder, "init", "--quiet")

    assert git.head_commit(folder) == ""
    assert git.is_dirty(folder) is False


def test_a_worktree_answers_for_itself(repository, tmp_path):
    """In a worktree the answer is about the worktree's own checkout."""
    (repository / "file.txt").write_text("two")
    run_git(repository, "commit", "--quiet", "-am", "two")
    run_git(repository, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "HEAD~1")

    assert git.head_commit(tmp_path / "tree") == run_git(repository, "rev-parse", "HEAD~1")
    assert git.head_commit(repository) == run_git(repository, "rev-parse", "HEAD")


def test_inside_a_hook_of_another_repository(repository, tmp_path, monkeypatch):
    """The variables that git sets for its hooks do not lead to the other repository."""
    other = make_repository(tmp_path / "other", "other")
    (other / "file.txt").write_text("changed")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_PREFIX", "x/")

    assert git.head_commit(repository) == run_git(repository, "rev-parse", "HEAD")
    assert git.head_commit(repository) != git.head_commit(other)
    assert git.is_dirty(repository) is False


def test_in_a_real_hook(repository, tmp_path):
    """Called by git's own commit hook, the answer is about the folder that was asked for."""
    import sys

    other = make_repository(tmp_path / "other", "other")
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    question = (
        "from pathlib import Path; from bugcapture.project import git; "
        f"Path({str(tmp_path / 'answer')!r}).write_text(git.head_commit(Path({str(other)!r})))"
    )
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{question}"\n')
    hook.chmod(0o755)
    run_git(repository, "commit", "--quiet", "--allow-empty", "-m", "x")

    assert (tmp_path / "answer").read_text() == run_git(other, "rev-parse", "HEAD")


def test_without_git_there_is_no_answer(repository, monkeypatch):
    """A machine without git knows no revision."""
    monkeypatch.setenv("PATH", "")

    assert git.head_commit(repository) == ""
    assert git.is_dirty(repository) is None


def test_the_environment_keeps_what_connects(monkeypatch):
    """Variables about repositories go, those about connections and all others stay."""
    for name in (
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_CONFIG_COUNT",
        "GIT_SSH_COMMAND",
        "GIT_EXEC_PATH",
        "GITHUB_SHA",
    ):
        monkeypatch.setenv(name, "x")
    kept = set(git.clean_environment())

    assert not kept & {"GIT_DIR", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT"}
    assert kept >= {"GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GITHUB_SHA", "PATH"}
