"""Which hooks of a stage can become one, so that each check still runs whenever it has run before.

A merged hook stands where the last of its members stood, so that whatever ran before one of them still does. It
runs for all files that any of them was for. So a check may run more often than before, and never less.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from bugcapture.core.text import plural
from bugcapture.hooks.consolidate.pattern import unite_patterns
from bugcapture.hooks.consolidate.proposal import Group, Proposal
from bugcapture.hooks.consolidate.pytest_call import RUNNER as PYTEST
from bugcapture.hooks.consolidate.runners import follows_earlier
from bugcapture.hooks.consolidate.sharing import find_sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from bugcapture.hooks.consolidate.call import Call, Runner
    from bugcapture.hooks.consolidate.hook import Hook

_COPIED: Final = (
    "language", "language_version", "additional_dependencies", "exclude", "types", "types_or", "exclude_types",
)  # fmt: skip
_OWN: Final = ("id", "alias", "name", "description", "entry", "args", "files", "always_run")
_FILTERS: Final = ("`exclude`", "`types`", "`types_or`", "`exclude_types`")
_NOT_IN_ID: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for.

    Attributes:
        merge: Which hooks may become one: ``all`` with the same runner, those whose files are ``overlapping``, or
            those that are for the ``same`` files.
        xdist: Whether merged sessions are spread over all processors.
        testmon: Whether merged sessions leave out tests that no change can have touched.
    """

    merge: Literal["all", "overlapping", "same"] = "all"
    xdist: bool = False
    testmon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What has to be known besides the configuration.

    Attributes:
        tracked: The files that git tracks.
        place: What a runner finds around the targets of a call: its settings, or the folder with its steps.
        ids: All ids that are taken.
    """

    tracked: Sequence[str] = ()
    place: Callable[[Call], Any] = lambda _call: None
    ids: Collection[str] = ()


def propose(stage: str, everything: Sequence[Hook], wishes: Wishes, around: Surroundings) -> Proposal:
    """What is proposed for the hooks of a stage.

    Args:
        stage: The stage.
        everything: All hooks, in their order, those of other stages as well: some of this one run there too.
        wishes: What is asked for.
        around: What else is known.
    """
    hooks = tuple(hook for hook in everything if hook.runs_at({stage}))
    candidates = _candidates(hooks, everything, wishes, around)
    groups: list[Group] = []
    apart: dict[int, str] = {}
    taken = set(around.ids)
    for members in _merge(candidates, wishes, around):
        if len(members) > 1 and not _keeps_place(members, around):
            why = f"in one session with the others, {members[0].runner.moved}"
            apart |= dict.fromkeys((one.hook.index for one in members), why)
        elif len(members) > 1:
            groups.append(_session_group(members, wishes, taken))
            taken.add(groups[-1].id)
    groups += _duplicates(hooks, everything)
    groups.sort(key=lambda group: group.members[-1].index)
    merged = {hook.index for group in groups for hook in group.members}
    reasons = {
        hook.index: hook.reason or apart.get(hook.index) or _why_alone(hook, candidates, wishes)
        for hook in hooks
        if hook.index not in merged and hook.runner
    }
    others = [hook for hook in hooks if hook.index not in {*merged, *reasons}]
    return Proposal(stage=stage, hooks=hooks, groups=tuple(groups), reasons=reasons, sharing=find_sharing(others))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A hook that runs tests, and what has to be the same."""

    hook: Hook
    runner: Runner
    call: Call
    facets: Mapping[str, str]


def _candidates(
    hooks: Sequence[Hook], everything: Sequence[Hook], wishes: Wishes, around: Surroundings
) -> list[_Candidate]:
    """The hooks that may be merged; none across another one that ends the push when it fails.

    Those that have all in common become one whatever they do, unless their files tell them apart.
    """
    facets = {
        hook.index: _facets(hook, hook.runner, hook.call, around)
        for hook in hooks
        if hook.runner and hook.call and not hook.reason
    }
    found: list[_Candidate] = []
    for hook in hooks:
        own = facets.get(hook.index)
        if own and hook.runner and hook.call:
            before = [
                one.index
                for one in everything
                if one.index < hook.index
                and one.ends_push
                and one.runs_at(hook.configured.stages)
                and (wishes.merge != "all" or facets.get(one.index) != own)
            ]
            told = {**own, "what ends the push before it (`fail_fast`)": repr(before)}
            found.append(_Candidate(hook, hook.runner, hook.call, told))
    return found


def _facets(hook: Hook, runner: Runner, call: Call, around: Surroundings) -> dict[str, str]:
    own = {
        "when it runs": hook.trigger,
        f"what starts {runner.title}": call.launcher,
        f"the options of {runner.title}": call.equal,
        f"when it stops ({', '.join(f'`{one}`' for one in runner.limits)})": call.stops,
        "whether it names any target": bool(call.targets),
        **({runner.place: around.place(call)} if runner.place else {}),
        **{f"`{option}`": values for option, values in call.selections.items()},
        **call.facets,
    }
    told = own if hook.trigger != "always" else {**own, **dict.fromkeys(_FILTERS, None)}
    return {name: repr(value) for name, value in {**hook.facets, **told}.items() if value is not None}


