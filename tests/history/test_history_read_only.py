"""A history that may be read and not written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from history_project import RECORD, Project, query, record
from sqlalchemy import make_url

from bugcapture.project.history import migrations
from command_project import Done

if TYPE_CHECKING:
    from collections.abc import Iterator

# The superuser may write everything; without these capabilities not even he may.
_START = """
import ctypes, os, sys
for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_PROBE = "import os, sys; sys.exit(os.access(sys.argv[1], os.W_OK))"
SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
UNWRITABLE = "attempt to write a readonly database\n  its file and its folder have to be writable\n"


class Locked:
    """A history that can be written until it is locked.

    Args:
        project: The project.
        store: The URL of the history.
    """

    def __init__(self, project: Project, store: str) -> None:
        self.project = project
        self.file = Path(str(make_url(store).database))

    def lock(self) -> list[str]:
        """Take the right to write the file and the folder away; what is in the folder."""
        for file in self.file.parent.iterdir():
            file.chmod(0o444)
        self.file.parent.chmod(0o555)
        if self._start("-c", _PROBE, str(self.file.parent)).code:
            pytest.skip("NOT TESTED: this user may write every folder")
        return self.names()

    def names(self) -> list[str]:
        """What is in the folder."""
        return sorted(file.name for file in self.file.parent.iterdir())

    def ask(self, *arguments: str) -> Done:
        """Run ``bugcapture`` as somebody who may not write."""
        return self._start("-m", "bugcapture", *arguments)

    def _start(self, *arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-c", _START, *arguments],
            cwd=self.project.folder,
            env={**os.environ, **self.project.variables},
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def locked(filled: Project, store: str) -> Iterator[Locked]:
    """A history of two bugs."""
    filled.counts(filled.evidence([RECORD, record(name="Two", ids=(8,))]))
    locked = Locked(filled, store)
    yield locked
    locked.file.parent.chmod(0o755)


@SQLITE
@pytest.mark.parametrize("arguments", [("history", "show"), ("history", "trend")])
def test_what_only_reads_needs_no_right_to_write(locked: Locked, arguments: tuple[str, ...]) -> None:
    """The same answer as to anybody else, and nothing is left beside the file."""
    wanted = locked.project.run(*arguments, env=locked.project.variables)
    names = locked.lock()

    assert locked.ask(*arguments) == wanted
    assert (wanted.code, locked.names()) == (0, names)


@SQLITE
def test_the_ledger_has_the_history(locked: Locked) -> None:
    """It does not say that there is none."""
    locked.lock()
    done = locked.ask("report", "ledger", "--format", "json")

    assert done.code == 0
    assert "history" not in done.json["missing"]


@SQLITE
def test_whoever_reads_leaves_the_folder_as_it_is(locked: Locked) -> None:
    """Also where he may write: the journal of SQLite is gone when he is."""
    before = {file.name: file.read_bytes() for file in locked.file.parent.iterdir()}
    locked.project.show()

    assert {file.name: file.read_bytes() for file in locked.file.parent.iterdir()} == before


@SQLITE
def test_an_import_needs_the_right_to_write(locked: Locked) -> None:
    """It is told what is missing."""
    locked.lock()
    done = locked.ask("history", "import", "ev")

    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(UNWRITABLE)


@SQLITE
def test_what_is_still_in_the_journal_is_not_passed_over(locked: Locked) -> None:
    """A process that was killed has left records beside the file: an answer without them would be wrong."""
    log = Path(f"{locked.file}-wal")
    with closing(sqlite3.connect(locked.file)) as connection:
        connection.execute("DELETE FROM bugcapture_bugs")
        connection.commit()
        killed = {file: file.read_bytes() for file in (locked.file, log)}
    for file, content in killed.items():
        file.write_bytes(content)
    names = locked.lock()
    done = locked.ask("history", "show")

    assert (done.code, done.out, locked.names()) == (2, "", names)
    assert f"{locked.file}: what was written last is not in the file itself yet\n" in done.err
    assert "whoever may write it runs `bugcapture history show` once" in done.err


@SQLITE
def test_an_older_version_has_to_be_brought_to_the_newest(
    filled: Project, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may not do so is told what to run, and by whom."""
    with monkeypatch.context() as patch:
        for module in ("migrations", "store"):
            patch.setattr(f"bugcapture.project.history.{module}.MIGRATIONS", migrations.MIGRATIONS[:1])
        filled.counts(filled.evidence([RECORD]))
    locked = Locked(filled, store)
    locked.lock()
    done = locked.ask("history", "show")
    ledger = locked.ask("report", "ledger", "--format", "json")
    locked.file.parent.chmod(0o755)

    assert (done.code, done.out) == (2, "")
    assert f"{locked.file}: the history has version 1, and this bugcapture reads 2\n" in done.err
    assert "whoever may write it runs `bugcapture history show` once" in done.err
    assert ledger.json["missing"]["history"]["run"] == "bugcapture history show"


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_role_that_may_only_read(filled: Project, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets its answers, is refused what it may not do, and is told who has to bring an older version up."""
    filled.evidence([RECORD])
    with monkeypatch.context() as patch:
        for module in ("migrations", "store"):
            patch.setattr(f"bugcapture.project.history.{module}.MIGRATIONS", migrations.MIGRATIONS[:1])
        filled.counts("ev")
    role = f"reader_{make_url(store).database}"
    query(store, f"CREATE ROLE {role} LOGIN")
    query(store, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    try:
        filled.variables["BUGCAPTURE_HISTORY"] = _as_role(store, role)
        older = filled.history("show")
        filled.variables["BUGCAPTURE_HISTORY"] = store
        wanted = filled.show()
        filled.variables["BUGCAPTURE_HISTORY"] = _as_role(store, role)
        found = filled.show()
        refused = filled.history("import", "ev")
    finally:
        query(store, f"DROP OWNED BY {role}")
        query(store, f"DROP ROLE {role}")

    assert (older.code, older.out) == (2, "")
    assert ": the history has version 1, and this bugcapture reads 2\n" in older.err
    assert found == wanted
    assert (refused.code, "permission denied" in refused.err) == (2, True)


def _as_role(store: str, role: str) -> str:
    url: sqlalchemy.URL = make_url(store).set(username=role)
    return url.render_as_string(hide_password=False)
