"""A git repository with hooks, made by git, pre-commit and prek themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from command_project import CommandProject

# Where it is, sh understands what only bash does elsewhere.
IS_SH_BASH = subprocess.run(["/bin/sh", "-c", "a=(b)"], capture_output=True, check=False).returncode == 0
BIN = Path(sys.executable).parent
OURS = ".git/hooks/pre-push"


class HookProject(CommandProject):
    """A repository in a folder of its own.

    Args:
        folder: An empty folder.
    """

    _plain: ClassVar[list[bytes]] = []

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, where: str = ".") -> str:
        """Run git; it has to succeed."""
        return self.call("git", *arguments, where=where)

    def call(self, program: str, *arguments: str, where: str = ".", code: int = 0) -> str:
        """Run a program; it has to end with an exit code."""
        done = subprocess.run(
            [program, *arguments],
            cwd=self.folder / where,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        output = done.stdout.decode("utf-8", "replace")
        assert done.returncode == code, f"{program} {' '.join(arguments)}: {done.returncode}\n{output}"
        return output

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message=work")

    def pre_commit(self, *options: str) -> None:
        """Install the hook as pre-commit does.

        What it writes into a repository without hooks is always the same, so a process asks for it once.
        """
        plain = not options and not (self.folder / OURS).exists()
        if plain and self._plain:
            self.hook(self._plain[0])
            return
        self.call(str(BIN / "pre-commit"), "install", "-t", "pre-push", *options)
        if plain:
            self._plain.append((self.folder / OURS).read_bytes())

    def prek(self, *options: str, where: str = ".") -> None:
        """Install the hook as prek does."""
        self.call(str(BIN / "prek"), "install", "-t", "pre-push", *options, where=where)

    def hook(self, text: str | bytes, name: str = OURS, mode: int = 0o755) -> Path:
        """Write a hook by hand."""
        file = self.write(name, text)
        file.chmod(mode)
        return file


def environment() -> dict[str, str]:
    """The variables of this process without those that mislead another git, and with the tools on PATH."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT", "PREK"))}
    return kept | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": os.environ["PRE_COMMIT_HOME"],
        "PREK_HOME": os.environ["PREK_HOME"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
