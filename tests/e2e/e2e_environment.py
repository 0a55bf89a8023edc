"""A virtual environment, used as a stranger uses it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FOREIGN = re.compile(
    r"PYTHON|VIRTUAL_ENV|BUGCAPTURE_|BEHAVE|GIT_|GITHUB_|CI_|COVERAGE_|NO_COLOR|FORCE_COLOR|LC_|LANG"
)


@dataclass(frozen=True)
class Environment:
    """A virtual environment.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    @property
    def scripts(self) -> Path:
        """The folder of its commands."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, command: str, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its commands as somebody who has it on PATH, and has set nothing else.

        Args:
            command: The command's name, such as ``python`` or ``behave``.
            arguments: What follows.
            cwd: The working directory.
        """
        kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
        path = os.pathsep.join([str(self.scripts), os.environ.get("PATH", "")])
        return subprocess.run(
            [str(self.scripts / command), *map(str, arguments)],
            cwd=cwd,
            env=kept | {"PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=300,
        )

    def must(self, command: str, *arguments: str | Path, cwd: Path) -> str:
        """Run a command that has to succeed; its standard output."""
        done = self.run(command, *arguments, cwd=cwd)
        assert done.returncode == 0, f"{command} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout
