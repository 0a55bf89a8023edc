"""``pytest --bugcapture-mock-truth``: what the program does with answers of mocks that nobody chose."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.text import printable
from bugcapture.mock_truth import Recorder, Run
from bugcapture.project.config import find_project

if TYPE_CHECKING:
    from collections.abc import Generator

NAME: Final = "bugcapture_mock_truth"
ATTRIBUTE: Final = f"_{NAME}"
# The value of the option without a file.
NO_FILE: Final = ""
_RECORDER: Final = pytest.StashKey[Recorder]()


class TruthWatch:
    """Tells the recorder which test runs, and sends what it saw along with the reports.

    Args:
        recorder: The recorder, which is active.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """The test with its fixtures."""
        self._recorder.begin(item.nodeid)
        try:
            return (yield)
        finally:
            self._recorder.end()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send what was seen, to the controller of a parallel run as well."""
        report = yield
        if call.when == "teardown":
            run = self._recorder.take()
            if run:
                setattr(report, ATTRIBUTE, run.to_json())
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """In a worker, send what was seen after the last test."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[NAME] = self._recorder.stop().to_json()


class TruthSummary:
    """Gathers what all processes saw; says and writes it at the end.

    Args:
        root: The project's folder.
        file: The file to write; None for none.
        recorder: The recorder of this process; None where others run the tests.
    """

    def __init__(self, root: Path, file: Path | None, recorder: Recorder | None) -> None:
        self._root = root
        self._file = file
        self._recorder = recorder
        self._run = Run()
        self._problem = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather."""
        self._merge(getattr(report, ATTRIBUTE, None))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Gather what a worker saw after its last test; one that crashed tells nothing."""
        self._merge(getattr(node, "workeroutput", {}).get(NAME))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the file; a failure is told and changes no exit code."""
        if self._recorder is not None:
            self._run.merge(self._recorder.stop())
        if self._file is not None:
            try:
                self._run.write(self._file, self._root)
            except OSError as error:
                self._problem = f"{self._file} cannot be written: {error.strerror}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell."""
        terminalreporter.section("bugcapture: answers of mocks that nobody chose", sep="=")
        for line in self._run.describe():
            terminalreporter.write_line(line)
        if self._problem:
            terminalreporter.write_line(printable(self._problem), red=True)
        elif self._file is not None:
            terminalreporter.write_line(f"written to {printable(str(self._file))}")

    def _merge(self, document: dict[str, Any] | None) -> None:
        if document is not None:
            self._run.merge(Run.from_json(document))


def start(config: pytest.Config) -> None:
    """Record from here on, before any conftest file makes a mock.

    Args:
        config: pytest's configuration, as early as it can be had.

    Raises:
        pytest.UsageError: If the project's settings cannot be used.
    """
    recorder = Recorder(_root())
    recorder.start()
    config.stash[_RECORDER] = recorder

    def stop() -> None:
        recorder.stop()

    config.add_cleanup(stop)


def register(config: pytest.Config, value: str) -> None:
    """Watch the tests of this process, and say what was seen where the run is told.

    Args:
        config: pytest's configuration.
        value: The file to write; `NO_FILE` for none.

    Raises:
        pytest.UsageError: If the file cannot be written.
    """
    if _RECORDER not in config.stash:
        start(config)  # A conftest file has loaded this plugin.
    manager = config.pluginmanager
    recorder: Recorder | None = config.stash[_RECORDER]
    is_worker = hasattr(config, "workerinput")
    file = None if is_worker or value == NO_FILE else _writable(config.invocation_params.dir / value)
    if manager.hasplugin("dsession"):  # The workers run the tests.
        config.stash[_RECORDER].stop()
        recorder = None
    else:
        manager.register(TruthWatch(config.stash[_RECORDER]), NAME)
    if not is_worker:
        manager.register(TruthSummary(_root(), file, recorder), f"{NAME}_summary")


def _root() -> Path:
    """The project's folder, as ``bugcapture scan`` finds it."""
    try:
        return find_project(Path.cwd()).root
    except BugcaptureError as error:
        raise pytest.UsageError(f"bugcapture: {error}") from error


def _writable(file: Path) -> Path:
    shown = f"--bugcapture-mock-truth={printable(str(file))}"
    if file.suffix != ".json":
        # It may be a test that was meant, which must not be overwritten.
        raise pytest.UsageError(
            f"{shown}: the name of the file has to end with .json; tests stand before the option"
        )
    if file.is_dir():
        raise pytest.UsageError(f"{shown}: is a folder; name a file")
    if not file.parent.is_dir():
        raise pytest.UsageError(f"{shown}: there is no folder {printable(str(file.parent))}")
    if not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise pytest.UsageError(f"{shown}: cannot be written: permission denied")
    return file
