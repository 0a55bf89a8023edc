"""``verify``: many runs, each in a process of its own, counted with their reasons."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from workflow_project import FEATURE, RIGHT, WRONG, GitProject

# Fails, passes or fails differently by the number of the run: `f`, `p`, `g`, `e`, `s`.
PLANNED = """
    import json
    import os
    from pathlib import Path

    import pytest


    @pytest.mark.tdd_bug(7)
    @pytest.mark.tdd_expected_fail
    def test_planned():
        plan = "{plan}"
        runs = Path(__file__).with_name("runs.txt")
        number = len(runs.read_text().split()) if runs.exists() else 0
        with runs.open("a") as stream:
            stream.write(f"{{os.getpid()}}\\n")
        deed = plan[min(number, len(plan) - 1)]
        if deed == "s":
            pytest.skip("not today")
        if deed == "e":
            raise ValueError(f"no number {{number}}")
        assert deed != "f", "the total is 4"
        assert deed != "g", f"the total is {{number}} at 0x7f{{number:010x}}"
"""


def plan(project: GitProject, text: str) -> None:
    project.write("tests/test_planned.py", PLANNED.format(plan=text))


def pids(project: GitProject) -> list[str]:
    return project.read("tests/runs.txt").split()


def test_a_bug_that_always_shows_itself(behave_project: GitProject) -> None:
    """All runs fail as declared: exit code 0, one failure with its count and its place in the project."""
    result = behave_project.run("verify", "7", "--runs", "3", "--format", "json")
    assert result.code == 0, result.err
    assert result.json["schema"] == "bugcapture.verify/1"
    assert result.json["holds"] is True
    (test,) = result.json["tests"]
    assert (test["runs"], test["as_expected"], test["outcomes"]) == (3, 3, {"fail": 3})
    assert test["interval"] == pytest.approx([0.4385, 1.0], abs=1e-4)
    (failure,) = test["failures"]
    assert failure == {
        "exc_type": "AssertionError",
        "message": "the total is 4, not 3",
        "step": "Then the total is 3",
        "step_offset": 5,
        "frame": "features/steps/cart_steps.py:check",
        "count": 3,
    }


def test_each_run_is_a_process_of_its_own(project: GitProject) -> None:
    """Nothing that one run imports or locks is there for the next."""
    plan(project, "f")
    assert project.run("verify", "7", "--runs", "4", "--jobs", "2").code == 0
    assert len(set(pids(project))) == 4


def test_a_bug_that_shows_itself_sometimes(project: GitProject) -> None:
    """The share is told with its interval, and what the others did."""
    plan(project, "fpfs" + "f" * 10)
    result = project.run("verify", "7", "--runs", "5", "--format", "json")
    assert result.code == 1
    (test,) = result.json["tests"]
    assert test["outcomes"] == {"fail": 3, "pass": 1, "skip": 1}
    assert (test["runs"], test["as_expected"]) == (5, 3)
    assert test["others"] == [{"reason": "not today", "count": 1}]
    text = project.run("verify", "7", "--runs", "1", "--no-color")
    assert "1/1 failed as expected (95 % interval 20.7 to 100.0 %)" in text.out


def test_require_stops_as_soon_as_the_share_is_out_of_reach(project: GitProject) -> None:
    """``--require 100`` stops at the first run that does not show the bug."""
    plan(project, "ffp" + "f" * 20)
    result = project.run("verify", "7", "--runs", "20", "--require", "100")
    assert result.code == 1
    assert len(pids(project)) == 3
    assert "stopped: 100 % of 20 runs cannot be reached any more" in result.out


def test_require_allows_what_it_says(project: GitProject) -> None:
    """``--require 60`` is content with three of five, and goes on to the end."""
    plan(project, "fpfpf")
    result = project.run("verify", "7", "--runs", "5", "--require", "60")
    assert result.code == 0, result.out
    assert len(pids(project)) == 5


def test_require_is_not_content_with_less(project: GitProject) -> None:
    """Two of five are not sixty percent."""
    plan(project, "fpfpp")
    result = project.run("verify", "7", "--runs", "5", "--require", "60")
    assert result.code == 1


def test_distinct_reasons_are_counted(project: GitProject) -> None:
    """Addresses do not make two failures of one; numbers that matter do."""
    plan(project, "fgfgff")
    result = project.run("verify", "7", "--runs", "6", "--format", "json")
    (test,) = result.json["tests"]
    assert [(one["message"].partition("\n")[0], one["count"]) for one in test["failures"]] == [
        ("the total is 4", 4),
        ("the total is 1 at 0x…", 1),
        ("the total is 3 at 0x…", 1),
    ]
    assert "it fails in 3 ways: let one assertion decide" in (
        (project.folder / "tests/runs.txt").unlink() or project.run("verify", "7", "--runs", "6").out
    )


def test_a_failure_that_says_nothing_about_the_bug(project: GitProject) -> None:
    """A run that fails for another reason is no reproduction, and is told as what it is."""
    plan(project, "fe")
    result = project.run("verify", "7", "--runs", "2")
    assert result.code == 1
    assert "1 x said nothing about the bug: ValueError is not an assertion" in result.out


def test_a_guarded_test_has_to_pass(behave_project: GitProject) -> None:
    """Without the switch the runs that pass are counted."""
    behave_project.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", ""))
    behave_project.write("src/shop/cart.py", RIGHT)
    result = behave_project.run("verify", "7", "--runs", "2", "--format", "json")
    assert result.code == 0
    assert result.json["tests"][0]["wanted"] == "pass"
    behave_project.write("src/shop/cart.py", WRONG)
    assert behave_project.run("verify", "7", "--runs", "2").code == 1


def test_a_test_that_hangs_is_stopped_and_counted(project: GitProject) -> None:
    """What takes too long says nothing about the bug."""
    project.write(
        "tests/test_hang.py",
        """
        import time

        import pytest


        @pytest.mark.tdd_bug(7)
        @pytest.mark.tdd_expected_fail
        def test_hang():
            time.sleep(600)
        """,
    )
    result = project.run("verify", "7", "--runs", "1", "--timeout", "2", "--format", "json")
    assert result.code == 1
    assert result.json["tests"][0]["outcomes"] in ({"none": 1}, {"error": 1})


def test_what_the_number_of_runs_shows_is_said(behave_project: GitProject) -> None:
    """Two runs prove little, and the text says how little."""
    out = behave_project.run("verify", "7", "--runs", "2").out
    assert "2 runs without an exception show a rate of at least 34.2 %, with 95 % confidence" in out


def test_one_run_is_told_as_one(project: GitProject) -> None:
    """What a single run cannot show is not told as a share of it."""
    plan(project, "fp")
    good = project.run("verify", "7", "--runs", "1").out
    assert good.endswith("1 run without an exception shows a rate of at least 20.7 %, with 95 % confidence\n")
    bad = project.run("verify", "7", "--runs", "1", "--require", "50").out
    assert "stopped: 50 % of 1 run cannot be reached any more" in bad
    assert "1 of 1 run did not do what it should: nearly every CI run would be red" in bad


@pytest.mark.parametrize("option", ["--require", "--timeout"])
def test_what_is_no_number_is_refused(behave_project: GitProject, option: str) -> None:
    """Nothing is less than it, and nothing is more."""
    result = behave_project.run("verify", "7", "--runs", "1", option, "nan")
    assert (result.code, result.out) == (2, "")
    assert "'nan' is no number" in result.err


def test_markdown_is_for_a_pull_request(behave_project: GitProject) -> None:
    """A table, and the failures below it."""
    out = behave_project.run("verify", "7", "--runs", "2", "--format", "markdown").out
    assert out.startswith("### bug 7: verified\n")
    assert "| 2/2 | 34.2 to 100.0 % |" in out


def test_a_bug_without_a_test_is_a_wrong_call(behave_project: GitProject) -> None:
    """Exit code 2, and where to look."""
    result = behave_project.run("verify", "8")
    assert result.code == 2
    assert "no test of this revision belongs to bug #8" in result.err


def test_broken_tags_are_refused_before_anything_runs(behave_project: GitProject) -> None:
    """The file is named with its line."""
    behave_project.write("features/cart.feature", FEATURE.replace("@tdd_bug @tdd_bug_7", "@tdd_bug_7"))
    result = behave_project.run("verify", "7", "--runs", "1")
    assert result.code == 1
    assert "features/cart.feature:4: T1" in result.err


def test_an_interrupt_leaves_no_process(project: GitProject) -> None:
    """Ctrl-C ends the runs that go on, and exits with 130."""
    project.write(
        "tests/test_hang.py",
        """
        import os
        import time
        from pathlib import Path

        import pytest


        @pytest.mark.tdd_bug(7)
        @pytest.mark.tdd_expected_fail
        def test_hang():
            with Path(__file__).with_name("runs.txt").open("a") as stream:
                stream.write(f"{os.getpid()}\\n")
            time.sleep(600)
        """,
    )
    process = project.start("verify", "7", "--runs", "5", "--jobs", "2")
    runs = project.folder / "tests/runs.txt"
    while not (runs.exists() and len(runs.read_text().split()) == 2):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    for pid in runs.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


OBSERVER = """
    import json
    import os
    import sys
    import tempfile
    from pathlib import Path

    import pytest


    def test_first():
        note("first")


    @pytest.mark.tdd_bug(7)
    @pytest.mark.tdd_expected_fail
    def test_observed():
        note("observed")
        assert not "the bug"


    def test_last():
        note("last")


    def note(name):
        burners = 0
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                burners += b"while True: pass" in file.read_bytes()
            except OSError:
                pass
        seen = {
            "name": name,
            "pid": os.getpid(),
            "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
            "folder": tempfile.gettempdir(),
            "switch": sys.getswitchinterval(),
            "seed": os.environ.get("PYTHONHASHSEED"),
            "burners": burners,
        }
        with Path(__file__).with_name("seen.jsonl").open("a") as stream:
            stream.write(json.dumps(seen) + "\\n")
