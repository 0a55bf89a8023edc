"""A project on disk, and the command line in it: in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.cli import main
from lean_pytest import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOREIGN = re.compile(
    r"BUGCAPTURE_|BEHAVE|ROBOT_|PYTEST_|GIT_|GITHUB_|GITLAB_|CI_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|LC_ALL"
)


@dataclass(frozen=True)
class Done:
    """What one command did.

    Attributes:
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class CommandProject:
    """A project in a folder of its own; nothing is in it.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The search for a project ends here.
        (folder / ".git").mkdir()

    def write(self, name: str, content: str | bytes = "") -> Path:
        """Write a file as it is."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def read(self, name: str) -> str:
        """Read a text file as it is."""
        return (self.folder / name).read_bytes().decode()

    def files(self) -> dict[str, bytes]:
        """Every file with its content."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in found
            if not {"__pycache__", ".pytest_cache"} & set(path.parts)
        }

    def run(self, *arguments: str, where: str = ".", env: Mapping[str, str] | None = None) -> Done:
        """Run the command line in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, _clean(env or {}), clear=True),
            mock.patch("sys.stdout", streams[0]),
            mock.patch("sys.stderr", streams[1]),
        ):
            os.chdir(self.folder / where)
            try:
                code = main(arguments)
            finally:
                os.chdir(before)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
        return Done(code, out, err)

    def start(self, module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run ``python -m module`` in a process of its own, in the project's folder."""
        done = subprocess.run(
            [sys.executable, "-B", "-m", module, *arguments],
            cwd=self.folder,
            env=_clean({"PYTHONPATH": ".", "PYTHONUTF8": "1", **(env or {})}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def _clean(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    return {**kept, **VARIABLES, **variables}
