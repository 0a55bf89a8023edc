"""What a tag of a feature file puts on the function that pytest-bdd makes of its scenario."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from bugcapture.pytest.tags import apply_tag

KNOWN = ("tdd_bug", "tdd_issue", "tdd_expected_fail", "tdd_unit")


@pytest.fixture(params=[True, False], ids=["strict", "lenient"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Pytest in a project that knows our markers and one of its own; whether it refuses all others."""
    marks: Any = pytest.MarkGenerator(_ispytest=True)
    marks._markers = set(KNOWN)
    # Where several versions of pytest look for other names, and how they are to be taken.
    marks._config = SimpleNamespace(
        getini={"markers": (), "strict_markers": request.param}.get,
        option=SimpleNamespace(strict=False, strict_markers=request.param),
        _iter_registered_markers=tuple,
    )
    monkeypatch.setattr(pytest, "mark", marks)
    return bool(request.param)


def mark_by(tag: str) -> tuple[str, tuple[object, ...]] | None:
    """The mark that a tag puts on a function; None when it is left to pytest-bdd."""

    def scenario() -> None: ...

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        function = apply_tag(tag, scenario)
    marks = [(mark.name, mark.args) for mark in getattr(scenario, "pytestmark", ())]
    assert function is (scenario if marks else None)
    return marks[0] if marks else None


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(
    ("tag", "mark"),
    [
        ("tdd_bug_991", ("tdd_bug", (991,))),
        ("tdd_issue_7", ("tdd_issue", (7,))),
        ("tdd_bug", ("tdd_bug", ())),
        ("tdd_issue", ("tdd_issue", ())),
        ("tdd_expected_fail", ("tdd_expected_fail", ())),
        # The check reads the tag itself, and needs the mark to see the test.
        ("tdd_issue_x", ("tdd_issue", ())),
        ("tdd_bug_007", ("tdd_bug", ())),
        ("_tdd_bug", ("tdd_bug", ())),
        # Not ours, as far as can be told, whatever pytest makes of it.
        ("slow", None),
        ("tdd_unit", None),
    ],
)
def test_a_tag_of_ours_becomes_a_mark(tag: str, mark: tuple[str, tuple[object, ...]] | None) -> None:
    """The number of a number tag is the mark's argument; nothing is warned about."""
    assert mark_by(tag) == mark


@pytest.mark.parametrize("tag", ["tdd_isue_6", "tdd-bug-5"])
def test_a_tag_that_looks_like_ours_is_a_mark_where_pytest_would_refuse_it(tag: str, strict: bool) -> None:
    """Elsewhere pytest-bdd makes it a mark of its own name, which is found as well."""
    assert mark_by(tag) == (("tdd_bug", ()) if strict else None)
