"""Start ``python -m behave``, ``robot`` or ``pytest`` from a process that has them loaded already.

The start of a framework takes far longer than the cases themselves. One process therefore imports everything
but bugcapture, and forks for each run: the child has its own arguments, variables, folder and copy of the package,
and ends as any interpreter does. Runs that need another interpreter, such as ``python -O``, are started as usual.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

# What each module needs that is worth being there; a name that this environment has not is passed over.
PRELOAD = {
    "behave": "behave.runner behave.model behave.configuration behave.formatter._builtins behave.formatter.pretty "
    "behave.reporter.junit behave.reporter.summary behave.runner_plugin behave.api.async_step behave.main "
    "cucumber_expressions.expression asyncio multiprocessing.process",
    "robot": "robot.run robot.libraries.BuiltIn robot.libraries.Easter robot.reporting.resultwriter "
    "robot.reporting.xunitwriter robot.output.listeners robot.result.executionresult robot.running.librarykeyword "
    "robot.parsing robot.running.timeouts.posix robot.utils",
    "pytest": "pytest _pytest.config _pytest.main _pytest.python _pytest.terminal _pytest.junitxml "
    "_pytest.fixtures _pytest.skipping _pytest.subtests _pytest.unittest _pytest.doctest _pytest.cacheprovider "
    "_pytest.assertion.rewrite _pytest.logging _pytest.stepwise _pytest.tmpdir _pytest.pastebin "
    "_pytest.debugging _pytest.setuponly _pytest.faulthandler _pytest.recwarn _pytest.monkeypatch "
    "_pytest.threadexception _pytest.unraisableexception _pytest.setupplan _pytest.legacypath _pytest.helpconfig "
    "_pytest.reports _pytest.python_api pygments.lexers.python pygments.formatters.terminal gherkin.parser parse "
    "parse_type execnet.gateway_base packaging.requirements mako.lexer mako.template mako.lookup asyncio "
    "unittest.mock doctest pdb",
}
COMMON = (
    "json tomllib fractions decimal difflib xml.etree.ElementTree xml.sax.saxutils logging.handlers subprocess "
    "secrets importlib.metadata email.message zipfile uuid hashlib html platform msgspec datetime unittest "
    "traceback shlex"
)


class WarmStart:
    """A process to fork from.

    Args:
        adapter: What it has loaded: ``behave``, ``robot`` or ``pytest``.
        usual: How to start all the rest.

    Attributes:
        traced: A folder; of what lies below it, the lines that are executed are noted. Empty for none.
        lines: Those lines, as ``path:line``.
        unknown: Whether there was a run whose lines nobody noted.
    """

    def __init__(self, adapter: str, usual: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        self._adapter = adapter
        self._usual = usual
        self.traced = ""
        self.lines: set[str] = set()
        self.unknown = False
        self._process = subprocess.Popen(
            [sys.executable, __file__, adapter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        )

    def serves(self, arguments: Sequence[str], env: Mapping[str, str]) -> bool:
        """Whether a run can be started from here; others are started as usual."""
        return list(arguments[:2]) == ["-m", self._adapter] and _fits(env)

    def launch(
        self, arguments: Sequence[str], folder: Path, env: dict[str, str], *, limit: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run ``python <arguments>``; stands in for `conformance_kit.launch`.

        Args:
            arguments: ``-m``, the name of a module, and its arguments.
            folder: Where to run.
            env: All variables.
            limit: Seconds after which it hangs.
        """
        if not self.serves(arguments, env):
            self.unknown = True
            return self._usual(arguments, folder, env)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory(prefix="warm-") as place:
            job = {"arguments": list(arguments), "folder": str(folder), "env": env, "to": place, "limit": limit}
            job["traced"] = self.traced
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            code = json.loads(self._process.stdout.readline())
            if code is None:
                raise subprocess.TimeoutExpired(list(arguments), limit)
            self.unknown = self.unknown or "-n" in arguments  # Nobody notes the lines of worker processes.
            if self.traced and (Path(place) / "lines").exists():
                self.lines.update((Path(place) / "lines").read_text("utf-8").splitlines())
            output, errors = ((Path(place) / name).read_text("utf-8", "replace") for name in ("out", "err"))
        return subprocess.CompletedProcess(list(arguments), code, output, errors)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _fits(env: Mapping[str, str]) -> bool:
    """Whether an interpreter that was started with these variables is like this one."""
    names = {name for name in {*env, *os.environ} if name.startswith(("PYTHON", "LC_", "LANG"))}
    names -= {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"}
    alike = all(env.get(name) == os.environ.get(name) for name in names)
    return alike and env.get("PYTHONIOENCODING", "utf-8") == "utf-8"


def _serve(adapter: str) -> None:
    """Fork for each line on standard input, and answer with its exit code."""
    for name in f"{COMMON} {PRELOAD[adapter]}".split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if not child:
            _become(job)
            return
        answer = _wait(child, job["limit"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _wait(child: int, limit: float) -> int | None:
    """The exit code of a child; None when its time is up."""
    with contextlib.suppress(TimeoutError):
        signal.signal(signal.SIGALRM, _late)
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _trace(job: dict[str, Any]) -> None:
    """Note which lines of a package are executed; written down when the process ends."""
    package = job["traced"]
    lines: set[str] = set()

    def local(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            lines.add(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        return local

    def start(frame: FrameType, event: str, _argument: object) -> Any:
        return local if event == "call" and frame.f_code.co_filename.startswith(package) else None

    def end() -> None:
        sys.settrace(None)
        (Path(job["to"]) / "lines").write_text("\n".join(lines), "utf-8")

    atexit.register(end)
    threading.settrace(start)
    sys.settrace(start)


def _late(*_: object) -> None:
    raise TimeoutError


def _become(job: dict[str, Any]) -> None:
    """Be the process that was asked for; it ends with the interpreter."""
    os.setsid()
    # As in any process that was not forked: it is what those of one run have in common.
    multiprocessing.current_process().authkey = os.urandom(32)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["env"])
    for target, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "out", os.O_CREAT), (2, "err", os.O_CREAT)):
        file = os.open(Path(job["to"]) / name, flags | (os.O_WRONLY if target else 0))
        os.dup2(file, target)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.path[:] = [job["folder"], *job["env"].get("PYTHONPATH", "").split(os.pathsep), *sys.path[1:]]
    sys.argv = [job["arguments"][1], *job["arguments"][2:]]
    sys.modules.pop("__main__", None)
    importlib.invalidate_caches()
    if job["traced"]:
        _trace(job)
    runpy.run_module(job["arguments"][1], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
