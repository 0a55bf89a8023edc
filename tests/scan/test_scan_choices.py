"""What is scanned, what is held back and what a baseline knows, where these could be green for no reason."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from scan_project import DOOR, REGION

if TYPE_CHECKING:
    from pathlib import Path

    from scan_project import ScanProject

EU = "import os, pytest\n@pytest.fixture\ndef abroad():\n    os.environ['REGION'] = 'eu'\n"


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
    lines = "".join(f"    m.n{n}.__exit__ = n{n} = MagicMock()\n" for n in range(2))
    project.write("tests/test_exit.py", f"from unittest.mock import MagicMock\ndef test(m):\n{lines}")
    assert "2 fixes in 1 file" in project.scan("--fix", "--diff").err


@pytest.mark.parametrize(
    ("paths", "levels"),
    [
        (
            '"tests"',
            {"tools/test_try.py": "low", "tests/test_region.py": "medium", "tests/conftest.py": "medium"},
        ),
        ('"tests"', {"tests/env.py": "low", "tests/checks.py": "medium"}),
        ('"./tests/", "to*"', {"tools/test_try.py": "medium"}),
        ('"tests", "tools/*/more"', {"tools/test_try.py": "low"}),
        ('"tools/test_try.py"', {"tools/test_try.py": "medium", "tests/test_region.py": "low"}),
        ('"."', {"tools/test_try.py": "medium"}),
        ('"../elsewhere"', {"tools/test_try.py": "medium"}),
        ('"**/more"', {"tools/test_try.py": "medium"}),
    ],
)
def test_what_pytest_does_not_collect_is_less_bad(
    project: ScanProject, paths: str, levels: dict[str, str]
) -> None:
    """A module outside of `testpaths`, and the helpers in one that is not called like one of tests."""
    project.write("pyproject.toml", f"[tool.pytest.ini_options]\ntestpaths = [{paths}]\n")
    for name in ("tools/test_try.py", "tests/test_region.py", "tests/checks.py"):
        project.write(name, "import os\ndef test_it(abroad):\n    os.environ['REGION'] = 'eu'\n")
    for name in ("tests/env.py", "tests/conftest.py"):
        project.write(name, EU)
    found = project.json("tests", "tools", "--level", "low").json["findings"]
    by_file = {one["path"]: one["level"] for one in found}
    assert {name: by_file.get(name) for name in levels} == levels


def test_a_mock_that_pytest_does_not_collect_is_medium(project: ScanProject) -> None:
    """What it hides is worse than what is left to other tests."""
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    for name in ("tools/test_door.py", "tests/test_door.py"):
        project.write(name, DOOR)
    levels = {one["path"]: one["level"] for one in project.json("tests", "tools").json["findings"]}
    assert levels == {"tools/test_door.py": "medium", "tests/test_door.py": "high"}


def test_each_project_of_a_repository_says_what_pytest_collects(project: ScanProject) -> None:
    """The settings next to the module count, not those above."""
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    project.write("parts/till/pytest.ini", "[pytest]\ntestpaths = checks\n")
    for name in ("parts/till/checks/test_a.py", "parts/till/test_b.py"):
        project.write(name, "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    levels = {one["path"]: one["level"] for one in project.json("--level", "low").json["findings"]}
    assert levels == {"parts/till/checks/test_a.py": "medium", "parts/till/test_b.py": "low"}


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
        ("from helpers import preserve_environ\n", "low"),
        ("from helpers import preserve_environ\nenviron = preserve_environ()\n", "medium"),
        (ISOLATED.format(autouse="True"), "low"),
        (ISOLATED.format(autouse="False"), "medium"),
        (CLEANED, "low"),
        (CLEANED.replace("clean_env", "other"), "medium"),
    ],
)
def test_a_conftest_that_may_put_the_environment_back(project: ScanProject, conftest: str, level: str) -> None:
    """With a fixture, or a function, from elsewhere that is called so, for the tests that have it."""
    project.write("tests/conftest.py", conftest)
    project.write("tests/test_region.py", "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    (found,) = project.json("--level", "low").json["findings"]
    assert found["level"] == level


PUT_BACK = """\
import pytest
from unittest.mock import patch
@pytest.fixture(autouse=True)
def environment():
    with patch.dict("os.environ"):
        yield
