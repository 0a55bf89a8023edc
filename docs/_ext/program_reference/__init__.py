"""A Sphinx extension that writes the reference from the program itself, before the pages are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_reference.pages import write_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "reference"


def setup(app: Sphinx) -> dict[str, Any]:
    """Have the pages written into the folder ``reference``, which git does not see.

    Args:
        app: The application.
    """
    app.connect("builder-inited", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Sphinx) -> None:
    write_pages(Path(app.srcdir) / FOLDER)
