"""``behave -D bugcapture_mock_truth`` names the uses of answers that nobody chose, and changes nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from behave_project import BehaveProject, Run, captured, closing

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
    async def delete_user(user, openfga):
        if not await openfga.check_permission(user=user):
            raise PermissionError(user)
        return "deleted"


    def is_ready(client):
        return bool(client.ping())
"""
STEPS = """
    import asyncio
    import shutil
    from unittest.mock import AsyncMock, MagicMock

    from behave import step

    from shop.users import delete_user, is_ready

    client = MagicMock()


    @step("a user is deleted")
    def delete(context):
        openfga = AsyncMock()
        asyncio.run(delete_user("alice", openfga=openfga))

    @step("the shop is ready")
    def check(context):
        assert is_ready(client)

    @step("the shop of the feature is ready")
    def check_own(context):
        assert is_ready(context.client)

    @step("the shop says that it is ready")
    def check_answer(context):
        assert is_ready(MagicMock(**{"ping.return_value": True}))

    @step("the folder {name} is lost")
    def lose(context, name):
        shutil.rmtree(name)
"""
HOOKS = """
    from unittest.mock import MagicMock

    def before_feature(context, feature):
        context.client = MagicMock()

    def after_feature(context, feature):
        from shop.users import is_ready
        is_ready(context.client)
"""
FEATURE = """
    Feature: {0}
      Scenario: deletes
        When a user is deleted
      Scenario: asks
        Then the shop is ready
      Scenario: is told
        Then the shop says that it is ready
      Scenario Outline: row
        Then the shop of the feature is ready

        Examples:
          | n |
          | 1 |
          | 2 |
      Scenario: fails
        Then it asserts "no"
"""
GUARD, PING = "src/shop/users.py:2", "src/shop/users.py:8"
FILE = ("-D", "bugcapture_mock_truth=run.json")
SEEN = {
    ("features/{0}.feature:2", "mock.check_permission()", GUARD, "features/steps/mocks.py:14"),
    ("features/{0}.feature:4", "mock.ping()", PING, "features/steps/mocks.py:9"),
    ("features/{0}.feature:13", "mock.ping()", PING, "features/environment.py:10"),
    ("features/{0}.feature:14", "mock.ping()", PING, "features/environment.py:10"),
    ("", "mock.ping()", PING, "features/environment.py:10"),
}


def write_shop(project: BehaveProject) -> BehaveProject:
    """A program with guards, and scenarios that let mocks answer them."""
    project.write("pyproject.toml", "[tool.bugcapture]\n")
    project.write("src/shop/__init__.py", "")
    project.write("src/shop/users.py", PROGRAM)
    project.write("features/steps/mocks.py", STEPS)
    project.hooks(HOOKS)
    for name in ("a", "b"):
        project.feature(FEATURE.format(name), name)
    return project


@pytest.fixture
def shop(project: BehaveProject) -> BehaveProject:
    """That, in a folder of its own."""
    return write_shop(project)


def run_shop(project: BehaveProject, *args: str, **options: Any) -> Run:
    """One run of it."""
    return project.run(*args, env={"PYTHONPATH": "src"}, **options)


def observed(project: BehaveProject, name: str = "run.json") -> dict[tuple[str, str, str, str], int]:
    """What the file says: how often which test has seen what."""
    document = json.loads((project.folder / name).read_text("utf-8"))
    assert document["schema"] == "bugcapture.mock-truth/1"
    return {
        (one["test"], one["name"], one["guard"], one["made"]): one["count"] for one in document["observations"]
    }


def expected(*features: str) -> dict[tuple[str, str, str, str], int]:
    """What each feature shows; what is seen between tests is counted for all of them."""
    found: dict[tuple[str, str, str, str], int] = {}
    for feature in features:
        for test, *rest in SEEN:
            key = (test.format(feature), *rest)
            found[key] = found.get(key, 0) + 1
    return found


def test_the_uses_are_named_and_nothing_else_changes(shop: BehaveProject) -> None:
    """By the scenarios; a mock that was told its answer is none, and other results stay what they are."""
    plain = run_shop(shop)
    run = run_shop(shop, *FILE)

    assert observed(shop) == expected("a", "b")
    assert (run.code, run.counts, run.listed, run.rerun) == (plain.code, plain.counts, plain.listed, plain.rerun)
    assert [feature["status"] for feature in run.features] == [feature["status"] for feature in plain.features]
    assert plain.stderr == ""
    first = f"{GUARD} delete_user: mock.check_permission() is a truth value, 2 times"
    second = f"{PING} is_ready: mock.ping() is a truth value, 6 times"
    assert run.lines[:5] == [
        "bugcapture: answers of mocks that nobody chose:",
        f"  {first}; the mock is made at features/steps/mocks.py:14",
        "    features/a.feature:2",
        "    features/b.feature:2",
        f"  {second}; the mock is made at features/environment.py:10",
    ]
    assert run.lines[-2:] == [
        "bugcapture: answers that nobody chose: 2 uses in the program (2 truth), in 9 tests",
        f"bugcapture: written to {shop.folder / 'run.json'}",
    ]


def test_a_later_run_replaces_the_file(shop: BehaveProject) -> None:
    """What an earlier run has seen is not told again."""
    run_shop(shop, *FILE)
    run_shop(shop, *FILE, "features/b.feature")
    assert observed(shop) == expected("b")


