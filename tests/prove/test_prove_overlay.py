"""What is laid over the older revision: whole folders of tests and their settings, nothing of the program."""

from __future__ import annotations

import math
import tomllib
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bugcapture.core.toml_text import write_toml
from bugcapture.workflow.overlay import find_overlay, merge_settings

if TYPE_CHECKING:
    from collections.abc import Iterable


def overlay(files: Iterable[str], **options: Any) -> list[str]:
    def is_test(file: str) -> bool:
        name = file.rpartition("/")[2]
        return name.endswith((".feature", ".robot")) or name.startswith("test_")

    return find_overlay(files, is_test, **options)


@pytest.mark.parametrize(
    ("files", "laid"),
    [
        # A folder of tests comes whole, with helpers and data, wherever it stands.
        (["shop.py", "tests/test_a.py", "tests/data/a.json", "tests/helpers.py"], "tests/"),
        (["src/shop/cart.py", "src/shop/tests/test_a.py", "src/shop/tests/help.py"], "src/shop/tests/"),
        (["src/shop.py", "unit_tests/a/test_a.py", "unit_tests/b/c.txt"], "unit_tests/"),
        (["src/shop.py", "Test/test_a.py", "Test/b.txt"], "Test/"),
        (["src/shop.py", "testing/test_a.py", "testing/b.py"], "testing/"),
        (["shop.py", "features/a.feature", "features/steps/a.py", "features/environment.py"], "features/"),
        (["shop.py", "robot/a.robot", "robot/Library.py"], "robot/"),
        (["shop.py", "atest/cases/a.robot", "atest/a.py"], "atest/"),
        # The outermost folder with such a name.
        (["shop.py", "tests/unit/tests/test_a.py", "tests/b.py"], "tests/"),
        # A package of the program may be called so; a Python test beside it comes alone.
        (["app/features/cart.py", "app/features/test_cart.py"], "app/features/test_"),
        (["src/robot/model.py", "src/robot/test_model.py"], "src/robot/test_"),
        (["src/testing/cart.py", "src/testing/test_cart.py"], "src/testing/test_"),
        (["shop/cart.py", "shop/test_cart.py"], "shop/test_"),
        (["src/latest/cart.py", "src/latest/test_cart.py"], "src/latest/test_"),
        (["cart.py", "test_cart.py"], "test_"),
    ],
)
def test_folders_of_tests_are_found(files: list[str], laid: str) -> None:
    """By the test files in them, and by their names."""
    assert overlay(files) == sorted(file for file in files if file.startswith(laid))


def test_folders_without_test_files_are_no_tests() -> None:
    """Whatever they are called."""
    assert overlay(["tests/helpers.py", "src/django/test/client.py", "features/README.md"]) == []


@pytest.mark.parametrize(
    "file",
    ["conftest.py", "a/b/conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", "behave.ini", ".behaverc",
     "tox.ini", "setup.cfg", "sub/setup.cfg", "robot.toml"],
)  # fmt: skip
def test_settings_of_the_frameworks_come_along(file: str) -> None:
    """They say how the tests run."""
    folder, name = file.rpartition("/")[::2]
    others = ["shop.py", f"{file}.txt", f"{folder}/x{name}".lstrip("/")]
    assert overlay([file, *others]) == [file]


def test_pyproject_is_not_taken_as_a_whole() -> None:
    """It holds dependencies as well."""
    assert overlay(["pyproject.toml"]) == []


def test_people_have_the_last_word() -> None:
    """With roots of their own nothing is looked for; more can be added, and some left out."""
    files = ["a/b.py", "a/c.py", "tests/test_a.py", "tests/keep.py", "conftest.py", "ab.py"]
    assert overlay(files, roots=["a"]) == ["a/b.py", "a/c.py", "conftest.py"]
    assert overlay(files, added=["a/b.py"]) == ["a/b.py", "conftest.py", "tests/keep.py", "tests/test_a.py"]
    assert overlay(files, excluded=["tests/keep.py", "conftest.py"]) == ["tests/test_a.py"]
    assert overlay(files, added=["a"], excluded=["a/c.py", "tests"]) == ["a/b.py", "conftest.py"]
    assert overlay(files, roots=["."]) == sorted(files)
    assert overlay(files, excluded=["."]) == []


def test_each_file_comes_once_and_in_order() -> None:
    """Whatever the order in which git names them."""
    assert overlay(["tests/b.py", "tests/test_a.py", "tests/b.py"]) == ["tests/b.py", "tests/test_a.py"]


OLDER = """
[project]
name = "shop"
dependencies = ["old"]

[tool.ruff]
line-length = 100

[tool.pytest.ini_options]
addopts = "-q"

[tool.behave]
stage = "x"
"""
NEWER = """
[project]
name = "shop"
dependencies = ["new"]

[tool.pytest.ini_options]
addopts = "-ra"
markers = ["slow: \\"quoted\\""]

[tool.coverage.run]
branch = true
"""


def test_only_the_tables_about_tests_are_taken_from_the_newer_pyproject() -> None:
    """What is gone there goes; dependencies and all other tools stay."""
    merged = tomllib.loads(merge_settings(OLDER, NEWER))
    older, newer = tomllib.loads(OLDER), tomllib.loads(NEWER)
    assert merged["project"] == older["project"]
    assert merged["tool"] == {
        "ruff": older["tool"]["ruff"],
        "pytest": newer["tool"]["pytest"],
        "coverage": newer["tool"]["coverage"],
    }


@pytest.mark.parametrize(
    ("older", "newer"), [(OLDER, OLDER.replace("old", "new")), ("", "[project]\nname = 'a'\n"), ("# a\n", "")]
)
def test_a_pyproject_whose_tests_are_the_same_stays_byte_for_byte(older: str, newer: str) -> None:
    """Comments and all."""
    assert merge_settings(older, newer) == older


def test_a_pyproject_that_came_with_the_change_gives_its_tables() -> None:
    """And nothing else."""
    assert tomllib.loads(merge_settings("", NEWER))["tool"].keys() == {"pytest", "coverage"}
    assert "project" not in tomllib.loads(merge_settings("", NEWER))


@pytest.mark.parametrize(("older", "newer"), [("a = ", NEWER), (OLDER, "a = "), ("tool = 3\n", NEWER)])
def test_what_is_no_toml_is_an_error(older: str, newer: str) -> None:
    """The framework itself will say it; a tool that is no table gives way."""
    if older.startswith("tool"):
        assert "pytest" in tomllib.loads(merge_settings(older, newer))["tool"]
    else:
        with pytest.raises(ValueError, match="Invalid value"):
            merge_settings(older, newer)


NAMES = st.text(st.characters(codec="utf-8"), max_size=6)
SCALARS = (
    NAMES
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.dates(min_value=date(1, 1, 1))
    | st.times()
    | st.datetimes(timezones=st.sampled_from([None, UTC]))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_written_toml_says_what_was_read(document: dict[str, Any]) -> None:
    """For any document."""
    assert tomllib.loads(write_toml(document)) == document


def test_what_is_no_number_is_written_too() -> None:
    """TOML knows three of them."""
    found = tomllib.loads(write_toml({"a": math.inf, "b": -math.inf, "c": math.nan}))
    assert (found["a"], found["b"], math.isnan(found["c"])) == (math.inf, -math.inf, True)
    at = datetime(2026, 1, 2, 3, 4, 5, 600000, UTC)
    assert tomllib.loads(write_toml({"at": at, "t": time(7, 32)})) == {"at": at, "t": time(7, 32)}
