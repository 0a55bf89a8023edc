"""Evidence of many runs and machines, in SQLite or PostgreSQL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from bugcapture.project.config import Project
    from bugcapture.project.history.store import History


def open_history(project: Project, store: str | None = None, *, create: bool = False) -> History:
    """Open the project's history.

    Args:
        project: The project.
        store: A URL or a file; None for that of ``BUGCAPTURE_HISTORY``, the setting, or the usual file.
        create: Whether it is made where there is none.

    Returns:
        The history, a context manager.

    Raises:
        ConfigurationError: If SQLAlchemy is not installed, or the history cannot be reached or used, or there is
            none.
    """
    try:
        from bugcapture.project.history.address import find_address  # noqa: PLC0415 - an extra
        from bugcapture.project.history.store import History  # noqa: PLC0415

        return History(find_address(project, store), create=create)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"sqlalchemy", "psycopg"}:
            raise
        python = printable(sys.executable)
        message = f"the history needs {printable(str(error.name))}, which is not installed"
        raise ConfigurationError(message, hint=f"run `{python} -m pip install 'bugcapture[history]'`") from error
