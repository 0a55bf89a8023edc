"""``pytest --bugcapture-leaks`` names the tests that leave something behind, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED

from bugcapture.project.trial import VARIABLE, Trial

if TYPE_CHECKING:
    from pytest_project import PytestProject, Run

SUITE = """
    import logging
    import os
    import sys
    import threading
    import time
    import unittest
    import warnings
    from unittest import mock

    import pytest
    import shop.tax


    @pytest.fixture(scope="module", autouse=True)
    def wide():
        os.environ["WIDE"] = "1"
        yield
        del os.environ["WIDE"]


    @pytest.fixture(scope="class")
    def keeps():
        os.environ["KEPT"] = "1"


    def test_set():
        os.environ["SECRET"] = "s3cret"


    def test_change(): os.environ["SECRET"] = "other"
    def test_remove(): del os.environ["SECRET"]
    def test_directory(tmp_path): os.chdir(tmp_path)
    def test_directory_gone(tmp_path):
        (tmp_path / "x").mkdir()
        os.chdir(tmp_path / "x")
        (tmp_path / "x").rmdir()
    def test_directory_back(request): os.chdir(request.config.rootpath)
    def test_patch(): mock.patch("shop.tax.rate").start()
    def test_patch_dictionary(): mock.patch.dict(shop.tax.RATES, {"eu": 1}).start()
    def test_patch_ends(): mock.patch.stopall()
    def test_replaced(): shop.tax.rate = mock.Mock()
    def test_lost(): del shop.tax.Till
    def test_value(): shop.tax.cached = 1
    def test_thread(): threading.Thread(target=time.sleep, args=(3,), name="sleeper", daemon=True).start()
    def test_handler(): logging.getLogger("shop").addHandler(logging.NullHandler())
    def test_path(): sys.path.append("/nowhere")
    def test_path_order(): sys.path.reverse()
    def test_path_less(): sys.path.remove("/nowhere")
    def test_monkeypatch(monkeypatch):
        monkeypatch.setenv("CLEAN", "1")
        monkeypatch.syspath_prepend("/clean")
    def test_context():
        with mock.patch("shop.tax.rate"), mock.patch.dict(os.environ, {"CLEAN": "1"}): ...
    def test_fails():
        os.environ["FAILED"] = "1"
        assert 0
    def test_skips(): pytest.skip("today")


    class TestClass:
        @classmethod
        def setup_class(cls): os.environ["CLASS"] = "1"

        @classmethod
        def teardown_class(cls): del os.environ["CLASS"]

        def test_one(self, keeps): ...
        def test_two(self): os.environ["CLASS"] = "2"
        def test_three(self): os.environ["CLASS"] = "1"


    class TestCase(unittest.TestCase):
        @classmethod
        def setUpClass(cls): os.environ["CASE"] = "1"

        @classmethod
        def tearDownClass(cls): del os.environ["CASE"]

        def setUp(self):
            os.environ["EACH"] = "1"
            self.addCleanup(os.environ.pop, "EACH")

        def test_four(self): ...
        def test_five(self): ...
