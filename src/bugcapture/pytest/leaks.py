"""``pytest --bugcapture-leaks``: name the tests that leave something behind, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.text import plural, printable
from bugcapture.leaks.state import State, Watcher, describe, differences, update

if TYPE_CHECKING:
    from collections.abc import Generator

    from bugcapture.leaks.state import Key

ATTRIBUTE: Final = "_bugcapture_leaks"
NAME: Final = "bugcapture_leaks"


class LeakWatch:
    """Compares before and after each test.

    What a fixture of a wider scope does belongs to it, while it lives; what it leaves behind at its end is told at
    the test after which it ends.

    Args:
        config: pytest's configuration.
        error: Whether a leak makes a test an error instead of being told only.
    """

    def __init__(self, config: pytest.Config, *, error: bool) -> None:
        # With this plugin pytest puts the filters of warnings back, after our last look.
        self._watcher = Watcher(config.rootpath, filters=not config.pluginmanager.hasplugin("warnings"))
        self._plugins = config.pluginmanager
        self._error = error
        self._before: State | None = None
        self._owned: dict[int, dict[Key, tuple[Any, Any]]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Look before anything is set up."""
        self._before = self._watcher.look()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        """What a wider fixture changes is expected from then on."""
        if fixturedef.scope == "function" or self._before is None:
            return (yield)
        before = self._watcher.look()
        try:
            return (yield)
        finally:
            changes = differences(before, self._watcher.look())
            if changes:
                self._owned[id(fixturedef)] = changes
                update(self._before, changes)

    def pytest_fixture_post_finalizer(self, fixturedef: Any) -> None:
        """After the end of a fixture what it had changed is expected to be as it was."""
        changes = self._owned.pop(id(fixturedef), None)
        if changes and self._before is not None:
            update(self._before, changes, back=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Look after everything is torn down."""
        result = yield
        before, self._before = self._before, None
        if before is not None:
            lines = describe(differences(before, self._watcher.look()))
            if lines:
                self._plugins.register(LeakReport(self._plugins, item, lines))
                if self._error:
                    raise LeakError(lines)
        return result


class LeakReport:
    """Sends what a test has left behind along with its report, to the controller of a parallel run as well.

    It is there only for that one report: every hook that is asked costs all tests time.

    Args:
        plugins: Where it is registered.
        item: The test.
        lines: What it left behind.
    """

    def __init__(self, plugins: pytest.PytestPluginManager, item: pytest.Item, lines: list[str]) -> None:
        self._plugins = plugins
        self._item = item
        self._lines = lines

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add it, and be gone."""
        report = yield
        if item is self._item:
            setattr(report, ATTRIBUTE, self._lines)
            self._plugins.unregister(self)
        return report


class LeakSummary:
    """Says at the end what was found, by all processes."""

    def __init__(self) -> None:
        self._found: list[tuple[str, list[str]]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather."""
        lines = getattr(report, ATTRIBUTE, None)
        if lines:
            self._found.append((report.nodeid, lines))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell."""
        if self._found:
            terminalreporter.section("bugcapture: left behind", sep="=")
            for nodeid, lines in self._found:
                terminalreporter.write_line(printable(nodeid))
                for line in lines:
                    terminalreporter.write_line(f"  {printable(line)}")
            terminalreporter.write_line(f"{plural(len(self._found), 'test')} left something behind")


class LeakError(AssertionError):
    """A test has left something behind."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("the test has left something behind:\n" + "\n".join(map(printable, lines)))


def register(config: pytest.Config, how: str) -> None:
    """Watch the tests of this process, and say what was found where the run is told.

    Args:
        config: pytest's configuration.
        how: ``warn`` or ``error``.
    """
    if not config.pluginmanager.hasplugin("dsession"):
        config.pluginmanager.register(LeakWatch(config, error=how == "error"), NAME)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(LeakSummary(), f"{NAME}_summary")
