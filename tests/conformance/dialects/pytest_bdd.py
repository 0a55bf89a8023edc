"""pytest-bdd: Gherkin run by pytest."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from dialects.gherkin import write_features
from dialects.pytest import Pytest, late_markers, write_settings

from lean_pytest import WITHOUT_PLUGINS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance_table import Case

_CONFTEST = """
import contextlib
import json

import pytest
from pytest_bdd import parsers, step

from conformance_deeds import do

PLAN = json.load(open("plan.json"))


def pytest_runtest_setup(item):
    for marker in PLAN["late_tags"].get(item.name, "").split(";"):
        if marker:
            item.add_marker(eval(marker))


def pytest_bdd_before_scenario(request, feature, scenario):
    if deed := PLAN["hook"].get(scenario.name):
        do(scenario.name, deed)


def pytest_bdd_after_scenario(request, feature, scenario):
    if deed := PLAN["hook_after"].get(scenario.name):
        do(scenario.name, deed)


def pytest_bdd_before_step(request, feature, scenario, step, step_func):
    if deed := PLAN["step_hook"].get(scenario.name):
        do(scenario.name, deed)


def pytest_bdd_after_step(request, feature, scenario, step, step_func, step_func_args):
    if deed := PLAN["step_hook_after"].get(scenario.name):
        do(scenario.name, deed)


def pytest_sessionfinish(exitstatus):
    with open("ended.txt", "a") as file:
        file.write("failed\\n" if exitstatus else "passed\\n")


@step(parsers.re(r"(?P<name>[\\w#]+) does (?P<deed>\\w+)"))
def _(name, deed):
    do(name, deed)


@step(parsers.parse("{name} catches {deed}"))
def _(name, deed):
    with contextlib.suppress(Exception):
        do(name, deed)


@step(parsers.parse("{name} skips"))
def _(name):
    pytest.skip("not here")


@step(parsers.parse("{name} cleans up with {deed}"))
def _(request, name, deed):
    request.addfinalizer(lambda: do(name, deed))
"""
_MODULE = """
import pytest
from pytest_bdd import scenarios

from conformance_deeds import do

scenarios("../features/{name}.feature")


@pytest.fixture(autouse=True, scope="module")
def around_all():
    if {before!r}:
        do({name!r}, {before!r})
    yield
    if {after!r}:
        do({name!r}, {after!r})
"""
HOOKS = ("hook", "hook_after", "step_hook", "step_hook_after")
# In JUnit it is the name of the function that pytest-bdd makes of the outline `rows#<row>`.
_ROW = re.compile(r"(?:test_(?P<function>\w+?)_?row|(?P<outline>\w+)#<row>)\[(?P<row>\d+)-.*\]\Z")


class PytestBdd(Pytest):
    """pytest with feature files."""

    name = "pytest_bdd"
    without = WITHOUT_PLUGINS[2:]  # All but pytest-bdd itself.

    def write(self, folder: Path, cases: Sequence[Case]) -> None:
        write_settings(folder, cases)
        write_features(folder / "features", cases)
        plan = {key: {c.id: getattr(c, key) for c in cases if getattr(c, key)} for key in HOOKS}
        plan["late_tags"] = json.loads(f"{{{late_markers(cases)}}}")
        (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
        (folder / "conftest.py").write_text(_CONFTEST, "utf-8")
        (folder / "checks").mkdir()
        own = {case.id: case for case in cases if case.own_file}
        for file in sorted((folder / "features").glob("*.feature")):
            case = own.get(file.stem)
            text = _MODULE.format(
                name=file.stem,
                before=case.container_setup if case else "",
                after=case.container_teardown if case else "",
            )
            (folder / "checks" / f"test_{file.stem}.py").write_text(text, "utf-8")

    def identify(self, name: str) -> str:
        if match := _ROW.match(name):
            return f"{match['function'] or match['outline']}#{match['row']}"
        return name.partition(" -- ")[0].removeprefix("test_")


DIALECT = PytestBdd()
