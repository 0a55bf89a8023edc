"""A Behave project on disk, a real Behave process in it, and everything that the process left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree as ET

INSTALL = "from bugcapture.behave import install\ninstall()\n"
SWITCH = "@tdd_expected_fail"

_FOREIGN = re.compile(r"BUGCAPTURE_|GIT_|BEHAVE|GITHUB_SHA|CI_COMMIT_SHA|PYTHONOPTIMIZE|PYTHONIOENCODING|LC_ALL")
_REPORTS = ("-f", "plain", "-o", "plain.txt", "-f", "json", "-o", "report.json", "-f", "rerun", "-o", "rerun.txt")
_JUNIT = ("--junit", "--junit-directory", "junit")
_LEVELS = ("feature", "rule", "scenario", "step")


@dataclass(frozen=True)
class Cells:
    """What the reports of one run say about one scenario."""

    junit: str
    elements: tuple[str, ...]
    json: str
    rerun: bool
    listed: bool


GREEN = Cells("passed", (), "passed", rerun=False, listed=False)
FAILED = Cells("failed", ("failure",), "failed", rerun=True, listed=True)
ERROR = Cells("error", ("error",), "error", rerun=True, listed=True)
HOOK_ERROR = Cells("hook_error", ("error",), "hook_error", rerun=True, listed=True)
CLEANUP_ERROR = Cells("cleanup_error", ("error",), "cleanup_error", rerun=True, listed=True)


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        folder: Its working directory; reports are read from there when they are asked for.
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
    def lines(self) -> list[str]:
        """The lines of standard error, without Behave's log and its snippets for undefined steps."""
        own = self.stderr.partition("\nYou can implement step definitions")[0]
        return [line for line in own.splitlines() if not line.startswith("LOG_WARNING:behave:")]

    @property
    def closing(self) -> str:
        """The last line of standard error."""
        return self.lines[-1] if self.lines else ""

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict by the scenario's name."""
        return {record["name"]: record["verdict"] for record in self.records}

    @property
    def record(self) -> dict[str, Any]:
        """The only record."""
        assert len(self.records) == 1, self.records
        return self.records[0]

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """The summary's counts that are not zero, by level: ``{"scenario": {"passed": 1}}``."""
        found: dict[str, dict[str, int]] = {}
        for line in self.stdout.splitlines():
            match = re.match(r"\d+ (feature|rule|scenario|step)s? ", line)
            if match:
                pairs = re.findall(r"(\d+) (?:(?:feature|rule|scenario|step)s? )?(\w+)", line)
                found[match[1]] = {word: int(count) for count, word in pairs if count != "0"}
        return found

    @cached_property
    def suites(self) -> list[ET.Element]:
        """The JUnit suites, in the order of their files."""
        return [ET.parse(file).getroot() for file in sorted((self.folder / "junit").glob("*.xml"))]  # noqa: S314 - Behave wrote it

    def suite_counts(self, index: int = 0) -> dict[str, int]:
        """The counts that a JUnit suite claims."""
        return {key: int(self.suites[index].attrib[key]) for key in ("tests", "errors", "failures", "skipped")}

    def case(self, name: str) -> ET.Element:
        """The JUnit test case of a scenario."""
        found = [case for suite in self.suites for case in suite.iter("testcase") if case.attrib["name"] == name]
        assert len(found) == 1, name
        return found[0]

    @cached_property
    def features(self) -> list[dict[str, Any]]:
        """Behave's JSON report."""
        return json.loads((self.folder / "report.json").read_text("utf-8"))

    def scenario(self, name: str) -> dict[str, Any]:
        """A scenario of the JSON report; its last attempt when it was retried."""
        items = [item for feature in self.features for item in feature.get("elements", ())]
        nested = [inner for item in items for inner in (item, *item.get("elements", ()))]
        found = [item for item in nested if item["name"] == name and item["type"] == "scenario"]
        assert len({item["location"] for item in found}) == 1, name
        return found[-1]

    @property
    def rerun(self) -> list[str]:
        """The places in the rerun file; none without the file."""
        file = self.folder / "rerun.txt"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return [line for line in lines if line and not line.startswith("#")]

    @property
    def listed(self) -> list[str]:
        """The places under "Failing scenarios" and "Errored scenarios" of the summary."""
        return re.findall(r"^  (\S+:\d+)  ", self.stdout, re.MULTILINE)

    def cells(self, name: str) -> Cells:
        """What all reports say about one scenario."""
        case = self.case(name)
        scenario = self.scenario(name)
        elements = tuple(child.tag for child in case if child.tag in {"failure", "error", "skipped"})
        place = scenario["location"]
        return Cells(
            case.attrib["status"], elements, scenario["status"], place in self.rerun, place in self.listed
        )

    def hook_lines(self) -> list[str]:
        """What the project's hooks wrote down with ``note``."""
        file = self.folder / "notes.txt"
        return file.read_text("utf-8").splitlines() if file.exists() else []


