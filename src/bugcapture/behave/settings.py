"""Behave's own configuration, read as Behave reads it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable, shorten
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG_FILES = ("pyproject.toml", "tox.ini", "setup.cfg", ".behaverc", "behave.ini")
# Behave's name for a setting, and the key by which its files set it.
_KEYS = {
    "runner": "runner",
    "config_tags": "tags",
    "default_tags": "default_tags",
    "stage": "stage",
    "lang": "lang",
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
        for alias, target in (values.get("more_runners", {})).items():
            settings[f"runner {alias}"] = Setting(target, file, alias)
    return settings, findings


@lru_cache(maxsize=8)
def default_language(root: Path) -> str | None:
    """The language of feature files that do not name theirs; None for Behave's own default.

    Args:
        root: The folder in which Behave is started.
    """
    setting = read_settings(root)[0].get("lang")
    return str(setting.value) if setting else None
