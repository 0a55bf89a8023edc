"""Parse the text of a feature file with Behave's own parser."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Finding
from bugcapture.core.text import printable, shorten
from bugcapture.project.config import find_project


def parse_text(text: str, path: str) -> tuple[Any, Finding | None]:
    """Parse the text of a feature file.

    Args:
        text: The text without a byte order mark.
        path: The file as reports shall name it.

    Returns:
        The feature, or None and why.

    Raises:
        ConfigurationError: If Behave is not installed.
    """
    try:
        from behave.parser import Parser, ParserError  # noqa: PLC0415 - takes most of a check's time

        from bugcapture.behave.settings import default_language, find_start  # noqa: PLC0415 - reads Behave's configuration
    except ImportError as error:
        hint = "install bugcapture again with its extra: [behave]"
        raise ConfigurationError(f"Behave is needed to read {path}: {error}", hint=hint) from error

    language = default_language(find_start(Path(path).absolute().parent, find_project(Path.cwd()).root))
    parser = Parser(variant="feature")
    try:
        parser = Parser(language, variant="feature")
        with contextlib.redirect_stdout(io.StringIO()):
            return parser.parse(text, path), None
    except ParserError as error:
        reason, line = error.args[0] if error.args else error, getattr(error, "line", 0) or parser.line
    except KeyError as error:
        reason, line = f"unknown language {error}", parser.line
    except Exception as error:  # noqa: BLE001 - the parser meets unforeseen text with whatever it stumbles on
        reason, line = f"{type(error).__name__}: {error}", parser.line
    told = shorten(printable(" ".join(str(reason).split())), 300)
    return None, Finding(path, int(line), "P1", f"cannot be parsed: {told}")
