"""Some children of a mock were told what to answer, and the one that decides was not.

## What it does
Finds an ``AsyncMock`` without a spec, some of whose children were told an answer, that leaves the test for a
place that cannot be followed, while the program awaits a method of another name on something that is called the
same, and takes the result for a condition. One finding for a mock. The names are all that joins the two, so it is
no more than a hint: nobody has followed the mock there.

## Why is this bad?
Somebody went through what the program asks, and forgot one question. Its answer is another mock, and true.

## Example
```python
openfga = AsyncMock()
openfga.list_objects.return_value = []
app.dependency_overrides[get_openfga] = lambda: openfga  # the route asks check_permission as well
```

## Use instead
```python
openfga = configured_async_mock_deny()
openfga.list_objects.return_value = []
```

## Fix safety
There is no fix: which answer the test needs is for its author to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level, Step
from bugcapture.scan.mocks import Kind, Spec
from bugcapture.scan.reach import reached
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import child_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.index import ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        if mock.kind is not Kind.ASYNC or mock.spec is not Spec.NONE or not mock.children or not mock.escapes:
            continue
        if any(reached(mock, scope.index, module.path)):
            continue  # What can be followed is told by MK101 and MK102.
        found = _first(mock, scope.index)
        if found is not None:
            function, sink = found
            subject = child_name(mock, (sink.method,))
            yield Hazard(
                path=module.path,
                span=mock.span,
                rule=RULE.code,
                level=Level.INFO,
                confidence=Confidence.LOW,
                message=(
                    f"other children of {mock.place or 'the mock'} were told what to answer, and "
                    f"{subject}(), which guards {function.path}:{sink.line}, was not"
                ),
                symbol=view.symbol,
                subject=subject,
                trace=(Step(function.path, sink.line, f"await {sink.receiver}.{sink.method}(…)"),),
            )


def _first(mock: Mock, index: ProductionIndex) -> tuple[ProgramFunction, Sink] | None:
    """The first guard of the program that asks something called like the mock what the mock was not told."""
    for method, places in index.guards.items():
        if not mock.tells((method,)):
            for function, sink in places:
                if sink.authorizes and _same_thing(mock, sink.receiver):
                    return function, sink
    return None


def _same_thing(mock: Mock, receiver: str) -> bool:
    """Whether a mock is called like what the program asks, but for words that say that it is a mock."""
    thing = receiver.rpartition(".")[2].strip("_").lower()
    words = mock.place.rpartition(".")[2].lower().replace("mocked", "").replace("mock", "").replace("fake", "")
    return bool(thing) and words.strip("_") == thing


_PROGRAM = {
    "src/shop/api.py": """\
async def delete(user, openfga):
    if not await openfga.check_permission(user):
        raise PermissionError
"""
}
RULE = Rule(
    code="MK105",
    name="partially-configured-mock",
    level=Level.INFO,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock

def test_delete(app, client):
    mock_openfga = AsyncMock()
    mock_openfga.list_objects.return_value = []
    app.dependency_overrides[get_openfga] = lambda: mock_openfga
    assert client.delete("/users/1").status_code == 200
""",
            program=_PROGRAM,
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock

def test_delete(app, client):
    mock_openfga = AsyncMock()
    mock_openfga.list_objects.return_value = []
    mock_openfga.check_permission.return_value = True
    app.dependency_overrides[get_openfga] = lambda: mock_openfga
    assert client.delete("/users/1").status_code == 200
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock

def test_delete(app, client):
    mock_redis = AsyncMock()
    mock_redis.get.return_value = None
    app.dependency_overrides[get_redis] = lambda: mock_redis
""",
            program=_PROGRAM,
        ),
    ),
)
