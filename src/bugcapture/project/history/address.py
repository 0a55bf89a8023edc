"""Where the history is: a file of SQLite, or a PostgreSQL database, named by a URL that may hold a password."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable, shorten
from bugcapture.project.config import setting_place
from bugcapture.project.own_folder import NAME

if TYPE_CHECKING:
    from bugcapture.project.config import Project

VARIABLE: Final = "BUGCAPTURE_HISTORY"
DEFAULT: Final = Path(NAME, "history.sqlite")

_POSTGRESQL: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SQLITE: Final = frozenset({"sqlite", "sqlite+pysqlite"})
_EXAMPLES: Final = "name a file, or a URL such as postgresql+psycopg://user@host/database"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the history is.

    Attributes:
        url: The URL, for SQLAlchemy alone.
        shown: How people see it: without a password, and without its parameters.
        file: The file; None for PostgreSQL.
    """

    url: URL
    shown: str
    file: Path | None = None

    def censor(self, text: str) -> str:
        """A text of the database as one printable line without this address's secrets.

        Args:
            text: What the database or its driver said.
        """
        given = [self.url.password, *(value for name, value in _parameters(self.url) if "pass" in name)]
        secrets = {str(secret) for secret in given if secret}
        for secret in sorted(secrets | {quote(secret, safe="") for secret in secrets}, key=len, reverse=True):
            text = text.replace(secret, "***")
        return shorten(printable(" ".join(text.split())), 300)


def find_address(project: Project, named: str | None = None) -> Address:
    """Where the project's history is.

    Args:
        project: The project.
        named: A URL or a file, seen from the working directory. It wins over the variable
            ``BUGCAPTURE_HISTORY``, and that over the setting, whose file is seen from the project; without all
            three, it is a file of SQLite in the project.

    Raises:
        ConfigurationError: If it names no SQLite file and no PostgreSQL database.
    """
    if named is not None:
        return read_address(named, Path.cwd(), "--store")
    if variable := os.environ.get(VARIABLE):
        return read_address(variable, Path.cwd(), VARIABLE)
    setting = project.settings.history.store
    if setting is None:
        return _in_file(DEFAULT, project.root)
    return read_address(setting, project.root, setting_place(project, "history", "store"))


def read_address(text: str, folder: Path, origin: str) -> Address:
    """Read a URL or the name of a file.

    Args:
        text: The URL or the name.
        folder: From where a file is seen.
        origin: Where the text stands, for the error; the text may be a secret.

    Raises:
        ConfigurationError: If it is neither.
    """
    if not text.strip() or "\0" in text:
        raise ConfigurationError("the name of the history is empty", where=origin, hint=_EXAMPLES)
    if "://" not in text:
        return _in_file(Path(text), folder)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    # A password with these signs would end up in other parts of the URL, and from there in messages.
    if url is None or any("@" in (part or "") for part in (url.host, url.database)):
        hint = "write the signs @ / : % of a password as %40 %2F %3A %25"
        raise ConfigurationError("is no URL that can be read", where=origin, hint=hint)
    if url.drivername in _SQLITE:
        if url.database in {None, "", ":memory:"} or str(url.database).startswith("file:"):
            raise ConfigurationError("SQLite needs a file that stays: sqlite:///history.sqlite", where=origin)
        return _in_file(Path(str(url.database)), folder)
    if url.drivername not in _POSTGRESQL:
        message = f"the history lives in SQLite or PostgreSQL, not in {printable(shorten(url.drivername, 40))}"
        raise ConfigurationError(message, where=origin, hint=_EXAMPLES)
    url = url.set(drivername="postgresql+psycopg")
    return Address(url, _show(url))


def _in_file(name: Path, folder: Path) -> Address:
    file = Path(os.path.abspath(folder / name.expanduser()))  # noqa: PTH100 - links stay as the user wrote them
    return Address(URL.create("sqlite", database=str(file)), printable(str(file)), file)


def _show(url: URL) -> str:
    parameters = dict(_parameters(url))
    user = f"{url.username}@" if url.username else ""
    host = url.host or parameters.get("host", "")
    port = url.port or parameters.get("port", "")
    return printable(f"postgresql://{user}{host}{f':{port}' if port else ''}/{url.database or ''}")


def _parameters(url: URL) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in url.query.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
