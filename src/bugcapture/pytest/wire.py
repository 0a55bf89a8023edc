"""pytest loads the plugin by itself; only what switches it off is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.errors import RefusedError
from bugcapture.core.wire import probes
from bugcapture.pytest.wiring import check_wiring

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.wire import Reader, Wiring


def wire(tests: Sequence[Path], root: Path, read: Reader) -> Sequence[Wiring]:
    """Nothing, as long as the plugin is not switched off.

    Args:
        tests: The test modules, absolute; without any, those that ``tests`` will hold are meant.
        root: The project's folder, absolute.
        read: Reads files.

    Raises:
        RefusedError: If the configuration switches the plugin off, which somebody must have wanted.
    """
    del read
    for finding in check_wiring(probes("pytest", tests or [root / "tests" / "test_bug.py"]), root):
        if finding.rule == "W1":
            reason = finding.message.rpartition("would run without bugcapture: ")[2]
            raise RefusedError(f"pytest does not load bugcapture: {reason}", where=finding.where)
    return ()
