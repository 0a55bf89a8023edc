"""The Behave adapter.

Wire it in with two lines at the top of ``features/environment.py``::

    from bugcapture.behave import install

    install()

or without an environment file: ``behave --runner bugcapture.behave:Runner``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.behave.install import install, uninstall

if TYPE_CHECKING:
    from bugcapture.behave.runner import Runner

__all__ = ["Runner", "install", "uninstall"]


def __getattr__(name: str) -> Any:
    if name == "Runner":
        from bugcapture.behave.runner import Runner  # noqa: PLC0415 - loads Behave's runner

        return Runner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
