"""The pytest plugin: a test that holds a bug is green while the bug is open, and red the day it is gone.

pytest loads this package through its entry point, or by the name ``bugcapture.pytest``. The static reader in it
has to work without pytest, so what belongs to a run is loaded when pytest asks for it.

PYTEST_DONT_REWRITE: there are no assertions here, and a command may have loaded the package before pytest.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if _is_forwarded(name):
        _load()
    if name in globals():
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    _load()
    return sorted(globals())


def _is_forwarded(name: str) -> bool:
    return name.startswith("pytest_") or name == "race"


def _load() -> None:
    """Take over the hooks and the fixture; pytest looks for them with `dir`, and pluggy then in ``__dict__``."""
    from bugcapture.pytest import plugin  # noqa: PLC0415 - needs pytest

    globals().update({name: value for name, value in vars(plugin).items() if _is_forwarded(name)})
