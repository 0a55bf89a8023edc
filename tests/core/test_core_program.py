"""What belongs to the program, by the way to the file."""

from __future__ import annotations

import pytest

from bugcapture.core.program import is_installed, is_program


@pytest.mark.parametrize(
    "path",
    [
        "shop.py", "src/shop/tax.py", "src/testing/tax.py", "src/shop/contest_.py", "tests.py", "features.py",
        "src/environments.py", "src/latest_.py", "src/.venv.py",
    ],
)  # fmt: skip
def test_a_part_of_the_program(path: str) -> None:
    """Also where its name only looks like that of a test."""
    assert is_program(path.split("/"))
    assert not is_installed(path.split("/"))


@pytest.mark.parametrize(
    "path",
    [
        "conftest.py", "src/shop/conftest.py", "features/environment.py", "src/environment.py", "test_tax.py",
        "src/shop/test_tax.py", "src/shop/tax_test.py", "tests/helpers.py", "src/test/helpers.py",
        "features/steps/tax.py", "src/shop/tests/data/deep/helpers.py",
    ],
)  # fmt: skip
def test_a_test_or_what_tests_share(path: str) -> None:
    """By its own name or that of a folder it lies in."""
    assert not is_program(path.split("/"))
    assert not is_installed(path.split("/"))


@pytest.mark.parametrize(
    "path",
    [".venv/lib/python3.11/shop.py", "lib/site-packages/shop/tax.py", "usr/lib/python3/dist-packages/shop.py"],
)
def test_what_is_installed(path: str) -> None:
    """It lies in the folder that installers use, however deep."""
    assert is_installed(path.split("/"))
    assert not is_program(path.split("/"))
