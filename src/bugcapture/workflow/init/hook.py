"""The hook in ``.pre-commit-config.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.layout import append_lines, split_lines
from bugcapture.project.origin import Origin
from bugcapture.project.paths import relative_path
from bugcapture.project.yaml import add_item, by_hand, fields, items, read_yaml, require_list

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.project.draft import Draft
    from bugcapture.project.yaml import Document

FILE: Final = ".pre-commit-config.yaml"

IDS: Final = frozenset({"bugcapture-check", "bugcapture-check-files"})
COMMAND: Final = "bugcapture check"

_ID: Final = "bugcapture-check"
_FILES: Final = r"'(\.(feature|robot|resource|py|ini|cfg|toml|args)|\.behaverc)$'"
_REASON: Final = f"the hook {_ID}"


def add_hook(draft: Draft, root: Path, origin: Origin | None, stage: str = "") -> None:
    """Add the hook, where there is none; a configuration is made where there is none.

    It is taken from the repository that bugcapture was installed from, else it calls the installed command.

    Args:
        draft: The changes so far.
        root: The project's folder.
        origin: Where bugcapture was installed from.
        stage: The only stage that it shall run at; empty for those of the configuration.

    Raises:
        RefusedError: If the place in the file cannot be known, or there is another hook of bugcapture.
        SourceError: If the file cannot be read.
    """
    file = root / FILE
    content = draft.read(file)
    if not (content or b"").strip():
        draft.put(file, append_lines(content or b"", ["repos:", *_write(origin, stage)]), _REASON)
        return
    with by_hand(_write(origin, stage)):
        document = read_yaml(content or b"", relative_path(file))
        if not _is_there(document):
            draft.put(file, add_item(document, "repos", _write(origin, stage, *_indentation(document))), _REASON)


def take_hook(content: bytes, where: str, stage: str) -> bytes | None:
    """A configuration without the hook that `add_hook` has added for one stage.

    Args:
        content: The configuration.
        where: The file as reports name it.
        stage: The stage.

    Returns:
        What was there before; None when no such hook is there.

    Raises:
        RefusedError: If its lines were changed meanwhile, or it is the only one in a file with more.
        SourceError: If the configuration cannot be read.
    """
    document = read_yaml(content, where)
    repos = document.find("repos")
    for repo in items(repos):
        hooks: Any = fields(repo).get("hooks")
        own = next((hook for hook in items(hooks) if _value(hook, "id") == _ID and "stages" in fields(hook)), None)
        if own is None:
            continue
        name, revision = _value(repo, "repo"), _value(repo, "rev")
        origin = None if name == "local" else Origin(name, revision)
        columns = (repos.start_mark.column, repo.start_mark.column, hooks.start_mark.column, own.start_mark.column)
        wanted = [line.encode() for line in _write(origin, stage, *columns)]
        lines, first = split_lines(content), repo.start_mark.line
        if [line.rstrip(b"\r\n") for line in lines[first : first + len(wanted)]] != wanted:
            raise document.refuse(repo, f"the hook {_ID} was changed", "remove it by hand")
        behind = lines[first + len(wanted) :]
        if len(items(repos)) == 1:
            if behind or b"".join(lines[: first - 1]).strip():
                raise document.refuse(repo, f"{_ID} is the only hook", "remove it by hand, or remove the file")
            return b"".join(lines[: first - 1])
        before = b"".join(lines[:first])
        ended = content.endswith((b"\r", b"\n"))
        return before + b"".join(behind) if behind or ended else before.rstrip(b"\r\n")
    return None


def _is_there(document: Document) -> bool:
    repos = document.find("repos")
    hooks = [hook for repo in items(repos) for hook in items(fields(repo).get("hooks"))]
    if any(_value(hook, "id") in IDS or COMMAND in _value(hook, "entry") for hook in hooks):
        return True
    for hook in hooks:
        if "bugcapture" in _value(hook, "id") + _value(hook, "entry"):
            hint = f"put one with `id: {_ID}` beside it, or use --no-hook"
            raise document.refuse(hook, "there is another hook of bugcapture", hint)
    return False


def _value(hook: Any, key: str) -> str:
    node = fields(hook).get(key)
    return str(node.value) if node is not None and node.id == "scalar" else ""


def _indentation(document: Document) -> tuple[int, int, int, int]:
    """Of a repository's dash and of what is behind it, of a hook's dash and of what is behind that."""
    repos = require_list(document, "repos")
    dash, inner = repos.start_mark.column, repos.value[-1].start_mark.column
    for repo in reversed(repos.value):
        hooks: Any = fields(repo).get("hooks")
        if items(hooks) and not hooks.flow_style:
            start, first = inner - repo.start_mark.column + hooks.start_mark.column, hooks.value[0].start_mark
            # An alias is a node from somewhere else.
            here = first.line == hooks.start_mark.line
            return dash, inner, start, start + (first.column - hooks.start_mark.column if here else 2)
    return dash, inner, inner + 2, inner + 4


def _write(
    origin: Origin | None, stage: str, dash: int = 2, repo: int = 4, hook_dash: int = 6, hook: int = 8
) -> list[str]:
    head = [f"repo: {origin.url}", f"rev: {origin.revision}"] if origin else ["repo: local"]
    body = [f"id: {_ID}"]
    if origin is None:
        body += [f"name: {COMMAND}", f"entry: {COMMAND}", "language: system", f"files: {_FILES}"]
        body.append("pass_filenames: false")
    body += [f"stages: [{stage}]"] if stage else []
    return [*_hang([*head, "hooks:"], dash, repo), *_hang(body, hook_dash, hook)]


def _hang(lines: list[str], dash: int, inner: int) -> list[str]:
    """Lines of a list's item: a dash in front of the first."""
    first, *others = lines
    return [" " * dash + "-" + " " * (inner - dash - 1) + first, *(" " * inner + line for line in others)]
