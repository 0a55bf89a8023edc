"""Whoever reads a repository runs none of the programs that its settings name."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from bugcapture.project import git
from command_project import CommandProject

if TYPE_CHECKING:
    from pathlib import Path

FEATURE = """\
@tdd_bug @tdd_bug_7 @tdd_expected_fail
Feature: A
  Scenario: One
    Given a step
"""
COMMANDS = (
    ("check",),
    ("list",),
    ("show", "7"),
    ("scan", "--no-cache"),
    ("hooks", "check"),
    ("stale", "--offline"),
    ("report", "check"),
    ("report", "refresh", "bugs"),
    ("report", "ledger", "--format", "json"),
)


class Trap(CommandProject):
    """A repository whose settings name programs at every place that git would start one.

    Args:
        folder: An empty folder; the programs leave their marks beside it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.marks = folder.with_name(f"{folder.name}-marks")
        self.marks.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("pyproject.toml", '[project]\nname = "p"\n')
        self.write("features/a.feature", FEATURE)
        self.write(".gitattributes", "*.feature filter=trap diff=trap\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=one")
        self.git("remote", "add", "origin", "https://github.com/o/r")

    def git(self, *arguments: str) -> str:
        """Run git; it has to succeed."""
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env={**git.clean_environment(), "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def program(self, name: str, then: str = "cat") -> str:
        """A program that leaves a mark."""
        file = self.marks.with_name(f"{self.marks.name}-{name}")
        file.write_text(f"#!/bin/sh\ntouch '{self.marks / name}'\n{then}\n")
        file.chmod(0o755)
        return str(file)

    def set(self) -> None:
        """Set all traps, and change what the index knows of the files, so that git has to read them."""
        settings = {
            "core.fsmonitor": self.program("fsmonitor", "exit 1"),
            "core.pager": self.program("pager"),
            "pager.blame": "true",
            "core.sshCommand": self.program("ssh"),
            "filter.trap.clean": self.program("clean"),
            "filter.trap.required": "true",
            "diff.external": self.program("external"),
            "diff.trap.textconv": self.program("textconv"),
            "diff.trap.command": self.program("command"),
            "log.showSignature": "true",
            "gpg.program": self.program("gpg"),
        }
        for key, value in settings.items():
            self.git("config", key, value)
        hook = self.folder / ".git" / "hooks" / "post-index-change"
        hook.parent.mkdir(exist_ok=True)
        hook.symlink_to(self.program("hook"))
        os.utime(self.folder / "features" / "a.feature", (0, 0))

    @property
    def sprung(self) -> list[str]:
        """The programs that were run."""
        return sorted(mark.name for mark in self.marks.iterdir())


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    """A repository with traps."""
    (tmp_path / "trap").mkdir()
    trap = Trap(tmp_path / "trap")
    trap.set()
    return trap


def test_the_traps_work(trap: Trap) -> None:
    """Git itself would run them."""
    trap.git("status")
    trap.git("blame", "features/a.feature")

    assert {"fsmonitor", "clean", "textconv", "hook"} <= set(trap.sprung)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_reads_runs_nothing(trap: Trap, arguments: tuple[str, ...]) -> None:
    """Whatever it asks."""
    done = trap.run(*arguments)

    assert (done.code in {0, 1}, trap.sprung) == (True, []), done


def test_the_answers_are_right_all_the_same(trap: Trap) -> None:
    """Dates, what is changed, what is committed."""
    file = trap.folder / "features" / "a.feature"
    assert git.is_dirty(trap.folder) is False
    assert git.is_committed(file) is True
    assert list(git.line_dates(file, [1, 3])) == [1, 3]
    assert git.tracked_files(trap.folder) == [".gitattributes", "features/a.feature", "pyproject.toml"]
    file.write_text(FEATURE.replace("One", "Two"))
    assert git.is_dirty(trap.folder) is True
    assert git.is_committed(file) is False
    assert list(git.line_dates(file, [1, 3])) == [1]
    assert trap.sprung == []


def test_a_filter_whose_name_no_option_takes(trap: Trap) -> None:
    """Then nothing is asked that would run it."""
    trap.git("config", "filter.a=b.clean", trap.program("named"))
    trap.write(".gitattributes", "*.feature filter=a=b\n")
    file = trap.folder / "features" / "a.feature"

    assert (git.is_dirty(trap.folder), git.is_committed(file), git.line_dates(file, [1])) == (None, None, {})
    assert trap.sprung == []


@pytest.mark.parametrize("own", [False, True])
def test_git_lfs_stays_unless_it_runs_programs_of_the_repository(trap: Trap, own: bool) -> None:
    """What a CI sets in a clone names a program of the machine; its extensions are those of the repository."""
    path = f"{trap.marks.parent}{os.pathsep}{os.environ['PATH']}"
    (trap.marks.parent / "git-lfs").symlink_to(trap.program("lfs"))
    trap.git("config", "--remove-section", "filter.trap")
    trap.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    if own:
        trap.git("config", "lfs.extension.x.clean", "anything")
    trap.write(".gitattributes", "*.feature filter=lfs\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        dirty = git.is_committed(trap.folder / "features" / "a.feature")

    assert (dirty, trap.sprung) == (True, [] if own else ["lfs"])


def test_nothing_is_fetched(trap: Trap, tmp_path: Path) -> None:
    """What a partial clone lacks stays away: the remote may be a program, or be reached by one."""
    trap.git("config", "uploadpack.allowFilter", "true")
    trap.git("config", "core.fsmonitor", "false")
    trap.write("features/a.feature", f"{FEATURE}# more\n")
    trap.git("config", "--remove-section", "filter.trap")
    trap.git("commit", "--quiet", "--all", "--message=two")
    clone = tmp_path / "clone"
    trap.git("clone", "--quiet", "--filter=blob:none", f"file://{trap.folder}", str(clone))
    for key, value in {
        "remote.origin.uploadpack": trap.program("uploadpack", "exit 1"),
        "protocol.file.allow": "always",
    }.items():
        subprocess.run(["git", "config", key, value], cwd=clone, check=True)
    (trap.marks / "hook").unlink(missing_ok=True)
    file = clone / "features" / "a.feature"
    before = trap.sprung

    assert git.line_dates(file, [1]) == {}
    assert trap.sprung == before
