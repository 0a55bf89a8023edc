"""The lock file: how each captured test failed when its failure was recorded, committed beside the tests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.fingerprint import Fingerprint
from bugcapture.core.text import well_formed
from bugcapture.project.evidence_files import write_evidence

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME: Final = "bugcapture.lock"
SCHEMA: Final = "bugcapture.lock/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded of one test.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        path: Its file, relative to the project.
        name: Its name.
        ids: Its bugs.
        runs: How often it ran.
        reproduced: How often it failed as expected.
        failures: The failures, the most frequent first.
    """

    framework: str
    path: str
    name: str
    ids: tuple[int, ...]
    runs: int
    reproduced: int
    failures: tuple[Fingerprint, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells the test from all others."""
        return (self.framework, self.path, self.name)


def read_lock(root: Path) -> dict[tuple[str, str, str], Recorded]:
    """What was recorded, by framework, path and name; nothing when there is no file.

    Args:
        root: The project's folder.

    Raises:
        ConfigurationError: If there is a file that cannot be used.
    """
    file = root / FILE_NAME
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot be read: {error}", where=str(file)) from error
    try:
        entries = _read_all(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "take it back with git, or delete it and record again: `bugcapture verify N --record`"
        raise ConfigurationError(f"is no lock file of bugcapture: {error}", where=str(file), hint=hint) from error
    return {entry.key: entry for entry in entries}


def write_lock(root: Path, entries: dict[tuple[str, str, str], Recorded]) -> Path:
    """Write the lock file in one step, sorted, so that two branches seldom conflict.

    Args:
        root: The project's folder.
        entries: All that is recorded, see `read_lock`.

    Returns:
        The file.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    tests = [asdict(entries[key]) for key in sorted(entries)]
    text = json.dumps(well_formed({"schema": SCHEMA, "tests": tests}), indent=1, ensure_ascii=False)
    file = root / FILE_NAME
    write_evidence(file, f"{text}\n".encode())
    return file


def _read_all(document: dict[str, Any]) -> list[Recorded]:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r}")
    return [_read(entry) for entry in document["tests"]]


def _read(entry: dict[str, Any]) -> Recorded:
    values = {one.name: entry[one.name] for one in fields(Recorded)}
    values["ids"] = tuple(int(number) for number in entry["ids"])
    values["failures"] = tuple(
        Fingerprint(**{one.name: _same_type(failure[one.name], one.default) for one in fields(Fingerprint)})
        for failure in entry["failures"]
    )
    for name in ("framework", "path", "name"):
        if not isinstance(values[name], str):
            raise TypeError(f"{name} is no text")
    return Recorded(**values)


def _same_type(value: Any, default: Any) -> Any:
    wanted = int if isinstance(default, int) else str
    if type(value) is not wanted:
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    return value
