"""Have tests listed that hooks would run, before and after they are merged, in a copy of the checkout.

The real tool runs the real commands, so that languages, environments and variables are those of a push; only
what keeps the tests from being run, and what writes the list, are added.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.hooks.consolidate import listing
from bugcapture.hooks.consolidate.equivalence import NO_TEST, Comparison, Listing, compare, compare_processes
from bugcapture.hooks.program import strip_starters
from bugcapture.project import git
from bugcapture.project.files import is_passed_over
from bugcapture.project.isolated import isolated_copy
from bugcapture.project.process import Task, run_tasks
from bugcapture.project.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bugcapture.hooks.consolidate.call import Call, Runner
    from bugcapture.hooks.consolidate.hook import Hook
    from bugcapture.hooks.consolidate.proposal import Group, SerialChange
    from bugcapture.project.isolated import IsolatedCopy
    from bugcapture.workflow.consolidate_hooks import ConsolidationPlan

# Copied and never imported here: what they need is there where they are listed.
_LISTERS: Final = Path(listing.__file__).parent
_TOOLS: Final = ("pre-commit", "prek")
_MODULE: Final = "bugcapture_listing_"
_STAGE: Final = "manual"
# What the tool says of one hook: its number, how long it took, and what it has said itself.
_SECTION: Final = re.compile(
    r"^- hook id: check-(\d+)\s+- duration: ([\d.]+)s\s+(.*?)(?=^\S+\.{3}|\Z)", re.DOTALL | re.MULTILINE
)
# What a copied hook does not take with it: when it runs, how it is called, and what it leaves behind.
_LEFT: Final = frozenset(
    {
        "id", "name", "alias", "description", "entry", "args", "files", "exclude", "types", "types_or",
        "exclude_types", "stages", "always_run", "pass_filenames", "require_serial", "fail_fast", "verbose",
        "log_file", "minimum_pre_commit_version", "priority",
    }
)  # fmt: skip
_DEFAULTS: Final = ("default_language_version", "files", "exclude")
_FILTERS: Final = ("files", "exclude", "types", "types_or", "exclude_types", "always_run")
_LARGE: Final = 1_000_000
_CACHES: Final = re.compile(r"\..*_cache\Z|\.testmondata.*\Z|\.bugcapture\Z")


@dataclass(frozen=True, slots=True)
class _Session:
    """Sessions of a runner: the words of their hook as they are written, and what that says besides.

    It is one, unless the hook is told the files, and the tool starts a session for some of them.
    """

    runner: Runner
    words: tuple[str, ...]
    call: Call | None
    values: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=lambda: {"pass_filenames": False, "always_run": True})


def compare_hooks(
    plan: ConsolidationPlan, *, run_tests: bool = False, tell: Callable[[str], None] = lambda _line: None
) -> tuple[Comparison, ...]:
    """Each merged session beside those of its members, and each of pytest that is told all files at once.

    Args:
        plan: The plan.
        run_tests: Whether the tests are run as well, so that what one leaves for another is seen.
        tell: Told how far it is.

    Raises:
        ConfigurationError: If there is no tool that runs hooks, or no revision to copy.
        KeyboardInterrupt: If it was interrupted; nothing is left behind.
    """
    groups = [group for group in plan.proposal.groups if group.is_listed]
    changes = [change for change in plan.proposal.serial.changes if change.is_listed]
    if not groups and not changes:
        return ()
    tool = next((found for name in _TOOLS if (found := shutil.which(name))), None)
    if tool is None:
        raise ConfigurationError(
            "neither pre-commit nor prek is there to run the hooks with", hint="install one, or use --no-verify"
        )
    sessions = [one for group in groups for one in _sessions(group)]
    sessions += [one for change in changes for one in _processes(change)]
    with _copy(plan.top) as copy:
        listings = _list_all(tool, copy, sessions, plan, tell, run_tests=False)
        if run_tests:
            ends = _list_all(tool, copy, sessions, plan, tell, run_tests=True)
            listings = [_with_ends(*both) for both in zip(listings, ends, strict=True)]
    waiting = iter(listings)
    merged = [compare(group, [next(waiting)[0] for _ in group.members], next(waiting)[0]) for group in groups]
    return (*merged, *(compare_processes(change, next(waiting), next(waiting)[0]) for change in changes))


def _sessions(group: Group) -> Iterator[_Session]:
    """The sessions of the members, and the one that they become."""
    for hook in group.members:
        yield _session(hook)
    words = (*shlex.split(group.values["entry"]), *group.values.get("args", ()))
    yield replace(_session(group.members[0]), words=words, call=group.call, values=group.values)


def _session(hook: Hook) -> _Session:
    if hook.runner is None:
        raise AssertionError("unreachable")
    return _Session(hook.runner, hook.words, hook.call, hook.values)


def _processes(change: SerialChange) -> Iterator[_Session]:
    """A hook as it is, and as it is proposed; given the same files."""
    hook = change.hook
    given = {key: hook.values[key] for key in _FILTERS if key in hook.values}
    for is_serial in (False, True):
        yield replace(_session(hook), told={**given, "require_serial": is_serial})


def _with_ends(listings: Sequence[Listing], ends: Sequence[Listing]) -> list[Listing]:
    """What some sessions would run, with how all their tests have ended."""
    outcomes = {name: outcome for end in ends for name, outcome in end.outcomes.items()}
    # A process without any test counts for nothing beside others.
    worst = max(ends, key=lambda end: (end.exit_code not in {0, NO_TEST}, end.exit_code == 0))
    return [
        one
        if one.exit_code == NO_TEST
        else replace(one, outcomes=outcomes, exit_code=worst.exit_code, said=worst.said)
        for one in listings
    ]


def _list_all(
    tool: str,
    copy: IsolatedCopy,
    sessions: Sequence[_Session],
    plan: ConsolidationPlan,
    tell: Callable[[str], None],
    *,
    run_tests: bool,
) -> list[list[Listing]]:
    """What each of some hooks runs: one listing of each of its processes, at least one."""
    with tempfile.TemporaryDirectory(prefix="bugcapture-listing-") as scratch:
        place = Path(scratch)
        for number, session in enumerate(sessions):
            shutil.copyfile(_LISTERS / session.runner.lister, place / f"{_MODULE}{number}.py")
        config = place / "config.yaml"
        config.write_text(json.dumps(_configuration(sessions, plan, place, run_tests=run_tests)), "utf-8")
        command = (tool, "run", "--all-files", f"--hook-stage={_STAGE}", "--color=never", f"--config={config}")
        output = place / "output.txt"
        variables = _variables(place) | copy.variables
        task = Task(command=command, folder=copy.folder, environment=variables, output=output)
        what = "run" if run_tests else "listed"
        run_tasks(
            [task], on_wait=_teller(place, lambda at: tell(f"tests are {what}: session {at} of {len(sessions)}"))
        )
        said = output.read_text("utf-8", "replace")
        told = {int(number): (float(taken), own) for number, taken, own in _SECTION.findall(said)}
        found = [sorted(place.glob(f"{_MODULE}{number}.*.json")) for number in range(len(sessions))]
        return [
            [
                _read(file, *told.get(number, (None, said)), ran=run_tests)
                for file in files or [place / "none.json"]
            ]
            for number, files in enumerate(found)
        ]


def _teller(place: Path, tell: Callable[[int], None]) -> Callable[[], None]:
    """What tells the number of the session that is on, from 1, whenever it is another one."""
    told = 0

    def look() -> None:
        nonlocal told
        ended = [int(file.name.removeprefix(_MODULE).partition(".")[0]) for file in place.glob(f"{_MODULE}*.json")]
        now = min(max(ended, default=-1) + 2, len(list(place.glob(f"{_MODULE}*.py"))))
        if now != told:
            told = now
            tell(now)

    return look


def _configuration(
    sessions: Sequence[_Session], plan: ConsolidationPlan, place: Path, *, run_tests: bool
) -> dict[str, Any]:
    """A configuration, as JSON that is YAML as well, whose hooks list what those sessions would run."""
    # What `files` and `exclude` say of all hooks means nothing to those that are told none.
    defaults = {key: plan.raw.values[key] for key in _DEFAULTS if key in plan.raw.values}
    hooks = [_hook(number, one, place, run_tests=run_tests) for number, one in enumerate(sessions)]
    return {**defaults, "repos": [{"repo": "local", "hooks": hooks}]}


def _hook(number: int, session: _Session, place: Path, *, run_tests: bool) -> dict[str, Any]:
    """A hook that lists what a session would run, whenever it would run."""
    words = session.runner.listed(_with_path(session.words, place), session.call, f"{_MODULE}{number}", run_tests)
    kept = {key: value for key, value in session.values.items() if key not in _LEFT}
    return {
        **kept,
        "id": f"check-{number}",
        "name": f"check-{number}",
        "entry": shlex.join(words),
        **session.told,
        "verbose": True,
        "stages": [_STAGE],
    }


def _with_path(words: Sequence[str], place: Path) -> list[str]:
    """A command that is started with the place of the listers, also where it sets the variable itself."""
    at = len(words) - len(strip_starters(words))
    paths = [f"PYTHONPATH={place}{os.pathsep}{word.partition('=')[2]}" for word in words]
    return [paths[n] if n < at and word.startswith("PYTHONPATH=") else word for n, word in enumerate(words)]


def _variables(place: Path) -> dict[str, str]:
    """The variables of a push, with a place for the listers, and without traces in anybody's checkout."""
    variables = {key: value for key, value in git.clean_environment().items() if key != "SKIP"}
    paths = [str(place), *filter(None, [variables.get("PYTHONPATH")])]
    return variables | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PRE_COMMIT_COLOR": "never",
        # The environment of the user's checkout is borrowed, and must not be bent to the copy.
        "UV_NO_SYNC": "1",
    }


