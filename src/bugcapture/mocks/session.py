"""A stand-in for SQLAlchemy's AsyncSession: what is synchronous stays so, what is not can be awaited."""

from __future__ import annotations

import functools
import inspect
from enum import Enum
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import DEFAULT, AsyncMock, MagicMock, NonCallableMock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# Of SQLAlchemy 2.1, for environments without it.
_ASYNC: Final = (
    "aclose", "close", "commit", "connection", "delete", "execute", "flush", "get", "get_one", "invalidate",
    "merge", "refresh", "rollback", "run_sync", "scalar", "scalars", "stream", "stream_scalars",
)  # fmt: skip
_SYNC: Final = (
    "add", "add_all", "begin", "begin_nested", "expire", "expire_all", "expunge", "expunge_all", "get_bind",
    "get_nested_transaction", "get_transaction", "in_nested_transaction", "in_transaction", "is_modified",
)  # fmt: skip
_ATTRIBUTES: Final = (
    "autoflush", "bind", "dirty", "deleted", "identity_map", "info", "is_active", "new", "no_autoflush",
)  # fmt: skip
# What is asynchronous of a streamed result.
_STREAMED: Final = (
    "all", "close", "fetchall", "fetchmany", "fetchone", "first", "one", "one_or_none", "scalar", "scalar_one",
    "scalar_one_or_none",
)  # fmt: skip
_NO_ROW: Final = "No row was found when one was required"


class _Nothing(Enum):
    """The answer of what was told none; a copy of it is the same."""

    NOTHING = 0


def async_session_mock(**results: Any) -> MagicMock:
    """A mock of SQLAlchemy's ``AsyncSession``.

    ``await session.execute(…)`` gives a synchronous result, whose ``scalars().all()`` is an empty list and whose
    ``scalar_one_or_none()``, ``first()`` and their like are None, until they are told something else; ``one()``
    and ``scalar_one()`` raise SQLAlchemy's ``NoResultFound`` until then. What ``stream`` gives is the same, and
    asynchronous. ``add`` and the other synchronous methods are called without being awaited. ``async with
    session``, ``async with session.begin()`` and ``await session.begin()`` work, and let exceptions through.
    ``await session.run_sync(function, …)`` calls the function with a synchronous session.

    Args:
        results: What methods give: ``get=alice`` for ``await session.get(…)``, ``scalar=3``.

    Returns:
        The mock; other attributes than those of a session do not exist.

    Raises:
        AttributeError: If a session has no such method.
    """
    session = MagicMock(spec=_session_class())
    session.__aenter__.return_value = session
    session.__aexit__.return_value = False
    for name in ("begin", "begin_nested"):
        transaction = _Transaction(name=f"session.{name}()")
        transaction.__aenter__.return_value = transaction
        transaction.__aexit__.return_value = False
        for method in ("commit", "rollback", "close"):
            setattr(transaction, method, AsyncMock(return_value=None))
        transaction.start = AsyncMock(return_value=transaction)
        getattr(session, name).return_value = transaction
    for name in ("commit", "rollback", "flush", "refresh", "close", "delete", "invalidate", "get", "scalar"):
        getattr(session, name).return_value = None
    session.merge.side_effect = _first
    session.execute.return_value = _result(_rows)
    session.scalars.return_value = _rows()
    session.stream.return_value = _result(_streamed_rows)
    session.stream_scalars.return_value = _streamed_rows()
    session.new = session.dirty = session.deleted = ()
    for name in ("in_transaction", "in_nested_transaction", "is_modified"):
        getattr(session, name).return_value = False
    synchronous = MagicMock(name="session.sync_session")
    session.sync_session = synchronous

    async def run_sync(function: Any, *args: Any, **kwargs: Any) -> Any:
        return function(synchronous, *args, **kwargs)

    session.run_sync.side_effect = run_sync
    for name, value in results.items():
        method = getattr(session, name)
        if isinstance(method, NonCallableMock):
            method.side_effect = None
            method.return_value = value
        else:
            setattr(session, name, value)
    return session


def _first(instance: Any, *_: Any, **__: Any) -> Any:
    return instance


class _Transaction(MagicMock):
    """What `begin` gives: a block can be over it, and it can be awaited."""

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from ()
        return self

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        child = super()._get_child_mock(**kwargs)
        return MagicMock(**kwargs) if isinstance(child, _Transaction) else child


def _result(make_rows: Callable[[], MagicMock]) -> MagicMock:
    """What ``await session.execute(…)`` gives, or ``stream``: a result without rows."""
    result = make_rows()
    result.scalars.return_value = make_rows()
    result.mappings.return_value = make_rows()
    result.tuples.return_value = result
    result.scalar.return_value = result.scalar_one_or_none.return_value = None
    _raise_until_told(result.scalar_one)
    result.rowcount = 0
    return result


def _rows() -> MagicMock:
    rows = _tell_no_rows(MagicMock())
    rows.__iter__.side_effect = lambda: iter(())
    rows.partitions.return_value = ()
    return rows


def _streamed_rows() -> MagicMock:
    awaited = {name: AsyncMock() for name in _STREAMED}
    rows = _tell_no_rows(MagicMock(**awaited))
    rows.__aiter__.return_value = ()
    rows.partitions.return_value.__aiter__.return_value = ()
    rows.close.return_value = None
    return rows


def _tell_no_rows(rows: MagicMock) -> MagicMock:
    for name in ("all", "fetchall", "fetchmany"):
        getattr(rows, name).return_value = []
    for name in ("first", "one_or_none", "fetchone"):
        getattr(rows, name).return_value = None
    _raise_until_told(rows.one)
    for name in ("unique", "yield_per"):
        getattr(rows, name).return_value = rows
    return rows


def _raise_until_told(method: MagicMock) -> None:
    method.return_value = _Nothing.NOTHING
    method.side_effect = functools.partial(_one, method)


def _one(method: MagicMock, *_: Any, **__: Any) -> Any:
    if method.return_value is not _Nothing.NOTHING:
        return DEFAULT
    try:
        from sqlalchemy.exc import NoResultFound  # noqa: PLC0415 - an environment may do without it
    except ImportError:
        raise LookupError(_NO_ROW) from None
    raise NoResultFound(_NO_ROW)


def _session_class() -> Any:
    try:
        from sqlalchemy.ext.asyncio import AsyncSession  # noqa: PLC0415 - an environment may do without it
    except ImportError:
        return _make_stand_in()
    return AsyncSession


def _make_stand_in() -> type:
    """A class with the methods of a session."""

    async def awaited(*_: Any, **__: Any) -> None: ...

    def called(*_: Any, **__: Any) -> None: ...

    members: dict[str, Any] = dict.fromkeys((*_ASYNC, "__aenter__", "__aexit__"), awaited)
    members |= dict.fromkeys(_SYNC, called) | dict.fromkeys((*_ATTRIBUTES, "sync_session"), None)
    members["__contains__"] = members["__iter__"] = called
    assert inspect.iscoroutinefunction(awaited)  # noqa: S101 - `unittest.mock` asks the same
    return type("AsyncSession", (), members)
