"""Mocks and patches, as the calls say that make them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import span_of
from bugcapture.scan.makers import MAKERS, patch_target
from bugcapture.scan.mocks import CALLED, Escape, Kind, Mock, Spec, Usage, Way
from bugcapture.scan.names import dotted
from bugcapture.scan.notes import Notes
from bugcapture.scan.telling import ANSWERS, tell, tell_dotted, tell_items
from bugcapture.scan.values import Patch, Ref

if TYPE_CHECKING:
    from bugcapture.scan.values import Value

_SETTINGS: Final = frozenset(
    {"spec", "spec_set", "name", "wraps", "unsafe", "new_callable", "autospec", "new", "create"}
)


class Making(Notes):
    """Reads the calls that make mocks and patches."""

    def _make(self, kind: Kind, node: ast.Call) -> Mock:
        mock = Mock(kind=kind, span=span_of(node), function=self._function)
        self._seen.mocks.append(mock)
        if node.args:
            self._read_spec(mock, node.args[0])
        for argument in node.args:
            self.value(argument, Usage.STORED)
        for keyword in node.keywords:
            value = self.value(keyword.value, Usage.STORED)
            self._read_keyword(mock, keyword, value)
        if kind is Kind.AUTOSPEC and mock.spec is Spec.NONE:
            mock.spec = Spec.UNKNOWN
        return mock

    def _read_keyword(self, mock: Mock, keyword: ast.keyword, value: Value) -> None:
        word = keyword.arg
        if word is None:
            if isinstance(keyword.value, ast.Dict):
                tell_items(mock, keyword.value)
            elif not self.handed_on or dotted(keyword.value) != self.handed_on:
                mock.unknown = True
            return
        mock.arguments[word] = keyword.value
        if word in ANSWERS:
            tell(Ref(mock), word, keyword.value)
            if isinstance(value, Ref):
                value.mock.answer_of.append((mock, (CALLED,)))
        elif word in {"spec", "spec_set"} or (word == "autospec" and not isinstance(keyword.value, ast.Constant)):
            self._read_spec(mock, keyword.value)
        elif word == "wraps":
            mock.own = mock.unknown = True
        elif word not in _SETTINGS:
            tell_dotted(Ref(mock), word, keyword.value)
            if isinstance(value, Ref) and not value.path:
                value.mock.belong_to(mock, (word,))

    def _read_spec(self, mock: Mock, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and node.value is None:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            mock.spec = Spec.NAMES
        elif isinstance(self.value(node, Usage.NONE), Ref):
            mock.spec = Spec.MOCK
        else:
            mock.spec_name = self._names.resolve(node)
            mock.spec = Spec.CLASS if mock.spec_name else Spec.UNKNOWN

    def _make_patch(self, name: str, node: ast.Call) -> Patch:
        patch = Patch(patch_target(name, node, self._names), node, span_of(node), function=self._function)
        if name.endswith(".object") and node.args:
            patch.known = self._is_imported(dotted(node.args[0]).partition(".")[0])
        self._patch_mock(name, node)
        self._seen.patches.append(patch)
        if name.endswith((".dict", ".multiple")):
            patch.gives = False
            for one in (*node.args, *(keyword.value for keyword in node.keywords)):
                self.value(one, Usage.STORED)
            return patch
        words = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        position = 2 if name.endswith(".object") else 1
        new = words.get("new") or (node.args[position] if len(node.args) > position else None)
        if new is not None:
            patch.gives = False
            value = self.value(new, Usage.STORED)
            if isinstance(value, Ref):
                self._escape(value, Way.PATCHED, patch.target if patch.known else "", "", new)
                patch.mock = value.mock
            return patch
        patch.mock = self._patched_mock(patch, words, node)
        return patch

    def _patch_mock(self, name: str, node: ast.Call) -> None:
        """A child of a mock may be what is patched: it is told something then."""
        base = self.value(node.args[0], Usage.NONE) if node.args else None
        if not isinstance(base, Ref):
            return
        attribute = node.args[1] if len(node.args) > 1 else None
        if name.endswith(".object") and isinstance(attribute, ast.Constant):
            base.mock.tell((*base.path, str(attribute.value)))
        else:
            base.mock.unknown = True

    def _patched_mock(self, patch: Patch, words: dict[str, ast.expr], node: ast.Call) -> Mock | None:
        callable_ = words.get("new_callable")
        kind = Kind.MAGIC
        if callable_ is not None:
            made = MAKERS.get(self._names.resolve(callable_).rpartition(".")[2])
            if made is None:
                return None
            kind = made
        mock = Mock(kind=kind, span=span_of(node), function=self._function, patched=patch.target)
        if "autospec" in words or callable_ is None:
            # `patch` looks at what it replaces: an asynchronous function becomes an AsyncMock.
            mock.spec = Spec.UNKNOWN if "autospec" in words else Spec.NONE
        for keyword in node.keywords:
            self._read_keyword(mock, keyword, self.value(keyword.value, Usage.STORED))
        self._seen.mocks.append(mock)
        target = patch.target if patch.known else ""
        mock.escapes.append(Escape(Way.PATCHED, target, "", (), span_of(node)))
        return mock
