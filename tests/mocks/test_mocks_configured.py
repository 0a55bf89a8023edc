"""Mocks that answer as they were told to, all the way down."""

from __future__ import annotations

import asyncio
import inspect
from typing import Self
from unittest.mock import AsyncMock, MagicMock, call

import pytest

from bugcapture.mocks import configured_async_mock, configured_async_mock_deny, configured_async_mock_raise


class Permissions:
    """What is stood in for: asynchronous and synchronous methods, and an object inside."""

    async def check_permission(self, user: str) -> bool:
        raise NotImplementedError

    def is_known(self, user: str) -> bool:
        raise NotImplementedError

    @property
    def client(self) -> Permissions:
        return self


class Session(Permissions):
    """The same as a context manager."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


def run(coroutine):
    """What a coroutine returns."""
    return asyncio.run(coroutine)


@pytest.mark.parametrize("spec", [None, Permissions, Permissions()])
def test_denial_reaches_the_children(spec):
    """The guard that asks a child is told no, with and without a spec."""
    mock = configured_async_mock_deny(spec=spec)

    async def guard():
        return "granted" if await mock.check_permission(user="alice") else "denied"

    assert run(guard()) == "denied"
    assert run(mock.check_permission(user="alice")) is False
    mock.check_permission.assert_awaited_with(user="alice")


def test_a_plain_mock_grants_what_was_denied():
    """What these mocks are for: the parent's answer is not the child's."""
    plain = AsyncMock(return_value=False)  # bugcapture: ignore[MK102, MK103] it is what this test shows

    async def guard():
        return bool(await plain.check_permission(user="alice"))

    assert run(guard()) is True
    assert run(configured_async_mock_deny().check_permission(user="alice")) is False


def test_the_mock_itself_answers():
    """Calling it is answered as calling a child."""
    assert run(configured_async_mock_deny()()) is False
    assert run(configured_async_mock(7)()) == 7
    assert run(configured_async_mock()()) is None


def test_the_answer_survives_attribute_chains():
    """However deep."""
    mock = configured_async_mock_deny()
    assert run(mock.client.tuples.v1.check()) is False


def test_the_answer_survives_a_spec_on_the_way():
    """Attributes of a spec'd mock are mocks with the same answer."""
    mock = configured_async_mock_deny(spec=Permissions)
    assert run(mock.client.check_permission()) is False


def test_the_answer_survives_async_with():
    """Inside the block is the mock itself, and exceptions come through."""
    for mock in (configured_async_mock_deny(), configured_async_mock_deny(spec=Session)):

        async def guard(mock=mock):
            async with mock as inner:
                assert inner is mock
                return await inner.check_permission(user="alice")

        async def fail(mock=mock):
            async with mock:
                raise LookupError("inside")

        assert run(guard()) is False
        with pytest.raises(LookupError, match="inside"):
            run(fail())


def test_a_spec_keeps_what_does_not_exist_away():
    """Misspelt methods are no methods, and synchronous ones are not awaited."""
    mock = configured_async_mock_deny(spec=Permissions)
    with pytest.raises(AttributeError):
        _ = mock.chek_permission
    assert mock.is_known("alice") is False
    assert not inspect.iscoroutinefunction(mock.is_known)
    assert not hasattr(mock, "__aenter__")


def test_a_child_can_be_told_another_answer():
    """Before or while the mock is made; the others keep the common one."""
    mock = configured_async_mock(False, **{"get_user.return_value": "alice"}, limit=5)
    mock.count.return_value = 3
    assert run(mock.get_user()) == "alice"
    assert run(mock.count()) == 3
    assert mock.limit == 5
    assert run(mock.check_permission()) is False


def test_what_a_child_returned_is_told_in_one_place():
    """A child that gives another mock hands its own answer on, as mocks do."""
    mock = configured_async_mock(None)
    mock.client.return_value = configured_async_mock_deny()

    async def ask():
        return await (await mock.client()).check_permission()

    assert run(ask()) is False


@pytest.mark.parametrize("exception", [PermissionError, PermissionError("no")])
def test_failure_reaches_the_children(exception):
    """Every call raises, on the way down as well."""
    mock = configured_async_mock_raise(exception)
    for method in (mock, mock.check_permission, mock.client.tuples.check):
        with pytest.raises(PermissionError):
            run(method(user="alice"))


def test_failure_of_synchronous_methods():
    """Which raise at once."""
    mock = configured_async_mock_raise(PermissionError, spec=Permissions)
    with pytest.raises(PermissionError):
        mock.is_known("alice")


def test_one_child_can_be_told_to_answer_among_failures():
    """As the documentation says."""
    mock = configured_async_mock_raise(ConnectionError)
    mock.ping.side_effect = None
    mock.ping.return_value = "pong"
    assert run(mock.ping()) == "pong"
    with pytest.raises(ConnectionError):
        run(mock.other())


def test_a_row_of_answers():
    """``side_effect`` may be a function, for the mock and for its children."""
    mock = configured_async_mock(side_effect=lambda number: number + 1)
    assert run(mock(1)) == 2
    assert run(mock.inc(2)) == 3


def test_they_are_mocks():
    """All assertions, names and calls are those of `unittest.mock`."""
    mock = configured_async_mock_deny(name="openfga")
    assert isinstance(mock, AsyncMock)
    assert isinstance(mock.check, AsyncMock)
    assert "openfga" in repr(mock)
    run(mock.check(1))
    run(mock.client.check(2))
    assert mock.mock_calls == [call.check(1), call.client.check(2)]
    mock.reset_mock()
    assert mock.mock_calls == []
    assert run(mock.check(1)) is False


def test_resetting_answers_goes_back_to_plain_mocks_only_when_asked():
    """``reset_mock(return_value=True)`` forgets the answer of the mock itself, as for any mock."""
    mock = configured_async_mock_deny()
    mock.reset_mock(return_value=True)
    assert run(mock.other()) is False


def test_a_synchronous_child_of_a_spec_hands_the_answer_on():
    """A mock inside a synchronous mock answers as well."""
    mock = configured_async_mock_deny(spec=Permissions)
    assert isinstance(mock.is_known, MagicMock)
    assert mock.is_known.something() is False


@pytest.mark.tdd_bug(1002)
def test_denial_reaches_what_a_child_enters():
    """#1002: a block over a child gives the child, which denies as all others do."""
    mock = configured_async_mock_deny()

    async def ask():
        async with mock.session as session, mock.pool.connection as connection, session.nested as nested:
            return [
                await session.check_permission("alice"),
                await connection.check_permission("alice"),
                await nested.check_permission("alice"),
            ]

    assert all(one is False for one in run(ask()))


@pytest.mark.tdd_bug(1002)
def test_an_exception_reaches_what_a_child_enters():
    """#1002: so does one that fails; what goes wrong in the block is not lost."""
    mock = configured_async_mock_raise(ConnectionError)

    async def ask():
        async with mock.session as session:
            await session.execute("select 1")

    async def outcome():
        return await asyncio.gather(ask(), return_exceptions=True)

    assert [type(one) for one in run(outcome())] == [ConnectionError]
