"""A project whose push runs many small hooks: the shape of one that ran 43 of them, 32 of them pytest.

Fifteen hooks look at deployments, eight at the tests themselves, five at the documentation, one at types, and
fourteen at the rest. All of them are real: they read files of the project and fail when those are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

CONFIG = ".pre-commit-config.yaml"
YAML = r"^deployments/.*\.ya?ml$"
TESTS = r"^tests/.*\.py$"
DOCS = r"^docs/.*\.md$"
SOURCE = r"^shop/.*\.py$"


@dataclass(frozen=True)
class PushHook:
    """One hook.

    Attributes:
        id: Its id.
        entry: Its command.
        files: The files that it is for.
        comment: What is noted of it; empty for nothing.
    """

    id: str
    entry: str
    files: str
    comment: str = ""

    def lines(self) -> Iterator[str]:
        """What is written of it."""
        if self.comment:
            yield f"# {self.comment}"
        yield f"- id: {self.id}"
        yield f"  name: Check {self.id.replace('-', ' ')}"
        yield f"  entry: {self.entry}"
        yield "  language: system"
        yield f"  files: '{self.files}'"
        yield "  pass_filenames: false"
        yield "  stages: [pre-push]  # slow"


DEPLOYMENT = (
    *(
        PushHook(f"helm-{name}", f"pytest tests/deployment/test_helm.py::test_{name} -v --tb=short", YAML)
        for name in ("kinds", "names", "replicas", "images")
    ),
    *(
        PushHook(
            f"deploy-{name}", f"pytest tests/deployment/test_{name}.py -v --tb=short", YAML, f"Policy of {name}."
        )
        for name in ("network", "accounts", "secrets", "volumes", "probes", "limits", "labels")
    ),
    PushHook("deploy-quick", "pytest tests/deployment -m quick -v --tb=short", YAML),
    PushHook("deploy-strict", "pytest tests/deployment -m strict -v --tb=short", YAML),
    PushHook("placeholders", 'bash -c "! grep -rn PLACEHOLDER deployments"', YAML),
    PushHook("deploy-order", "python scripts/check_order.py deployments", YAML),
)
META = (
    *(
        PushHook(f"meta-{name}", f"pytest tests/meta/test_{name}.py -v --tb=short", TESTS)
        for name in ("names", "asserts", "length", "imports", "folders", "endings")
    ),
    PushHook("meta-module", "python -m pytest tests/meta/test_module.py -v --tb=short", TESTS),
    PushHook("meta-first", "pytest -x tests/meta/test_first.py -v --tb=short", TESTS),
)
DOCUMENTATION = (
    *(
        PushHook(f"docs-{name}", f"pytest tests/docs/test_{name}.py -v --tb=short", DOCS)
        for name in ("titles", "links", "length")
    ),
    PushHook("docs-tabs", "python scripts/check_tabs.py docs", DOCS),
    PushHook("docs-order", "python scripts/check_order.py docs", DOCS),
)
TYPES = (PushHook("types", "mypy --strict shop", SOURCE),)
OTHERS = (
    *(
        PushHook(f"unit-{name}", f"pytest tests/unit/test_{name}.py -v --tb=short", SOURCE)
        for name in ("cart", "price", "stock", "order", "user", "coupon", "invoice", "parcel")
    ),
    *(PushHook(f"tabs-{name}", f"python scripts/check_tabs.py {name}", TESTS) for name in ("shop", "tests")),
    *(PushHook(f"order-{name}", f"python scripts/check_order.py {name}", TESTS) for name in ("shop", "tests")),
    PushHook("lint", "ruff check --no-cache --select F shop tests", SOURCE),
    PushHook("lint-scripts", "ruff check --no-cache --select F scripts", SOURCE),
)
ALL = (*DEPLOYMENT, *META, *DOCUMENTATION, *TYPES, *OTHERS)
FEW = (
    "helm-kinds", "helm-names", "deploy-network", "deploy-quick", "deploy-strict", "placeholders", "meta-names",
    "meta-module", "meta-first", "docs-titles", "docs-tabs", "unit-cart",
)  # fmt: skip

_INI = "[pytest]\nmarkers =\n    quick: takes no time\n    strict: looks twice\n"
_DEPLOYMENT = """\
from pathlib import Path

import pytest

LINES = Path("deployments/base.yaml").read_text().splitlines()


