r"""Does `bugcapture prove` find what the fixes of public projects have shown red and then green?

`public_fixes.toml` names commits that fixed a bug and brought a test. For each one the truth is found without us:
the project is installed from one checkout, the test files of the fix run there without the fix and then with it,
and the framework's own report says what every test did. Then `bugcapture prove` runs without a bug number, against
the commit before. What it says of every test has to agree, and so has what follows.

    python benchmarks/prove_public_fixes.py --repositories ~/clones [--only boltons] [--markdown FILE]

The folder holds a clone of each project by its bare name, such as `boltons`; a project without one is passed over.
The clones are not touched. Environments are made with uv, and kept in `--work` for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
DATA: Final = Path(__file__).with_name("public_fixes.toml")
RUNNERS: Final = {"behave": "behave>=1.3.3", "pytest": "pytest>=8", "robot": "robotframework>=7"}
BEHAVE_WORDS: Final = {"passed": "pass", "failed": "fail", "skipped": "skip", "untested": "skip"}
PYTEST_WORDS: Final = {"error": "error", "failure": "fail", "skipped": "skip"}
SHOWN: Final = 12


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One commit that fixed a bug.

    Attributes:
        project: ``owner/name`` at GitHub.
        commit: The commit.
        tests: The test files of the fix, which run.
        framework: What runs them.
        requires: What the tests need besides the project.
        install: How the project is installed; empty when it is not.
        folder: The folder of the repository that holds the project.
        proof: What has to follow.
        options: More options for `prove`.
        differs: Tests of which we say something else on purpose, with ours, such as ``error/pass``.
        note: What a reader should know.
    """

    project: str
    commit: str
    tests: tuple[str, ...]
    framework: str = "pytest"
    requires: tuple[str, ...] = ()
    install: tuple[str, ...] = ("-e", ".")
    folder: str = "."
    proof: str = "PROVEN"
    options: tuple[str, ...] = ()
    differs: dict[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def name(self) -> str:
        """The project's bare name."""
        return self.project.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What came out.

    Attributes:
        fix: The commit.
        truth: What each test did without the fix and with it, by the framework's own report.
        found: The same by `prove`.
        proof: What follows by `prove`.
        plain: Seconds of the two runs of the framework alone.
        seconds: Seconds of `prove`.
        told: What went wrong besides.
    """

    fix: Fix
    truth: dict[str, str]
    found: dict[str, str]
    proof: str
    plain: float
    seconds: float
    told: str = ""

    @property
    def wrong(self) -> list[str]:
        """The tests on which we do not agree, each with both answers."""
        lines = []
        for test in sorted(self.truth.keys() | self.found.keys()):
            wanted = self.fix.differs.get(test, self.truth.get(test, "none/none"))
            found = self.found.get(test, "none/none")
            if wanted != found:
                lines.append(f"{test}: {wanted}, and prove says {found}")
        return lines

    @property
    def right(self) -> bool:
        """Whether we agree on everything."""
        return not self.wrong and not self.told and self.proof == self.fix.proof

    def count(self, pair: str) -> int:
        """How many tests did one thing, by `prove`."""
        return Counter(self.found.values())[pair]


def run(command: Sequence[str], cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command without the variables that would mislead it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PYTEST_", "BEHAVE", "ROBOT_", "BUGCAPTURE_", "PYTHON", "COLUMNS"))
    }
    return subprocess.run(
        command,
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )


def must(command: Sequence[str], cwd: Path) -> str:
    """Run a command that has to succeed; what it said."""
    done = run(command, cwd)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    return done.stdout


def compare(fix: Fix, clone: Path, work: Path) -> Compared:
    """Find the truth about one commit, and ask `prove`."""
    place = work / f"{fix.name}-{fix.commit[:10]}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    checkout = place / "checkout"
    # A clone may have replaced large files that it lacks.
    replaced = ("-c", "remote.origin.fetch=+refs/replace/*:refs/replace/*")
    must(["git", "clone", "--quiet", "--no-checkout", "--shared", *replaced, str(clone), str(checkout)], place)
    must(["git", "checkout", "--quiet", "--detach", fix.commit], checkout)
    python = make_environment(fix, checkout, work / f"venv-{fix.name}")
    truth, plain = find_truth(fix, checkout, python, place)
    must(["git", "checkout", "--quiet", "--force", "--detach", fix.commit], checkout)
    command = [str(python), "-m", "bugcapture", "prove", "--base", f"{fix.commit}~1", "--format", "json"]
    started = time.perf_counter()
    done = run([*command, *fix.options], checkout / fix.folder)
    seconds = time.perf_counter() - started
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        told = f"exit {done.returncode}: {done.stderr.strip()[-800:]}"
        return Compared(fix=fix, truth=truth, found={}, proof="", plain=plain, seconds=seconds, told=told)
    found = {
        test["id"]: f"{test['base']['outcome']}/{test['head']['outcome']}"
        for test in document["tests"]
        if test["framework"] == fix.framework
    }
    return Compared(
        fix=fix, truth=truth, found=found, proof=document["proof"], plain=plain, seconds=seconds, told=""
    )


def make_environment(fix: Fix, checkout: Path, folder: Path) -> Path:
    """An environment with the framework, what the tests need, bugcapture, and the project from its checkout."""
    python = folder / "bin" / "python"
    install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
    if not python.exists():
        must(["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], checkout)
    must([*install, RUNNERS[fix.framework], *fix.requires, "-e", f"{ROOT}[{fix.framework}]"], checkout)
    if fix.install:
        must([*install, *fix.install], checkout / fix.folder)
    return python


def find_truth(fix: Fix, checkout: Path, python: Path, place: Path) -> tuple[dict[str, str], float]:
    """What each test did without the fix and with it, and how long that took."""
    roots = sorted({path.split("/")[0] if "/" in path else path for path in fix.tests})
    changed = must(
        [
            "git",
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=d",
            f"{fix.commit}~1",
            fix.commit,
            "--",
            *roots,
        ],
        checkout,
    )
    must(["git", "checkout", "--quiet", "--force", "--detach", f"{fix.commit}~1"], checkout)
    own = {path for path in changed.split("\0") if path}
    tests = own if len(roots) > 1 or "/" in fix.tests[0] else set(fix.tests)
    must(["git", "checkout", "--quiet", fix.commit, "--", *sorted(tests)], checkout)
    started = time.perf_counter()
    before = run_plain(fix, checkout / fix.folder, python, place / "before")
    middle = time.perf_counter()
    must(["git", "reset", "--quiet", "--hard"], checkout)
    must(["git", "checkout", "--quiet", "--force", "--detach", fix.commit], checkout)
    again = time.perf_counter()
    after = run_plain(fix, checkout / fix.folder, python, place / "after")
    seconds = middle - started + time.perf_counter() - again
    pairs = {test: (before.get(test, "none"), after.get(test, "none")) for test in before.keys() | after.keys()}
    return {test: "/".join(pair) for test, pair in pairs.items()}, seconds


def run_plain(fix: Fix, folder: Path, python: Path, scratch: Path) -> dict[str, str]:
    """Run the test files with the framework alone; what each test did."""
    scratch.mkdir()
    report = scratch / ("report.json" if fix.framework == "behave" else "report.xml")
    prefix = "" if fix.folder == "." else f"{fix.folder}/"
    tests = [path.removeprefix(prefix) for path in fix.tests]
    commands = {
        "pytest": ["-m", "pytest", "-p", "no:bugcapture", "-o", f"cache_dir={scratch / 'cache'}",
                   "--continue-on-collection-errors", "-o", "junit_family=xunit1", f"--junitxml={report}"],
        "behave": ["-m", "behave", "--no-junit", "-f", "json", "-o", str(report)],
        "robot": ["-m", "robot", "--output", str(report), "--log", "NONE", "--report", "NONE"],
    }  # fmt: skip
    done = run([str(python), *commands[fix.framework], *tests], folder)
    if not report.is_file():
        raise RuntimeError(f"no report of {fix.framework}:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    readers = {"pytest": read_pytest, "behave": read_behave, "robot": read_robot}
    return readers[fix.framework](report, folder)


def read_pytest(report: Path, _folder: Path) -> dict[str, str]:
    """The outcomes by node id."""
    found: dict[str, str] = {}
    for test in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        file, classes = test.get("file", ""), test.get("classname", "")
        inside = classes.removeprefix(file.removesuffix(".py").replace("/", ".")).strip(".")
        parts = {part.tag for part in test}
        if not file or (not inside and parts == {"error"} and test.get("time") == "0.000"):
            continue  # A module that could not be collected, which has no tests.
        name = "::".join(filter(None, (file, inside.replace(".", "::"), test.get("name", ""))))
        outcome = next(
            (word for word, tag in (("error", "error"), ("fail", "failure"), ("skip", "skipped")) if tag in parts),
            "pass",
        )
        found[name] = outcome
    return found


def read_behave(report: Path, _folder: Path) -> dict[str, str]:
    """The outcomes by place and name."""
    found: dict[str, str] = {}
    for feature in json.loads(report.read_text("utf-8") or "[]"):
        waiting = list(feature.get("elements", []))
        while waiting:
            element = waiting.pop(0)
            waiting += element.get("elements", [])
            if element["type"] == "scenario":
                found[f"{element['location']} {element['name']}"] = judge_scenario(element)
    return found


def judge_scenario(element: dict[str, Any]) -> str:
    """What a scenario did; a Given step that fails, an undefined step and a hook say nothing about the program."""
    word = BEHAVE_WORDS.get(element.get("status", ""), "error")
    if word not in {"fail", "error"}:
        return word
    for step in element.get("steps", []):
        status = step.get("result", {}).get("status", "undefined")
        if status != "passed":
            return "fail" if status in {"failed", "error"} and step["step_type"] != "given" else "error"
    return "error"


def read_robot(report: Path, folder: Path) -> dict[str, str]:
    """The outcomes by place and name."""
    found: dict[str, str] = {}
    for suite in ET.parse(report).iter("suite"):  # noqa: S314 - our own Robot wrote it
        for test in suite.findall("test"):
            status = test.find("status")
            source = os.path.relpath(suite.get("source", ""), folder)
            word = "" if status is None else status.get("status", "").lower()
            found[f"{source}:{test.get('line')} {test.get('name')}"] = word
    return found


def read_fixes() -> list[Fix]:
    """The commits of the data file."""
    document = tomllib.loads(DATA.read_text("utf-8"))
    lists = ("tests", "requires", "install", "options")
    return [
        Fix(**{key: tuple(value) if key in lists else value for key, value in one.items()})
        for one in document["fix"]
    ]


def write_markdown(results: Sequence[Compared]) -> str:
    """The table that is committed."""
    lines = [
        "| project | commit | framework | FAIL_TO_PASS | tests | proof | agrees | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        cells = (
            one.fix.project, f"`{one.fix.commit[:10]}`", one.fix.framework, one.count("fail/pass"), len(one.found),
            one.proof, "yes" if one.right else "NO", f"{one.seconds:.1f}",
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print one line for each commit and every difference; exit 1 when there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--work", type=Path)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    if options.repositories is None:
        print("no folder with clones named; see --help")
        return 0
    fixes = [fix for fix in read_fixes() if not options.only or {fix.name, fix.commit[:10]} & set(options.only)]
    results = []
    with tempfile.TemporaryDirectory(prefix="prove-public-") as temporary:
        work = (options.work or Path(temporary)).absolute()
        for fix in fixes:
            clone = (options.repositories / fix.name).absolute()
            if not clone.is_dir():
                print(f"{fix.project}: no clone in {options.repositories}, passed over")
                continue
            one = compare(fix, clone, work)
            results.append(one)
            word = "agrees" if one.right else "DIFFERS"
            counts = f"{one.count('fail/pass')} FAIL_TO_PASS of {len(one.found)} tests, {one.seconds:.1f} s"
            print(f"{fix.project} {fix.commit[:10]}: {one.proof or 'no answer'}, {counts}: {word}", flush=True)
            for line in (*filter(None, (one.told,)), *one.wrong[:SHOWN]):
                print(f"  {line}", flush=True)
            if one.proof and one.proof != fix.proof:
                print(f"  it should be {fix.proof}", flush=True)
    if options.markdown:
        options.markdown.write_text(write_markdown(results), "utf-8")
    return int(not all(one.right for one in results))


if __name__ == "__main__":
    sys.exit(main())
