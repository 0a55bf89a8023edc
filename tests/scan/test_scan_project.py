"""What is scanned, what is held back, and what is kept between scans."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from scan_project import OPEN_DOOR, REGION, ScanProject

from bugcapture.core.errors import ConfigurationError
from bugcapture.scan import assert_clean, workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_finding_leads_to_the_code_that_is_deceived(open_door: ScanProject) -> None:
    """From where the mock was made, through the call, to the guard."""
    (found,) = open_door.json().json["findings"]
    assert (found["rule"], found["level"], found["path"]) == ("MK101", "critical", "tests/test_users.py")
    assert (found["line"], found["column"], found["symbol"]) == (6, 15, "test_delete")
    assert [(step["path"], step["line"]) for step in found["trace"]] == [
        ("tests/test_users.py", 7),
        ("src/shop/users.py", 2),
    ]


def test_nothing_of_the_project_is_executed(project: ScanProject) -> None:
    """Neither tests nor the program nor conftest files."""
    bomb = "import pathlib\npathlib.Path('ran').touch()\nraise SystemExit(9)\n"
    for name in ("tests/test_bomb.py", "tests/conftest.py", "src/shop/bomb.py"):
        project.write(name, f"{bomb}from unittest.mock import AsyncMock\nasync def test(): await AsyncMock()()\n")
    project.scan()
    assert not (project.root / "ran").exists()


def test_a_fixture_carries_its_mock_into_tests(project: ScanProject) -> None:
    """Also from the conftest file of a folder above; what a test tells the mock counts in that test alone."""
    project.write(
        "tests/conftest.py",
        "import pytest\nfrom unittest.mock import AsyncMock\n\n\n"
        "@pytest.fixture\ndef openfga():\n    return AsyncMock()\n",
    )
    project.write(
        "tests/api/test_users.py",
        "from shop.users import delete_user\n\n\n"
        "async def test_told(openfga):\n    openfga.check_permission.return_value = True\n"
        "    await delete_user('alice', openfga=openfga)\n\n\n"
        "async def test_not_told(openfga):\n    await delete_user('alice', openfga=openfga)\n",
    )
    (found,) = project.json("--select", "MK101").json["findings"]
    assert (found["path"], found["line"], found["column"]) == ("tests/api/test_users.py", 9, 25)
    assert found["symbol"] == "test_not_told"
    assert [(step["path"], step["line"]) for step in found["trace"]] == [
        ("tests/conftest.py", 7),
        ("tests/api/test_users.py", 10),
        ("src/shop/users.py", 2),
    ]
    assert "async def test_not_told(openfga):\n" in project.scan("--select", "MK101").out


def test_a_mock_of_a_fixture_is_one_finding_in_a_file(project: ScanProject) -> None:
    """However many tests ask for it; a comment where one does holds it back."""
    project.write(
        "tests/conftest.py",
        "import pytest\nfrom unittest.mock import AsyncMock\n\n\n"
        "@pytest.fixture\ndef openfga():\n    return AsyncMock()\n",
    )
    head = "from shop.users import delete_user\n\n\n"
    test = "async def test_{}(openfga):{}\n    await delete_user('alice', openfga=openfga)\n\n\n"
    why = "  # bugcapture: ignore[MK101] the door is open on purpose"
    project.write("tests/test_one.py", head + "".join(test.format(name, "") for name in "abc"))
    project.write("tests/test_two.py", head + test.format("a", why))
    found = project.json("--select", "MK101").json
    assert [(one["path"], one["line"]) for one in found["findings"]] == [("tests/test_one.py", 4)]
    assert found["suppressed"] == 1


def test_fixtures_of_a_conftest_put_the_environment_back(project: ScanProject) -> None:
    """For every test those that are automatic, else for who asks for them, be it by a mark on the class."""
    project.write(
        "tests/conftest.py",
        "import os\nimport pytest\n\n\n"
        "@pytest.fixture(autouse=True)\ndef no_region():\n    os.environ.pop('REGION', None)\n\n\n"
        "@pytest.fixture(scope='session', autouse=True)\ndef no_proxy():\n    os.environ.pop('PROXY', None)\n\n\n"
        "@pytest.fixture\ndef set_env():\n    before = dict(os.environ)\n    yield os.environ.__setitem__\n"
        "    os.environ.clear()\n    os.environ.update(before)\n\n\n"
        "@pytest.fixture\ndef keys(mocker):\n    mocker.patch.dict(os.environ, {'KEY': '1'})\n\n\n"
        "@pytest.fixture\ndef shop(keys):\n    return Shop()\n\n\n"
        "@pytest.fixture(scope='module')\ndef bag():\n    with pytest.MonkeyPatch.context() as patch:\n"
        "        patch.setenv('BAG', '1')\n        yield\n    os.environ.pop('BAG')\n",
    )
    project.write(
        "tests/api/test_region.py",
        "import os\nimport pytest\n\n\n"
        "def test_automatic():\n    os.environ['REGION'] = 'eu'\n    os.environ['PROXY'] = 'none'\n\n\n"
        "def test_asked(set_env):\n    os.environ['ZONE'] = '1'\n\n\n"
        "def test_not_asked():\n    os.environ['ZONE'] = '1'\n\n\n"
        "@pytest.mark.usefixtures('shop')\nclass TestKeys:\n"
        "    def test_key(self):\n        del os.environ['KEY']\n        assert not key()\n\n\n"
        "def test_bag(bag):\n    os.environ['BAG'] = '2'\n",
    )
    found = project.json("--select", "ENV401", "tests/api").json["findings"]
    assert [(one["line"], one["subject"]) for one in found] == [(7, "PROXY"), (15, "ZONE"), (26, "BAG")]


def test_a_function_of_a_conftest_puts_the_environment_back(project: ScanProject) -> None:
    """Where a fixture of it calls that function behind its yield."""
    project.write(
        "tests/conftest.py",
        "import os\nimport pytest\n\n\ndef forget():\n    os.environ.pop('REGION', None)\n\n\n"
        "@pytest.fixture(name='clean')\ndef fixture_clean():\n    yield\n    forget()\n",
    )
    project.write(
        "tests/test_region.py",
        "import os\n\n\ndef test_clean(clean):\n    os.environ['REGION'] = 'eu'\n\n\n"
        "def test_left():\n    os.environ['REGION'] = 'eu'\n",
    )
    found = project.json("--select", "ENV401").json["findings"]
    assert [(one["path"], one["line"]) for one in found] == [("tests/test_region.py", 9)]


def test_what_each_test_has_set_for_it(project: ScanProject) -> None:
    """Is less bad than what only some have: they find the same in whatever order they run."""
    sets = "import os\nimport pytest\n\n\n@pytest.fixture({})\ndef env():\n    os.environ['KEY'] = '1'\n"
    project.write("tests/conftest.py", sets.format("autouse=True"))
    project.write("tests/api/conftest.py", sets.format("autouse=False"))
    project.write("tests/api/test_it.py", "def test_it(env):\n    pass\n")
    found = project.json("--select", "ENV401").json["findings"]
    assert sorted((one["path"], one["level"]) for one in found) == [
        ("tests/api/conftest.py", "medium"),
        ("tests/conftest.py", "low"),
    ]


def test_what_is_set_for_a_test_may_be_removed_by_it(project: ScanProject) -> None:
    """Whoever sets it is told; not so where one for all tests sets it, or one that this test does not have."""
    project.write(
        "tests/test_region.py",
        "import os\nimport pytest\n\n\n"
        "@pytest.fixture(autouse=True)\ndef region():\n    os.environ['REGION'] = 'eu'\n\n\n"
        "@pytest.fixture\ndef zone():\n    os.environ['ZONE'] = '1'\n\n\n"
        "@pytest.fixture(scope='module', autouse=True)\ndef tax():\n    os.environ['TAX'] = '7'\n\n\n"
        "def test_region():\n    del os.environ['REGION']\n    assert region() is None\n\n\n"
        "def test_zone(zone):\n    del os.environ['ZONE']\n    assert zone() is None\n\n\n"
        "def test_no_zone():\n    del os.environ['ZONE']\n    assert zone() is None\n\n\n"
        "def test_tax():\n    del os.environ['TAX']\n    assert tax() == 0\n",
    )
    found = project.json("--select", "ENV401").json["findings"]
    assert [(one["line"], one["subject"]) for one in found] == [
        (7, "REGION"), (12, "ZONE"), (17, "TAX"), (31, "ZONE"), (36, "TAX"),
    ]  # fmt: skip


def test_files_that_cannot_be_parsed_are_told_and_the_rest_goes_on(open_door: ScanProject) -> None:
    """Whatever is in them."""
    open_door.write("tests/test_broken.py", "from unittest.mock import Mock\ndef test(:\n")
    open_door.write("tests/test_null.py", b"import os\nos.environ['a'] = '\0'\n")
    open_door.write("tests/test_codec.py", b"# coding: nonsense\nfrom unittest.mock import Mock\n")
    open_door.write("tests/test_deep.py", "from unittest.mock import Mock\nx = " + "(" * 5000 + ")" * 5000 + "\n")
    done = open_door.json()
    assert done.code == 1
    assert done.rules == ["MK101"]
    problems = done.json["problems"]
    assert [(one["path"], one["rule"]) for one in problems] == [
        (f"tests/test_{name}.py", "P1") for name in ("broken", "codec", "deep", "null")
    ]
    assert problems[0]["line"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_encodings(project: ScanProject, encoding: str) -> None:
    """As Python reads them; what Python does not read is told."""
    cookie = "# coding: latin-1\n" if encoding == "latin-1" else ""
    project.write("tests/test_region.py", f"{cookie}# naïve\r\n{REGION}".encode(encoding))
    done = project.json()
    assert done.code == 1
    assert done.rules == ([] if encoding == "utf-16" else ["ENV401"])


def test_comments_hold_findings_back(open_door: ScanProject) -> None:
    """On a line of the finding or alone above it, with the rule and the reason."""
    line = "    openfga = AsyncMock()"
    for held in (
        f"{line}  # bugcapture: ignore[MK101] the guard is tested in test_guard",
        f"    # bugcapture: ignore[MK102, MK101]: the guard is tested in test_guard\n{line}",
        f"{line}  #bugcapture:ignore[MK101] the guard is tested in test_guard",
        f"{line}  # bugcapture:  ignore[MK101] the guard is tested in test_guard",
    ):
        open_door.write("tests/test_users.py", OPEN_DOOR.replace(line, held))
        done = open_door.json()
        assert done.rules == []
        assert done.json["suppressed"] == 1


@pytest.mark.parametrize(
    "comment", ["ignore", "ignore[MK101]", "ignore[] because", "ignore[mk101] because", "ignore[MK101, a] because"]
)
def test_a_comment_without_rule_or_reason_holds_nothing_back(open_door: ScanProject, comment: str) -> None:
    """And is an error itself."""
    line = "    openfga = AsyncMock()"
    open_door.write("tests/test_users.py", OPEN_DOOR.replace(line, f"{line}  # bugcapture: {comment}"))
    done = open_door.json()
    assert (done.code, done.rules) == (1, ["MK101"])
    (problem,) = done.json["problems"]
    assert (problem["rule"], problem["line"], problem["severity"]) == ("SUP1", 6, "error")


def test_a_comment_that_holds_nothing_back_is_told(project: ScanProject) -> None:
    """As a warning, and only about rules that were asked; a text that looks like one is none."""
    project.write(
        "tests/test_a.py",
        'import os\nX = "# bugcapture: ignore[MK101] a text"\nY = 1  # bugcapture: ignore[ENV401] it was there\n',
    )
    done = project.json()
    assert done.code == 0
    assert [(one["rule"], one["line"]) for one in done.json["problems"]] == [("SUP2", 3)]
    assert project.json("--select", "MK101").json["problems"] == []


def test_settings_choose_files_and_rules(open_door: ScanProject) -> None:
    """``select``, ``ignore``, the same for paths, ``exclude``, ``tests`` and ``level``."""
    open_door.write("tests/test_region.py", REGION)
    open_door.write("checks/region.py", REGION)
    open_door.write("elsewhere/shop.py", "")
    table = "[tool.bugcapture.scan]\n"
    for text, rules in {
        "": ["ENV401", "MK101"],
        'select = ["ENV"]': ["ENV401"],
        'ignore = ["ENV401"]': ["MK101"],
        'per_path_ignores = { "tests/test_r*" = ["ENV"] }': ["MK101"],
        'per_path_select = { "tests/test_r*" = ["MK"] }': ["MK101"],
        'select = ["MK"]\nper_path_select = { "tests/test_r*" = ["ENV"] }': ["ENV401", "MK101"],
        'per_path_select = { "tests" = ["MK", "ENV4"] }\nper_path_ignores = { "tests" = ["MK"] }': ["ENV401"],
        'ignore = ["ENV"]\nper_path_select = { "tests/test_r*" = ["ENV"] }': ["MK101"],
        'exclude = ["tests/test_users.py"]': ["ENV401"],
        'tests = ["checks"]': ["ENV401"],
        'source = ["elsewhere"]': ["ENV401"],
        'level = "critical"': ["MK101"],
    }.items():
        open_door.write("pyproject.toml", table + text)
        done = open_door.scan("--format", "json")
        assert done.rules == rules, text


def test_a_setting_that_is_none(project: ScanProject) -> None:
    """With its place."""
    project.write("pyproject.toml", '[tool.bugcapture.scan]\nlevel = "all"\n')
    done = project.scan()
    assert done.code == 2
    assert "pyproject.toml:2: [tool.bugcapture] Invalid enum value 'all'" in done.err
    project.write("pyproject.toml", "[tool.bugcapture.scan]\nlevels = 1\n")
    assert project.scan().code == 2


def test_paths_are_scanned_whatever_they_are_called(project: ScanProject) -> None:
    """A file that is named, and the tests in a folder that is; the program is known all the same."""
    project.write("checks/users.py", OPEN_DOOR)
    assert project.json().json["files"] == 0
    assert project.json("checks/users.py").rules == ["MK101"]
    assert "checks: holds no test file" in project.scan("checks").err
    assert project.scan("nowhere").code == 2
    project.write("notes.txt", "")
    done = project.scan("notes.txt")
    assert (done.code, "notes.txt: is no Python file" in done.err) == (2, True)


def test_paths_are_those_of_the_working_directory(open_door: ScanProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they can be opened from there; a baseline has them below the project."""
    open_door.write("baseline.json", "")
    monkeypatch.chdir(open_door.root / "tests")
    (found,) = open_door.json().json["findings"]
    assert found["path"] == "test_users.py"
    assert found["trace"][1]["path"] == str(open_door.root / "src/shop/users.py")
    assert f"the guard at {open_door.root / 'src/shop/users.py'}:2 is the same" in found["message"]
    assert open_door.scan("--write-baseline", "../baseline.json").code == 0
    known = json.loads((open_door.root / "baseline.json").read_bytes())["known"]
    assert [one["path"] for one in known] == ["tests/test_users.py"]
    assert open_door.json("--baseline", "../baseline.json").json["known"] == 1


