"""The folder ``.bugcapture``, for what belongs to one machine and not into git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = ".bugcapture"
_GITIGNORE: Final = "# What bugcapture keeps of this machine; other machines have their own.\n*\n"


def make_folder(folder: Path) -> None:
    """Make a folder; where it is ours, or lies right in it, git is told to pass it over.

    Args:
        folder: The folder. A ``.gitignore`` that is there stays.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in (folder, folder.parent):
            if one.name == NAME and not (ignore := one / ".gitignore").exists():
                ignore.write_text(_GITIGNORE, "utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be made: {error.strerror}", where=printable(str(folder))) from error
