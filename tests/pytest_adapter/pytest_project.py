"""A pytest project on disk, a real pytest process in it, and everything that the process left behind."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from lean_pytest import WITHOUT_PLUGINS

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
[pytest]
addopts = --strict-markers -p no:cacheprovider -p no:hypothesispytest
filterwarnings = error
"""
# What the test modules of these projects begin with: `T` is a complete capture of bug 1.
HEAD = """\
import unittest
import pytest
bug = pytest.mark.tdd_bug
fail = pytest.mark.tdd_expected_fail
T = lambda test: bug(1)(fail(test))
"""
EXPECTED, FIXED, WRONG, REGRESSED = "expected_failure", "unexpected_pass", "wrong_failure", "regressed"

_FOREIGN = re.compile(r"BUGCAPTURE_|PYTEST|GIT_|GITHUB_SHA|CI_COMMIT_SHA|PYTHONOPTIMIZE|PYTHONIOENCODING|COLUMNS")
_WORDS = ("failed", "passed", "skipped", "xfailed", "xpassed", "errors", "error", "rerun", "deselected")


def clean_environment() -> dict[str, str]:
    """The environment without what would change a run."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        folder: Its working directory.
        code: The exit code.
        stdout: Standard output.
        stderr: Standard error.
        records: The evidence; several files one after the other.
    """

    folder: Path
    code: int
    stdout: str
    stderr: str
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def closing(self) -> str:
        """The last line of standard error."""
        return (self.stderr.splitlines() or [""])[-1]

    @property
    def counts(self) -> dict[str, int]:
        """What the last line of the terminal counts."""
        line = self.stdout.splitlines()[-1]
        return {
            word.replace("errors", "error"): int(n)
            for n, word in re.findall(r"(\d+) (\w+)", line)
            if word in _WORDS
        }

    @property
    def shown(self) -> dict[str, set[str]]:
        """The words of the short summary by test, such as ``XFAIL``; subtests count for their test."""
        found: dict[str, set[str]] = {}
        for line in self.stdout.splitlines():
            match = re.match(r"(?:[\[(].*[\])] )?(SUB[A-Z]+|[A-Z]{4,})\b.* \S+\.py::(\S+)", line)
            if match:
                found.setdefault(match[2], set()).add(match[1])
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The last verdict by the name of the test."""
        return {record["name"]: record["verdict"] for record in self.records}

    @property
    def reasons(self) -> dict[str, str]:
        """The last reason by the name of the test."""
        return {record["name"]: record["reason"] for record in self.records}

    @cached_property
    def junit(self) -> dict[str, list[str]]:
        """The elements of each JUnit test case, by name."""
        cases: dict[str, list[str]] = {}
        for case in ET.parse(self.folder / "junit.xml").getroot().iter("testcase"):  # noqa: S314 - pytest wrote it
            cases.setdefault(case.attrib["name"], []).extend(child.tag for child in case)
        return cases

    @cached_property
    def suite(self) -> dict[str, int]:
        """The counts that the JUnit suite claims."""
        root = next(ET.parse(self.folder / "junit.xml").getroot().iter("testsuite"))  # noqa: S314
        return {key: int(root.attrib[key]) for key in ("tests", "errors", "failures", "skipped")}

    def junit_text(self, name: str) -> str:
        """All texts and attributes of a JUnit test case."""
        for case in ET.parse(self.folder / "junit.xml").getroot().iter("testcase"):  # noqa: S314
            if case.attrib["name"] == name:
                return ET.tostring(case, "unicode")
        raise AssertionError(name)


class PytestProject:
    """Files of a project, and pytest runs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pytest.ini", SETTINGS)

    def write(self, name: str, text: str) -> Path:
        """Write a file; its indentation is taken off."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def module(self, text: str, name: str = "test_it.py") -> Path:
        """Write a test module that begins with `HEAD`."""
        return self.write(name, HEAD + dedent(text))

    def run(self, *arguments: str, python: tuple[str, ...] = (), **variables: str) -> Run:
        """Run pytest; evidence and JUnit are always written."""
        evidence = self.folder / "evidence"
        for file in evidence.glob("*"):
            file.unlink()
        env = clean_environment() | {"BUGCAPTURE_EVIDENCE_DIR": str(evidence), "COLUMNS": "200", **variables}
        shown = () if "no:terminal" in arguments else ("-rA", "--tb=short")
        without = () if any(self.folder.rglob("*.feature")) else WITHOUT_PLUGINS
        command = [sys.executable, *python, "-m", "pytest", *shown, "--junitxml=junit.xml", *without, *arguments]
        process = subprocess.run(
            command,
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        lines = [
            line for file in sorted(evidence.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
        ]
        return Run(
            self.folder, process.returncode, process.stdout, process.stderr, [json.loads(line) for line in lines]
        )
