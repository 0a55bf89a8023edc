"""A project with tests of all frameworks on disk, and ``bugcapture run`` in it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock
from xml.etree import ElementTree as ET

from bugcapture.cli import main
from lean_pytest import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|BEHAVE|PYTEST_|ROBOT_|CI_|CIRCLE_|BUILDKITE_|GITHUB_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE"
    r"|PYTHONIOENCODING|LC_ALL"
)
INSTALL = "from bugcapture.behave import install\n\ninstall()\n"
STEPS = """
    import os
    import signal
    import time
    from pathlib import Path

    from behave import step


    @step("it passes")
    def passes(context):
        pass


    @step("it fails")
    def fails(context):
        print("said by a step")
        assert False, "the sum is 3"


    @step("it raises")
    def raises(context):
        raise KeyError("total")


    @step("it is skipped")
    def is_skipped(context):
        context.scenario.skip("not today")


    @step("its process is killed")
    def is_killed(context):
        os.kill(os.getpid(), signal.SIGKILL)


    @step("it hangs")
    def hangs(context):
        Path("hanging.pid").write_text(str(os.getpid()))
        time.sleep(600)
"""
SWITCH = "@tdd_expected_fail"


@dataclass(frozen=True)
class Result:
    """What one command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each test, by its place and name."""
        return {f"{test['location']} {test['name']}": test["verdict"] for test in self.json["tests"]}

    @property
    def xml(self) -> ET.Element:
        """Standard output as XML."""
        return ET.fromstring(self.out)  # noqa: S314 - our own

    @property
    def last(self) -> str:
        """The last line on standard error."""
        return self.err.rstrip("\n").rpartition("\n")[2]


def clean_env(**variables: str) -> dict[str, str]:
    """The environment without what would change the result, and with some variables."""
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    return {**kept, **VARIABLES, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", **variables}


class Project:
    """A project in a folder of its own, with Behave wired in and steps that do what they say.

    Args:
        folder: A folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pyproject.toml", "")
        self.write("features/environment.py", INSTALL)
        self.write("features/steps/steps.py", STEPS)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file; text is dedented, bytes are taken as they are."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(dedent(content).lstrip("\n").encode() if isinstance(content, str) else content)
        return file

    def scenario(self, number: int, step: str, *, switch: bool = True, file: str = "features/a.feature") -> None:
        """Add a scenario with one step that belongs to a bug."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8") if path.exists() else "Feature: F\n"
        tags = f"@tdd_bug @tdd_bug_{number} {SWITCH if switch else ''}".rstrip()
        path.write_text(f"{text}  {tags}\n  Scenario: bug {number}\n    Then {step}\n", "utf-8")

    def run(self, *arguments: str, command: str = "run", where: str = ".", **variables: str) -> Result:
        """Run the command line in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, clean_env(**variables), clear=True),
            mock.patch("sys.stdout", streams[0]),
            mock.patch("sys.stderr", streams[1]),
        ):
            os.chdir(self.folder / where)
            try:
                code = main([command, *arguments])
            finally:
                os.chdir(before)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)  # type: ignore[attr-defined]
        return Result(code, out, err)

    def json(self, *arguments: str, **options: Any) -> Result:
        """Run the captured tests; the result is JSON."""
        return self.run("--format", "json", *arguments, **options)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start the command in a process of its own, in the project's folder."""
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-m", "bugcapture", "run", *arguments]
        return subprocess.Popen(
            command, **{"cwd": self.folder, "env": clean_env(), "text": True, **streams, **options}
        )

    def snapshot(self) -> dict[str, bytes]:
        """Every file with its content."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                yield file.relative_to(self.folder).as_posix(), file.read_bytes()
