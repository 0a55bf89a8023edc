"""A copy of the user's repository that other programs may change: nothing that they write is shared with it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.repository import Repository, call_git, heed_endings, own_name, remove_tree, try_git

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A branch that holds what is not committed must not leave the copy.
_NO_PUSH: Final = "file:///dev/null"
_SETTINGS: Final = (
    r"^(user\..*|remote\..*\.(url|fetch)|core\.(autocrlf|eol|filemode|ignorecase|symlinks|precomposeunicode))$"
)
_PATTERN: Final = re.compile(r"[\\*?\[\] ]")
_SUBMODULE: Final = "160000"
_CACHES: Final = frozenset({"__pycache__"})
_CACHE_MARK: Final = "CACHEDIR.TAG"


class IsolatedCopy:
    """The copy.

    Args:
        folder: Its checkout.
        commit: The revision in it.
        branch: The branch that is checked out; empty for none.
        links: What leads to the user's own files.
    """

    def __init__(self, folder: Path, commit: str, branch: str, links: Sequence[str]) -> None:
        self.folder = folder
        self._commit = commit
        self._branch = branch
        self._links = frozenset(links)

    @property
    def variables(self) -> dict[str, str]:
        """What keeps git here: where the copy is no repository any more, the one around it is not taken for it."""
        return {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)}

    @property
    def scratch(self) -> Path:
        """A folder for what is needed besides; the files of the checkout are elsewhere."""
        return self.folder / ".git" / "bugcapture"

    def changes(self) -> list[str]:
        """Files that differ from the revision and are not ignored, seen from the top."""
        differing = self._git("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", self._commit)
        others = self._git("ls-files", "--others", "--exclude-standard", "-z")
        return sorted({*_split(differing), *_split(others)})

    def ignored(self) -> dict[str, tuple[int, int]]:
        """The time and the size of every file that git ignores, without caches; by its path from the top."""
        listed = _split(self._git("ls-files", "--others", "--ignored", "--exclude-standard", "-z"))
        caches: dict[Path, bool] = {}
        found = {}
        for name in listed:
            if name not in self._links and not self._is_cache(Path(name).parent, caches):
                with contextlib.suppress(OSError):
                    status = (self.folder / name).lstat()
                    found[name] = (status.st_mtime_ns, status.st_size)
        return found

    def restore(self) -> None:
        """Make it what it was at first; files that git ignores stay."""
        if self._branch:
            self._git("symbolic-ref", "HEAD", f"refs/heads/{self._branch}")
        else:
            self._git("update-ref", "--no-deref", "HEAD", self._commit)
        self._git("reset", "--hard", "--quiet", self._commit)
        self._git("clean", "-ffdq")
        if (self.folder / ".gitmodules").is_file():
            self._restore_submodules()

    def _restore_submodules(self) -> None:
        for entry in _split(self._git("ls-files", "--stage", "-z")):
            about, _, path = entry.partition("\t")
            mode, commit, _ = about.split(" ")
            # Those that are not filled are empty folders, in which git would find the copy itself.
            if mode == _SUBMODULE and (folder := self.folder / path).joinpath(".git").exists():
                variables = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
                call_git(folder, "checkout", "--quiet", "--force", "--detach", commit, variables=variables)
                call_git(folder, "clean", "-ffdq", variables=variables)

    def _git(self, *arguments: str) -> bytes:
        return call_git(self.folder, *arguments, variables=self.variables)

    def _is_cache(self, folder: Path, known: dict[Path, bool]) -> bool:
        if folder not in known:
            known[folder] = folder != Path() and (
                folder.name in _CACHES
                or (self.folder / folder / _CACHE_MARK).exists()
                or self._is_cache(folder.parent, known)
            )
        return known[folder]


@contextlib.contextmanager
def isolated_copy(repository: Repository, commit: str, links: Sequence[str] = ()) -> Iterator[IsolatedCopy]:
    """A copy of a repository with its branches and tags, gone at the end, also of an interrupt.

    It reads the objects of the user's repository and writes its own; it has neither his hooks nor what he has
    stashed, cannot be pushed, and has of the ignored files only those that are asked for.

    Args:
        repository: The user's repository.
        commit: The revision to check out, at the branch of the user's checkout.
        links: Files and folders of the user's checkout, seen from its top, that the copy leads to.

    Yields:
        The copy.

    Raises:
        ConfigurationError: If git cannot make it, or there is no such file or folder.
    """
    repository.remove_abandoned()
    folder = Path(os.path.realpath(tempfile.gettempdir())) / own_name()
    branch = repository.branch()
    with heed_endings():
        try:
            copy = IsolatedCopy(folder, commit, branch, links)
            try:
                _fill(repository, copy, commit, branch, links)
            except OSError as error:
                told = f"a copy of the checkout cannot be made: {error.strerror}"
                raise ConfigurationError(told, where=printable(str(folder))) from error
            yield copy
        finally:
            remove_tree(folder)


def _fill(repository: Repository, copy: IsolatedCopy, commit: str, branch: str, links: Sequence[str]) -> None:
    folder = copy.folder
    _make_repository(repository.top, folder)
    if branch:
        call_git(folder, "update-ref", f"refs/heads/{branch}", commit)
    copy.scratch.mkdir()
    copy.restore()
    repository.fill_submodules(folder)
    for name in links:
        _link(repository.top, folder, name)


def _make_repository(top: Path, folder: Path) -> None:
    form = (try_git(top, "rev-parse", "--show-object-format") or b"sha1").strip().decode("ascii", "replace")
    folder.mkdir(mode=0o700)
    call_git(folder, "init", "--quiet", "--template=", *([] if form == "sha1" else [f"--object-format={form}"]))
    own = folder / ".git"
    for name in ("objects/info", "info"):
        (own / name).mkdir(parents=True, exist_ok=True)
    (own / "objects" / "info" / "alternates").write_bytes(os.fsencode(f"{_place(top, 'objects')}\n"))
    for name in ("shallow", "info/exclude", "info/attributes"):
        if (source := _place(top, name)).is_file():
            shutil.copyfile(source, own / name)
    _copy_settings(top, folder)
    _copy_references(top, folder)


def _place(top: Path, name: str) -> Path:
    return Path(top, os.fsdecode(call_git(top, "rev-parse", "--git-path", name).rstrip(b"\n"))).resolve()


def _copy_settings(top: Path, folder: Path) -> None:
    for entry in _split(try_git(top, "config", "--local", "-z", "--get-regexp", _SETTINGS) or b""):
        key, _, value = entry.partition("\n")
        call_git(folder, "config", "--local", "--add", key, value)
        if key.startswith("remote.") and key.endswith(".url"):
            call_git(folder, "config", "--local", f"{key.removesuffix('.url')}.pushurl", _NO_PUSH)


def _copy_references(top: Path, folder: Path) -> None:
    listed = call_git(top, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)")
    made = []
    for line in os.fsdecode(listed).split("\n")[:-1]:
        name, target, leads_to = line.split("\0")
        if name == "refs/stash":
            continue
        if leads_to:
            call_git(folder, "symbolic-ref", name, leads_to)
        else:
            made.append(f"update {name}\0{target}\0\0")
    if made:
        call_git(folder, "update-ref", "-z", "--stdin", text=os.fsencode("".join(made)))


def _link(top: Path, folder: Path, name: str) -> None:
    source, target = top / name, folder / name
    if not source.exists():
        raise ConfigurationError(f"cannot be linked: there is no {printable(name)}", where=printable(str(top)))
    if os.path.lexists(target):
        raise ConfigurationError("need not be linked: git tracks it", where=printable(name))
    if not target.parent.resolve().is_relative_to(folder):
        raise ConfigurationError("cannot be linked: it lies behind a link", where=printable(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)
    # A pattern of the user's for folders alone would not hold for a link.
    with (folder / ".git" / "info" / "exclude").open("ab") as stream:
        stream.write(os.fsencode("\n/" + _PATTERN.sub(r"\\\g<0>", name) + "\n"))


def _split(answer: bytes) -> list[str]:
    return [part for part in os.fsdecode(answer).split("\0") if part]
