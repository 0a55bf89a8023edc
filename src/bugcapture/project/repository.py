"""The user's repository: its revisions, and checkouts of them beside his own, which is never touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable, shorten
from bugcapture.project import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_OURS: Final = re.compile(r"bugcapture-([0-9]+)-([0-9a-f]{8})-[0-9a-f]{8}(?:-[a-z]+)?\Z")
_ENDING: Final = ("SIGTERM", "SIGHUP")
# A checkout beside the user's own is complete, runs none of his hooks, and starts nothing that watches its files.
_OPTIONS: Final = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.sparseCheckout", "false"),
    ("core.safecrlf", "false"),
    ("advice.detachedHead", "false"),
)
_QUIET: Final = tuple(part for key, value in _OPTIONS for part in ("-c", f"{key}={value}"))
# What the user tells every git, such as `safe.directory` in a container; of a hook it says nothing.
_SETTINGS: Final = re.compile(r"GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_[0-9]+|VALUE_[0-9]+)")
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_LINK: Final = "160000 "  # The mode of a submodule.
# One change of `git log --raw` to one parent: the new mode and the new content.
_CHANGE: Final = re.compile(r"\n?:[0-7]{6} ([0-7]{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z][0-9]*\Z")
_CONTENT: Final = re.compile(rb" ([a-z]+) ([0-9]+)\Z")
_NOBODY: Final = ("bugcapture", "bugcapture@localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit.

    Attributes:
        commit: Its full hash.
        tree: The hash of its content.
        subject: The first line of its message, as it is written.
    """

    commit: str
    tree: str
    subject: str

    @property
    def short(self) -> str:
        """The beginning of its hash."""
        return self.commit[:10]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that differs between two revisions.

    Attributes:
        status: ``A`` added, ``M`` modified, ``D`` deleted, ``T`` of another type.
        path: The file, seen from the top of the repository.
    """

    status: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One commit of a history, with the files in which it changed the lines that were looked for.

    Attributes:
        commit: Its full hash.
        at: When it was committed, in seconds since 1970; 0 for a time before, which git does not tell.
        contents: The hash of the content of each file, seen from the top; empty for one that is gone, and for
            what is no regular file.
    """

    commit: str
    at: int
    contents: Mapping[str, str]


