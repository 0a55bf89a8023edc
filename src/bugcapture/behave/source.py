"""Read feature files without running anything of the project.

Behave's own parser reads them, so a check says what a run would say. Files without a tag of ours are
recognised from their text alone, and Behave is not even loaded for them.
"""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bugcapture.behave.leaf import is_ours, to_capture, walk_leaves
from bugcapture.behave.parse import parse_text
from bugcapture.core.finding import Finding
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.tags import TagPolicy

SUFFIXES = (".feature",)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

_TAG = re.compile(r"@(\S+)")


@dataclass(frozen=True, slots=True)
class FeatureSource:
    """One feature file that holds a tag of ours, or could not be read.

    Attributes:
        file: The file.
        path: The file as reports name it.
        content: Its bytes.
        text: Its text without a byte order mark.
        feature: The parsed ``behave.model.Feature``; None when the file is empty or cannot be parsed.
        findings: Why it cannot be read.
    """

    file: Path
    path: str
    content: bytes = b""
    text: str = ""
    feature: Any = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def readable(self) -> bool:
        """Whether Behave can parse it; a file of nothing but comments and tags holds no feature."""
        return self.feature is not None

    @property
    def captures(self) -> list[Capture]:
        """The tests that carry bug numbers or the switch."""
        if self.feature is None:
            return []
        with contextlib.redirect_stdout(io.StringIO()):  # Behave prints about outlines without a table.
            captures = [to_capture(leaf, self.path) for leaf in walk_leaves(self.feature)]
        return [capture for capture in captures if capture.tags.captured]

    def check(self, policy: TagPolicy) -> list[Finding]:
        """All problems of the file: unreadable, bad tags, bad declarations."""
        if self.feature is None and self.findings:
            return self.findings
        from bugcapture.behave.policy import check_feature, check_stray_tags  # noqa: PLC0415 - seldom

        if self.feature is None:  # Nothing but comments and tags.
            lines = enumerate(self.text.splitlines(), start=1)
            tags = [(tag, n) for n, line in lines if line.lstrip()[:1] == "@" for tag in _TAG.findall(line)]
            return list(check_stray_tags(tags, self.path))
        with contextlib.redirect_stdout(io.StringIO()):
            findings = check_feature(self.feature, self.path, policy, self.text.splitlines())
        left = [(str(tag), int(tag.line)) for tag in self.feature.parser.tags]
        return [*self.findings, *findings, *check_stray_tags(left, self.path)]

    def remove_switch(self, lines: Iterable[int]) -> bytes:
        """The content without the switch on some lines, every other byte as it was.

        Raises:
            RefusedError: If the tag cannot be cut out, or the file would mean something else without it.
        """
        from bugcapture.behave.graduate import cut_switch  # noqa: PLC0415 - seldom

        mark = BOM if self.content.startswith(BOM.encode()) else ""
        return (mark + cut_switch(self.feature, self.text, self.path, lines)).encode("utf-8")


def read_source(file: Path, path: str) -> FeatureSource | None:
    """Read one feature file.

    Args:
        file: The file.
        path: The file as reports shall name it.

    Returns:
        The file; None when no tag in it is ours, looks like it, or could become one.

    Raises:
        SourceError: If the file cannot be read at all.
    """
    content = read_bytes(file)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        finding = Finding(path, line, "P1", f"is not UTF-8: byte 0x{content[error.start]:02x} ({error.reason})")
        return FeatureSource(file, path, content, findings=[finding])
    if not any(map(is_ours, dict.fromkeys(_TAG.findall(text)))):
        return None
    findings = []
    feature, problem = parse_text(text, path)
    if problem and text.startswith(BOM):
        message = "starts with a byte order mark, which Behave takes for a syntax error: save it without"
        findings.append(Finding(path, 1, "P1", message))
    if text.startswith(BOM):
        text = text[1:]
        feature, problem = parse_text(text, path)
    return FeatureSource(file, path, content, text, feature, findings + ([problem] if problem else []))
