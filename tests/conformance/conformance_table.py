"""Read the table of cases."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from bugcapture.core.tags import read_tags

TABLE = Path(__file__).with_name("cases.toml")
FRAMEWORKS = ("behave", "behavex", "robot", "pabot", "pytest", "xdist", "pytest_bdd")
# Some frameworks alone: `CONFORMANCE_FRAMEWORKS=behave,behavex`.
CHOSEN = tuple(os.environ.get("CONFORMANCE_FRAMEWORKS", ",".join(FRAMEWORKS)).split(","))
# A test function goes on after a failure with subtests, which pytest has since 9.0, or by a plugin.
HAS_SUBTESTS = any(find_spec(name) is not None for name in ("_pytest.subtests", "pytest_subtests"))
# pytest-bdd reads rules, and the tags above Examples, since 8.0.
HAS_RULES = find_spec("pytest_bdd") is not None and int(version("pytest-bdd").partition(".")[0]) >= 8
GREEN = frozenset({"expected_failure", "passed", "not_run"})
RED = frozenset({"unexpected_pass", "wrong_failure", "regressed"})

# How the host itself sees a deed, before anybody judges it; what is not here fails.
_RAW = {"passes": "passed", "passes_early": "passed", "skips": "skipped"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of the table; `cases.toml` says what each key means."""

    id: str
    exit: str
    verdict: str = ""
    why: str = ""
    tags: str = ""
    container_tags: str = ""
    group_tags: str = ""
    setup: str = ""
    shared_setup: str = ""
    late_tags: str = ""
    hook: str = ""
    hook_after: str = ""
    step_hook: str = ""
    step_hook_after: str = ""
    container_setup: str = ""
    container_teardown: str = ""
    action: str = ""
    body: tuple[str, ...] = ()
    goes_on: bool = False
    teardown: str = ""
    fails_with: str | None = None
    fails_at: str = ""
    container_fails_with: str = ""
    repeated: bool = False
    rows: tuple[Row, ...] = ()
    rules: tuple[str, ...] = ()
    alone: bool = False
    apart: bool = False
    not_for: dict[str, str]

    @classmethod
    def read(cls, table: dict[str, Any]) -> Self:
        """One case from one ``[[case]]``.

        Raises:
            ValueError: For a key that no case has.
        """
        known = {field.name for field in fields(cls)}
        if unknown := set(table) - known:
            raise ValueError(f"{table['id']}: unknown keys {sorted(unknown)}")
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        rows = tuple(Row(**{**row, "body": tuple(row["body"])}) for row in table.get("rows", ()))
        return cls(**{**values, "rows": rows, "not_for": table.get("not_for", {})})

    @property
    def own_file(self) -> bool:
        """Whether it needs a file of its own, because of what stands around it."""
        return bool(
            self.container_tags
            or self.group_tags
            or self.shared_setup
            or self.container_setup
            or self.container_teardown
            or self.container_fails_with
        )

    @property
    def tests(self) -> dict[str, str]:
        """The verdict of each of its tests, by name."""
        if self.rows:
            return {f"{self.id}#{number}": row.verdict for number, row in enumerate(self.rows, start=1)}
        return {self.id: self.verdict}

    def ids(self, name: str) -> tuple[int, ...]:
        """The bug numbers of one of its tests."""
        row = self.rows[int(name.partition("#")[2]) - 1].tags if self.rows else ""
        return read_tags(f"{self.container_tags} {self.group_tags} {self.tags} {row} {self.late_tags}".split()).ids

    def failing(self, name: str) -> str:
        """The deed with which one of its tests fails first, apart from its teardown; empty when none does."""
        body = self.rows[int(name.partition("#")[2]) - 1].body if self.rows else self.body
        before = (self.container_setup, self.hook, self.shared_setup, self.setup, self.step_hook, self.action)
        steps = [deed.removeprefix("nested ") for deed in (*before, *body) if not deed.startswith("caught")]
        return next((deed for deed in steps if deed and (deed not in _RAW or deed == "passes_early")), "")

    def raw(self, name: str) -> str:
        """How the host sees one of its tests before anybody judges it: ``passed``, ``failed`` or ``skipped``."""
        body = self.rows[int(name.partition("#")[2]) - 1].body if self.rows else self.body
        before = (self.container_setup, self.hook, self.shared_setup, self.setup, self.step_hook, self.action)
        after = (self.step_hook_after, self.teardown, self.hook_after, self.container_teardown)
        steps = [_RAW.get(deed, "passed" if deed.startswith("caught") else "failed") for deed in before if deed]
        for deed in body:
            steps.append("passed" if deed.startswith("caught") else _RAW.get(deed, "failed"))
            if deed == "passes_early":
                break
        end = next((status for status in steps if status != "passed"), "passed")
        late = [deed for deed in after if deed and deed not in _RAW]
        return "failed" if late else end


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a parametrised test."""

    tags: str
    body: tuple[str, ...]
    verdict: str = ""


@cache
def all_cases() -> tuple[Case, ...]:
    """All cases, in the order of the table."""
    return tuple(Case.read(table) for table in tomllib.loads(TABLE.read_text("utf-8"))["case"])


def cases_for(framework: str, *exits: str) -> list[Case]:
    """The cases that a framework has, with one of the given exits; ``apart`` gives those that run apart."""
    cases = [case for case in all_cases() if framework not in case.not_for]
    if framework in {"pytest", "xdist"} and not HAS_SUBTESTS:
        cases = [case for case in cases if not case.goes_on]
    if framework == "pytest_bdd" and not HAS_RULES:
        cases = [case for case in cases if not case.rows and not case.group_tags]
    return [case for case in cases if ("apart" in exits if case.apart else case.exit in exits)]
