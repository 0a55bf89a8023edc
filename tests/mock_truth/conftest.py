"""A sample of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mock_truth_sample import Sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Nothing yet."""
    return Sample(tmp_path)
