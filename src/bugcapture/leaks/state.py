"""The state of a process that tests share, as values that can be compared."""

from __future__ import annotations

import itertools
import logging
import operator
import os
import sys
import threading
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from bugcapture.core.program import is_program
from bugcapture.leaks.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.leaks.versions import Version

# Variables that test runners set for every test.
_OF_RUNNERS: Final = ("PYTEST_", "BUGCAPTURE_", "BEHAVE_", "COV_CORE_", "COVERAGE_")
_REPLACEABLE: Final = (types.FunctionType, types.BuiltinFunctionType, type, types.ModuleType)
_ABSENT: Final = object()
Key = tuple[str, str]


@dataclass(slots=True)
class State:
    """One look at the process.

    Attributes:
        values: By kind and name what is there; two looks are compared by equality.
        variables: The environment, as it is kept.
        modules: For each module of the project its names and what they stand for, compared by identity. Looks
            share what is the same, so it is never changed in place.
    """

    values: dict[Key, Any] = field(default_factory=dict)
    variables: dict[Any, Any] = field(default_factory=dict)
    modules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Watcher:
    """Looks at the process.

    Args:
        root: The folder of the project, whose modules are looked into.
        filters: Whether to look at the filters of warnings.
    """

    def __init__(self, root: Path, *, filters: bool = True) -> None:
        self._root = root.resolve()
        self._filters = filters
        self._count = 0
        self._known: set[str] = set()
        self._live: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._versions: list[Version] = []
        self._seen: list[Any] = []

    def look(self) -> State:
        """The state as it is now."""
        state = State()
        values = state.values
        # The dictionary behind it, because decoding every variable takes longer than all the rest.
        state.variables = dict(getattr(os.environ, "_data", os.environ))
        values["working directory", ""] = _working_directory()
        values["sys.path", ""] = list(sys.path)
        if self._filters:
            values["warning filters", ""] = list(warnings.filters)
        for patch in getattr(mock._patch, "_active_patches", ()):  # noqa: SLF001 - nothing public knows them
            values["patch", f"{_target(patch)} #{id(patch)}"] = True
        for thread in threading.enumerate():
            values["thread", f"{thread.name} #{thread.ident}"] = True
        values["logging handlers", "root"] = _handlers(logging.root)
        for name, logger in list(logging.root.manager.loggerDict.items()):
            if isinstance(logger, logging.Logger) and logger.handlers:
                values["logging handlers", name] = _handlers(logger)
        if len(sys.modules) != self._count:
            self._find_modules()
        self._refresh()
        state.modules = self._kept
        return state

    def _find_modules(self) -> None:
        """See which modules were imported since then."""
        self._count = len(sys.modules)
        for name, module in list(sys.modules.items()):
            if name not in self._known:
                self._known.add(name)
                if self._is_ours(module):
                    self._live[name] = vars(module)
                    plain = isinstance(module, types.ModuleType)
                    self._versions.append(version_of(self._live[name], plain=plain))

    def _refresh(self) -> None:
        """Copy what is not as it was at the last look."""
        seen = [version.value for version in self._versions]
        if _equal(seen, self._seen):
            return
        changed = {
            name: live.copy()
            for (name, live), old, new in itertools.zip_longest(self._live.items(), self._seen, seen)
            if not _equal(old, new) and not _same(self._kept.get(name, {}), live)
        }
        self._kept = {**self._kept, **changed}
        self._seen = seen

    def _is_ours(self, module: Any) -> bool:
        """Whether a module is a part of the project, and no test of it."""
        file = getattr(module, "__file__", None)
        if not isinstance(file, str):
            return False
        path = Path(file).resolve()
        return path.is_relative_to(self._root) and is_program(path.relative_to(self._root).parts)


