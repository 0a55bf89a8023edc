"""First use of the audit service from several threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit_service import AuditService
from bugcapture.race import RAISED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bugcapture.race import RaceResult


# This test captures bug #991: AuditService._ensure_session() checks and then creates, without a lock.
# It carries tdd_expected_fail until the fix is merged. Then only that marker goes: the others stay and name
# the regression test.
@pytest.mark.tdd_bug(991)
@pytest.mark.tdd_issue(991)
@pytest.mark.tdd_expected_fail(raises=AssertionError, match="2 engines were created, expected 1")
def test_concurrent_first_use_creates_one_engine(tmp_path: Path, race: Callable[..., RaceResult]) -> None:
    service = AuditService(f"sqlite:///{tmp_path / 'audit.db'}")

    result = race(service._ensure_session, meet_at="audit_service.service.create_engine")

    service.close()
    for sessions in result.results:
        if sessions is not RAISED:
            sessions.kw["bind"].dispose()  # type: ignore[attr-defined]
    assert result.entries == 1, f"{result.entries} engines were created, expected 1\n{result.describe()}"
