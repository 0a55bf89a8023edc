"""The hooks and the fixture of the plugin; without captured tests it only looks once at the collected markers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

_PACKAGE = __name__.rpartition(".")[0]
_NAMES = ("bugcapture", _PACKAGE, __name__)
_MARKERS = (
    "tdd_bug(991): the test belongs to bug 991, for ever. Example: @pytest.mark.tdd_bug(991)",
    "tdd_issue(991): the test belongs to issue 991, for ever. Example: @pytest.mark.tdd_issue(991)",
    (
        "tdd_expected_fail(raises=None, match=None): the bug is open: the test has to fail with an assertion, "
        "or as declared. Example: @pytest.mark.tdd_expected_fail(raises=KeyError, match='total')"
    ),
)


class _Reserved:
    """Holds the other name of this plugin, so that naming it twice does not load it twice."""


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Make ``-p bugcapture.pytest`` harmless beside the entry point."""
    if plugin is sys.modules[_PACKAGE] or plugin is sys.modules[__name__]:
        for name in _NAMES:
            if not manager.has_plugin(name):
                manager.register(_Reserved(), name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    parser.getgroup("bugcapture").addoption(
        "--bugcapture-leaks",
        nargs="?",
        const="warn",
        choices=("warn", "error", "off"),
        help="Name the tests that leave something behind, and what: variables, patches, threads, handlers, "
        "filters, the working directory, sys.path, replaced functions; =error makes them errors. The default is "
        "`leaks` in [tool.bugcapture].",
    )
    parser.getgroup("bugcapture").addoption(
        "--bugcapture-mock-truth",
        nargs="?",
        const="",
        metavar="FILE.json",
        help="Name the places where the program uses an answer of a mock that nobody chose: as a truth value, in "
        "a comparison, or to swallow an exception; and mocks that are awaited and cannot be, or are not and have "
        "to be. =FILE.json writes it down for `bugcapture scan --confirm-with`.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin to record what happens to mocks before any is made."""
    if getattr(early_config.known_args_namespace, "bugcapture_mock_truth", None) is not None:
        from bugcapture.pytest.mock_truth import start  # noqa: PLC0415 - only runs that ask for it pay for it

        start(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, for ``--strict-markers`` and ``--markers``."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    if (how := config.getoption("--bugcapture-leaks")) in {"warn", "error"}:
        from bugcapture.pytest.leaks import register  # noqa: PLC0415 - only runs that ask for it pay for it

        register(config, how)
    file = config.getoption("--bugcapture-mock-truth")
    if file is not None:
        from bugcapture.pytest.mock_truth import register as record  # noqa: PLC0415 - as above

        record(config, file)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the project's settings."""
    from bugcapture.pytest.watch import prepare  # noqa: PLC0415 - a run that only asks for help does not need it

    prepare(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Make the numbers in feature files known before pytest-bdd asks for them."""
    if parent.config.pluginmanager.has_plugin("pytest-bdd"):
        from bugcapture.pytest.examples import register_numbers  # noqa: PLC0415 - only with pytest-bdd

        register_numbers(parent.config, module_path)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Check all markers before anything is selected, and once more after the other plugins."""
    from bugcapture.pytest.watch import find_marked  # noqa: PLC0415 - as above

    if marked := find_marked(items):
        from bugcapture.pytest.run import check  # noqa: PLC0415 - only runs with captures pay for it

        check(config, items, marked)
    result = yield
    if marked := find_marked(items):
        from bugcapture.pytest.run import get_ready  # noqa: PLC0415 - as above

        get_ready(config, items, marked)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look at the markers for the last time: the switch must not come from a fixture."""
    from bugcapture.pytest.watch import find_marked  # noqa: PLC0415 - as above

    if marked := find_marked(session.items):
        from bugcapture.pytest.run import finish  # noqa: PLC0415 - as above

        finish(session, marked)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_bdd_apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Turn the tags of a feature file into the markers that mean the same."""
    from bugcapture.pytest.tags import apply_tag  # noqa: PLC0415 - only with pytest-bdd

    return apply_tag(tag, function)


@pytest.fixture
def race() -> Any:
    """Let threads meet inside a race window: ``race(function, meet_at="package.module.name")``."""
    from bugcapture.race import race as run_race  # noqa: PLC0415 - only tests that ask for it pay for it

    return run_race
