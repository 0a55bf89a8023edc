"""Which parts of a fix does no test notice?"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.patch import read_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bugcapture.project.repository import Repository
    from bugcapture.workflow.revisions import Change

# Another revision of a submodule.
_LINK: Final = re.compile(
    rb"^(?:index \S+|new file mode|deleted file mode|old mode|new mode) 160000$", re.MULTILINE
)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Files in which nothing runs.
_PROSE: Final = (".md", ".rst", ".txt", ".adoc", ".cfg.example", ".po", ".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHunk:
    """One change of a file of the program.

    Attributes:
        path: The file, seen from the top of the repository.
        line: The line where it stands after the change, from 1; 0 for a whole file.
        lines: How many lines it has there.
        patch: The patch that makes it.
        asked: Whether it could be taken back alone, so that the tests were asked about it.
    """

    path: str
    line: int
    lines: int
    patch: bytes
    asked: bool = True

    @property
    def where(self) -> str:
        """The place as ``path:line``."""
        return f"{self.path}:{self.line}" if self.line else self.path


def find_hunks(repository: Repository, change: Change, paths: Sequence[str]) -> list[SourceHunk]:
    """The single changes of some files, each as small as it can be.

    Args:
        repository: The repository.
        change: The revisions.
        paths: Files that changed, seen from the top.
    """
    hunks = []
    for path in paths:
        # Hidden files are for tools: CI, editors, git itself.
        if path.lower().endswith(_PROSE) or any(part.startswith(".") for part in path.split("/")):
            continue
        patch = read_patch(repository.diff(change.base.commit, change.head.commit, [path], context=0))
        if _LINK.search(patch.head):  # `git apply` would take the folder as it is, and say that it was done.
            hunks.append(SourceHunk(path=path, line=0, lines=0, patch=patch.head, asked=False))
            continue
        if not patch.hunks or b"\nnew file mode" in patch.head or b"\ndeleted file mode" in patch.head:
            whole = patch.head + b"".join(hunk.text for hunk in patch.hunks)
            hunks.append(SourceHunk(path=path, line=0, lines=0, patch=whole))
            continue
        hunks += [
            SourceHunk(path=path, line=hunk.new[0], lines=hunk.new[1], patch=patch.only(hunk))
            for hunk in patch.hunks
        ]
    return hunks


def unnoticed_hunks(
    repository: Repository,
    top: Path,
    hunks: Sequence[SourceHunk],
    passes: Callable[[], bool],
    on_hunk: Callable[[int, int], None],
) -> Iterator[SourceHunk]:
    """Take each change back alone, and ask the tests.

    Args:
        repository: The repository.
        top: A checkout of the change, which is as it was afterwards.
        hunks: The changes.
        passes: Whether the tests that prove the fix pass in the checkout as it stands.
        on_hunk: Told the number of the change that is taken back, from 1, and how many there are.

    Yields:
        The changes without which the tests pass as well, and those that could not be taken back alone. What only
        changes comments, docstrings or layout is left out.
    """
    for number, hunk in enumerate(hunks, start=1):
        on_hunk(number, len(hunks))
        if not hunk.asked:
            yield hunk
            continue
        repository.restore(top, hunk.path)  # A test may have written to it.
        before = _meaning(top / hunk.path)
        try:
            if not repository.take_back(top, hunk.patch):
                yield replace(hunk, asked=False)
            elif (before is None or _meaning(top / hunk.path) != before) and passes():
                yield hunk
        finally:
            repository.restore(top, hunk.path)


def _meaning(file: Path) -> str | None:
    """What a Python file says, without comments, docstrings and layout; None for other files and broken ones."""
    if file.suffix not in {".py", ".pyi"} or file.is_symlink() or not file.is_file():
        return None
    try:
        tree = ast.parse(file.read_bytes())
        for node in ast.walk(tree):
            if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                del node.body[0]
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError):
        return None
