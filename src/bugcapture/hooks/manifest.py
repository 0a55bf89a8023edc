"""What repositories say of their hooks, as far as pre-commit has fetched them already; nothing is fetched here."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = ".pre-commit-hooks.yaml"


def read_manifest(repo: str, revision: str) -> Mapping[str, Mapping[str, Any]] | None:
    """The hooks that a repository offers, by their ids.

    Args:
        repo: Its address, as the configuration names it.
        revision: The revision.

    Returns:
        None where it was not fetched, or what was fetched cannot be read.
    """
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    folder = _find_clone(repo, revision)
    if folder is None:
        return None
    try:
        listed = yaml.safe_load((folder / _NAME).read_bytes())
    except (OSError, yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(listed, list):
        return None
    return {str(hook["id"]): hook for hook in listed if isinstance(hook, dict) and "id" in hook}


def _find_clone(repo: str, revision: str) -> Path | None:
    """The folder in pre-commit's store, which notes its clones in a database."""
    import sqlite3  # noqa: PLC0415 - only for hooks of other repositories

    store = os.environ.get("PRE_COMMIT_HOME")
    cache = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    database = Path(store or Path(cache) / "pre-commit") / "db.db"
    if not database.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT path FROM repos WHERE repo = ? AND ref = ?", (repo, revision))
            row = found.fetchone()
    except sqlite3.Error:
        return None
    return Path(row[0]) if row else None
