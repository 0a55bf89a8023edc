"""``evidence merge``: the worst record for each test and attempt of a run, whatever the order of the files."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from evidence_project import RECORD, Project, record, records, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from bugcapture.core.evidence import SEVERITY, Evidence, decode_record, encode_record, merge_records

if TYPE_CHECKING:
    from pathlib import Path

CHECKED = settings(deadline=None, max_examples=200)
# Few values each, so that records meet.
meeting = st.lists(
    st.builds(
        record,
        ts=st.sampled_from(["1", "2"]),
        framework=st.sampled_from(["behave", "pytest"]),
        location=st.sampled_from(["a.feature:9", "a.feature:10", "b"]),
        name=st.sampled_from(["One", "Two"]),
        verdict=st.sampled_from(sorted(SEVERITY)),
        reason=st.sampled_from(["x", "y"]),
        attempt=st.integers(1, 2),
        worker=st.sampled_from(["", "gw0"]),
        commit=st.sampled_from(["", "c"]),
        run_id=st.sampled_from(["r", "s"]),
    )
    | records,
    max_size=12,
)


def key(one: Evidence) -> tuple[object, ...]:
    return one.framework, one.location, one.name, one.attempt, one.run_id, one.commit


@CHECKED
@given(many=meeting, data=st.data())
def test_the_order_of_the_input_does_not_matter(many: list[Evidence], data: st.DataObject) -> None:
    """Every permutation merges to the same records in the same order."""
    assert merge_records(data.draw(st.permutations(many))) == merge_records(many)


@CHECKED
@given(many=meeting)
def test_merging_again_changes_nothing(many: list[Evidence]) -> None:
    """Idempotent."""
    merged = merge_records(many)

    assert merge_records(merged) == merged
    assert merge_records([*many, *merged]) == merged


@CHECKED
@given(many=meeting, cuts=st.lists(st.integers(0, 12), min_size=2, max_size=2).map(sorted))
def test_parts_can_be_merged_first(many: list[Evidence], cuts: list[int]) -> None:
    """Associative: shard by shard, or all at once."""
    first, second, third = many[: cuts[0]], many[cuts[0] : cuts[1]], many[cuts[1] :]
    left = merge_records([*merge_records([*first, *second]), *third])
    right = merge_records([*first, *merge_records([*second, *third])])

    assert left == right == merge_records(many)


@CHECKED
@given(many=meeting)
def test_one_record_for_each_test_and_attempt_and_it_is_the_worst(many: list[Evidence]) -> None:
    """Nothing is made up, no test is lost, and no better record wins."""
    merged = merge_records(many)

    assert set(merged) <= set(many)
    assert sorted(map(repr, map(key, merged))) == sorted({repr(key(one)) for one in many})
    for one in merged:
        assert SEVERITY[one.verdict] == max(SEVERITY[other.verdict] for other in many if key(other) == key(one))


def test_a_failing_teardown_wins_over_the_passed_call() -> None:
    """Both are recorded; the test is as bad as its worst part."""
    call = record(verdict="expected_failure", ts="2", worker="gw1")
    teardown = record(verdict="wrong_failure", ts="1", worker="gw1")

    assert merge_records([call, teardown]) == (teardown,)


def test_among_equals_the_later_wins() -> None:
    """The time decides between two records of the same weight."""
    early, late = record(ts="2026-01-01T00:00:00.000+00:00"), record(ts="2026-01-01T00:00:00.001+00:00")

    assert merge_records([late, early]) == (late,)


@pytest.mark.parametrize("red", ["unexpected_pass", "regressed", "wrong_failure"])
@pytest.mark.parametrize("green", ["passed", "expected_failure", "not_run"])
def test_red_is_worse_than_green(red: str, green: str) -> None:
    """No green record hides a red one, however late it is."""
    assert merge_records([record(verdict=red, ts="1"), record(verdict=green, ts="2")])[0].verdict == red


@pytest.mark.parametrize("verdict", sorted(set(SEVERITY) - {"not_run"}))
def test_not_run_is_least(verdict: str) -> None:
    """Any run is more than none."""
    assert (
        merge_records([record(verdict=verdict, ts="1"), record(verdict="not_run", ts="2")])[0].verdict == verdict
    )


def test_runs_revisions_and_attempts_stay_apart() -> None:
    """A retry, a second run into the same folder and a run of another revision are records of their own."""
    many = [RECORD, record(attempt=2), record(run_id="other"), record(commit="c"), record(framework="pytest")]

    assert len(merge_records(many)) == 5


def test_worker_and_shard_do_not_keep_a_test_apart() -> None:
    """Within one run a test is the same test wherever it ran."""
    bad = record(verdict="wrong_failure", worker="gw1", shard="2/2")

    assert merge_records([record(worker="gw0", shard="1/2"), bad]) == (bad,)


def test_places_are_in_reading_order() -> None:
    """Line 9 comes before line 10."""
    many = [record(location=f"{path}:{line}") for path in ("b", "a") for line in (10, 9)]

    assert [one.location for one in merge_records(many)] == ["a:9", "a:10", "b:9", "b:10"]


@CHECKED
@given(many=st.lists(st.builds(record, name=texts), max_size=5))
def test_merged_lines_are_records(many: list[Evidence]) -> None:
    """What is written can be read again."""
    merged = merge_records(many)

    assert merge_records(decode_record(encode_record(one)) for one in merged) == merged


def test_lines_on_standard_output(project: Project) -> None:
    """JSON lines and nothing else; the talk is on standard error."""
    project.evidence([RECORD, record(verdict="wrong_failure")], "one/a.jsonl")
    project.evidence([record(name="Two")], "two/deep/b.jsonl")
    project.write("two/notes.txt", "no evidence")
    done = project.run("merge", "one", "two")

    assert done.code == 0
    assert [(one["name"], one["verdict"]) for one in map(json.loads, done.out.splitlines())] == [
        ("One", "wrong_failure"),
        ("Two", "expected_failure"),
    ]
    assert done.err == "bugcapture: 2 records of 2 tests from 2 files\n"
    assert project.run("merge", "-q", "two", "one") == type(done)(0, done.out, "")


def test_a_file_is_taken_whatever_its_name_and_once(project: Project) -> None:
    """Named files are read as they are; a path given twice counts once."""
    file = project.evidence([RECORD], "evidence.txt")
    done = project.run("merge", "evidence.txt", "./evidence.txt", str(file))

    assert (done.code, done.err) == (0, "bugcapture: 1 record of 1 test from 1 file\n")


def test_merged_into_a_file_beside_its_sources(project: Project) -> None:
    """Into the same folder, twice: the same bytes, no left-over, standard output empty."""
    project.evidence([RECORD, record(attempt=2)])
    first = project.run("merge", "ev", "-o", "ev/all.jsonl")
    content = (project.folder / "ev/all.jsonl").read_bytes()
    second = project.run("merge", "ev", "-o", "ev/all.jsonl")

    assert (first.code, first.out, second.code) == (0, "", 0)
    assert content.count(b"\n") == 2
    assert (project.folder / "ev/all.jsonl").read_bytes() == content
    assert sorted(file.name for file in (project.folder / "ev").iterdir()) == ["a.jsonl", "all.jsonl"]


def test_the_output_keeps_mode_and_link(project: Project) -> None:
    """The file behind a link is what changes; a new file has the usual mode."""
    project.evidence([RECORD])
    kept = project.write("kept.jsonl", "old")
    kept.chmod(0o640)
    (project.folder / "link.jsonl").symlink_to("kept.jsonl")
    umask = os.umask(0o027)
    try:
        codes = [project.run("merge", "ev", "-o", name).code for name in ("link.jsonl", "new.jsonl")]
    finally:
        os.umask(umask)

    assert codes == [0, 0]
    assert (project.folder / "link.jsonl").is_symlink()
    assert kept.read_bytes() == encode_record(RECORD)
    assert [stat.S_IMODE((project.folder / name).stat().st_mode) for name in ("kept.jsonl", "new.jsonl")] == [
        0o640
    ] * 2


def test_a_device_is_written_and_not_replaced(project: Project, tmp_path: Path) -> None:
    """``-o /dev/null`` leaves the device where it is."""
    project.evidence([RECORD])
    (tmp_path / "null").symlink_to(os.devnull)
    done = project.run("merge", "ev", "-o", str(tmp_path / "null"))

    assert done.code == 0
    assert stat.S_ISCHR((tmp_path / "null").stat().st_mode)


def test_an_output_that_cannot_be_written_is_a_usage_error(project: Project) -> None:
    """Exit code 2 with the file and the reason."""
    project.evidence([RECORD])
    done = project.run("merge", "ev", "-o", "missing/all.jsonl")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bugcapture: error: missing/all.jsonl: cannot be written: No such file")


def test_a_table_of_bugs_and_verdicts(project: Project) -> None:
    """One row for each bug, with a column for each verdict that occurs."""
    project.evidence([record(ids=(12, 7)), record(attempt=2, verdict="passed"), record(name="Two", ids=(7,))])
    done = project.run("merge", "ev", "--format", "text")

    assert done.out == ("BUG  TESTS  PASSED  EXPECTED_FAILURE\n#7   2      1       2\n#12  1      -       1\n")


def test_no_records_make_no_table(project: Project) -> None:
    """An empty folder is no error."""
    (project.folder / "ev").mkdir()
    done = project.run("merge", "ev", "--format", "text")

    assert (done.code, done.out, done.err) == (0, "", "bugcapture: 0 records of 0 tests from 0 files\n")


def test_one_document_for_programs(project: Project) -> None:
    """``--format json`` carries the same records."""
    project.evidence([RECORD])
    document = project.run("merge", "ev", "--format", "json").json

    assert document["schema"] == "bugcapture.evidence-merge/1"
    assert document["records"] == [json.loads(encode_record(RECORD))]


def test_broken_lines_are_told_and_left_out(project: Project) -> None:
    """The others are merged; a record that only a newer bugcapture can read makes the result incomplete."""
    project.write("ev/a.jsonl", b'{"torn\x1b\n\n' + encode_record(RECORD) + b'{"schema":"bugcapture.evid')
    done = project.run("merge", "ev")

    assert (done.code, done.out) == (0, encode_record(RECORD).decode())
    assert done.err.splitlines() == [
        'bugcapture: ev/a.jsonl:1: is no JSON: {"torn\\x1b',
        'bugcapture: ev/a.jsonl:4: is no JSON: {"schema":"bugcapture.evid',
        "bugcapture: 1 record of 1 test from 1 file",
    ]

    project.write("ev/b.jsonl", encode_record(RECORD).replace(b"evidence/1", b"evidence/2"))
    done = project.run("merge", "ev")

    assert (done.code, done.out) == (1, encode_record(RECORD).decode())
    assert "ev/b.jsonl:1: written by a newer bugcapture" in done.err


def test_the_projects_folder_is_the_default(project: Project) -> None:
    """The environment variable first, then the configuration; without either the error says what to do."""
    project.evidence([RECORD], "env/a.jsonl")
    project.evidence([RECORD, record(attempt=2)], "conf/a.jsonl")
    nowhere = project.run("merge")
    project.write("pyproject.toml", '[tool.bugcapture]\nevidence = "conf"\n')

    assert (nowhere.code, nowhere.out) == (2, "")
    assert "BUGCAPTURE_EVIDENCE_DIR" in nowhere.err
    assert project.run("merge", where="features").out.count("\n") == 2
    assert project.run("merge", BUGCAPTURE_EVIDENCE_DIR="env").out.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [(), ("merge", ""), ("merge", "missing"), ("merge", "--format", "xml"), ("m",)]
)
def test_wrong_usage_exits_with_2(project: Project, arguments: tuple[str, ...]) -> None:
    """Nothing on standard output, an explanation on standard error."""
    done = project.run(*arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err


@pytest.mark.parametrize("arguments", [("--help",), ("merge", "-h"), ("check", "--help")])
def test_help_has_examples(project: Project, arguments: tuple[str, ...]) -> None:
    """Help is a result, fits a terminal, and shows how to use the command."""
    done = project.run(*arguments)

    assert (done.code, done.err) == (0, "")
    assert "Examples:" in done.out
    assert "\b" not in done.out
    assert max(map(len, done.out.splitlines())) <= 100
