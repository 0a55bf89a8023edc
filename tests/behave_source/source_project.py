"""A project of feature files on disk, and the command line: in this process or in one of its own."""

from __future__ import annotations

import ctypes
import io
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INSTALL = "from bugcapture.behave import install\n\ninstall()\n"
ANY_STEP = """
from behave import step, use_step_matcher

use_step_matcher("re")


@step(".*")
def any_step(context):
    pass
"""
SWITCH = "@tdd_expected_fail"

_FOREIGN = re.compile(r"BUGCAPTURE_|GIT_|BEHAVE|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|PYTHONIOENCODING|LC_ALL")
_DAC_OVERRIDE, _DAC_READ_SEARCH, _PR_CAPBSET_DROP = 1, 2, 24


@dataclass(frozen=True)
class Result:
    """What one command did.

    Attributes:
        code: Its exit code.
        out: Its standard output, byte for byte.
        err: Its standard error.
    """

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode("utf-8", "surrogateescape")

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def places(self) -> list[str]:
        """The findings of a check as ``path:line RULE``."""
        return [f"{finding['path']}:{finding['line']} {finding['rule']}" for finding in self.json["findings"]]


def clean_env(**variables: str) -> dict[str, str]:
    """The environment without what would change the result, and with some variables."""
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    return {**kept, "PYTHONIOENCODING": "utf-8", **variables}


class Project:
    """A project in a folder of its own; the adapter is installed in it.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("features/environment.py", INSTALL)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file; text is dedented, bytes are taken as they are."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = dedent(content).lstrip("\n").encode()
        file.write_bytes(content)
        return file

    def feature(self, content: str | bytes, name: str = "a") -> Path:
        """Write ``features/<name>.feature``."""
        return self.write(f"features/{name}.feature", content)

    def run(self, *arguments: str, env: dict[str, str] | None = None, where: str = ".") -> Result:
        """Run the command line in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, clean_env(**(env or {})), clear=True),
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
        out, err = (stream.buffer.getvalue() for stream in streams)  # type: ignore[attr-defined]
        return Result(code, out, err.decode("utf-8"))

    def check(self, *arguments: str) -> Result:
        """Check the project; the result is JSON."""
        return self.run("check", "--format", "json", *arguments)

    def start(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        python: tuple[str, ...] = ("-m", "bugcapture"),
        prepare: Callable[[], None] | None = None,
        **options: Any,
    ) -> Result:
        """Run the command line in a process of its own, in the project's folder.

        Args:
            arguments: Its arguments.
            env: Variables to set.
            python: What the interpreter runs.
            prepare: What the new process does before it becomes the command.
            options: For `subprocess.run`.
        """
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        done = subprocess.run(
            [sys.executable, *python, *arguments],
            **{"cwd": self.folder, **streams, **options},
            env=clean_env(**(env or {})),
            check=False,
            timeout=60,
            preexec_fn=prepare,
        )
        return Result(done.returncode, done.stdout or b"", (done.stderr or b"").decode("utf-8"))

    def snapshot(self) -> dict[str, bytes]:
        """Every regular file with its content."""
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes()
            for file in sorted(self.folder.rglob("*"))
            if file.is_file() and ".git/" not in file.as_posix()
        }


def can_obey_modes() -> bool:
    """Whether a process of ours can be made to obey file modes as every user's process does."""
    if sys.platform == "win32":
        return False
    if os.geteuid() != 0:
        return True
    try:
        done = subprocess.run([sys.executable, "-c", ""], preexec_fn=obey_modes, check=False)
    except subprocess.SubprocessError:
        return False
    return done.returncode == 0


def obey_modes() -> None:
    """Take the superuser's right to pass over file modes from the process that starts next."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            if library.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")


@contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    """Give a file or folder another mode for a while."""
    before = path.stat().st_mode
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)
