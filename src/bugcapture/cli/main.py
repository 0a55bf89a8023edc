"""The ``bugcapture`` command and its exit codes."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from bugcapture.cli.streams import mute, write_error
from bugcapture.core.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, BugcaptureError
from bugcapture.project.console import say

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each command is one module of this package; it is loaded when it is used.
COMMANDS: Final = {
    "capture": "Write a tagged test for a bug, to be filled in.",
    "bisect": "Find the commit that brought a bug in.",
    "check": "Check tags, declared failures and the wiring of the adapters.",
    "demo": "Show the life of bug 991 in a throw-away project.",
    "evidence": "Merge evidence files, and look for captures without evidence.",
    "gate": "Check what a pull request has to show, by its kind.",
    "graduate": "Remove the switch of fixed bugs; their tests stay.",
    "history": "Keep evidence of many runs and machines, and show how bugs fare over time.",
    "hooks": "Check, install, time and merge the hooks that git runs before a push.",
    "init": "Wire bugcapture into a project: adapters, settings, hook, CI.",
    "list": "List every bug with its tests and its state.",
    "prove": "Prove a fix: red without the change, green with it.",
    "report": "Write what is known of the tests as documents, and check them.",
    "scan": "Find mocks, patches and variables that make tests lie.",
    "run": "Run the captured tests of all frameworks, with one summary.",
    "show": "Show all that is known of one bug.",
    "verify": "Run the tests of a bug many times: does it always show itself?",
    "stale": "Compare the tags with the states of the issues in the tracker.",
}


class _LazyGroup(click.Group):
    """Loads a command's module when the command is called, so that help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"bugcapture.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # Click would write to the terminal first, which may be what is gone.
            say("")
            raise click.Abort from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from bugcapture import __version__  # noqa: PLC0415
        from bugcapture.cli.options import write_result  # noqa: PLC0415

        write_result(f"bugcapture {__version__}\n")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 findings, 2 usage or configuration, 3 a bug of bugcapture, 130 interrupted.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.pass_context
def root(ctx: click.Context) -> None:
    """TDD bug capture: a failing test holds the bug until it is fixed, and guards the fix afterwards.

    \b
    Examples:
      bugcapture check                  # are all tags right, is the adapter wired in?
      bugcapture list                   # which bugs are captured, which are guarded?
      bugcapture run                    # run their tests, whatever framework they are of
      bugcapture graduate 991           # bug 991 is fixed: remove its switch
      bugcapture demo                   # see the whole life of a bug
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(EXIT_USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments without the program's name; None for those of the process.

    Returns:
        The exit code: 0 fine, 1 findings, 2 usage or configuration, 3 our own bug, 130 interrupted.
    """
    code = _run(arguments)
    if write_error(sys.stderr) is not None:  # The interpreter would turn that into an exit code of its own.
        mute(sys.stderr)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = root.main(args=None if arguments is None else list(arguments), standalone_mode=False)
        if sys.stdout is not None:  # None when the caller closed it.
            sys.stdout.flush()
    except click.ClickException as error:
        _show_usage_error(error)
        return error.exit_code
    except BugcaptureError as error:
        say(f"bugcapture: error: {error}")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("bugcapture: interrupted")
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click exits for a pipe that closed while it wrote help.
        mute(sys.stdout)
        return EXIT_OK
    except Exception as error:  # noqa: BLE001 - the last line of defence: a log instead of a traceback
        return _show_unforeseen(error)
    return result if isinstance(result, int) else EXIT_OK


def _show_unforeseen(error: Exception) -> int:
    if isinstance(error, OSError) and (lost := write_error(sys.stdout)) is not None:
        mute(sys.stdout)
        say(f"bugcapture: error: standard output: cannot be written: {lost.strerror}")
        return EXIT_USAGE
    from bugcapture.cli.crash import write_crash_log  # noqa: PLC0415

    log = write_crash_log(error)
    say(f"bugcapture: this is a bug of bugcapture: {type(error).__name__}: {error}\n  see {log} and report it")
    return EXIT_BUG


def _show_usage_error(error: click.ClickException) -> None:
    context: Any = getattr(error, "ctx", None)
    usage = f"{context.get_usage()}\n" if context is not None else ""
    hint = f"\n  `{context.command_path} --help` shows the options" if context is not None else ""
    say(f"{usage}bugcapture: error: {error.format_message()}{hint}")
