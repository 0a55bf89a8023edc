"""Asynchronous mocks whose children answer as they do."""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import AsyncMock, MagicMock


class _Inheriting:
    """A mock that hands its answer on to the children that it makes."""

    def __init__(self, *args: Any, answer: dict[str, Any] | None = None, **kwargs: Any) -> None:
        # Before the mock itself, which makes children while it is made.
        self.__dict__["_bugcapture_answer"] = answer or {}
        super().__init__(*args, **kwargs)

    def _get_child_mock(self, /, **kwargs: Any) -> Any:
        """The child for an attribute or a call; `unittest.mock` decides whether it is asynchronous."""
        plain: Any = super()._get_child_mock(**kwargs)  # type: ignore[misc]
        name = str(kwargs.get("_new_name", ""))
        if name == "()" or (name.startswith("__") and name.endswith("__")):
            return plain
        answer = self.__dict__["_bugcapture_answer"]
        is_async = isinstance(plain, AsyncMock) or self._holds_object(name)
        kind = _InheritingAsyncMock if is_async else _InheritingMagicMock
        return _entering_itself(kind(answer=answer, **{**answer, **kwargs}))

    def _holds_object(self, name: str) -> bool:
        """Whether the spec has an object by this name and not a method: what it can do is not known."""
        spec = self.__dict__.get("_spec_class")
        member = inspect.getattr_static(spec, name, None) if spec is not None else None
        return spec is not None and not (callable(member) or isinstance(member, classmethod | staticmethod))


class _InheritingAsyncMock(_Inheriting, AsyncMock):
    """An asynchronous mock with an answer for its children."""


class _InheritingMagicMock(_Inheriting, MagicMock):
    """A synchronous mock with an answer for its children."""


def configured_async_mock(
    return_value: Any = None,
    *,
    spec: Any = None,
    side_effect: Any = None,
    name: str | None = None,
    **children: Any,
) -> AsyncMock:
    """An asynchronous mock with an answer, which its children give as well.

    ``await mock()``, ``await mock.any_method()`` and ``await mock.client.any_method()`` all give the answer, until
    a child is told another one: ``mock.get_user.return_value = alice``. ``async with mock as inner`` gives the
    mock itself, ``async with mock.client as inner`` that child, and exceptions pass through.

    Args:
        return_value: The answer.
        spec: A class, or an object of it: other attributes do not exist, and its synchronous methods give the
            answer without being awaited.
        side_effect: What a call does instead, as for any mock: an exception, a function, or a row of answers.
        name: What its ``repr`` shows.
        children: Attributes and settings of children, as for any mock: ``get_user=other_mock``, or
            ``**{"get_user.return_value": alice}``.

    Returns:
        The mock. It is an `unittest.mock.AsyncMock`, with all its assertions.
    """
    answer: dict[str, Any] = {"return_value": return_value}
    if side_effect is not None:
        answer["side_effect"] = side_effect
    mock = _InheritingAsyncMock(answer=answer, spec=spec, name=name, **answer)
    _entering_itself(mock).configure_mock(**children)
    return mock


def _entering_itself(mock: Any) -> Any:
    """A mock that a block gives as it is, and through which exceptions pass."""
    if hasattr(mock, "__aenter__"):  # A spec may be no context manager.
        mock.__aenter__.return_value = mock
        mock.__aexit__.return_value = False
    return mock


def configured_async_mock_deny(*, spec: Any = None, name: str | None = None, **children: Any) -> AsyncMock:
    """An asynchronous mock that says no: it and all its children await to False.

    Args:
        spec: See `configured_async_mock`.
        name: See `configured_async_mock`.
        children: See `configured_async_mock`.
    """
    return configured_async_mock(False, spec=spec, name=name, **children)


def configured_async_mock_raise(
    exception: BaseException | type[BaseException], *, spec: Any = None, name: str | None = None, **children: Any
) -> AsyncMock:
    """An asynchronous mock that fails: calling it, or any of its children, raises.

    A child is told to answer by ``mock.ping.side_effect = None`` and ``mock.ping.return_value = "pong"``.

    Args:
        exception: What is raised.
        spec: See `configured_async_mock`.
        name: See `configured_async_mock`.
        children: See `configured_async_mock`.
    """
    return configured_async_mock(None, spec=spec, side_effect=exception, name=name, **children)
