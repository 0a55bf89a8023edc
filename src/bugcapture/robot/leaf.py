"""One judged test of Robot Framework, with everything that it inherits from its suites."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bugcapture.core.capture import Capture, TagSite
from bugcapture.core.expectation import Expectation, merge_expectations
from bugcapture.core.tags import SWITCH, read_tags
from bugcapture.robot.declare import ends_in_escape, read_documentation, split_written
from bugcapture.robot.tags import canonical_tag, normal_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.robot.parse import RobotFile


@dataclass(frozen=True, slots=True)
class TagUse:
    """One tag as a file says it.

    Attributes:
        written: The tag as written.
        name: The tag as a run knows it, in our spelling where it is ours; variables stay.
        site: Where it stands.
        own: Whether it stands on the test itself and is not inherited.
    """

    written: str
    name: str
    site: TagSite
    own: bool = False


@dataclass(frozen=True, slots=True)
class Documentation:
    """The documentation of a test or suite.

    Attributes:
        path: The file.
        lines: Each line as a run has it, as the file has it, and the line of the file where it begins.
    """

    path: str
    lines: tuple[tuple[str, str, int], ...]

    @property
    def expectation(self) -> Expectation:
        """The declared failure."""
        return read_documentation(self.text)[0]

    @property
    def text(self) -> str:
        """The text as a run has it."""
        return "\n".join(text for text, _, _ in self.lines)


@dataclass(frozen=True, slots=True)
class SuiteLevel:
    """What one file gives to the tests in it or below it.

    Attributes:
        file: The parsed file.
        test_tags: ``Test Tags``, under any of their names.
        default_tags: ``Default Tags``.
        documentation: The suite's documentation.
    """

    file: RobotFile
    test_tags: tuple[TagUse, ...] = ()
    default_tags: tuple[TagUse, ...] = ()
    documentation: Documentation | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test before any run.

    Attributes:
        path: Its file.
        line: The line of its name.
        name: Its name.
        uses: All tags in effect.
        documentations: Its documentation and those of its suites, nearest first.
        node: The ``robot.api.parsing.TestCase``.
    """

    path: str
    line: int
    name: str
    uses: tuple[TagUse, ...]
    documentations: tuple[Documentation, ...]
    node: Any = field(repr=False)

    @property
    def tag_names(self) -> tuple[str, ...]:
        """All tags in effect, each once, in the order in which Robot holds them."""
        names: dict[str, str] = {}
        for use in self.uses:
            names.setdefault(normal_tag(use.name), use.name)
        return tuple(name for _, name in sorted(names.items()))

    @property
    def switches(self) -> tuple[TagSite, ...]:
        """Where the switches in effect stand."""
        return tuple(dict.fromkeys(use.site for use in self.uses if use.name == SWITCH))

    @property
    def expectation(self) -> Expectation:
        """The declared failure."""
        return merge_expectations(documentation.expectation for documentation in self.documentations)


def read_level(file: RobotFile) -> SuiteLevel:
    """What a file gives to the tests in it or below it; a resource file gives nothing."""
    from robot.api import Token  # noqa: PLC0415 - loaded with the parser

    found: dict[str, Any] = {}
    for section in file.model.sections:
        if getattr(section.header, "type", "") == Token.SETTING_HEADER:
            # Robot makes an error of a second setting of a kind, so each of these kinds is there once.
            found |= {statement.type: statement for statement in section.body}
    documentation = found.get(Token.DOCUMENTATION)
    return SuiteLevel(
        file,
        tuple(tag_uses(found[Token.TEST_TAGS], file.path)) if Token.TEST_TAGS in found else (),
        tuple(tag_uses(found[Token.DEFAULT_TAGS], file.path)) if Token.DEFAULT_TAGS in found else (),
        read_lines(documentation, file.path) if documentation else None,
    )


def tag_uses(statement: Any, path: str, *, own: bool = False) -> Iterator[TagUse]:
    """The tags of one setting.

    Args:
        statement: A statement of Robot's model whose arguments are tags.
        path: Its file.
        own: Whether the setting is a test's.
    """
    from robot.api import Token  # noqa: PLC0415
    from robot.utils import unescape  # noqa: PLC0415

    for token in statement.get_tokens(Token.ARGUMENT):
        name = canonical_tag(unescape(token.value))
        yield TagUse(token.value, name, TagSite(path, token.lineno, name), own)


