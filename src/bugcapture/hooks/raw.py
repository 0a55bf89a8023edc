"""The files that configure pre-commit and prek, as they are written: values with their lines."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOO_LARGE: Final = 2_000_000
_COMMENTED: Final = re.compile(r"\s*#\s*-?\s*id:\s*[\"']?([\w.-]+)")
_TOML_ID: Final = re.compile(r"\bid\s*=")
_TOML_KEY: Final = re.compile(r"(\w+)\s*=")
_TOML_LINE: Final = re.compile(r"\(at line (\d+),")


@dataclass(frozen=True, slots=True)
class Problem:
    """What the tool would refuse.

    Attributes:
        line: Where it stands; 0 for the whole file.
        message: What is wrong, printable.
    """

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHook:
    """One hook as it is written.

    Attributes:
        repo: Its repository.
        revision: The revision of that.
        values: What it says.
        line: Where it stands.
        lines: Where its keys stand.
    """

    repo: str
    revision: str
    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """Where a key stands; the hook's own line without it."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawConfiguration:
    """One file as it is written.

    Attributes:
        path: The file as reports name it.
        folder: Its folder, seen from the top of the checkout; empty for the top.
        values: What stands at its top.
        lines: Where that stands.
        hooks: Its hooks.
        commented: Hooks that are commented out: line and id.
        problems: Why it, or a part of it, cannot be read.
    """

    path: str
    folder: str
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    hooks: tuple[RawHook, ...] = ()
    commented: tuple[tuple[int, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    def line_of(self, key: str) -> int:
        """Where a key stands; 0 without it."""
        return self.lines.get(key, 0)


def read_raw(content: bytes, path: str, folder: str = "") -> RawConfiguration:
    """A configuration as it is written.

    Args:
        content: The file's content.
        path: The file as reports name it.
        folder: Its folder, seen from the top of the checkout.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        told = Problem(line, f"is not UTF-8: byte 0x{content[error.start]:02x}")
        return RawConfiguration(path=path, folder=folder, problems=(told,))
    if len(content) > _TOO_LARGE:
        return RawConfiguration(path=path, folder=folder, problems=(Problem(0, "is too large"),))
    return _read_toml(text, path, folder) if path.endswith(".toml") else _read_yaml(text, path, folder)


def _read_yaml(text: str, path: str, folder: str) -> RawConfiguration:
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    loader: Any = None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None or root.id != "mapping":
            return RawConfiguration(path=path, folder=folder, problems=(Problem(0, "holds no mapping"),))
        loader.flatten_mapping(root)
        problems: list[Problem] = []
        hooks = _yaml_hooks(loader, root, problems)
        nodes = {name.value: value for name, value in root.value if name.id == "scalar" and name.value != "repos"}
        values = {key: loader.construct_object(node, deep=True) for key, node in nodes.items()}
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        told = printable(" ".join(str(getattr(error, "problem", None) or error).split()))
        found = Problem(mark.line + 1 if mark else 0, f"cannot be read as YAML: {told}")
        return RawConfiguration(path=path, folder=folder, problems=(found,))
    finally:
        if loader is not None:
            loader.dispose()
    commented = ((line, _COMMENTED.match(one)) for line, one in enumerate(text.splitlines(), start=1))
    return RawConfiguration(
        path=path,
        folder=folder,
        values=values,
        lines={name.value: name.start_mark.line + 1 for name, _ in root.value if name.id == "scalar"},
        hooks=tuple(hooks),
        commented=tuple((line, found[1]) for line, found in commented if found),
        problems=tuple(problems),
    )


def _yaml_hooks(loader: Any, root: Any, problems: list[Problem]) -> list[RawHook]:
    repos = next((value for name, value in root.value if name.value == "repos"), None)
    if repos is None or repos.id != "sequence":
        line = repos.start_mark.line + 1 if repos is not None else 0
        problems.append(Problem(line, "there is no list `repos`"))
        return []
    hooks: list[RawHook] = []
    for repo in repos.value:
        line = repo.start_mark.line + 1
        if repo.id != "mapping":
            problems.append(Problem(line, "a repository is no mapping"))
            continue
        loader.flatten_mapping(repo)
        inside = {name.value: value for name, value in repo.value if name.id == "scalar"}
        name = _scalar(inside.get("repo"))
        listed = inside.get("hooks")
        if not name:
            problems.append(Problem(line, "a repository has no `repo`"))
        elif name not in {"local", "meta", "builtin"} and not _scalar(inside.get("rev")):
            problems.append(Problem(line, f"the repository {printable(name)} has no `rev`"))
        if listed is None or listed.id != "sequence":
            problems.append(Problem(line, f"the repository {printable(name)} has no list `hooks`"))
            continue
        hooks += [_yaml_hook(loader, hook, name, _scalar(inside.get("rev"))) for hook in listed.value]
    return hooks


def _yaml_hook(loader: Any, node: Any, repo: str, revision: str) -> RawHook:
    line = node.start_mark.line + 1
    if node.id != "mapping":
        return RawHook(repo=repo, revision=revision, values={}, line=line)
    loader.flatten_mapping(node)
    values = loader.construct_object(node, deep=True)
    lines = {name.value: name.start_mark.line + 1 for name, _ in node.value if name.id == "scalar"}
    return RawHook(repo=repo, revision=revision, values=values, line=line, lines=lines)


def _scalar(node: Any) -> str:
    return str(node.value) if node is not None and node.id == "scalar" else ""


def _read_toml(text: str, path: str, folder: str) -> RawConfiguration:
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        told = Problem(int(found[1]) if found else 0, f"is no valid TOML: {printable(str(error))}")
        return RawConfiguration(path=path, folder=folder, problems=(told,))
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _TOML_ID.search(line)]
    hooks: list[RawHook] = []
    for repo in _tables(values.get("repos")):
        for hook in _tables(repo.get("hooks")):
            line = lines[len(hooks)] if len(hooks) < len(lines) else 0
            name, revision = str(repo.get("repo", "")), str(repo.get("rev", ""))
            hooks.append(RawHook(repo=name, revision=revision, values=hook, line=line))
    rest = {key: value for key, value in values.items() if key != "repos"}
    keys = ((number, _TOML_KEY.match(line)) for number, line in enumerate(text.splitlines(), start=1))
    places = {found[1]: number for number, found in keys if found and found[1] in rest}
    problems = () if isinstance(values.get("repos"), list) else (Problem(0, "there is no list `repos`"),)
    return RawConfiguration(
        path=path, folder=folder, values=rest, lines=places, hooks=tuple(hooks), problems=problems
    )


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
