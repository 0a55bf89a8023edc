"""What pytest projects do: parameters, classes, unittest, feature files, worker processes, tests of test runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from prove_project import GitProject, Shop


def test_parameters_are_tests_of_their_own(plain_shop: Shop) -> None:
    """A case that the fix adds is red alone; all of the function are touched."""
    text = (
        "import pytest\n\nimport shop\n\n\n@pytest.mark.parametrize(\n    ('prices', 'total'),\n    [\n"
        "        ([], 0),\n{}    ],\n)\ndef test_total(prices, total):\n"
        "    assert shop.total(prices) == total\n\n\n"
        "def test_other():\n    pass\n"
    )
    plain_shop.write("tests/test_cart.py", text.format(""))
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write("tests/test_cart.py", text.format("        ([3, 4], 7),\n        ([0, 4], 4),\n"))
    plain_shop.fix()
    done = plain_shop.json()
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert {test["name"]: (test["transition"], test["touched"]) for test in done.json["tests"]} == {
        "test_total[prices0-0]": ("PASS_TO_PASS", True),
        "test_total[prices1-7]": ("FAIL_TO_PASS", True),
        "test_total[prices2-4]": ("PASS_TO_PASS", True),
        "test_other": ("PASS_TO_PASS", False),
    }


def test_classes_and_unittest(plain_shop: Shop) -> None:
    """A set-up that fails is no red in any of them."""
    plain_shop.branch()
    plain_shop.write(
        "tests/test_cart.py",
        """
        import unittest

        import pytest
        import shop


        class TestTotal:
            def test_items(self):
                assert shop.total([3, 4]) == 7

            def test_order(self):
                pytest.fail("too early") if shop.total([3, 4]) != 7 else None


        class TotalTest(unittest.TestCase):
            def test_items(self):
                self.assertEqual(shop.total([3, 4]), 7)

            def test_parts(self):
                for prices in ([3, 4], [4, 3]):
                    with self.subTest(prices=prices):
                        self.assertEqual(shop.total(prices), 7)


        class BrokenTest(unittest.TestCase):
            def setUp(self):
                self.assertEqual(shop.total([3, 4]), 7)

            def test_items(self):
                pass
        """,
    )
    plain_shop.fix()
    done = plain_shop.json()
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert done.sides == {
        "TestTotal::test_items": "fail/pass",
        "TestTotal::test_order": "fail/pass",
        "TotalTest::test_items": "fail/pass",
        "TotalTest::test_parts": "fail/pass",
        "BrokenTest::test_items": "error/pass",
    }


@pytest.mark.parametrize(
    "addopts",
    ["-n 2", "-x --maxfail=1", "-m 'not slow' -k nothing", "--junitxml=mine.xml -p no:cacheprovider", "--co"],
)
def test_options_of_the_project_do_not_change_the_answer(plain_shop: Shop, addopts: str) -> None:
    """Worker processes, limits, selections and reports of its own; only a dry run runs nothing."""
    plain_shop.write("pytest.ini", f"[pytest]\naddopts = {addopts}\nmarkers = slow\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test("checks", more="is blind")
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    plain_shop.write(
        plain_shop.test_file, f"{text}\n\n@pytest.mark.slow\ndef test_slow():\n    assert 0\n".encode()
    )
    plain_shop.fix()
    for arguments in (("7",), ()):
        done = plain_shop.json(*arguments)
        if addopts == "--co":
            assert (done.code, done.proof) in {(1, "NOT_RUN_AT_BASE"), (1, "NO_TESTS")}, done
            continue
        expected = {"test_guards": "fail/pass", "test_more": "pass/pass"}
        expected |= {} if arguments else {"test_slow": "fail/fail"}
        assert done.sides == expected
        assert (done.code, done.proof) == ((0, "PROVEN") if arguments else (1, "INCOMPLETE")), done


def test_a_feature_file_of_pytest_bdd(plain_shop: Shop) -> None:
    """Tagged and bound; its tests are those of pytest."""
    plain_shop.branch()
    plain_shop.write(
        "tests/cart.feature",
        """
        Feature: Cart
          @tdd_bug @tdd_bug_7
          Scenario: Every item counts
            Given a cart with 3 and 4
            Then the total is 7

          @tdd_bug @tdd_bug_8
          Scenario: Nobody knows
            Given a cart with 3 and 4
            Then nobody knows this step
        """,
    )
    plain_shop.write(
        "tests/test_cart.py",
        """
        import shop
        from pytest_bdd import given, parsers, scenarios, then

        scenarios("cart.feature")


        @given(parsers.parse("a cart with {one:d} and {other:d}"), target_fixture="cart")
        def fill(one, other):
            return [one, other]


        @then(parsers.parse("the total is {total:d}"))
        def check(cart, total):
            assert shop.total(cart) == total
        """,
    )
    plain_shop.fix()
    done = plain_shop.json("7", PYTEST_ADDOPTS="")
    assert (done.code, done.proof, done.sides) == (0, "PROVEN", {"Every item counts": "fail/pass"}), done
    assert done.json["tests"][0]["framework"] == "pytest"
    done = plain_shop.json("8", PYTEST_ADDOPTS="")
    assert (done.code, done.proof, done.sides) == (1, "NOT_RUN_AT_BASE", {"Nobody knows": "error/error"}), done


def test_tests_that_run_tests_speak_only_for_themselves(plain_shop: Shop) -> None:
    """As those of plugins do, in the same process and in another one."""
    plain_shop.write("tests/conftest.py", "pytest_plugins = ['pytester']\n")
    plain_shop.branch()
    plain_shop.write(
        "tests/test_cart.py",
        """
        import pytest
        import shop

        INNER = "import pytest\\n@pytest.mark.tdd_bug(7)\\ndef test_inner():\\n    assert {} == 7\\n"


        @pytest.mark.parametrize("way", ["runpytest_inprocess", "runpytest_subprocess"])
        def test_guards(pytester, way):
            pytester.makepyfile(test_inner=INNER.format(shop.total([3, 4])))
            result = getattr(pytester, way)("-p", "no:cacheprovider")
            result.assert_outcomes(passed=1)
        """,
    )
    plain_shop.fix()
    done = plain_shop.json()
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert done.sides == {
        "test_guards[runpytest_inprocess]": "fail/pass",
        "test_guards[runpytest_subprocess]": "fail/pass",
    }


def test_a_file_that_cannot_be_loaded_with_the_change_is_no_proof(plain_shop: Shop) -> None:
    """Beside another one that is proven: its tests have never run."""
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.write("tests/test_other.py", "import shop.nothing\n\n\ndef test_other():\n    pass\n")
    plain_shop.fix()
    done = plain_shop.json()
    assert (done.code, done.proof) == (1, "INCOMPLETE"), done
    lost = done.json["tests"][-1]
    assert (lost["id"], lost["name"], lost["transition"]) == ("tests/test_other.py", "", "OTHER")
    assert lost["head"]["reason"].startswith("ModuleNotFoundError: No module named 'shop.nothing'")
    assert lost["base"]["outcome"] == lost["head"]["outcome"] == "none"


def test_tests_that_only_the_change_can_load_say_why(plain_shop: Shop) -> None:
    """The reason stands with each of them, whether the bug is asked or the branch."""
    plain_shop.branch()
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    plain_shop.write(plain_shop.test_file, f"from shop import TAX\n{text}".encode())
    plain_shop.fix("TAX = 1\n\n\ndef total(prices):\n    return sum(prices)\n")
    for done in (plain_shop.json(), plain_shop.json("7")):
        assert (done.code, done.proof) == (1, "NOT_RUN_AT_BASE"), done
        (test,) = done.json["tests"]
        assert test["transition"] == "ERROR_TO_PASS"
        assert test["base"]["reason"].startswith("ImportError: cannot import name 'TAX'")


def test_a_generated_file_that_git_does_not_know_is_named(project: GitProject) -> None:
    """Such as a version file that the build makes: nothing runs without it, and it can be carried."""
    project.write(".gitignore", "__pycache__/\n_version.py\n.venv/\n")
    project.write(
        "shop/__init__.py",
        "from shop._version import VERSION\n\n\ndef total(prices):\n    return sum(prices[1:])\n",
    )
    project.commit()
    project.branch()
    fixed = "from shop._version import VERSION\n\n\ndef total(prices):\n    return sum(prices)\n"
    project.write("shop/__init__.py", fixed)
    project.write("tests/test_cart.py", "import shop\n\n\ndef test_total():\n    assert shop.total([3, 4]) == 7\n")
    project.commit()
    project.write("shop/_version.py", "VERSION = 1\n")
    project.write(".venv/lib/other.py", "")
    done = project.json()
    assert (done.code, done.proof) == (1, "NOT_RUN_AT_BASE"), done
    (note,) = done.json["notes"]
    assert note.startswith("git does not know 1 file beside the program, so neither side has shop/_version.py: ")
    done = project.json("--carry", "shop/_version.py")
    assert (done.code, done.proof) == (0, "PROVEN"), done


def test_test_modules_that_another_one_collects(plain_shop: Shop) -> None:
    """The settings name that one alone."""
    plain_shop.write("pytest.ini", "[pytest]\npython_files = all.py\n")
    plain_shop.write("tests/all.py", "from test_cart import *\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    done = plain_shop.json()
    assert (done.code, done.proof, done.sides) == (0, "PROVEN", {"test_guards": "fail/pass"}), done


def test_helpers_among_the_program_can_be_laid_over_and_left_out(plain_shop: Shop) -> None:
    """By hand, or with the project's own list of test folders."""
    plain_shop.write("testkit.py", "WANTED = 0\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write("testkit.py", "WANTED = 7\n")
    plain_shop.write_test()
    text = (plain_shop.folder / plain_shop.test_file).read_text("utf-8")
    plain_shop.write(
        plain_shop.test_file, text.replace("import shop", "import shop\nfrom testkit import WANTED, NEW").encode()
    )
    plain_shop.write("testkit.py", "WANTED = 7\nNEW = 1\n")
    plain_shop.fix()
    assert plain_shop.json("7").proof == "NOT_RUN_AT_BASE"
    assert plain_shop.json("7", "--overlay", "testkit.py").proof == "PROVEN"
    assert plain_shop.json("7", "--overlay", ".", "--exclude", "shop.py").proof == "PROVEN"
    plain_shop.write("pyproject.toml", "[tool.bugcapture]\ntest_roots = ['tests', 'testkit.py']\n")
    assert plain_shop.json("7").proof == "PROVEN"
