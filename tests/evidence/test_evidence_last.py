"""Which record of a test is its last one, for `list`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from evidence_project import RECORD

from bugcapture.core.evidence import encode_record
from command_project import CommandProject

if TYPE_CHECKING:
    from pathlib import Path

FEATURE = """\
Feature: A

  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Scenario: One
    Then it fails
"""


@pytest.mark.tdd_bug(993)
def test_a_run_that_skipped_a_test_hides_no_verdict(tmp_path: Path) -> None:
    """#993: a record that a test did not run is no evidence, however late it comes."""
    project = CommandProject(tmp_path)
    project.write("features/a.feature", FEATURE)
    seen = replace(RECORD, location="features/a.feature:4", verdict="unexpected_pass")
    skipped = replace(seen, ts="2026-11-21T10:00:00.000+00:00", verdict="not_run", run_id="later")
    project.write("ev/a.jsonl", b"".join(map(encode_record, (seen, skipped))))

    done = project.run("list", "--format", "json", env={"BUGCAPTURE_EVIDENCE_DIR": "ev"})

    (bug,) = done.json["bugs"]
    assert bug["tests"][0]["last"]["verdict"] == "unexpected_pass"