def differences(before: State, after: State) -> dict[Key, tuple[Any, Any]]:
    """What is not as it was.

    Args:
        before: An earlier look.
        after: A later one.

    Returns:
        By kind and name what was there and what is; a value that is not there is `ABSENT`. Of modules only what
        was replaced counts: a name that stood for a function, a class or a module, or stands for a mock.
    """
    found = {
        ("variable", os.fsdecode(name)): pair for name, pair in _changed(before.variables, after.variables).items()
    }
    found |= _changed(before.values, after.values)
    for name, old_names in before.modules.items() if before.modules is not after.modules else ():
        new_names = after.modules.get(name)
        if new_names is not None and new_names is not old_names:
            for attribute, value in old_names.items():
                now = new_names.get(attribute, _ABSENT)
                if now is not value and (isinstance(value, _REPLACEABLE) or isinstance(now, mock.NonCallableMock)):
                    found["attribute", f"{name}.{attribute}"] = (value, now)
    return found


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> dict[Any, tuple[Any, Any]]:
    if before == after:
        return {}
    pairs = {key: (before.get(key, _ABSENT), after.get(key, _ABSENT)) for key in {**before, **after}}
    return {key: (old, new) for key, (old, new) in pairs.items() if old is _ABSENT or new is _ABSENT or old != new}


def _equal(old: Any, new: Any) -> bool:
    try:
        return bool(old == new)  # What is identical is not asked.
    except Exception:  # noqa: BLE001 - the code of somebody's object
        return False


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return len(old) == len(new) and all(map(operator.is_, old.values(), new.values()))


def update(state: State, changes: Mapping[Key, tuple[Any, Any]], *, back: bool = False) -> None:
    """Take changes over into a look, so that they are not seen again.

    Args:
        state: The look.
        changes: What `differences` has found.
        back: Whether to take them back instead.
    """
    for key, (old, new) in changes.items():
        value = old if back else new
        kind, name = key
        if kind == "variable":
            raw = os.fsencode(name) if isinstance(next(iter(state.variables), b""), bytes) else name
            _put(state.variables, raw, value)
        elif kind == "attribute":
            module, _, attribute = name.rpartition(".")
            names = dict(state.modules.get(module, {}))
            _put(names, attribute, value)
            state.modules = {**state.modules, module: names}
        else:
            _put(state.values, key, value)


def _put(values: dict[Any, Any], key: Any, value: Any) -> None:
    if value is _ABSENT:
        values.pop(key, None)
    else:
        values[key] = value


def describe(changes: Mapping[Key, tuple[Any, Any]]) -> list[str]:
    """Changes in words, one line each; values of variables may be secret and are not shown.

    Args:
        changes: What `differences` has found.
    """
    counted = [(key, pair) for key, pair in changes.items() if _counts(*key, pair[1])]
    return sorted(_describe(*key, *pair) for key, pair in counted)


def _counts(kind: str, name: str, new: Any) -> bool:
    """Whether it is left behind: a thread or a patch that has ended is not, nor what runners set for each test."""
    if kind == "variable" and name.startswith(_OF_RUNNERS):
        return False
    return not (kind in {"thread", "patch"} and new is _ABSENT)


def _describe(kind: str, name: str, old: Any, new: Any) -> str:
    name = name.partition(" #")[0]
    if kind == "variable":
        how = "is set" if old is _ABSENT else "is gone" if new is _ABSENT else "is changed"
        return f"the variable {name} {how}"
    if kind == "working directory":
        return f"the working directory is {new}"
    if kind == "patch":
        return f"the patch of {name} is not stopped"
    if kind == "thread":
        return f"the thread {name} still runs"
    if kind == "attribute":
        return f"{name} is {'gone' if new is _ABSENT else 'replaced'}"
    if kind == "logging handlers":
        return f"the handlers of the logger {name} are others"
    return f"{kind}: {_lists(old, new)}"


def _lists(old: list[Any], new: list[Any]) -> str:
    more = sum(one not in old for one in new)
    fewer = sum(one not in new for one in old)
    if not more and not fewer:
        return "another order"
    return ", ".join(part for part in (f"{more} more" if more else "", f"{fewer} fewer" if fewer else "") if part)


def _target(patch: Any) -> str:
    attribute = str(getattr(patch, "attribute", ""))
    if not attribute:
        return "a dictionary"
    try:
        owner = patch.target if hasattr(patch, "target") else patch.getter()
    except Exception:  # noqa: BLE001 - the code of a test
        return attribute
    return f"{getattr(owner, '__name__', type(owner).__name__)}.{attribute}"


def _handlers(logger: logging.Logger) -> list[logging.Handler]:
    """Its handlers, without those that pytest adds for the time of a phase."""
    return [one for one in logger.handlers if not type(one).__module__.startswith("_pytest.")]


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - faster, and asked at every look
    except OSError:
        return "gone"
