"""``behave -D bugcapture_mock_truth[=FILE]``: what the program does with answers of mocks that nobody chose."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import current_process, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bugcapture.behave.refusal import refusal
from bugcapture.core.errors import BugcaptureError
from bugcapture.core.text import printable
from bugcapture.mock_truth import Recorder, Run
from bugcapture.project.config import find_project
from bugcapture.project.exclusive import exclusive
from bugcapture.project.trial import current_trial

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINE: Final = "bugcapture_mock_truth"
_ATTRIBUTE: Final = "_bugcapture_mock_truth"
# What Behave takes a definition without a value for, and what people write for yes and no.
_YES: Final = frozenset({"true", "yes", "on", "1"})
_NO: Final = frozenset({"", "false", "no", "off", "0"})
_KNOWN: Final = "process"


class TruthWatch:
    """Tells the recorder which scenario runs; says and writes at the end what it saw.

    Args:
        root: The project's folder.
        file: The file to write; None for none.
    """

    def __init__(self, root: Path, file: Path | None) -> None:
        self._root = root
        self._file = file
        self._recorder = _recorder(root)
        self._scenario: Any = None

    def around(
        self, original: Callable[[Any, Any], bool], place: Callable[[str, int], str]
    ) -> Callable[[Any, Any], bool]:
        """``Scenario.run`` with the recorder told of it.

        Args:
            original: Behave's own ``Scenario.run``.
            place: Says ``path:line`` as people read it.
        """
        return partial(self._run, original, place)

    def finish(self) -> str:
        """Write the file.

        Returns:
            What was seen, for standard error; empty for a worker process that saw no such answer.
        """
        run = self._recorder.take()
        problem = self._write(run) if self._file is not None else ""
        if not run.observations and not problem and parent_process() is not None:
            return ""
        *uses, summary = run.describe()
        head = ["bugcapture: answers of mocks that nobody chose:"] if uses else []
        lines = [*head, *(f"  {line}" for line in uses), f"bugcapture: {summary}"]
        if self._file is not None:
            lines.append(f"bugcapture: {problem or f'written to {self._file}'}")
        return "\n".join(lines)

    def _run(
        self, original: Callable[[Any, Any], bool], place: Callable[[str, int], str], scenario: Any, runner: Any
    ) -> bool:
        if self._scenario is scenario:  # Installed twice around another wrapper.
            return original(scenario, runner)
        self._scenario = scenario
        self._recorder.begin(place(scenario.filename, scenario.line))
        try:
            return original(scenario, runner)
        finally:
            self._recorder.end()
            self._scenario = None

    def _write(self, run: Run) -> str:
        """Write what was seen, beside what other processes of the same run have; why not, when it fails."""
        file = self._file
        assert file is not None  # noqa: S101 - only asked with one
        part = _Part(run.observations, run.made, run.asked, run.started)
        try:
            with exclusive(file.parent):
                part.add(file)
                part.write(file, self._root)
        except OSError as error:
            return f"{file} cannot be written: {error.strerror}"
        return ""


@dataclass(slots=True)
class _Part(Run):
    """What was observed, in a file that says by which processes."""

    def add(self, file: Path) -> None:
        """Take in what a file holds, if processes of the same run have written it."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            document = json.loads(file.read_bytes())
            if document[_KNOWN]["family"] == _family():
                other = Run.from_json(document)
                other.started = float(document[_KNOWN]["started"])
                self.merge(other)

    def to_json(self) -> dict[str, Any]:
        """The run as plain values, and who has seen it."""
        return {**Run.to_json(self), _KNOWN: {"family": _family(), "started": self.started}}


def start(runner: Any, value: str) -> None:
    """Record what this process sees from here on.

    Args:
        runner: Behave's runner.
        value: The value of the definition.

    Raises:
        TagPolicyError: If the file cannot be written.
    """
    if watch_of(runner) is not None or value.lower() in _NO:
        return
    if runner.config.dry_run or current_trial() is not None:  # A trial asks only what a test says about its bug.
        return
    file = None if value.lower() in _YES else _writable(Path(value).absolute(), value)
    try:
        root = find_project(Path.cwd()).root
    except BugcaptureError:
        return  # The run is refused for it.
    setattr(runner, _ATTRIBUTE, TruthWatch(root, file))


def watch_of(runner: Any) -> TruthWatch | None:
    """What watches the scenarios of a runner; None when nobody asked for it."""
    watch: TruthWatch | None = getattr(runner, _ATTRIBUTE, None)
    return watch


@cache
def _recorder(root: Path) -> Recorder:
    """The recorder of this process: behavex runs Behave many times in one, and mocks of step modules live on."""
    recorder = Recorder(root)
    recorder.start()
    return recorder


def _family() -> str:
    """What all processes of one run have in common, and no others."""
    return hashlib.sha256(b"bugcapture" + bytes(current_process().authkey)).hexdigest()[:16]


def _writable(file: Path, value: str) -> Path:
    problem = ""
    if file.suffix != ".json":
        problem = "the name of the file has to end with .json"
    elif file.is_dir():
        problem = "is a folder; name a file"
    elif not file.parent.is_dir():
        problem = f"there is no folder {file.parent}"
    elif not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        problem = "cannot be written: permission denied"
    if problem:
        raise refusal(f"-D {DEFINE}={printable(value)}: {problem}")
    return file