def _merge(candidates: list[_Candidate], wishes: Wishes, around: Surroundings) -> Iterable[list[_Candidate]]:
    """Candidates that can become one, those with the same targets and another selection first."""
    waiting = list(candidates)
    for option in dict.fromkeys(option for one in candidates for option in one.runner.unite):
        able = [one for one in waiting if option in one.runner.unite and _unite(option, [one])]
        for members in _bucket(able, partial(_but, option)):
            if len({one.facets[f"`{option}`"] for one in members}) > 1:
                waiting = [one for one in waiting if one not in members]
                yield from _by_files(members, wishes, around)
    for members in _bucket(waiting, lambda one: tuple(sorted(one.facets.items()))):
        yield from _by_files(members, wishes, around)


def _but(option: str, candidate: _Candidate) -> Any:
    """What has to be the same where the values of an option differ: everything else, and the targets."""
    rest = {name: value for name, value in candidate.facets.items() if name != f"`{option}`"}
    return (tuple(sorted(rest.items())), frozenset(map(_normal, candidate.call.targets)))


def _normal(target: str) -> tuple[str, str]:
    path, _, inner = target.partition("::")
    return posixpath.normpath(path), inner


def _unite(option: str, members: Sequence[_Candidate]) -> tuple[str, ...] | None:
    """What selects whatever any of some selects; None where nothing does, or some of them choose nothing."""
    values = [one.call.selections.get(option) for one in members]
    given = [one for one in values if one is not None]
    return members[0].runner.unite[option](given) if len(given) == len(values) else None


def _bucket(candidates: Iterable[_Candidate], key: Callable[[_Candidate], Any]) -> list[list[_Candidate]]:
    found: dict[Any, list[_Candidate]] = {}
    for one in candidates:
        found.setdefault(key(one), []).append(one)
    return list(found.values())


def _by_files(members: list[_Candidate], wishes: Wishes, around: Surroundings) -> list[list[_Candidate]]:
    """Those of some candidates that may become one for the files that they are for."""
    if wishes.merge == "all":
        return [members]
    if wishes.merge == "same":
        return _bucket(members, lambda one: one.hook.configured.files)
    parts: list[tuple[set[str], list[_Candidate]]] = []
    for one in members:
        files = _matched(one.hook, around.tracked)
        joined = [part for part in parts if part[0] & files]
        parts = [part for part in parts if part not in joined]
        parts.append((files.union(*(part[0] for part in joined)), [x for part in joined for x in part[1]] + [one]))
    return [sorted(part, key=lambda one: one.hook.index) for _, part in parts]


def _matched(hook: Hook, tracked: Sequence[str]) -> set[str]:
    if hook.trigger != "some files":
        return {""}
    wanted, unwanted = re.compile(hook.configured.files or ""), re.compile(hook.configured.exclude or "^$")
    return {name for name in tracked if wanted.search(name) and not unwanted.search(name)}


def _session_group(members: list[_Candidate], wishes: Wishes, taken: Collection[str]) -> Group:
    hooks = tuple(one.hook for one in members)
    calls, runner = [one.call for one in members], members[0].runner
    files = unite_patterns([hook.configured.files or "" for hook in hooks])
    notes = []
    if calls[0].stops:
        limits = " and ".join(f"`{one}`" for one in runner.limits)
        dropped = f"{limits} {'are' if len(runner.limits) > 1 else 'is'} dropped"
        notes.append(f"It goes on after a failure, so that no check is left out: {dropped}.")
    call = _session(members)
    if runner.told and any(one.targets != call.targets for one in calls):
        notes.append(runner.told)
    if len({hook.configured.files for hook in hooks}) > 1 and hooks[0].trigger == "some files":
        notes.append("Each check runs whenever it has run before, and also for the files of the others.")
    local = _local(call, wishes) if runner is PYTEST else ()
    if "--testmon" in local:
        notes.append("pytest-testmon leaves out tests that no change touches; have git ignore `.testmondata`.")
    elif wishes.testmon and runner is PYTEST and not _is_whole(call):
        notes.append("pytest-testmon leaves nothing out where single tests, `-m` or `-k` choose: it is not added.")
    options = [*call.options, *local]
    values = {
        "id": _free_id(runner, call.targets, taken),
        "name": f"{runner.name}: {plural(len(hooks), 'check')} in one session",
        "entry": shlex.join(options),
        **({"args": list(call.targets)} if call.targets else {}),
        **_shared(hooks, files),
    }
    return Group(runner=runner, members=hooks, values=values, call=call, notes=tuple(notes), local=local)


