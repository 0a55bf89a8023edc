"""Which environment file a Behave run would load for a feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.behave.environment import why_not_installed
from bugcapture.behave.settings import configured_paths, find_start, read_settings
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bugcapture.behave.settings import Setting


@dataclass(frozen=True, slots=True)
class EnvironmentProblem:
    """Why the environment of some features does not install the adapter.

    Attributes:
        path: The environment file as reports name it; empty when there is none.
        line: The line that explains it.
        reason: Why.
        stage: The stage that loads this file, when it is not the one in use.
    """

    path: str
    line: int
    reason: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """The features that one configuration of Behave covers.

    Attributes:
        start: The folder in which Behave is started.
        top: The project's folder, where every search ends.
        paths: The paths of Behave's configuration; empty for its default, the folder ``features``.
        stage: The stage of Behave's configuration; empty for none.
    """

    start: Path
    top: Path
    paths: Sequence[Path] = ()
    stage: str = ""

    def problems(self, folder: Path) -> Iterator[EnvironmentProblem]:
        """Why the features of a folder would run without the adapter, in the usual stage and in others.

        Args:
            folder: Where the features lie, absolute.
        """
        base = self._base(folder)
        usual = self._environment_files(base) if base else []
        reasons = [(file, why_not_installed(file)) for file in usual]
        if not reasons:
            yield EnvironmentProblem("", 0, "there is no environment.py beside the features")
        elif all(reason for _, reason in reasons):
            file, reason = reasons[0]
            yield _problem(file, reason)
            usual = [file]
        else:
            usual = [file for file, reason in reasons if reason is None]
        for file in sorted(base.glob("*_environment.py")) if base else ():
            stage = file.name.removesuffix("_environment.py")
            if file not in usual and (file.parent / f"{stage}_steps").is_dir():
                reason = why_not_installed(file)
                if reason:
                    yield _problem(file, reason, stage)

    def environment(self, folder: Path) -> Path:
        """The environment file that Behave would load for the features of a folder, were it there."""
        return self._home(folder) / (f"{self.stage}_environment.py" if self.stage else "environment.py")

    def steps_folder(self, folder: Path) -> Path:
        """The folder with the steps for the features of a folder, whether it is there or not."""
        return self._home(folder) / (f"{self.stage}_steps" if self.stage else "steps")

    def _home(self, folder: Path) -> Path:
        default = self.start / "features"
        return self._base(folder) or (default if folder.is_relative_to(default) else folder)

    def _base(self, folder: Path) -> Path | None:
        """The folder whose environment Behave loads for a run that holds these features."""
        given = self.paths[0] if self.paths else self.start / "features"
        base = next(filter(self._is_base, _upwards(given, self.top)), None)
        if self.paths:
            folders = [path.parent if path.is_file() else path for path in self.paths]
            if any(folder.is_relative_to(path) for path in folders):
                return base
        elif base and folder.is_relative_to(base):
            return base
        places = _upwards(folder, self.top)
        # The outer-most folder is the one that a run of the whole suite is given.
        outer = next(filter(self._is_base, reversed(places)), None)
        return outer or next(filter(self._environment_files, places), None)

    def _is_base(self, place: Path) -> bool:
        prefix = f"{self.stage}_" if self.stage else ""
        if (place / f"{prefix}steps").is_dir() or (place / f"{prefix}environment.py").is_file():
            return True
        # A stage that is given on the command line cannot be seen.
        stages = () if prefix else place.glob("*_environment.py")
        return any((place / f"{file.name.removesuffix('_environment.py')}_steps").is_dir() for file in stages)

    def _environment_files(self, place: Path) -> list[Path]:
        """The files that Behave may load from a folder: those of other stages only where there is no other."""
        usual = place / (f"{self.stage}_environment.py" if self.stage else "environment.py")
        if usual.is_file():
            return [usual]
        return [] if self.stage else sorted(place.glob("*_environment.py"))


def open_suite(start: Path, top: Path, settings: Mapping[str, Setting]) -> Suite:
    """The suite that Behave runs when it is started in a folder.

    Args:
        start: The folder in which Behave is started.
        top: The project's folder.
        settings: Behave's configuration there.
    """
    stage = settings.get("stage")
    return Suite(start, top, configured_paths(settings), str(stage.value) if stage else "")


def find_suite(folder: Path, top: Path) -> Suite:
    """The suite that the features of a folder belong to.

    Args:
        folder: Where the features lie, absolute.
        top: The project's folder, absolute.
    """
    start = find_start(folder, top)
    return open_suite(start, top, read_settings(start)[0])


def _upwards(folder: Path, top: Path) -> list[Path]:
    """A folder and those above it, up to the top."""
    if not folder.is_relative_to(top):
        return [folder, *folder.parents]
    return [place for place in (folder, *folder.parents) if place.is_relative_to(top)]


def _problem(file: Path, reason: tuple[int, str] | None, stage: str = "") -> EnvironmentProblem:
    line, told = reason or (0, "")
    return EnvironmentProblem(relative_path(file), line, told, stage)
