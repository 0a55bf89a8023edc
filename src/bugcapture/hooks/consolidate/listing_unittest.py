"""unittest with a runner that writes down what it would run. It needs nothing but unittest.

A copy of this file is put where the user's Python can import it, and is started in place of unittest; what it
finds out goes beside that copy.
"""

from __future__ import annotations

import json
import os
import sys
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_TEST = 5
_SHOWN = 2000


class Lister(unittest.TextTestRunner):
    """Notes the tests, and runs them where that is asked for."""

    is_running = False

    def run(self, test: Any) -> Any:
        """Note each test, and how it ends."""
        tests = list(_walk(test))
        errors = [(_failed(one), str(getattr(one, "_exception", ""))[-_SHOWN:]) for one in tests if _failed(one)]
        listed = [(one.id(), _marks(one)) for one in tests if not _failed(one)]
        result: Any = super().run(test) if self.is_running else unittest.TestResult()
        found = {
            "tests": listed,
            "errors": errors,
            "outcomes": _outcomes([name for name, _ in listed], result) if self.is_running else {},
            "exit_code": _exit_code(listed, result),
            "stops_after": int(bool(self.failfast)),
            "needs_coverage": False,
            "settings": "",
            "root": "",
        }
        Path(__file__).with_suffix(f".{os.getpid()}.json").write_text(json.dumps(found), "utf-8")
        return result


def _walk(test: Any) -> Iterator[Any]:
    if isinstance(test, unittest.TestSuite):
        for one in test:
            yield from _walk(one)
    elif test is not None:
        yield test


def _failed(test: Any) -> str:
    """The name of what stands for a module that cannot be loaded; empty for a test."""
    return str(getattr(test, "_testMethodName", "")) if type(test).__name__ == "_FailedTest" else ""


def _marks(test: Any) -> list[str]:
    method = getattr(test, str(getattr(test, "_testMethodName", "")), None)
    known = {"__unittest_skip__": "skip", "__unittest_expecting_failure__": "expectedFailure"}
    return [name for mark, name in known.items() if any(getattr(one, mark, 0) for one in (method, type(test)))]


def _outcomes(names: list[str], result: Any) -> dict[str, str]:
    """How each has ended; a fixture of a class or module that fails is told by its own name."""
    known = dict.fromkeys(names, "passed")
    for outcome, some in (
        ("skipped", [one for one, _ in result.skipped]),
        ("expected failure", [one for one, _ in result.expectedFailures]),
        ("unexpected success", result.unexpectedSuccesses),
        ("failed", [one for one, _ in (*result.failures, *result.errors)]),
    ):
        # A part of a test (`subTest`) counts as the test.
        known.update({getattr(one, "test_case", one).id(): outcome for one in some})
    return known


def _exit_code(listed: list[Any], result: Any) -> int:
    if not listed:
        return _NO_TEST if sys.version_info >= (3, 12) else 0
    return int(not result.wasSuccessful())


if __name__ == "__main__":
    Lister.is_running = sys.argv.pop(1) == "run"
    sys.argv[0] = "python -m unittest"
    unittest.main(module=None, testRunner=Lister)
