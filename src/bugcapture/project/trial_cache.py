"""What trials of revisions said, kept beside the repository's own files, so that none is run twice."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.evidence_files import write_evidence

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA: Final = "bugcapture.trials/1"
_LARGEST: Final = 5000


class TrialCache:
    """Answers by the digest of all that was asked.

    Args:
        folder: The folder that holds the file; made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "bugcapture" / "trials.json"
        self._answers = self._read()

    def get(self, key: str) -> dict[str, str] | None:
        """An answer; None when there is none."""
        return self._answers.get(key)

    def put(self, key: str, answer: dict[str, str]) -> None:
        """Keep an answer, for other processes at once; a file that cannot be written is done without."""
        self._answers = {**self._read(), **self._answers, key: answer}
        while len(self._answers) > _LARGEST:
            del self._answers[next(iter(self._answers))]
        with contextlib.suppress(OSError, ConfigurationError):
            self._file.parent.mkdir(exist_ok=True)
            write_evidence(self._file, json.dumps({"schema": _SCHEMA, "trials": self._answers}).encode())

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            document: Any = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return {}
        trials = (
            document.get("trials") if isinstance(document, dict) and document.get("schema") == _SCHEMA else None
        )
        if not isinstance(trials, dict):
            return {}
        return {key: answer for key, answer in trials.items() if _is_answer(answer)}


def _is_answer(answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    return all(isinstance(part, str) for item in answer.items() for part in item)
