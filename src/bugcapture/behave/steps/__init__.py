"""Ready-made Behave steps; each module registers its steps when a steps file imports it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

_STEP_MODULES: Final = frozenset({"race"})


def __getattr__(name: str) -> ModuleType:
    if name not in _STEP_MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{name}")
    # Behave runs steps files anew for each run of a process, but Python imports a module only once. So the
    # name is never kept here: each `from bugcapture.behave.steps import ...` comes by and registers.
    vars(sys.modules[__name__]).pop(name, None)
    module.register()
    return module
