"""Results as JUnit XML, in the dialect that Jenkins and GitLab read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COUNTED: Final = {"failure": "failures", "error": "errors", "skipped": "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """One test.

    Attributes:
        suite: The suite that it is shown in.
        name: Its name.
        classname: What groups it inside the suite.
        file: Its file; empty when there is none.
        line: Its line; 0 when there is none.
        seconds: How long it took.
        element: ``failure``, ``error`` or ``skipped``; empty for a test that passed.
        kind: The type of that element.
        message: Its message.
        text: Its text, of any number of lines.
        properties: What else is known of the test, in pairs.
    """

    suite: str
    name: str
    classname: str
    file: str = ""
    line: int = 0
    seconds: float = 0.0
    element: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""
    properties: Sequence[tuple[str, str]] = ()


def write_junit(name: str, cases: Sequence[JUnitCase], properties: Mapping[str, str] | None = None) -> str:
    """One XML document with a suite for each suite name, in the order of their first tests.

    Args:
        name: The name of the whole.
        cases: The tests; their texts may hold anything, and what XML cannot hold becomes visible.
        properties: What is known of the whole; it is said in every suite.
    """
    top = ET.Element("testsuites", {"name": _line(name), **_totals(cases)})
    suites: dict[str, list[JUnitCase]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    for suite, own in suites.items():
        element = ET.SubElement(top, "testsuite", {"name": _line(suite), **_totals(own)})
        if properties:
            _add_properties(element, list(properties.items()))
        for case in own:
            _add_case(element, case)
    ET.indent(top)
    text = ET.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _totals(cases: Sequence[JUnitCase]) -> dict[str, str]:
    counts = {total: str(sum(case.element == element for case in cases)) for element, total in _COUNTED.items()}
    return {"tests": str(len(cases)), **counts, "time": f"{sum(case.seconds for case in cases):.3f}"}


def _add_case(suite: ET.Element, case: JUnitCase) -> None:
    attributes = {"name": _line(case.name), "classname": _line(case.classname), "time": f"{case.seconds:.3f}"}
    if case.file:
        attributes["file"] = _line(case.file)
    if case.line:
        attributes["line"] = str(case.line)
    element = ET.SubElement(suite, "testcase", attributes)
    if case.properties:
        _add_properties(element, case.properties)
    if case.element:
        told = {"type": _line(case.kind), "message": _line(case.message)}
        ET.SubElement(element, case.element, told).text = "\n".join(map(_line, case.text.split("\n")))


def _add_properties(parent: ET.Element, pairs: Sequence[tuple[str, str]]) -> None:
    element = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(element, "property", {"name": _line(name), "value": _line(value)})


def _line(text: str) -> str:
    # Every character that XML 1.0 forbids is one that is not printable.
    return printable(text)
