"""What the listers write down, each with its own runner."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from behave.runner import ModelRunner

from bugcapture.hooks.consolidate import listing


def put(name: str, folder: Path) -> Any:
    """A copy of a lister, loaded; it writes beside itself."""
    file = folder / f"{name}_copy.py"
    file.write_bytes(Path(listing.__file__).with_name(f"{name}.py").read_bytes())
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def told(folder: Path) -> dict[str, Any]:
    """What it has written."""
    (file,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(file.read_text())
    file.unlink()
    return found


def scenario(name: str, line: int, *, runs: bool = True, status: Any = None) -> SimpleNamespace:
    return SimpleNamespace(
        name=name,
        location=SimpleNamespace(filename="x.feature", line=line),
        effective_tags={"b", "a"},
        should_run=lambda _config: runs,
        status=status or SimpleNamespace(name="passed"),
    )


def test_behave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenarios that are selected, before any hook has skipped one; the worst end of one that runs twice."""
    monkeypatch.setattr(ModelRunner, "run_model", lambda _runner, _features=None: True)
    module = put("listing_behave", tmp_path)
    monkeypatch.chdir(tmp_path)
    found = [
        scenario("one", 2),
        scenario("one", 2, status=SimpleNamespace(name="failed")),
        scenario("one", 2),
        scenario("no", 5, runs=False),
        scenario("old", 7, status="skipped"),
    ]
    feature = SimpleNamespace(walk_scenarios=lambda: found)
    runner: Any = SimpleNamespace(
        features=[feature], config=SimpleNamespace(stop=True), base_dir=str(tmp_path / "b")
    )
    assert ModelRunner.run_model(runner) is True
    assert told(tmp_path) == {
        "tests": [["x.feature:2 one", ["a", "b"]]] * 3 + [["x.feature:7 old", ["a", "b"]]],
        "errors": [],
        "outcomes": {"x.feature:2 one": "failed", "x.feature:7 old": "skipped"},
        "exit_code": 1,
        "stops_after": 1,
        "needs_coverage": False,
        "settings": "",
        "root": "b",
    }
    module._original = lambda _runner, _features: False
    assert (
        ModelRunner.run_model(SimpleNamespace(features=[], config=SimpleNamespace(stop=False)), [feature]) is False
    )
    again = told(tmp_path)
    assert (len(again["tests"]), again["exit_code"], again["stops_after"], again["root"]) == (4, 0, 0, ".")


def test_robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests by where they stand, with their tags; the worst end of one that runs twice."""
    module = put("listing_robot", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROBOT_OPTIONS", raising=False)
    for name, line, source, status in (
        ("One", 3, tmp_path / "x.robot", "FAIL"),
        ("One", 3, tmp_path / "x.robot", "PASS"),
        ("Two", 5, None, "PASS"),
        ("Two", 5, None, "SKIP"),
    ):
        data = SimpleNamespace(name=name, lineno=line, source=source)
        module.end_test(data, SimpleNamespace(tags=["b", "a"], status=status))
    # The tear-down of a suite that fails says so of its tests in the end.
    torn = SimpleNamespace(tags=[], status="PASS")
    module.end_test(SimpleNamespace(name="Three", lineno=7, source=None), torn)
    torn.status = "FAIL"
    module.close()
    found = told(tmp_path)
    assert found["outcomes"].pop(":7 Three") == "FAIL"
    assert found["tests"].pop() == [":7 Three", []]
    assert found["tests"] == [["x.robot:3 One", ["a", "b"]]] * 2 + [[":5 Two", ["a", "b"]]] * 2
    assert found["outcomes"] == {"x.robot:3 One": "FAIL", ":5 Two": "SKIP"}
    assert (found["exit_code"], found["stops_after"], found["settings"], found["root"]) == (1, 0, "", "")
    module.ended.clear()
    module.close()
    assert told(tmp_path)["exit_code"] == 0


@pytest.mark.parametrize(
    ("options", "stops"),
    [
        ("--name x --ExitOnFailure", 1),
        ("--exit-on-e", 1),
        ("-TX", 1),
        ("-x xunit.xml", 0),
        ("--name '-X --exitonfailure'", 0),
        ("", 0),
    ],
)
def test_default_options_of_robot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str, stops: int
) -> None:
    """They are read as Robot reads them."""
    module = put("listing_robot", tmp_path)
    monkeypatch.setenv("ROBOT_OPTIONS", options)
    module.close()
    assert told(tmp_path)["stops_after"] == stops


TESTS = """\
import unittest