def test_a_baseline_knows_what_was_there(open_door: ScanProject) -> None:
    """Wherever it moves in its file; one more of its kind is new; what is gone is told."""
    assert open_door.scan("--write-baseline", "known.json").code == 0
    open_door.write("tests/test_users.py", f"# moved\n\n{OPEN_DOOR}")
    done = open_door.json("--baseline", "known.json")
    assert (done.code, done.rules, done.json["known"]) == (0, [], 1)
    twice = OPEN_DOOR + OPEN_DOOR.partition("\n\n\n")[2].join(["\n\n", ""])
    open_door.write("tests/test_users.py", twice)
    assert open_door.json("--baseline", "known.json").rules == ["MK101"]
    open_door.write("pyproject.toml", '[tool.bugcapture.scan]\nbaseline = "known.json"\n')
    assert open_door.json().rules == ["MK101"]
    open_door.write("tests/test_users.py", "")
    assert "1 of the baseline gone" in open_door.scan().err


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"schema": "x"}', b'{"schema": {}}', b"[" * 99])
def test_a_baseline_that_is_none(open_door: ScanProject, content: bytes) -> None:
    """What to run instead."""
    open_door.write("known.json", content)
    done = open_door.scan("--baseline", "known.json")
    assert done.code == 2
    assert "known.json: is no baseline" in done.err
    assert "--write-baseline" in done.err


