"""Make the numbers above ``Examples:`` known to pytest, for pytest-bdd under ``--strict-markers``.

pytest-bdd turns these tags into markers itself, without asking any hook.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.core.tags import TagKind, read_tag
from bugcapture.project.files import read_bytes
from bugcapture.pytest.bdd_source import bound_features

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_TAG = re.compile(rb"(?<!\S)@(tdd_[a-z]+_[0-9]+)(?!\S)")


def register_numbers(config: pytest.Config, module: Path) -> None:
    """Register the number tags of the feature files that a test module binds.

    Args:
        config: The configuration of the run.
        module: A Python file that is about to be imported.
    """
    known = {line.partition(":")[0] for line in config.getini("markers")}
    tags = {tag for feature in bound_features([module]) for tag in _numbers_in(feature)}
    for tag in sorted(tags - known):
        config.addinivalue_line("markers", f"{tag}: a tag of a feature file; in Python, write tdd_bug(991)")


def _numbers_in(feature: Path) -> list[str]:
    try:
        found = _TAG.findall(read_bytes(feature))
    except SourceError:
        return []  # pytest-bdd tells.
    return [tag for tag in map(bytes.decode, found) if read_tag(tag).kind is TagKind.NUMBER]
