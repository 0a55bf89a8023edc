"""Read Python test files without running anything of the project.

Files without a mark of ours are recognised from their bytes alone and are not even parsed.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bugcapture.core.finding import Finding
from bugcapture.core.text import printable, shorten
from bugcapture.project.files import read_bytes
from bugcapture.pytest.markers import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.tags import TagPolicy
    from bugcapture.pytest.leaf import ModuleTests

SUFFIXES = (".py",)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

# An attribute whose name could be one of ours. What may stand between dot and name is bounded, and never
# tried twice, so that no file makes the search slow.
_GAP = rb"(?:\s++|\\|#[^\r\n]{0,120}+){0,8}+"
_ATTRIBUTE = re.compile(rb"\." + _GAP + rb"((?i:[td_\x80-\xff])[\w\x80-\xff]+)")
_LINE_END = re.compile(rb"\r\n?")
_BY_NAME = re.compile(rb"\b(?:add_marker|applymarker|getattr)\b")


@dataclass(frozen=True, slots=True)
class PythonSource:
    """One Python file that names a mark of ours, or could not be read.

    Attributes:
        file: The file.
        path: The file as reports name it.
        content: Its bytes.
        text: Its text without a byte order mark.
        codec: How the text becomes bytes again.
        tree: The parsed module; None when it cannot be parsed.
        tests: The tests in it that carry marks of ours; None when it cannot be parsed.
        findings: Why it cannot be read.
    """

    file: Path
    path: str
    content: bytes = b""
    text: str = ""
    codec: str = "utf-8"
    tree: ast.Module | None = None
    tests: ModuleTests | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def readable(self) -> bool:
        """Whether Python can parse it."""
        return self.tree is not None

    @property
    def captures(self) -> list[Capture]:
        """The tests that carry bug numbers or the switch."""
        return self.tests.captures(self.path) if self.tests else []

    def check(self, policy: TagPolicy) -> list[Finding]:
        """All problems of the file: unreadable, bad marks, bad declarations."""
        if self.tree is None or self.tests is None:
            return self.findings
        from bugcapture.pytest.policy import check_module  # noqa: PLC0415 - seldom

        return check_module(self.tree, self.tests, self.path, policy)

    def remove_switch(self, lines: Iterable[int]) -> bytes:
        """The content without the switch on some lines, every other byte as it was.

        Raises:
            RefusedError: If the mark cannot be cut out, or the file would mean something else without it.
        """
        from bugcapture.pytest.graduate import remove_switch  # noqa: PLC0415 - seldom

        return remove_switch(self, lines)


def read_source(file: Path, path: str) -> PythonSource | None:
    """Read one Python file.

    Args:
        file: The file.
        path: The file as reports shall name it.

    Returns:
        The file; None when no mark in it is ours, or looks like it.

    Raises:
        SourceError: If the file cannot be read at all.
    """
    content = read_bytes(file)
    if not _may_be_ours(content):
        return None
    try:
        text, codec = decode(content)
        tree = parse(text)
        tests = _read_tests(tree, file)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
        return PythonSource(file, path, content, findings=[_tell_unreadable(error, path, content)])
    return PythonSource(file, path, content, text, codec, tree, tests) if tests else None


def decode(content: bytes) -> tuple[str, str]:
    """The text of a Python file without a byte order mark, and its encoding; see PEP 263.

    Raises:
        SyntaxError: If the file names an encoding that does not exist.
        ValueError: If the bytes do not fit the encoding.
        LookupError: If the encoding is none for text.
    """
    lines = io.BytesIO(_LINE_END.sub(b"\n", content))
    codec, _ = tokenize.detect_encoding(lines.readline)
    text = content.decode(codec)
    return text.removeprefix(BOM), codec


def parse(text: str) -> ast.Module:
    """The syntax tree of a Python file.

    Raises:
        SyntaxError: If it is no Python.
        ValueError: If it holds a null character.
        RecursionError: If it is nested too deeply.
        MemoryError: As RecursionError.
    """
    with warnings.catch_warnings():  # About the project's own code, which is not the question here.
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _may_be_ours(content: bytes) -> bool:
    if any(is_ours(name.decode("utf-8", "replace")) for name in set(_ATTRIBUTE.findall(content))):
        return True
    return _BY_NAME.search(content) is not None and b"tdd" in content.lower() and b"mark" in content


def _read_tests(tree: ast.Module, file: Path) -> ModuleTests | None:
    from bugcapture.pytest.leaf import ModuleTests  # noqa: PLC0415 - only files with marks pay for it
    from bugcapture.pytest.policy import has_strays  # noqa: PLC0415
    from bugcapture.pytest.settings import find_settings  # noqa: PLC0415

    settings = find_settings(file.absolute().parent)
    tests = ModuleTests(tree, settings, conftest=file.name == "conftest.py")
    return tests if tests.leaves or has_strays(tree, tests) else None


def _tell_unreadable(error: Exception, path: str, content: bytes) -> Finding:
    line = getattr(error, "lineno", None) or 0
    if isinstance(error, UnicodeDecodeError):
        line = content.count(b"\n", 0, error.start) + 1
        told = f"is not {error.encoding}: byte 0x{content[error.start]:02x} ({error.reason})"
    elif isinstance(error, RecursionError | MemoryError):
        told = "cannot be parsed: it is nested too deeply"
    else:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        # A file may be written for a newer Python than the one that reads it.
        reader = f" by Python {sys.version_info.major}.{sys.version_info.minor}" if line else ""
        told = f"cannot be parsed{reader}: {shorten(printable(text), 200)}"
    return Finding(path, line, "P1", told)
