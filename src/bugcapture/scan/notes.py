"""What is noted of the mocks of a function while it is read: what its names hold, what is done, where they go."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.hazard import span_of
from bugcapture.scan.mocks import CALLED, Escape, Made, Usage, Use, Way
from bugcapture.scan.names import dotted
from bugcapture.scan.telling import ANSWERS, tell
from bugcapture.scan.values import Gives, Patch, Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.names import Names
    from bugcapture.scan.values import Environment, Seen, Value


class Notes:
    """What is noted of one function, or of the top of a module or class.

    Args:
        names: What the module's names stand for.
        seen: Takes what is seen.
        function: The function; None for the top.
        environment: What names stand for at its beginning; changed on the way.
        wrappers: Functions of the module that return a mock, by name.
        names_it: Whether a method of the class names an attribute.
    """

    def __init__(
        self,
        names: Names,
        seen: Seen,
        function: TestFunction | None,
        environment: Environment,
        wrappers: Mapping[str, Callable[[ast.Call], Mock]],
        names_it: Callable[[str, str], bool] = lambda _method, _place: False,
    ) -> None:
        self._names = names
        self._seen = seen
        self._function = function
        self._known = environment
        self._wrappers = wrappers
        self._names_it = names_it
        self._yields = False
        self._failing = 0
        self.returned: list[Value] = []
        # The keyword arguments that a helper hands on, which those who call it may not give.
        self.handed_on = ""

    def value(self, node: ast.expr, usage: Usage) -> Value:
        """What an expression stands for, as far as mocks are concerned.

        Args:
            node: The expression.
            usage: What is done with it.
        """
        raise NotImplementedError

    def _bind(self, target: ast.expr, value: Value, node: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._hold(target.id, value)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, node)
        elif isinstance(target, ast.Subscript):
            self.value(target.value, Usage.STORED)
            if isinstance(value, Gives):
                value = value.value
            if isinstance(value, Ref):
                way = Way.OVERRIDE if dotted(target.value).endswith("dependency_overrides") else Way.CONTAINER
                self._escape(value, way, dotted(target.value), dotted(target.slice).rpartition(".")[2], node)
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self._bind(one, None, node)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, None, node)

    def _hold(self, place: str, value: Value) -> None:
        self._known[place] = value
        if isinstance(value, Ref):
            if not value.path and not value.mock.place:
                value.mock.place = place
        elif isinstance(value, Patch):
            value.place = value.place or place

    def _bind_attribute(self, target: ast.Attribute, value: Value, node: ast.expr) -> None:
        base = self.value(target.value, Usage.NONE)
        if isinstance(base, Ref):
            if target.attr in ANSWERS:
                tell(base, target.attr, node)
                if isinstance(value, Ref):
                    self._known[dotted(target)] = value  # What the answer is told is told to this one.
                    value.mock.answer_of.append((base.mock, (*base.path, CALLED)))
            else:
                base.mock.tell((*base.path, target.attr))
                self._replace(dotted(target), value)
                if isinstance(value, Ref) and not value.path:
                    value.mock.belong_to(base.mock, (*base.path, target.attr))
                    value.mock.place = value.mock.place or dotted(target)
                    self._known[dotted(target)] = value  # What it is told later is told to this one.
            return
        place = dotted(target)
        if place:
            self._replace(place, value)
            self._hold(place, value)
            root = self._known.get(place.partition(".")[0])
            if isinstance(root, Made) and not isinstance(base, Made):
                root.changed = True  # Something inside of what it holds is told something.
        if isinstance(value, Ref):
            owner = self._names.resolve(target.value)
            full = f"{owner}.{target.attr}" if owner else target.attr
            made = base if isinstance(base, Made) else None
            self._escape(value, Way.ATTRIBUTE, full, target.attr, target, made=made, written=place)

    def _replace(self, place: str, value: Value) -> None:
        """What was given to a place before is not there any more."""
        before = self._known.get(place)
        if (
            isinstance(before, Ref)
            and not before.path
            and not (isinstance(value, Ref) and value.mock is before.mock)
        ):
            before.mock.unknown = before.mock.own = True

    def _use(self, ref: Ref, node: ast.expr, *, awaited: bool, called: bool, usage: Usage) -> None:
        ref.mock.uses.append(Use(ref.path, awaited, called, usage, span_of(node), self._failing > 0))

    def _escape(
        self,
        ref: Ref,
        way: Way,
        target: str,
        parameter: str,
        node: ast.expr,
        *,
        made: Made | None = None,
        written: str = "",
    ) -> None:
        fails = self._failing > 0
        ref.mock.escapes.append(Escape(way, target, parameter, ref.path, span_of(node), made, written, fails))

    def _is_imported(self, name: str) -> bool:
        """Whether a name stands for something imported, here."""
        held = self._function is not None and self._function.binds(name)
        return self._names.is_imported(name) and not held
