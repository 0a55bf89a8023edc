"""Read evidence files, whatever state a killed process left them in, and write merged ones."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import Evidence, NewerSchemaError, decode_record
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.project.files import find_files
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SUFFIX: Final = ".jsonl"

_LINE_LIMIT: Final = 1 << 20
_HINT: Final = (
    "run the tests with evidence first: `BUGCAPTURE_EVIDENCE_DIR=build/evidence behave`; "
    "if they ran, no adapter was loaded: `bugcapture check` says why"
)


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """What evidence files hold.

    Attributes:
        records: All records, in the order of the files and their lines.
        findings: Lines that are no records.
        files: How many files were read.
    """

    records: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    files: int


def read_evidence(paths: Sequence[Path]) -> EvidenceFound:
    """Read evidence.

    A line that is no record, such as the last one of a killed process, is a finding; the others count.

    Args:
        paths: Files, whatever they are called, and folders, which are searched for ``*.jsonl``.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read.
    """
    records: list[Evidence] = []
    findings: list[Finding] = []
    files = find_evidence(paths)
    for _, read in stream_evidence(files):
        if isinstance(read, Finding):
            findings.append(read)
        else:
            records.append(read)
    return EvidenceFound(tuple(records), tuple(findings), len(files))


def find_evidence(paths: Sequence[Path]) -> dict[Path, bool]:
    """Find evidence files.

    Args:
        paths: Files, whatever they are called, and folders, which are searched for ``*.jsonl``.

    Returns:
        The files, each once, and whether they were named themselves.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read.
    """
    found: dict[tuple[Path, str], tuple[Path, bool]] = {}
    for path in paths:
        below = find_files([path], (SUFFIX,)) if _is_folder(path) else [path]
        for file in below:
            found.setdefault((file.parent.resolve(), file.name), (file, file is path))
    return dict(found.values())


def stream_evidence(files: Mapping[Path, bool]) -> Iterator[tuple[tuple[Path, int], Evidence | Finding]]:
    """Read evidence line by line, so that it never has to fit into memory.

    Args:
        files: The files, and whether they were named themselves, see `find_evidence`.

    Yields:
        The file and the line, and the record there, or the finding that it is none.

    Raises:
        ConfigurationError: If a file cannot be read.
    """
    for file, given in files.items():
        for number, line in _read_lines(file, given=given):
            read: Evidence | Finding
            try:
                read = decode_record(line)
            except ValueError as error:
                severity = Severity.ERROR if isinstance(error, NewerSchemaError) else Severity.WARNING
                read = Finding(relative_path(file), number, "E3", str(error), severity)
            yield (file, number), read


def write_evidence(file: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees the old content or the new one, and nothing between.

    Args:
        file: The file, made when it is missing; of a link, what it leads to. What is no regular file,
            such as a pipe, is written as it is.
        content: What it shall hold.

    Raises:
        ConfigurationError: If it cannot be written. An old file is as it was.
    """
    target = Path(os.path.realpath(file))
    temporary = target.with_name(f".{target.name[:200]}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        try:
            temporary.write_bytes(content)
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=printable(str(file))) from error


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError as error:
        message = f"no such file or folder: {printable(str(path))}"
        raise ConfigurationError(message, hint=_HINT) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _read_lines(file: Path, *, given: bool) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers; of an over-long line only the beginning."""
    try:
        with _open(file, given=given) as stream:
            number = 0
            while line := stream.readline(_LINE_LIMIT):
                number += 1
                rest = line
                while len(rest) == _LINE_LIMIT and not rest.endswith(b"\n"):
                    rest = stream.readline(_LINE_LIMIT)
                if line.strip():
                    yield number, line
    except OSError as error:
        raise _unreadable(file, error) from error


def _open(file: Path, *, given: bool) -> IO[bytes]:
    # A shell's `<(…)` is a pipe; one that lies in a folder would be waited for in vain.
    if not given and not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return file.open("rb")


def _unreadable(path: Path, error: OSError | ValueError) -> ConfigurationError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ConfigurationError(f"cannot be read: {reason}", where=printable(str(path)))
