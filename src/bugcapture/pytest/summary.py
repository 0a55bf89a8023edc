"""Say at the end of a run what became of each captured bug, wherever its test ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.tags import TestTags
from bugcapture.core.text import bug_list, printable
from bugcapture.core.verdict import Verdict
from bugcapture.project.console import say
from bugcapture.project.session import JudgedTest, Result, tell_results

if TYPE_CHECKING:
    from collections.abc import Iterable

# The attribute of a report that carries a result, through pytest-xdist as well.
ATTRIBUTE: Final = "_bugcapture"
REFUSED: Final = "bugcapture_refused"
UNREPORTED: Final = "bugcapture_unreported"

_SAID: Final = {
    Verdict.EXPECTED_FAILURE: "expected failure",
    Verdict.UNEXPECTED_PASS: "looks fixed",
    Verdict.WRONG_FAILURE: "wrong failure",
    Verdict.REGRESSED: "regressed",
    Verdict.NOT_RUN: "not run",
}


def encode_result(result: Result, nodeid: str) -> dict[str, Any]:
    """A result in plain values, as another process can read them.

    Args:
        result: What is known of a test.
        nodeid: Its node id.
    """
    test = result.test
    return {
        "path": test.path,
        "line": test.line,
        "name": test.name,
        "nodeid": nodeid,
        "ids": list(test.tags.ids),
        "expected_fail": test.tags.expected_fail,
        "verdict": result.verdict.value,
        "text": result.text,
        "attempts": result.attempts,
    }


class Summary:
    """Gathers the results of one run, of all its processes, and says them.

    Args:
        raw: Why nothing is inverted; empty when verdicts are applied.
    """

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._results: dict[tuple[str, str], dict[str, Any]] = {}
        self._refused = ""

    def add(self, encoded: dict[str, Any], worker: str = "") -> None:
        """Take the newest result of a test.

        Args:
            encoded: A result from `encode_result`.
            worker: The process in which it ran.
        """
        self._results[worker, encoded["nodeid"]] = encoded

    @property
    def results(self) -> list[Result]:
        """All results, the newest of each test."""
        return [_decode(encoded) for encoded in self._results.values()]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take the result that a report carries."""
        encoded = getattr(report, ATTRIBUTE, None)
        if encoded is not None:
            self.add(encoded, getattr(report, "worker_id", ""))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker process has left at its end."""
        output = getattr(node, "workeroutput", {})  # A worker that crashed leaves none.
        self._refused = output.get(REFUSED, self._refused)
        for encoded in output.get(UNREPORTED, ()):
            self.add(encoded, node.gateway.id)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Settle the exit code."""
        self.settle(session)

    def settle(self, session: pytest.Session) -> None:
        """Let nothing wipe out a refusal or a red verdict.

        Args:
            session: pytest's session at its end.
        """
        if self._refused:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif session.exitstatus == pytest.ExitCode.OK and self._any_red:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line for each bug, by its number."""
        lines = [] if self._raw else list(_list_bugs(self._results.values()))
        if lines:
            terminalreporter.write_sep("=", "bugcapture: captured bugs")
            for line in lines:
                terminalreporter.write_line(line)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """The texts about red verdicts and the closing line, on standard error."""
        if self._refused:
            say(f"ERROR: {self._refused}")
        elif text := tell_results(self.results, raw=bool(self._raw), why_raw=self._raw):
            say(text)

    @property
    def _any_red(self) -> bool:
        return not self._raw and any(not result.verdict.green for result in self.results)


def _decode(encoded: dict[str, Any]) -> Result:
    tags = TestTags(tuple(encoded["ids"]), encoded["expected_fail"])
    test = JudgedTest(path=encoded["path"], line=encoded["line"], name=encoded["name"], tags=tags)
    return Result(test, Verdict(encoded["verdict"]), encoded["text"], encoded["attempts"])


def _list_bugs(results: Iterable[dict[str, Any]]) -> Iterable[str]:
    for encoded in sorted(results, key=lambda one: (one["ids"], one["nodeid"])):
        said = _SAID.get(Verdict(encoded["verdict"]))
        if said is not None:
            yield f"{bug_list(encoded['ids'])} {said} {printable(encoded['nodeid'])}".lstrip()