def read_lines(statement: Any, path: str) -> Documentation:
    """The lines of a documentation, as Robot joins and unescapes them."""
    from robot.api import Token  # noqa: PLC0415
    from robot.utils import unescape  # noqa: PLC0415

    rows: dict[int, list[str]] = {}
    for token in statement.get_tokens(Token.ARGUMENT):
        rows.setdefault(token.lineno, []).append(token.value)
    written: list[tuple[str, int]] = []
    current, begin = "", 0
    for line, values in rows.items():
        first, *more = split_written(" ".join(value[:-1] if ends_in_escape(value) else value for value in values))
        if not current:
            begin = line
        current += first
        for part in more:
            written.append((current, begin))
            current, begin = part, line
        if not ends_in_escape(values[-1].removesuffix("n")):
            written.append((current, begin))
            current = ""
    written.append((current, begin))
    return Documentation(
        path, tuple((text, part, n) for part, n in written for text in unescape(part).split("\n"))
    )


def walk_leaves(file: RobotFile, levels: Sequence[SuiteLevel]) -> Iterator[Leaf]:
    """All tests of a file; only a suite file has any.

    Args:
        file: The file.
        levels: The file's own level and those of the suites around it, nearest first.
    """
    from robot.api import Token  # noqa: PLC0415

    inherited = tuple(use for level in levels for use in level.test_tags)
    around = tuple(level.documentation for level in levels if level.documentation)
    for node in tests_of(file):
        body = {getattr(child, "type", ""): child for child in reversed(node.body)}
        own = tuple(tag_uses(body[Token.TAGS], file.path, own=True)) if Token.TAGS in body else None
        documented = (read_lines(body[Token.DOCUMENTATION], file.path),) if Token.DOCUMENTATION in body else ()
        uses = in_effect(inherited, own, levels[0].default_tags)
        yield Leaf(file.path, node.lineno, node.name, uses, (*documented, *around), node)


def tests_of(file: RobotFile) -> Iterator[Any]:
    """The ``robot.api.parsing.TestCase`` nodes of a file."""
    for section in file.model.sections:
        yield from (node for node in section.body if type(node).__name__ == "TestCase")


def in_effect(
    inherited: Iterable[TagUse], own: Sequence[TagUse] | None, defaults: Iterable[TagUse]
) -> tuple[TagUse, ...]:
    """The tags of one test.

    ``-tag`` removes: since Robot 7.2 what is inherited, before that also what stands before it.

    Args:
        inherited: ``Test Tags`` of the suites around it.
        own: Its ``[Tags]``; None when it has none.
        defaults: ``Default Tags``, which count for a test without ``[Tags]``.
    """
    kept = [use for use in inherited if _is_tag(use)]
    if own is None:
        return (*kept, *(use for use in defaults if _is_tag(use)))
    if _removes_first():
        own = sorted(own, key=lambda use: not use.written.startswith("-"))
    for use in own:
        if use.written.startswith("-"):
            kept = [one for one in kept if not _matches(use.written[1:], one.written)]
        elif _is_tag(use):
            kept.append(use)
    return tuple(kept)


def to_capture(leaf: Leaf) -> Capture:
    """The test as the rest of the program sees it."""
    return Capture(
        framework="robot",
        path=leaf.path,
        line=leaf.line,
        name=leaf.name,
        tags=read_tags(leaf.tag_names),
        all_tags=leaf.tag_names,
        expectation=leaf.expectation,
        switches=leaf.switches,
    )


def _is_tag(use: TagUse) -> bool:
    return normal_tag(use.name) not in {"", "none"}


@lru_cache(maxsize=1)
def _removes_first() -> bool:
    import inspect  # noqa: PLC0415

    from robot.model import Tags  # noqa: PLC0415

    return "remove_negated" in inspect.signature(Tags.add).parameters


@lru_cache(maxsize=4096)
def _matches(pattern: str, tag: str) -> bool:
    from robot.model import TagPatterns  # noqa: PLC0415

    with warnings.catch_warnings():  # Robot tells about old operators when it runs.
        warnings.simplefilter("ignore")
        return bool(TagPatterns([pattern]).match([tag]))
