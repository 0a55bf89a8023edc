"""Behave's own configuration, read as Behave reads it."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable, shorten
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CONFIG_FILES = ("pyproject.toml", "tox.ini", "setup.cfg", ".behaverc", "behave.ini")
# Behave's name for a setting, and the key by which its files set it.
_KEYS = {
    "runner": "runner",
    "config_tags": "tags",
    "default_tags": "default_tags",
    "stage": "stage",
    "lang": "lang",
    "paths": "paths",
    "dry_run": "dry_run",
}
# Files that are Behave's own, and the section that makes another file one of Behave's.
_OWN_FILES = (".behaverc", "behave.ini")
_SECTIONS = {
    "pyproject.toml": re.compile(r"^\s*\[+\s*tool\s*\.\s*behave\b", re.MULTILINE),
    "tox.ini": re.compile(r"^\[behave[].]", re.MULTILINE),
    "setup.cfg": re.compile(r"^\[behave[].]", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of Behave's configuration.

    Attributes:
        value: The value as Behave reads it.
        file: The file that sets it.
        key: The key as written there.
    """

    value: Any
    file: Path
    key: str

    @property
    def line(self) -> int:
        """The line of the key in its file; 0 when the text does not show it."""
        text = self.file.read_text("utf-8", "replace")
        keys = (self.key, f'"{self.key}"')
        lines = (n for n, line in enumerate(text.splitlines(), start=1) if line.split("=")[0].strip() in keys)
        return next(lines, 0)


def find_start(folder: Path, root: Path) -> Path:
    """The folder in which Behave is started for the features of a folder, as far as it can be known.

    Behave reads its configuration in its working directory alone, so that is where the configuration lies.

    Args:
        folder: A folder with features, absolute.
        root: The project's folder, absolute; the search ends there.

    Returns:
        The nearest folder, upwards, with a configuration for Behave; the project's folder when there is none.
    """
    if not folder.is_relative_to(root):
        return root
    for place in (folder, *folder.parents):
        if place == root or configures_behave(place):
            return place
    return root


def configures_behave(place: Path) -> bool:
    """Whether a folder holds a configuration of Behave's own."""
    if any((place / name).is_file() for name in _OWN_FILES):
        return True
    for name, section in _SECTIONS.items():
        file = place / name
        with contextlib.suppress(OSError):
            if file.is_file() and section.search(file.read_text("utf-8", "replace")):
                return True
    return False


def read_settings(root: Path) -> tuple[dict[str, Setting], list[Finding]]:
    """The settings that decide which tests run, and how.

    Args:
        root: The folder in which Behave is started.

    Returns:
        Settings by name (those of ``_KEYS``, and ``runner <alias>`` for each alias), where the file that
        Behave reads last wins; and the files that Behave cannot read.
    """
    from behave.configuration import read_configuration  # noqa: PLC0415 - only projects with captures pay for it

    settings: dict[str, Setting] = {}
    findings = []
    for name in _CONFIG_FILES:
        file = root / name
        if not file.is_file():
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                values = read_configuration(str(file))
        except Exception as error:  # noqa: BLE001 - Behave lets through whatever its parsers raise
            told = shorten(printable(" ".join(str(error).split())), 200)
            message = f"Behave cannot read its configuration: {type(error).__name__}: {told}"
            findings.append(Finding(relative_path(file), 0, "P1", message))
            continue
        for key, written in _KEYS.items():
            if values.get(key):
                settings[key] = Setting(values[key], file, written)
            elif key in values:
                settings.pop(key, None)
        for alias, target in (values.get("more_runners", {})).items():
            settings[f"runner {alias}"] = Setting(target, file, alias)
    return settings, findings


def configured_paths(settings: Mapping[str, Setting]) -> list[Path]:
    """The files and folders that Behave runs when its command line names none; empty for its default.

    Paths that do not exist, or that name a list of features, are not understood: then none is returned.
    """
    setting = settings.get("paths")
    paths = [setting.file.parent / path for path in setting.value] if setting else []
    return paths if all(path.exists() for path in paths) else []


@lru_cache(maxsize=64)
def default_language(root: Path) -> str | None:
    """The language of feature files that do not name theirs; None for Behave's own default.

    Args:
        root: The folder in which Behave is started.
    """
    setting = read_settings(root)[0].get("lang")
    return str(setting.value) if setting else None
