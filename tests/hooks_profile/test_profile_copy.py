"""The copy in which hooks run: like the user's checkout, and apart from it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from profile_project import ProfileProject

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.isolated import isolated_copy
from bugcapture.project.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfileProject:
    """A repository with one commit."""
    (tmp_path / "project").mkdir()
    made = ProfileProject(tmp_path / "project")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made.write(".gitignore", "*.log\n.venv/\n.mypy_cache/\n")
    made.write("a.txt", "a\n")
    made.commit()
    return made


def head(project: ProfileProject) -> str:
    """The commit that is checked out."""
    return project.git("rev-parse", "HEAD").strip()


def test_the_copy_is_like_the_checkout(project: ProfileProject) -> None:
    """Branches, tags, the branch of the moment, the remotes and who commits."""
    project.git("tag", "v1")
    project.git("branch", "other")
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    project.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    project.git("remote", "add", "origin", "https://example.org/shop.git")
    project.git("config", "user.name", "Ann")

    with isolated_copy(Repository(project.folder), head(project)) as copy:
        assert (copy.folder / "a.txt").read_text() == "a\n"
        for question in (
            "rev-parse HEAD", "symbolic-ref HEAD", "for-each-ref", "symbolic-ref refs/remotes/origin/HEAD",
            "remote get-url origin", "config user.name", "status --porcelain",
        ):  # fmt: skip
            assert project.git(*question.split(), where=copy.folder) == project.git(*question.split())
        assert project.git("remote", "get-url", "--push", "origin", where=copy.folder) == "file:///dev/null\n"
        folder = copy.folder
    assert not folder.exists()


def test_the_user_keeps_what_he_has(project: ProfileProject) -> None:
    """Nothing that happens in the copy is seen in the checkout: commits, branches, settings, what is stashed."""
    project.write("a.txt", "stashed\n")
    project.git("stash")
    project.write("a.txt", "mine\n")
    before = project.state()

    with isolated_copy(Repository(project.folder), head(project)) as copy:
        assert "refs/stash" not in project.git("for-each-ref", where=copy.folder)
        (copy.folder / "a.txt").write_text("b\n")
        project.git("commit", "--quiet", "--all", "--message=evil", where=copy.folder)
        project.git("checkout", "--quiet", "-b", "evil", where=copy.folder)
        (copy.folder / "a.txt").write_text("c\n")
        project.git("stash", where=copy.folder)
        project.git("tag", "evil", where=copy.folder)
        project.git("config", "core.hooksPath", "/evil", where=copy.folder)

    assert project.state() == before


def test_changes_are_seen_and_taken_back(project: ProfileProject) -> None:
    """Also those that were committed, and new files; ignored files stay."""
    with isolated_copy(Repository(project.folder), head(project)) as copy:
        assert copy.changes() == []
        (copy.folder / "a.txt").write_text("b\n")
        project.git("commit", "--quiet", "--all", "--message=fix", where=copy.folder)
        project.git("checkout", "--quiet", "--detach", where=copy.folder)
        (copy.folder / "new").mkdir()
        (copy.folder / "new" / "ü.txt").write_text("")
        (copy.folder / "own.log").write_text("")

        assert copy.changes() == ["a.txt", "new/ü.txt"]
        copy.restore()

        assert copy.changes() == []
        assert project.git("symbolic-ref", "HEAD", where=copy.folder) == "refs/heads/main\n"
        assert not (copy.folder / "new").exists()
        assert (copy.folder / "own.log").exists()


def test_ignored_files_are_seen_but_for_caches(project: ProfileProject) -> None:
    """Those of programs that share them on purpose."""
    with isolated_copy(Repository(project.folder), head(project)) as copy:
        for name in ("own.log", ".mypy_cache/CACHEDIR.TAG", ".mypy_cache/3/x.log", "__pycache__/y.log"):
            (copy.folder / name).parent.mkdir(exist_ok=True, parents=True)
            (copy.folder / name).write_text("")

        assert list(copy.ignored()) == ["own.log"]


def test_a_link_leads_to_the_user(project: ProfileProject) -> None:
    """It is neither a change nor cleaned away, though a pattern for folders does not hold for it."""
    project.write(".venv/bin/tool", "x")
    with isolated_copy(Repository(project.folder), head(project), [".venv"]) as copy:
        copy.restore()

        assert (copy.folder / ".venv" / "bin" / "tool").read_text() == "x"
        assert (copy.changes(), copy.ignored()) == ([], {})
    assert (project.folder / ".venv/bin/tool").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone", "there is no gone"),
        ("a.txt", "git tracks it"),
        ("away/inner", "it lies behind a link"),
    ],
)
def test_a_link_that_cannot_be_is_refused(project: ProfileProject, tmp_path: Path, name: str, why: str) -> None:
    """And the copy is gone."""
    (tmp_path / "outside").mkdir()
    (project.folder / "away").symlink_to(tmp_path / "outside")
    project.commit()
    (tmp_path / "outside" / "inner").write_text("")
    if name == "away/inner":
        (tmp_path / "outside" / "inner").rename(tmp_path / "outside" / "moved")
        (project.folder / "away").unlink()
        (project.folder / "away").mkdir()
        (project.folder / "away" / "inner").write_text("")

    with (
        pytest.raises(ConfigurationError, match=why),
        isolated_copy(Repository(project.folder), head(project), [name]),
    ):
        pass

    assert not [one for one in tmp_path.iterdir() if one.name.startswith("bugcapture-")]
    assert not (tmp_path / "outside" / "inner").is_symlink()


def test_a_detached_head_stays_detached(project: ProfileProject) -> None:
    """Before and after it was restored."""
    project.git("checkout", "--quiet", "--detach")
    with isolated_copy(Repository(project.folder), head(project)) as copy:
        project.git("checkout", "--quiet", "-b", "other", where=copy.folder)
        copy.restore()

        assert project.git("rev-parse", "--abbrev-ref", "HEAD", where=copy.folder) == "HEAD\n"


def test_a_worktree_of_a_shallow_clone_is_copied(project: ProfileProject, tmp_path: Path) -> None:
    """Its objects and its branches are those of the repository that it belongs to."""
    project.commit()
    project.git("clone", "--quiet", "--depth=1", project.folder.as_uri(), str(tmp_path / "clone"))
    project.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"), where=tmp_path / "clone")

    with isolated_copy(Repository(tmp_path / "side"), head(project)) as copy:
        assert project.git("log", "--oneline", where=copy.folder).count("\n") == 1
        assert project.git("symbolic-ref", "--short", "HEAD", where=copy.folder) == "side\n"


def test_another_form_of_objects_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with hashes of SHA-256 has a copy with them."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "project").mkdir()
    made = ProfileProject(tmp_path / "project", "--object-format=sha256")
    made.write("a.txt", "a\n")
    made.commit()

    with isolated_copy(Repository(made.folder), head(made)) as copy:
        assert head(made) == made.git("rev-parse", "HEAD", where=copy.folder).strip()
        assert len(head(made)) == 64


def test_a_submodule_is_filled(project: ProfileProject, tmp_path: Path) -> None:
    """From the one in the checkout."""
    (tmp_path / "inner").mkdir()
    inner = ProfileProject(tmp_path / "inner")
    inner.write("inner.txt", "inner\n")
    inner.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.folder), "sub")
    project.commit()

    with isolated_copy(Repository(project.folder), head(project)) as copy:
        assert (copy.folder / "sub" / "inner.txt").read_text() == "inner\n"
        assert copy.changes() == []
        (copy.folder / "sub" / "inner.txt").write_text("changed\n")
        project.git("commit", "--quiet", "--all", "--message=evil", where=copy.folder / "sub")
        (copy.folder / "sub" / "new.txt").write_text("")
        assert copy.changes() == ["sub"]
        copy.restore()
        assert copy.changes() == []
        assert (copy.folder / "sub" / "inner.txt").read_text() == "inner\n"


def test_a_branch_may_have_any_name(project: ProfileProject) -> None:
    """Such as one with a separator of lines that is none for git."""
    project.git("checkout", "--quiet", "-b", "one\u2028two")

    with isolated_copy(Repository(project.folder), head(project)) as copy:
        assert project.git("for-each-ref", where=copy.folder) == project.git("for-each-ref")


def test_the_repository_around_a_copy_is_never_taken_for_it(
    project: ProfileProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder for temporary files may lie in the checkout, and a hook may remove the repository of the copy."""
    (project.folder / "tmp").mkdir()
    project.write("tmp/keep.log")
    monkeypatch.setattr("tempfile.tempdir", str(project.folder / "tmp"))
    project.write("a.txt", "mine\n")
    before = project.state()

    with isolated_copy(Repository(project.folder), head(project)) as copy:
        shutil.rmtree(copy.folder / ".git")
        for question in (copy.changes, copy.ignored, copy.restore):
            with pytest.raises(ConfigurationError, match=r"[Nn]ot a git repository"):
                question()

    assert project.state() == before


def test_a_copy_that_cannot_be_made_is_told(project: ProfileProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no folder for temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(project.folder / "gone"))

    with (
        pytest.raises(ConfigurationError, match="a copy of the checkout cannot be made: No such file"),
        isolated_copy(Repository(project.folder), head(project)),
    ):
        pass