class First(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail("no")
    @unittest.skip("no")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail("no")
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_parts(self):
        with self.subTest("x"):
            self.fail("no")


@unittest.skip("no")
class Second(unittest.TestCase):
    def test_it(self): pass
"""


def test_unittest(tmp_path: Path) -> None:
    """Tests with what is said of them, how they end, and what cannot be loaded."""
    put("listing_unittest", tmp_path)
    (tmp_path / "some.py").write_text(TESTS)
    (tmp_path / "none.py").write_text("")

    def call(*words: str) -> int:
        command = (sys.executable, "-B", "-m", "listing_unittest_copy", *words)
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60).returncode

    assert call("list", "some") in {0, 5}
    found = told(tmp_path)
    marks = {"expected": ["expectedFailure"], "skipped": ["skip"], "unexpected": ["expectedFailure"]}
    first = [f"some.First.test_{name}" for name in ("bad", "expected", "good", "parts", "skipped", "unexpected")]
    assert found["tests"] == [
        *([name, marks.get(name.rpartition("_")[2], [])] for name in first), ["some.Second.test_it", ["skip"]]
    ]  # fmt: skip
    assert (found["errors"], found["outcomes"], found["exit_code"], found["stops_after"]) == ([], {}, 0, 0)

    assert call("run", "-f", "some.First.test_good") == 0
    assert told(tmp_path)["stops_after"] == 1
    assert call("run", "some") == 1
    found = told(tmp_path)
    ends = ("failed", "expected failure", "passed", "failed", "skipped", "unexpected success")
    assert found["outcomes"] == {**dict(zip(first, ends, strict=True)), "some.Second.test_it": "skipped"}
    assert found["exit_code"] == 1

    call("list", "gone", "some.First.test_gone", "some.First.test_good")
    found = told(tmp_path)
    assert [name for name, _ in found["errors"]] == ["gone", "test_gone"]
    assert "ModuleNotFoundError: No module named 'gone'" in found["errors"][0][1]
    assert [name for name, _ in found["tests"]] == ["some.First.test_good"]
    call("list", "none")
    assert told(tmp_path)["exit_code"] == (5 if sys.version_info >= (3, 12) else 0)


AROUND = """\
import unittest


def setUpModule(): pass
def tearDownModule(): raise ValueError


class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise ValueError
    def test_it(self): pass


class Good(unittest.TestCase):
    def test_it(self): pass


class Skipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("no")
    def test_it(self): pass
"""


def test_what_is_done_around_tests_of_unittest(tmp_path: Path) -> None:
    """A test that did not run has not passed, and a fixture has an end of its own."""
    put("listing_unittest", tmp_path)
    (tmp_path / "around.py").write_text(AROUND)
    command = (sys.executable, "-B", "-m", "listing_unittest_copy", "run", "around")
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    found = told(tmp_path)
    assert found["outcomes"] == {
        "around.Broken.test_it": "not run",
        "around.Good.test_it": "passed",
        "around.Skipped.test_it": "skipped",
        "setUpClass (around.Broken)": "failed",
        "setUpClass (around.Skipped)": "skipped",
        "tearDownModule (around)": "failed",
    }
    assert found["exit_code"] == 1


def test_other_tests_of_unittest(tmp_path: Path) -> None:
    """What `load_tests` makes is no suite of this kind always, and a function is a test."""
    module = put("listing_unittest", tmp_path)
    one = unittest.FunctionTestCase(print)
    suite = unittest.TestSuite([unittest.TestSuite([one]), unittest.TestSuite()])
    assert list(module._walk(suite)) == [one]
    assert list(module._walk(None)) == []
    assert module._marks(one) == []
