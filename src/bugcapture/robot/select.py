"""Run only some tests of a suite, chosen by file and line.

Robot loads this in the process that runs the tests, as ``--prerunmodifier``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class Selection:
    """Keeps the tests that a file lists.

    Args:
        parts: The file's path, a JSON list of ``[path, line]``; Robot splits it where it takes a character for
            the separator of arguments.
    """

    def __init__(self, *parts: str) -> None:
        listed = json.loads(Path(";".join(parts)).read_text("utf-8"))
        self._wanted = {(_locate(path), line) for path, line in listed}

    def visit_suite(self, suite: Any) -> None:
        """Remove all other tests, and the suites that are left without any."""
        self._keep(suite)
        suite.remove_empty_suites()

    def _keep(self, suite: Any) -> None:
        if suite.tests:
            place = _locate(str(suite.source))
            suite.tests = [test for test in suite.tests if (place, test.lineno) in self._wanted]
        for inner in suite.suites:
            self._keep(inner)


def _locate(path: str) -> str:
    """One name for a file, however many linked folders lead to it."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118
