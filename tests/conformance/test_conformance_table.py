"""The table itself: every row says one thing, completely, and agrees with the public contract."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from conformance_deeds import ERRORS
from conformance_table import FRAMEWORKS, GREEN, RED, Case, all_cases

from bugcapture.core.tags import check_tags, read_tags
from bugcapture.core.verdict import Verdict

SPECIAL = {"passes", "skips", "undefined", "pending", "times_out", "passes_early", "marks_failed"}


def deeds(case: Case) -> set[str]:
    """All deeds of a case, without the verbs in front of them."""
    single = {case.setup, case.shared_setup, case.hook, case.hook_after, case.action, case.teardown}
    single |= {case.step_hook, case.step_hook_after, case.container_setup, case.container_teardown}
    bodies = [case.body, *(row.body for row in case.rows)]
    return {deed.rpartition(" ")[2] for deed in (*single, *(deed for body in bodies for deed in body)) if deed}


def test_every_name_stands_once() -> None:
    """Evidence is matched by name, and the closing line by number."""
    names = [case.id for case in all_cases()]
    assert len(names) == len(set(names))
    for case in all_cases():
        assert case.id.isidentifier()
        assert case.id == case.id.lower()


def test_bug_numbers_belong_to_one_case() -> None:
    """A number in the closing line says which case it is about."""
    seen: dict[int, str] = {}
    for case in all_cases():
        for number in {number for name in case.tests for number in case.ids(name)}:
            assert seen.setdefault(number, case.id) == case.id


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_case_is_complete(case: Case) -> None:
    """Verdict, exit and rules fit together, and each deed exists."""
    verdicts = set(case.tests.values())
    assert deeds(case) <= set(ERRORS) | SPECIAL
    assert bool(case.body) != bool(case.rows)
    if case.exit == "refused":
        assert case.rules
        assert verdicts == {""}
        return
    assert bool(case.why) == ("wrong_failure" in verdicts)
    assert not case.rules
    assert verdicts <= {*GREEN, *RED, "none"}
    judged = verdicts - {"none"}
    if judged:
        assert case.exit == ("red" if judged & RED else "green")
    else:
        assert case.exit == ("red" if case.raw(case.id) == "failed" else "green")


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_tags_are_what_the_case_says(case: Case) -> None:
    """A refused case breaks exactly its rules; every other case has tags that the grammar accepts."""
    broken: set[str] = set()
    for row in case.rows or (None,):
        tags = f"{case.container_tags} {case.group_tags} {case.tags} {row.tags if row else ''}".split()
        tags += case.late_tags.split()
        broken |= {problem.rule for problem in check_tags(tags)}
        verdict = row.verdict if row else case.verdict
        if verdict == "none":
            assert not read_tags(tags).captured
        elif verdict:
            assert read_tags(tags).captured
    assert broken == set(case.rules) - {"F1"}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_left_out_frameworks_have_a_reason(case: Case) -> None:
    """No framework skips a case in silence, and no case is left without a framework."""
    assert set(case.not_for) < set(FRAMEWORKS)
    assert all(len(reason.split()) > 3 for reason in case.not_for.values())


def test_every_verdict_has_a_case() -> None:
    """Every verdict of the program, in every framework that has a dialect."""
    for framework in FRAMEWORKS:
        found = {v for case in all_cases() if framework not in case.not_for for v in case.tests.values()}
        assert {verdict.value for verdict in Verdict} <= found


def test_every_framework_has_a_dialect() -> None:
    """One file each, and no file without its framework."""
    files = {file.stem for file in Path(__file__).with_name("dialects").glob("*.py")} - {"gherkin"}
    assert files == set(FRAMEWORKS)
    for name in FRAMEWORKS:
        dialect = import_module(f"dialects.{name}").DIALECT
        assert dialect.name == name
        assert dialect.serial in {"", *FRAMEWORKS}
