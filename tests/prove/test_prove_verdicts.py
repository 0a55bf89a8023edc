"""What `prove` says of each way in which a test of a bug can go, in all three frameworks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prove_project import BUGGY, DEEDS, FIXED, HALF

if TYPE_CHECKING:
    from prove_project import Shop


def test_red_without_the_fix_and_green_with_it_is_proven(shop: Shop) -> None:
    """The capture was merged with the switch; the fix takes the switch away."""
    shop.write_test(switch=True)
    shop.commit("test: capture bug 7")
    shop.branch()
    shop.write_test()
    shop.fix()
    before = shop.state()

    done = shop.json("7")

    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert list(done.transitions.values()) == ["FAIL_TO_PASS"]
    (test,) = done.json["tests"]
    assert test["base"]["reason"].startswith("AssertionError: ")
    assert "4" in test["base"]["reason"]
    assert test["bugs"] == [7]
    assert done.err == "bugcapture: PROVEN: red without the change, green with it\n"
    assert shop.state() == before
    assert shop.worktrees() == []


def test_test_and_fix_in_one_branch_are_proven(shop: Shop) -> None:
    """The base has no test at all: it comes with the head's test files."""
    shop.branch()
    shop.write_test()
    shop.fix()
    done = shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    done = shop.json()
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert done.json["bug"] is None


@pytest.mark.parametrize(
    ("deed", "program", "proof", "sides"),
    [
        ("is blind", FIXED, "NOT_CAPTURED", "pass/pass"),
        ("is undefined", FIXED, "NOT_RUN_AT_BASE", "error/error"),
        ("is not set up", FIXED, "NOT_RUN_AT_BASE", "error/error"),
        ("skips itself", FIXED, "NOT_RUN_AT_BASE", "skip/skip"),
        ("checks", HALF, "INCOMPLETE", "fail/fail"),
        ("checks", BUGGY, "INCOMPLETE", "fail/fail"),
    ],
)
def test_everything_else_is_not_proven(shop: Shop, deed: str, program: str, proof: str, sides: str) -> None:
    """Only a failure of the test's own verification says anything about the program."""
    shop.branch()
    shop.write_test(deed)
    shop.write("notes.txt", "so that there is a change\n")
    shop.fix(program)
    done = shop.json("7")
    assert (done.code, done.proof, [*done.sides.values()]) == (1, proof, [sides]), done


def test_a_test_that_still_carries_the_switch_is_refused(shop: Shop) -> None:
    """Whether it was asked by its number or as a part of the branch."""
    shop.branch()
    shop.write_test(switch=True)
    shop.fix()
    done = shop.json("7")
    assert (done.code, done.proof, [*done.sides.values()]) == (1, "SWITCHED", ["fail/pass"]), done
    done = shop.json()
    assert (done.code, done.proof, [*done.sides.values()]) == (1, "SWITCHED", ["fail/pass"]), done


def test_a_test_that_hangs_is_stopped_and_proves_nothing(shop: Shop) -> None:
    """What was stopped has left no record."""
    shop.branch()
    shop.write_test("hangs")
    shop.fix()
    done = shop.json("7", "--timeout", "4")
    assert (done.code, done.proof) == (1, "NOT_RUN_AT_BASE"), done
    (test,) = done.json["tests"]
    assert test["base"]["outcome"] in {"none", "error"}
    assert any(word in test["base"]["reason"] for word in ("4 seconds", "interrupt", "signal"))


