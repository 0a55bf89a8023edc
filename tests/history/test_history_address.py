"""Where the history is, and that nobody reads a password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from history_project import RECORD, record

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.history.address import read_address

if TYPE_CHECKING:
    from pathlib import Path

    from history_project import Project

SETTING = "[tool.bugcapture.history]\nstore = {!r}\n"


def test_the_usual_place_is_a_folder_that_git_does_not_see(project: Project) -> None:
    """In the project, wherever below it the command runs."""
    name = project.evidence([RECORD], "deep/a.jsonl")
    done = project.run("history", "import", "a.jsonl", where="deep")

    assert (
        done.err
        == f"bugcapture: 1 record from 1 file into {project.folder}/.bugcapture/history.sqlite: 1 new, 0 known\n"
    )
    assert project.read(".bugcapture/.gitignore").endswith("\n*\n")
    assert project.counts(name) == (0, 0, 1)


def test_the_option_wins_over_the_variable_and_that_over_the_setting(project: Project) -> None:
    """The setting is seen from the project, the others from the working directory; folders are made."""
    project.write("pyproject.toml", SETTING.format("set/a.sqlite"))
    project.evidence([RECORD], "deep/a.jsonl")
    project.run("history", "import", "a.jsonl", where="deep")
    project.run("history", "import", "a.jsonl", where="deep", env={"BUGCAPTURE_HISTORY": "variable.sqlite"})
    project.run(
        *("history", "import", "a.jsonl", "--store", "sqlite:///option/a.sqlite"),
        where="deep",
        env={"BUGCAPTURE_HISTORY": "variable.sqlite"},
    )
    made = sorted(file for file in project.files() if file.endswith(".sqlite"))

    assert made == ["deep/option/a.sqlite", "deep/variable.sqlite", "set/a.sqlite"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://u:geheim@h/d", "the history lives in SQLite or PostgreSQL, not in mysql"),
        (
            "postgresql+asyncpg://u:geheim@h/d",
            "the history lives in SQLite or PostgreSQL, not in postgresql+asyncpg",
        ),
        ("sqlite://", "SQLite needs a file that stays: sqlite:///history.sqlite"),
        ("sqlite:///:memory:", "SQLite needs a file that stays: sqlite:///history.sqlite"),
        ("postgresql://u:a@geheim@h/d", "is no URL that can be read"),
        ("postgresql://u:a@b/geheim@h/d", "is no URL that can be read"),
        ("postgresql://u:geheim@x:geheim/d", "is no URL that can be read"),
        ("://geheim", "is no URL that can be read"),
        (" ", "the name of the history is empty"),
    ],
)
def test_what_names_no_history_is_refused_without_telling_it(project: Project, text: str, message: str) -> None:
    """It may hold a password, so only the place is told: for a setting the file and the line."""
    project.write("pyproject.toml", SETTING.format(text))
    done = project.history("show")

    assert (done.code, done.out) == (2, "")
    assert f"pyproject.toml:2: {message}\n" in done.err
    assert "geheim" not in done.err


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://u:geheim@db.example.org:5433/bugs", "postgresql://u@db.example.org:5433/bugs"),
        ("postgresql://u@/bugs?host=/run/pg&password=geheim", "postgresql://u@/run/pg/bugs"),
        ("postgresql+psycopg://db/bugs?sslpassword=geheim", "postgresql://db/bugs"),
        ("postgresql://u:ge%40heim%25@db/bugs", "postgresql://u@db/bugs"),
    ],
)
def test_a_password_is_never_shown(tmp_path: Path, url: str, shown: str) -> None:
    """Neither as part of the address, nor when the database repeats it, encoded or not."""
    address = read_address(url, tmp_path, "here")

    assert address.shown == shown
    assert address.url.drivername == "postgresql+psycopg"
    told = address.censor("failed:\n  geheim \x1b[2J ge@heim% ge%40heim%25")
    assert "\\x1b[2J" in told
    assert (told.count("***"), "ge%40heim%25" in told) == ((2, False) if "%40" in url else (1, True))


def test_a_server_that_does_not_answer(project: Project) -> None:
    """One sentence with the address and the reason, and no password."""
    project.evidence([RECORD])
    done = project.history("import", "ev", "--store", "postgresql://u:geheim@127.0.0.1:1/bugs")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bugcapture: error: postgresql://u@127.0.0.1:1/bugs: cannot be used: ")
    assert "geheim" not in done.err
    assert len(done.err.splitlines()) == 1


def test_what_is_no_database_is_told(project: Project) -> None:
    """A file with other contents stays as it is."""
    project.write("notes.txt", "no database\n" * 100)
    project.evidence([RECORD])
    done = project.history("import", "ev", "--store", "notes.txt")

    assert done.code == 2
    assert f"{project.folder}/notes.txt: cannot be used: file is not a database" in done.err
    assert project.read("notes.txt") == "no database\n" * 100

    project.write("file")
    done = project.history("import", "ev", "--store", "file/history.sqlite")
    assert (done.code, "cannot be made" in done.err or "cannot be used" in done.err) == (2, True)


@pytest.mark.parametrize("command", ["show", "trend"])
def test_reading_makes_no_history(filled: Project, command: str) -> None:
    """Nothing is made, and the error says what to run."""
    done = filled.history(command)

    assert (done.code, done.out) == (2, "")
    assert ": there is no history here yet\n  `bugcapture history import` makes it" in done.err
    assert not (filled.folder.parent / "store").exists()


def test_a_locked_file_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who never lets go: the import gives up after a while, and says what would help."""
    import sqlite3

    monkeypatch.setattr("bugcapture.project.history.store._BUSY_TIMEOUT", 0.05)
    project.counts(project.evidence([RECORD]), "--store", "a.sqlite")
    other = sqlite3.connect(project.folder / "a.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = project.history("import", project.evidence([record(name="Two")]), "--store", "a.sqlite")
    other.close()

    assert done.code == 2
    assert "a.sqlite: cannot be used: database is locked\n  another process holds it" in done.err


@pytest.mark.parametrize("missing", ["sqlalchemy", "psycopg"])
def test_a_missing_extra_is_named(project: Project, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """With the command that installs it."""
    project.evidence([RECORD])
    # As in a new process: the modules that need the extra are not loaded yet.
    for name in [name for name in sys.modules if name.startswith("bugcapture.project.history.")]:
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr(name)
    monkeypatch.setitem(sys.modules, missing, None)  # type: ignore[arg-type] # as Python marks what is not there
    done = project.history("import", "ev", "--store", "postgresql://127.0.0.1:1/bugs")

    assert done.code == 2
    assert f"the history needs {missing}, which is not installed\n" in done.err
    assert "-m pip install 'bugcapture[history]'`" in done.err


def test_an_address_needs_no_server(tmp_path: Path) -> None:
    """A name without a scheme is a file."""
    address = read_address("~/h.sqlite", tmp_path, "here")
    assert address.file is not None
    assert "~" not in address.shown
    with pytest.raises(ConfigurationError):
        read_address("file\0", tmp_path, "here")
