"""Between which two revisions a change lies, in repositories of every shape."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from prove_project import BUGGY, FIXED, GitProject, Shop, clean_env

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.repository import Repository
from bugcapture.workflow.revisions import find_change

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def history(project: GitProject) -> GitProject:
    """``main`` with two commits, and a branch from the first of them with one."""
    project.commit("one")
    project.branch("fix/7")
    project.write("a.txt", "a\n")
    project.commit("branch")
    project.git("checkout", "--quiet", "main")
    project.write("b.txt", "b\n")
    project.commit("two")
    project.git("checkout", "--quiet", "fix/7")
    return project


def subjects(project: GitProject, **options: object) -> tuple[str, str]:
    """The subjects of the two revisions."""
    options.setdefault("environment", {})
    change = find_change(Repository.find(project.folder), **options)  # type: ignore[arg-type]
    return change.base.subject, change.head.subject


def test_the_base_is_where_the_branch_began(history: GitProject) -> None:
    """Not the tip of the other branch, which may hold the fix already."""
    assert subjects(history) == ("one", "branch")
    assert subjects(history, base="main") == ("one", "branch")
    assert subjects(history, base="main~1", head="main") == ("one", "two")


def test_the_branch_that_it_goes_to_is_looked_for(history: GitProject) -> None:
    """In the settings, in the CI's variables, among the usual names."""
    history.git("branch", "release", "fix/7~1")
    history.git("branch", "-m", "main", "trunk")
    with pytest.raises(ConfigurationError, match="the branch that this goes to is not known") as caught:
        subjects(history)
    assert caught.value.hint == "name it with --base"
    assert subjects(history, configured="trunk") == ("one", "branch")
    for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET"):
        assert subjects(history, environment={variable: "trunk"}) == ("one", "branch")
    assert subjects(history, configured="nowhere", environment={"GITHUB_BASE_REF": "release"}) == ("one", "branch")
    history.git("update-ref", "refs/remotes/origin/trunk", "trunk")
    assert subjects(history, base="origin/trunk") == ("one", "branch")
    history.git("branch", "-D", "trunk")
    assert subjects(history, base="trunk") == ("one", "branch")


def test_what_the_branch_holds_already_is_compared_with_its_first_parent(history: GitProject) -> None:
    """As on the main branch after the merge; it says so."""
    history.git("checkout", "--quiet", "main")
    history.git("merge", "--quiet", "--no-ff", "-m", "merge", "fix/7")
    change = find_change(Repository.find(history.folder), environment={})
    assert (change.base.subject, change.head.subject) == ("two", "merge")
    assert change.notes == (f"main holds {change.head.short} already: it is compared with its first parent",)


def test_the_first_commit_has_nothing_to_compare_with(project: GitProject) -> None:
    """A hint says what to name."""
    project.commit("one")
    with pytest.raises(ConfigurationError, match="has no parent here to compare it with") as caught:
        subjects(project)
    assert caught.value.hint == "name another with --base"


def test_names_that_are_none_are_told(history: GitProject) -> None:
    """With what fetches them; nothing is taken for an option."""
    for name in ("nowhere", "--all", "-h", "HEAD:a.txt", "\x1b[31m", "a..b", ""):
        if name:
            with pytest.raises(ConfigurationError, match="there is no revision") as caught:
                subjects(history, base=name)
            assert "\x1b" not in str(caught.value)
            assert "git fetch origin" in str(caught.value.hint)
        with pytest.raises(ConfigurationError, match="there is no revision"):
            subjects(history, base="main", head=name)


def test_histories_that_never_met(history: GitProject) -> None:
    """Nobody knows what lies between them."""
    history.git("checkout", "--quiet", "--orphan", "other")
    history.commit("apart")
    with pytest.raises(ConfigurationError, match="main and HEAD have no commit in common here") as caught:
        subjects(history)
    assert caught.value.hint == "name the revision without the change with --base"


@pytest.mark.parametrize("dirty", ["edited", "deleted", "staged", "renamed"])
def test_what_is_not_committed_is_left_out_and_told(history: GitProject, dirty: str) -> None:
    """Unless it is asked for; then it is in a commit that nothing refers to, and the index stays as it is."""
    history.write("one two.txt", "x\n")
    history.commit("branch")
    file = history.folder / "one two.txt"
    if dirty == "renamed":
        history.git("mv", "one two.txt", "three.txt")
    elif dirty == "deleted":
        file.unlink()
    else:
        file.write_text("changed\n", "utf-8")
    if dirty == "staged":
        history.git("add", ".")
    before = history.state()
    repository = Repository.find(history.folder)
    left = find_change(repository, environment={})
    assert left.head.subject == "branch"
    count = "2 files" if dirty == "renamed" else "1 file"
    assert left.notes == (
        f"changes of {count} that are not committed are left out; --include-dirty takes them in",
    )
    taken = find_change(repository, include_dirty=True, environment={})
    assert taken.notes == (f"changes of {count} that are not committed are part of it",)
    assert repository.parents(taken.head.commit) == [left.head.commit]
    found = repository.read(taken.head.commit, "one two.txt")
    assert found == (b"changed\n" if dirty in {"edited", "staged"} else None)
    assert (repository.read(taken.head.commit, "three.txt") == b"x\n") is (dirty == "renamed")
    assert history.state() == before


def test_without_anything_committed_on_the_branch_the_changes_are_the_change(history: GitProject) -> None:
    """On the main branch itself, before the first commit of a fix."""
    history.git("checkout", "--quiet", "main")
    history.write("b.txt", "changed\n")
    change = find_change(Repository.find(history.folder), include_dirty=True, environment={})
    assert change.base.subject == "two"
    assert change.target == ""
    repository = Repository.find(history.folder)
    assert [file.path for file in repository.changed_files(change.base.commit, change.head.commit)] == ["b.txt"]


