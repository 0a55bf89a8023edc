"""The only place that spells git commands."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KEPT = frozenset({"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_NO_VERIFY", "GIT_EXEC_PATH"})
_TIMEOUT = 30.0
# What a repository has in its settings is no reason to run a program when it is only read.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
# Nor does a question go to the network, for what a partial clone lacks.
_STAY_HERE = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
_FILTER = re.compile(r"filter\.(.+)\.(?:clean|process)\n(.*)", re.DOTALL)
_LFS = re.compile(r"git-lfs (?:clean -- %f|filter-process)")
_BLAMED = re.compile(r"([0-9a-f]{40,64}) [0-9]+ ([0-9]+)(?: [0-9]+)?\Z")


def clean_environment() -> dict[str, str]:
    """The environment without the variables by which a running git hook would mislead another git.

    Inside a hook git sets ``GIT_DIR``, ``GIT_INDEX_FILE`` and others; a git started for another
    repository would obey them.
    """
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}


def head_commit(root: Path) -> str:
    """The full hash of the checked-out revision; empty where there is no git, no repository or no commit."""
    return (_ask(root, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip()


def is_dirty(root: Path) -> bool | None:
    """Whether tracked files differ from the checked-out revision; None where git cannot tell."""
    answer = _ask_about_files(root, "status", "--porcelain", "--untracked-files=no", "-z")
    return None if answer is None else bool(answer)


def is_shallow(root: Path) -> bool:
    """Whether the history of a clone was cut off, so that its oldest commits stand for all before them."""
    return (_ask(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"


def lacks_content(root: Path) -> bool:
    """Whether a partial clone lacks content of its history, which no question of ours fetches."""
    if not _ask(root, "config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"):
        return False
    listed = _ask(root, "rev-list", "--objects", "--no-object-names", "--missing=print", "HEAD")
    return listed is None or "\n?" in f"\n{listed}"


def is_committed(file: Path) -> bool | None:
    """Whether a file is as the checked-out revision holds it; None where git cannot tell."""
    options = ("--porcelain", "--untracked-files=all", "--ignored", "-z")
    answer = _ask_about_files(file.parent, "--literal-pathspecs", "status", *options, "--", file.name)
    return None if answer is None else not answer


def remote_url(root: Path, name: str) -> str:
    """The address that a remote is fetched from; empty where there is none. It may hold a password."""
    answer = _ask(root, "remote", "get-url", "--", name)
    return (answer or "").partition("\n")[0]


def common_folder(root: Path) -> Path | None:
    """The folder of the repository's own files, which all its worktrees share; None outside of a repository."""
    answer = (_ask(root, "rev-parse", "--git-common-dir") or "").rstrip("\n")
    return (root / answer).resolve() if answer else None


def top_folder(root: Path) -> Path | None:
    """The top of the checkout that a folder lies in; None outside of one."""
    answer = (_ask(root, "rev-parse", "--show-toplevel") or "").rstrip("\n")
    return Path(answer).resolve() if answer else None


@dataclass(frozen=True, slots=True)
class HooksPath:
    """Where the setting ``core.hooksPath`` comes from.

    Attributes:
        value: What it is set to.
        scope: ``system``, ``global``, ``local``, ``worktree`` or ``command``.
    """

    value: str
    scope: str


def hook_file(folder: Path, name: str) -> Path | None:
    """The file that git would run as a hook; None outside of a repository.

    Unlike all other questions, this one and those about its settings are asked with the variables of the
    process, as git itself would be: they can move the repository and its settings.

    Args:
        folder: The folder that git is called in.
        name: The hook, such as ``pre-push``.
    """
    answer = (_ask(folder, "rev-parse", "--git-path", f"hooks/{name}", environment=os.environ) or "").rstrip("\n")
    return Path(os.path.abspath(folder / answer)) if answer else None  # noqa: PTH100 - links stay as they are


def hooks_path(folder: Path) -> HooksPath | None:
    """The setting ``core.hooksPath`` in effect; None where it is not set."""
    options = ("--show-scope", "-z", "--get-all", "core.hooksPath")
    answer = _ask(folder, "config", *options, environment=os.environ)
    parts = (answer or "").split("\0")[:-1]
    return HooksPath(parts[-1], parts[-2]) if len(parts) > 1 else None


def read_note(folder: Path, name: str) -> str:
    """A note of ours in the settings of a repository; empty without one."""
    return (_ask(folder, "config", "--local", "--get", f"bugcapture.{name}") or "").rstrip("\n")


