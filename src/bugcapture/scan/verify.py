"""Run the snippets of findings, and see which of them show what they are about."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.scan.hazard import Hazard

# Reads snippets, answers whether each has shown what it is about.
_RUNNER: Final = """\
import json, sys, warnings
warnings.simplefilter("ignore")
found = {}
for snippet in json.load(sys.stdin):
    names = {}
    try:
        exec(snippet, names)
        found[snippet] = bool(names["shown"])
    except Exception:
        found[snippet] = False
json.dump([found[snippet] for snippet in found], sys.stdout)
"""
_PATIENCE: Final = 120.0


def verify(hazards: Sequence[Hazard], python: str = sys.executable) -> list[bool | None]:
    """Whether each finding was shown by its snippet.

    The snippets run in one process of their own, outside of the project and without its packages.

    Args:
        hazards: The findings.
        python: The interpreter to ask.

    Returns:
        For each finding True, False when its snippet shows nothing, and None when it has no snippet.

    Raises:
        ConfigurationError: If the interpreter cannot be run.
    """
    snippets = list(dict.fromkeys(hazard.recipe for hazard in hazards if hazard.recipe))
    shown = dict(zip(snippets, _run(snippets, python), strict=True)) if snippets else {}
    return [shown[hazard.recipe] if hazard.recipe else None for hazard in hazards]


def _run(snippets: list[str], python: str) -> list[bool]:
    with tempfile.TemporaryDirectory(prefix="bugcapture-verify-") as folder:
        try:
            done = subprocess.run(
                [python, "-I", "-c", _RUNNER],
                input=json.dumps(snippets),
                capture_output=True,
                text=True,
                encoding="utf-8",
                cwd=folder,
                timeout=_PATIENCE,
                check=True,
            )
            answers = json.loads(done.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            reason = printable(str(error).partition("\n")[0][:200])
            raise ConfigurationError(
                f"the findings cannot be verified: {reason}", where=printable(python)
            ) from error
    return [bool(answer) for answer in answers]
