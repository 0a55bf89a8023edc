"""Evidence files: one per process, one write per record, no locks."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.project import git

if TYPE_CHECKING:
    from pathlib import Path

COMMIT_VARIABLES: Final = ("GITHUB_SHA", "CI_COMMIT_SHA")
_EXPORTED_COMMIT = "BUGCAPTURE_COMMIT"
_EXPORTED_ROOT = "BUGCAPTURE_ROOT"
_EXPORTED_DIRTY = "BUGCAPTURE_DIRTY"
_EXPORTED_RUN = "BUGCAPTURE_RUN_ID"
_SHARD = "BUGCAPTURE_SHARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What all records of one run share; see `bugcapture.core.evidence.Evidence`."""

    commit: str
    dirty: bool | None
    run_id: str
    shard: str


class EvidenceWriter:
    """Appends records to a file of this process's own.

    A record is one ``write`` to a file opened with ``O_APPEND``, so a killed process leaves whole lines; only the
    last one may be cut, where the system stops the write itself between two pages, and readers warn of it. After a
    fork the child opens a file of its own.

    Args:
        directory: Where the files go; made when it is missing.
        context: What all records share.

    Raises:
        ConfigurationError: If the folder cannot be made or written.
    """

    def __init__(self, directory: Path, context: RunContext) -> None:
        self._directory = directory
        self._context = context
        self._descriptor = -1
        self._pid = 0
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise ConfigurationError(
                f"evidence cannot be written here: {error.strerror}",
                where=str(directory),
                hint="set BUGCAPTURE_EVIDENCE_DIR or [tool.bugcapture] evidence to a folder that can be written",
            ) from error

    def append(self, record: Evidence) -> None:
        """Write one record.

        Args:
            record: The record; time, commit, shard and run are filled in.

        Raises:
            OSError: If the file cannot be written any more.
        """
        if os.getpid() != self._pid:
            self._open()
        complete = replace(
            record,
            ts=record.ts or datetime.now(UTC).isoformat(timespec="milliseconds"),
            commit=self._context.commit,
            dirty=self._context.dirty,
            run_id=self._context.run_id,
            shard=self._context.shard,
        )
        line = encode_record(complete)
        if os.write(self._descriptor, line) < len(line):
            with contextlib.suppress(OSError):
                os.write(self._descriptor, b"\n")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Close the file; a file that stayed empty is removed."""
        if self._descriptor >= 0 and os.getpid() == self._pid:
            empty = os.fstat(self._descriptor).st_size == 0
            os.close(self._descriptor)
            if empty:
                self._path.unlink(missing_ok=True)
        self._descriptor = -1

    def _open(self) -> None:
        self._pid = os.getpid()
        self._path = self._directory / f"ev-{self._pid}-{uuid.uuid4().hex[:12]}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._descriptor = os.open(self._path, flags, 0o644)


def run_context(root: Path) -> RunContext:
    """Find out what all records of this run share, and hand it on to child processes.

    The revision comes from the CI's variables, else from one call of git; children inherit the answer
    through the environment and ask nothing.

    Args:
        root: The project's folder.
    """
    commit = os.environ.get(_EXPORTED_COMMIT)
    # A test may start a run in another repository.
    if commit is None or os.environ.get(_EXPORTED_ROOT, str(root)) != str(root):
        commit = next((os.environ[name] for name in COMMIT_VARIABLES if os.environ.get(name)), "")
        commit = commit or git.head_commit(root)
        dirty = git.is_dirty(root) if commit else None
        os.environ[_EXPORTED_ROOT] = str(root)
        os.environ[_EXPORTED_COMMIT] = commit
        os.environ[_EXPORTED_DIRTY] = "" if dirty is None else str(int(dirty))
    run_id = os.environ.get(_EXPORTED_RUN) or uuid.uuid4().hex
    os.environ[_EXPORTED_RUN] = run_id
    known = os.environ.get(_EXPORTED_DIRTY, "")
    return RunContext(
        commit=commit,
        dirty=bool(int(known)) if known in {"0", "1"} else None,
        run_id=run_id,
        shard=os.environ.get(_SHARD, ""),
    )


def context_variables(root: Path, commit: str) -> dict[str, str]:
    """The variables by which a process records a revision that is known, and asks nobody.

    Args:
        root: The project's folder.
        commit: The full hash of the revision.
    """
    return {
        _EXPORTED_ROOT: str(root),
        _EXPORTED_COMMIT: commit,
        _EXPORTED_DIRTY: "",
        _EXPORTED_RUN: uuid.uuid4().hex,
    }
