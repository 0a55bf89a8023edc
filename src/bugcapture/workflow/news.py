"""The news fragment of a capture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.project.toml import read_toml

if TYPE_CHECKING:
    from bugcapture.project.config import Project

_KIND: Final = "capture"
# The types of towncrier that a capture may have, the best first; these are its own where a project sets none.
_KINDS: Final = (_KIND, "misc")
_USUAL: Final = frozenset({"feature", "bugfix", "doc", "removal", "misc"})
# What Markdown or reStructuredText would take for more than a letter.
_MARKUP = re.compile(r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])")


def find_fragment(project: Project, number: int) -> Path | None:
    """Where the news fragment of a captured bug belongs; None where the project keeps none.

    Args:
        project: The project: its setting ``news``, else the settings of towncrier.
        number: The bug.

    Raises:
        ConfigurationError: If the place lies outside the project.
        RefusedError: If the settings of towncrier cannot be read.
    """
    template = project.settings.news
    name = _towncrier_name(project.root) if template is None else template.replace("{kind}", _KIND)
    if not name:
        return None
    # What stands for the number last, so that nothing in it stands for anything.
    file = Path(relative_path(project.root / name.replace("{number}", str(number)), project.root))
    if file.is_absolute():
        where = relative_path(project.root / "pyproject.toml")
        raise ConfigurationError(f"the news fragment {printable(name)} lies outside the project", where=where)
    return project.root / file


def write_fragment(title: str, number: int, test: str) -> str:
    """The text of the fragment, in Markdown as in reStructuredText.

    Args:
        title: The bug's title; it may be empty.
        number: The bug.
        test: The path of the test.
    """
    told = _MARKUP.sub(r"\\\g<0>", title).rstrip(".") or f"Bug {number}"
    # At the beginning of a line such characters make a heading or a list.
    told = re.sub(r"\A(?=[#+~=:.-]|[0-9]+[.)])", r"\\", told)
    return f"{told}: captured by ``{test}``.\n"


def _towncrier_name(root: Path) -> str:
    """The fragment's name by the settings of towncrier; empty where there are none, or no type that fits."""
    settings = _towncrier_settings(root)
    if settings is None:
        return ""
    kind = next((kind for kind in _KINDS if kind in _types(settings)), None)
    directory = settings.get("directory")
    if not isinstance(directory, str):
        package = settings.get("package")
        inside = f"{settings.get('package_dir', '.')}/{str(package).replace('.', '/')}/" if package else ""
        directory = f"{inside}newsfragments"
    suffix = ".md" if str(settings.get("filename", "")).endswith(".md") else ".rst"
    return f"{directory}/{{number}}.{kind}{suffix}" if kind else ""


def _towncrier_settings(root: Path) -> dict[str, Any] | None:
    for name in ("towncrier.toml", "pyproject.toml"):
        file = root / name
        if not file.is_file():
            continue
        tool = read_toml(read_bytes(file), relative_path(file)).get("tool")
        settings = tool.get("towncrier") if isinstance(tool, dict) else None
        if isinstance(settings, dict):
            return settings
    return None


def _types(settings: dict[str, Any]) -> set[str]:
    """The names by which fragments give their type."""
    listed = settings.get("type")
    if isinstance(listed, list):
        tables = [one for one in listed if isinstance(one, dict)]
        return {str(one.get("directory", str(one.get("name", "")).lower())) for one in tables}
    named = settings.get("fragment")
    return set(named) if isinstance(named, dict) else set(_USUAL)
