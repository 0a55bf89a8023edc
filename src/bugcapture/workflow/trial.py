"""Try tests against one checkout, as it stands, and say what each of them did."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.proof import Side, side_of
from bugcapture.core.verdict import Verdict
from bugcapture.project.config import RAW_VARIABLE, find_project
from bugcapture.project.evidence import COMMIT_VARIABLES, context_variables
from bugcapture.project.paths import relative_path
from bugcapture.project.trial import VARIABLE, Trial
from bugcapture.workflow.result import judge_process, last_attempts, read_end, tell_end
from bugcapture.workflow.units import Hosts, make_units, run_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.evidence import Evidence
    from bugcapture.project.config import Project
    from bugcapture.project.process import Ended
    from bugcapture.workflow.units import Unit

_FORGOTTEN: Final = (*COMMIT_VARIABLES, "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")


@dataclass(frozen=True, slots=True, order=True)
class TestKey:
    """What tells a test from all others of a project.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        location: ``path:line``, the path relative to the project.
        name: Its name.
    """

    __test__ = False

    framework: str
    location: str
    name: str

    @property
    def shown(self) -> str:
        """The test as people look for it."""
        path = self.location.rpartition(":")[0]
        return f"{path}::{self.name}" if self.framework == "pytest" else f"{self.location} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedTest:
    """What one test did.

    Attributes:
        key: The test.
        record: Its record; None when it left none.
        problem: Why there is none; empty when there is one.
        capture: The test in the sources, where it was looked for there.
    """

    key: TestKey
    record: Evidence | None
    problem: str = ""
    capture: Capture | None = None

    @property
    def side(self) -> Side:
        """What it did, in one word."""
        return side_of(Verdict(self.record.verdict) if self.record else None)

    @property
    def reason(self) -> str:
        """Why; nothing needs to be said of a test that passed."""
        if self.record is None:
            return self.problem
        return "" if self.side is Side.PASS else self.record.reason


@dataclass(frozen=True, slots=True)
class Output:
    """What one process said.

    Attributes:
        framework: What it ran.
        ended: How it ended, in words.
        text: The end of its output.
    """

    framework: str
    ended: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What the tests of one checkout did.

    Attributes:
        tests: The tests.
        outputs: What each process said.
        modules: The files from which the program under test was imported.
        seconds: How long the processes took, added up.
    """

    tests: Mapping[TestKey, TriedTest]
    outputs: tuple[Output, ...]
    modules: tuple[str, ...]
    seconds: float


def try_tests(
    folder: Path,
    plan: Callable[[Project], Sequence[Launch]],
    *,
    trial: Trial,
    hosts: Hosts,
    commit: str = "",
    on_end: Callable[[], None] = lambda: None,
) -> TrialResult:
    """Run tests of one checkout, with all inversion off.

    Args:
        folder: The project's folder in the checkout; it is the working directory meanwhile.
        plan: Says what is run there.
        trial: What the processes shall record.
        hosts: How they are started.
        commit: The revision that is checked out; empty when it is none.
        on_end: Called when a process has ended.

    Raises:
        ConfigurationError: If the configuration in the checkout is unusable, or a process cannot be started.
        KeyboardInterrupt: If the run was interrupted; no process is left behind.
    """
    with contextlib.chdir(folder), tempfile.TemporaryDirectory(prefix="bugcapture-trial-") as name:
        scratch = Path(name)
        listed = scratch / "modules.txt"
        project = find_project(folder)
        trial = replace(trial, modules_file=str(listed))
        units = trial_units(plan(project), project, hosts, trial, scratch, commit=commit)

        def ended(_index: int, _ended: object) -> bool:
            on_end()
            return False

        ends = run_units(units, hosts, ended)
        pairs = list(zip(units, ends, strict=True))
        tests = [test for unit, end in pairs for test in read_tests(unit, end, hosts.timeout)]
        outputs = tuple(_output(unit, end, hosts.timeout) for unit, end in pairs)
        modules = listed.read_text("utf-8", "surrogateescape").splitlines() if listed.exists() else []
    return TrialResult(
        tests={test.key: test for test in tests},
        outputs=outputs,
        modules=tuple(sorted(set(modules))),
        seconds=sum(end.seconds for end in ends if end is not None),
    )


def trial_units(
    launches: Sequence[Launch], project: Project, hosts: Hosts, trial: Trial, scratch: Path, *, commit: str = ""
) -> list[Unit]:
    """The processes of a trial.

    Args:
        launches: What is run.
        project: The project that is tried; its folder is the working directory.
        hosts: How the frameworks are started.
        trial: What they record.
        scratch: A folder for whatever they write.
        commit: The revision that is tried; empty when it is none.
    """
    environment: dict[str, str | None] = {
        **dict.fromkeys((*_FORGOTTEN, *(name for name in os.environ if name.startswith("GIT_")))),
        **context_variables(project.root, commit),
        RAW_VARIABLE: "1",
        VARIABLE: trial.encode(),
    }
    tried = [replace(launch, trial=True) for launch in launches]
    return [replace(unit, environment=environment) for unit in make_units(tried, project, hosts, scratch)]


def _output(unit: Unit, ended: Ended | None, timeout: float | None) -> Output:
    framework = unit.launch.framework
    return Output(framework, tell_end(framework, ended, timeout), read_end(unit.output))


def read_tests(unit: Unit, ended: Ended | None, timeout: float | None) -> Iterator[TriedTest]:
    """What the tests of one process did: all that left a record, and the captured ones that left none.

    Args:
        unit: The process.
        ended: How it ended; None when it was not started.
        timeout: Seconds that it was allowed to take.
    """
    if unit.launch.files:
        for record in last_attempts(unit.records):
            yield TriedTest(key=TestKey(record.framework, record.location, record.name), record=record)
        return
    _, results = judge_process(
        unit.launch,
        unit.command,
        ended,
        unit.records,
        root=unit.root,
        output=unit.output,
        timeout=timeout,
        raw=True,
    )
    for test in results:
        capture = test.capture
        location = test.record.location if test.record else relative_path(capture.where, unit.root)
        yield TriedTest(
            key=TestKey(capture.framework, location, test.name),
            record=test.record,
            problem=test.problem,
            capture=capture,
        )
