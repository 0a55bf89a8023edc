"""The story: what a contributor does with bug 991, step by step, and what each command must answer."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.core.errors import EXIT_FINDINGS, EXIT_OK
from bugcapture.demo.sample import CAPTURE, PATCH, add_capture, lay_out
from bugcapture.project import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FOREIGN = ("BUGCAPTURE_", "BEHAVE_", "PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONSTARTUP")
_CAPTURE_MESSAGE = (
    "test: add TDD bug-capture test for #991 — AuditService TOCTOU race\n\n"
    "Two threads that use the service for the first time each create an engine.\n\n"
    "ISSUES CLOSED: #1095"
)
_FIX_MESSAGE = "fix: create the audit engine once (#991)\n\nCheck, lock, check again.\n\nISSUES CLOSED: #991"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of the story.

    Attributes:
        title: What it shows; empty when it belongs to the step before.
        command: The command as a person types it.
        run: Runs it; gives exit code and output.
        exit_code: What it must exit with.
        says: What its output must hold.
    """

    title: str = ""
    command: str
    run: Callable[[], tuple[int, str]]
    exit_code: int = EXIT_OK
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One command that has run.

    Attributes:
        step: What was to be shown.
        exit_code: What it exited with.
        output: What it printed, standard error included.
        seconds: How long it took.
    """

    step: Step
    exit_code: int
    output: str
    seconds: float

    @property
    def behaved(self) -> bool:
        """Whether exit code and output are what the story says."""
        return self.exit_code == self.step.exit_code and self.step.says in self.output


def tell(project: Path) -> Iterator[Shown]:
    """Run the story.

    Args:
        project: An empty folder; the project stays in it in its last state.

    Yields:
        Each command after it has run. A command that does not behave ends the story.
    """
    for step in _steps(project):
        started = time.perf_counter()
        exit_code, output = step.run()
        shown = Shown(step=step, exit_code=exit_code, output=output, seconds=time.perf_counter() - started)
        yield shown
        if not shown.behaved:
            return


def _steps(project: Path) -> Iterator[Step]:
    yield Step(
        title="A project has an AuditService. Nobody knows yet that its first use is not thread-safe.",
        command="git init && git add . && git commit -m 'feat: add the audit service'",
        run=lambda: _first_commit(project),
    )
    yield Step(
        title="CAPTURE. Somebody meets bug 991 and writes a test that fails because of it.",
        command=f"cat {CAPTURE}",
        run=lambda: _show_capture(project),
        says="@tdd_expected_fail",
    )
    yield _behave(
        project,
        "Raw, the test is red: two engines are created where one would do.",
        raw=True,
        exit_code=EXIT_FINDINGS,
        says="engines were created",
    )
    yield _behave(
        project,
        "In CI it is green: it fails for its bug, and that is what is expected while the bug is open.",
        says="1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed",
    )
    yield _bugcapture(project, "The tags are right, and the bug stands in the ledger.", "check")
    yield _bugcapture(project, "", "list", says="captured")
    yield _commit(project, _CAPTURE_MESSAGE)
    yield Step(
        title="FIX. Later somebody adds the missing lock.",
        command=f"git apply {PATCH.name}",
        run=lambda: _git(project, "apply", str(PATCH)),
    )
    yield _behave(
        project,
        "CI is red now: the bug is gone, and its test still says that it is there.",
        exit_code=EXIT_FINDINGS,
        says="bug 991 looks fixed",
    )
    yield _bugcapture(
        project,
        "GRADUATE. One tag goes; the test is the regression test of 991 from now on.",
        "graduate",
        "991",
        says="removed @tdd_expected_fail",
    )
    yield Step(
        command="git diff --unified=1 features",
        run=lambda: _git(project, "diff", "--unified=1", "features"),
        says="-  @tdd_bug @tdd_bug_991",
    )
    yield _behave(project, "Green again, and the guard stands.", says="0 expected failures, 0 look fixed, 0 wrong")
    yield _commit(project, _FIX_MESSAGE)
    yield Step(
        title="REGRESSION. A year later a refactoring takes the lock out again.",
        command=f"git apply --reverse {PATCH.name}",
        run=lambda: _git(project, "apply", "--reverse", str(PATCH)),
    )
    yield _behave(
        project,
        "Nobody has to remember the bug: its test does.",
        exit_code=EXIT_FINDINGS,
        says="bug 991 is back",
    )


def _first_commit(project: Path) -> tuple[int, str]:
    lay_out(project)
    texts = []
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        ("commit", "--quiet", "-m", "feat: add the audit service"),
        ("log", "--oneline"),
    ):
        code, text = _git(project, *arguments)
        if code:
            return code, text
        texts.append(text)
    return EXIT_OK, texts[-1]


def _show_capture(project: Path) -> tuple[int, str]:
    add_capture(project)
    return EXIT_OK, (project / CAPTURE).read_text("utf-8")


def _commit(project: Path, message: str) -> Step:
    first_line = message.partition("\n")[0]

    def run() -> tuple[int, str]:
        code, text = _git(project, "add", ".")
        return (code, text) if code else _git(project, "commit", "-m", message)

    return Step(command=f"git add . && git commit -m '{first_line}'", run=run)


def _behave(project: Path, title: str, *, raw: bool = False, exit_code: int = EXIT_OK, says: str = "") -> Step:
    extra = {"BUGCAPTURE_RAW": "1"} if raw else {}
    return Step(
        title=title,
        command="BUGCAPTURE_RAW=1 behave" if raw else "behave",
        run=lambda: _python(project, extra, "behave"),
        exit_code=exit_code,
        says=says,
    )


def _bugcapture(project: Path, title: str, *arguments: str, says: str = "") -> Step:
    command = " ".join(("bugcapture", *arguments))
    return Step(
        title=title, command=command, run=lambda: _python(project, {}, "bugcapture", *arguments), says=says
    )


def _git(project: Path, *arguments: str) -> tuple[int, str]:
    done = git.run(project, *arguments)
    return done.returncode, done.stdout


def _python(project: Path, extra: dict[str, str], module: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
        env=_environment(project) | extra,
        encoding="utf-8",
        errors="backslashreplace",
    )
    return done.returncode, done.stdout.replace(str(project) + os.sep, "")


def _environment(project: Path) -> dict[str, str]:
    """The user's environment without what would change the story: settings of ours, Behave's file at home."""
    inherited = git.clean_environment()
    kept = {key: value for key, value in inherited.items() if not key.startswith(_FOREIGN)}
    return kept | {
        "HOME": str(project),
        "PYTHONUSERBASE": site.getuserbase(),
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
