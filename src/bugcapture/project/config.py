"""``[tool.bugcapture]`` in pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.tags import TagKind, TagPolicy, read_tag
from bugcapture.core.text import printable

EVIDENCE_DIR_VARIABLE = "BUGCAPTURE_EVIDENCE_DIR"
RAW_VARIABLE = "BUGCAPTURE_RAW"

_OFF = frozenset({"", "0", "false", "no", "off"})
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"""\s*([\w.\-"' ]+)=""")
_ERROR_LINE = re.compile(r"\(at line (\d+),")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a project can set.

    Attributes:
        require: Families that every test with the switch must carry completely: ``bug``, ``issue``.
        allow_tags: Tags of the project's own that only look like bugcapture tags.
        evidence: Folder for evidence records, relative to the project; None writes none.
        assume_wired: Frameworks whose adapter is wired in where a static check cannot see it.
        behave_args: Arguments that ``bugcapture run`` gives to Behave.
        robot_args: Arguments that it gives to Robot Framework, such as an argument file.
        pytest_args: Arguments that it gives to pytest.
    """

    require: tuple[Literal["bug", "issue"], ...] = ()
    allow_tags: tuple[str, ...] = ()
    evidence: str | None = None
    assume_wired: tuple[Literal["behave", "robot", "pytest"], ...] = ()
    behave_args: tuple[str, ...] = ()
    robot_args: tuple[str, ...] = ()
    pytest_args: tuple[str, ...] = ()

    def arguments(self, framework: str) -> tuple[str, ...]:
        """What ``bugcapture run`` adds to the command of a framework: ``behave``, ``robot`` or ``pytest``."""
        return {"behave": self.behave_args, "robot": self.robot_args, "pytest": self.pytest_args}[framework]

    @property
    def policy(self) -> TagPolicy:
        """The part that the tag rules need."""
        return TagPolicy(require=self.require, allow_tags=frozenset(self.allow_tags))


@dataclass(frozen=True, slots=True)
class Project:
    """A project on disk.

    Attributes:
        root: Its folder: the one with the pyproject.toml in effect, else with ``.git``, else the start.
        settings: What it sets.
    """

    root: Path
    settings: Settings

    @property
    def evidence_dir(self) -> Path | None:
        """Where evidence goes; the environment variable wins over the configuration."""
        if named := os.environ.get(EVIDENCE_DIR_VARIABLE):
            return Path(named).absolute()
        return self.root / self.settings.evidence if self.settings.evidence else None


def is_raw() -> bool:
    """Whether ``BUGCAPTURE_RAW`` switches all inversion off."""
    return os.environ.get(RAW_VARIABLE, "").strip().lower() not in _OFF


def find_project(start: Path) -> Project:
    """Find and read the project that a folder belongs to.

    Args:
        start: The folder to start from; the search goes upwards and ends at a repository's root.

    Returns:
        The project; settings are the defaults when no pyproject.toml sets any.

    Raises:
        ConfigurationError: If a pyproject.toml on the way cannot be read, or holds a setting that is
            unknown or of the wrong type.
    """
    start = Path(os.path.abspath(start))  # noqa: PTH100 - the folders above `..` are not its parents
    nearest: Path | None = None
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            nearest = nearest or folder
            table = _read_table(file)
            if table is not None:
                return Project(folder, _convert(table, file))
        if (folder / ".git").exists():
            return Project(nearest or folder, Settings())
    return Project(nearest or start, Settings())


def _read_table(file: Path) -> Any:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(file)) from error
    if b"bugcapture" not in raw:
        return None
    try:
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = _ERROR_LINE.search(str(error))
        where = f"{file}:{line[1]}" if line else str(file)
        raise ConfigurationError(f"is no valid TOML: {printable(str(error))}", where=where) from error
    tool = document.get("tool")
    return tool.get("bugcapture") if isinstance(tool, dict) else None


def _convert(table: Any, file: Path) -> Settings:
    import msgspec  # noqa: PLC0415 - only projects that set something pay for it

    if isinstance(table, dict):
        unknown = sorted(set(table) - set(Settings.__dataclass_fields__))
        if unknown:
            known = ", ".join(Settings.__dataclass_fields__)
            raise ConfigurationError(
                f"[tool.bugcapture] has an unknown key: {printable(unknown[0])}",
                where=_place(file, unknown[0]),
                hint=f"known keys: {known}",
            )
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        key = str(error).partition("`$.")[2].partition("`")[0].partition("[")[0]
        raise ConfigurationError(f"[tool.bugcapture] {printable(str(error))}", where=_place(file, key)) from error
    for tag in settings.allow_tags:
        if read_tag(tag).kind in {TagKind.FAMILY, TagKind.NUMBER, TagKind.SWITCH}:
            raise ConfigurationError(
                f"[tool.bugcapture] allow_tags cannot hold {printable(tag)}: it is a bugcapture tag",
                where=_place(file, "allow_tags"),
            )
    return settings


def _place(file: Path, key: str) -> str:
    """``path:line`` of a key, or of the first line that sets anything when the key is not found as text."""
    wanted = ["tool", "bugcapture", key]
    table: list[str] = []
    first = 0
    for number, line in enumerate(file.read_text("utf-8-sig").split("\n"), start=1):
        if header := _HEADER.match(line):
            names = table = _split_key(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            names = table + _split_key(assignment[1])
        else:
            continue
        if names[:3] == wanted:
            return f"{file}:{number}"
        if names[:2] == wanted[:2]:
            first = first or number
    return f"{file}:{first}" if first else str(file)


def _split_key(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.split(".")]
