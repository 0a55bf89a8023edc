"""Rules that their modules explain."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from bugcapture.core.rules import Explained, rules_of

if TYPE_CHECKING:
    from pathlib import Path

TEXT = '"""{title}\n\nMore of it.\n"""\nfrom bugcapture.core.rules import Explained\n\n\ndef check(): ...\n\n\n'
RULE = "class Rule(Explained):\n    check = staticmethod(check)\n\n\nRULE = Rule()\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of two rules and one without a text."""
    folder = tmp_path / "rules_of_core"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "b_second.py").write_text(TEXT.format(title="What ``b`` does.") + RULE)
    (folder / "a_first.py").write_text(TEXT.format(title="Ends with dots...") + RULE)
    (folder / "c_third.py").write_text(TEXT.partition("\n\n")[2].partition('"""\n')[2] + RULE)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return "rules_of_core"


def test_rules_come_by_the_names_of_their_modules(package: str) -> None:
    """And say what their module says."""
    rules = rules_of(importlib.import_module(package))
    assert [rule.check.__module__ for rule in rules] == [
        f"{package}.{name}" for name in ("a_first", "b_second", "c_third")
    ]
    assert all(isinstance(rule, Explained) for rule in rules)
    assert [rule.title for rule in rules] == ["Ends with dots", "What b does", ""]
    assert [rule.explanation for rule in rules] == [
        "Ends with dots...\n\nMore of it.\n", "What ``b`` does.\n\nMore of it.\n", "",
    ]  # fmt: skip


def test_a_rule_has_no_attributes_of_its_own() -> None:
    """Those of the rules that are made of it stay slots."""
    assert Explained.__slots__ == ()
