"""Projects that run each test in a process of its own: nothing that a test leaves reaches another one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import lowered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bugcapture.scan.hazard import Hazard

# How pytest-forked, and pytest-xdist before it, are told to.
_APART: Final = re.compile(rb"(?<![\w-])--(?:forked|boxed)(?![\w-])")
# Where a project says how it runs its tests.
_SAID: Final = (
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg",
    "Makefile", "makefile", "GNUmakefile", "justfile", "noxfile.py", "tasks.py", ".gitlab-ci.yml", "Jenkinsfile",
    ".circleci/config.yml", ".travis.yml", ".github/workflows/*.yml", ".github/workflows/*.yaml", "*.sh",
    "scripts/*.sh", "ci/*.sh",
)  # fmt: skip


def lower_apart(root: Path, hazards: Iterable[Hazard]) -> list[Hazard]:
    """The same findings; what tests leave to others is low where each has a process of its own.

    Args:
        root: The project's folder.
        hazards: Findings in it.
    """
    runs_apart = cache(_runs_apart)
    return lowered(hazards, lambda one: one.is_leak and runs_apart(root))


def _runs_apart(root: Path) -> bool:
    return any(_APART.search(content) for content in _contents(root))


def _contents(root: Path) -> Iterator[bytes]:
    for pattern in _SAID:
        for file in sorted(root.glob(pattern)):
            try:
                yield file.read_bytes()
            except OSError:
                continue  # A folder, or not for us.
