"""Which two revisions a change lies between."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import plural, printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bugcapture.project.repository import Repository, Revision

# By which CIs name the branch that a pull request goes to.
_BASE_VARIABLES: Final = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CHANGE_TARGET")
_SHALLOW: Final = "the clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in the CI's checkout step"
_USUAL: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The revisions around a change.

    Attributes:
        base: The one without it: where its history parts from that of the branch it goes to.
        head: The one with it.
        target: How the branch that it goes to was called; empty when it was merged already.
        notes: What a reader should know about the choice, in sentences.
    """

    base: Revision
    head: Revision
    target: str
    notes: tuple[str, ...]


def find_change(
    repository: Repository,
    *,
    base: str = "",
    head: str = "HEAD",
    configured: str | None = None,
    include_dirty: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> Change:
    """Find the two revisions.

    Args:
        repository: The repository.
        base: The branch or commit that the change goes to; empty looks for it.
        head: The change.
        configured: The branch that the project names in its settings.
        include_dirty: Whether what is not committed belongs to it.
        environment: The variables, which may name the branch.

    Raises:
        ConfigurationError: If one of them cannot be found.
    """
    notes = []
    changed = repository.resolve(head)
    if changed is None:
        raise ConfigurationError(f"there is no revision {_show(head)}", hint="commit something first")
    dirty = repository.dirty_files() if head == "HEAD" else []
    if dirty and include_dirty:
        changed = repository.revision(repository.snapshot())
        notes.append(f"changes of {plural(len(dirty), 'file')} that are not committed are part of it")
    elif dirty:
        files = plural(len(dirty), "file")
        notes.append(f"changes of {files} that are not committed are left out; --include-dirty takes them in")
    target, tip = _find_target(repository, base, configured, environment)
    common = repository.merge_base(tip.commit, changed.commit)
    if common is None:
        raise _no_common(repository, target, head)
    if common == changed.commit or (include_dirty and dirty and common in repository.parents(changed.commit)[:1]):
        return _merged(repository, changed, target, common, tuple(notes))
    return Change(base=repository.revision(common), head=changed, target=target, notes=tuple(notes))


def _merged(repository: Repository, changed: Revision, target: str, common: str, notes: tuple[str, ...]) -> Change:
    """A change that the branch holds already: what it brought is the difference to its first parent."""
    if common != changed.commit:  # Only what is not committed.
        return Change(base=repository.revision(common), head=changed, target="", notes=notes)
    parents = repository.parents(changed.commit)
    if not parents:
        hint = _SHALLOW if repository.is_shallow() else "name another with --base"
        raise ConfigurationError(f"{changed.short} has no parent here to compare it with", hint=hint)
    told = f"{_show(target)} holds {changed.short} already: it is compared with its first parent"
    return Change(base=repository.revision(parents[0]), head=changed, target="", notes=(*notes, told))


def _find_target(
    repository: Repository, base: str, configured: str | None, environment: Mapping[str, str]
) -> tuple[str, Revision]:
    if base:
        found = repository.resolve(base) or repository.resolve(f"origin/{base}")
        if found is None:
            hint = f"`git fetch origin {_show(base)}` fetches a branch"
            raise ConfigurationError(f"there is no revision {_show(base)}", where="--base", hint=hint)
        return base, found
    named = list(_named(configured, environment))
    for name in [*named, *_USUAL]:
        if found := repository.resolve(name):
            return name, found
    told = f"; looked for {', '.join(map(_show, dict.fromkeys((*named, *_USUAL))))}"
    hint = f"{_SHALLOW}, or name it with --base" if repository.is_shallow() else "name it with --base"
    raise ConfigurationError(f"the branch that this goes to is not known{told}", hint=hint)


def _named(configured: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    for name in (configured, *(environment.get(variable) for variable in _BASE_VARIABLES)):
        if name:
            yield from (f"origin/{name}", name)


def _no_common(repository: Repository, target: str, head: str) -> ConfigurationError:
    told = f"{_show(target)} and {_show(head)} have no commit in common here"
    if repository.is_shallow():
        return ConfigurationError(told, hint=_SHALLOW)
    return ConfigurationError(told, hint="name the revision without the change with --base")


def _show(name: str) -> str:
    return shorten(printable(name), 80)
