"""Generated and spoiled files: a sample of what ``benchmarks/scan_fuzz.py`` makes, and what it has found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from scan_project import ScanProject

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
EXIT = """\
from unittest.mock import AsyncMock, MagicMock


async def test_session():
    session = MagicMock()
    session.__aexit__ = AsyncMock({})
    async with session:
        assert 1 == 2
"""


@pytest.fixture(scope="module")
def fuzz() -> Any:
    """The program that makes the files."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import scan_fuzz

        return scan_fuzz
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_a_sample_of_files_does_no_harm(fuzz: Any) -> None:
    """No exception, no endless loop; what is fixed is Python, keeps its comments and is fixed once."""
    report = fuzz.run(7, range(300))
    assert report.failures == []
    assert report.files == 300
    assert report.parsed > 150
    assert len(report.findings) > 5


def test_a_failure_can_be_made_again(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By seed and number, from the file that is named; the others of its batch are not blamed."""
    guilty = fuzz.make(7, 5, ())
    monkeypatch.setattr(fuzz, "scan_project", _fail_at(guilty.content, fuzz.scan_project))
    report = fuzz.run(7, range(8))
    (failure,) = report.failures
    head, *rest = failure.splitlines()
    assert head.startswith(f"file 5 of seed 7 ({guilty.name}; {guilty.ways}), kept as ")
    assert rest[-1] == "ZeroDivisionError: division by zero"
    kept = Path(head.rpartition(" kept as ")[2].rstrip(":"))
    assert kept.read_bytes() == guilty.content
    kept.unlink()
    assert fuzz.make(7, 5, ()) == guilty


def _fail_at(content: bytes, original: Any) -> Any:
    def scan_project(project: Any, *args: Any) -> Any:
        if any(file.read_bytes() == content for file in project.root.rglob("*.py")):
            return 1 / 0
        return original(project, *args)

    return scan_project


def test_what_takes_too_long_is_a_failure(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a run that does not end."""

    def scan_project(*_: Any) -> Any:
        while True:
            pass

    monkeypatch.setattr(fuzz, "scan_project", scan_project)
    (failure,) = fuzz.run(7, [5], limit=0.1).failures
    assert "TooSlowError: more than 0.1 processor seconds" in failure
    Path(failure.splitlines()[0].rpartition(" kept as ")[2].rstrip(":")).unlink()


def test_a_file_that_is_nested_deeply_can_be_fixed(project: ScanProject) -> None:
    """As far as Python itself can follow; beyond that it is told, and stays."""
    depths = (10, 190, 450, 3000)
    for depth in depths:
        project.write(f"tests/test_{depth}.py", EXIT.format("") + f"\nx = {'-' * depth}1\n")
    done = project.scan("--fix")
    assert (done.code, "tests/test_3000.py: P1 cannot be parsed" in done.out) == (1, True)
    for depth in depths:
        told = "return_value=False" if depth < 3000 else ""
        text = (project.root / f"tests/test_{depth}.py").read_text("utf-8")
        assert text == EXIT.format(told) + f"\nx = {'-' * depth}1\n"


def test_an_encoding_is_known_whatever_ends_the_lines(project: ScanProject) -> None:
    """A file that is fixed or left as it is, and not a failure."""
    text = "# coding: latin-1\n# \xe4\n" + EXIT.format("")
    for name, end in (("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")):
        file = project.root / "tests" / f"test_{name}.py"
        project.write(f"tests/test_{name}.py", "")
        file.write_bytes(text.replace("\n", end).encode("latin-1"))
        done = project.scan("--fix", f"tests/test_{name}.py")
        fixed = end != "\r"
        wanted = text.replace("AsyncMock()", "AsyncMock(return_value=False)") if fixed else text
        assert (done.code, file.read_bytes()) == (int(not fixed), wanted.replace("\n", end).encode("latin-1"))


def test_names_that_cannot_be_encoded(project: ScanProject) -> None:
    """Stand in strings: of a fixture, and of an attribute that is replaced."""
    project.write(
        "tests/conftest.py",
        'import pytest\nfrom unittest.mock import Mock\n@pytest.fixture(name="\\ud800")\ndef m(): return Mock()\n',
    )
    project.write("tests/test_it.py", "def test_it(request):\n    assert request\n")
    project.write(
        "tests/test_set.py",
        'import shop\nfrom unittest.mock import Mock\ndef test_it():\n    setattr(shop, "\\ud800", Mock())\n',
    )
    done = project.scan("--format", "json")
    assert [(one["rule"], one["path"]) for one in done.json["findings"]] == [("MK303", "tests/test_set.py")]


@pytest.mark.parametrize(
    "told",
    [
        "call.return_value = span\n    call.return_value.__exit__ = span",
        "span.__exit__ = span",
        "call.__exit__ = span\n    span.__exit__ = call",
    ],
)
def test_a_mock_that_is_given_to_itself(project: ScanProject, told: str) -> None:
    """Is nobody's child: who looks for the mock above comes to an end."""
    project.write(
        "tests/test_case.py",
        "from unittest.mock import Mock\n\n\ndef test_span():\n    call, span = Mock(), Mock()\n"
        f"    {told}\n    assert trace(call)\n",
    )
    assert project.scan().code in {0, 1}
