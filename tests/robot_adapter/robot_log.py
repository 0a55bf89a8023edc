"""What ``log.html`` itself says: Robot writes the whole model into it, for the scripts of the page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STATUS = ("FAIL", "PASS", "SKIP", "NOT RUN")
_DATA = re.compile(r'^window\.output\["(\w+)"\] = (.+);$', re.MULTILINE)
_STRINGS = re.compile(
    r'^window\.output\["strings"\] = window\.output\["strings"\]\.concat\((.+)\);$', re.MULTILINE
)
# The places of a suite's parts in its row; in a test's row some versions of Robot have more parts in front.
_NAME, _SUITE_STATUS, _SUITES, _TESTS = 0, 5, 6, 7
_TEST_STATUS, _TEST_BODY, _CALL_STATUS = -2, -1, -2


class LoggedTest(NamedTuple):
    """One test.

    Attributes:
        status: What the page shows.
        message: The same.
        calls: The statuses of what stands in it directly, set-up and teardown included.
    """

    status: str
    message: str
    calls: list[str]


class Log:
    """The data of one ``log.html``.

    Args:
        file: The page.

    Attributes:
        tests: Its tests by name.
        totals: Passed, failed and skipped tests, as the page's head counts them.
        suite: The status of the whole.
    """

    def __init__(self, file: Path) -> None:
        text = file.read_text("utf-8")
        self._strings = [_expand(part) for found in _STRINGS.findall(text) for part in _read(found)]
        data = {name: _read(value) for name, value in _DATA.findall(text) if name in {"suite", "stats"}}
        (total,) = data["stats"][0]
        self.totals: tuple[int, int, int] = (total["pass"], total["fail"], total["skip"])
        self.suite = _STATUS[data["suite"][_SUITE_STATUS][0]]
        self.tests = dict(self._walk(data["suite"]))

    def _walk(self, suite: list[Any]) -> Iterator[tuple[str, LoggedTest]]:
        for test in suite[_TESTS]:
            status, _, _, *message = test[_TEST_STATUS]
            calls = [_STATUS[call[_CALL_STATUS][0]] for call in test[_TEST_BODY]]
            said = self._strings[message[0]] if message else ""
            yield self._strings[test[_NAME]], LoggedTest(_STATUS[status], said, calls)
        for inner in suite[_SUITES]:
            yield from self._walk(inner)


def _read(text: str) -> Any:
    return json.loads(text.replace("\\x3c/", "</"))


def _expand(text: str) -> str:
    """A string as the page's scripts read it: as it is behind a star, else compressed."""
    return text[1:] if text.startswith("*") else zlib.decompress(base64.b64decode(text)).decode("utf-8")
