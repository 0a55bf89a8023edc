"""Find an object by its dotted name, and put a visit in front of it for a while."""

from __future__ import annotations

import builtins
import functools
import importlib
import inspect
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import RaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Window = Callable[[], AbstractContextManager[None]]

_NAME_HINT: Final = 'write "package.module.name" or "package.module:name"'


def find_object(name: str) -> object:
    """The object with this name.

    Args:
        name: ``package.module.name``, or ``package.module:name`` with further ``.attributes``.

    Returns:
        The object.

    Raises:
        RaceError: The name is malformed, cannot be imported, or there is no such attribute.
    """
    owner, attribute = _locate(name)
    return _attribute(owner, attribute, name)


@contextmanager
def guarded(name: str, window: Window) -> Iterator[None]:
    """Run every call of the named object inside ``window()``, until the block ends.

    Args:
        name: The object, by the name under which it is looked up; see `find_object`. A built-in that a
            module uses counts as a name of that module.
        window: Makes the context manager for one call.

    Raises:
        RaceError: There is no such object, it is not callable, or it cannot be replaced.
    """
    owner, attribute = _locate(name)
    original = _original(owner, attribute, name)
    restore = _restorer(owner, attribute, original)
    try:
        setattr(owner, attribute, _StandIn(original, window))
    except Exception as error:
        raise RaceError(
            f"the meeting point {name!r} cannot be replaced: {error}",
            hint="name the function where your module looks it up, not where it is defined",
        ) from error
    try:
        yield
    finally:
        restore()


class _StandIn:
    """Stands for a callable: a call opens a window, everything else goes to the original.

    It binds as the original does, so it also stands for methods of every kind; and a class keeps its
    ``isinstance`` and ``issubclass`` tests and can still be the base in a class statement.
    """

    def __init__(self, original: Any, window: Window) -> None:
        # `__wrapped__` is what `inspect.signature` follows.
        vars(self).update(__wrapped__=original, _window=window)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._window():
            return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> _StandIn:
        if not hasattr(type(self.__wrapped__), "__get__"):
            return self
        return _StandIn(self.__wrapped__.__get__(instance, owner), self._window)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.__wrapped__, name, value)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self.__wrapped__)

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, self.__wrapped__)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.__wrapped__,)


def _original(owner: object, attribute: str, name: str) -> Any:
    if isinstance(owner, ModuleType) and not hasattr(owner, attribute) and hasattr(builtins, attribute):
        return getattr(builtins, attribute)
    found = _attribute(owner, attribute, name)
    if not callable(found):
        raise RaceError(
            f"the meeting point {name!r} is not callable: it is of type {type(found).__name__}",
            hint="name a function, a class or a method that is called inside the window",
        )
    # In a class the bound form would be wrong for its subclasses and instances.
    return inspect.getattr_static(owner, attribute, found) if isinstance(owner, type) else found


def _restorer(owner: object, attribute: str, original: object) -> Callable[[], None]:
    own = getattr(owner, "__dict__", {})
    if attribute in own:
        return functools.partial(setattr, owner, attribute, own[attribute])
    if inspect.isdatadescriptor(inspect.getattr_static(type(owner), attribute, None)):  # a slot
        return functools.partial(setattr, owner, attribute, original)
    return functools.partial(delattr, owner, attribute)


def _locate(name: str) -> tuple[object, str]:
    module_name, colon, path = name.partition(":")
    parts = [*module_name.split("."), *(path.split(".") if colon else ())]
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):  # noqa: PLR2004 - a module and a name
        raise RaceError(f"{name!r} is not the name of an object", hint=_NAME_HINT)
    if colon:
        owner: object = _import(module_name, name)
        if owner is None:
            raise RaceError(f"{name!r} cannot be found: there is no module {module_name!r}", hint=_NAME_HINT)
        inner = path.split(".")
    else:
        owner, inner = _import_longest(parts, name)
    for part in inner[:-1]:
        owner = _attribute(owner, part, name)
    return owner, inner[-1]


def _import_longest(parts: list[str], name: str) -> tuple[object, list[str]]:
    for end in range(len(parts) - 1, 0, -1):
        module = _import(".".join(parts[:end]), name)
        if module is not None:
            return module, parts[end:]
    raise RaceError(
        f"{name!r} cannot be found: there is no module {parts[0]!r}",
        hint="check the spelling, and that the tests run where the package can be imported",
    )


def _import(module_name: str, name: str) -> ModuleType | None:
    """The module; None when there is none of that name, which differs from one that fails to import."""
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            return None
        raise _import_failed(module_name, name, error) from error
    except (Exception, SystemExit) as error:
        raise _import_failed(module_name, name, error) from error


def _import_failed(module_name: str, name: str, error: BaseException) -> RaceError:
    return RaceError(
        f"{name!r} cannot be found: the import of {module_name!r} failed with {type(error).__name__}: {error}"
    )


def _attribute(owner: object, attribute: str, name: str) -> Any:
    try:
        return getattr(owner, attribute)
    except AttributeError as error:
        kind = "module" if isinstance(owner, ModuleType) else "class" if isinstance(owner, type) else "object"
        place = getattr(owner, "__name__", type(owner).__name__)
        raise RaceError(
            f"{name!r} cannot be found: the {kind} {place} has no attribute {attribute!r}", hint=_NAME_HINT
        ) from error