class BehaveProject:
    """A project in a folder of its own.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("features/environment.py", INSTALL)
        steps = self.folder / "features" / "steps" / "common.py"
        steps.parent.mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("common_steps.py"), steps)

    def write(self, name: str, text: str) -> Path:
        """Write a file, dedented; hooks may call ``note(text)``, see `Run.hook_lines`."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), "utf-8", newline="\n")
        return file

    def feature(self, text: str, name: str = "a") -> Path:
        """Write ``features/<name>.feature``."""
        return self.write(f"features/{name}.feature", text)

    def hooks(self, text: str, install: str = INSTALL) -> None:
        """Write an environment file: the adapter first, then these hooks."""
        note = (
            "def note(text):\n"
            "    with open('notes.txt', 'a', encoding='utf-8') as file:\n"
            "        print(text, file=file)\n"
        )
        self.write("features/environment.py", install + note + dedent(text))

    def run(
        self,
        *args: str,
        env: dict[str, str] | None = None,
        python: tuple[str, ...] = (),
        module: str = "behave",
        reports: bool = True,
        folder: str = ".",
    ) -> Run:
        """Run Behave in the project, with all reports at once.

        Args:
            args: Arguments behind those for the reports.
            env: Variables to set.
            python: Options of the interpreter.
            module: What to run with ``-m``.
            reports: Whether to ask for plain, JSON, rerun and JUnit reports.
            folder: The working directory, seen from the project.
        """
        where = self.folder / folder
        for name in ("evidence", "junit"):
            shutil.rmtree(where / name, ignore_errors=True)
        for name in ("report.json", "rerun.txt", "plain.txt", "notes.txt"):
            (where / name).unlink(missing_ok=True)
        kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
        command = [sys.executable, *python, "-m", module]
        done = subprocess.run(
            [*command, *(_REPORTS + _JUNIT if reports else ()), *args],
            cwd=where,
            env={
                **kept,
                "PYTHONIOENCODING": "utf-8",
                "NO_COLOR": "1",
                "BUGCAPTURE_EVIDENCE_DIR": str(where / "evidence"),
                **(env or {}),
            },
            capture_output=True,
            check=False,
            timeout=120,
        )
        files = sorted((where / "evidence").glob("*.jsonl"))
        lines = [line for file in files for line in file.read_text("ascii").splitlines()]
        return Run(
            where,
            done.returncode,
            done.stdout.decode("utf-8"),
            done.stderr.decode("utf-8"),
            [json.loads(line) for line in lines],
        )


def captured(number: int, name: str, *steps: str, tags: str = "", description: str = "") -> str:
    """A captured scenario as text, indented as the features of these tests are."""
    head = f"  @tdd_bug @tdd_bug_{number} {SWITCH} {tags}".rstrip()
    told = "".join(f"    {line}\n" for line in description.splitlines())
    return f"{head}\n  Scenario: {name}\n{told}" + "".join(f"    {step}\n" for step in steps) + "\n"


def closing(
    expected: str = "0 expected failures", fixed: str = "0", wrong: str = "0", regressed: str = "0"
) -> str:
    """The line that ends a run; each part is a count with its numbers, such as ``1 look fixed (#2)``."""
    words = (("look fixed", fixed), ("wrong", wrong), ("regressed", regressed))
    parts = [expected]
    for word, told in words:
        count, _, numbers = told.partition(" ")
        parts.append(f"{count} {word}" + (f" {numbers}" if numbers else ""))
    return "bugcapture: " + ", ".join(parts)
