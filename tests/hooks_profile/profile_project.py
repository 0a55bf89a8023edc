"""A git repository with cheap hooks, and what pre-commit and prek need to run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_project import CommandProject

if TYPE_CHECKING:
    from command_project import Done

BIN = Path(sys.executable).parent
CONFIG = ".pre-commit-config.yaml"


class ProfileProject(CommandProject):
    """A repository in a folder of its own, with a home of its own beside it.

    Args:
        folder: An empty folder.
        options: What `git init` is given.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder)
        self.home = folder.with_name(f"{folder.name}-home")
        self.home.mkdir()
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str, where: Path | None = None) -> str:
        """Run git; it has to succeed."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=where or self.folder,
            env=self.environment(),
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def commit(self, *hooks: str, others: str = "") -> None:
        """Commit everything, and a configuration with local hooks."""
        listed = "".join(f"  - {{language: system, pass_filenames: false, {hook}}}\n" for hook in hooks)
        if hooks:
            self.write(CONFIG, f"repos:\n- repo: local\n  hooks:\n{listed}{others}")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message=work")

    def profile(self, *arguments: str, where: str = ".", env: dict[str, str] | None = None) -> Done:
        """Run `bugcapture hooks profile` in this process."""
        return self.run("hooks", "profile", *arguments, where=where, env=self.environment() | (env or {}))

    def measure(self, *arguments: str, env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
        """The hooks in the JSON of a profile with one run, by prek unless another is named, by their labels."""
        done = self.profile(
            "--format", "json", "--tool", "prek", "--runs", "1", "--warmups", "0", *arguments, env=env
        )
        assert done.code == 0, done.err
        return {hook["label"]: hook for stage in done.json["stages"] for hook in stage["hooks"]}

    def environment(self) -> dict[str, str]:
        """The variables of this process, with a home of its own and without those that mislead another git."""
        foreign = ("GIT_", "PRE_COMMIT", "PREK", "SKIP", "COVERAGE_PROCESS")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        homes = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PRE_COMMIT_HOME", "PREK_HOME")
        return {
            **kept,
            **dict.fromkeys(homes, str(self.home)),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }

    def state(self) -> dict[str, bytes]:
        """All that the user has: his files, his index, what is stashed, his branches and settings."""
        answers = {
            command: self.git(*command.split()).encode()
            for command in (
                "status --porcelain",
                "stash list",
                "for-each-ref",
                "rev-parse HEAD",
                "config --list --local",
            )
        }
        files = [file for file in self.folder.rglob("*") if file.is_file() and ".git" not in file.parts]
        return answers | {str(file): file.read_bytes() for file in [*files, self.folder / ".git" / "index"]}
