"""Parse the text of a Robot file with Robot's own parser, without importing anything that the file names."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Finding
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class FileKind(StrEnum):
    """What Robot takes a file for, which decides the settings that count in it."""

    SUITE = "suite"
    INIT = "suite initialisation file"
    RESOURCE = "resource file"


@dataclass(frozen=True, slots=True)
class RobotFile:
    """One parsed file.

    Attributes:
        path: The file as reports name it.
        kind: What Robot takes it for.
        text: Its text without a byte order mark.
        model: The ``robot.api.parsing.File``.
        languages: The languages of the run beside those that the file names.
    """

    path: str
    kind: FileKind
    text: str
    model: Any
    languages: tuple[Any, ...] = ()


def kind_of(name: str) -> FileKind:
    """What Robot takes a file for, by its name."""
    if PurePath(name).suffix.lower() == ".resource":
        return FileKind.RESOURCE
    return FileKind.INIT if PurePath(name).stem.lower() == "__init__" else FileKind.SUITE


def decode(content: bytes, path: str) -> tuple[str, Finding | None]:
    """The text of a file without a byte order mark, or why Robot cannot read it."""
    try:
        return content.decode("utf-8").removeprefix(BOM), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte 0x{content[error.start]:02x} ({error.reason})"
        return "", Finding(path, line, "P1", message)


def parse_text(
    text: str, path: str, kind: FileKind, languages: tuple[Any, ...] = ()
) -> tuple[RobotFile | None, Finding | None]:
    """Parse the text of a file.

    Args:
        text: The text without a byte order mark.
        path: The file as reports shall name it.
        kind: What Robot takes it for.
        languages: Robot's ``Language`` objects of the run, as of ``--language``; English is always known.

    Returns:
        The file, or None and why.

    Raises:
        ConfigurationError: If Robot Framework is not installed.
    """
    try:
        from robot.api import parsing  # noqa: PLC0415 - takes most of a check's time

        known = _languages_class()(languages)
    except ImportError as error:
        hint = "install bugcapture again with its extra: [robot]"
        raise ConfigurationError(f"Robot Framework is needed to read {path}: {error}", hint=hint) from error
    get_model = {
        FileKind.SUITE: parsing.get_model,
        FileKind.INIT: parsing.get_init_model,
        FileKind.RESOURCE: parsing.get_resource_model,
    }[kind]
    try:
        # Text without a line break would be taken for a path.
        model = get_model(io.StringIO(text, newline=""), lang=known)
    except Exception as error:  # noqa: BLE001 - the parser meets unforeseen text with whatever it stumbles on
        told = shorten(printable(f"{type(error).__name__}: {' '.join(str(error).split())}"), 300)
        return None, Finding(path, 0, "P1", f"cannot be parsed: {told}")
    sections = [section for section in model.sections if type(section).__name__ == "TestCaseSection"]
    for section in sections[1:]:
        if section.tasks != sections[0].tasks:
            return None, Finding(
                path, section.lineno, "P1", "cannot be run: one file cannot have both tests and tasks"
            )
    return RobotFile(path, kind, text, model, languages), None


def statements(node: Any) -> Iterator[Any]:
    """All statements below a node of Robot's model, in the order of the file, without recursion."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if hasattr(current, "tokens"):
            yield current
            continue
        children: list[Any] = []
        for name in current._fields:
            child = getattr(current, name)
            children += child if isinstance(child, list) else [child]
        waiting += [child for child in reversed(children) if child is not None]


@lru_cache(maxsize=1)
def _languages_class() -> Any:
    """Robot's languages, without those that a ``Language:`` line could have it import from the project."""
    from robot.conf.languages import Language, Languages  # noqa: PLC0415 - see `parse_text`
    from robot.errors import DataError  # noqa: PLC0415

    class BuiltInLanguages(Languages):  # type: ignore[misc, unused-ignore]
        def add_language(self, lang: Any) -> None:
            try:
                known = Language.from_name(lang)
            except ValueError as error:
                raise DataError(str(error)) from None
            super().add_language(known)

    return BuiltInLanguages


def bdd_prefixes(file: RobotFile) -> tuple[str, ...]:
    """The words that Robot strips from the beginning of a keyword call, in the file's languages."""
    languages = _languages_class()(file.languages)
    for code in file.model.languages:
        languages.add_language(code)
    return tuple(languages.bdd_prefixes)
