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
from bugcapture.demo.sample import PATCH, SAMPLES, Sample, add_capture, lay_out
from bugcapture.project import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FOREIGN = ("BUGCAPTURE_", "BEHAVE_", "PYTEST_", "ROBOT_", "PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONSTARTUP")
_CAPTURE_MESSAGE = (
    "test: add TDD bug-capture test for #991 — AuditService TOCTOU race\n\n"
    "Two threads that use the service for the first time each create an engine.\n\n"
    "ISSUES CLOSED: #1095"
)
_REFACTOR_MESSAGE = "refactor: open the session in fewer lines"
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


def tell(project: Path, framework: str) -> Iterator[Shown]:
    """Run the story.

    Args:
        project: An empty folder; the project stays in it in its last state.
        framework: The framework of its tests, one of `bugcapture.demo.sample.SAMPLES`.

    Yields:
        Each command after it has run. A command that does not behave ends the story.
    """
    for step in _steps(project, SAMPLES[framework]):
        started = time.perf_counter()
        exit_code, output = step.run()
        shown = Shown(step=step, exit_code=exit_code, output=output, seconds=time.perf_counter() - started)
        yield shown
        if not shown.behaved:
            return


def _steps(project: Path, sample: Sample) -> Iterator[Step]:
    folder = sample.capture.parts[0]
    yield Step(
        title="A project has an AuditService. Nobody knows yet that its first use is not thread-safe.",
        command="git init && git add . && git commit -m 'feat: add the audit service'",
        run=lambda: _first_commit(project, sample),
    )
    yield Step(
        title="CAPTURE. Somebody meets bug 991 and writes a test that fails because of it.",
        command=f"cat {sample.capture}",
        run=lambda: _show_capture(project, sample),
        says="tdd_expected_fail",
    )
    yield _test(
        project,
        sample,
        "Raw, the test is red: two engines are created where one would do.",
        raw=True,
        exit_code=EXIT_FINDINGS,
        says="engines were created",
    )
    yield _test(
        project,
        sample,
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
    yield _test(
        project,
        sample,
        "CI is red now: the bug is gone, and its test still says that it is there.",
        exit_code=EXIT_FINDINGS,
        says="bug 991 looks fixed",
    )
    yield _bugcapture(
        project,
        "GRADUATE. One tag goes; the test is the regression test of 991 from now on.",
        "graduate",
        "991",
        says="tdd_expected_fail",
    )
    yield Step(
        command=f"git diff --unified=1 {folder}",
        run=lambda: _git(project, "diff", "--unified=1", folder),
        says=sample.switch_line,
    )
    yield _test(
        project,
        sample,
        "Green again, and the guard stands.",
        says="0 expected failures, 0 look fixed, 0 wrong",
    )
    yield _commit(project, _FIX_MESSAGE)
    yield _bugcapture(
        project,
        "PROVE. The same test runs without the fix and with it, each time in a checkout of its own.",
        "prove",
        "991",
        says="bug 991: PROVEN",
    )
    yield Step(
        title="REGRESSION. A year later a refactoring takes the lock out again.",
        command=f"git apply --reverse {PATCH.name}",
        run=lambda: _git(project, "apply", "--reverse", str(PATCH)),
    )
    yield _commit(project, _REFACTOR_MESSAGE)
    yield _test(
        project,
        sample,
        "Nobody has to remember the bug: its test does.",
        exit_code=EXIT_FINDINGS,
        says="bug 991 is back",
    )
    yield _bugcapture(
        project,
        "BISECT. The test is asked about the past, and names the commit.",
        "bisect",
        "991",
        says=_REFACTOR_MESSAGE,
    )


def _first_commit(project: Path, sample: Sample) -> tuple[int, str]:
    lay_out(project, sample)
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


def _show_capture(project: Path, sample: Sample) -> tuple[int, str]:
    add_capture(project, sample)
    return EXIT_OK, (project / sample.capture).read_text("utf-8")


def _commit(project: Path, message: str) -> Step:
    first_line = message.partition("\n")[0]

    def run() -> tuple[int, str]:
        code, text = _git(project, "add", ".")
        return (code, text) if code else _git(project, "commit", "-m", message)

    return Step(command=f"git add . && git commit -m '{first_line}'", run=run)


def _test(
    project: Path, sample: Sample, title: str, *, raw: bool = False, exit_code: int = EXIT_OK, says: str = ""
) -> Step:
    command = " ".join(sample.command)
    extra = {"BUGCAPTURE_RAW": "1"} if raw else {}
    return Step(
        title=title,
        command=f"BUGCAPTURE_RAW=1 {command}" if raw else command,
        run=lambda: _python(project, extra, *sample.command),
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
