"""Captured tests as they might stand in the test files of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcapture.core.capture import Capture
from bugcapture.core.tags import TestTags
from bugcapture.core.wire import probe, probes


@pytest.mark.parametrize("framework", ["behave", "robot", "pytest"])
@pytest.mark.parametrize("number", [1, 991])
def test_a_probe(framework: str, number: int) -> None:
    """It has all tags of a captured test, the switch as well."""
    assert probe(framework, Path("/project/test_tax"), number) == Capture(
        framework=framework,
        path=str(Path("/project/test_tax")),
        line=1,
        name="",
        tags=TestTags((number,), expected_fail=True),
        all_tags=("tdd_bug", f"tdd_bug_{number}", "tdd_expected_fail"),
    )


def test_bug_1_is_as_good_as_any() -> None:
    """For who does not name one."""
    assert probe("pytest", Path("test_tax.py")) == probe("pytest", Path("test_tax.py"), 1)


def test_one_probe_for_each_folder() -> None:
    """In the first file of it, in the order of the files."""
    files = [
        Path(name) for name in ("/p/b/test_2.py", "/p/b/test_1.py", "/p/test_0.py", "/p/a/test_3.py", "/p/b/x.py")
    ]
    assert probes("pytest", files) == [probe("pytest", files[at]) for at in (0, 2, 3)]
    assert probes("robot", iter(files[:1])) == [probe("robot", files[0])]
    assert probes("behave", []) == []
