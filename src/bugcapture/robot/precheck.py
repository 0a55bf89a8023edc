"""Check the tags and declarations of a run before anything of it is executed.

The model that Robot runs has only the tests that its filters select, so the files are read as well: those of
all suites of the run, and all others in the folders that it was started with.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bugcapture.core.finding import Finding
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import plural
from bugcapture.project.files import read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.robot.prefilter import SUFFIXES, init_in, may_hold_tags
from bugcapture.robot.refusal import Refusal, walk_suites
from bugcapture.robot.rules import check_names
from bugcapture.robot.tags import canonical_tags, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.core.tags import TagPolicy

    Place = tuple[str, int | None]
    Switches = dict[Place, str]

_INIT = "__init__"


def check_run(root: Any, policy: TagPolicy, languages: tuple[Any, ...] = ()) -> Switches:
    """Stop the run for bad tags and declarations, and for a Python that has no assertions.

    Args:
        root: The run's ``robot.running.TestSuite``.
        policy: What the project asks of its tags.
        languages: The run's ``robot.conf.languages.Language`` objects.

    Returns:
        Where the tests with the switch stand, by file and line, each with the place of its switch.

    Raises:
        Refusal: With all problems at once, each with its place.
        SourceError: If a file cannot be read at all.
    """
    switches: Switches = {}
    findings: dict[Finding, None] = {}
    files = list(suite_files(root))
    for file in files if _may_concern_us(files) else ():
        from bugcapture.robot.source import read_source  # noqa: PLC0415 - loads a good part of bugcapture

        source = read_source(file, relative_path(file), languages)
        if source is None or not source.readable:  # Robot itself tells about a file that it cannot read.
            continue
        findings.update(dict.fromkeys(source.check(policy)))
        for capture in source.captures:
            if capture.switches:
                site = capture.switches[0]
                switches[place_key(file, capture.line)] = f"{site.path}:{site.line}"
    told = {finding.path for finding in findings}
    known = {os.fspath(file) for file in files}
    for test in _our_tests(root):
        tags = canonical_tags(test.tags)
        path = relative_path(test.source) if test.source else test.parent.full_name
        if SWITCH in tags and str(test.source) not in known:
            switches[place_key(test.source, test.lineno)] = f"{path}:{test.lineno}"
        for problem in check_names(tags, policy) if path not in told else ():
            findings[Finding(path, test.lineno or 0, problem.rule, problem.message)] = None
    _refuse(sorted(findings), switches)
    return switches


def _may_concern_us(files: list[Path]) -> bool:
    """Whether any file, or a suite initialisation file above them that is none of them, may hold a tag of ours."""
    # Robot itself tells about a file that is not UTF-8.
    if any(may_hold_tags(read_bytes(file).decode("utf-8-sig", "replace")) for file in files):
        return True
    known = {Path(os.path.abspath(file)) for file in files}  # noqa: PTH100 - links stay as they are
    inits = (init_in(folder) for folder in {folder for file in known for folder in file.parents})
    return any(init is not None and init not in known for init in inits)


def suite_files(root: Any) -> Iterator[Path]:
    """The files of the suites of a run, and all others in their folders, whatever the filters select.

    Args:
        root: The run's ``robot.running.TestSuite``.
    """
    found: dict[Path, None] = {}
    for suite in walk_suites(root):
        source = suite.source
        if source is None:
            continue
        if source.is_dir():
            found.update(dict.fromkeys(_files_below(source)))
        elif source.suffix.lower() in SUFFIXES:
            found[source] = None
    yield from found


def place_key(source: Path | str | None, line: int | None) -> Place:
    """What tells the place of a test from that of others; both are None for a suite that was made in memory."""
    return (os.path.abspath(source) if source else "", line)  # noqa: PTH100 - links stay as they are


def _our_tests(root: Any) -> Iterator[Any]:
    return (test for suite in walk_suites(root) for test in suite.tests if any(map(is_ours, test.tags)))


def _files_below(folder: Path) -> Iterator[Path]:
    """What Robot reads of a folder: nothing whose name begins with a dot or an underscore, but for init files."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")) and name != "CVS")
        for name in sorted(names):
            stem, suffix = os.path.splitext(name)  # noqa: PTH122 - names only
            if suffix.lower() == ".robot" and (stem.lower() == _INIT or not name.startswith((".", "_"))):
                yield Path(where, name)


def _refuse(problems: list[Finding], switches: Switches) -> None:
    if problems:
        listing = "\n".join(f"  {finding.where}: {finding.rule} {finding.message}" for finding in problems)
        raise Refusal(f"{plural(len(problems), 'invalid tdd tag set')}, nothing was run:\n{listing}")
    if switches and not __debug__:
        raise Refusal(
            "python -O removes every assert, so captured bugs would look fixed; nothing was run:\n"
            "  run Robot without -O and without PYTHONOPTIMIZE"
        )
