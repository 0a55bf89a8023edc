"""A Robot project on disk, a real Robot process in it, and everything that the process left behind."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import robot.version
from robot.api import ExecutionResult
from robot_log import Log

if TYPE_CHECKING:
    from pathlib import Path

VERSION = tuple(int(part) for part in robot.version.VERSION.split(".")[:2])
LISTENER = ("--listener", "bugcapture.robot.Listener")
TAGS = "[Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail"

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|ROBOT_|PYTEST_|GITHUB_SHA|CI_COMMIT_SHA|PYTHONOPTIMIZE|PYTHONIOENCODING|LC_ALL"
)


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        folder: Its working directory; reports are read from ``out`` below it.
        code: The exit code.
        stdout: Standard output.
        stderr: Standard error.
        records: The evidence, in the order in which it was written; several files one after the other.
    """

    folder: Path
    code: int
    stdout: str
    stderr: str
    records: list[dict[str, Any]]

    @property
    def ours(self) -> list[str]:
        """The lines of standard error that begin with our name."""
        return [line for line in self.stderr.splitlines() if line.startswith("bugcapture: ")]

    @property
    def closing(self) -> str:
        """The last line of standard error."""
        return self.stderr.splitlines()[-1] if self.stderr else ""

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict by the test's name; the last record counts."""
        return {record["name"]: record["verdict"] for record in self.records}

    def record(self, name: str) -> dict[str, Any]:
        """The only record of a test."""
        (found,) = (record for record in self.records if record["name"] == name)
        return found

    @cached_property
    def tests(self) -> dict[str, Any]:
        """The tests of ``output.xml`` by name; the last one counts."""
        return {test.name: test for test in self.all_tests}

    @cached_property
    def all_tests(self) -> list[Any]:
        """The tests of ``output.xml``."""
        return list(ExecutionResult(self.folder / "out" / "output.xml").suite.all_tests)

    @cached_property
    def statuses(self) -> dict[str, str]:
        """The status of each test in ``output.xml``."""
        return {name: test.status for name, test in self.tests.items()}

    def message(self, name: str) -> str:
        """The message of a test in ``output.xml``."""
        return str(self.tests[name].message)

    @cached_property
    def log(self) -> Log:
        """What ``log.html`` says."""
        return Log(self.folder / "out" / "log.html")

    @cached_property
    def xunit(self) -> dict[str, str]:
        """What xunit says of each test: PASS, FAIL or SKIP."""
        marks = {"failure": "FAIL", "skipped": "SKIP"}
        root = ET.parse(self.folder / "out" / "xunit.xml").getroot()  # noqa: S314 - Robot wrote it
        return {
            case.attrib["name"]: next((marks[child.tag] for child in case if child.tag in marks), "PASS")
            for case in root.iter("testcase")
        }

    @cached_property
    def console(self) -> dict[str, str]:
        """What the console says of each test: PASS, FAIL or SKIP."""
        found = re.findall(r"^(\S.*?)(?: :: .*?)? +\| (PASS|FAIL|SKIP) \|$", self.stdout, re.MULTILINE)
        return dict(found)


class RobotProject:
    """A folder with Robot files, and Robot processes that run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".git").mkdir()
        self.evidence = folder / "evidence"

    def write(self, name: str, text: str) -> Path:
        """Write a file, indented as in the test."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def robot(
        self, *args: str, env: dict[str, str] | None = None, listener: bool = True, python: tuple[str, ...] = ()
    ) -> Run:
        """Run ``python -m robot``, by default with the listener, on ``tests``."""
        wired = LISTENER if listener else ()
        targets = args or ("tests",)
        command = [
            "-m",
            "robot",
            *wired,
            "--outputdir",
            "out",
            "--xunit",
            "xunit.xml",
            "--consolewidth",
            "250",
            *targets,
        ]
        return self.python(*python, *command, env=env)

    def python(self, *args: str, env: dict[str, str] | None = None) -> Run:
        """Run Python in the project."""
        clean = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
        clean |= {"BUGCAPTURE_EVIDENCE_DIR": str(self.evidence), "PYTHONPATH": str(self.folder)}
        for file in self.evidence.glob("*"):
            file.unlink()
        process = subprocess.run(
            [sys.executable, *args],
            cwd=self.folder,
            env=clean | (env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Run(self.folder, process.returncode, process.stdout, process.stderr, self.read_evidence())

    def read_evidence(self) -> list[dict[str, Any]]:
        """All records."""
        files = sorted(self.evidence.glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
