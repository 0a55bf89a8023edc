"""When a merged session is the same as those of its members, and what it would save."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from consolidated import LOCAL, hook, suggest

from bugcapture.core.hook_timing import HookProfile, HookTiming
from bugcapture.hooks.consolidate import listing
from bugcapture.hooks.consolidate.equivalence import Comparison, Listing, compare, find_untriggered
from bugcapture.hooks.consolidate.estimate import GUESSED, MEASURED, Estimate, Prediction, predict
from bugcapture.hooks.consolidate.pytest_settings import settings_finder

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.hooks.consolidate.proposal import Group

ONE = Listing(tests={"a.py::t": ()}, exit_code=0, settings="/x/pytest.ini", root="/x")
OTHER = replace(ONE, tests={"b.py::t": ("slow",), "b.py::u": ()})
BOTH = replace(ONE, tests={**ONE.tests, **OTHER.tests})
NONE = replace(ONE, tests={})
CRASH = "An unexpected error has occurred:"
ENDING = {"b.py::t": ("Robot:Exit-On-Fail_ure",)}


def group(*more: str) -> Group:
    """A session that two have become."""
    text = LOCAL + hook("a", "pytest a.py", *more) + hook("b", "pytest b.py", *(more or ("files: ^lib/",)))
    (found,) = suggest(text).groups
    return found


def check(*before: Listing, after: Listing = BOTH) -> Comparison:
    return compare(group(), before or (ONE, OTHER), after)


def test_the_same() -> None:
    """The same tests with the same marks."""
    result = check()
    assert (result.is_equal, result.tests) == (True, 3)
    twice = compare(group(), (BOTH, OTHER), BOTH)
    assert twice.is_equal
    ending = replace(BOTH, tests={**ONE.tests, **ENDING})
    assert check(ending, ending, after=ending).is_equal
    # Behave is content with no scenario.
    assert check(ONE, NONE, after=ONE).is_equal
    assert check(BOTH, BOTH, after=replace(BOTH, stops_after=1, needs_coverage=True)).is_equal


@pytest.mark.parametrize(
    ("after", "missing", "additional"),
    [
        (ONE, ("b.py::t", "b.py::u"), ()),
        (replace(BOTH, tests={**BOTH.tests, "c.py::t": ()}), (), ("c.py::t",)),
        (replace(BOTH, tests={"a.py::t": (), "b.py::t": ("slow",), "b.py::v": ()}), ("b.py::u",), ("b.py::v",)),
    ],
)
def test_other_tests(after: Listing, missing: tuple[str, ...], additional: tuple[str, ...]) -> None:
    """One more or less is a difference, whatever the number."""
    result = check(after=after)
    assert (result.missing, result.additional, result.is_equal) == (missing, additional, False)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ((ONE, OTHER), replace(BOTH, tests={**BOTH.tests, "a.py::t": ("skip",)}),
         "1 test would have other marks, such as a.py::t"),
        ((replace(ONE, root="/x/y"), OTHER), BOTH,
         "a: pytest takes other settings, or another folder for its root"),
        ((ONE, replace(OTHER, settings="")), BOTH,
         "b: pytest takes other settings, or another folder for its root"),
        ((replace(ONE, errors=(("a.py", "ERR\nE  no\x1b[31m module\n"), ("", "y"))), OTHER), BOTH,
         "a: a.py cannot be collected (and 1 other): E no\\x1b[31m module"),
        ((ONE, OTHER), replace(BOTH, errors=(("", "bad"),)),
         "pytest-session: a test file cannot be collected: bad"),
        ((replace(ONE, exit_code=None, said="not\n  there\n"), OTHER), BOTH,
         "a: its tests cannot be collected: there"),
        ((replace(ONE, exit_code=None, said=f"{CRASH} OSError: no\nCheck the log at /x\n"), OTHER), BOTH,
         f"a: its tests cannot be collected: {CRASH} OSError: no"),
        ((replace(ONE, exit_code=None, said=f"{CRASH} x:\nstderr:\n    bad\nCheck the log at /x\n"), OTHER), BOTH,
         "a: its tests cannot be collected: bad"),
        ((replace(ONE, exit_code=4, said="ERROR: no  such file\nx\n"), OTHER), BOTH,
         "a: its tests cannot be collected: ERROR: no such file"),
        ((replace(ONE, exit_code=None), OTHER), BOTH, "a: its tests cannot be collected: nothing was said"),
        ((ONE, replace(OTHER, tests={}, exit_code=5)), ONE,
         "b: pytest finds no test, so that it fails at each push"),
        ((NONE, NONE), NONE, "pytest-session: pytest finds no test, so that there is nothing to compare"),
        ((ONE, OTHER), replace(BOTH, stops_after=1),
         "pytest-session: it stops after 1 failure (`-x` or `--maxfail` in its settings), before others"),
        ((ONE, replace(OTHER, tests=ENDING)), replace(BOTH, tests={**ONE.tests, **ENDING}),
         "pytest-session: a failure of b.py::t ends the session (`Robot:Exit-On-Fail_ure`), before others"),
        ((ONE, OTHER), replace(BOTH, needs_coverage=True),
         "pytest-session: how much has to be covered would be asked of all together"),
        ((replace(ONE, outcomes={"a.py::t": "passed"}), OTHER), replace(BOTH, outcomes={"a.py::t": "failed"}),
         "a.py::t: failed in one session with the others, passed without them"),
        ((replace(ONE, outcomes={"a.py::t": "passed"}), OTHER), BOTH,
         "a.py::t: not run in one session with the others, passed without them"),
        ((ONE, OTHER), replace(BOTH, outcomes={"setUpClass (b.B)": "skipped"}),
         "setUpClass (b.B): skipped in one session with the others, passed without them"),
        ((replace(ONE, outcomes={"setUpClass (a.A)": "failed"}), OTHER), BOTH,
         "setUpClass (a.A): passed in one session with the others, failed without them"),
        ((replace(ONE, outcomes={"a.py::t": "passed"}), OTHER),
         replace(BOTH, outcomes={"a.py::t": "passed"}, exit_code=1),
         "pytest-session: it fails, though each test ends as before: what is done around them does not"),
    ],
)  # fmt: skip
def test_what_else_is_not_the_same(before: tuple[Listing, ...], after: Listing, problem: str) -> None:
    """Marks, settings, ends; and what cannot be known is no proof."""
    result = check(*before, after=after)
    assert result.problems == (problem,)
    assert not result.is_equal


def test_a_test_that_ends_in_two_ways() -> None:
    """What one of the members has seen is as before."""
    ends = [replace(one, outcomes={"a.py::t": end}) for one, end in ((BOTH, "passed"), (OTHER, "failed"))]
    assert check(*ends, after=replace(BOTH, outcomes={"a.py::t": "failed"})).is_equal
    ends[1] = replace(ends[1], exit_code=1)
    assert check(*ends, after=replace(BOTH, outcomes={"a.py::t": "failed"}, exit_code=1)).is_equal


def test_files_of_both() -> None:
    """The merged hook runs for the files of each, and for no others."""
    one = group()
    assert find_untriggered(one, ["src/a", "lib/b", "docs/c", "x/src/d"]) == ()
    wrong = replace(one, values={**one.values, "files": "^src/|^docs/"})
    assert find_untriggered(wrong, ["src/a", "lib/b", "docs/c"]) == ("lib/b", "docs/c")
    assert find_untriggered(group("always_run: true"), ["x"]) == ()


def timing(name: str, *seconds: float, **more: Any) -> HookTiming:
    return HookTiming(id=name, stage="pre-push", seconds=seconds, **more)


def profile(*hooks: HookTiming) -> HookProfile:
    return HookProfile(
        tool="pre-commit", tool_version="4", recorded_at=datetime(2026, 1, 1, tzinfo=UTC), hooks=hooks
    )


TEXT = LOCAL + hook("a", "pytest a.py") + hook("lint", "ruff check") + hook("b", "pytest b.py")
TWICE = LOCAL + hook("one", "make x") + hook("two", "make x")


def predicted(text: str, known: HookProfile, comparisons: tuple[Comparison, ...] = ()) -> Prediction | None:
    return predict(suggest(text), known, comparisons)


def test_what_is_saved_without_a_measurement() -> None:
    """All but one of them start in the time that the quickest one takes."""
    found = predicted(TEXT, profile(timing("a", 2.0), timing("b", 5.0, 3.0, 4.0), timing("lint", 1.0)))
    assert found is not None
    assert found.groups == {"pytest-session": Estimate(6.0, 4.0)}
    assert found.whole == Estimate(7.0, 5.0)
    assert (found.assumption, found.unmeasured, found.serial) == (GUESSED, (), {})
    assert found.whole.ratio == pytest.approx(5 / 7)
    assert Estimate(0.0, 0.0).ratio == 1.0


def test_what_is_saved_with_a_measurement() -> None:
    """What starting and collecting took, once less; never less than the longest of them."""
    known = profile(timing("a", 2.0), timing("b", 4.0))
    (one,) = suggest(TEXT).groups
    before = (replace(ONE, seconds=1.0), replace(OTHER, seconds=1.5))
    found = predicted(TEXT, known, (compare(one, before, replace(BOTH, seconds=1.75)),))
    assert found is not None
    assert (found.groups["pytest-session"], found.assumption) == (Estimate(6.0, 5.25), MEASURED)
    assert found.unmeasured == ("lint",)
    slow = predicted(TEXT, known, (compare(one, before, replace(BOTH, seconds=9.0)),))
    assert slow is not None
    assert slow.groups["pytest-session"] == Estimate(6.0, 6.0)
    none = predicted(TEXT, known, (compare(one, (ONE, OTHER), BOTH),))
    assert none is not None
    assert none.assumption == GUESSED


def test_what_cannot_be_predicted() -> None:
    """Where a timing is missing nothing is said of a group; where all are, nothing at all."""
    assert predicted(TEXT, profile()) is None
    assert predicted(TEXT, profile(timing("a"))) is None
    found = predicted(TEXT, profile(timing("a", 1.0), timing("x", 9.0)))
    assert found is not None
    assert (found.groups, found.whole, found.unmeasured) == ({}, Estimate(1.0, 1.0), ("lint", "b"))


def test_the_same_command_takes_its_time_once() -> None:
    """The second one goes."""
    found = predicted(TWICE, profile(timing("one", 2.0), timing("two", 3.0)))
    assert found is not None
    assert found.groups == {"two": Estimate(5.0, 3.0)}
    early = hook("one", "make x", "stages: [pre-commit]")
    same = LOCAL + early + hook("one", "make x") + hook("one", "make x")
    found = predicted(same, profile(timing("one", 1.0, number=2), timing("one", 4.0, number=3)))
    assert found is not None
    assert found.groups == {"one": Estimate(5.0, 4.0)}


@pytest.mark.parametrize(
    ("files", "target", "folder"),
    [
        ({}, "tests/a/x.py::t", ""),
        ({"tests/a/pytest.ini": ""}, "tests/a/x.py::t", "tests/a"),
        ({"tests/pytest.toml": ""}, "./tests/a", "tests"),
        ({"tests/pyproject.toml": "[tool.pytest.ini_options]\n"}, "tests/a/x.py", "tests"),
        ({"tests/pyproject.toml": "[tool.other]\n"}, "tests/a/x.py", ""),
        ({"tests/tox.ini": "[pytest]\n"}, "tests/x.py", "tests"),
        ({"tests/setup.cfg": "[tool:pytest]\n"}, "tests", "tests"),
        ({"pytest.ini": ""}, "tests/x.py", ""),
        ({"pytest.ini": ""}, "/elsewhere/x.py", ""),
        ({"pytest.ini": ""}, "../x.py", ""),
    ],
)
def test_settings_below_the_top(tmp_path: Path, files: dict[str, str], target: str, folder: str) -> None:
    """The nearest folder that pytest takes for settings."""
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert settings_finder(tmp_path)(target) == folder


def test_what_the_plugin_writes_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests with their marks, what cannot be collected, and the worst end of each; workers write nothing."""
    for name, empty in (("tests", []), ("errors", []), ("outcomes", {})):
        monkeypatch.setattr(listing, name, empty)
    monkeypatch.setattr(listing, "__file__", str(tmp_path / "listing.py"))
    marks = [SimpleNamespace(name=name) for name in ("slow", "parametrize")]
    items = [SimpleNamespace(nodeid="a.py::t", iter_markers=lambda: marks)]
    config = SimpleNamespace(
        inipath=None, rootpath=tmp_path, option=SimpleNamespace(maxfail=3, cov_fail_under=90.0)
    )
    listing.pytest_collection_finish(SimpleNamespace(items=items))
    listing.pytest_collectreport(SimpleNamespace(failed=False))
    listing.pytest_collectreport(SimpleNamespace(failed=True, nodeid="b.py", longrepr="no"))
    for name, *ends in (
        ("a", "passed", "passed"),
        ("b", "passed", "failed", "passed"),
        ("c", "passed", "skipped"),
    ):
        for end in ends:
            report = SimpleNamespace(nodeid=name, outcome=end, failed=end == "failed", skipped=end == "skipped")
            listing.pytest_runtest_logreport(report)
    worker = SimpleNamespace(config=SimpleNamespace(workerinput={}))
    listing.pytest_sessionfinish(worker, 0)
    assert not list(tmp_path.iterdir())
    listing.pytest_sessionfinish(SimpleNamespace(config=config), 2)
    assert json.loads((tmp_path / f"listing.{os.getpid()}.json").read_text()) == {
        "tests": [["a.py::t", ["parametrize", "slow"]]],
        "errors": [["b.py", "no"]],
        "outcomes": {"a": "passed", "b": "failed", "c": "skipped"},
        "exit_code": 2,
        "stops_after": 3,
        "needs_coverage": True,
        "settings": "",
        "root": str(tmp_path),
    }
