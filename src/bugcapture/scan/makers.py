"""The names in `unittest.mock`, and in libraries like it, that make mocks and patches."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.mocks import Kind

if TYPE_CHECKING:
    from bugcapture.scan.names import Names

_MODULES: Final = ("unittest.mock", "mock", "mocker", "asynctest", "asyncmock")
MAKERS: Final[dict[str, Kind]] = {
    "AsyncMock": Kind.ASYNC,
    "CoroutineMock": Kind.ASYNC,
    "MagicMock": Kind.MAGIC,
    "NonCallableMagicMock": Kind.MAGIC,
    "Mock": Kind.MOCK,
    "NonCallableMock": Kind.MOCK,
    "create_autospec": Kind.AUTOSPEC,
}
_PATCHES: Final = frozenset({"patch", "object", "dict", "multiple"})


def maker_of(name: str) -> Kind | None:
    """What a call of something makes; None where that is no mock.

    Args:
        name: Its full name.
    """
    module, _, last = name.rpartition(".")
    return MAKERS.get(last) if module in _MODULES or not module else None


def is_patch(name: str) -> bool:
    """Whether something is `patch`, or one of its kinds, of `unittest.mock` or of pytest-mock.

    Args:
        name: Its full name.
    """
    parts = name.split(".")
    if parts[-1] not in _PATCHES or "patch" not in parts:
        return False
    at = parts.index("patch")
    above = ".".join(parts[:at])
    return above in _MODULES or above.endswith("mocker") or not above


def patch_target(name: str, node: ast.Call, names: Names) -> str:
    """What a call of `patch` replaces; empty where that is not written there.

    Args:
        name: The full name of what is called.
        node: The call.
        names: What names stand for around it.
    """
    if not node.args:
        return ""
    first = node.args[0]
    if name.endswith(".object"):
        owner = names.resolve(first)
        attribute = node.args[1] if len(node.args) > 1 else None
        if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str) and owner:
            return f"{owner}.{attribute.value}"
        return ""
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
