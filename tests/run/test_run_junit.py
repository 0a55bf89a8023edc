"""JUnit XML that strict readers take, whatever a test is called or says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bugcapture.report.junit import JUnitCase, write_junit

# Every character, also those that XML cannot hold.
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)

# Elements and attributes of junit-10.xsd in https://github.com/jenkinsci/xunit-plugin, as far as they are used;
# `file` and `line` stand there too: GitLab shows them.
_CHILDREN = {
    "testsuites": ("testsuite",),
    "testsuite": ("properties", "testcase"),
    "testcase": ("properties", "skipped", "error", "failure"),
    "properties": ("property",),
}
_ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time", "file", "line"},
    "property": {"name", "value"},
    "skipped": {"type", "message"},
    "error": {"type", "message"},
    "failure": {"type", "message"},
    "properties": set(),
}


def check_schema(element: ET.Element) -> None:
    """Fail where an element or attribute stands that the schema does not know there."""
    assert set(element.attrib) <= _ATTRIBUTES[element.tag]
    for child in element:
        assert child.tag in _CHILDREN.get(element.tag, ())
        check_schema(child)


@given(
    st.builds(
        JUnitCase,
        suite=TEXT,
        name=TEXT,
        classname=TEXT,
        file=TEXT,
        line=st.integers(0, 9),
        seconds=st.floats(0, 1e6),
        element=st.sampled_from(["", "failure", "error", "skipped"]),
        kind=TEXT,
        message=TEXT,
        text=TEXT,
        properties=st.lists(st.tuples(TEXT, TEXT), max_size=2),
    ),
    st.dictionaries(TEXT, TEXT, max_size=2),
)
def test_any_text_makes_valid_xml(case: JUnitCase, about: dict[str, str]) -> None:
    """Encoded as UTF-8 and read by a strict reader; nothing invisible is left."""
    document = ET.fromstring(write_junit("run", [case, case], about).encode("utf-8"))  # noqa: S314 - our own
    check_schema(document)
    values = [value for element in document.iter() for value in element.attrib.values()]
    assert all(value.isprintable() for value in values)
    assert [found.get("name") for found in document.iter("testcase")] == [values_of(case)] * 2


def values_of(case: JUnitCase) -> str:
    from bugcapture.core.text import printable

    return printable(case.name)


def test_suites_and_counts() -> None:
    """One suite for each name, in the order of their first tests, each counting its own."""
    cases = [
        JUnitCase(suite="b", name="1", classname="c", element="failure", seconds=1.0),
        JUnitCase(suite="a", name="2", classname="c"),
        JUnitCase(suite="b", name="3", classname="c", element="skipped", seconds=0.5, text="one\ntwo \x00"),
        JUnitCase(suite="b", name="4", classname="c", element="error"),
    ]
    document = ET.fromstring(write_junit("run", cases))  # noqa: S314 - our own
    check_schema(document)
    counts = ("name", "tests", "failures", "errors", "skipped", "time")
    assert [document.get(name) for name in counts] == ["run", "4", "1", "1", "1", "1.500"]
    assert [[suite.get(name) for name in counts] for suite in document] == [
        ["b", "3", "1", "1", "1", "1.500"],
        ["a", "1", "0", "0", "0", "0.000"],
    ]
    assert [element.text for element in document.iter("skipped")] == ["one\ntwo \\x00"]


def test_no_tests_are_a_document_too() -> None:
    """An empty shard has a report."""
    document = ET.fromstring(write_junit("run", []))  # noqa: S314 - our own
    assert (document.tag, document.get("tests"), len(document)) == ("testsuites", "0", 0)
