"""What a run said: its processes, and its captured tests by the evidence that they left."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State
from bugcapture.core.evidence import merge_records
from bugcapture.core.verdict import Verdict
from bugcapture.workflow.matching import Matcher, group_by_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.evidence import Evidence
    from bugcapture.project.process import Ended
    from bugcapture.workflow.shard import Shard

_OUTPUT_LIMIT: Final = 1 << 20
_RAW_FAILURES: Final = frozenset({Verdict.EXPECTED_FAILURE, Verdict.WRONG_FAILURE, Verdict.REGRESSED})
_OF_CAPTURED: Final = frozenset({Verdict.EXPECTED_FAILURE, Verdict.UNEXPECTED_PASS, Verdict.WRONG_FAILURE})
_ESCAPE_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What one captured test said.

    Attributes:
        capture: The test in the sources.
        name: Its name in the run; a pytest function has one for each set of parameters.
        record: Its last record; None when there is none.
        problem: Why there is no record; empty when there is one.
        raw: Whether the run was raw.
        drift: How its failure differs from the one that was recorded; empty when it does not.
    """

    __test__ = False

    capture: Capture
    name: str
    record: Evidence | None = None
    problem: str = ""
    raw: bool = False
    drift: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict; `Verdict.NOT_RUN` when there is no record."""
        return Verdict(self.record.verdict) if self.record else Verdict.NOT_RUN

    @property
    def green(self) -> bool:
        """Whether the run may stay green with it; in a raw run, whether the test passed."""
        return self.record is not None and _is_green(self.record, raw=self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResult:
    """What one process did.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        command: The command.
        folder: The folder it ran in.
        ended: How it ended; None when it was not started.
        output: The end of its output, at most 1 MiB.
        problem: Why it is red although each test in it is green, or empty.
        red: Whether anything about it is red.
    """

    framework: str
    command: tuple[str, ...]
    folder: Path
    ended: Ended | None
    output: str
    problem: str
    red: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run said.

    Attributes:
        tests: The captured tests, in the order of their places.
        processes: The processes that ran them.
        raw: Whether inversion was switched off.
        shard: The part that was run; None when the run was not split.
        selected: How many captured tests all parts have together.
    """

    tests: tuple[TestResult, ...]
    processes: tuple[ProcessResult, ...]
    raw: bool
    shard: Shard | None
    selected: int

    @property
    def failed(self) -> bool:
        """Whether anything is red."""
        return any(not test.green for test in self.tests) or any(process.red for process in self.processes)


def judge_process(
    launch: Launch,
    command: tuple[str, ...],
    ended: Ended | None,
    records: Iterable[Evidence],
    *,
    root: Path,
    output: Path,
    timeout: float | None,
    raw: bool,
) -> tuple[ProcessResult, list[TestResult]]:
    """Say what a process and each captured test in it came to.

    Args:
        launch: What it was to run.
        command: Its command.
        ended: How it ended; None when it was not started.
        records: The evidence that it left.
        root: The folder from which the records name their files.
        output: The file with its output.
        timeout: Seconds that it was allowed to take.
        raw: Whether the run was raw.
    """
    told = tell_end(launch.framework, ended, timeout)
    last = last_attempts(records)
    tests = _judge_records(launch, last, root, told, raw=raw)
    all_green = all(test.green for test in tests)
    # A red test that nobody asked for explains a red process as well.
    unexplained = ended is not None and (
        ended.timed_out or (ended.exit_code != 0 and all(_is_green(record, raw=raw) for record in last))
    )
    problem = f"{told} although every captured test in it is green" if all_green and unexplained else ""
    process = ProcessResult(
        framework=launch.framework,
        command=command,
        folder=launch.folder,
        ended=ended,
        output=read_end(output),
        problem=problem,
        red=bool(problem) or not all_green,
    )
    return process, tests


def _judge_records(
    launch: Launch, records: Iterable[Evidence], root: Path, told: str, *, raw: bool
) -> list[TestResult]:
    matcher = Matcher(root, records)
    groups, beside = group_by_test(launch.captures), group_by_test(launch.beside)
    results = []
    for test, group in groups.items():
        found = dict.fromkeys(record for capture in group for record in matcher.at(capture))
        for capture, record in _pair([*group, *beside.get(test, ())], list(found)):
            if capture not in group:
                continue
            name = record.name if record else capture.name
            problem = "" if record else f"{told} and left no record of it"
            results.append(TestResult(capture=capture, name=name, record=record, problem=problem, raw=raw))
    return results


def last_attempts(records: Iterable[Evidence]) -> list[Evidence]:
    """The worst record of the last attempt of each test."""
    last = {(record.framework, record.location, record.name): record for record in merge_records(records)}
    return list(last.values())


def tell_end(host: str, ended: Ended | None, timeout: float | None) -> str:
    """How a process ended, in words."""
    if ended is None:
        return f"{host} was not started, because another process had failed,"
    if ended.timed_out:
        return f"{host} was stopped after {timeout:g} seconds"
    if ended.exit_code < 0:
        try:
            name = signal.Signals(-ended.exit_code).name
        except ValueError:
            name = f"signal {-ended.exit_code}"
        return f"{host} was ended by {name}"
    return f"{host} exited {ended.exit_code}"


def read_end(file: Path) -> str:
    """The end of a file as text without colours, at most 1 MiB; empty when there is no file."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _OUTPUT_LIMIT))
            content = stream.read()
    except FileNotFoundError:
        return ""
    return _ESCAPE_SEQUENCE.sub("", content.decode("utf-8", "replace")).replace("\r\n", "\n")


def _is_green(record: Evidence, *, raw: bool) -> bool:
    verdict = Verdict(record.verdict)
    return verdict not in _RAW_FAILURES if raw else verdict.green


def _pair(group: Sequence[Capture], records: Sequence[Evidence]) -> Iterator[tuple[Capture, Evidence | None]]:
    """Each record with the capture that it is about, and each capture that is left without one."""
    left = set(range(len(group)))
    for record in records:
        ids = set(record.ids)
        fitting = [position for position, capture in enumerate(group) if ids.issuperset(capture.tags.ids)]
        if fitting:
            best = min(
                fitting, key=lambda position: _distance(group[position], record, taken=position not in left)
            )
            left.discard(best)
            yield group[best], record
    yield from ((group[position], None) for position in sorted(left))


def _distance(capture: Capture, record: Evidence, *, taken: bool) -> tuple[bool, bool, bool]:
    """How little a record looks like that of a capture: by its bugs, its state, and what others took."""
    switched = record.state == State.CAPTURED if record.state else record.verdict in _OF_CAPTURED
    return capture.tags.ids != record.ids, capture.tags.expected_fail != switched, taken