def test_nobody_needs_a_name_for_it(history: GitProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a CI has no user."""
    monkeypatch.setenv("HOME", str(history.top.parent))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    history.git("config", "user.useConfigOnly", "true")
    history.write("a.txt", "changed\n")
    assert subjects(history, include_dirty=True)[1] == "what is not committed"


def test_a_shallow_clone_is_told(history: GitProject, tmp_path: Path) -> None:
    """And how CI fetches the rest."""
    clone = tmp_path / "clone"
    history.git("clone", "--quiet", "--depth=1", f"file://{history.top}", str(clone), "--branch", "fix/7")
    subprocess.run(["git", "remote", "set-head", "origin", "--delete"], cwd=clone, check=True)
    repository = Repository.find(clone)
    with pytest.raises(ConfigurationError, match="is not known") as caught:
        find_change(repository, environment={})
    assert "fetch-depth: 0" in str(caught.value.hint)
    subprocess.run(["git", "fetch", "--quiet", "--depth=1", "origin", "main:main"], cwd=clone, check=True)
    with pytest.raises(ConfigurationError, match="main and HEAD have no commit in common here") as caught:
        find_change(repository, environment={})
    assert "git fetch --unshallow" in str(caught.value.hint)
    with pytest.raises(ConfigurationError, match="has no parent here") as caught:
        find_change(repository, base="HEAD", environment={})
    assert "git fetch --unshallow" in str(caught.value.hint)


def test_a_folder_without_a_repository_or_a_commit(project: GitProject, tmp_path: Path) -> None:
    """Two wrong calls."""
    done = project.prove()
    assert done.code == 2
    assert "there is no revision HEAD" in done.err
    assert "commit something first" in done.err
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="this needs a git repository"):
        Repository.find(tmp_path / "empty")


def test_git_that_is_not_there(project: GitProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what to do."""
    monkeypatch.setenv("PATH", str(project.folder))
    with pytest.raises(ConfigurationError, match="git cannot be run") as caught:
        Repository.find(project.folder)
    assert caught.value.hint == "install git"


def test_a_subject_is_read_as_it_is(project: GitProject) -> None:
    """In any encoding that git knows, whatever the user has set for his own eyes."""
    project.git("config", "i18n.commitEncoding", "latin-1")
    project.git("config", "i18n.logOutputEncoding", "latin-1")
    project.git("config", "log.showSignature", "true")
    project.git("config", "color.ui", "always")
    (project.folder / "message").write_bytes("für\n".encode("latin-1"))
    project.git("add", ".")
    project.git("commit", "--quiet", "--file=message")
    head = Repository.find(project.folder).resolve("HEAD")
    assert head is not None
    assert head.subject == "für"


@pytest.mark.parametrize("where", ["worktree", "detached", "other head"])
def test_it_works_from_any_checkout(plain_shop: Shop, tmp_path: Path, where: str) -> None:
    """A linked worktree, a detached head, or another branch than the one that is asked."""
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    options: tuple[str, ...] = ()
    if where == "worktree":
        plain_shop.git("checkout", "--quiet", "main")
        plain_shop.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "fix/7")
        plain_shop.folder = tmp_path / "linked"
    elif where == "detached":
        plain_shop.git("checkout", "--quiet", "--detach")
    else:
        plain_shop.git("checkout", "--quiet", "main")
        options = ("--head", "fix/7")
    before = plain_shop.state()
    done = plain_shop.json("7", *options)
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert plain_shop.state() == before


def test_a_dirty_tree_is_proven_when_asked(plain_shop: Shop) -> None:
    """The fix is not committed yet."""
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.commit()
    plain_shop.write("shop.py", FIXED)
    before = plain_shop.state()
    done = plain_shop.json("7")
    assert (done.code, done.proof) == (1, "INCOMPLETE"), done
    assert "--include-dirty" in done.json["notes"][0]
    done = plain_shop.json("7", "--include-dirty")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert plain_shop.state() == before
    assert (plain_shop.folder / "shop.py").read_text("utf-8") == FIXED != BUGGY


def test_variables_of_a_git_hook_mislead_nobody(plain_shop: Shop, tmp_path: Path) -> None:
    """A pre-push hook runs with git's own variables; the tests get none of them, but the name of their author."""
    other = GitProject(tmp_path / "other")
    other.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write(
        "tests/conftest.py",
        "import os\n\nassert not {'GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE'} & set(os.environ)\n"
        "assert os.environ['GIT_AUTHOR_NAME'] == 'Ann'\n",
    )
    plain_shop.fix()
    misleading = {
        "GIT_DIR": str(other.top / ".git"),
        "GIT_WORK_TREE": str(other.top),
        "GIT_INDEX_FILE": str(other.top / ".git" / "index"),
        "GIT_AUTHOR_NAME": "Ann",
    }
    done = plain_shop.json("7", **misleading)
    assert (done.code, done.proof) == (0, "PROVEN"), done


def test_settings_in_variables_count(project: GitProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container says `safe.directory` that way."""
    project.commit("one")
    for name, value in clean_env(
        GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="alias.x", GIT_CONFIG_VALUE_0="!false"
    ).items():
        monkeypatch.setenv(name, value)
    repository = Repository.find(project.folder)
    assert repository._try("x") is None
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "rev-parse HEAD")
    assert repository._ask("x")
