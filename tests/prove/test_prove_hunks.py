"""Which parts of a fix does no test notice?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prove_project import FIXED

if TYPE_CHECKING:
    from prove_project import Shop

BEFORE = '''
"""A shop."""


def total(prices):
    """The total."""
    return sum(prices[1:])


def count(prices):
    return len(prices) - 1


def names(items):
    return sorted(items)
'''
AFTER = '''
"""A shop, and a good one."""

# It counts.


def total(prices):
    """The total of all items."""
    return sum(prices)


def count(prices):
    return len(prices)


def names(items):
    return sorted( items )
'''


def test_every_change_that_no_test_notices_is_named(shop: Shop) -> None:
    """Comments, docstrings, layout, prose and hidden files are no part of the fix."""
    shop.write("shop.py", BEFORE)
    shop.write("data.txt.in", "1\n")
    shop.write("old.py", "x = 1\n")
    shop.write(".ci/run.py", "x = 1\n")
    shop.write("logo.bin", b"\x00\x01\x02")
    shop.commit()
    shop.branch()
    shop.write_test()
    shop.write("data.txt.in", "2\n")
    shop.write("new.py", "y = 2\n")
    shop.write(".ci/run.py", "x = 2\n")
    shop.write("logo.bin", b"\x00\x01\x03")
    shop.write("NEWS.md", "Fixed.\n")
    (shop.folder / "old.py").unlink()
    shop.fix(AFTER)
    before = shop.state()
    done = shop.json("7", "--hunks")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    found = [(hunk["path"], hunk["line"], hunk["asked"]) for hunk in done.json["unproven"]]
    assert found == [
        ("data.txt.in", 1, True),
        ("logo.bin", 0, True),
        ("new.py", 0, True),
        ("old.py", 0, True),
        ("shop.py", 12, True),
    ]
    assert shop.state() == before


def test_a_fix_that_is_held_as_a_whole(plain_shop: Shop) -> None:
    """Nothing is left to be named."""
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    done = plain_shop.prove("7", "--hunks")
    assert done.code == 0
    assert done.out.endswith("\nevery change of the program is noticed by a test that proves the fix\n")
    done = plain_shop.prove("7", "--hunks", "--format=markdown")
    assert "\nEvery change of the program is noticed by a test that proves the fix.\n" in done.out


def test_without_a_proof_no_part_of_it_is_proven(plain_shop: Shop) -> None:
    """And nothing needs to be run for that."""
    plain_shop.branch()
    plain_shop.write_test("is blind")
    plain_shop.fix()
    done = plain_shop.prove("7", "--hunks")
    assert done.code == 1
    assert "no test that proves the fix notices when these are taken back:\n  shop.py:2\n" in done.out
    done = plain_shop.prove("7", "--hunks", "--format=markdown")
    assert "No test that proves the fix notices when these are taken back:\n\n- `shop.py:2`\n" in done.out


def test_a_change_that_cannot_be_taken_back_alone_is_told(plain_shop: Shop) -> None:
    """Another revision of a submodule, which is in no patch."""
    library = ("update-index", "--add", "--cacheinfo")
    plain_shop.git(*library, f"160000,{'1' * 40},vendor")
    plain_shop.git("commit", "--quiet", "-m", "a library")
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write("shop.py", FIXED)
    plain_shop.git("add", "shop.py", "tests")
    plain_shop.git(*library, f"160000,{'2' * 40},vendor")
    plain_shop.git("commit", "--quiet", "-m", "fix: count every item")
    done = plain_shop.prove("7", "--hunks")
    assert done.code == 0, done
    assert "  vendor (it could not be taken back alone)\n" in done.out
    assert [hunk["asked"] for hunk in plain_shop.json("7", "--hunks").json["unproven"]] == [False]


def test_a_file_that_the_tests_write_to_can_be_taken_back(plain_shop: Shop) -> None:
    """It is made what it was before."""
    plain_shop.write("count.in", "1\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write("tests/conftest.py", "with open('count.in', 'w') as stream:\n    stream.write('3\\n')\n")
    plain_shop.write("count.in", "2\n")
    plain_shop.fix()
    document = plain_shop.json("7", "--hunks").json
    assert [(hunk["path"], hunk["asked"]) for hunk in document["unproven"]] == [("count.in", True)]


@pytest.mark.parametrize(
    "setting", [("diff.noprefix", "true"), ("core.autocrlf", "true"), ("apply.whitespace", "fix")]
)
def test_what_the_user_has_set_for_patches_does_not_matter(plain_shop: Shop, setting: tuple[str, str]) -> None:
    """They are ours and not his."""
    plain_shop.write("[a]*.py", "x = 1  \n")
    plain_shop.write("aaa.py", "x = 1\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.git("config", *setting)
    plain_shop.write_test()
    plain_shop.write("[a]*.py", "x = 2  \n")
    plain_shop.write("aaa.py", "x = 2\n")
    plain_shop.fix()
    document = plain_shop.json("7", "--hunks").json
    assert [(hunk["path"], hunk["asked"]) for hunk in document["unproven"]] == [
        ("[a]*.py", True),
        ("aaa.py", True),
    ]


def test_a_program_that_hangs_without_a_change_has_noticed_it(
    plain_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped after a while, though the user has named no time."""
    monkeypatch.setattr("bugcapture.workflow.prove._LEAST_SECONDS", 8.0)
    monkeypatch.setattr("bugcapture.workflow.prove._PATIENCE", 2.0)
    wait = "def wait():\n    while not DONE:\n        time.sleep(0.01)\n"
    program = f"import time\n\nDONE = {{}}\n\n\ndef total(prices):\n    return sum(prices{{}})\n\n\n{wait}"
    plain_shop.write("shop.py", program.format("False", "[1:]"))
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    plain_shop.write(plain_shop.test_file, f"{text}    shop.wait()\n".encode())
    plain_shop.fix(program.format("True", ""))
    document = plain_shop.json("7", "--hunks").json
    assert (document["proof"], document["unproven"]) == ("PROVEN", [])
