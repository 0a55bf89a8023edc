"""unittest with a runner that writes down what it would run. It needs nothing but unittest.

A copy of this file is put where the user's Python can import it, and is started in place of unittest; what it
finds out goes beside that copy.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_TEST = 5
_SHOWN = 2000
_SET_UP = re.compile(r"setUp(?:Class|Module) \((.+)\)\Z")


class _Result(unittest.TextTestResult):
    """Knows which tests have run to their end."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.ended: set[str] = set()

    def stopTest(self, test: Any) -> None:  # noqa: N802 - its name
        super().stopTest(test)
        self.ended.add(test.id())


class Lister(unittest.TextTestRunner):
    """Notes the tests, and runs them where that is asked for."""

    is_running = False
    resultclass = _Result

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
    """How each has ended; what is done around the tests of a class or module is told by its own name."""
    known = {name: "passed" if name in result.ended else "not run" for name in names}
    for outcome, some in (
        ("skipped", [one for one, _ in result.skipped]),
        ("expected failure", [one for one, _ in result.expectedFailures]),
        ("unexpected success", result.unexpectedSuccesses),
        ("failed", [one for one, _ in (*result.failures, *result.errors)]),
    ):
        # A part of a test (`subTest`) counts as the test.
        known.update({getattr(one, "test_case", one).id(): outcome for one in some})
    # Of a class or module that is skipped no test has begun.
    skipped = [found[1] for name, end in known.items() if end == "skipped" and (found := _SET_UP.match(name))]
    for name, end in known.items():
        if end == "not run" and name.startswith(tuple(f"{one}." for one in skipped)):
            known[name] = "skipped"
    return known


def _exit_code(listed: list[Any], result: Any) -> int:
    if not listed:
        return _NO_TEST if sys.version_info >= (3, 12) else 0
    return int(not result.wasSuccessful())


if __name__ == "__main__":
    Lister.is_running = sys.argv.pop(1) == "run"
    sys.argv[0] = "python -m unittest"
    unittest.main(module=None, testRunner=Lister)
