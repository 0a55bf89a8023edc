"""Run cases as a project of one framework, and read everything that the run left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from xml.etree import ElementTree as ET

from conformance_deeds import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance_table import Case

# A copy of the package to run instead of the installed one; how guards are removed one by one.
SOURCE = "CONFORMANCE_SOURCE"
DEEDS = Path(__file__).with_name("conformance_deeds.py")

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|BEHAVE|ROBOT_|PYTEST_|PY_COLORS|GITHUB_SHA|CI_COMMIT_SHA|PYTHONOPTIMIZE|COV_|COVERAGE_"
)
_CLOSING = re.compile(
    r"^bugcapture: (\d+) expected failures?(?: \(([^)]*)\))?, (\d+) look fixed(?: \(([^)]*)\))?, "
    r"(\d+) wrong(?: \(([^)]*)\))?, (\d+) regressed(?: \(([^)]*)\))?(?:, (\d+) not run)?$",
    re.MULTILINE,
)
_PLACE = re.compile(r"([\w./-]+\.\w+):(\d+)")
_PROBLEM = re.compile(r"([\w./-]+\.\w+):(\d+): ([TF]\d) ")
MARK = "# case "
_COUNTED = ("expected_failure", "unexpected_pass", "wrong_failure", "regressed")


class Dialect(Protocol):
    """How one framework spells a case, and how it is started.

    Attributes:
        name: The framework, as the table names it.
        serial: The dialect whose totals must be the same; empty for one process.
        dry: Arguments of a run that executes nothing; empty when the framework has none.
        stop: Arguments with which the run ends at the first failure.
        unselect: Arguments that leave out every test with the switch.
        refused: The exit code of a run with bad tags; None where any other than 0 will do.
        worker_errors: Where the standard error of worker processes is kept, as a pattern; empty for nowhere.
    """

    name: str
    serial: str
    dry: tuple[str, ...]
    stop: tuple[str, ...]
    unselect: tuple[str, ...]
    refused: int | None
    worker_errors: str

    def write(self, folder: Path, cases: Sequence[Case]) -> None:
        """Write a project that holds these cases, in this order; a line `# case <id>` stands above each."""

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command behind ``python``, with further options; the host's report goes to the folder ``report``."""
        ...

    def identify(self, name: str) -> str:
        """The name of a test in the table, from its name in evidence and reports; empty for no test."""
        ...


