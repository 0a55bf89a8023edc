"""Take hooks out of a configuration and put another one in their place, or set a key of one; other bytes stay.

What is written of the old hooks in comments moves to the new one. The result is read again: it has to say what
is proposed and nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.core.errors import RefusedError
from bugcapture.core.layout import BOM, line_end
from bugcapture.hooks.consolidate.item import write_heading, write_item
from bugcapture.hooks.consolidate.setting import edit_setting, why_not
from bugcapture.project.yaml import Document, digest, fields, items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bugcapture.hooks.consolidate.setting import Setting

_COMMENT: Final = re.compile(r"#[^\r\n]*")
_REST_OF_LINE: Final = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_COMMENT_LINE: Final = re.compile(r"([ \t]*)#[^\r\n]*(?:\r\n|\r|\n|\Z)")
_Pairs: TypeAlias = "list[tuple[bytes, bytes]]"
_Said: TypeAlias = "tuple[_Pairs, list[tuple[_Pairs, list[bytes]]]]"

_BLANK_LINES: Final = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one item of a list in block style stands.

    Attributes:
        start: The beginning of its first line, with the comments right above it.
        end: Behind its last line.
        column: The column of its dash.
        comments: Its comments, in their order.
        reason: Why it cannot be taken out; empty where it can.
    """

    start: int
    end: int
    column: int
    comments: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One hook for some.

    Attributes:
        indexes: Which ones they are of all hooks, from 0; the new one takes the place of the last.
        values: What the new one says.
        titles: What each of the old ones is called.
    """

    indexes: tuple[int, ...]
    values: Mapping[str, Any]
    titles: tuple[str, ...]


class Layout:
    """Where the hooks of a configuration stand.

    Args:
        document: The configuration; the readers of hooks have found no fault in it.
    """

    def __init__(self, document: Document) -> None:
        import yaml  # noqa: PLC0415 - only where there is a YAML file

        self._document = document
        self._text = document.text
        self._tokens = [
            token
            for token in yaml.scan(document.text, Loader=yaml.SafeLoader)
            if token.end_mark.index > token.start_mark.index
        ]
        self._starts = [token.start_mark.index for token in self._tokens]
        repos = document.find("repos")
        listed = items(repos)
        self._repos = self._places(repos)
        self._hooks: list[Place] = []
        self._nodes: list[Any] = []
        self._repo_of: list[int] = []
        nodes = [next((pair for pair in repo.value if pair[0].value == "hooks"), None) for repo in listed]
        for number, pair in enumerate(nodes):
            places = self._places(pair[1]) if pair else []
            if pair and (pair[1].start_mark.index < pair[0].end_mark.index or _count(nodes, pair[1]) > 1):
                places = [_fixed("its list is an alias") for _ in places]
            self._hooks += places
            self._nodes += items(pair[1]) if pair else []
            self._repo_of += [number] * len(places)

    @property
    def unmovable(self) -> dict[int, str]:
        """Why hooks cannot be taken out, by their index."""
        return {index: place.reason for index, place in enumerate(self._hooks) if place.reason}

    def why_fixed(self, key: str) -> dict[int, str]:
        """Why a key of hooks cannot be set, by their index.

        Args:
            key: The key.
        """
        told = {
            index: place.reason or _why_elsewhere(place, node) or why_not(self._text, node, key)
            for index, (place, node) in enumerate(zip(self._hooks, self._nodes, strict=True))
        }
        return {index: reason for index, reason in told.items() if reason}

    def replace(self, replacements: Sequence[Replacement], settings: Sequence[Setting] = ()) -> bytes:
        """The configuration with other hooks.

        Args:
            replacements: What takes the place of what; no hook is in two of them.
            settings: What others of them have to say; each is of a key that `why_fixed` has nothing against.

        Raises:
            RefusedError: If the result would not be read as it is meant.
        """
        changed = {one.index: edit_setting(self._text, self._nodes[one.index], one) for one in settings}
        edits = [*self._edits(replacements), *(edit for edit, _ in changed.values())]
        new = apply_edits(self._text, edits)
        content = (BOM if self._document.content.startswith(BOM) else b"") + new.encode()
        put = {one.indexes[-1]: _read_item(one.values) for one in replacements}
        put |= {index: digest(node, {}) for index, (_, node) in changed.items()}
        gone = {index for one in replacements for index in one.indexes[:-1]}
        _require_meant(self._document, new, put, gone)
        return content

    def _edits(self, replacements: Sequence[Replacement]) -> Iterator[TextEdit]:
        removed = {index for one in replacements for index in one.indexes[:-1]}
        kept = {repo for index, repo in enumerate(self._repo_of) if index not in removed}
        for repo, place in enumerate(self._repos):
            if repo not in kept and repo in self._repo_of:
                yield self._removal(place)
        for index in removed:
            if self._repo_of[index] in kept:
                yield self._removal(self._hooks[index])
        for one in replacements:
            place = self._hooks[one.indexes[-1]]
            yield TextEdit(place.start, place.end, self._block(one, place, removed))

    def _noted(self, index: int, removed: AbstractSet[int]) -> tuple[str, ...]:
        """The comments of a hook, with those of a repository that goes with all its hooks at the first of them."""
        own, repo = self._hooks[index].comments, self._repo_of[index]
        siblings = [at for at, other in enumerate(self._repo_of) if other == repo]
        if index != siblings[0] or not removed >= set(siblings):
            return own
        inner = {comment for at in siblings for comment in self._hooks[at].comments}
        return (*(one for one in self._repos[repo].comments if one not in inner), *own)

    def _block(self, one: Replacement, place: Place, removed: AbstractSet[int]) -> str:
        end = line_end(self._document.content).decode("ascii")
        noted = [self._noted(index, removed) for index in one.indexes]
        lines = (*write_heading(one.titles, noted), *write_item(one.values))
        lines = tuple(f"{' ' * place.column}{line}".rstrip() for line in lines)
        at_end = place.end == len(self._text) and not self._text.endswith(("\r", "\n"))
        return end.join(lines) + ("" if at_end else end)

    def _removal(self, place: Place) -> TextEdit:
        """An item goes, and of the blank lines around it those that would be too many."""
        end = place.end
        before = self._text[: place.start]
        blank = _BLANK_LINES.match(self._text, end)
        is_first = before.rstrip().endswith(":")
        if blank and (is_first or before.endswith(("\n\n", "\r\r", "\r\n\r\n"))):
            end = blank.end()
        return TextEdit(place.start, end)

    def _places(self, node: Any) -> list[Place]:
        """The places of the items of a list."""
        listed = items(node)
        if not listed:
            return []
        if node.flow_style:
            return [_fixed("it is written in flow style") for _ in listed]
        inside = range(self._at(node.start_mark.index), self._at(node.end_mark.index))
        dashes = [at for at in inside if self._is_dash(at, node.start_mark.column)]
        if len(dashes) != len(listed):
            return [_fixed("its list is an alias") for _ in listed]
        ends = [*dashes[1:], inside.stop]
        return [self._place(dash, range(dash, end)) for dash, end in zip(dashes, ends, strict=True)]

    def _is_dash(self, at: int, column: int) -> bool:
        mark = self._tokens[at].start_mark
        return self._text[mark.index] == "-" and mark.column == column and self._tokens[at].id == "-"

    def _place(self, dash: int, tokens: range) -> Place:
        text, mark = self._text, self._tokens[dash].start_mark
        start = mark.index - mark.column
        last = self._tokens[tokens.stop - 1].end_mark.index
        # A block scalar ends at the start of a line already.
        rest = None if text[last - 1] in "\r\n" else _REST_OF_LINE.match(text, last)
        end = rest.end() if rest else last
        while (comment := _COMMENT_LINE.match(text, end)) and len(comment[1]) > mark.column:
            end = comment.end()
        above = self._above(start, mark.column)
        return Place(
            start=above,
            end=end,
            column=mark.column,
            comments=(*_comments(text[above:start]), *self._inner_comments(tokens, end)),
            reason=self._why_fixed(tokens, last, end),
        )

    def _why_fixed(self, tokens: range, last: int, end: int) -> str:
        if end == last and self._text[last - 1] not in "\r\n" and last < len(self._text):
            return "it does not end with its line"
        if any(self._tokens[at].id == "<anchor>" for at in tokens):
            return "it has an anchor"
        return ""

    def _above(self, start: int, column: int) -> int:
        """Where the comments right above a line begin."""
        while start:
            end = start - 2 if self._text.startswith("\r\n", start - 2) else start - 1
            line = max(self._text.rfind("\n", 0, end), self._text.rfind("\r", 0, end)) + 1
            comment = _COMMENT_LINE.match(self._text, line)
            if comment is None or comment.end() != start or len(comment[1]) != column:
                break
            start = line
        return start

    def _inner_comments(self, tokens: range, end: int) -> Iterator[str]:
        behind = [self._tokens[at].start_mark.index for at in tokens[1:]]
        for at, following in zip(tokens, [*behind, end], strict=True):
            yield from _comments(self._text[self._tokens[at].end_mark.index : following])

    def _at(self, index: int) -> int:
        return bisect_left(self._starts, index)


def _comments(text: str) -> tuple[str, ...]:
    return tuple(_COMMENT.findall(text))


def _count(nodes: Sequence[Any], node: Any) -> int:
    """In how many places a list stands."""
    return sum(pair is not None and pair[1] is node for pair in nodes)


def _why_elsewhere(place: Place, node: Any) -> str:
    return "" if place.start <= node.start_mark.index < place.end else "it is an alias"


def _fixed(reason: str) -> Place:
    return Place(start=0, end=0, column=0, reason=reason)


def _require_meant(document: Document, new: str, put: Mapping[int, bytes], gone: AbstractSet[int]) -> None:
    """Whether the new text says what the old one said, with the new hooks in place of the old ones."""
    import yaml  # noqa: PLC0415 - as above

    try:
        right = _said(yaml.compose(new, Loader=yaml.SafeLoader)) == _meant(document, put, gone)
    except (yaml.YAMLError, RecursionError):
        right = False
    if not right:
        raise RefusedError(
            "the proposed hooks would not be read as they are meant",
            where=document.where,
            hint="change the hooks by hand, as the report says",
        )


def _meant(document: Document, put: Mapping[int, bytes], gone: AbstractSet[int]) -> _Said:
    others, repos = _said(document.root)
    index, changed = 0, []
    for rest, hooks in repos:
        places = range(index, index + len(hooks))
        kept = [put.get(at, hook) for at, hook in zip(places, hooks, strict=True) if at not in gone]
        index += len(hooks)
        if kept or not hooks:
            changed.append((rest, kept))
    return others, changed


def _said(root: Any) -> _Said:
    """What a configuration says: besides its repositories, and each of them with its hooks."""
    known: dict[int, bytes] = {}
    others = [(digest(name, known), digest(value, known)) for name, value in root.value if name.value != "repos"]
    repos = []
    for repo in items(fields(root).get("repos")):
        pairs = [(name, value) for name, value in repo.value if name.value != "hooks"]
        rest = [(digest(name, known), digest(value, known)) for name, value in pairs]
        repos.append((rest, [digest(hook, known) for hook in items(fields(repo).get("hooks"))]))
    return others, repos


def _read_item(values: Mapping[str, Any]) -> bytes:
    """What a new hook says; nothing that could be found where it is not written as it is meant."""
    import yaml  # noqa: PLC0415 - as above

    text = "".join(f"{line}\n" for line in write_item(values))
    if yaml.safe_load(text) != [dict(values)]:
        return b""
    return digest(yaml.compose(text, Loader=yaml.SafeLoader).value[0], {})