def test_a_second_scan_reads_only_what_has_changed(
    open_door: ScanProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By content: of the file, the conftest files around it, the program, the settings and the rules."""
    from bugcapture.scan import scan_file

    read: list[str] = []
    usual = scan_file.scan_file

    def look(path: str, *arguments: object) -> object:
        read.append(path)
        return usual(path, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scan_file, "scan_file", look)
    open_door.write("tests/test_region.py", REGION)
    both = ["tests/test_region.py", "tests/test_users.py"]

    def scanned(*arguments: str) -> list[str]:
        read.clear()
        done = open_door.json(*arguments)
        assert done.rules in (["ENV401", "MK101"], ["MK101"])
        return sorted(read)

    assert scanned() == both
    assert scanned() == []
    os.utime(open_door.root / "tests/test_region.py", (1, 1))
    assert scanned() == []
    assert scanned("--no-cache") == both
    open_door.write("tests/test_region.py", f"{REGION}\n")
    assert scanned() == both[:1]
    assert scanned("tests/test_users.py") == []
    open_door.write("tests/conftest.py", "import os  # environ\n")
    assert scanned() == ["tests/conftest.py", *both]
    open_door.write("src/shop/more.py", "async def more(): ...\n")
    assert scanned() == ["tests/conftest.py", *both]
    assert scanned("--select", "ENV401,MK101") == ["tests/conftest.py", *both]


def test_a_broken_cache_is_none(open_door: ScanProject, cache_home: Path) -> None:
    """Neither is one that cannot be written."""
    assert open_door.json().rules == ["MK101"]
    (file,) = cache_home.rglob("*.msgpack")
    for content in (b"", b"\x00\x01", b"\x92\x80\x81\xa1a\x93\x01\x02\x03"):
        file.write_bytes(content)
        assert open_door.json().rules == ["MK101"]
    file.unlink()
    file.parent.rmdir()
    file.parent.write_text("in the way")
    assert open_door.json().rules == ["MK101"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_name_that_is_no_text(open_door: ScanProject) -> None:
    """Is escaped, and kept with all the others."""
    name = os.fsdecode(b"tests/test_\xff.py")
    (open_door.root / "tests/test_users.py").rename(open_door.root / name)
    open_door.write(os.fsdecode(b"src/shop/\xff.py"), "async def more(): ...\n")
    for _ in range(2):
        (found,) = open_door.json().json["findings"]
        assert (found["path"], found["rule"]) == ("tests/test_\\udcff.py", "MK101")
    assert "openfga = AsyncMock()" in open_door.scan().out


def test_texts_that_are_none(project: ScanProject) -> None:
    """Half a character in a name that a test gives to something: it is escaped, and kept like others."""
    test = OPEN_DOOR.replace("AsyncMock()", 'AsyncMock()\n    openfga = getattr(openfga, "half \\ud800")')
    project.write("tests/test_users.py", test.replace("return_value", ""))
    project.write("tests/test_region.py", REGION.replace("REGION", "HALF\\ud800"))
    for _ in range(2):
        done = project.json()
        assert "ENV401" in done.rules
        assert "HALF\\ud800" in {one["subject"] for one in done.json["findings"]}
        assert all(one["message"].isprintable() for one in done.json["findings"])


def test_a_comment_in_what_is_no_python(open_door: ScanProject) -> None:
    """Is no comment; the file is named like others that cannot be read."""
    open_door.write("tests/test_other.py", "# bugcapture: ignore[MK101] why\nx = (\n")
    done = open_door.json()
    assert [problem["rule"] for problem in done.json["problems"]] == ["P1"]
    assert done.rules == ["MK101"]


@pytest.mark.parametrize("forks", [True, False])
def test_large_files_are_read_by_several_processes(
    open_door: ScanProject, monkeypatch: pytest.MonkeyPatch, forks: bool
) -> None:
    """With the same result in the same order, whether a process is a copy of this one or starts anew."""
    padding = "# much is written here\n" * 2000
    open_door.write("src/shop/more.py", f"{padding}async def more(): ...\n")
    for number in range(40):
        open_door.write(f"tests/test_{number:02}.py", (REGION if number % 3 else OPEN_DOOR) + padding)
    one = open_door.json("--no-cache", "--jobs", "1")
    started: list[int] = []
    shared = workers._shared

    def look(*arguments: Any, **options: Any) -> Iterator[tuple[Any, Any]]:
        started.append(arguments[3])
        return shared(*arguments, **options)

    monkeypatch.setattr(workers, "_shared", look)
    monkeypatch.setattr(workers, "_FORKS", forks)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    several = open_door.json("--no-cache", "--jobs", "3")
    assert started == [3]
    assert one.out == several.out
    assert len(one.rules) == 41
    if forks:  # Not beside threads, which may hold what the copy waits for.
        monkeypatch.setattr(threading, "active_count", lambda: 2)
        assert open_door.json("--no-cache", "--jobs", "3").out == one.out
        assert len(started) == 1


def test_as_a_test_of_a_suite(open_door: ScanProject) -> None:
    """One line; it names what it found."""
    with pytest.raises(AssertionError, match=r"tests/test_users\.py:6: MK101 "):
        assert_clean(root=".")
    assert_clean(root=open_door.root / "tests", ignore=("MK101",))
    assert_clean("tests/test_users.py", root=".", select=("ENV",))
    with pytest.raises(AssertionError, match=r"tests/test_users\.py:6: MK101 "), contextlib.ExitStack() as stack:
        stack.callback(assert_clean)  # What calls it is no file of a project.
    with pytest.raises(ConfigurationError, match="there is no rule"):
        assert_clean(root=".", select=("ZZ",))
    open_door.write("tests/test_users.py", "import os\ndef test_environ(:\n")
    with pytest.raises(AssertionError, match=r"tests/test_users\.py:2: P1 cannot be parsed"):
        assert_clean(root=".")


@pytest.mark.tdd_bug(996)
@pytest.mark.parametrize("word", ["", "# no Mock, but what is real\n"])
def test_a_fixture_hides_one_of_a_folder_above(project: ScanProject, word: str) -> None:
    """#996: tests have what the nearest conftest file gives, also where that is no mock."""
    project.write(
        "tests/conftest.py",
        "import pytest\nfrom unittest.mock import MagicMock\n\n\n@pytest.fixture\ndef door():\n"
        "    return MagicMock()\n",
    )
    project.write(
        "tests/api/conftest.py", f"{word}import pytest\n\n\n@pytest.fixture\ndef door():\n    return Door()\n"
    )
    project.write("tests/api/test_door.py", "async def test_door(door):\n    await door.open()\n")
    project.write("tests/test_door.py", "async def test_door(door):\n    await door.open()\n")
    assert [one["path"] for one in project.json("--select", "MK201").json["findings"]] == ["tests/test_door.py"]


@pytest.mark.tdd_bug(998)
@pytest.mark.parametrize(
    "hiding",
    [
        "@pytest.fixture\ndef door():\n    return Door()\n\n\n",
        "@pytest.mark.parametrize('door', [Door(1), Door(2)])\n",
        "@pytest.mark.parametrize(('door', 'key'), [(Door(1), 2)])\n",
    ],
)
def test_a_module_hides_a_fixture_of_a_conftest_file(project: ScanProject, hiding: str) -> None:
    """#998: with a fixture of its own, or with what its tests are parametrized with, that is no mock."""
    project.write(
        "tests/conftest.py",
        "import pytest\nfrom unittest.mock import MagicMock\n\n\n@pytest.fixture\ndef door():\n"
        "    return MagicMock()\n",
    )
    test = "async def test_door(door):\n    await door.open()\n"
    project.write("tests/test_real.py", f"import pytest\n\n\n{hiding}{test}")
    wrapped = "import pytest\n\n\n@pytest.fixture\ndef door(door):\n    door.name = 'a'\n    return door\n\n\n"
    project.write("tests/test_wrapped.py", wrapped + test)
    found = [one["path"] for one in project.json("--select", "MK201").json["findings"]]
    assert found == ["tests/test_wrapped.py"]


@pytest.mark.tdd_bug(1001)
def test_a_suite_is_scanned_from_wherever_it_is_run(
    open_door: ScanProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """#1001: the project is that of the test which asks, and not the working directory."""
    (tmp_path / "empty").mkdir()
    meta = open_door.write(
        "tests/test_meta.py", "from bugcapture.scan import assert_clean\n\ndef test_clean():\n    assert_clean()\n"
    )
    monkeypatch.chdir(tmp_path / "empty")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(meta)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert "test_users.py:6: MK101" in done.stdout
