"""A change from both sides: checkouts without it and with it, in which the same tests run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.text import plural, printable
from bugcapture.project.venv import make_environment
from bugcapture.workflow.hosts import require_hosts
from bugcapture.workflow.imports import find_folders, find_modules, foreign_files, python_path
from bugcapture.workflow.overlay import find_overlay, is_named_as_test, merge_settings
from bugcapture.workflow.sources import DIALECTS
from bugcapture.workflow.trial import try_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bugcapture.core.dialect import Launch
    from bugcapture.project.config import Project
    from bugcapture.project.repository import ChangedFile, Repository, Revision
    from bugcapture.project.trial import Trial
    from bugcapture.project.venv import Environment
    from bugcapture.workflow.trial import TrialResult
    from bugcapture.workflow.units import Hosts

    Plan = Callable[[Project], Sequence[Launch]]

_SETTINGS = "pyproject.toml"
_IMPORTED = ("*.py", "*.so", "*.pyd")
_LINK = "120000"  # The mode of a symbolic link.


class Sides:
    """Runs the tests of one revision, its head, against the program of others.

    Args:
        repository: The repository.
        project: The project in the user's own checkout.
        head: The revision whose tests are run.
        hosts: How the frameworks are started.
        added: Files and folders, seen from the project, that belong to the tests though they do not look like it.
        excluded: Files and folders that do not, though they do.
        carried: Files and folders that git does not know and the tests need.
        venv: Whether each checkout gets an environment of its own.

    Raises:
        ConfigurationError: If a path leads out of the repository.
    """

    def __init__(
        self,
        repository: Repository,
        project: Project,
        head: Revision,
        hosts: Hosts,
        *,
        added: Sequence[str] = (),
        excluded: Sequence[str] = (),
        carried: Sequence[str] = (),
        venv: bool = False,
    ) -> None:
        self.repository = repository
        self.project = project
        self.head = head
        self._hosts = hosts
        self._venv = venv
        self._where = project.root.resolve().relative_to(repository.top.resolve())
        self._added = [self._inside(path, "--overlay") for path in added]
        self._excluded = [self._inside(path, "--exclude") for path in excluded]
        self._carried = [self._inside(path, "--carry") for path in carried]
        self._tree = repository.top
        self._frameworks: tuple[str, ...] = ()
        self._known: dict[str, bool] = {}
        self._blobs: dict[str, dict[str, str]] = {}
        self._overlays: dict[str, list[str]] = {}
        self._environments: dict[Path, tuple[str, Environment]] = {}

    @contextlib.contextmanager
    def checkout(self, revision: Revision) -> Iterator[Path]:
        """A checkout of a revision as it is; its top.

        Raises:
            ConfigurationError: If the project's folder is not there, or something to be carried.
        """
        with self.repository.checkout(revision.commit) as top:
            if not self.folder(top).is_dir():
                shown = printable(self._where.as_posix())
                raise ConfigurationError(f"the project's folder {shown} is not there in {revision.short}")
            self._carry_over(top)
            before = self._tree
            if revision.commit == self.head.commit:
                self._tree = top  # What the head's files say of the tests counts, not what lies in the user's.
            try:
                yield top
            finally:
                self._tree = before
                self._environments.pop(top, None)
                shutil.rmtree(_environment_folder(top), ignore_errors=True)

    def switch(self, top: Path, revision: Revision) -> None:
        """Make a checkout one of another revision, as it is, with what is carried over and nothing else.

        Args:
            top: The checkout, which `checkout` has made.
            revision: The other revision.

        Raises:
            ConfigurationError: If the project's folder is not there, or something to be carried.
        """
        self.repository.switch(top, revision.commit)
        if not self.folder(top).is_dir():
            raise ConfigurationError("the project's folder is not there")
        self._carry_over(top)

    def folder(self, top: Path) -> Path:
        """The project's folder in a checkout."""
        return top / self._where

    def require(self, frameworks: Iterable[str]) -> None:
        """Make sure that the frameworks are installed; with environments of their own that is seen later.

        Raises:
            ConfigurationError: If one is not.
        """
        self._frameworks = tuple(frameworks)
        if not self._venv:
            require_hosts(self._frameworks, self._hosts.python)

    def lay_over(self, top: Path, revision: Revision) -> None:
        """Give a checkout of an older revision the tests of the head, and its settings about tests.

        Args:
            top: The checkout.
            revision: What is checked out there.
        """
        if self._venv:
            self._environment(top, revision)  # What is installed is the revision as it is.
        files = self.overlay(revision)
        self.repository.overlay(top, self.head.commit, files)
        older, newer = self._files(revision), self._files(self.head)
        for path in sorted(older.keys() | newer.keys()):
            if path.rpartition("/")[2] == _SETTINGS and path not in files and older.get(path) != newer.get(path):
                self._merge(top, revision, path, (older.get(path, ""), newer.get(path, "")))

    def overlay(self, revision: Revision) -> list[str]:
        """The files that a revision takes from the head, seen from the top of the repository."""
        if revision.commit not in self._overlays:
            files = {*self._files(self.head), *self._files(revision)}
            roots = [self._from_top(root) for root in self.project.settings.test_roots]
            self._overlays[revision.commit] = find_overlay(
                files, self._is_test_file, roots=roots, added=self._added, excluded=self._excluded
            )
        return self._overlays[revision.commit]

    def content(self, revision: Revision) -> list[str]:
        """What lies in a checkout of a revision with the tests of the head: each file with its content's hash.

        Raises:
            ConfigurationError: If something to be carried cannot be read.
        """
        own, tests = self._files(revision), self._files(self.head)
        laid = set(self.overlay(revision))
        found = {path: content for path, content in own.items() if path not in laid}
        found |= {path: content for path, content in tests.items() if path in laid}
        return [*(f"{path} {found[path]}" for path in sorted(found)), *self._carried_content]

    def run(
        self, top: Path, revision: Revision, plan: Plan, trial: Trial, *, timeout: float | None = None
    ) -> TrialResult:
        """Try the tests in a checkout.

        Args:
            top: The checkout.
            revision: What is checked out there.
            plan: Says what is run.
            trial: What is recorded.
            timeout: Seconds that each process may take, where the user has said nothing.

        Raises:
            RefusedError: If the program was imported from elsewhere.
        """
        original = self.repository.top
        hosts, good = replace(self._hosts, timeout=self._hosts.timeout or timeout), [top]
        if self._venv:
            environment = self._environment(top, revision)
            hosts = replace(hosts, python=str(environment.python))
            good.append(environment.folder)
            path = os.pathsep.join(filter(None, (str(environment.lent), python_path(top, original, ()))))
        else:
            path = python_path(top, original, self._folders)
        result = try_tests(
            self.folder(top),
            plan,
            trial=replace(trial, modules=self._modules, original=str(original)),
            hosts=replace(
                hosts,
                environment={**hosts.environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            ),
            commit=revision.commit,
        )
        if foreign := foreign_files(result.modules, good, original, self._modules):
            raise RefusedError(
                f"the program was not imported from the revision to be tried ({plural(len(foreign), 'file')})",
                where=printable(foreign[0]),
                hint="give each revision an environment of its own: --venv",
            )
        return result

    def is_test(self, change: ChangedFile) -> bool:
        """Whether a file that changed is a test file of the project."""
        below = self._where.as_posix() == "." or change.path.startswith(f"{self._where.as_posix()}/")
        return below and self._is_test_file(change.path)

    def seen_from_project(self, path: str) -> str:
        """A path from the top of the repository as it is seen from the project's folder."""
        return path if self._where.as_posix() == "." else path.removeprefix(f"{self._where.as_posix()}/")

    def unknown_files(self) -> list[str]:
        """Python files and compiled modules beside the program that git does not know, seen from the project."""
        known = self._files(self.head)
        folders = {path.rpartition("/")[0] for path in known if path.endswith(".py")}
        found = self.repository.unknown_files(_IMPORTED)
        return [self.seen_from_project(path) for path in found if path.rpartition("/")[0] in folders]

    @cached_property
    def _carried_content(self) -> list[str]:
        """What is carried over: each file with its mode and its content's hash, or where a link leads."""
        told: list[str] = []
        for path in self._carried:
            with _carrying(self.repository.top / path):
                told += _tell_content(self.repository.top / path)
        return told

    @cached_property
    def _packages(self) -> dict[str, str]:
        """The packages of the repository, with the folder that they are imported from."""
        laid = set(self.overlay(self.head))
        return find_modules(sorted(self._files(self.head).keys() - laid))

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """The folders that the repository's programs are imported from."""
        where = "" if self._where.as_posix() == "." else self._where.as_posix()
        packages = {} if self._venv else self._packages
        return find_folders(where, self.repository.top, packages, self._hosts.python)

    @cached_property
    def _modules(self) -> tuple[str, ...]:
        """What has to be imported from a checkout, by name."""
        return tuple(sorted(name for name, folder in self._packages.items() if folder in self._folders))

    def _files(self, revision: Revision) -> dict[str, str]:
        """The files of a revision, with their content as mode, kind and hash."""
        if revision.commit not in self._blobs:
            self._blobs[revision.commit] = self.repository.blobs(revision.commit)
        return self._blobs[revision.commit]

    def _environment(self, top: Path, revision: Revision) -> Environment:
        """The environment of a checkout, made when it holds another revision than before."""
        commit, known = self._environments.get(top, ("", None))
        if known is None or commit != revision.commit:
            known = make_environment(
                _environment_folder(top),
                self.folder(top),
                self.project.settings.install,
                self._hosts.python,
                told=revision.short,
            )
            self._environments[top] = (revision.commit, known)
            known.require(self._frameworks, revision.short)
        return known

    def _merge(self, top: Path, revision: Revision, path: str, modes: tuple[str, str]) -> None:
        file = top / path
        linked = any(mode.startswith(_LINK) for mode in modes) or file.resolve() != top.resolve() / path
        if linked or not file.parent.is_dir():
            return
        older, newer = (self.repository.read(one.commit, path) or b"" for one in (revision, self.head))
        with contextlib.suppress(ValueError):  # What is no TOML is told when it is read.
            text = merge_settings(older.decode("utf-8-sig"), newer.decode("utf-8-sig"))
            if text:
                file.write_text(text, "utf-8", newline="")

    def _carry_over(self, top: Path) -> None:
        for path in self._carried:
            _carry(self.repository.top / path, top, path)

    def _inside(self, path: str, option: str) -> str:
        """A path that a person gave, seen from the project, as it is seen from the top."""
        inside = os.path.normpath(self._from_top(path))
        if Path(path).is_absolute() or Path(inside).parts[:1] == (os.pardir,):
            raise ConfigurationError(
                f"{printable(path)} is no path in the repository, seen from the project's folder", where=option
            )
        return Path(inside).as_posix()

    def _from_top(self, path: str) -> str:
        return (self._where / path).as_posix()

    def _is_test_file(self, path: str) -> bool:
        if path not in self._known:
            file = self._tree / path
            self._known[path] = is_named_as_test(path) or any(
                path.endswith(dialect.suffixes) and dialect.is_test_file(file) for dialect in DIALECTS
            )
        return self._known[path]


def _environment_folder(top: Path) -> Path:
    return top.with_name(f"{top.name}-env")


def _carry(source: Path, top: Path, path: str) -> None:
    target = top / path
    with _carrying(source):
        if not target.resolve().is_relative_to(top.resolve()):
            raise OSError("a link leads out of the checkout")
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, target)


@contextlib.contextmanager
def _carrying(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"cannot be carried over: {reason}", where=printable(str(source))) from error


def _tell_content(source: Path) -> Iterator[str]:
    """Each file of a folder, or one file, with its mode and its content's hash; of a link, where it leads."""
    if source.is_symlink():
        yield f"{source} {source.readlink()}"
    elif source.is_dir():
        for one in sorted(source.iterdir()):
            yield from _tell_content(one)
    else:
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        yield f"{source} {source.stat().st_mode:o} {digest}"


def _copy(source: Path, target: Path) -> None:
    """Copy what is not there yet, and follow no links."""
    if source.is_symlink() or not source.is_dir():
        if not os.path.lexists(target):
            shutil.copy2(source, target, follow_symlinks=False)
    elif not target.is_symlink():
        target.mkdir(exist_ok=True)
        for one in source.iterdir():
            _copy(one, target / one.name)
