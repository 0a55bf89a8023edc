"""``evidence``: one file from many, and a record for every captured test."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import SEVERITY, merge_records, split_location
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.core.verdict import Verdict
from bugcapture.project import git
from bugcapture.project.evidence import COMMIT_VARIABLES
from bugcapture.project.evidence_files import EvidenceFound, read_evidence
from bugcapture.project.paths import relative_path
from bugcapture.workflow.matching import Matcher, group_by_test, locate
from bugcapture.workflow.sources import read_inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.evidence import Evidence
    from bugcapture.project.config import Project
    from bugcapture.workflow.sources import Inventory

_SHORTEST_HASH: Final = 7
_UNKNOWN: Final = "it was not run, its worker died, or the adapter was not loaded"
_NO_FOLDER: Final = "name a folder, or set BUGCAPTURE_EVIDENCE_DIR or [tool.bugcapture] evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which evidence counts.

    Attributes:
        ids: Only these bugs; all when empty.
        run_ids: Only these runs; all when empty.
        any_commit: Whether evidence about another revision than the checked-out one counts.
    """

    ids: frozenset[int] = frozenset()
    run_ids: frozenset[str] = frozenset()
    any_commit: bool = False

    def has(self, record: Evidence) -> bool:
        """Whether a record is one of those that were asked for."""
        if self.run_ids and record.run_id not in self.run_ids:
            return False
        return not self.ids or not self.ids.isdisjoint(record.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCheck:
    """What the comparison of captures and evidence says.

    Attributes:
        findings: All problems, in the order of their places.
        files: How many evidence files were read.
        captures: How many captured tests there are.
        missing: How many of them have no evidence.
        bugs: How many bugs they belong to.
        verdicts: How often each verdict was the last of a test in a run.
    """

    findings: tuple[Finding, ...]
    files: int
    captures: int
    missing: int
    bugs: int
    verdicts: Mapping[str, int]

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def merge_evidence(project: Project, paths: Sequence[Path]) -> EvidenceFound:
    """Read evidence and keep the worst record for each test and attempt of a run.

    Args:
        project: The project.
        paths: Evidence files and folders; the project's evidence folder when there are none.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read, or there is no evidence folder.
    """
    found = read_evidence(paths or [evidence_folder(project)])
    return EvidenceFound(merge_records(found.records), found.findings, found.files)


def check_evidence(
    project: Project,
    paths: Sequence[Path],
    *,
    sources: Sequence[str | Path] = (),
    selection: Selection | None = None,
    verdicts: bool = False,
) -> EvidenceCheck:
    """Compare the captured tests of the sources with evidence.

    Args:
        project: The project.
        paths: Evidence files and folders; the project's evidence folder when there are none.
        sources: Test files and folders; the working directory when there are none.
        selection: Which evidence counts; None for all about the checked-out revision.
        verdicts: Whether a red verdict is an error as well.

    Raises:
        ConfigurationError: If a path does not exist or cannot be read, there is no evidence folder, or a
            bug has no test.
    """
    selection = selection or Selection()
    inventory = read_inventory(sources)
    captures = _select_captures(inventory, selection.ids)
    found = _read(project, paths, needed=bool(captures))
    records = [record for record in found.records if selection.has(record)]
    revisions = set() if selection.any_commit else _current_revisions(project.root)
    ran = [record for record in records if record.verdict != Verdict.NOT_RUN]
    counted = [record for record in ran if _is_about(record, revisions)]
    evidence = _Evidence(
        counted=Matcher(project.root, counted),
        foreign=Matcher(project.root, [record for record in ran if not _is_about(record, revisions)]),
        not_run=Matcher(project.root, [record for record in records if record.verdict == Verdict.NOT_RUN]),
    )
    gaps = list(_find_gaps(captures, evidence))
    unread = list(_check_sources(project, inventory))
    known = {_test(record) for capture in captures for record in evidence.counted.at(capture)}
    tops = [os.path.realpath(source) for source in (sources or [Path()])]
    here = [record for record in counted if _test(record) in known or _is_below(record, project.root, tops)]
    last = _last_attempts(here)
    findings = [
        *found.findings,
        *unread,
        *(finding for finding, _ in gaps),
        *_find_strangers(
            (record for record in here if _test(record) not in known), _unknown_files(inventory, unread), project
        ),
        *_tell_foreign(ran, revisions, paths or [project.evidence_dir or Path()]),
        *(_tell_red(record, project) for record in last if verdicts and not Verdict(record.verdict).green),
    ]
    counts = Counter(record.verdict for record in last)
    return EvidenceCheck(
        findings=tuple(sorted(set(findings))),
        files=found.files,
        captures=len(captures),
        missing=sum(lost for _, lost in gaps),
        bugs=len({number for capture in captures for number in capture.tags.ids}),
        verdicts={verdict: counts[verdict] for verdict in SEVERITY if counts[verdict]},
    )


@dataclass(frozen=True, slots=True)
class _Evidence:
    counted: Matcher
    foreign: Matcher
    not_run: Matcher


def evidence_folder(project: Project) -> Path:
    """The folder of the project's evidence, whether it is there or not.

    Raises:
        ConfigurationError: If the project has none.
    """
    if project.evidence_dir is None:
        raise ConfigurationError("there is no evidence folder", hint=_NO_FOLDER)
    return project.evidence_dir


def _read(project: Project, paths: Sequence[Path], *, needed: bool) -> EvidenceFound:
    """The evidence; where nothing is captured, nothing needs to be there."""
    if not paths and not needed and not (project.evidence_dir and project.evidence_dir.exists()):
        return EvidenceFound((), (), 0)
    return read_evidence(paths or [evidence_folder(project)])


def _select_captures(inventory: Inventory, ids: frozenset[int]) -> list[Capture]:
    captures = [capture for capture in inventory.captures if not ids or not ids.isdisjoint(capture.tags.ids)]
    unknown = sorted(ids - {number for capture in captures for number in capture.tags.ids})
    if unknown:
        what = f"{'bugs' if len(unknown) > 1 else 'bug'} {bug_list(unknown)}"
        raise ConfigurationError(f"no test here has {what}", hint="`bugcapture list` shows the captured bugs")
    return captures


def _check_sources(project: Project, inventory: Inventory) -> Iterator[Finding]:
    """A file that cannot be read may hold captures, and so may marks that cannot."""
    yield from inventory.unreadable
    for _, source in inventory.sources:
        yield from (problem for problem in source.check(project.settings.policy) if problem.rule == "P1")


def _unknown_files(inventory: Inventory, unread: Iterable[Finding]) -> set[str]:
    """The files of which nobody knows what they capture."""
    unparsed = {source.path for _, source in inventory.sources if not source.readable}
    return unparsed | {finding.path for finding in unread}


def _find_gaps(captures: Iterable[Capture], evidence: _Evidence) -> Iterator[tuple[Finding, int]]:
    """Captured tests without evidence, with how many tests of the place are meant."""
    for group in group_by_test(captures).values():
        lost: dict[tuple[int, ...], list[Capture]] = {}
        for capture in _without_record(group, evidence.counted.at(group[0])):
            lost.setdefault(capture.tags.ids, []).append(capture)
        for ids, (capture, *others) in lost.items():
            count = 1 + len(others)
            some = f"{count} of {len(group)} captured parameters of" if len(group) > 1 else "captured test"
            bugs = f" ({bug_list(ids)})" if ids else ""
            has = "have" if others else "has"
            title = f"{some} '{shorten(printable(capture.name))}'{bugs} {has} no evidence"
            why = _why_missing(capture, evidence, alone=len(group) == 1)
            yield Finding(capture.path, capture.line, "E1", f"{title}: {why}"), count


def _without_record(captures: Sequence[Capture], records: Iterable[Evidence]) -> list[Capture]:
    """The captures of one place that are left when each has taken a record with its bugs."""
    free: dict[str, set[int]] = {}
    for record in records:
        free.setdefault(record.name, set()).update(record.ids)
    lost = []
    for capture in sorted(captures, key=lambda capture: len(capture.tags.ids), reverse=True):
        fitting = [name for name, ids in free.items() if ids.issuperset(capture.tags.ids)]
        if fitting:
            del free[min(fitting, key=lambda name: len(free[name]))]
        else:
            lost.append(capture)
    return lost


def _why_missing(capture: Capture, evidence: _Evidence, *, alone: bool) -> str:
    if found := evidence.counted.at(capture):
        ids = bug_list(sorted({number for record in found for number in record.ids})) or "no bug"
        return (
            f"its evidence is about {ids}, so its tags changed after the run; run it again" if alone else _UNKNOWN
        )
    if foreign := evidence.foreign.about(capture):
        commit = max(record.commit for record in foreign)
        return f"its evidence is about another revision, {_show_hash(commit)}; run it again"
    if moved := evidence.counted.elsewhere(capture):
        line = split_location(moved[-1].location)[1]
        return f"there is a record for line {line}, so the file changed after the run; run it again"
    if evidence.not_run.about(capture):
        return "its only record says that it was not run"
    return _UNKNOWN


def _is_below(record: Evidence, root: Path, tops: Iterable[str]) -> bool:
    """Whether a record is about a test below the sources, or about one that was there."""
    place = locate(split_location(record.location)[0], root)
    return any(place == top or place.startswith(os.path.join(top, "")) for top in tops)  # noqa: PTH118


def _find_strangers(records: Iterable[Evidence], unknown: set[str], project: Project) -> Iterator[Finding]:
    """Evidence about tests below the sources that are no captures there."""
    for record in records:
        path, line = split_location(record.location)
        shown = relative_path(project.root / path)
        if shown not in unknown:
            message = (
                f"evidence about '{shorten(printable(record.name))}' ({bug_list(record.ids)}), which is no "
                "captured test here: it was renamed, moved or removed, or lost its tags"
            )
            yield Finding(shown, line, "E2", message, Severity.WARNING)


def _current_revisions(root: Path) -> set[str]:
    """What a run in this checkout would call its revision; empty when nobody knows."""
    named = {os.environ.get(variable, "") for variable in COMMIT_VARIABLES}
    return (named | {git.head_commit(root)}) - {""}


def _is_about(record: Evidence, revisions: set[str]) -> bool:
    if not revisions or not record.commit:
        return True
    return any(
        revision.startswith(record.commit) and len(record.commit) >= min(_SHORTEST_HASH, len(revision))
        for revision in revisions
    )


def _tell_foreign(records: Iterable[Evidence], revisions: set[str], paths: Sequence[Path]) -> Iterator[Finding]:
    commits = Counter(record.commit for record in records if not _is_about(record, revisions))
    expected = " or ".join(map(_show_hash, sorted(revisions)))
    for commit, count in commits.items():
        message = (
            f"{plural(count, 'record')} about revision {_show_hash(commit)}, and {expected} is checked out: not "
            "counted; run the tests again, or accept with --any-commit"
        )
        yield Finding(relative_path(paths[0]), 0, "E4", message, Severity.WARNING)


def _show_hash(commit: str) -> str:
    return shorten(printable(commit), 13)


def _test(record: Evidence) -> tuple[str, str, str]:
    return record.framework, record.location, record.name


def _last_attempts(records: Iterable[Evidence]) -> list[Evidence]:
    """The last attempt of each test in each run."""
    last = {(*_test(record), record.run_id, record.commit): record for record in merge_records(records)}
    return list(last.values())


def _tell_red(record: Evidence, project: Project) -> Finding:
    path, line = split_location(record.location)
    what = f"{bug_list(record.ids)} {record.verdict.replace('_', ' ')}: {shorten(printable(record.reason), 300)}"
    return Finding(relative_path(project.root / path), line, "E5", f"'{shorten(printable(record.name))}' {what}")
