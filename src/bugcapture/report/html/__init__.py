"""The ledger of captured bugs as one page that loads nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from bugcapture.report.html.page import Page


def load_page() -> Page:
    """The writer of the page.

    Raises:
        ConfigurationError: If Jinja is not installed.
    """
    try:
        from bugcapture.report.html.page import Page  # noqa: PLC0415 - an extra

        return Page()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"jinja2", "markupsafe"}:
            raise
        message = f"the page needs {printable(str(error.name))}, which is not installed"
        hint = f"run `{printable(sys.executable)} -m pip install 'bugcapture[report]'`"
        raise ConfigurationError(message, hint=hint) from error