def _keeps_place(members: Sequence[_Candidate], around: Surroundings) -> bool:
    """Whether the session that some become finds around its targets what each of them has found."""
    return not members[0].runner.place or around.place(_session(members)) == around.place(members[0].call)


def _session(members: Sequence[_Candidate]) -> Call:
    """The call that some become; it does not stop before its end."""
    calls, runner = [one.call for one in members], members[0].runner
    # What is the same in all of them stays as it is written.
    selections = {
        option: values
        if all(call.selections[option] == values for call in calls)
        else _unite(option, members) or ()
        for option, values in calls[0].selections.items()
    }
    return replace(
        calls[0],
        targets=runner.unite_targets([target for call in calls for target in call.targets]),
        shown=tuple(one for one in calls[0].shown if all(one in call.shown for call in calls)),
        selections=selections,
    )


def _local(call: Call, wishes: Wishes) -> tuple[str, ...]:
    is_spread = any(word.startswith(("-n", "--numprocesses", "--dist")) for word in call.equal)
    is_watched = any(word.startswith("--testmon") for word in call.equal)
    spread = ("-n", "auto") if wishes.xdist and not is_spread else ()
    return (*spread, *(("--testmon",) if wishes.testmon and not is_watched and _is_whole(call) else ()))


def _is_whole(call: Call) -> bool:
    """Whether pytest-testmon would leave anything out: not where single tests, `-m` or `-k` choose already."""
    return not call.selections and not any("::" in target for target in call.targets)


def _shared(hooks: Sequence[Hook], files: str) -> dict[str, Any]:
    """What a merged hook says of itself besides its command."""
    first = hooks[0].values
    values: dict[str, Any] = {key: first[key] for key in _COPIED if key in first}
    if hooks[0].trigger == "always":
        values["always_run"] = True
    elif files:
        values["files"] = files
    values["pass_filenames"] = False
    # Names of the past are kept: tools of the past know no others.
    if stages := next((hook.values["stages"] for hook in hooks if hook.values.get("stages")), None):
        values["stages"] = stages
    values |= {key: True for key in ("require_serial", "verbose") if any(hook.values.get(key) for hook in hooks)}
    known = {*values, *_COPIED, *_OWN, "stages"}
    return values | {key: value for key, value in first.items() if key not in known and value is not False}


def _free_id(runner: Runner, targets: Sequence[str], taken: Collection[str]) -> str:
    """An id that tells the folder that all targets lie in, and that no other hook has."""
    folders = list(map(runner.folder, targets))
    common = posixpath.commonpath(folders) if folders and not any(map(posixpath.isabs, folders)) else ""
    words = _NOT_IN_ID.sub("-", common).strip("-")
    wanted = f"{runner.name}-{words or 'session'}"
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def _duplicates(hooks: Sequence[Hook], everything: Sequence[Hook]) -> list[Group]:
    """The same command several times, with nothing between that could change what it sees."""
    groups: list[Group] = []
    row: list[Hook] = []
    for hook in (*hooks, None):
        if hook is not None and row and _is_same(row[-1], hook) and not _between(row[-1], hook, everything):
            row.append(hook)
            continue
        if len(row) > 1:
            groups.append(_duplicate_group(tuple(row)))
        row = [hook] if hook is not None else []
    return groups


def _is_same(one: Hook, other: Hook) -> bool:
    return (
        not (one.fixed or other.fixed)
        and one.call is None
        and bool(one.words)
        and not follows_earlier(one.words)
        and one.words == other.words
        and one.facets == other.facets
        and one.trigger == other.trigger
    )


def _between(one: Hook, other: Hook, everything: Sequence[Hook]) -> bool:
    """Whether any hook runs between two, at any stage that they have."""
    return any(
        one.index < third.index < other.index and third.runs_at(one.configured.stages) for third in everything
    )


def _duplicate_group(hooks: tuple[Hook, ...]) -> Group:
    files = unite_patterns([hook.configured.files or "" for hook in hooks])
    last = hooks[-1].values
    values = {key: last[key] for key in ("id", "alias", "name", "description", "entry", "args") if key in last}
    return Group(members=hooks, values={**values, **_shared(hooks, files)})


def _why_alone(hook: Hook, candidates: Sequence[_Candidate], wishes: Wishes) -> str:
    """What tells a hook from the one that is most like it."""
    own = next(one for one in candidates if one.hook is hook)
    others = [one for one in candidates if one is not own and one.runner is own.runner]
    if not others:
        return f"no other hook runs {own.runner.title}"
    differing = [
        (sorted(name for name in {*own.facets, *one.facets} if own.facets.get(name) != one.facets.get(name)), one)
        for one in others
    ]
    names, nearest = min(differing, key=lambda pair: len(pair[0]))
    if names:
        return f"differs from {nearest.hook.id} in {', '.join(names)}"
    if wishes.merge == "same":
        return f"its `files` differ from those of {nearest.hook.id}"
    return "its files have nothing to do with those of the others"
