"""What was observed, gathered from several processes, told to people, and written for programs."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bugcapture.mock_truth import Observation, Run

if TYPE_CHECKING:
    from pathlib import Path


def seen(guard: str = "src/a.py:2", test: str = "tests/test_a.py::test", **fields: str) -> Observation:
    """An observation."""
    known = {"function": "ask", "kind": "truth", "name": "mock.get()", "made": "tests/test_a.py:1"}
    return Observation(guard=guard, test=test, **{**known, "asked": "src/a.py:2", **fields})


def run(*observations: Observation, started: float = 0.0, **asked: set[str]) -> Run:
    """A run with some observations; `asked` by the line of the mock."""
    made = {f"tests/test_a.py:{line.removeprefix('line')}": places for line, places in asked.items()}
    return Run(Counter(observations), Counter(dict.fromkeys(made, 1)), made, started)


def test_parts_are_put_together() -> None:
    """Counts are added, places joined, and it began with the first of them."""
    whole = run(seen(), line1={"src/a.py:2"}, started=20.0)
    whole.merge(run(seen(), seen(kind="comparison"), line1={"src/a.py:9"}, line3=set(), started=10.0))
    assert whole.observations == {seen(): 2, seen(kind="comparison"): 1}
    assert whole.made == {"tests/test_a.py:1": 2, "tests/test_a.py:3": 1}
    assert whole.asked == {"tests/test_a.py:1": {"src/a.py:2", "src/a.py:9"}, "tests/test_a.py:3": set()}
    assert whole.started == 10.0
    assert whole
    assert not Run()


def test_it_survives_a_journey() -> None:
    """To another process and back, in an order that does not depend on that of the tests."""
    one = run(seen(), seen(guard="src/a.py:10"), seen(guard="src/a.py:9"), line10=set(), line9={"src/a.py:2"})
    other = run(seen(guard="src/a.py:9"), seen(), seen(guard="src/a.py:10"), line9={"src/a.py:2"}, line10=set())
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert [place["place"] for place in one.to_json()["made"]] == ["tests/test_a.py:9", "tests/test_a.py:10"]
    back = Run.from_json(json.loads(json.dumps(one.to_json())))
    assert (back.observations, back.made, back.asked) == (one.observations, one.made, one.asked)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the files that the observations name."""
    for name in ("src/a.py", "tests/test_a.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (100, 100))
    return tmp_path


def test_what_is_written(folder: Path) -> None:
    """The digests of the files that are named; a file that was written since the start has none."""
    file = folder / "run.json"
    run(seen(), line1={"src/a.py:2"}, started=200.0).write(file, folder)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["files"] == {
        name: hashlib.sha256(name.encode()).hexdigest() for name in ("src/a.py", "tests/test_a.py")
    }
    os.utime(folder / "src/a.py", (300, 300))
    run(seen(), line1={"src/a.py:2"}, started=200.0).write(file, folder)
    assert json.loads(file.read_bytes())["files"]["src/a.py"] == "changed during the run"
    (folder / "src/a.py").unlink()
    run(seen(), line1={"src/a.py:2"}, started=200.0).write(file, folder)
    assert json.loads(file.read_bytes())["files"]["src/a.py"] == "changed during the run"
    assert sorted(one.name for one in folder.iterdir()) == ["run.json", "src", "tests"]


def test_what_cannot_be_written(folder: Path) -> None:
    """Leaves what was there, and nothing beside it."""
    file = folder / "run.json"
    file.write_text("old")
    with pytest.raises(OSError, match="nowhere"):
        run().write(folder / "nowhere/run.json", folder)
    assert file.read_text() == "old"
    assert sorted(one.name for one in folder.iterdir()) == ["run.json", "src", "tests"]


def test_what_people_read() -> None:
    """Each use once, with the first of its tests; numbers in their order; nothing that steers a terminal."""
    many = [seen(guard="src/a.py:10", test=f"tests/test_a.py::test[{number}]") for number in range(5)]
    hostile = seen(name="\x1b[31mmock.get()", kind="comparison", test="")
    assert run(*many, many[0], hostile, line1=set()).describe() == [
        "src/a.py:2 ask: \\x1b[31mmock.get() is compared; the mock is made at tests/test_a.py:1",
        "  between tests",
        "src/a.py:10 ask: mock.get() is a truth value, 6 times; the mock is made at tests/test_a.py:1",
        "  tests/test_a.py::test[0]",
        "  tests/test_a.py::test[1]",
        "  tests/test_a.py::test[2]",
        "  and 2 tests more",
        "answers that nobody chose: 2 uses in the program (1 truth, 1 comparison), in 6 tests",
    ]
    assert run(line1=set(), line2=set()).describe() == [
        "2 places with mocks: the program uses no answer that nobody chose"
    ]
    crowd = run(*(seen(guard=f"src/a.py:{number}") for number in range(60))).describe()
    assert crowd[-2:] == ["and 10 more", "answers that nobody chose: 60 uses in the program (60 truth), in 1 test"]
