"""Are the test frameworks there that a run needs?"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROBE_TIMEOUT: Final = 60.0


def require_hosts(frameworks: Iterable[str], python: str | None) -> None:
    for framework in sorted(frameworks):
        if python is None:
            missing = "" if importlib.util.find_spec(framework) else framework
        else:
            missing = next((name for name in ("bugcapture", framework) if not _has_module(python, name)), "")
        if missing:
            where = sys.executable if python is None else python
            extra = framework if missing == framework else ",".join(sorted(frameworks))
            raise ConfigurationError(
                f"there are captured tests for {framework}, and {missing} is not installed",
                where=printable(where),
                hint=f"run `{printable(where)} -m pip install 'bugcapture[{extra}]'`",
            )


def _has_module(python: str, name: str) -> bool:
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
    try:
        done = subprocess.run(
            [python, "-c", code, name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_TIMEOUT,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or "it does not answer"
        raise ConfigurationError(f"cannot be run: {reason}", where=printable(python)) from error
    return done.returncode == 0