"""
LEFT = {
    "test_set": ["the variable SECRET is set"],
    "test_change": ["the variable SECRET is changed"],
    "test_remove": ["the variable SECRET is gone"],
    "test_directory": ["the working directory is "],
    "test_directory_gone": ["the working directory is gone"],
    "test_directory_back": ["the working directory is "],
    "test_patch": ["shop.tax.rate is replaced", "the patch of shop.tax.rate is not stopped"],
    "test_patch_dictionary": ["the patch of a dictionary is not stopped"],
    "test_replaced": ["shop.tax.rate is replaced"],
    "test_lost": ["shop.tax.Till is gone"],
    "test_thread": ["the thread sleeper still runs"],
    "test_handler": ["the handlers of the logger shop are others"],
    "test_path": ["sys.path: 1 more"],
    "test_path_order": ["sys.path: another order"],
    "test_path_less": ["sys.path: 1 fewer"],
    "test_fails": ["the variable FAILED is set"],
    "test_two": ["the variable CLASS is changed"],
    "test_three": ["the variable KEPT is set"],
}


@pytest.fixture
def suite(project: PytestProject) -> PytestProject:
    """A suite in which every kind of thing is left behind, and many are not."""
    project.write("src/shop/__init__.py", "")
    project.write("src/shop/tax.py", "cached = None\nRATES = {}\n\n\ndef rate(): ...\n\n\nclass Till: ...\n")
    project.write("pytest.ini", "[pytest]\npythonpath = src\n")
    project.write("test_it.py", SUITE)
    return project


def left(run: Run) -> dict[str, list[str]]:
    """What the section says, by the name of the test."""
    section = (
        run.stdout.partition("bugcapture: left behind ==")[2].partition("\n")[2].partition("left something")[0]
    )
    found: dict[str, list[str]] = {}
    for line in section.splitlines()[:-1]:
        if line.startswith("  "):
            found[name].append(line[2:])  # noqa: F821 - a test stands above its lines
        else:
            name = line.rpartition("::")[2]
            found[name] = []
    return found


@pytest.mark.parametrize("arguments", [(), ("-n", "2", "--dist", "loadscope")], ids=["serial", "xdist"])
def test_leaks_are_named(suite: PytestProject, arguments: tuple[str, ...]) -> None:
    """With what was left, but no value; the outcome of every test stays."""
    plain = suite.run("test_it.py", *arguments)
    run = suite.run("test_it.py", "--bugcapture-leaks", *arguments)
    found = left(run)
    assert {
        name: [line[: len(LEFT[name][at])] for at, line in enumerate(lines)] for name, lines in found.items()
    } == LEFT
    assert (run.code, run.counts) == (plain.code, plain.counts)
    assert "s3cret" not in run.stdout
    assert "left behind" not in plain.stdout


def test_leaks_can_be_errors(suite: PytestProject) -> None:
    """Of the tests that leave something; the others are what they were."""
    run = suite.run("test_it.py", "--bugcapture-leaks=error")
    plain = suite.run("test_it.py")
    assert run.code == 1
    assert run.counts["error"] == len(LEFT)
    assert {**run.counts, "error": 0} == {**plain.counts, "error": 0}
    names = {name.rpartition("::")[2] for name, words in run.shown.items() if "ERROR" in words}
    assert names == set(LEFT)


def test_a_captured_test_that_leaks_is_no_expected_failure(project: PytestProject) -> None:
    """Its failure counts as declared, and the error of its leak as its own."""
    project.module("""
        import os


        @fail
        @bug(1)
        def test_bug():
            os.environ["LEFT"] = "1"
            assert 0
    """)
    assert project.run().code == 0
    run = project.run("--bugcapture-leaks=error")
    assert run.code == 1


def test_an_unknown_way(project: PytestProject) -> None:
    """Is a usage error of pytest."""
    project.module("def test(): ...")
    assert project.run("--bugcapture-leaks=loudly").code == 4


@pytest.mark.parametrize("arguments", [(), ("-n", "2", "--dist", "loadscope")], ids=["serial", "xdist"])
def test_the_project_can_ask_for_it(suite: PytestProject, arguments: tuple[str, ...]) -> None:
    """With the setting that the Behave adapter reads too; the option wins."""
    suite.write("pyproject.toml", '[tool.bugcapture]\nleaks = "error"\n')
    run = suite.run("test_it.py", *arguments)
    assert (run.code, run.counts["error"], set(left(run))) == (1, len(LEFT), set(LEFT))
    told = suite.run("test_it.py", "--bugcapture-leaks=warn", *arguments)
    assert ("error" in told.counts, set(left(told))) == (False, set(LEFT))
    off = suite.run("test_it.py", "--bugcapture-leaks=off", *arguments)
    assert ("error" in off.counts, left(off)) == (False, {})


def test_a_trial_looks_for_no_leaks(project: PytestProject) -> None:
    """What the settings ask of every run is nothing to a command that wants to know how one test ends."""
    project.write("pyproject.toml", '[tool.bugcapture]\nleaks = "error"\n')
    project.module("import os\n\n@T\ndef test_a():\n    os.environ['LEAKED'] = '1'\n    assert 0\n")
    assert project.run().code == 1
    run = project.run(**{VARIABLE: Trial().encode()})
    assert run.verdicts == {"test_a": EXPECTED}
    assert "LEAKED" not in run.stdout + run.stderr


@pytest.mark.tdd_bug(1004)
def test_a_handler_of_a_wider_fixture(project: PytestProject) -> None:
    """#1004: is no leak of the tests that it is there for; pytest's own handlers come and go with each phase."""
    project.module("""
        import logging


        @pytest.fixture(scope="module", autouse=True)
        def handler():
            handler = logging.NullHandler()
            logging.getLogger().addHandler(handler)
            yield
            logging.getLogger().removeHandler(handler)


        def test_one(): ...
        def test_two(): ...
        def test_leaves(): logging.getLogger().addHandler(logging.NullHandler())
    """)
    run = project.run("--bugcapture-leaks")
    assert left(run) == {"test_leaves": ["the handlers of the logger root are others"]}


@pytest.mark.tdd_bug(1005)
def test_warning_filters_are_put_back_by_pytest(project: PytestProject) -> None:
    """#1005: after each test, unless it is told not to."""
    project.module("""
        import warnings


        def test_sets(): warnings.simplefilter("error", BytesWarning)
        def test_has_them(): assert warnings.filters[0][:3] != ("error", None, BytesWarning)
    """)
    run = project.run("--bugcapture-leaks=error", "-W", "default")
    assert (run.code, left(run)) == (0, {})
    run = project.run("--bugcapture-leaks", "-p", "no:warnings")
    assert left(run) == {"test_sets": ["warning filters: 1 more"]}
