"""Read YAML files with the places of what stands in them, and add to them; every other byte stays.

A dump would lose comments, quotes and indentation. So lines are inserted at a place that PyYAML's marks show,
and the result is read again: it has to say what it said before, and what was added.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bugcapture.core.errors import RefusedError
from bugcapture.core.layout import insert_lines, split_lines
from bugcapture.core.text import printable
from bugcapture.project.draft import require_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_END = re.compile(r"\r\n|\r|\n|\Z")
_COMMENT = re.compile(r"([ \t]*)#[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file that holds a mapping in block style.

    Attributes:
        content: Its bytes.
        text: Its text without a byte order mark.
        root: PyYAML's node of the mapping.
        where: The file as reports name it.
    """

    content: bytes
    text: str
    root: Any
    where: str

    def find(self, key: str) -> Any:
        """The value of a key of the mapping; None without it.

        Raises:
            RefusedError: If the key stands there twice, or its value is an alias.
        """
        found = [(name, value) for name, value in self.root.value if name.value == key]
        if not found:
            return None
        if len(found) > 1:
            raise self.refuse(found[1][0], f"`{key}` stands there twice")
        name, value = found[0]
        if value.start_mark.index < name.end_mark.index:
            raise self.refuse(name, f"`{key}` is an alias of something else")
        return value

    def refuse(self, node: Any, message: str, hint: str | None = None) -> RefusedError:
        """The error about a place of the file."""
        return RefusedError(message, where=self.place(node), hint=hint)

    def place(self, node: Any) -> str:
        """A node as ``path:line``."""
        return f"{self.where}:{node.start_mark.line + 1}"


def read_yaml(content: bytes, where: str) -> Document:
    """A YAML file.

    Args:
        content: Its content.
        where: The file as reports name it.

    Raises:
        RefusedError: If it is no YAML, or holds no mapping in block style.
        SourceError: If it is not UTF-8.
    """
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    text = require_text(content, where)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        told = printable(" ".join(str(getattr(error, "problem", None) or error).split()))
        raise RefusedError(f"cannot be read as YAML: {told}", where=place, hint="mend it first") from error
    document = Document(content, text, root, where)
    if not isinstance(root, yaml.MappingNode):
        raise RefusedError("holds no mapping", where=where)
    if root.flow_style:
        raise document.refuse(root, "is written in flow style")
    return document


def fields(node: Any) -> dict[str, Any]:
    """The values of a mapping by their names; of any other node none."""
    pairs = node.value if node.id == "mapping" else ()
    return {name.value: value for name, value in pairs if name.id == "scalar"}


def items(node: Any) -> list[Any]:
    """The items of a list; of any other node none."""
    return list(node.value) if node is not None and node.id == "sequence" else []


@contextmanager
def by_hand(lines: Sequence[str]) -> Iterator[None]:
    """Whoever is refused something in this block is told the lines that a person can add."""
    try:
        yield
    except RefusedError as error:
        hint = error.hint or "add by hand:\n" + "\n".join(f"    {line}" for line in lines)
        raise RefusedError(error.message, where=error.where, hint=hint) from error


def add_item(document: Document, key: str, lines: Sequence[str]) -> bytes:
    """Add an item at the end of the list below a key of the mapping.

    Args:
        document: The file.
        key: The key, whose value is a list in block style.
        lines: The item as it shall stand in the file, indented as the others are.

    Raises:
        RefusedError: If the place cannot be known.
    """
    node = require_list(document, key)
    new = insert_lines(document.content, _line_behind(document, node), lines)
    _require_added(document, new, lines, key)
    return new


def add_key(document: Document, lines: Sequence[str]) -> bytes:
    """Add a key with its value at the end of the mapping.

    Args:
        document: The file.
        lines: The lines of the new key.

    Raises:
        RefusedError: If the place cannot be known.
    """
    old = split_lines(document.content)
    gap = [""] if old and old[-1].strip() else []
    new = insert_lines(document.content, len(old), [*gap, *lines])
    _require_added(document, new, lines, None)
    return new


def require_list(document: Document, key: str) -> Any:
    """The list below a key, in which an item can be put behind the others.

    Raises:
        RefusedError: If there is none, or none with items in block style, or if an anchor lends it to others.
    """
    import yaml  # noqa: PLC0415 - as above

    node = document.find(key)
    if node is None or node.id != "sequence" or not node.value:
        raise document.refuse(node or document.root, f"there is no list with items below `{key}`")
    if node.flow_style:
        raise document.refuse(node, f"the list below `{key}` is written in flow style")
    events = yaml.parse(document.text, Loader=yaml.SafeLoader)
    starts = (event for event in events if isinstance(event, yaml.SequenceStartEvent) and event.anchor)
    if any(event.start_mark.index == node.start_mark.index for event in starts):
        raise document.refuse(node, f"the list below `{key}` has an anchor")
    return node


def _line_behind(document: Document, node: Any) -> int:
    """How many lines there are up to the end of a list in block style, comments inside it included."""
    import yaml  # noqa: PLC0415 - as above

    inside = [
        token
        for token in yaml.scan(document.text, Loader=yaml.SafeLoader)
        if node.start_mark.index <= token.start_mark.index < node.end_mark.index
    ]
    text = document.text
    place = max(token.end_mark.index for token in inside)
    # A block scalar ends at the start of the next line already.
    if text[place - 1] not in "\r\n":
        place = _END.search(text, place).end()  # type: ignore[union-attr]
    column = min(token.start_mark.column for token in inside if isinstance(token, yaml.BlockEntryToken))
    while (comment := _COMMENT.match(text, place)) and len(comment[1]) > column:
        place = comment.end()
    return len(split_lines(text[:place].encode()))


def _require_added(document: Document, new: bytes, lines: Sequence[str], key: str | None) -> None:
    """Whether the new text says what the old one said, and the new lines, and nothing else."""
    import yaml  # noqa: PLC0415 - as above

    try:
        added, root = (
            yaml.compose(text, Loader=yaml.SafeLoader) for text in ("\n".join(lines), new.decode("utf-8-sig"))
        )
        wanted = list(_said(document.root, key, _children(added)))
        right = list(_said(root, key, ())) == wanted
    except (yaml.YAMLError, RecursionError):
        right = False
    if not right:
        raise document.refuse(document.root, "what is to be added would not be read as it is meant")


def _said(root: Any, key: str | None, more: Iterable[bytes]) -> Iterator[bytes]:
    """What a mapping says, with something more in the list below a key, or at its own end."""
    digests: dict[int, bytes] = {}
    for name, value in root.value:
        yield digest(name, digests)
        if name.value == key:
            yield from (digest(item, digests) for item in value.value)
            yield from more
        else:
            yield digest(value, digests)
    if key is None:
        yield from more


def _children(node: Any) -> list[bytes]:
    parts = node.value if node.id == "sequence" else [part for pair in node.value for part in pair]
    return [digest(part, {}) for part in parts]


def digest(node: Any, known: dict[int, bytes]) -> bytes:
    """What a node says in a few bytes; a node that many aliases name is looked at once.

    Args:
        node: The node.
        known: What is known of nodes of the same file; filled.
    """
    if id(node) not in known:
        parts = [node.tag.encode()]
        if node.id == "scalar":
            parts.append(node.value.encode("utf-8", "surrogatepass"))
        else:
            inner = node.value if node.id == "sequence" else [part for pair in node.value for part in pair]
            parts += [digest(part, known) for part in inner]
        told = b"".join(hashlib.sha256(part).digest() for part in parts)
        known[id(node)] = hashlib.sha256(node.id.encode() + told).digest()
    return known[id(node)]
