"""The stand-in for SQLAlchemy's AsyncSession."""

from __future__ import annotations

import asyncio
import copy
import inspect
import sys

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from bugcapture.mocks import async_session_mock
from bugcapture.mocks.session import _ASYNC, _ATTRIBUTES, _SYNC

WITHOUT = pytest.param(True, id="without SQLAlchemy")
WITH = pytest.param(False, id="with SQLAlchemy")


@pytest.fixture(params=[WITH, WITHOUT])
def session(request, monkeypatch):
    """The mock, in an environment with and without SQLAlchemy."""
    if request.param:
        monkeypatch.setitem(sys.modules, "sqlalchemy.ext.asyncio", None)
    return async_session_mock()


def run(coroutine):
    """What a coroutine returns."""
    return asyncio.run(coroutine)


@pytest.mark.parametrize("name", _ASYNC)
def test_what_is_asynchronous_can_be_awaited(session, name):
    """Every asynchronous method of a session."""
    outcome = getattr(session, name)(lambda *_: None)
    assert inspect.isawaitable(outcome)
    run(_finish(outcome))


@pytest.mark.parametrize("name", _SYNC)
def test_what_is_synchronous_is_not(session, name):
    """Every synchronous one; ``add`` leaves no coroutine that nobody awaits."""
    assert not inspect.iscoroutine(getattr(session, name)(object()))


def test_the_lists_are_those_of_the_installed_sqlalchemy():
    """So that the mock is right where SQLAlchemy is missing."""
    for name in (*_ASYNC, *_SYNC, *_ATTRIBUTES):
        if name != "aclose" or hasattr(AsyncSession, "aclose"):
            assert hasattr(AsyncSession, name) or name in {"bind", "autoflush", "info", "identity_map"}, name
    for name in _ASYNC:
        member = inspect.getattr_static(AsyncSession, name, None)
        assert member is None or inspect.iscoroutinefunction(member), name
    for name in _SYNC:
        assert not inspect.iscoroutinefunction(inspect.getattr_static(AsyncSession, name)), name


def test_results_without_rows(session):
    """Nothing was told: there are no rows, and no truthy mocks in their place."""
    result = run(session.execute("select 1"))
    assert result.scalars().all() == []
    assert result.scalars().first() is None
    assert result.scalar_one_or_none() is None
    assert result.scalar() is None
    assert result.first() is None
    assert result.all() == result.fetchall() == list(result) == []
    assert result.unique().mappings().all() == []
    assert result.rowcount == 0
    assert run(session.scalars("select 1")).all() == []
    assert run(session.scalar("select 1")) is None
    assert run(session.get(object, 1)) is None


def test_results_that_are_told():
    """By name when the mock is made, or later as for any mock."""
    session = async_session_mock(get="alice", scalar=3)
    session.execute.return_value.scalars.return_value.all.return_value = ["a", "b"]
    assert run(session.get(object, 1)) == "alice"
    assert run(session.scalar("select 1")) == 3
    assert run(session.execute("x")).scalars().all() == ["a", "b"]
    with pytest.raises(AttributeError):
        async_session_mock(fetch=1)


def test_context_managers_are_right(session):
    """The session itself, its transactions, and exceptions through both."""

    async def work():
        async with session as inner, session.begin() as outer, session.begin_nested():
            assert inner is session
            session.add(object())
            await outer.commit()
        async with session.begin():
            raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        run(work())
    session.begin_nested.assert_called_once_with()


def test_what_a_session_knows_of_itself(session):
    """It is in no transaction, and merging gives the object back."""
    assert session.in_transaction() is False
    assert session.in_nested_transaction() is False
    assert run(session.merge("it")) == "it"


def test_synchronous_code_runs_in_a_synchronous_session(session):
    """``run_sync`` calls the function."""
    assert run(session.run_sync(lambda inner, number: (inner, number), 4)) == (session.sync_session, 4)


def test_what_a_session_has_not_does_not_exist(session):
    """A misspelt method is an error and no mock."""
    with pytest.raises(AttributeError):
        _ = session.comit


async def _finish(awaitable):
    return await awaitable


@pytest.mark.tdd_bug(1003)
@pytest.mark.parametrize("name", ["begin", "begin_nested"])
def test_a_transaction_can_be_awaited(session, name):
    """#1003: as that of a session can, with what it gives."""

    async def use():
        transaction = await getattr(session, name)()
        await transaction.commit()
        return transaction

    assert run(use()) is getattr(session, name).return_value


@pytest.mark.tdd_bug(1003)
def test_streamed_results_without_rows(session):
    """#1003: what is streamed is asynchronous where SQLAlchemy's is."""

    async def use():
        result = await session.stream("select 1")
        found = [row async for row in result]
        found += [row async for row in result.scalars()]
        scalars = await session.stream_scalars("select 1")
        found += [row async for row in scalars]
        return (
            found,
            await result.all(),
            await scalars.all(),
            await result.scalars().first(),
            await scalars.one_or_none(),
        )

    assert run(use()) == ([], [], [], None, None)


@pytest.mark.tdd_bug(1003)
def test_the_other_ways_to_ask_for_rows(session):
    """#1003: none of them makes up a row, and nothing waits to be written."""
    result = run(session.execute("select 1"))
    assert (result.fetchmany(2), list(session.new), list(session.dirty), list(session.deleted)) == ([], [], [], [])
    assert [result.scalars().fetchmany(1), list(result.scalars().partitions(2)), result.one_or_none()] == [
        [],
        [],
        None,
    ]
    for ask in (result.one, result.scalar_one, result.scalars().one):
        with pytest.raises((NoResultFound, LookupError), match="No row was found"):
            ask()
        ask.return_value = 3
        assert ask() == 3


def test_what_is_told_counts(session):
    """Attributes, rows in parts, and a copy of the mock."""
    told = async_session_mock(dirty={1}, get=2)
    assert (told.dirty, run(told.get(int, 1))) == ({1}, 2)
    session.execute.return_value.partitions.return_value = [[1]]
    assert list(run(session.execute("select 1")).partitions(2)) == [[1]]
    with pytest.raises((NoResultFound, LookupError)):
        copy.deepcopy(session.execute.return_value).one()

    async def use():
        return await session.begin().start()

    assert run(use()) is session.begin.return_value