class Repository:
    """A git repository with a checkout.

    Args:
        top: The top of the checkout.
    """

    def __init__(self, top: Path) -> None:
        self.top = top

    @classmethod
    def find(cls, folder: Path) -> Repository:
        """The repository that a folder lies in.

        Raises:
            ConfigurationError: If there is none, or no git.
        """
        answer = call_git(folder, "rev-parse", "--show-toplevel", told="this needs a git repository")
        return cls(Path(os.fsdecode(answer.rstrip(b"\n"))))

    def resolve(self, name: str) -> Revision | None:
        """The commit that a name stands for; None when there is none."""
        answer = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return self.revision(answer.strip().decode("ascii")) if answer is not None else None

    def revision(self, commit: str) -> Revision:
        """What is known of a commit.

        Args:
            commit: Its full hash.
        """
        options = ("-1", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%T%x00%s")
        answer = self._ask("log", *options, "--end-of-options", commit)
        full, tree, subject = answer.decode("utf-8", "surrogateescape").rstrip("\n").split("\0", 2)
        return Revision(commit=full, tree=tree, subject=subject)

    def merge_base(self, one: str, other: str) -> str | None:
        """The commit at which two histories part; None when they share nothing that is here."""
        answer = self._try("merge-base", "--end-of-options", one, other)
        return answer.split()[0].decode("ascii") if answer else None

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit that are here, the first one first."""
        answer = self._ask("rev-list", "--parents", "--max-count=1", "--end-of-options", commit)
        return answer.decode("ascii").split()[1:]

    def first_parents(self, commit: str) -> list[str]:
        """A commit and what came before it, newest first, following first parents alone."""
        return self._ask("rev-list", "--first-parent", "--end-of-options", commit).decode("ascii").split()

    def is_shallow(self) -> bool:
        """Whether a part of the history is missing."""
        return self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def files(self, commit: str) -> list[str]:
        """All files of a revision, seen from the top."""
        return _split(self._ask("ls-tree", "-r", "-z", "--name-only", "--full-tree", "--end-of-options", commit))

    def blobs(self, commit: str) -> dict[str, str]:
        """The content of all files of a revision as mode, kind and hash, by their path from the top."""
        listed = _split(self._ask("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit))
        return {path: content for content, _, path in (entry.partition("\t") for entry in listed)}

    def read(self, commit: str, path: str) -> bytes | None:
        """The content of a file in a revision; None when it is not there."""
        return self._try("cat-file", "blob", f"{commit}:{path}")

    def changed_files(self, base: str, head: str) -> list[ChangedFile]:
        """What differs between two revisions; a renamed file is one deleted and one added."""
        options = ("-r", "-z", "--no-renames", "--name-status", "--no-ext-diff")
        parts = _split(self._ask("diff-tree", *options, "--end-of-options", base, head))
        return [ChangedFile(status[:1], path) for status, path in zip(parts[::2], parts[1::2], strict=True)]

    def diff(self, base: str, head: str, paths: Sequence[str], *, context: int = 3) -> bytes:
        """The difference between two revisions as a patch.

        Args:
            base: The older one.
            head: The newer one.
            paths: Files, seen from the top.
            context: How many lines are shown around a change.
        """
        if not paths:
            return b""
        # The plumbing does not obey what the user has set for his own eyes, such as other prefixes.
        options = ("-p", "-r", f"-U{context}", "--no-renames", "--no-ext-diff", "--no-textconv", "--binary")
        return self._ask(
            "--literal-pathspecs", "diff-tree", *options, "--end-of-options", base, head, "--", *paths
        )

    def passages(self, head: str, pattern: str, paths: Sequence[str], *, after: str = "") -> list[Passage]:
        """The commits that changed lines of some kind, oldest first, following first parents alone.

        Args:
            head: The newest commit.
            pattern: What a line has to hold, as an extended regular expression of POSIX.
            paths: The files, as git's pathspecs.
            after: The commit that the history begins after; empty for all of it.
        """
        # A merge is compared with its first parent, and what the user has set for his own eyes does not count.
        options = ("-z", "--reverse", "--first-parent", "-m", "--root", "--raw", "--no-abbrev", "--no-renames")
        plain = ("--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-color", "--text")
        history = (head, f"^{after}") if after else (head,)
        form = ("--format=%x01%H %ct", f"-G{pattern}")
        answer = self._ask("log", *options, *plain, *form, "--end-of-options", *history, "--", *paths)
        return list(_read_passages(_split(answer)))

    def commit_before(self, head: str, at: int) -> str:
        """The newest commit of a history, following first parents, from before a time; empty for none.

        Args:
            head: The newest commit of the history.
            at: The time, in seconds since 1970.
        """
        options = ("--first-parent", "--max-count=1", f"--before={at}")
        return self._ask("rev-list", *options, "--end-of-options", head).decode("ascii").strip()

    def files_with(self, commit: str, pattern: str, paths: Sequence[str]) -> list[str]:
        """The files of a revision with a line of some kind, seen from the top; see `passages`."""
        options = ("-z", "--files-with-matches", "--text", "--no-color", "--no-textconv", "--full-name", "-E")
        answer = self._try("grep", *options, "-e", pattern, commit, "--", *paths)
        return [name.partition(":")[2] for name in _split(answer or b"")]

    def contents(self, names: Sequence[str]) -> dict[str, bytes]:
        """The contents of files.

        Args:
            names: Hashes of contents, or ``<commit>:<path>``.

        Returns:
            The content of each that is there.
        """
        wanted = [name for name in dict.fromkeys(names) if "\n" not in name]
        if not wanted:
            return {}
        text = b"".join(os.fsencode(name) + b"\n" for name in wanted)
        answer = call_git(self.top, "cat-file", "--batch", text=text)
        found: dict[str, bytes] = {}
        position = 0
        for name in wanted:
            end = answer.index(b"\n", position)
            header = answer[position:end]
            position = end + 1
            match = _CONTENT.search(header)
            if match is None:  # Missing, or ambiguous.
                continue
            size = int(match[2])
            if match[1] == b"blob":
                found[name] = answer[position : position + size]
            position += size + 1
        return found

    def dirty_files(self) -> list[str]:
        """Tracked files that differ from the checked-out revision, seen from the top."""
        answer = self._ask("status", "--porcelain", "--untracked-files=no", "--no-renames", "-z")
        return [entry[3:] for entry in _split(answer) if entry[2:3] == " "]

    def unknown_files(self, patterns: Sequence[str]) -> list[str]:
        """Files of the checkout that are not tracked, ignored ones as well, seen from the top.

        Args:
            patterns: Which, as git's pathspecs.
        """
        return _split(self._ask("ls-files", "--others", "-z", "--", *patterns))

    def snapshot(self) -> str:
        """A commit of the tracked files as they lie in the checkout; neither it nor its index is changed."""
        index = Path(self.top, os.fsdecode(self._ask("rev-parse", "--git-path", "index").rstrip(b"\n")))
        with tempfile.TemporaryDirectory(prefix="bugcapture-index-") as scratch:
            own = Path(scratch) / "index"
            if index.exists():
                shutil.copyfile(index, own)
            variables = {"GIT_INDEX_FILE": str(own)}
            self._ask("add", "--update", "--", ".", variables=variables)
            tree = self._ask("write-tree", variables=variables).strip().decode("ascii")
        variables = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in zip(("NAME", "EMAIL"), _NOBODY, strict=True)
        }
        message = ("-m", "what is not committed")
        answer = self._ask("commit-tree", "--no-gpg-sign", "-p", "HEAD", *message, tree, variables=variables)
        return answer.strip().decode("ascii")

    def branch(self) -> str:
        """The name of the branch that is checked out; empty for none."""
        return (self._try("symbolic-ref", "--quiet", "--short", "HEAD") or b"").decode("utf-8", "replace").strip()

    def messages(self, base: str, head: str) -> list[tuple[str, str]]:
        """The commits of one history that are not in another, without merges: hash and message, oldest first."""
        form = ("--encoding=UTF-8", "--format=tformat:%H%x00%B")
        options = ("-z", "--reverse", "--no-merges", "--no-show-signature", *form)
        answer = self._ask("log", *options, "--end-of-options", head, f"^{base}").decode("utf-8", "replace")
        parts = answer.split("\0")
        return list(zip(parts[:-1:2], parts[1::2], strict=True))

    @contextlib.contextmanager
    def checkout(self, commit: str) -> Iterator[Path]:
        """A checkout of a revision in a folder of its own, gone at the end, also of an interrupt.

        What an earlier process that was killed has left is removed as well.

        Args:
            commit: The revision.

        Yields:
            The folder.

        Raises:
            ConfigurationError: If git cannot make it.
        """
        self.remove_abandoned()
        folder = Path(os.path.realpath(tempfile.gettempdir())) / own_name()
        with heed_endings():
            try:
                self._ask("worktree", "add", "--quiet", "--detach", str(folder), commit)
                self.fill_submodules(folder)
                yield folder
            finally:
                self._remove(folder)

    def switch(self, folder: Path, commit: str) -> None:
        """Make a checkout one of another revision, with nothing of the former left in it.

        Args:
            folder: The checkout, which `checkout` has made.
            commit: The other revision.
        """
        call_git(folder, "checkout", "--quiet", "--force", "--detach", "--no-recurse-submodules", commit)
        call_git(folder, "clean", "-ffdxq")
        self.fill_submodules(folder)

    def overlay(self, folder: Path, commit: str, paths: Iterable[str]) -> None:
        """Give files of a checkout the content that they have in another revision; what is not there is removed.

        Args:
            folder: The checkout.
            commit: The other revision.
            paths: Files and folders, seen from the top; each exists in one of the two revisions.
        """
        listed = b"\0".join(os.fsencode(path) for path in paths)
        if listed:
            options = ("--worktree", "--no-overlay", "--pathspec-from-file=-", "--pathspec-file-nul")
            call_git(folder, "--literal-pathspecs", "restore", f"--source={commit}", *options, text=listed)

    def take_back(self, folder: Path, patch: bytes) -> bool:
        """Apply a patch to a checkout in reverse; tell whether it could be."""
        command = ("apply", "--whitespace=nowarn", "--unidiff-zero", "--reverse", "-")
        return try_git(folder, *command, text=patch) is not None

    def restore(self, folder: Path, path: str) -> None:
        """Make a file of a checkout what it is in the revision that is checked out there."""
        with contextlib.suppress(OSError):  # Such as the folder of a submodule, which no patch has touched.
            (folder / path).unlink()
        try_git(folder, "--literal-pathspecs", "checkout", "--quiet", "--force", "HEAD", "--", path)

    def fill_submodules(self, folder: Path) -> None:
        """Fill the submodules that are filled in the user's checkout, from there and not from the network."""
        if not (folder / ".gitmodules").is_file():
            return
        listed = try_git(folder, "config", "--file", ".gitmodules", "--null", "--get-regexp", r"\.path$") or b""
        entries = _split(call_git(folder, "ls-files", "--stage", "-z")) if listed else ()
        links = {entry.partition("\t")[2] for entry in entries if entry.startswith(_LINK)}
        for entry in _split(listed):
            key, _, path = entry.partition("\n")
            name = key.removeprefix("submodule.").removesuffix(".path")
            own = self.top / path
            if path in links and (own / ".git").exists():
                local = ("-c", "protocol.file.allow=always", "-c", f"submodule.{name}.url={own}")
                told = f"the submodule {printable(path)} cannot be filled from the one in your checkout"
                call_git(folder, *local, "submodule", "update", "--quiet", "--init", "--", path, told=told)

    def _remove(self, folder: Path) -> None:
        # Not `prune`, which would also forget worktrees of the user's on a disk that is not there now.
        try:
            remove_tree(folder)
        finally:
            self._try("worktree", "remove", "--force", "--force", str(folder))

    def remove_abandoned(self) -> None:
        """Remove what processes of ours that were killed have left among temporary files."""
        # With `-z` no path could mislead, but older gits do not know it.
        for entry in os.fsdecode(self._ask("worktree", "list", "--porcelain")).split("\n"):
            path = Path(entry.removeprefix("worktree "))
            if entry.startswith("worktree ") and _is_abandoned(path.name):
                self._remove(path)
        with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
            for one in entries:
                if _is_abandoned(one.name) and one.is_dir(follow_symlinks=False):
                    remove_tree(Path(one.path))

    def _ask(self, *arguments: str, variables: Mapping[str, str] = _NONE) -> bytes:
        return call_git(self.top, *arguments, variables=variables)

    def _try(self, *arguments: str) -> bytes | None:
        return try_git(self.top, *arguments)


def _read_passages(parts: Sequence[str]) -> Iterator[Passage]:
    """The parts of ``git log -z --raw``: heads, and pairs of a change and its path."""
    head, contents = "", dict[str, str]()
    waiting = iter(parts)
    for part in waiting:
        if part.startswith("\1"):
            if head:
                yield _passage(head, contents)
            head, contents = part[1:], {}
        elif change := _CHANGE.match(part):
            path = next(waiting)
            contents[path] = change[2] if change[1].startswith("100") else ""
    if head:
        yield _passage(head, contents)


def _passage(head: str, contents: Mapping[str, str]) -> Passage:
    commit, _, at = head.partition(" ")
    return Passage(commit=commit, at=int(at or 0), contents=contents)


def own_name(kind: str = "") -> str:
    """A name for a folder of this process among temporary files, known again when the process was killed.

    Args:
        kind: What it is for, a word; empty for a checkout.
    """
    name = f"bugcapture-{os.getpid()}-{_host()}-{uuid.uuid4().hex[:8]}"
    return f"{name}-{kind}" if kind else name


def call_git(
    folder: Path, *arguments: str, text: bytes = b"", told: str = "", variables: Mapping[str, str] = _NONE
) -> bytes:
    """What git answers.

    Args:
        folder: The folder that it is called in.
        arguments: What follows ``git``.
        text: What it is told on standard input.
        told: What an error says first; empty to name the command.
        variables: Variables of the environment besides those of the user.

    Raises:
        ConfigurationError: If it fails, or there is no git.
    """
    done = _run(folder, arguments, text, variables)
    if done.returncode:
        said = shorten(printable(" ".join(done.stderr.decode("utf-8", "replace").split())), 300)
        verb = next((word for word in arguments if re.fullmatch(r"[a-z][a-z-]+", word)), "git")
        message = f"{told}: git says: {said}" if told else f"git {verb} failed: {said or done.returncode}"
        lazy = "promisor" in said or "transport '" in said
        hint = (
            "the clone lacks content: fetch it without `--filter`, or with `git fetch --refetch`" if lazy else None
        )
        raise ConfigurationError(message, where=printable(str(folder)), hint=hint)
    return done.stdout


def try_git(folder: Path, *arguments: str, text: bytes = b"") -> bytes | None:
    """What git answers; None when it fails.

    Args:
        folder: The folder that it is called in.
        arguments: What follows ``git``.
        text: What it is told on standard input.

    Raises:
        ConfigurationError: If there is no git.
    """
    done = _run(folder, arguments, text, _NONE)
    return None if done.returncode else done.stdout


def own_environment() -> dict[str, str]:
    """The environment without what a running git hook adds, and with what the user tells every git."""
    settings = {name: value for name, value in os.environ.items() if _SETTINGS.fullmatch(name)}
    return {**git.clean_environment(), **settings}


def _run(
    folder: Path, arguments: Sequence[str], text: bytes, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **own_environment(),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        # Nothing goes to the network: neither for what a partial clone lacks, nor for files of Git LFS.
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
        **variables,
    }
    options: dict[str, Any] = {"input": text} if text else {"stdin": subprocess.DEVNULL}
    try:
        return subprocess.run(
            ["git", *_QUIET, *arguments],  # noqa: S607 - whichever git the user has
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            **options,
        )
    except OSError as error:
        raise ConfigurationError(f"git cannot be run: {error.strerror}", hint="install git") from error


def _split(answer: bytes) -> list[str]:
    return [part for part in os.fsdecode(answer).split("\0") if part]


def _host() -> str:
    """This machine, and on it the container: another one has processes of its own."""
    name = socket.gethostname()
    with contextlib.suppress(OSError):
        name += os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no path
    return f"{uuid.uuid5(uuid.NAMESPACE_DNS, name).int & 0xFFFFFFFF:08x}"


def _is_abandoned(name: str) -> bool:
    """Whether a folder of this name was left by a process of ours that was killed."""
    match = _OURS.fullmatch(name)
    return match is not None and match[2] == _host() and not _is_alive(int(match[1]))


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":  # There the question would be an interrupt.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove_tree(folder: Path) -> None:
    """Remove a folder, whatever modes are in it; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder, onerror=_make_writable)


def _make_writable(function: Callable[[str], object], path: str, _error: object) -> None:
    """Remove what a test has made read-only."""
    with contextlib.suppress(OSError):
        Path(path).parent.chmod(stat.S_IRWXU)
        Path(path).chmod(stat.S_IRWXU)
        function(path)


@contextlib.contextmanager
def heed_endings() -> Iterator[None]:
    """Turn the signals that end this process into an interrupt, so that it tidies up."""
    before: dict[int, Any] = {}

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        for name in _ENDING:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
