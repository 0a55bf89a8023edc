"""pytest, one process."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from conformance_kit import MARK

from lean_pytest import WITHOUT_PLUGINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conformance_table import Case

_SHARED_FILES = 3
_INI = """
[pytest]
addopts = -p no:cacheprovider {strict}
testpaths = checks
markers =
    smoke: none of ours
    slow: none of ours
    flaky: none of ours
"""
_HEAD = """
import contextlib
import json

import pytest

from conformance_deeds import LateOrderError, OrderError, do


def nested(name, deed):
    do(name, deed)

"""
_CONFTEST = """
import json

import pytest

from conformance_deeds import do

PLAN = json.load(open("plan.json"))


def pytest_runtest_setup(item):
    for marker in PLAN["late_tags"].get(item.name, "").split(";"):
        if marker:
            item.add_marker(eval(marker))
    if deed := PLAN["hook"].get(item.name):
        do(item.name, deed)


def pytest_sessionfinish(exitstatus):
    with open("ended.txt", "a") as file:
        file.write("failed\\n" if exitstatus else "passed\\n")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item):
    if deed := PLAN["hook_after"].get(item.name):
        do(item.name, deed)
"""
_NAME = re.compile(r"(?:Test\w+::)?test_(\w+?)(?:\[(\d+)\])?\Z")


class Pytest:
    """pytest itself."""

    name = "pytest"
    serial = ""
    dry = ("--collect-only",)
    stop = ("-x",)
    unselect = ("-m", "not tdd_expected_fail")
    refused = 4
    worker_errors = ""
    without: tuple[str, ...] = WITHOUT_PLUGINS

    def write(self, folder: Path, cases: Sequence[Case]) -> None:
        checks = folder / "checks"
        checks.mkdir()
        write_settings(folder, cases)
        (folder / "conftest.py").write_text(_CONFTEST, "utf-8")
        plan = ", ".join(f'"{key}": {{{_plan(cases, key)}}}' for key in ("hook", "hook_after"))
        plan += f', "late_tags": {{{late_markers(cases)}}}'
        (folder / "plan.json").write_text(f"{{{plan}}}", "utf-8")
        shared = [case for case in cases if not case.own_file]
        size = -(-len(shared) // _SHARED_FILES) or 1
        for number, start in enumerate(range(0, len(shared), size)):
            text = "\n".join(line for case in shared[start : start + size] for line in _test(case))
            (checks / f"test_shared_{number}.py").write_text(_HEAD + text, "utf-8")
        for case in cases:
            if case.own_file:
                text = "\n".join([MARK + case.id, *_container(case), *_test(case)])
                (checks / f"test_{case.id}.py").write_text(_HEAD + text, "utf-8")

    def command(self, arguments: Sequence[str]) -> list[str]:
        return ["-m", "pytest", *self.without, "--junitxml=report/junit.xml", *arguments]

    def identify(self, name: str) -> str:
        match = _NAME.match(name)
        if match is None:
            return ""
        return f"{match[1]}#{match[2]}" if match[2] else match[1]


def write_settings(folder: Path, cases: Sequence[Case]) -> None:
    """Write the settings: strict markers, except where pytest itself would take a misspelt one for an error."""
    strict = "" if any(case.exit == "refused" for case in cases) else "--strict-markers"
    (folder / "pytest.ini").write_text(_INI.format(strict=strict), "utf-8")


def late_markers(cases: Sequence[Case]) -> str:
    """The markers that tests get while the run goes on, as JSON without its braces."""
    late = {f"test_{case.id}": ";".join(_markers(case.late_tags)) for case in cases if case.late_tags}
    return ", ".join(f'"{name}": "{markers}"' for name, markers in late.items())


def _plan(cases: Sequence[Case], key: str) -> str:
    return ", ".join(f'"test_{case.id}": "{getattr(case, key)}"' for case in cases if getattr(case, key))


def _container(case: Case) -> Iterator[str]:
    if case.container_tags:
        yield f"pytestmark = [{', '.join(_markers(case.container_tags))}]"
    yield ""
    if case.container_setup or case.container_teardown:
        yield "@pytest.fixture(autouse=True, scope='module')"
        yield "def around_all():"
        yield from _around(case, case.container_setup, case.container_teardown)
    if case.shared_setup:
        yield "@pytest.fixture(autouse=True)"
        yield "def around_each():"
        yield from _around(case, case.shared_setup, "")


def _around(case: Case, before: str, after: str) -> Iterator[str]:
    if before:
        yield f"    {_deed(case.id, before)}"
    yield "    yield"
    if after:
        yield f"    {_deed(case.id, after)}"
    yield ""


def _test(case: Case) -> Iterator[str]:
    indent = ""
    yield ""
    yield MARK + case.id
    if case.setup or case.teardown:
        yield "@pytest.fixture"
        yield f"def around_{case.id}():"
        yield from _around(case, case.setup, case.teardown)
    if case.group_tags:
        yield from (f"@{marker}" for marker in _markers(case.group_tags))
        yield "class TestGroup:"
        indent = "    "
    for line in _function(case):
        yield indent + line


def _function(case: Case) -> Iterator[str]:
    yield from (f"@{marker}" for marker in _markers(case.tags, case.fails_with))
    arguments = ["self"] if case.group_tags else []
    arguments += [f"around_{case.id}"] if case.setup or case.teardown else []
    arguments += ["subtests"] if case.goes_on else []
    if case.rows:
        arguments += ["row", "deed"]
        rows = [
            f"pytest.param({number}, '{row.body[0]}', id='{number}', marks=[{', '.join(_markers(row.tags))}])"
            for number, row in enumerate(case.rows, start=1)
        ]
        yield f"@pytest.mark.parametrize(('row', 'deed'), [{', '.join(rows)}])"
    yield f"def test_{case.id}({', '.join(arguments)}):"
    if case.rows:
        yield f"    do(f'{case.id}#{{row}}', deed)"
    for number, deed in enumerate(case.body):
        if case.goes_on:
            yield f"    with subtests.test('{number}'):"
            yield f"        {_deed(case.id, deed)}"
        else:
            yield f"    {_deed(case.id, deed)}"


def _deed(name: str, deed: str) -> str:
    verb, _, what = deed.partition(" ")
    own = {
        "caught": f"with contextlib.suppress(Exception): do('{name}', '{what}')",
        "nested": f"nested('{name}', '{what}')",
        "skips": "pytest.skip('not here')",
        "passes_early": "return",
    }
    return own.get(verb, f"do('{name}', '{deed}')")


def _markers(tags: str, fails_with: str | None = None) -> Iterator[str]:
    """Markers for a set of tags: a family takes its numbers as arguments."""
    names = tags.split()
    for name in names:
        family, _, _ = name.removeprefix("tdd_").partition("_")
        if name in {"tdd_bug", "tdd_issue"}:
            numbers = [other.removeprefix(f"{name}_") for other in names if other.startswith(f"{name}_")]
            yield f"pytest.mark.{name}({', '.join(map(_argument, numbers))})"
        elif name == "tdd_expected_fail" and fails_with is not None:
            yield f"pytest.mark.tdd_expected_fail({_declared(fails_with)})"
        elif family not in {"bug", "issue"}:
            yield f"pytest.mark.{name}"


def _argument(number: str) -> str:
    return number if number.isdigit() and str(int(number)) == number else repr(number)


def _declared(fails_with: str) -> str:
    name, _, pattern = fails_with.partition(": ")
    known = hasattr(builtins, name) or name in {"OrderError", "LateOrderError"}
    match = f", match=r'{pattern}'" if pattern else ""
    return f"raises={name if known else repr(name)}{match}"


DIALECT = Pytest()
