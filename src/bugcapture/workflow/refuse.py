"""Refuse to run anything while tags, declarations or files are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.errors import RefusedError
from bugcapture.core.finding import Severity
from bugcapture.core.text import plural, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.finding import Finding


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Stop when there is an error among some findings; warnings do not matter.

    Raises:
        RefusedError: With all errors at once.
    """
    errors = sorted({finding for finding in findings if finding.severity is Severity.ERROR})
    if errors:
        told = "\n".join(f"  {printable(finding.where)}: {finding.rule} {finding.message}" for finding in errors)
        raise RefusedError(f"nothing was run: {plural(len(errors), 'error')}\n{told}")
