"""The file with the hook timings of a project."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.hook_timing import HookProfile
from bugcapture.core.text import printable, shorten, well_formed
from bugcapture.project.evidence_files import write_evidence
from bugcapture.project.files import read_bytes
from bugcapture.project.own_folder import NAME, make_folder

if TYPE_CHECKING:
    from bugcapture.project.config import Project

DEFAULT: Final = Path(NAME, "hook-timings.json")
SCHEMA: Final = 1

# Those that are years in every zone.
_YEARS: Final = range(2, 9999)
_LONGEST: Final = 1e9


def timings_file(project: Project) -> Path:
    """Where the project's hook timings are: what it sets, seen from its folder, or the usual place.

    Args:
        project: The project.
    """
    return project.root / (project.settings.hooks.timings or DEFAULT)


def read_timings(file: Path) -> HookProfile | None:
    """The hook timings in a file.

    Args:
        file: The file.

    Returns:
        The timings; None when there is no such file.

    Raises:
        ConfigurationError: If it cannot be read, or holds something else.
    """
    import msgspec  # noqa: PLC0415 - only where there are timings

    if not file.exists():
        return None
    try:
        document = msgspec.json.decode(read_bytes(file))
        if not isinstance(document, dict) or document.get("schema") != SCHEMA or document["schema"] is True:
            raise _refuse(file, f"its schema is not {SCHEMA}")
        profile = msgspec.convert(document, HookProfile)
    except SourceError as error:
        raise ConfigurationError(error.message, where=error.where) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refuse(file, str(error)) from error
    if profile.recorded_at.tzinfo is None:
        raise _refuse(file, "its time has no zone")
    if profile.recorded_at.year not in _YEARS:
        raise _refuse(file, "its time is none")
    if not all(0 <= seconds < _LONGEST for hook in profile.hooks for seconds in hook.seconds):
        raise _refuse(file, "a hook took less than no time, or years")
    return profile


def write_timings(file: Path, profile: HookProfile) -> None:
    """Write hook timings in one step, with the folder that the file needs.

    Args:
        file: The file.
        profile: The timings.

    Raises:
        ConfigurationError: If it cannot be written. An old file is as it was.
    """
    fields = {"schema": SCHEMA, **asdict(profile), "recorded_at": profile.recorded_at.isoformat()}
    make_folder(file.parent)
    text = json.dumps(well_formed(fields), indent=1, ensure_ascii=False)
    write_evidence(file, f"{text}\n".encode())


def _refuse(file: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"holds no hook timings: {shorten(printable(why), 200)}",
        where=printable(str(file)),
        hint="name another file, or remove it and measure again: `bugcapture hooks profile --save`",
    )