def test_an_import_that_only_the_fix_brings_is_no_red(shop: Shop) -> None:
    """A name that the program has only with the fix: the tests cannot even be loaded without it."""
    shop.branch()
    shop.write_test()
    if shop.framework == "pytest":
        text = (shop.folder / shop.test_file).read_text("utf-8")
        shop.write(shop.test_file, f"from shop import total_of_all\n{text}".encode())
    else:
        name = "features/steps/cart.py" if shop.framework == "behave" else "robot/Till.py"
        text = (shop.folder / name).read_text("utf-8")
        shop.write(name, f"from shop import total_of_all\n{text}".encode())
    shop.fix(f"{FIXED}\n\ntotal_of_all = total\n")
    done = shop.json("7")
    assert (done.code, done.proof) == (1, "NOT_RUN_AT_BASE"), done
    (test,) = done.json["tests"]
    assert (test["base"]["outcome"] in {"none", "error"}, test["head"]["outcome"]) == (True, "pass"), test
    assert test["transition"] == "ERROR_TO_PASS"
    said = done.err + str(test["base"])
    assert "total_of_all" in said or "No keyword with name 'Total Of Should Be' found" in said


def test_one_test_of_several_is_enough_if_no_other_is_red(shop: Shop) -> None:
    """A test of the bug that passes on both sides says nothing against the fix; one that is red with it does."""
    shop.branch()
    shop.write_test("checks", more="is blind")
    shop.fix()
    done = shop.json("7")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert [*done.sides.values()] == ["fail/pass", "pass/pass"]
    shop.write_test("checks", more="is not set up")
    shop.commit()
    done = shop.json("7")
    assert (done.code, done.proof) == (1, "INCOMPLETE"), done
    assert [*done.sides.values()] == ["fail/pass", "error/error"]


def test_a_bug_without_a_test_is_a_wrong_call(shop: Shop) -> None:
    """Frameworks exit with 0 when nothing was selected; here that is no answer."""
    shop.branch()
    shop.write_test()
    shop.fix()
    done = shop.prove("8")
    assert done.code == 2
    assert "no test of this revision belongs to bug #8" in done.err
    assert shop.worktrees() == []


def test_a_branch_without_tests_proves_nothing(shop: Shop) -> None:
    """It says so, and how many files it has changed."""
    shop.branch()
    shop.fix()
    done = shop.prove()
    assert done.code == 1
    assert "NO_TESTS" in done.out
    assert "the change brings no test: 1 changed file" in done.out


def test_all_tests_of_a_touched_file_are_named(shop: Shop) -> None:
    """Tagged or not; those that the branch did not touch have no say unless it made a difference to them."""
    shop.write_test("is blind")
    shop.commit()
    shop.branch()
    shop.write_test("is blind", more="checks")
    shop.fix()
    done = shop.json()
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert [*done.sides.values()] == ["pass/pass", "fail/pass"]
    assert [test["touched"] for test in done.json["tests"]] == [False, True]


def test_a_test_that_the_change_breaks_is_seen(shop: Shop) -> None:
    """Also one that the branch has not touched."""
    shop.write_test("is blind")
    shop.commit()
    shop.branch()
    shop.write_test("is blind", more="checks")
    shop.fix("def total(prices):\n    return 7\n")
    done = shop.json()
    assert (done.code, done.proof) == (1, "INCOMPLETE"), done
    assert [*done.sides.values()] == ["pass/fail", "fail/pass"]


def test_wrong_tags_are_refused_before_anything_runs(shop: Shop) -> None:
    """As everywhere: with the rule and the place."""
    shop.branch()
    shop.write_test()
    text = (shop.folder / shop.test_file).read_text("utf-8")
    wrong = text.replace(
        "tdd_bug_7", "tdd_bug_7 @tdd_isue_8" if shop.framework == "behave" else "tdd_bug_7    tdd_isue_8"
    )
    wrong = wrong.replace("@pytest.mark.tdd_bug(7)", "@pytest.mark.tdd_bug(7)\n@pytest.mark.tdd_isue(8)")
    shop.write(shop.test_file, wrong.encode())
    shop.fix()
    done = shop.prove("7")
    assert done.code == 1
    assert "nothing was run" in done.err
    assert "T4" in done.err
    assert shop.worktrees() == []


def test_every_deed_is_used() -> None:
    """So that the table of deeds does not rot."""
    assert {frozenset(deeds) for deeds in DEEDS.values()} == {
        frozenset({"checks", "is blind", "is undefined", "is not set up", "skips itself", "hangs"})
    }
