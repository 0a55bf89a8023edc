"""One test module, read as far as its rules need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.scan.names import Names, dotted
from bugcapture.scan.values import Seen

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from bugcapture.scan.calling import Calling
    from bugcapture.scan.environ import EnvironmentUse
    from bugcapture.scan.functions import Outline, TestFunction
    from bugcapture.scan.hazard import Span
    from bugcapture.scan.lines import Lines
    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.truths import Answer

_PLAIN_BASES: Final = frozenset(
    {
        "object", "TestCase", "IsolatedAsyncioTestCase", "unittest.TestCase", "unittest.IsolatedAsyncioTestCase",
        "AsyncTestCase", "ABC",
    }
)  # fmt: skip


@dataclass(slots=True, eq=False)
class View:
    """A mock as one function of the module has it: what that function tells it and does with it stays there.

    Attributes:
        function: The function; None at the top.
        mock: The mock.
    """

    function: TestFunction | None
    mock: Mock

    @property
    def symbol(self) -> str:
        """The name of that function, as findings say it; empty for none."""
        return self.function.qualname if self.function is not None else ""


@dataclass(slots=True)
class TestModule:
    """A test module, read.

    Attributes:
        path: The file as reports name it.
        outline: Its functions, classes and imports.
        names: What its names stand for outside of functions.
        seen: Its mocks and patches.
        views: The mocks of all functions, each as that function has it.
        fixtures: The mocks that its fixtures give, by the name of the fixture.
        environment: What its functions do with the environment.
        lines: The lines of the file.
        restored: What `bugcapture.scan.environ` has found to be put back after tests, by class or fixture.
        prepared: What is set before each test and put back by nobody, by class or fixture.
        restored_around: The variables that fixtures of the conftest files around it put back, by fixture.
        answers: What `bugcapture.scan.truths` has found in it, so that several rules can ask.
        calling: Finds what its functions come to, once it was asked.
    """

    __test__ = False

    path: str
    outline: Outline
    names: Names
    lines: Lines
    seen: Seen = field(default_factory=Seen)
    views: list[View] = field(default_factory=list)
    fixtures: dict[str, Mock] = field(default_factory=dict)
    environment: list[EnvironmentUse] = field(default_factory=list)
    restored: dict[ast.ClassDef | str | None, frozenset[str]] | None = None
    prepared: dict[ast.ClassDef | str | None, frozenset[str]] | None = None
    restored_around: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: list[Answer] | None = None
    calling: Calling | None = None
    _names: dict[TestFunction, Names] = field(default_factory=dict)
    _by_span: dict[Span, list[View]] = field(default_factory=dict)

    def names_in(self, function: TestFunction | None) -> Names:
        """What names stand for in a function; one that imports and hides nothing shares those of the module.

        Args:
            function: The function; None for the module.
        """
        if function is None:
            return self.names
        known = self._names.get(function)
        if known is None:
            known = self.names
            hidden = [name for name in function.parameters if known.is_imported(name)]
            if function.imports or hidden:
                known = Names(function.imports, around=known, hidden=hidden)
            self._names[function] = known
        return known

    def mentions(self, function: TestFunction, *words: bytes) -> bool:
        """Whether one of some words stands in a function or its decorators; a cheap question before a dear one.

        Args:
            function: The function.
            *words: The words.
        """
        return self.lines.hold(function.node, *words)

    def views_of(self, mock: Mock) -> list[View]:
        """A mock as each function has it; asked once all are known.

        Args:
            mock: The mock.
        """
        if not self._by_span:
            for view in self.views:
                self._by_span.setdefault(view.mock.span, []).append(view)
        return self._by_span.get(mock.span, [])

    def asking(self, function: TestFunction | None) -> tuple[str, ...]:
        """A fixture and those that ask for it, by name; empty where something of the module does which runs.

        Args:
            function: The fixture; other functions are asked for by nobody.
        """
        if function is None or function.fixture is None or function.is_automatic:
            return ()
        found = [function]
        for one in found:
            for other in self.outline.functions:
                if one.fixture_name in other.fixtures and other not in found:
                    if other.fixture is None or other.is_automatic:
                        return ()
                    found.append(other)
        names = tuple(one.fixture_name for one in found)
        texts = (f"{quote}{name}{quote}".encode("utf-8", "surrogatepass") for name in names for quote in "'\"")
        return () if self.lines.mention(*texts) else names

    def inherits(self, function: TestFunction | None) -> bool:
        """Whether a function stands in a class whose bases, or heirs, may bring more than the module shows.

        Args:
            function: The function; None for the module.
        """
        owner = function.owner if function is not None else None
        if owner is None:
            return False
        if not owner.bases:  # Those that take one that is no test class as a base have another one as well.
            return not owner.name.startswith("Test") or self.lines.hold(owner, b"super()")
        return any(dotted(base) not in _PLAIN_BASES for base in owner.bases)
