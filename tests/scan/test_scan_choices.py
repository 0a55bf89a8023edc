"""What is scanned, what is held back and what a baseline knows, where these could be green for no reason."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from scan_project import REGION

if TYPE_CHECKING:
    from scan_project import ScanProject


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('tests = ["nothing"]', "tests: 'nothing' holds no Python file"),
        ('source = ["nothing"]', "source: 'nothing' holds no Python file"),
        ('exclude = ["tests"]', "exclude: leaves no test file"),
    ],
)
def test_a_setting_that_leaves_nothing_to_scan(open_door: ScanProject, setting: str, told: str) -> None:
    """Is an error: every scan would be green."""
    open_door.write("pyproject.toml", f"[tool.bugcapture.scan]\n{setting}\n")
    done = open_door.scan()
    assert done.code == 2
    assert told in done.err


def test_a_folder_without_tests(open_door: ScanProject) -> None:
    """Is an error where it is named; a file that settings exclude is none, because hooks name it."""
    assert open_door.scan("src").code == 2
    open_door.write("pyproject.toml", '[tool.bugcapture.scan]\nexclude = ["tests/test_users.py"]\n')
    assert open_door.scan("tests/test_users.py").code == 0


def test_a_link_to_a_test_is_no_second_test(open_door: ScanProject) -> None:
    """Its findings are told once."""
    (open_door.root / "tests/test_again.py").symlink_to("test_users.py")
    assert open_door.json().rules == ["MK101"]
    (open_door.root / "tests/test_users.py").rename(open_door.root / "users.py")
    (open_door.root / "tests/test_again.py").unlink()
    for name in ("tests/test_one.py", "tests/test_two.py"):
        os.symlink("../users.py", open_door.root / name)  # noqa: PTH211 - as short as its peer
    assert open_door.json().rules == ["MK101"]


def test_a_baseline_of_more_than_is_asked_for(open_door: ScanProject) -> None:
    """What another rule or a milder level would show is not gone."""
    open_door.write("tests/test_region.py", REGION)
    open_door.scan("--write-baseline", "known.json", "--level", "info")
    for arguments in ((), ("--level", "critical"), ("--select", "ENV"), ("--ignore", "MK1")):
        done = open_door.scan("--baseline", "known.json", *arguments)
        assert done.code == 0
        assert "gone" not in done.err
    open_door.write("tests/test_region.py", "")
    assert "1 of the baseline gone" in open_door.scan("--baseline", "known.json", "--level", "critical").err


def test_a_comment_behind_code_is_about_its_line(project: ScanProject) -> None:
    """And about the next one only where it stands alone; behind another comment it counts as well."""
    lines = REGION.replace('"eu"', '"eu"  # noqa: S1 # bugcapture: ignore[ENV401] on purpose')
    project.write("tests/test_region.py", lines + '    os.environ["ZONE"] = "1"\n')
    (found,) = project.json().json["findings"]
    assert found["subject"] == "ZONE"


def test_a_comment_about_no_rule(project: ScanProject) -> None:
    """Is an error."""
    project.write("tests/test_region.py", REGION.replace('"eu"', '"eu"  # bugcapture: ignore[MK999] why'))
    (problem,) = project.json().json["problems"]
    assert problem["rule"] == "SUP1"
    assert "MK999 is no rule" in problem["message"]
    report = project.scan("--format", "markdown").out
    assert "## Comments that hold nothing back" in report
    assert "## Not scanned" not in report


def test_columns_are_characters(project: ScanProject) -> None:
    """As editors count them."""
    project.write("tests/test_region.py", "import os\ndef test():\n    'äö'; os.environ['REGION'] = 'ü'\n")
    (found,) = project.json().json["findings"]
    assert (found["column"], found["end_column"]) == (11, 37)
    assert "tests/test_region.py:3:11:" in project.scan().out


def test_a_target_with_control_characters(project: ScanProject) -> None:
    """Is shown without them."""
    text = 'from unittest.mock import patch\ndef test():\n    p = patch("a.\\x1b[31m")\n    p.start()\n'
    project.write("tests/test_patch.py", text)
    (found,) = project.json("--select", "MK301").json["findings"]
    assert found["message"].isprintable()
    assert found["subject"].isprintable()


def test_repairs_are_counted(project: ScanProject) -> None:
    """In the plural of the language."""
    lines = "".join(f"    m.__exit__ = n{n} = MagicMock()\n" for n in range(2))
    project.write("tests/test_exit.py", f"from unittest.mock import MagicMock\ndef test(m):\n{lines}")
    assert "2 fixes in 1 file" in project.scan("--fix", "--diff").err
