"""Rules that live in one module each, which explains its rule in its docstring."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Explained:
    """A rule that is explained by the text of the module in which its check stands."""

    __slots__ = ()
    check: Callable[..., Any]

    @property
    def title(self) -> str:
        """The first line of its explanation, without the full stop."""
        return self.explanation.partition("\n")[0].rstrip(".").replace("``", "")

    @property
    def explanation(self) -> str:
        """What its module says."""
        return sys.modules[self.check.__module__].__doc__ or ""


def rules_of(package: ModuleType) -> list[Any]:
    """The ``RULE`` of each module of a package, by the names of the modules.

    Args:
        package: The package.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}").RULE for name in names]
