r"""Do public suites give the same results with the adapter or plugin active?

Takes folders in which the framework can be started, with the requirements of the suites installed. Each suite runs
twice: without us, and with us in that process and in every Python process that it starts. The result of every test
(for Behave also of every step) and the exit code must agree.

    python benchmarks/public_suites.py ../behave ../python-docx
    python benchmarks/public_suites.py --framework pytest --arguments="-n 2" ../pytest
    python benchmarks/public_suites.py --framework unit ../robotframework
    TEMPDIR=/tmp/atest python benchmarks/public_suites.py --framework robot ../robotframework \
        --arguments="-V 'atest/interpreter.py;python' -P atest/resources -e no-ci atest/robot/tags"

``unit`` is for the unit tests of Robot Framework itself, which start Robot by its API; ``robot`` runs suites of
any project, among them Robot Framework's own acceptance tests, which start Robot as a process.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

# Python runs a module of the name `sitecustomize` at the start of every process; these are its texts.
INSTALL_IN_BEHAVE = "from bugcapture.behave import install\n\ninstall()\n"

HIDE_FROM_PYTEST = """
import importlib.metadata

every = importlib.metadata.distributions


def distributions(**options):
    return (found for found in every(**options) if found.metadata["Name"] != "bugcapture")


importlib.metadata.distributions = distributions
"""

ADD_TO_ROBOT = """
import sys
from importlib.util import find_spec


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "robot.conf.settings":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            own = module.RobotSettings.listeners.fget
            added = "bugcapture.robot.Listener"
            module.RobotSettings.listeners = property(lambda settings: [*own(settings), added])

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
"""

# Runs the script in its first argument; writes the results by test into the file in its second.
UNIT_RUNNER = """
import json, pathlib, runpy, sys, unittest

script, report = sys.argv[1:]
results = {}


