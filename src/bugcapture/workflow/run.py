"""``run``: the captured tests of all frameworks, each in its own framework's processes, judged as one run."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.finding import Severity
from bugcapture.core.fingerprint import find_drift, take_fingerprint
from bugcapture.core.text import printable
from bugcapture.core.verdict import Verdict
from bugcapture.project.config import RAW_VARIABLE, is_raw
from bugcapture.project.evidence import run_context
from bugcapture.project.lock import read_lock
from bugcapture.project.paths import relative_path
from bugcapture.workflow.hosts import require_hosts
from bugcapture.workflow.refuse import refuse_errors
from bugcapture.workflow.result import ProcessResult, RunResult, judge_process
from bugcapture.workflow.select import select_captures, take_shard
from bugcapture.workflow.shard import VARIABLE as SHARD_VARIABLE
from bugcapture.workflow.sources import DIALECTS, Inventory, read_inventory
from bugcapture.workflow.units import make_units, plan_launches, run_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.finding import Finding
    from bugcapture.project.config import Project
    from bugcapture.project.lock import Recorded
    from bugcapture.project.process import Ended
    from bugcapture.workflow.result import TestResult
    from bugcapture.workflow.select import RunOptions
    from bugcapture.workflow.units import Unit


class RefusedRunError(RefusedError):
    """The run is refused because of problems in the files or their wiring.

    Args:
        message: All problems in words.
        findings: The problems.
        result: The run in which nothing has run.
    """

    def __init__(self, message: str, findings: Sequence[Finding], result: RunResult) -> None:
        super().__init__(message)
        self.findings = findings
        self.result = result


def run(project: Project, options: RunOptions, on_progress: Callable[[int, int, int], None]) -> RunResult:
    """Run captured tests.

    Nothing of the project is changed, but for what its own tests write, and for the evidence folder, which
    gets the records of the run.

    Args:
        project: The project; its settings apply.
        options: What to run.
        on_progress: Called with the number of processes that have ended, of all, and of the red ones.

    Raises:
        ConfigurationError: If a bug has no test, a framework is not installed, or an option is unusable.
        RefusedRunError: If a file cannot be read, its tags or declarations are wrong, or an adapter is not
            wired in; nothing has run.
        KeyboardInterrupt: If the run was interrupted; no process is left behind.
    """
    inventory = read_inventory(options.paths)
    selected = select_captures(inventory, options)
    captures = take_shard(selected, project.root, options)
    raw = options.raw or is_raw()
    nothing = RunResult(tests=(), processes=(), raw=raw, shard=options.shard, selected=len(selected))
    _refuse_problems(project, inventory, captures, nothing)
    require_hosts({capture.framework for capture in captures}, options.hosts.python)
    if captures and project.evidence_dir is not None:
        _check_writable(project.evidence_dir)
    with _scratch_folder(options.keep) as scratch:
        launches = plan_launches(captures, project.root, options.hosts.jobs)
        units = make_units(launches, project, options.hosts, scratch)
        try:
            ended = _run_units(units, project, options, on_progress, raw=raw)
        finally:  # What was judged before an interrupt counts as well.
            _keep_evidence(units, project.evidence_dir)
        results = [_judge(unit, end, options, raw=raw) for unit, end in zip(units, ended, strict=True)]
    lock = read_lock(project.root)
    tests = [_compare(test, lock, project.root) for _, found in results for test in found]
    return replace(
        nothing,
        tests=tuple(sorted(tests, key=lambda test: (test.capture.path, test.capture.line, test.name))),
        processes=tuple(process for process, _ in results),
    )


def _refuse_problems(
    project: Project, inventory: Inventory, captures: Sequence[Capture], nothing: RunResult
) -> None:
    findings = list(inventory.unreadable)
    for _, source in inventory.sources:
        findings += source.check(project.settings.policy)
    for dialect in DIALECTS:
        own = [capture for capture in captures if capture.framework == dialect.name]
        # Other commands load the adapter themselves; Behave has it in its environment file.
        assumed = dialect.name != "behave" or dialect.name in project.settings.assume_wired
        wiring = dialect.check_wiring(own, project.root, assume_installed=assumed)
        # What the configuration excludes (W2) is asked for by its line here, and runs.
        findings += [finding for finding in wiring if finding.rule != "W2"]
    errors = sorted({finding for finding in findings if finding.severity is Severity.ERROR})
    try:
        refuse_errors(errors)
    except RefusedError as error:
        raise RefusedRunError(error.message, errors, nothing) from None


@contextlib.contextmanager
def _scratch_folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="bugcapture-run-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)
        return
    folder = keep.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        used = any(folder.iterdir())
    except OSError as error:
        raise ConfigurationError(f"cannot be used: {error.strerror}", where=printable(str(keep))) from error
    if used:
        raise ConfigurationError(
            "is not empty", where=printable(str(keep)), hint="name a folder that is not there yet"
        )
    yield folder


def _run_units(
    units: Sequence[Unit],
    project: Project,
    options: RunOptions,
    on_progress: Callable[[int, int, int], None],
    *,
    raw: bool,
) -> list[Ended | None]:
    run_context(project.root)  # Hands revision and run number on to the processes.
    shared = {SHARD_VARIABLE: str(options.shard)} if options.shard else {}
    shared |= {RAW_VARIABLE: "1"} if raw else {}
    red = done = 0

    def on_end(_index: int, ended: Ended) -> bool:
        nonlocal red, done
        done += 1
        red += ended.exit_code != 0
        on_progress(done, len(units), red)
        return bool(red and options.fail_fast)

    return run_units(units, replace(options.hosts, environment=shared), on_end)


def _check_writable(target: Path) -> None:
    """Tell before the run that its records could not be kept, not behind it."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target):
            pass
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"evidence cannot be written here: {error.strerror}", where=printable(str(target)))


def _keep_evidence(units: Iterable[Unit], target: Path | None) -> None:
    """Copy the records to where the project keeps its evidence."""
    if target is None:
        return
    for file in (file for unit in units for file in sorted(unit.evidence.glob("*.jsonl"))):
        try:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / file.name)
        except OSError as error:
            raise _unwritable(target, error) from error


def _compare(test: TestResult, lock: dict[tuple[str, str, str], Recorded], root: Path) -> TestResult:
    """The test, with how its failure differs from what was recorded of it."""
    path = relative_path(test.capture.path, root, seen_from=Path.cwd())
    recorded = lock.get((test.capture.framework, path, test.name))
    if recorded is None or test.record is None or test.verdict is not Verdict.EXPECTED_FAILURE:
        return test
    return replace(test, drift=find_drift(recorded.failures, take_fingerprint(test.record)))


def _judge(
    unit: Unit, ended: Ended | None, options: RunOptions, *, raw: bool
) -> tuple[ProcessResult, list[TestResult]]:
    return judge_process(
        unit.launch,
        unit.command,
        ended,
        unit.records,
        root=unit.root,
        output=unit.output,
        timeout=options.hosts.timeout,
        raw=raw,
    )
