"""Options and output that all commands share."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from bugcapture.cli.streams import mute
from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.config import find_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bugcapture.project.config import Project

_DAYS: Final = re.compile(r"([1-9][0-9]{0,4})d\Z")

Command = TypeVar("Command", bound="Callable[..., Any]")


class BugNumber(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """A bug number as people write it: ``991`` or ``#991``."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).removeprefix("#")
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0):  # noqa: PLR2004
            self.fail(f"{printable(str(value))!r} is no bug number, such as 991", param, ctx)
        return int(text)


class Since(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """A day, a moment, or a number of days before now."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        text = str(value)
        if days := _DAYS.match(text):
            # From midnight, so that all runs of a day ask the same question.
            return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(int(days[1]))
        try:
            moment = datetime.fromisoformat(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(
                f"{printable(text)!r} is no date such as 2026-01-31, and no number of days such as 90d", param, ctx
            )


def format_option(formats: Sequence[str]) -> Callable[[Command], Command]:
    """``--format``: how the result is written; the first format is the default."""
    return click.option(
        "--format", "output_format", type=click.Choice(formats), default=formats[0], show_default=True,
        help="How the result is written to standard output.",
    )  # fmt: skip


def output_option(command: Command) -> Command:
    """``--output``: write the result to a file."""
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
        help="Write the result to this file instead of standard output.",
    )(command)  # fmt: skip


def quiet_option(command: Command) -> Command:
    """``--quiet``: only the result."""
    return click.option("-q", "--quiet", is_flag=True, help="No closing line on standard error.")(command)


def color_option(command: Command) -> Command:
    """``--no-color``: plain text; ``NO_COLOR`` and ``FORCE_COLOR`` are obeyed as well."""

    def decide(ctx: click.Context, _parameter: click.Parameter, no_color: bool) -> None:
        ctx.color = _wants_color(no_color=no_color)

    return click.option(
        "--no-color", is_flag=True, expose_value=False, is_eager=True, callback=decide,
        help="Plain text; NO_COLOR does the same.",
    )(command)  # fmt: skip


def to_paths(paths: Sequence[str]) -> list[Path]:
    """Arguments as paths.

    Raises:
        ConfigurationError: If one is empty.
    """
    if "" in paths:  # An unset variable of a script, which `Path` takes for the working directory.
        raise ConfigurationError("a path is empty")
    return [Path(path) for path in paths]


def current_project() -> Project:
    """The project of the working directory."""
    return find_project(Path.cwd())


def write_result(text: str, output: Path | None = None) -> None:
    """Write a result to a file or to standard output.

    Results are UTF-8 wherever they go; file names that are not stand in them byte for byte.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    content = text.encode("utf-8", "surrogateescape")
    try:
        if output is not None:
            output.write_bytes(content)
        elif sys.stdout is not None:
            on_terminal = sys.stdout.isatty()
            click.echo(content.decode("utf-8", "backslashreplace") if on_terminal else content, nl=False)
    except BrokenPipeError:  # The reader has seen enough; the exit code still says what was found.
        mute(sys.stdout)
    except OSError as error:
        if output is None:
            mute(sys.stdout)
        where = "standard output" if output is None else str(output)
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=where) from error


def style(text: str, **attributes: Any) -> str:
    """A text in colour when the command may use colour."""
    context = click.get_current_context(silent=True)
    color = context.color if context else None
    if color is None:
        color = sys.stdout is not None and sys.stdout.isatty()
    return click.style(text, **attributes) if color else text


def _wants_color(*, no_color: bool) -> bool | None:
    if no_color or os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None
