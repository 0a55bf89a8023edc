"""A change from both sides: checkouts without it and with it, in which the same tests run."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.text import plural, printable
from bugcapture.workflow.imports import find_modules, foreign_files, python_path
from bugcapture.workflow.overlay import find_overlay, merge_settings
from bugcapture.workflow.sources import DIALECTS
from bugcapture.workflow.trial import try_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bugcapture.core.dialect import Launch
    from bugcapture.project.config import Project
    from bugcapture.project.repository import ChangedFile, Repository, Revision
    from bugcapture.project.trial import Trial
    from bugcapture.workflow.trial import TrialResult
    from bugcapture.workflow.units import Hosts

    Plan = Callable[[Project], Sequence[Launch]]


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
    ) -> None:
        self.repository = repository
        self.project = project
        self.head = head
        self._hosts = hosts
        self._carried = carried
        self._where = project.root.resolve().relative_to(repository.top.resolve())
        self._added = [self._from_top(path) for path in added]
        self._excluded = [self._from_top(path) for path in excluded]

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
            for path in self._carried:
                _carry(self.project.root / path, self.folder(top) / path)
            yield top

    def folder(self, top: Path) -> Path:
        """The project's folder in a checkout."""
        return top / self._where

    def lay_over(self, top: Path, revision: Revision) -> None:
        """Give a checkout of an older revision the tests of the head, and its settings about tests.

        Args:
            top: The checkout.
            revision: What is checked out there.
        """
        files = self.overlay(revision)
        self.repository.overlay(top, self.head.commit, files)
        path = self._from_top("pyproject.toml")
        older, newer = (self.repository.read(one.commit, path) for one in (revision, self.head))
        if older != newer and older is not None and newer is not None:
            with contextlib.suppress(ValueError):  # What is no TOML is told when it is read.
                text = merge_settings(older.decode("utf-8-sig"), newer.decode("utf-8-sig"))
                (top / path).write_text(text, "utf-8", newline="")

    def overlay(self, revision: Revision) -> list[str]:
        """The files that a revision takes from the head, seen from the top of the repository."""
        files = self._head_files | set(self.repository.files(revision.commit))
        roots = [self._from_top(root) for root in self.project.settings.test_roots]
        return find_overlay(files, self._is_test_file, roots=roots, added=self._added, excluded=self._excluded)

    def content(self, revision: Revision) -> list[str]:
        """What lies in a checkout of a revision with the tests of the head: each file with its content's hash."""
        own, tests = (self.repository.blobs(one.commit) for one in (revision, self.head))
        laid = set(self.overlay(revision))
        found = {path: content for path, content in own.items() if path not in laid}
        found |= {path: content for path, content in tests.items() if path in laid}
        return [f"{path} {found[path]}" for path in sorted(found)]

    def run(self, top: Path, revision: Revision, plan: Plan, trial: Trial) -> TrialResult:
        """Try the tests in a checkout.

        Args:
            top: The checkout.
            revision: What is checked out there.
            plan: Says what is run.
            trial: What is recorded.

        Raises:
            RefusedError: If the program was imported from elsewhere.
        """
        original = self.repository.top
        path = python_path(top, original, self.modules, self._hosts.python)
        environment = {**self._hosts.environment, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        result = try_tests(
            self.folder(top),
            plan,
            trial=replace(trial, modules=tuple(sorted(self.modules))),
            hosts=replace(self._hosts, environment=environment),
            commit=revision.commit,
        )
        if foreign := foreign_files(result.modules, top, original, self.modules):
            raise RefusedError(
                f"the program was not imported from the revision to be tried ({plural(len(foreign), 'file')})",
                where=printable(foreign[0]),
                hint="install the project with `pip install -e`, or give each revision an environment of its own: "
                "--venv",
            )
        return result

    def is_test(self, change: ChangedFile) -> bool:
        """Whether a file that changed is a test file of the project."""
        below = self._where.as_posix() == "." or change.path.startswith(f"{self._where.as_posix()}/")
        return below and self._is_test_file(change.path)

    def seen_from_project(self, path: str) -> str:
        """A path from the top of the repository as it is seen from the project's folder."""
        return path if self._where.as_posix() == "." else path.removeprefix(f"{self._where.as_posix()}/")

    @cached_property
    def modules(self) -> dict[str, str]:
        """The packages of the program under test, with the folder that they are imported from."""
        laid = set(self.overlay(self.head))
        files = (self.seen_from_project(file) for file in sorted(self._head_files - laid))
        return find_modules(files)

    @cached_property
    def _head_files(self) -> set[str]:
        return set(self.repository.files(self.head.commit))

    def _from_top(self, path: str) -> str:
        return (self._where / path).as_posix()

    def _is_test_file(self, path: str) -> bool:
        file = self.repository.top / path
        return any(path.endswith(dialect.suffixes) and dialect.is_test_file(file) for dialect in DIALECTS)


def _carry(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
        else:
            shutil.copy2(source, target)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"cannot be carried over: {reason}", where=printable(str(source))) from error
