"""Robot Framework, one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance_kit import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conformance_table import Case

_SHARED_FILES = 3
_KEYWORDS = """
*** Keywords ***
Nest
    [Arguments]    ${name}    ${deed}
    Do    ${name}    ${deed}

Nest Undefined
    [Arguments]    ${name}
    Nobody Wrote This Keyword
"""
_PLACE = """
{deed} here
    [Arguments]    ${{name}}
    Do    ${{name}}    {deed}
"""


class Robot:
    """Robot's own sequential runner."""

    name = "robot"
    serial = ""
    dry = ("--dryrun",)
    stop = ("--exitonfailure",)
    unselect = ("--exclude", "tdd_expected_fail")
    refused = None
    worker_errors = ""

    def write(self, folder: Path, cases: Sequence[Case]) -> None:
        suites = folder / "suites"
        suites.mkdir()
        shared = [case for case in cases if not case.own_file]
        size = -(-len(shared) // _SHARED_FILES) or 1
        for number, start in enumerate(range(0, len(shared), size)):
            _write_suite(suites / f"shared_{number}.robot", shared[start : start + size])
        for case in cases:
            if case.own_file and case.group_tags:
                (suites / case.id).mkdir()
                settings = f"{MARK}{case.id}\n*** Settings ***\nTest Tags    {_cells(case.container_tags)}\n"
                (suites / case.id / "__init__.robot").write_text(settings, "utf-8")
                _write_suite(suites / case.id / "group.robot", [case], case.group_tags)
            elif case.own_file:
                _write_suite(suites / f"{case.id}.robot", [case], case.container_tags)

    def command(self, arguments: Sequence[str]) -> list[str]:
        return ["-m", "robot", *self._options(), "--output", "NONE", *arguments, "suites"]

    def identify(self, name: str) -> str:
        return name

    def _options(self) -> list[str]:
        listener = ["--listener", "bugcapture.robot.Listener"]
        return [*listener, "--outputdir", "report", "--xunit", "xunit.xml", "--log", "NONE", "--report", "NONE"]


def _write_suite(file: Path, cases: Sequence[Case], tags: str = "") -> None:
    lines = [MARK + cases[0].id, "*** Settings ***", "Library    conformance_deeds"]
    lines += [f"Test Tags    {_cells(tags)}"] if tags else []
    for case in cases:
        named = {
            "Suite Setup": case.container_setup,
            "Suite Teardown": case.container_teardown,
            "Test Setup": case.shared_setup,
        }
        lines += [f"{name}    Do    {case.id}    {deed}" for name, deed in named.items() if deed]
        if case.container_fails_with:
            lines.append(f"Documentation    Fails with: {case.container_fails_with}")
    lines += ["", "*** Test Cases ***"]
    for case in cases:
        lines += [MARK + case.id, *_test(case), ""]
    places = {deed for case in cases if case.fails_at for deed in case.body if " " not in deed}
    text = "\n".join(lines) + _KEYWORDS + "".join(_PLACE.format(deed=deed) for deed in sorted(places))
    file.write_text(text, "utf-8")


def _test(case: Case) -> Iterator[str]:
    yield case.id
    said = (
        [f"Fails with: {case.fails_with}".strip()] * (2 if case.repeated else 1)
        if case.fails_with is not None
        else []
    )
    said += [f"Fails at: {_place(case.fails_at)}"] if case.fails_at else []
    for number, text in enumerate(said):
        escaped = text.replace("\\", "\\\\")
        yield f"    {'...' if number else '[Documentation]'}    {escaped}"
    if case.tags:
        yield f"    [Tags]    {_cells(case.tags)}"
    if case.setup:
        yield f"    [Setup]    {_keyword(case, case.setup)}"
    if "times_out" in case.body:
        yield "    [Timeout]    50ms"
    if case.late_tags:
        yield f"    Set Tags    {_cells(case.late_tags)}"
    for deed in case.body:
        yield f"    {_keyword(case, deed)}"
    if case.teardown:
        yield f"    [Teardown]    {_keyword(case, case.teardown)}"


def _place(deed: str) -> str:
    return "Nest" if deed.startswith("nested ") else f"{deed} here"


def _keyword(case: Case, deed: str) -> str:
    verb, _, what = deed.partition(" ")
    own = {
        "caught": f"Run Keyword And Ignore Error    Do    {case.id}    {what}",
        "nested": f"Nest    {case.id}    {what}",
        "nested undefined": f"Nest Undefined    {case.id}",
        "skips": "Skip    not here",
        "undefined": "Nobody Wrote This Keyword",
        "times_out": "Sleep    30s",
        "passes_early": "Pass Execution    early",
    }
    if case.fails_at and not what:
        return f"{deed} here    {case.id}"
    goes_on = "Run Keyword And Continue On Failure    " if case.goes_on else ""
    return own.get(deed) or own.get(verb) or f"{goes_on}Do    {case.id}    {deed}"


def _cells(tags: str) -> str:
    return "    ".join(tags.split())


DIALECT = Robot()
