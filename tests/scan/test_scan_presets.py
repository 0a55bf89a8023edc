"""What other checkers reported is shown beside what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scan_project import OPEN_DOOR

if TYPE_CHECKING:
    from scan_project import ScanProject

MOCKS = """\
from unittest.mock import AsyncMock


class TestTill:
    def test_told(self):
        told = AsyncMock(return_value=1)
        self.later = AsyncMock()
        self.later.count.return_value = 2
        child = AsyncMock()
        child.count = AsyncMock(return_value=1)
        words = AsyncMock(count=1)
        configured = AsyncMock()
        configured.configure_mock(count=1)

    async def test_bare(self):
        bare = AsyncMock()

        def inner():
            nested = AsyncMock()
            other: AsyncMock = AsyncMock()

        answered = AsyncMock()
        answered.return_value = 1
"""


def reported(project: ScanProject, preset: str, *paths: str) -> list[tuple[Any, ...]]:
    done = project.scan("--preset", preset, "--format", "json", *paths)
    assert done.code == 0
    assert done.json["schema"] == "bugcapture.scan-preset/1"
    return [(one["line"], one["message"].split("'")[1], one["why"]) for one in done.json["reported"]]


def test_adr_56_and_why_it_was_wrong(project: ScanProject) -> None:
    """One line for each of its findings, those that it gave twice as well."""
    project.write("tests/test_till.py", MOCKS)
    constructor = "its constructor tells it what to answer"
    children = "its children are told what to answer"
    nothing = "nothing that can be followed takes its answer for true"
    assert reported(project, "adr-56") == [
        (6, "told", constructor),
        (7, "self.later", children),
        (9, "child", children),
        (10, "child.count", constructor),
        (11, "words", "its constructor tells its children what to answer"),
        (12, "configured", children),
        (16, "bare", nothing),
        (19, "nested", nothing),
        (16, "bare", nothing),
    ]


def test_what_is_a_hazard_is_kept(project: ScanProject) -> None:
    """With the rules that report it here."""
    project.write("tests/test_users.py", OPEN_DOOR)
    (one,) = project.scan("--preset", "adr-56", "--format", "json").json["reported"]
    assert (one["kept"], one["why"]) == (["MK101"], "reported here as well")
    done = project.scan("--preset", "adr-56")
    assert "kept as MK101" in done.out
    assert done.err.endswith("adr-56 reported 1 finding at 1 place: 1 kept, 0 dropped\n")


def test_the_pollution_report(project: ScanProject) -> None:
    """All of it is dropped, each for its reason; only files that are called like tests were looked at."""
    marks = '@pytest.mark.xdist_group(name="a")\n@pytest.mark.performance\n'
    fast = "    def test_fast(self): ...\n"
    worker = 'os.getenv("PYTEST_XDIST_WORKER") is not None'
    skip = f'    @pytest.mark.skipif({worker}, reason="")\n    def test_slow(self): ...\n'
    project.write("tests/test_till.py", f"{MOCKS}\n\n{marks}class TestFast:\n    mock = AsyncMock\n{fast}{skip}")
    project.write("tests/helpers.py", MOCKS)
    done = project.scan("--preset", "pollution-report", "--format", "json").json["reported"]
    assert [(one["line"], one["message"].partition(" ")[0], one["why"].split()[-1]) for one in done] == [
        (4, "class", "(XD501)"),
        (4, "class", "(GC601)"),
        (28, "class", "(GC601)"),
        (30, "Performance", "benchmark"),
    ]


def test_the_rules_keep_what_they_are_asked_for(project: ScanProject) -> None:
    """A rule that nobody asks unless it is selected; the other class has no mark that does nothing."""
    marks = '@pytest.mark.xdist_group(name="a")\n'
    test = "    def test_a(self):\n        mock = AsyncMock()\n"
    start = "import pytest\nfrom unittest.mock import AsyncMock\n\n\n"
    project.write("tests/test_till.py", f"{start}{marks}class TestMarked:\n{test}\n\nclass TestBare:\n{test}")
    done = project.scan("--preset", "pollution-report", "--format", "json", "--select", "GC601,XD501")
    told = [(one["kept"], one["message"].split()[1]) for one in done.json["reported"]]
    assert told == [(["GC601"], "TestMarked"), ([], "TestBare"), (["GC601"], "TestBare")]


def test_presets_have_two_formats(project: ScanProject) -> None:
    """Files that cannot be parsed are left out, as they were."""
    project.write("tests/test_broken.py", "from unittest.mock import AsyncMock\n(")
    assert reported(project, "adr-56", "tests") == []
    assert project.scan("--preset", "adr-56", "--format", "sarif").code == 2
