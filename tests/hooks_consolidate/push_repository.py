"""A repository with push hooks, and nothing of the user's own git and pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from consolidated import LOCAL, PATH

from command_project import CommandProject, Done

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = Path(sys.executable).parent


class PushProject(CommandProject):
    """A repository in a folder of its own.

    Args:
        folder: An empty folder.
        home: Where its tools keep what they know.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        super().__init__(folder)
        home.mkdir(exist_ok=True)
        self.variables = {
            **dict.fromkeys(
                ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PRE_COMMIT_HOME", "PREK_HOME"), str(home)
            ),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.call("git", "init", "--quiet", "--initial-branch=main")

    def call(self, *command: str) -> str:
        """Run a program that has to succeed; what it says."""
        done = self.try_call(*command)
        assert done.code == 0, f"{command}: {done}"
        return done.out

    def try_call(self, *command: str) -> Done:
        """Run a program."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT", "PREK"))
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**kept, **self.variables, "PYTEST_ADDOPTS": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Done(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    def commit(self) -> None:
        """Commit everything."""
        self.call("git", "add", "--all")
        user = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        self.call("git", *user, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=work")

    def hooks(self, *hooks: str) -> None:
        """Configure some hooks, and commit everything."""
        self.write(PATH, LOCAL + "".join(hooks))
        self.commit()

    def consolidate(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run the command."""
        return self.run("hooks", "consolidate", *arguments, env={**self.variables, **(env or {})})
