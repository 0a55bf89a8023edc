"""``report check``: do the documents still say what the sources say?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import printable
from bugcapture.project.paths import relative_path
from bugcapture.workflow.reports.compare import compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bugcapture.workflow.reports.compare import Difference, Moves
    from bugcapture.workflow.reports.document import Document, Stamp
    from bugcapture.workflow.reports.folder import ReportFolder

# Enough to see what happened; the JSON has them all.
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocument:
    """One document.

    Attributes:
        name: The document.
        file: Its file.
        stamp: What it says of itself; None without a stamp.
        difference: How it differs from what would be written now.
    """

    name: str
    file: Path
    stamp: Stamp | None
    difference: Difference

    @property
    def state(self) -> str:
        """``fresh``, ``moved`` (it would say the same) or ``stale``."""
        if self.difference.stale:
            return "stale"
        return "moved" if self.difference else "fresh"

    @property
    def findings(self) -> list[Finding]:
        """What is to be told of it, in the words of a check."""
        path = relative_path(self.file)
        return [
            Finding(path, 0, rule, message, Severity.ERROR if rule != "D5" else Severity.INFO)
            for rule, message in _tell(self)
        ]


def check_documents(
    folder: ReportFolder, documents: Sequence[Document], version: str
) -> tuple[CheckedDocument, ...]:
    """Compare documents with what would be written now; nothing is written.

    Args:
        folder: The folder with the documents.
        documents: What the documents should say.
        version: This version of bugcapture.
    """
    return tuple(
        CheckedDocument(
            name=document.name,
            file=folder.file(document.name),
            stamp=written.stamp if (written := folder.written.get(document.name)) is not None else None,
            difference=compare(document, written, folder.inputs(document.name), version),
        )
        for document in documents
    )


def tell_moves(moves: Moves) -> str:
    """The inputs that moved, in words; empty for none.

    Args:
        moves: The inputs.
    """
    if not moves.known:
        return "nobody knows which input moved, because .bugcapture-reports.json does not tell"
    kinds = (("changed", moves.changed), ("added", moves.added), ("removed", moves.removed))
    return "; ".join(f"{kind}: {_list(names)}" for kind, names in kinds if names)


def _tell(checked: CheckedDocument) -> Iterator[tuple[str, str]]:
    difference = checked.difference
    run = f"run `bugcapture report refresh {checked.name}`"
    if difference.missing:
        yield "D1", f"is not there; {run}"
    if difference.foreign:
        yield "D2", f"was not written by bugcapture; move it, then {run}, or overwrite it with --force"
    if difference.edited:
        yield "D3", f"was changed by hand after it was written; {run}"
    moves = tell_moves(difference.moves)
    reasons = [moves] if moves else []
    if difference.version:
        reasons.append(f"written by bugcapture {printable(difference.version)}")
    if difference.format is not None:
        reasons.append(f"written in format {difference.format}")
    if difference.outdated or difference.format is not None:
        because = "; ".join(reasons) or "another clone or installation reads the same inputs differently"
        yield "D4", f"is stale: {because}; {run}"
    elif not difference.stale and difference:
        because = "; ".join(reasons) or "dates of commits"
        yield "D5", f"would say the same, but its inputs moved: {because}"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(map(printable, names[:_SHOWN]))
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