class Result(unittest.TextTestResult):
    def startTest(self, test):
        super().startTest(test)
        results[test.id()] = "passed"

    def note(self, test, status):
        results[test.id()] = status

    def addError(self, test, error):
        super().addError(test, error)
        self.note(test, "error")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.note(test, "failed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.note(test, "failed")


unittest.TextTestRunner.resultclass = Result
sys.argv = [script, "-q"]
try:
    runpy.run_path(script, run_name="__main__")
finally:
    pathlib.Path(report).write_text(json.dumps(results), encoding="utf-8")
"""


def read_behave(report: Path) -> dict[str, Any]:
    """The statuses of scenarios and steps by place and name."""
    results: dict[str, Any] = {}
    for feature in json.loads(report.read_text("utf-8")):
        results[feature["location"]] = feature["status"]
        waiting = list(feature.get("elements", []))
        while waiting:
            element = waiting.pop(0)
            waiting += element.get("elements", [])
            steps = [step.get("result", {}).get("status", "none") for step in element.get("steps", [])]
            results[f"{element['location']} {element['name']}"] = (element.get("status", ""), steps)
    return results


def read_pytest(report: Path) -> dict[str, Any]:
    """What is not plain passed, by class and name; a name may stand for several tests."""
    results: dict[str, Any] = {}
    for test in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        outcome = sorted(f"{part.tag} {part.get('type', '')}".strip() for part in test if part.tag in OUTCOMES)
        results.setdefault(f"{test.get('classname')}::{test.get('name')}", []).append(outcome or ["passed"])
    return {name: sorted(outcomes) for name, outcomes in results.items()}


def read_robot(report: Path) -> dict[str, Any]:
    """The statuses by place and name."""
    results: dict[str, Any] = {}
    for suite in ET.parse(report).iter("suite"):  # noqa: S314 - our own Robot wrote it
        for test in suite.findall("test"):
            status = test.find("status")
            key = f"{suite.get('source')}:{test.get('line')} {test.get('name')}"
            results[key] = "" if status is None else status.get("status")
    return results


def read_unit(report: Path) -> dict[str, Any]:
    """The results by test."""
    results: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return results


@dataclass(frozen=True)
class Framework:
    """How a suite is run without us and with us.

    Attributes:
        command: What follows ``python``; ``{report}`` is the file for the results, ``{scratch}`` a folder.
        without: Start-up code of every process of the run without us.
        active: Start-up code of every process of the run with us.
        proof: Code that fails in a process of the run with us when we are not active.
        read: Reads the file with the results.
    """

    command: str
    without: str
    active: str
    proof: str
    read: Callable[[Path], dict[str, Any]]


OUTCOMES = frozenset({"error", "failure", "skipped"})
IN_BEHAVE = "from behave.model import Scenario\n\nassert hasattr(Scenario.run, '__bugcapture__')"
IN_PYTEST = (
    "from importlib.metadata import entry_points\n\nassert 'bugcapture' in entry_points(group='pytest11').names"
)
IN_ROBOT = (
    "from robot.conf import RobotSettings\n\nassert 'bugcapture.robot.Listener' in RobotSettings().listeners"
)
FRAMEWORKS = {
    "behave": Framework(
        "-m behave -f json -o {report} --no-summary", "", INSTALL_IN_BEHAVE, IN_BEHAVE, read_behave
    ),
    "pytest": Framework(
        "-m pytest -q -p no:cacheprovider --junitxml {report}", HIDE_FROM_PYTEST, "", IN_PYTEST, read_pytest
    ),
    "robot": Framework(
        "-m robot --output {report} --log NONE --report NONE", "", ADD_TO_ROBOT, IN_ROBOT, read_robot
    ),
    "unit": Framework("{scratch}/unit_runner.py utest/run.py {report}", "", ADD_TO_ROBOT, IN_ROBOT, read_unit),
}


def run_suite(
    framework: Framework, folder: Path, arguments: list[str], *, active: bool
) -> tuple[int, dict[str, Any]]:
    """Exit code, and the result of each test."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        report = scratch / "report.xml"  # Robot insists on the ending.
        (scratch / "unit_runner.py").write_text(UNIT_RUNNER, encoding="utf-8")
        (scratch / "startup").mkdir()
        startup = scratch / "startup" / "sitecustomize.py"
        startup.write_text(framework.active if active else framework.without, encoding="utf-8")
        search = [str(startup.parent)]
        search += [os.environ["PYTHONPATH"]] if "PYTHONPATH" in os.environ else []
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(search)}
        check = [sys.executable, "-c", framework.proof]
        proof = subprocess.run(check, cwd=folder, env=env, capture_output=True, check=False)
        if active == bool(proof.returncode):
            sys.exit(f"{folder}: bugcapture is {'not ' if active else ''}active\n{proof.stderr.decode()}")
        words = [word.format(report=report, scratch=scratch) for word in framework.command.split()]
        command = [sys.executable, *words, *arguments]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
        if not report.is_file():
            output = (done.stdout[-2000:] + done.stderr[-2000:]).decode(errors="replace")
            sys.exit(f"{folder}: no report; exit {done.returncode}\n{output}")
        return done.returncode, framework.read(report)


def main() -> int:
    """Print one line for each suite and every difference; exit 1 when there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", type=Path)
    parser.add_argument("--framework", choices=sorted(FRAMEWORKS), default="behave")
    parser.add_argument("--arguments", default="", help="more arguments for the framework")
    options = parser.parse_args()
    if not options.suites:
        print("no suites named; see --help")
        return 0
    framework = FRAMEWORKS[options.framework]
    arguments = shlex.split(options.arguments)
    different = 0
    for suite in options.suites:
        plain = run_suite(framework, suite, arguments, active=False)
        ours = run_suite(framework, suite, arguments, active=True)
        keys = sorted(plain[1].keys() | ours[1].keys())
        changed = [key for key in keys if plain[1].get(key) != ours[1].get(key)]
        exits = f"exit {plain[0]} and {ours[0]}"
        print(f"{suite.name}: {len(keys) - len(changed)} of {len(keys)} results are identical, {exits}")
        for key in changed:
            print(f"  {key}: {plain[1].get(key)} -> {ours[1].get(key)}")
        different += len(changed) + (plain[0] != ours[0])
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
