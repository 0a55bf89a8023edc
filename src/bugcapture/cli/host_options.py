"""Options of all commands that start the frameworks."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugcapture.workflow.units import Hosts

FRAMEWORKS = ("behave", "robot", "pytest")

Command = TypeVar("Command", bound="Callable[..., Any]")


class Jobs(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.4
    """A number of processes, or ``auto`` for one on each processor."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if text == "auto":
            return os.cpu_count() or 1
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0):  # noqa: PLR2004
            self.fail(f"{printable(text)!r} is no number of processes, such as 4, and not auto", param, ctx)
        return int(text)


class Number(click.FloatRange):
    """A number in a range; ``nan`` is in no range, but click compares it and finds nothing wrong."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{printable(str(value))!r} is no number", param, ctx)
        return number


def host_options(command: Command) -> Command:
    """``--jobs``, ``--timeout``, ``--python`` and one option for more arguments of each framework."""
    for framework in reversed(FRAMEWORKS):
        command = click.option(
            f"--{framework}-arg", f"{framework}_arguments", multiple=True, metavar="ARG",
            help=f"One more argument for {framework}'s command line; may be given more than once.",
        )(command)  # fmt: skip
    command = click.option("--python", metavar="PATH", help="The interpreter that runs the frameworks.")(command)
    command = click.option(
        "--timeout", type=Number(min=0, min_open=True, max=10_000_000), metavar="SECONDS",
        help="How long each process may take.",
    )(command)  # fmt: skip
    return click.option(
        "-j", "--jobs", type=Jobs(), default="1", show_default=True, metavar="N|auto",
        help="How many processes may run at a time.",
    )(command)  # fmt: skip


def read_hosts(options: dict[str, Any]) -> Hosts:
    """Take what `host_options` has read out of a command's options."""
    from bugcapture.workflow.units import Hosts  # noqa: PLC0415 - help stays quick

    python = options.pop("python")
    if python is not None and os.path.dirname(python):  # noqa: PTH120 - a bare name is looked for on PATH
        python = os.path.abspath(python)  # noqa: PTH100 - frameworks are started in other folders; links stay
    return Hosts(
        python=python,
        arguments={framework: options.pop(f"{framework}_arguments") for framework in FRAMEWORKS},
        jobs=options.pop("jobs"),
        timeout=options.pop("timeout"),
    )
