"""Fixtures of all tests."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from postgres import postgres_url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["postgres_url"]

# Folders whose tests do their work in this process. Measuring the many processes that they start as well takes a
# third of the time, and shows nothing that the tests of the adapters, the features and the Robot suites do not.
_IN_PROCESS = {
    "audit",
    "behave_source",
    "capture",
    "history",
    "hooks",
    "hooks_consolidate",
    "hooks_profile",
    "html",
    "init",
    "prove",
    "pytest_source",
    "robot_source",
    "run",
    "tracker",
    "workflow",
}

# A shell without job control starts its background jobs with SIGINT ignored, and every child inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module", autouse=True)
def _measured_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Coverage of this process alone, where that is enough."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name in _IN_PROCESS:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
            patch.delenv("COVERAGE_PROCESS_START", raising=False)
        yield
