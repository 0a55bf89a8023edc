"""Who changes ``os.environ``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.hazard import Span

ENVIRON: Final = frozenset({"os.environ", "os.environb"})
# Any variable.
ALL: Final = "*"
# That something from elsewhere, which is called after the environment, may put any variable back.
MAYBE: Final = "?"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the environment.

    Attributes:
        keys: The variables, as written; ``*`` for any.
        span: Where.
        how: ``set``, ``remove``, ``default`` or ``all``.
        restores: Whether it looks like putting something back: it is in a `finally`, behind a `yield`, or in what
            is called after tests.
        value: The value as it is written.
        guarded: Whether a context manager or a decorator that is called after the environment stands around it,
            and may put everything back.
    """

    keys: frozenset[str]
    span: Span
    how: str
    restores: bool
    value: ast.expr | None = None
    guarded: bool = False


@dataclass(slots=True)
class EnvironmentUse:
    """What one function does with the environment.

    Attributes:
        function: The function; None for the top of the module.
        changes: Its changes, in order.
        patched: Whether `patch.dict` stands around all of it.
        kept: For a fixture or a set-up, the variables that something it calls puts back after the test.
        saved: Whether it keeps the environment, or a variable, to put it back.
        copied: The variables whose values it keeps before it changes them.
        undone: Whether it hands a function that puts it back to the framework.
        helpers: The functions of the module, as far as they are that, that it calls where things are put back.
        helped: The variables that these change.
        called: For a fixture or a set-up, the names that it calls.
    """

    function: TestFunction | None
    changes: list[Change] = field(default_factory=list)
    patched: bool = False
    kept: set[str] = field(default_factory=set)
    saved: bool = False
    copied: set[str] = field(default_factory=set)
    undone: bool = False
    helpers: set[str] = field(default_factory=set)
    helped: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)


def names_of(keys: Iterable[str]) -> str:
    """Variables as a message names them.

    Args:
        keys: Their names; ``*`` for any.
    """
    names = sorted(set(keys) - {ALL})
    return printable(", ".join(names)) if names else "a variable"
