"""The second way in: ``behave --runner bugcapture.behave:Runner``."""

from __future__ import annotations

from typing import Any

from behave.runner import Runner as BehaveRunner

from bugcapture.behave.install import install


class Runner(BehaveRunner):  # type: ignore[misc] # Behave ships no types
    """Behave's own runner with the adapter installed; a project needs no environment file for it.

    Args:
        config: Behave's configuration.
    """

    def __init__(self, config: Any) -> None:
        install()
        super().__init__(config)
