"""Proofs that were kept: documents of ``prove``, read again for the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.proof import Proof  # noqa: TC001 - the types of the fields are asked for
from bugcapture.core.text import printable, shorten
from bugcapture.project.evidence_files import write_evidence
from bugcapture.project.files import find_files, read_bytes
from bugcapture.project.own_folder import NAME, make_folder
from bugcapture.project.paths import relative_path
from bugcapture.workflow.attest import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.project.config import Project

DEFAULT: Final = Path(NAME, "proofs")
SCHEMA: Final = "bugcapture.prove/1"

_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSide:
    """What a test did on one side of the change.

    Attributes:
        outcome: ``fail``, ``pass``, ``error``, ``skip`` or ``none``.
        reason: Why.
        exc_type: The exception's class; empty without one.
        message: The exception's message.
    """

    outcome: str
    reason: str = ""
    exc_type: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTest:
    """One test of a proof.

    Attributes:
        id: The test, as its framework names it.
        bugs: Its bugs.
        transition: What it did on both sides, such as ``FAIL_TO_PASS``.
        base: What it did without the change.
        head: What it did with it.
    """

    id: str
    bugs: tuple[int, ...] = ()
    transition: str
    base: KeptSide
    head: KeptSide


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRevision:
    """One side of the change.

    Attributes:
        commit: Its full hash.
        subject: The first line of its message.
    """

    commit: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProof:
    """A proof as it was written.

    Attributes:
        bug: The bug; None for a whole branch.
        proof: What follows, see `bugcapture.core.proof.Proof`.
        says: The same in words.
        created: When, ISO 8601.
        base: The revision without the change.
        head: The revision with it.
        tests: The tests.
        digest: The document's own digest.
        path: The file, as people may see it.
        intact: Whether the digest is that of the content. Whoever changes a proof can write a new one, so this
            shows accidents and not malice.
    """

    bug: int | None
    proof: Proof
    says: str = ""
    created: str
    base: KeptRevision
    head: KeptRevision
    tests: tuple[KeptTest, ...]
    digest: str
    path: str = ""
    intact: bool = False

    def is_about(self, number: int) -> bool:
        """Whether it says something about a bug: its own, or that of one of a branch's tests."""
        if self.bug is not None:
            return self.bug == number
        return any(number in test.bugs for test in self.tests)


def keep_proof(project: Project, number: int | None, commit: str, document: str) -> Path:
    """Keep a proof where the ledger looks for it.

    Args:
        project: The project.
        number: The bug; None for a whole branch.
        commit: The revision with the fix.
        document: The document of ``bugcapture prove --format json``.

    Returns:
        The file.

    Raises:
        ConfigurationError: If it cannot be written.
    """
    folder = project.root / DEFAULT
    make_folder(folder)
    file = folder / f"{'branch' if number is None else number}-{commit[:10]}{_SUFFIX}"
    write_evidence(file, document.encode())
    return file


def read_proofs(paths: Sequence[Path]) -> tuple[tuple[KeptProof, ...], tuple[Finding, ...]]:
    """Read proofs.

    Args:
        paths: Files, and folders, which are searched for ``*.json``. Other JSON files in them are passed over.

    Returns:
        The proofs, each once and the oldest first, and why files are none.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read.
    """
    proofs, findings = [], []
    for file in find_files(paths, (_SUFFIX,)):
        try:
            read = _read(file)
        except SourceError as error:
            findings.append(Finding(relative_path(file), 0, "P1", error.message, Severity.WARNING))
        else:
            proofs += [read] if read else []
    proofs.sort(key=lambda proof: (proof.created, proof.path))
    # The copy of CI and the one that was kept here are one proof.
    once = {proof.digest if proof.intact else proof.path: proof for proof in proofs}
    return tuple(once.values()), tuple(findings)


def _read(file: Path) -> KeptProof | None:
    import msgspec  # noqa: PLC0415 - only where there are proofs

    content = read_bytes(file)
    try:
        document: Any = json.loads(content)
        if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("bugcapture.prove/"):
            return None
        if document["schema"] != SCHEMA:
            raise SourceError(f"its schema is {shorten(printable(document['schema']), 80)}, and not {SCHEMA}")
        proof = msgspec.convert(document, KeptProof)
        return replace(proof, path=relative_path(file), intact=digest(document) == proof.digest)
    except (ValueError, RecursionError) as error:  # msgspec's own errors are values' errors too.
        raise SourceError(f"is no proof: {shorten(printable(str(error)), 200)}", where=str(file)) from error
