"""An environment of its own for a checkout, in which bugcapture can be imported although it is not installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable, shorten
from bugcapture.project import git
from bugcapture.project.process import Task, run_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The first pip with --python.
_PIP_FOR_OTHERS: Final = (22, 3)
# What the adapters import besides their framework and Python's own library.
_LENT: Final = ("bugcapture", "msgspec")
# What would lead an installation away from the environment that it is for.
_MISLEADING: Final = frozenset(
    {"PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
)
_TEMPORARY: Final = ("TMPDIR", "TEMP", "TMP")
_SHOWN_LINES: Final = 20
_PROBE: Final = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        sys.exit(f"{name}\\n{error}")
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment on disk.

    Attributes:
        folder: Its folder.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def lent(self) -> Path:
        """The folder from which its interpreter imports what is not installed in it."""
        return self.folder / "lent-by-bugcapture"

    def require(self, modules: Iterable[str], told: str) -> None:
        """Make sure that modules can be imported in it.

        Args:
            modules: Their names.
            told: For which checkout it was made.

        Raises:
            ConfigurationError: If one of them cannot.
        """
        names = (*_LENT, *sorted(modules))
        done = subprocess.run(
            [str(self.python), "-c", _PROBE, *names],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.lent)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            name, _, said = done.stderr.decode("utf-8", "replace").strip().partition("\n")
            raise ConfigurationError(
                f"{printable(name)} cannot be imported in the environment for {told}: {shorten(printable(said))}",
                hint="[tool.bugcapture] install says what `pip install` is given there, "
                'such as ["-e", ".[test]", "pytest"]',
            )


def make_environment(
    folder: Path, checkout: Path, install: Sequence[str], python: str | None, told: str
) -> Environment:
    """Make an environment and install a checkout in it, with uv when it is there.

    Args:
        folder: The environment's folder; what is there is removed.
        checkout: The folder in which ``pip install`` is run.
        install: Its arguments.
        python: The interpreter to make it with; None for the one of this process.
        told: What the checkout is called in errors.

    Raises:
        ConfigurationError: If it cannot be made, or the installation fails.
        KeyboardInterrupt: If it was interrupted; no process is left behind.
    """
    environment = Environment(folder)
    shutil.rmtree(folder, ignore_errors=True)
    make, pip = _commands(folder, str(environment.python), python)
    _run(make, checkout, f"no environment for {told}")
    if install:
        _run((*pip, *install), checkout, f"{told} cannot be installed")
    _lend(environment.lent)
    return environment


def _commands(folder: Path, own: str, python: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How to make an environment, and how to install into it."""
    base = sys.executable if python is None else python
    if uv := shutil.which("uv"):
        created = (uv, "venv", "--quiet", "--no-project", "--python", base, str(folder))
        return created, (uv, "pip", "install", "--quiet", "--python", own)
    options = ("--quiet", "--disable-pip-version-check", "--no-input")
    if python is None and _has_pip():  # Giving each environment a pip of its own takes longer than all the rest.
        bare = (base, "-m", "venv", "--without-pip", str(folder))
        return bare, (base, "-m", "pip", "--python", own, "install", *options)
    return (base, "-m", "venv", str(folder)), (own, "-m", "pip", "install", *options)


def _has_pip() -> bool:
    """Whether our own pip can install into another environment."""
    try:
        major, minor = metadata.version("pip").split(".")[:2]
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return (major + minor).isdecimal() and (int(major), int(minor)) >= _PIP_FOR_OTHERS


def _run(command: tuple[str, ...], folder: Path, told: str) -> None:
    variables = {name: value for name, value in git.clean_environment().items() if name not in _MISLEADING}
    with tempfile.TemporaryDirectory(prefix="bugcapture-install-") as scratch:
        variables |= dict.fromkeys(_TEMPORARY, scratch)  # uv leaves locks there.
        output = Path(scratch) / "output.txt"
        try:
            (ended,) = run_tasks([Task(command=command, folder=folder, environment=variables, output=output)])
        except ConfigurationError as error:
            raise ConfigurationError(f"{told}: {error}") from error
        if ended is None or ended.exit_code:
            lines = output.read_text("utf-8", "replace").rstrip().splitlines()[-_SHOWN_LINES:]
            said = "".join(f"\n  | {printable(line)}" for line in lines)
            raise ConfigurationError(
                f"{told}: `{printable(' '.join(command))}` says{said}",
                where=printable(str(folder)),
                hint="[tool.bugcapture] install says what `pip install` is given; it runs in the project's folder",
            )


def _lend(folder: Path) -> None:
    """Make our package importable from a folder in which nothing else lies."""
    folder.mkdir()
    for name in _LENT:
        spec = importlib.util.find_spec(name)
        for place in (spec.submodule_search_locations if spec else None) or ():
            target = folder / name
            try:
                target.symlink_to(place, target_is_directory=True)
            except OSError:  # Windows lets few people make links.
                shutil.copytree(place, target, ignore=shutil.ignore_patterns("__pycache__"))
