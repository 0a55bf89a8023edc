"""Try tests against one checkout, as it stands, and say what each of them did."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bugcapture.core.evidence import split_location
from bugcapture.core.proof import Side, is_of_trial, side_of
from bugcapture.core.text import well_formed
from bugcapture.core.verdict import Verdict
from bugcapture.project.config import RAW_VARIABLE, find_project
from bugcapture.project.evidence import COMMIT_VARIABLES, context_variables
from bugcapture.project.paths import relative_path
from bugcapture.project.repository import own_name
from bugcapture.project.trial import VARIABLE, Trial, read_modules
from bugcapture.workflow.result import judge_process, last_attempts, read_end, tell_end
from bugcapture.workflow.units import Hosts, make_units, run_units

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.evidence import Evidence
    from bugcapture.project.config import Project
    from bugcapture.project.process import Ended
    from bugcapture.workflow.units import Unit

_NOTHING_COLLECTED: Final = 5  # As pytest says it.
# What would mislead the processes: another revision, and what a test run or a git hook has told this one.
_FORGOTTEN: Final = (
    *COMMIT_VARIABLES,
    "PYTEST_XDIST_WORKER",
    "PYTEST_CURRENT_TEST",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


@dataclass(frozen=True, slots=True, order=True)
class TestKey:
    """What tells a test from all others of a project.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        location: ``path:line``, the path relative to the project.
        name: Its name; empty for a whole file, of which nothing is known but that it could not be run.
    """

    __test__ = False

    framework: str
    location: str
    name: str

    @property
    def shown(self) -> str:
        """The test as people look for it."""
        path = self.location.rpartition(":")[0]
        if not self.name:
            return path
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
        broken: Why nothing was heard of test files that were run as a whole, by the file.
        outputs: What each process said.
        modules: The names and files of imported modules that are under test, or lie in the user's own checkout.
        seconds: How long the processes took, added up.
        stopped: Whether one of them was stopped for taking too long, or killed.
    """

    tests: Mapping[TestKey, TriedTest]
    broken: Mapping[tuple[str, str], str]
    outputs: tuple[Output, ...]
    modules: tuple[tuple[str, str], ...]
    seconds: float
    stopped: bool = False


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
    with contextlib.chdir(folder), _scratch_folder() as scratch:
        listed = scratch / "modules.jsonl"
        project = find_project(folder)
        trial = replace(trial, modules_file=str(listed))
        units = trial_units(plan(project), project, hosts, trial, scratch, commit=commit)

        def ended(_index: int, _ended: object) -> bool:
            on_end()
            return False

        ends = run_units(units, hosts, ended)
        pairs = list(zip(units, ends, strict=True))
        tests = [test for unit, end in pairs for test in read_tests(unit, end, hosts.timeout)]
        broken = {
            (unit.launch.framework, file): why
            for unit, end in pairs
            for file, why in _find_broken(unit, end, hosts.timeout).items()
        }
        outputs = tuple(_output(unit, end, hosts.timeout) for unit, end in pairs)
        modules = read_modules(listed)
    return TrialResult(
        tests={test.key: test for test in tests},
        broken=broken,
        outputs=outputs,
        modules=modules,
        seconds=sum(end.seconds for end in ends if end is not None),
        stopped=any(end.timed_out or end.exit_code < 0 for end in ends if end is not None),
    )


@contextlib.contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder that the next trial removes when this process is killed."""
    folder = Path(tempfile.gettempdir()) / own_name("trial")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
        **dict.fromkeys(_FORGOTTEN),
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

    Tests of a framework run it themselves, in folders of their own; what those runs record is passed over.

    Args:
        unit: The process.
        ended: How it ended; None when it was not started.
        timeout: Seconds that it was allowed to take.
    """
    if unit.launch.files:
        asked = {str(well_formed(file)) for file in unit.launch.files}
        records = (record for record in unit.records if _is_own(record, asked, unit.root))
        for record in last_attempts(records):
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
    paths = {test.capture.path: relative_path(test.capture.path, unit.root) for test in results}
    uncollected = _find_uncollected(unit, paths.values())
    for test in results:
        capture = test.capture
        location = test.record.location if test.record else relative_path(capture.where, unit.root)
        yield TriedTest(
            key=TestKey(capture.framework, location, test.name),
            record=test.record,
            problem="" if test.record else uncollected.get(paths[capture.path], test.problem),
            capture=capture,
        )


def _is_own(record: Evidence, asked: Collection[str], root: Path) -> bool:
    path, _ = split_location(record.location)
    return is_of_trial(record.verdict) and (path in asked or (root / path).is_file())


def _find_broken(unit: Unit, ended: Ended | None, timeout: float | None) -> dict[str, str]:
    """The test files of a process that could not be run, and why."""
    files = unit.launch.files
    if found := _find_uncollected(unit, files):
        return found
    failed = ended is not None and ended.exit_code not in {0, _NOTHING_COLLECTED}
    if not failed or unit.records:
        return {}
    return dict.fromkeys(files, f"{tell_end(unit.launch.framework, ended, timeout)} and left no record of it")


def _find_uncollected(unit: Unit, files: Iterable[str]) -> dict[str, str]:
    """The test files that pytest could not load, and why."""
    if unit.launch.framework != "pytest":
        return {}
    said = _collection_errors(unit.scratch / "junit.xml")
    modules = {file.removesuffix(".py").replace("/", "."): file for file in files}
    return {file: why for name, why in said.items() for module, file in modules.items() if module.endswith(name)}


def _collection_errors(report: Path) -> dict[str, str]:
    """Modules that pytest could not collect, by their dotted names, and why."""
    try:
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it, for us
    except (OSError, ET.ParseError):
        return {}
    found = {}
    for case in cases:
        error = case.find("error")
        if error is not None and error.get("message") == "collection failure":
            lines = [
                line.removeprefix("E").strip() for line in (error.text or "").splitlines() if line[:2] == "E "
            ]
            found[case.get("name", "")] = lines[0] if lines else "pytest could not collect it"
    return found
