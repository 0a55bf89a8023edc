"""Mocks for asynchronous code that say what they were told to, all the way down.

``AsyncMock(return_value=False)`` is False when it is called itself; ``await mock.check_permission()`` is another
mock, and true. The mocks in here hand their answer on to their children, whatever they are called:

>>> import asyncio
>>> async def guard(permissions):
...     return bool(await permissions.check_permission(user="alice"))
>>> asyncio.run(guard(configured_async_mock_deny()))
False
"""

from __future__ import annotations

from bugcapture.mocks.configured import (
    configured_async_mock,
    configured_async_mock_deny,
    configured_async_mock_raise,
)
from bugcapture.mocks.session import async_session_mock

__all__ = [
    "async_session_mock",
    "configured_async_mock",
    "configured_async_mock_deny",
    "configured_async_mock_raise",
]