def write_note(folder: Path, name: str, value: str) -> None:
    """Leave a note in the settings of a repository; an empty one takes it away."""
    if value:
        _ask(folder, "config", "--local", f"bugcapture.{name}", value)
        return
    _ask(folder, "config", "--local", "--unset-all", f"bugcapture.{name}")
    if _ask(folder, "config", "--local", "--get-regexp", r"^bugcapture\.") is None:
        # Git of some versions leaves the heading of the last setting behind.
        _ask(folder, "config", "--local", "--remove-section", "bugcapture")


def tracked_files(root: Path) -> list[str] | None:
    """The files of a checkout that git tracks, seen from a folder; None where git cannot tell."""
    answer = _ask(root, "ls-files", "-z")
    return None if answer is None else answer.split("\0")[:-1]


def line_dates(file: Path, lines: Iterable[int]) -> dict[int, datetime]:
    """When lines of a file were committed in their present form.

    Args:
        file: The file.
        lines: Lines, from 1.

    Returns:
        The author's time of each line; lines that are not committed yet, or at no time that a calendar has, are
        left out, and so is everything where there is no git or no repository.
    """
    ranges = [f"-L{line},{line}" for line in sorted(set(lines))]
    options = ("--porcelain", "--no-textconv", "--ignore-revs-file=", *ranges)
    answer = _ask_about_files(file.absolute().parent, "blame", *options, "--", file.name)
    found: dict[int, datetime] = {}
    commits: dict[str, datetime] = {}
    commit, line = "", 0
    for text in (answer or "").split("\n"):
        if header := _BLAMED.match(text):
            commit, line = header[1], int(header[2])
        elif text.startswith("author-time "):
            # An author's clock may say what no calendar has.
            with contextlib.suppress(ValueError, OverflowError, OSError):
                commits[commit] = datetime.fromtimestamp(int(text.partition(" ")[2]), UTC)
        elif text.startswith("\t") and commit.strip("0") and commit in commits:
            found[line] = commits[commit]
    return found


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in a repository of our own making: no user hooks, no signing, no editor, a fixed author.

    Args:
        root: The repository's folder.
        arguments: What follows ``git``.

    Returns:
        The finished process with its output, standard error included, as text.

    Raises:
        ConfigurationError: If there is no git on this machine.
    """
    options = ("-c", "core.hooksPath=", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=false")
    environment = clean_environment() | {
        "GIT_AUTHOR_NAME": "A. Contributor",
        "GIT_AUTHOR_EMAIL": "contributor@example.org",
        "GIT_COMMITTER_NAME": "A. Contributor",
        "GIT_COMMITTER_EMAIL": "contributor@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "true",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        return subprocess.run(
            ["git", *options, *arguments],  # noqa: S607 - whichever git the user has
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            env=environment,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        raise ConfigurationError(f"git cannot be run: {error.strerror}", hint="install git") from error


def _ask_about_files(folder: Path, *arguments: str) -> str | None:
    """What git answers that compares files of a checkout, which it sends through filters before."""
    off = _filters_off(folder.absolute())
    return None if off is None else _ask(folder, *off, *arguments)


@cache
def _filters_off(folder: Path) -> tuple[str, ...] | None:
    """Options against filters that the repository's own settings name; None where there are none against one.

    Those of Git LFS stay, because many a CI puts them there, and files would seem to be changed without them.
    """
    listed = _ask(folder, "config", "--show-scope", "-z", "--get-regexp", r"^(filter|lfs\.extension)\.") or ""
    parts = listed.split("\0")
    own = [
        setting for scope, setting in zip(parts[:-1:2], parts[1::2], strict=True) if scope in {"local", "worktree"}
    ]
    extended = any(setting.startswith("lfs.") for setting in own)
    found = [match for setting in own if (match := _FILTER.fullmatch(setting))]
    names = {match[1] for match in found if extended or not _LFS.fullmatch(match[2])} | (
        {"lfs"} if extended else set()
    )
    if any("=" in name for name in names):  # It would end the name of the option.
        return None
    values = ("clean=", "process=", "required=false")
    return tuple(part for name in sorted(names) for value in values for part in ("-c", f"filter.{name}.{value}"))


def _ask(root: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str | None:
    # With the variables of the process a hook is asked for, which the options would answer.
    options = _NO_PROGRAMS if environment is None else ()
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *options, *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=False,
            env={**(clean_environment() if environment is None else environment), **_STAY_HERE},
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
