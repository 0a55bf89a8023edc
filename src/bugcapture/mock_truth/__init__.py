"""What a program does with answers of mocks that nobody chose, seen while its tests run."""

from __future__ import annotations

from bugcapture.mock_truth.recorder import Recorder
from bugcapture.mock_truth.run import Observation, Run

__all__ = ["Observation", "Recorder", "Run"]