"""


@pytest.mark.parametrize(
    ("conftest", "count"),
    [
        ('pytest_plugins = ["tests.plugins.environment"]\n', 0),
        ('pytest_plugins: list[str] = [\n    "plugins.other",\n    "plugins.environment",\n]\n', 0),
        ("from .plugins.environment import *\n", 0),
        ("from plugins.environment import environment\n", 0),
        ("from ..plugins.environment import environment\n", 1),
        ("from plugins import environment\n", 1),
        ('# pytest_plugins = ["tests.plugins.environment"]\n', 1),
    ],
)
def test_fixtures_that_a_conftest_takes_from_modules(project: ScanProject, conftest: str, count: int) -> None:
    """They put the environment back like its own."""
    project.write("tests/conftest.py", conftest)
    project.write("tests/plugins/environment.py", PUT_BACK)
    project.write("tests/plugins/other.py", PUT_BACK.replace("autouse=True", ""))
    project.write("tests/test_region.py", REGION)
    assert len(project.json().json["findings"]) == count


def test_a_module_that_fixtures_are_taken_from_changes(project: ScanProject, cache_home: Path) -> None:
    """What was kept of the tests below the conftest file is not used any more."""
    project.write("tests/conftest.py", 'pytest_plugins = "tests.plugin"\n')
    project.write("tests/plugin.py", PUT_BACK)
    project.write("tests/test_region.py", REGION)
    assert project.json().rules == []
    project.write("tests/plugin.py", PUT_BACK.replace("autouse=True", ""))
    assert project.json().rules == ["ENV401"]
    assert list(cache_home.rglob("*.msgpack"))


@pytest.mark.parametrize(
    "conftest",
    [
        "import os\ndef pytest_runtest_teardown():\n    os.environ.clear()\n",
        "import os\ndef pytest_runtest_setup(item):\n    reset()\ndef reset():\n    os.environ['REGION'] = ''\n",
    ],
)
def test_a_hook_around_each_test_that_changes_the_environment(project: ScanProject, conftest: str) -> None:
    """It may put everything back, or have another function do so."""
    project.write("tests/conftest.py", conftest)
    project.write("tests/test_region.py", REGION)
    found = project.json("--select", "ENV401", "--level", "low").json["findings"]
    assert {one["path"]: one["level"] for one in found}["tests/test_region.py"] == "low"


@pytest.mark.parametrize(
    ("file", "asking", "level"),
    [
        ("tests/conftest.py", "", "low"),
        ("tests/conftest.py", "def test_it(abroad): ...\n", "medium"),
        ("tests/conftest.py", "def test_it(abroad_too): ...\n", "low"),
        ("tests/inner/conftest.py", "def test_it(abroad): ...\n", "low"),
        ("tests/test_other.py", "", "low"),
        ("tests/test_other.py", "def test_it(abroad): ...\n", "low"),
        ("tests/test_other.py", "from test_other import abroad\n", "medium"),
        ("tests/inner/test_other.py", "from inner.test_other import abroad\n", "medium"),
    ],
)
def test_a_fixture_that_no_test_asks_for(project: ScanProject, file: str, asking: str, level: str) -> None:
    """Is never called; those that may ask for that of a conftest file lie below it."""
    project.write(file, EU)
    project.write("tests/test_it.py", asking)
    (found,) = project.json("--level", "low").json["findings"]
    assert found["level"] == level


@pytest.mark.parametrize(
    ("asking", "level"),
    [
        ("@pytest.fixture\ndef trip(abroad): ...\n", "low"),
        ("@pytest.fixture\ndef trip(abroad): ...\ndef test_it(trip): ...\n", "medium"),
        ("@pytest.fixture(autouse=True)\ndef trip(abroad): ...\n", "medium"),
        ("@pytest.mark.usefixtures('abroad')\ndef test_it(): ...\n", "medium"),
        ("pytestmark = pytest.mark.usefixtures('abroad')\n", "medium"),
    ],
)
def test_a_fixture_that_its_own_module_asks_for(project: ScanProject, asking: str, level: str) -> None:
    """By a test, or by another fixture that runs."""
    project.write("tests/test_it.py", EU + asking)
    (found,) = project.json("--level", "low").json["findings"]
    assert found["level"] == level


@pytest.mark.parametrize(
    ("file", "text", "level"),
    [
        ("Makefile", "test:\n\tpytest --forked tests\n", "low"),
        (".github/workflows/ci.yml", "run: pytest -n 4 --boxed\n", "low"),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "--forked"\n', "low"),
        ("Makefile", "sync:\n\tgit log --forked-from main\n", "medium"),
        ("README.md", "pytest --forked\n", "medium"),
    ],
)
def test_each_test_in_a_process_of_its_own(project: ScanProject, file: str, text: str, level: str) -> None:
    """Where the project says so, nothing that a test leaves reaches another one; the mocks stay as they are."""
    project.write(file, text)
    project.write("tests/test_region.py", REGION)
    project.write("tests/test_door.py", DOOR)
    levels = {one["rule"]: one["level"] for one in project.json("--level", "low").json["findings"]}
    assert levels == {"ENV401": level, "MK104": "high"}


def test_what_pytest_collects_beside_the_project(project: ScanProject) -> None:
    """A module outside of the project has settings of its own."""
    project.write("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    project.write("../beside/test_region.py", "import os\ndef test_it():\n    os.environ['REGION'] = 'eu'\n")
    (found,) = project.json("../beside/test_region.py").json["findings"]
    assert found["level"] == "medium"


@pytest.mark.parametrize(("asking", "level"), [("abroad", "medium"), ("", "low")])
def test_a_fixture_beside_the_project(project: ScanProject, asking: str, level: str) -> None:
    """Those that may ask for it lie beside it."""
    project.write("../beside/conftest.py", EU)
    project.write("../beside/inner/test_it.py", f"def test_it({asking}): ...\n")
    (found,) = project.json("../beside/conftest.py", "--level", "low").json["findings"]
    assert found["level"] == level


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
