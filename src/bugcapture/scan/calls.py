"""Calls in a test: of mocks, of what makes them, of what tells them something, and of what takes them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import span_of
from bugcapture.scan.makers import is_patch, maker_of
from bugcapture.scan.making import Making
from bugcapture.scan.mocks import CALLED, NOTED, Made, Usage, Way
from bugcapture.scan.names import dotted
from bugcapture.scan.telling import tell_dotted, tell_items
from bugcapture.scan.values import Gives, Patch, Ref

if TYPE_CHECKING:
    from bugcapture.scan.values import Value

_ASSERTIONS: Final = NOTED | {
    "assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with", "assert_any_call",
    "assert_has_calls", "assert_not_called", "assert_awaited", "assert_awaited_once", "assert_awaited_with",
    "assert_awaited_once_with", "assert_any_await", "assert_has_awaits", "assert_not_awaited", "reset_mock",
    "mock_add_spec",
}  # fmt: skip
_TRUTH_CALLS: Final = frozenset({"bool", "any", "all", "filter"})
# Methods of a test case that take what it has to call later.
_CLEANUPS: Final = ("addCleanup", "addClassCleanup", "enterContext", "stopall")


class Calls(Making):
    """Reads calls."""

    def _call(self, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        function = node.func
        if isinstance(function, ast.Name):
            return self._call_name(function, node, usage, awaited=awaited)
        if isinstance(function, ast.Attribute):
            place = dotted(function)
            held = self._known.get(place)
            if isinstance(held, Ref):
                return self._call_mock(held, node, usage, awaited=awaited)
            base = self.value(function.value, Usage.NONE) if function.attr != "dict" else None
            if isinstance(base, Ref):
                return self._call_child(base, function.attr, node, usage, awaited=awaited)
            if isinstance(base, Patch):
                return self._call_patcher(base, function.attr)
            if isinstance(base, Made):
                base.calls.append((function.attr, span_of(node), self._failing > 0))
                self._arguments(node, "")
                return None
            if place.startswith(("self.", "cls.")) and place.count(".") == 1 and not place.endswith(_CLEANUPS):
                return self._call_own(place, node)
            if place.endswith(".stop"):
                self._seen.stops.append((self._function, place.removesuffix(".stop")))
            return self._call_named(self._names.resolve(function), node)
        self.value(function, Usage.NONE)
        self._arguments(node, "")
        return None

    def _call_name(self, function: ast.Name, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        if function.id in _TRUTH_CALLS:
            for argument in node.args:
                self.value(argument, Usage.TRUTH)
            return None
        held = self._known.get(function.id)
        if isinstance(held, Ref):
            return self._call_mock(held, node, usage, awaited=awaited)
        if isinstance(held, Gives):
            self._arguments(node, "")
            return held.value
        return self._call_named(self._names.resolve(function), node)

    def _call_named(self, name: str, node: ast.Call) -> Value:
        module, _, last = name.rpartition(".")
        kind = maker_of(name)
        if kind is not None:
            return Ref(self._make(kind, node))
        if last in self._wrappers and not module:
            return self._call_wrapper(last, node)
        if is_patch(name):
            patch = self._make_patch(name, node)
            if not name.rpartition("patch")[0].endswith("mocker."):
                return patch
            # The fixture starts it, stops it, and gives the mock.
            patch.how = "enter"
            return Ref(patch.mock) if patch.mock is not None else None
        if last == "setattr" and len(node.args) in {2, 3}:
            return self._set_attribute(node)
        if last in {"seal", "getattr"} and node.args:
            return self._look_at(last, node)
        if last == "stopall":
            self._seen.stops.append((self._function, "stopall"))
            return None
        return self._arguments(node, name)

    def _call_wrapper(self, name: str, node: ast.Call) -> Value:
        self._arguments(node, "")
        mock = self._wrappers[name](node)
        mock.function = self._function
        self._seen.mocks.append(mock)
        return Ref(mock)

    def _look_at(self, word: str, node: ast.Call) -> Value:
        """`seal`, or `getattr` of a mock."""
        value = self.value(node.args[0], Usage.NONE)
        if not isinstance(value, Ref):
            self._arguments(node, "")
            return None
        if word == "seal":
            value.mock.sealed = True
            return None
        name = node.args[1] if len(node.args) > 1 else None
        if isinstance(name, ast.Constant):
            return Ref(value.mock, (*value.path, str(name.value)))
        value.mock.unknown = True
        return None

    def _call_own(self, place: str, node: ast.Call) -> Value:
        """A method of the test's class, which may tell the mocks that the object holds something."""
        method = place.rpartition(".")[2]
        owner = self._function.owner if self._function is not None else None
        if owner is not None and f"{owner.name}.{method}" in self._wrappers:
            return self._call_wrapper(f"{owner.name}.{method}", node)
        for name, held in self._known.items():
            if isinstance(held, Ref) and name.startswith(place[:4]) and self._names_it(method, name):
                held.mock.unknown = True
        return self._arguments(node, place)

    def _arguments(self, node: ast.Call, name: str) -> Made | None:
        """Look at the arguments of a call: mocks among them leave the test."""
        # What is called like a class makes an object, which may be given mocks later.
        made = Made(name) if name.rpartition(".")[2][:1].isupper() else None
        for number, argument in enumerate(node.args):
            value = self.value(argument, Usage.STORED)
            if value is not None:
                made = self._give(value, argument, name, str(number), made)
            elif number == 0 and isinstance(argument, ast.Attribute) and argument.attr in {"stop", "stopall"}:
                place = "stopall" if argument.attr == "stopall" else dotted(argument.value)
                self._seen.stops.append((self._function, place))
        for keyword in node.keywords:
            value = self.value(keyword.value, Usage.STORED)
            if value is not None:
                made = self._give(value, keyword.value, name, keyword.arg or "", made)
        return made

    def _give(self, value: Value, node: ast.expr, name: str, parameter: str, made: Made | None) -> Made | None:
        """Something is given to a call of a name; what that makes with mocks inside."""
        if isinstance(value, Gives):
            self._escape(value.value, Way.CONTAINER, "", "", node)
        elif isinstance(value, Ref):
            made = made or Made(name)
            self._escape(value, Way.ARGUMENT, name, parameter, node, made=made)
        elif isinstance(value, Patch):
            value.how = value.how or "enter"
        elif isinstance(value, Made):
            value.changed = True
        return made

    def _call_mock(self, ref: Ref, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        self._use(ref, node, awaited=awaited, called=True, usage=usage)
        self._arguments(node, "")
        return Ref(ref.mock, (*ref.path, CALLED))

    def _call_child(self, base: Ref, word: str, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        if word == "configure_mock":
            self._configure(base, node)
            return None
        if word == "attach_mock":
            name = node.args[1] if len(node.args) > 1 else None
            if isinstance(name, ast.Constant):
                base.mock.tell((*base.path, str(name.value)))
            else:
                base.mock.unknown = True
            return None
        if word in _ASSERTIONS:
            base.mock.unknown = base.mock.unknown or word == "mock_add_spec"
            self._arguments(node, "")
            return None
        return self._call_mock(Ref(base.mock, (*base.path, word)), node, usage, awaited=awaited)

    def _call_patcher(self, patch: Patch, word: str) -> Value:
        if word == "start":
            patch.how = "start"
            return Ref(patch.mock) if patch.mock is not None else None
        if word == "stop":
            self._seen.stops.append((self._function, patch.place))
        return None

    def _configure(self, ref: Ref, node: ast.Call) -> None:
        for keyword in node.keywords:
            self.value(keyword.value, Usage.STORED)
            if keyword.arg is not None:
                tell_dotted(ref, keyword.arg, keyword.value)
            elif isinstance(keyword.value, ast.Dict):
                tell_items(ref.mock, keyword.value, ref.path)
            else:
                ref.mock.unknown = True

    def _set_attribute(self, node: ast.Call) -> Value:
        """``setattr(object, name, value)``, or ``monkeypatch.setattr("shop.till.rate", value)``."""
        *targets, value = node.args
        if len(targets) == 1:
            given = self.value(value, Usage.STORED)
            if isinstance(given, Ref) and isinstance(targets[0], ast.Constant):
                self._escape(given, Way.PATCHED, str(targets[0].value), "", node)
            return None
        target, name = targets
        base = self.value(target, Usage.NONE)
        given = self.value(value, Usage.STORED)
        if isinstance(base, Ref):
            if isinstance(name, ast.Constant):
                tell_dotted(base, str(name.value), value)
            else:
                base.mock.unknown = True
        elif isinstance(given, Ref):
            word = str(name.value) if isinstance(name, ast.Constant) else ""
            written = f"{dotted(target)}.{word}" if dotted(target) and word else ""
            self._replace(written, given)
            made = base if isinstance(base, Made) else None
            self._escape(given, Way.ATTRIBUTE, word, word, value, made=made, written=written)
            if made is not None:
                self._hold(written, given)
        return None
