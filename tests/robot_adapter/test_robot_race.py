"""The keyword library for races."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot_project import TAGS, VERSION

if TYPE_CHECKING:
    from robot_project import RobotProject

SHOP = """
    import threading
    from pathlib import Path

    def create_engine():
        return object()

    class Racy:
        engine = None
        lock = threading.Lock()

        def engine_of(self):
            if self.engine is None:
                self.engine = create_engine()
            return self.engine

        def locked(self):
            with self.lock:
                return self.engine_of()

        def raises(self):
            create_engine()
            raise ValueError("from a thread")

        def close(self):
            with Path("closed").open("a") as file:
                file.write("x")

    class Stubborn(Racy):
        def close(self):
            raise OSError("cannot close")

    NOTHING = None
"""
RACE = "Race Threads    2    through={}    meeting_at=shop.create_engine    wait=50 ms    timeout=5 seconds"


def test_races_in_robot(project: RobotProject) -> None:
    """A race is captured with keywords: buggy code fails as expected, mended code passes, misuse is an error."""
    project.write("shop.py", SHOP)
    racy, locked, raises = (RACE.format(name) for name in ("engine_of", "locked", "raises"))
    bodies = {
        "once": f"Race Object    shop:Racy\n{racy}\nOnly One Thread Should Have Gone Through",
        "same": f"Race Object    shop.Racy\n{racy}\nAll Threads Should Have Got The Same Result",
        "raised": f"Race Object    shop:Racy\n{raises}\nNo Thread Should Have Raised",
        "calls": f"Race Object    shop:Racy\n{racy}\nCalls Of The Meeting Point Should Be    1",
        "fixed": f"Race Object    shop:Racy\n{locked}\nOnly One Thread Should Have Gone Through",
        "two calls": f"Race Object    shop:Racy\n{racy}\nCalls Of The Meeting Point Should Be    2",
        "no factory": "Race Object    shop:NOTHING",
        "no object": racy,
        "no method": f"Race Object    shop:Racy\n{RACE.format('nope')}",
        "no race": "Race Object    shop:Racy\nNo Thread Should Have Raised",
        "never met": f"Race Object    shop:Racy\n{RACE.format('close')}",
        "not closed": f"Race Object    shop:Stubborn\n{racy}\nOnly One Thread Should Have Gone Through",
        "passes, not closed": "Race Object    shop:Stubborn",
        "two objects": f"Race Object    shop:Racy\nRace Object    shop:Racy\n{racy}\nNo Thread Should Have Raised",
    }
    cases = "".join(
        f"{name}\n    {TAGS}\n    " + body.replace("\n", "\n    ") + "\n" for name, body in bodies.items()
    )
    project.write(
        "tests/a.robot", f"*** Settings ***\nLibrary    bugcapture.robot.Race\n*** Test Cases ***\n{cases}"
    )

    run = project.robot()

    expected = dict.fromkeys(("once", "same", "raised", "calls"), "expected_failure")
    passed = dict.fromkeys(("fixed", "two calls", "two objects"), "unexpected_pass")
    verdicts = dict.fromkeys(bodies, "wrong_failure") | expected | passed
    if VERSION < (7, 1):  # Library listeners come after all others there.
        verdicts |= {"not closed": "expected_failure", "passes, not closed": "unexpected_pass"}
    assert run.verdicts == verdicts
    assert {run.statuses[name] for name in bodies if "not closed" in name} == {"FAIL"}
    assert run.message("once").startswith(
        "Expected failure (#1): 2 threads went through shop.create_engine, expected 1"
    )
    assert "makes no object" in run.message("no factory")
    assert "write before: Race Object" in run.message("no object")
    assert "has no method 'nope'" in run.message("no method")
    assert "write before: Race Threads" in run.message("no race")
    assert "the race object could not be closed: OSError: cannot close" in run.message("not closed")
    assert "the race object could not be closed" in run.message("passes, not closed")
    # Each object is closed once; one test made two, and another closed its own in two threads.
    users = sum("Racy" in body for body in bodies.values())
    assert len((project.folder / "closed").read_text()) == users + 1 + 2


def test_libdoc_shows_the_keywords(project: RobotProject) -> None:
    """Robot's own tool finds the keywords, their types and their documentation."""
    listed = project.python("-m", "robot.libdoc", "bugcapture.robot.Race", "list")
    shown = project.python("-m", "robot.libdoc", "bugcapture.robot.Race", "show", "Race Threads")

    assert listed.stdout.split("\n")[-2] == "Race Threads"
    assert "timedelta" in shown.stdout
    assert "| Race Threads    2    through=_ensure_session" in shown.stdout