"""


def observe(project: GitProject, axis: str, runs: int = 2) -> list[dict[str, object]]:
    """What the test saw under a condition, the calm runs left out."""
    project.write("tests/test_observed.py", OBSERVER)
    result = project.run("verify", "7", "--runs", str(runs), "--stress", axis)
    assert result.code == 0, result.out + result.err
    lines = [json.loads(line) for line in project.read("tests/seen.jsonl").splitlines()]
    assert [line["name"] for line in lines[:runs]] == ["observed"] * runs
    return lines[runs:]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux pins processes")
def test_one_cpu(project: GitProject) -> None:
    """The runs have one processor, and the command has its own back afterwards."""
    before = os.sched_getaffinity(0)
    assert {one["cpus"] for one in observe(project, "one-cpu")} == {1}
    assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no folder in memory")  # noqa: S108
def test_memory_files(project: GitProject) -> None:
    """Temporary files lie in memory, and are gone afterwards."""
    (folder,) = {str(one["folder"]) for one in observe(project, "memory-files")}
    assert folder.startswith("/dev/shm/bugcapture-")  # noqa: S108
    assert not Path(folder).exists()


@pytest.mark.parametrize(("axis", "interval"), [("fast-switch", 1e-6), ("slow-switch", 0.1)])
def test_switch_interval(project: GitProject, axis: str, interval: float) -> None:
    """Threads give way after another time."""
    assert [one["switch"] for one in observe(project, axis)] == [pytest.approx(interval)] * 2


def test_hash_seed(project: GitProject) -> None:
    """Each run has a seed of its own."""
    assert [one["seed"] for one in observe(project, "hash-seed", runs=3)] == ["1", "2", "3"]


@pytest.mark.skipif(sys.platform != "linux", reason="the test looks at /proc")
def test_burners(project: GitProject) -> None:
    """Other processes keep the processors busy, and end with the runs."""
    assert {one["burners"] for one in observe(project, "burners")} == {3 * (os.cpu_count() or 1)}


def test_order(project: GitProject) -> None:
    """The test runs among the others of its file, in another order from run to run."""
    seen = observe(project, "order", runs=4)
    runs: dict[object, list[object]] = {}
    for one in seen:
        runs.setdefault(one["pid"], []).append(one["name"])
    assert len(runs) == 4
    assert all(sorted(map(str, names)) == ["first", "last", "observed"] for names in runs.values())
    assert len({tuple(names) for names in runs.values()}) > 1


def test_order_in_behave(behave_project: GitProject) -> None:
    """Scenarios change their order, and the captured one is still judged alone."""
    other = "\n  Scenario: Another\n    Given a cart\n    Then it breaks\n"
    behave_project.write("features/cart.feature", FEATURE + other)
    result = behave_project.run("verify", "7", "--runs", "2", "--stress", "order", "--format", "json")
    assert result.code == 0, result.err
    assert [test["outcomes"] for test in result.json["tests"]] == [{"fail": 2}, {"fail": 2}]


def test_all_conditions_can_be_asked_at_once(behave_project: GitProject) -> None:
    """Each condition has its own line."""
    result = behave_project.run("verify", "7", "--runs", "1", "--stress", "all", "--format", "json")
    assert result.code == 0, result.err
    found = [test["condition"] for test in result.json["tests"]]
    left_out = [one["condition"] for one in result.json["skipped"]]
    assert sorted(found + left_out) == sorted(
        ["calm", "one-cpu", "memory-files", "fast-switch", "slow-switch", "burners", "hash-seed", "order"]
    )


def test_a_condition_without_means_is_told(behave_project: GitProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine cannot do is left out, not passed over in silence."""
    monkeypatch.setattr("bugcapture.workflow.stress._MEMORY_FOLDER", Path("/no/such/folder"))
    monkeypatch.delattr("os.sched_setaffinity", raising=False)
    arguments = ("--runs", "1", "--stress", "memory-files", "--stress", "one-cpu")
    result = behave_project.run("verify", "7", *arguments)
    assert result.code == 0
    assert "memory-files was left out: there is no /no/such/folder" in result.err
    assert "one-cpu was left out: this system pins no process to a processor" in result.err


@pytest.mark.tdd_bug(1011)
def test_parameters_of_one_function_are_judged_by_their_own_switch(project: GitProject) -> None:
    """One that is captured has to fail, one that is guarded has to pass, in every run."""
    project.write(
        "tests/test_mixed.py",
        """
        import pytest

        BUG = pytest.mark.tdd_bug(7)


        @pytest.mark.parametrize(
            "number", [pytest.param(1, marks=[BUG, pytest.mark.tdd_expected_fail]), pytest.param(2, marks=BUG)]
        )
        def test_mixed(number):
            assert number == 2
        """,
    )
    result = project.run("verify", "7", "--runs", "2", "--stress", "order", "--format", "json")
    tests = [
        (test["name"], test["as_expected"], test["outcomes"])
        for test in sorted(result.json["tests"], key=lambda test: (test["condition"], test["name"]))
    ]
    assert tests == 2 * [("test_mixed[1]", 2, {"fail": 2}), ("test_mixed[2]", 2, {"pass": 2})]
    assert result.json["holds"] is True