def _read(file: Path, seconds: float | None, said: str, *, ran: bool) -> Listing:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return Listing(said=said, seconds=seconds)
    return Listing(
        tests={name: tuple(marks) for name, marks in found["tests"]},
        errors=tuple((place, text) for place, text in found["errors"]),
        outcomes=found["outcomes"] if ran else {},
        exit_code=found["exit_code"],
        stops_after=int(found["stops_after"] or 0),
        needs_coverage=bool(found["needs_coverage"]),
        settings=found["settings"],
        root=found["root"],
        seconds=seconds,
        said=said,
    )


@contextlib.contextmanager
def _copy(top: Path) -> Iterator[IsolatedCopy]:
    """A copy of the checkout as it lies there, gone at the end; environments are lent to it."""
    repository = Repository.find(top)
    head = repository.resolve("HEAD")
    if head is None:
        raise ConfigurationError("the repository has no commit yet", hint="commit first, or use --no-verify")
    commit = repository.snapshot() if repository.dirty_files() else head.commit
    with isolated_copy(repository, commit) as copy:
        folder = copy.folder
        for entry in sorted(top.iterdir()):
            if (
                entry.is_dir()
                and entry.name != ".git"
                and is_passed_over(entry)
                and not (folder / entry.name).exists()
            ):
                (folder / entry.name).symlink_to(entry, target_is_directory=True)
        left = cache(lambda part: bool(_CACHES.match(part.name)) or is_passed_over(top / part))
        for name in repository.unknown_files(["."]):
            path = PurePath(name)
            if not any(map(left, reversed(path.parents[:-1]))):
                _copy_file(top / path, folder / path)
        yield copy


def _copy_file(file: Path, target: Path) -> None:
    """Copy a file that git does not know and a test may need."""
    with contextlib.suppress(OSError):
        if not (_CACHES.match(file.name) or file.is_symlink() or file.stat().st_size > _LARGE or target.exists()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
