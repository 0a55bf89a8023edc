"""The place in the project's own code where something was raised."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import well_formed
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

# Folders of a project that hold other people's code.
_FOREIGN: Final = frozenset({"site-packages", "dist-packages", ".venv", "venv", ".nox", ".tox", "node_modules"})
_OURS: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - compared as text


def project_frame(traceback: TracebackType | None, root: Path) -> str:
    """The innermost call of a traceback that stands in the project.

    Args:
        traceback: Where something was raised.
        root: The project's folder.

    Returns:
        ``path:function``, the path relative to the project and with forward slashes; no line, which would change
        with every edit above it. Empty when no call of the project took part.
    """
    place = ""
    start = os.path.join(os.path.abspath(root), "")  # noqa: PTH100, PTH118 - see above
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = os.path.abspath(code.co_filename)  # noqa: PTH100
        if file.startswith(start) and not file.startswith(_OURS):
            path = relative_path(file, root)
            if _FOREIGN.isdisjoint(path.split("/")):
                place = f"{path}:{code.co_name}"
        traceback = traceback.tb_next
    return str(well_formed(place))
