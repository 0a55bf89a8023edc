"""A stand-in for SQLAlchemy's AsyncSession: what is synchronous stays so, what is not can be awaited."""

from __future__ import annotations

import inspect
from typing import Any, Final
from unittest.mock import AsyncMock, MagicMock

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


def async_session_mock(**results: Any) -> MagicMock:
    """A mock of SQLAlchemy's ``AsyncSession``.

    ``await session.execute(…)`` gives a synchronous result, whose ``scalars().all()`` is an empty list and whose
    ``scalar_one_or_none()``, ``first()`` and their like are None, until they are told something else. ``add`` and
    the other synchronous methods are called without being awaited. ``async with session`` and ``async with
    session.begin()`` work, and let exceptions through. ``await session.run_sync(function, …)`` calls the function
    with a synchronous session.

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
        transaction = MagicMock(name=f"session.{name}()")
        transaction.__aenter__.return_value = transaction
        transaction.__aexit__.return_value = False
        for method in ("commit", "rollback", "close"):
            setattr(transaction, method, AsyncMock(return_value=None))
        getattr(session, name).return_value = transaction
    for name in ("commit", "rollback", "flush", "refresh", "close", "delete", "invalidate", "get", "scalar"):
        getattr(session, name).return_value = None
    session.merge.side_effect = _first
    session.execute.return_value = _result()
    session.scalars.return_value = _scalars()
    for name in ("in_transaction", "in_nested_transaction", "is_modified"):
        getattr(session, name).return_value = False
    synchronous = MagicMock(name="session.sync_session")
    session.sync_session = synchronous

    async def run_sync(function: Any, *args: Any, **kwargs: Any) -> Any:
        return function(synchronous, *args, **kwargs)

    session.run_sync.side_effect = run_sync
    for name, value in results.items():
        method = getattr(session, name)
        method.side_effect = None
        method.return_value = value
    return session


def _first(instance: Any, *_: Any, **__: Any) -> Any:
    return instance


def _result() -> MagicMock:
    """What ``await session.execute(…)`` gives: a result without rows."""
    result = _scalars()
    result.scalars.return_value = _scalars()
    result.mappings.return_value = _scalars()
    result.scalar.return_value = result.scalar_one_or_none.return_value = None
    result.rowcount = 0
    return result


def _scalars() -> MagicMock:
    rows = MagicMock()
    rows.all.return_value = rows.fetchall.return_value = []
    rows.first.return_value = rows.one_or_none.return_value = rows.fetchone.return_value = None
    rows.unique.return_value = rows
    rows.__iter__.side_effect = lambda: iter(())
    return rows


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