@dataclass(frozen=True)
class Counts:
    """What closing lines say, added up.

    Attributes:
        lines: How many there are.
        counts: Tests by verdict, where there are any.
        ids: Bug numbers by verdict, where there are any.
    """

    lines: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    ids: dict[str, set[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        code: The exit code.
        output: Standard output.
        errors: Standard error.
        records: The evidence.
        verdicts: The verdict of each test in the evidence, by its name in the table.
        last: The record of each test; the last one when there are more, because it supersedes the others.
        placed: The case in whose lines the evidence says that a test stands.
        stepped: The case in whose lines the evidence says that a test's failing step stands, and that line.
        problems: The cases that are told to break a rule, each with the rule.
        host: How the framework's own report sees each test: ``passed``, ``failed`` or ``skipped``.
        texts: What that report says about each failed test.
        pointed: The lines of the project that those texts point at, of each failed test.
        ended: What the project's hook at the end of each process was told, ``passed`` or ``failed``; empty when
            the framework has no such hook.
        executed: The tests that did anything.
    """

    code: int
    output: str
    errors: str
    records: list[dict[str, Any]]
    verdicts: dict[str, str]
    last: dict[str, dict[str, Any]]
    placed: dict[str, str]
    stepped: dict[str, tuple[str, str]]
    problems: set[tuple[str, str]]
    host: dict[str, str]
    texts: dict[str, str]
    pointed: dict[str, list[str]]
    ended: set[str]
    executed: set[str]

    @property
    def said(self) -> str:
        """All that the run said."""
        return self.output + self.errors

    @property
    def closing(self) -> Counts:
        """The closing lines on standard error."""
        counts: dict[str, int] = {}
        ids: dict[str, set[int]] = {}
        lines = _CLOSING.findall(self.errors)
        for line in lines:
            for index, verdict in enumerate(_COUNTED):
                if number := int(line[2 * index]):
                    counts[verdict] = counts.get(verdict, 0) + number
                    told = line[2 * index + 1].split(", ")
                    ids.setdefault(verdict, set()).update(int(text.removeprefix("#")) for text in told)
            if line[8]:
                counts["not_run"] = counts.get("not_run", 0) + int(line[8])
        return Counts(len(lines), counts, ids)


def launch(arguments: Sequence[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``python <arguments>``.

    Args:
        arguments: What stands behind ``python``.
        folder: Where to run.
        env: All variables.
    """
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        check=False,
        timeout=300,
        encoding="utf-8",
    )


def run_cases(
    dialect: Dialect,
    cases: Sequence[Case],
    folder: Path,
    *arguments: str,
    env: dict[str, str] | None = None,
    source: str = "",
) -> Run:
    """Write a project with some cases and run it.

    Args:
        dialect: The framework.
        cases: The cases.
        folder: An empty folder.
        arguments: Further arguments of the framework.
        env: Variables to set.
        source: A folder with a copy of the package to run instead of the installed one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("", "utf-8")  # The project's root, wherever the folder lies.
    shutil.copy(DEEDS, folder)
    dialect.write(folder, cases)
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    paths = filter(None, [source or os.environ.get(SOURCE), str(folder), kept.get("PYTHONPATH")])
    done = launch(
        dialect.command(arguments),
        folder,
        {
            **kept,
            "PYTHONPATH": os.pathsep.join(paths),
            # pabot starts `robot` by its name.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
            "BUGCAPTURE_EVIDENCE_DIR": str(folder / "evidence"),
            LOG: str(folder / "executed.txt"),
            **(env or {}),
        },
    )
    kept_errors = sorted(folder.glob(dialect.worker_errors)) if dialect.worker_errors else []
    errors = done.stderr + "".join(file.read_text("utf-8") for file in kept_errors)
    files = sorted((folder / "evidence").glob("*.jsonl"))
    records = [json.loads(line) for file in files for line in file.read_text("ascii").splitlines()]
    last = {dialect.identify(record["name"]): record for record in records}
    host, texts = _host(dialect, folder / "report")
    return Run(
        code=done.returncode,
        output=done.stdout,
        errors=errors,
        records=records,
        verdicts={name: record["verdict"] for name, record in last.items()},
        last=last,
        placed={name: _case_of(folder, record["location"]) for name, record in last.items()},
        stepped={
            name: (_case_of(folder, at), "".join(_lines_at(folder, at)))
            for name, record in last.items()
            if (at := record["step_location"])
        },
        problems={
            (_case_at(folder, path, line), rule) for path, line, rule in _PROBLEM.findall(done.stdout + errors)
        },
        host=host,
        texts=texts,
        pointed={name: list(_lines_at(folder, text)) for name, text in texts.items()},
        ended=_words_of(folder / "ended.txt"),
        executed=_words_of(folder / "executed.txt"),
    )


def _words_of(file: Path) -> set[str]:
    return set(file.read_text("utf-8").split()) if file.exists() else set()


def _lines_at(folder: Path, text: str) -> Iterator[str]:
    """The lines that a text names as places."""
    for path, line in _PLACE.findall(text):
        file = folder / path
        if file.is_file() and file.is_relative_to(folder):
            yield from file.read_text("utf-8").splitlines()[int(line) - 1 : int(line)]


def _case_of(folder: Path, location: str) -> str:
    return _case_at(folder, *location.split(":")) if location else ""


def _case_at(folder: Path, path: str, line: str) -> str:
    """The case to which a line of the project belongs; empty for none."""
    above = (folder / path).read_text("utf-8").splitlines()[: int(line)]
    marks = (text.strip().removeprefix(MARK) for text in reversed(above) if text.strip().startswith(MARK))
    return next(marks, "")


def _host(dialect: Dialect, report: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The status of each test in the JUnit files, and the text; the worst, when it is in them more than once."""
    found: dict[str, str] = {}
    texts: dict[str, str] = {}
    for file in sorted(report.rglob("*.xml")):
        for case in ET.parse(file).getroot().iter("testcase"):  # noqa: S314 - the framework wrote it
            name = dialect.identify(case.get("name", ""))  # An interrupted run of pytest leaves a case without.
            if name and found.get(name) != "failed":
                found[name] = _status(case)
                texts[name] = " ".join(text for part in case for text in (*part.attrib.values(), *part.itertext()))
    return found, texts


def _status(case: ET.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    # pytest reports its own expected failures as skipped tests of this type.
    expected = skipped is not None and skipped.attrib.get("type") == "pytest.xfail"
    if skipped is None:
        return "skipped" if case.attrib.get("status") == "skipped" else "passed"  # behavex has no such element.
    return "passed" if expected else "skipped"