def test_without_a_file_it_is_only_said(shop: BehaveProject) -> None:
    """And the Runner, or Behave's own configuration, is as good a way in."""
    (shop.folder / "features/environment.py").unlink()
    shop.write(
        "behave.ini",
        "[behave]\nrunner = bugcapture.behave:Runner\n[behave.userdata]\nbugcapture_mock_truth = true\n",
    )
    run = run_shop(shop, "features/a.feature", "-n", "deletes", "-n", "asks")
    assert (run.code, run.closing) == (
        0,
        "bugcapture: answers that nobody chose: 2 uses in the program (2 truth), in 2 tests",
    )
    assert not (shop.folder / "true").exists()


def test_verdicts_and_the_last_line_stay(shop: BehaveProject) -> None:
    """A captured test is judged as ever."""
    shop.feature("Feature: F\n" + captured(1, "bug", "When a user is deleted", 'Then it asserts "the bug"'))
    run = run_shop(shop, *FILE, "features/a.feature")
    assert (run.code, run.verdicts) == (0, {"bug": "expected_failure"})
    assert run.closing == closing("1 expected failure (#1)")
    assert [test for test, *_ in observed(shop) if test] == ["features/a.feature:3"]


@pytest.mark.parametrize("args", [(), ("-D", "bugcapture_mock_truth=off"), (*FILE, "--dry-run")])
def test_a_run_that_does_not_ask_records_nothing(shop: BehaveProject, args: tuple[str, ...]) -> None:
    """And loads nothing for it; a dry run has nothing to see."""
    shop.hooks(
        "import atexit, sys\natexit.register(lambda: note([n for n in sys.modules if 'mock_truth.' in n]))\n"
    )
    run = run_shop(shop, *args)
    assert (run.stderr, (shop.folder / "run.json").exists()) == ("", False)
    if not args:
        assert run.hook_lines() == ["[]"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("features/a.feature", "the name of the file has to end with .json"),
        ("no/run.json", "there is no folder "),
        ("folder.json", "is a folder; name a file"),
        ("\x1b[31m.txt", "the name of the file has to end with .json"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(shop: BehaveProject, value: str, problem: str) -> None:
    """Before anything runs, and without touching what is there."""
    (shop.folder / "folder.json").mkdir()
    before = (shop.folder / "features/a.feature").read_bytes()
    run = run_shop(shop, "-D", f"bugcapture_mock_truth={value}", reports=False)
    shown = value.replace("\x1b", r"\x1b")
    assert run.code == 1
    assert run.lines[0].startswith(f"bugcapture: -D bugcapture_mock_truth={shown}: {problem}")
    assert "scenario" not in run.stdout
    assert (shop.folder / "features/a.feature").read_bytes() == before


def test_a_file_that_is_lost_meanwhile_is_told(shop: BehaveProject) -> None:
    """And changes no exit code."""
    (shop.folder / "there").mkdir()
    shop.feature("Feature: F\n  Scenario: loses\n    When the folder there is lost\n")
    run = run_shop(shop, "-D", "bugcapture_mock_truth=there/run.json", "features/a.feature")
    file = shop.folder / "there" / "run.json"
    assert (run.code, run.closing) == (0, f"bugcapture: {file} cannot be written: No such file or directory")


def test_a_scan_reads_what_scenarios_have_shown(shop: BehaveProject) -> None:
    """Its finding is confirmed by the run."""
    run_shop(shop, *FILE)
    command = [
        sys.executable,
        "-m",
        "bugcapture",
        "scan",
        "--no-cache",
        "--format",
        "json",
        "--confirm-with",
        "run.json",
    ]
    done = subprocess.run(command, cwd=shop.folder, capture_output=True, check=False)
    findings = json.loads(done.stdout)["findings"]
    assert ("MK101", "confirmed") in {(one["rule"], one["observed"]) for one in findings}


@pytest.fixture
def behavex() -> Iterator[BehaveProject]:
    """The same where the path leaves room for the sockets of behavex's processes."""
    if find_spec("behavex") is None:
        pytest.skip("behavex is not installed")
    with tempfile.TemporaryDirectory(prefix="behavex-", ignore_cleanup_errors=True) as folder:
        yield write_shop(BehaveProject(Path(folder)))


@pytest.mark.parametrize("scheme", ["serial", "feature", "scenario"])
def test_processes_of_behavex_lose_nothing(behavex: BehaveProject, scheme: str) -> None:
    """The file holds what all of them have seen, and nothing of an earlier run; who saw nothing is silent."""
    parallel = ("--parallel-processes", "2", "--parallel-scheme", scheme) if scheme != "serial" else ()
    features = ["a", "b", "c"]
    behavex.feature(FEATURE.format("c"), "c")
    behavex.feature("Feature: d\n  Scenario: has no mock\n    Then it passes\n", "d")
    for _ in range(2):
        run = run_shop(behavex, "-o", "output", *parallel, *FILE, module="behavex", reports=False)
        assert run.code == 1
        found = observed(behavex)
        assert {key for key in found if key[0]} == {key for key in expected(*features) if key[0]}
        assert all(count == 1 for key, count in found.items() if key[0])
        assert any(not test for test, *_ in found)
        assert "the program uses no answer" not in run.stderr
        (behavex.folder / f"features/{features.pop()}.feature").unlink()


def test_the_name_of_the_file_steers_no_terminal(tmp_path: Path) -> None:
    """Neither where it is written nor where it cannot be."""
    project = BehaveProject(tmp_path)
    project.feature("Feature: F\n  Scenario: one\n    Then it passes\n")
    written = project.run("-D", "bugcapture_mock_truth=\x1b[31mrun.json", reports=False)
    refused = project.run("-D", "bugcapture_mock_truth=\x1b[31mno/run.json", reports=False)
    assert (tmp_path / "\x1b[31mrun.json").exists()
    assert (written.code, refused.code == 0) == (0, False)
    assert "written to" in written.stderr
    assert "there is no folder" in refused.stderr
    assert "\x1b" not in written.stderr + refused.stderr
