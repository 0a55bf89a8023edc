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


@pytest.mark.parametrize(
    ("paths", "levels"),
    [
        (
            '"tests"',
            {"tools/test_try.py": "medium", "tests/test_region.py": "high", "tools/tests/env.py": "high"},
        ),
        ('"./tests/", "to*"', {"tools/test_try.py": "high"}),
        ('"tests", "tools/*/more"', {"tools/test_try.py": "medium"}),
        ('"tools/test_try.py"', {"tools/test_try.py": "high", "tests/test_region.py": "medium"}),
        ('"."', {"tools/test_try.py": "high"}),
        ('"../elsewhere"', {"tools/test_try.py": "high"}),
        ('"**/more"', {"tools/test_try.py": "high"}),
    ],
)
def test_what_pytest_does_not_collect_is_less_bad(
    project: ScanProject, paths: str, levels: dict[str, str]
) -> None:
    """A module outside of `testpaths`, if it is called like one of tests."""
    project.write("pyproject.toml", f"[tool.pytest.ini_options]\ntestpaths = [{paths}]\n")
    for name in ("tools/test_try.py", "tests/test_region.py"):
        project.write(name, "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    project.write(
        "tools/tests/env.py",
        "import os, pytest\n@pytest.fixture\ndef it():\n    os.environ['REGION'] = 'eu'\n",
    )
    found = {one["path"]: one["level"] for one in project.json("tests", "tools").json["findings"]}
    assert {name: found.get(name) for name in levels} == levels


def test_each_project_of_a_repository_says_what_pytest_collects(project: ScanProject) -> None:
    """The settings next to the module count, not those above."""
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    project.write("parts/till/pytest.ini", "[pytest]\ntestpaths = checks\n")
    for name in ("parts/till/checks/test_a.py", "parts/till/test_b.py"):
        project.write(name, "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    levels = {one["path"]: one["level"] for one in project.json().json["findings"]}
    assert levels == {"parts/till/checks/test_a.py": "high", "parts/till/test_b.py": "medium"}


ISOLATED = """\
import os, pytest
from helpers import isolated_environ
@pytest.fixture(autouse={autouse})
def environ():
    with isolated_environ():
        yield
"""
CLEANED = """\
import os, pytest
@pytest.fixture(autouse=True)
def clean_env(monkeypatch):
    for key in list(os.environ):
        if key.startswith("REG"):
            monkeypatch.delenv(key)
"""


@pytest.mark.parametrize(
    ("conftest", "level"),
    [
        ("from helpers import preserve_environ\n", "medium"),
        ("from helpers import preserve_environ\nenviron = preserve_environ()\n", "high"),
        (ISOLATED.format(autouse="True"), "medium"),
        (ISOLATED.format(autouse="False"), "high"),
        (CLEANED, "medium"),
        (CLEANED.replace("clean_env", "other"), "high"),
    ],
)
def test_a_conftest_that_may_put_the_environment_back(project: ScanProject, conftest: str, level: str) -> None:
    """With a fixture, or a function, from elsewhere that is called so, for the tests that have it."""
    project.write("tests/conftest.py", conftest)
    project.write("tests/test_region.py", "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    (found,) = project.json().json["findings"]
    assert found["level"] == level


def test_what_pytest_collects_beside_the_project(project: ScanProject) -> None:
    """A module outside of the project has settings of its own."""
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    project.write("../beside/test_region.py", "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    (found,) = project.json("../beside/test_region.py").json["findings"]
    assert found["level"] == "high"


@pytest.mark.parametrize(("called", "confidence"), [("await send()", "high"), ("create_task(send())", "low")])
def test_how_sure_it_is_that_a_plain_mock_is_awaited(project: ScanProject, called: str, confidence: str) -> None:
    """As sure as a call of the program shows that somebody awaits it."""
    project.write("src/shop/mail.py", f"async def send():\n    pass\n\nasync def order():\n    {called}\n")
    project.write(
        "tests/test_mail.py",
        "from unittest.mock import MagicMock, patch\n\n"
        "def test_it():\n    with patch('shop.mail.send', new=MagicMock()):\n        pass\n",
    )
    (found,) = project.json().json["findings"]
    assert (found["rule"], found["confidence"]) == ("MK204", confidence)
