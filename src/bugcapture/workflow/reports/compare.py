"""What became of a document since it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.workflow.reports.document import FORMAT, stamp_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.workflow.reports.document import Document, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The inputs of a document that are not what they were.

    Attributes:
        changed: Those that have another content or value.
        added: Those that it was not made from.
        removed: Those that are gone.
        known: Whether it is known what the document was made from.
    """

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    known: bool = True

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed or not self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a document differs from what would be written now.

    Attributes:
        missing: There is none.
        foreign: It has no stamp of ours.
        edited: Somebody changed it by hand.
        format: The format that it was written in, when that is another one; None otherwise.
        version: The version of bugcapture that has written it, when that is another one; empty otherwise.
        outdated: It says other facts than the sources.
        undated: It says the same but for what only some clones know.
        moves: The inputs that moved.
    """

    missing: bool = False
    foreign: bool = False
    edited: bool = False
    format: int | None = None
    version: str = ""
    outdated: bool = False
    undated: bool = False
    moves: Moves = Moves()

    @property
    def stale(self) -> bool:
        """Whether the document says something else than one that is written now."""
        return self.missing or self.foreign or self.edited or self.format is not None or self.outdated

    def __bool__(self) -> bool:
        return bool(self.stale or self.version or self.undated or self.moves)


def compare(
    document: Document, written: Written | None, before: Mapping[str, str] | None, version: str
) -> Difference:
    """How a document on disk differs from what would be written now; times of files are not asked.

    Args:
        document: What would be written.
        written: What is there; None for nothing.
        before: What that was made from; None where that is not known.
        version: This version of bugcapture.
    """
    if written is None:
        return Difference(missing=True)
    stamp = written.stamp
    if stamp is None:
        return Difference(foreign=not written.ours, edited=written.ours)
    now = stamp_of(document, version, stamp.generated_at)
    moves = Moves() if stamp.inputs == now.inputs else find_moves(before, document.inputs)
    other = document.facts(written.body) != document.facts(document.body)
    return Difference(
        edited=written.edited,
        format=stamp.format if stamp.format != FORMAT else None,
        version=stamp.version if stamp.version != version else "",
        # What was changed by hand differs for that reason, unless there is another one.
        outdated=other and (not written.edited or bool(moves)),
        undated=not (other or written.edited) and written.body != document.body,
        moves=moves,
    )


def find_moves(before: Mapping[str, str] | None, now: Mapping[str, str]) -> Moves:
    """The inputs that are not what they were.

    Args:
        before: The inputs then; None where they are not known.
        now: The inputs now.
    """
    if before is None:
        return Moves(known=False)
    return Moves(
        changed=tuple(sorted(name for name in before.keys() & now.keys() if before[name] != now[name])),
        added=tuple(sorted(now.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - now.keys())),
    )