@pytest.mark.{marker}
@pytest.mark.parametrize("line", LINES)
def test_{name}(line):
    assert ": " in line or line.endswith(":")
"""
_HELM = """\
import pytest


@pytest.fixture(scope="module")
def text():
    with open("deployments/base.yaml") as stream:
        return stream.read()


"""
_FILES = """\
from pathlib import Path

import pytest


@pytest.mark.parametrize("file", sorted(Path("{folder}").rglob("*.{suffix}")), ids=str)
def test_{name}(file):
    assert "\\t" not in file.read_text()
"""
_UNIT = """\
from shop.cart import total


def test_{name}_of_nothing():
    assert total([]) == 0


def test_{name}_of_all():
    assert total([1, 2, 3]) == 6
"""
_SCRIPT = """\
import pathlib
import sys

files = [file for file in pathlib.Path(sys.argv[1]).rglob("*.*") if file.suffix in {{".py", ".md", ".yaml"}}]
wrong = [file for file in files if {wrong}]
sys.exit(f"wrong: {{wrong}}" if wrong else 0)
"""


def write_project(folder: Path, hooks: Collection[PushHook] = ALL, *, loads: str = "json") -> None:
    """Write the project.

    Args:
        folder: Its folder.
        hooks: Its hooks.
        loads: A module that all its tests import, and that takes its time.
    """
    for name, text in _files(loads):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    (folder / CONFIG).write_text(configuration(hooks), "utf-8")


def configuration(hooks: Collection[PushHook]) -> str:
    """The configuration with some hooks."""
    listed = "\n\n".join(indent("\n".join(hook.lines()), "      ") for hook in hooks)
    return f"# What a push has to pass.\nrepos:\n  - repo: local\n    hooks:\n{listed}\n"


def few() -> list[PushHook]:
    """Twelve of the hooks, of all kinds."""
    return [hook for hook in ALL if hook.id in FEW]


def _files(loads: str) -> Iterator[tuple[str, str]]:
    yield "pytest.ini", _INI
    yield ".gitignore", "__pycache__/\n.pytest_cache/\n.mypy_cache/\n.bugcapture/\n"
    yield "conftest.py", f"import {loads}  # noqa: F401\n"
    yield "deployments/base.yaml", "kind: Deployment\nname: shop\nreplicas: 2\nimage: shop:1\n"
    yield "docs/index.md", "# The shop\n\nSells things.\n"
    yield "docs/more.md", "# More of it\n\nSee [the shop](index.md).\n"
    yield "shop/__init__.py", '"""The shop."""\n'
    yield "shop/cart.py", "def total(prices: list[int]) -> int:\n    return sum(prices)\n"
    yield "scripts/check_tabs.py", _SCRIPT.format(wrong='"\\t" in file.read_text()')
    yield "scripts/check_order.py", _SCRIPT.format(wrong="not file.read_text().endswith('\\n')")
    for part in ("", "deployment/", "meta/", "docs/", "unit/"):
        yield f"tests/{part}__init__.py", "# Tests.\n"
    helm = [f'def test_{name}(text):\n    assert "{word}" in text\n' for name, word in _WORDS]
    yield "tests/deployment/test_helm.py", _HELM + "\n\n".join(helm)
    for name, marker in _POLICIES:
        yield f"tests/deployment/test_{name}.py", _DEPLOYMENT.format(name=name, marker=marker)
    for name in ("names", "asserts", "length", "imports", "folders", "endings", "module", "first"):
        yield (
            f"tests/meta/test_{name}.py",
            _FILES.format(name=name, folder="tests", suffix="py").replace("\\t", "\\a"),
        )
    for name in ("titles", "links", "length"):
        yield f"tests/docs/test_{name}.py", _FILES.format(name=name, folder="docs", suffix="md")
    for name in ("cart", "price", "stock", "order", "user", "coupon", "invoice", "parcel"):
        yield f"tests/unit/test_{name}.py", _UNIT.format(name=name)


_WORDS = (("kinds", "kind"), ("names", "name"), ("replicas", "replicas"), ("images", "image"))
_POLICIES = (
    ("network", "quick"), ("accounts", "quick"), ("secrets", "strict"), ("volumes", "strict"),
    ("probes", "quick"), ("limits", "strict"), ("labels", "quick"),
)  # fmt: skip
