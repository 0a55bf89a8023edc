"""What is recorded: the uses of answers that nobody chose, by the program itself, and nothing else."""

from __future__ import annotations

import gc
import importlib.util
import sys
from unittest import mock

import pytest
from mock_truth_sample import Sample, kinds, seen

from bugcapture.mock_truth import Observation, Recorder

MADE = "tests/test_shop.py"
TRUTHS = {
    "if": "if client.get(): ...",
    "if not": "if not client.get(): ...",
    "not": "not client.get()",
    "and": "client.get() and 1",
    "or": "client.get() or 1",
    "bool": "bool(client.get())",
    "assert": "assert client.get()",
    "while": "while client.get(): break",
    "ternary": "1 if client.get() else 2",
    "any": "any([client.get()])",
    "all": "all((client.get(), 0))",
    "filter": "list(filter(None, [client.get()]))",
    "comprehension": "[1 for _ in '1' if client.get()]",
    "kept": "kept = client.get(); 1 if kept else 2",
    "attribute of an answer": "1 if client.get().ok else 2",
    "answer of an answer": "1 if client.get().first() else 2",
    "item": "1 if client.rows()[0] else 2",
}
COMPARISONS = {
    "equal": "client.get() == 3",
    "equal from the right": "3 == client.get()",
    "not equal": "client.get() != 3",
    "in a list": "client.get() in [1]",
    "matched": "\n    match client.get():\n        case 3: ...",
}


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
@pytest.mark.parametrize("code", TRUTHS.values(), ids=TRUTHS)
def test_truth_values(sample: Sample, kind: str, code: str) -> None:
    """Of a ``Mock`` without a method for it as well; one for each time."""
    sample.program(f"def ask(client):\n    {code}\n")
    if kind == "Mock" and "rows()[0]" in code:
        return  # It has no items.
    run = sample.suite(f"client = {kind}()\nask(client)\n")
    (found,) = run.observations
    assert (found.kind, found.guard, found.test) == ("truth", "src/shop.py:2", "test")
    assert found.function.startswith("ask")
    assert (found.made, found.asked) == (f"{MADE}:1", "src/shop.py:2")
    assert run.observations.total() == 1


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
@pytest.mark.parametrize("code", COMPARISONS.values(), ids=COMPARISONS)
def test_comparisons(sample: Sample, kind: str, code: str) -> None:
    """From both sides."""
    sample.program(f"def ask(client):\n    {code}\n")
    assert kinds(sample.suite(f"ask({kind}())\n")) == ["comparison"]


@pytest.mark.parametrize("code", ["client.get() < 3", "3 >= client.get()", "3 in client.get()"])
def test_comparisons_that_fail(sample: Sample, code: str) -> None:
    """Are seen although nothing comes of them."""
    sample.program(f"def ask(client):\n    with contextlib.suppress(TypeError):\n        {code}\n")
    assert kinds(sample.suite("ask(MagicMock())\n")) == ["comparison"]


def test_awaited_answers(sample: Sample) -> None:
    """Where they are used, and where they were asked for; a name, a dotted way, the mock itself."""
    sample.program("""\
        async def delete_user(user, permissions):
            allowed = await permissions.checks.may_delete(user)
            if not allowed:
                raise PermissionError(user)

        async def call(client):
            return bool(await client())
        """)
    run = sample.suite("""\
        asyncio.run(delete_user("alice", AsyncMock(name="fga")))
        asyncio.run(call(AsyncMock()))
        """)
    assert seen(run) == [
        ("truth", "fga.checks.may_delete()", "src/shop.py:3", f"{MADE}:1"),
        ("truth", "mock()", "src/shop.py:7", f"{MADE}:2"),
    ]
    assert {one.asked for one in run.observations} == {"src/shop.py:2", "src/shop.py:7"}
    assert run.asked == {f"{MADE}:1": {"src/shop.py:2"}, f"{MADE}:2": {"src/shop.py:7"}}
    assert run.made == {f"{MADE}:1": 1, f"{MADE}:2": 1}


@pytest.mark.parametrize(
    "told",
    [
        "client.get.return_value = False",
        "client.get.return_value = MagicMock()",
        "client.get.side_effect = lambda: MagicMock()",
        "client.configure_mock(**{'get.return_value': 0})",
        "client.get = lambda: 1",
        "client.get = MagicMock(return_value=0)",
        "client.get.return_value.status = 200",
        "client.get.return_value.json.return_value = {}",
        "client.get.return_value.user = MagicMock()",
        "client.get.return_value.rows.return_value.first.return_value = 1",
        "client.get.return_value.__bool__.return_value = False",
        "client.get.return_value.__bool__ = lambda self: False",
        "client.get.return_value.__len__.return_value = 3",
        "client = MagicMock(**{'get.return_value.status': 1})",
        "client = MagicMock(wraps=type('Client', (), {'get': lambda self: 1})())",
    ],
)
def test_answers_that_somebody_chose(sample: Sample, told: str) -> None:
    """The answer itself, or anything about it."""
    sample.program("def ask(client):\n    if client.get(): ...\n")
    run = sample.suite(f"client = MagicMock()\n{told}\nask(client)\n")
    assert not run.observations
    assert run.asked or "lambda: 1" in told


def test_what_is_no_answer(sample: Sample) -> None:
    """A mock that was handed over, an attribute of it, an object of a patched class, an identity."""
    sample.program("""\
        class Client:
            def ping(self): ...

        def use(client):
            if client: ...
            if client.debug: ...
            if client.get() is None: ...
            if client.get() is not True: ...

        def connect():
            client = shop.Client()
            if client: ...
            if client.debug: ...
            if client.ping(): ...

        def connect_as_written():
            client = shop.Client()
            if client: ...
            if client.ping(): ...
        """)
    run = sample.suite("""\
        import types
        shop = types.SimpleNamespace(Client=Client)
        use(MagicMock())
        use(Mock())
        with patch.object(shop, "Client"):
            connect()
        with patch.object(shop, "Client", new=MagicMock()):
            connect()
        with patch.object(shop, "Client", autospec=True):
            connect_as_written()
        """)
    assert seen(run) == [
        ("truth", "Client().ping()", "src/shop.py:14", f"{MADE}:5"),
        ("truth", "mock().ping()", "src/shop.py:14", f"{MADE}:7"),
        ("truth", "Client().ping()", "src/shop.py:19", f"{MADE}:9"),
    ]


def test_uses_of_others(sample: Sample) -> None:
    """Tests, their helpers, installed packages and the standard library are not the program."""
    ask = "def ask(client):\n    if client.get() == 1: ...\n    if client.get(): ...\n"
    for name in (
        "tests/test_other.py", "tests/helpers.py", "src/shop/conftest.py", "features/steps/steps.py",
        "env/lib/python3/site-packages/lib.py", ".venv/src/lib.py", "src/test_inside.py",
    ):  # fmt: skip
        sample.program(ask, name)
        assert not sample.suite("ask(MagicMock())\n").observations, name
    sample.program("def ask(client):\n    sorted([client.get()], key=bool)\n    helper(client)\n")
    run = sample.suite("def helper(client):\n    if client.get(): ...\nask(MagicMock())\n")
    assert [one.guard for one in run.observations] == ["src/shop.py:2"]


@pytest.mark.parametrize("kind", ["Mock", "MagicMock"])
def test_swallowed_exceptions(sample: Sample, kind: str) -> None:
    """By what was put over the method; in an exit stack as well. Without an exception nobody asks."""
    sample.program("""\
        def block(lock):
            with lock:
                raise KeyError

        def stack(lock):
            with contextlib.ExitStack() as stack:
                stack.enter_context(lock)
                raise KeyError

        async def session(db):
            async with db:
                raise KeyError

        async def sessions(db):
            async with contextlib.AsyncExitStack() as stack:
                await stack.enter_async_context(db)
                raise KeyError

        def fine(lock):
            with lock: ...

        def callback(lock):
            with contextlib.ExitStack() as stack:
                stack.push(lambda *_: lock.leave())
                raise KeyError
        """)
    run = sample.suite(f"""\
        lock = MagicMock()
        lock.__exit__ = {kind}()
        block(lock)
        stack(lock)
        fine(lock)
        callback(lock)
        db = MagicMock()
        db.__aexit__ = AsyncMock()
        asyncio.run(session(db))
        asyncio.run(sessions(db))
        for plain in MagicMock(), MagicMock(**{{"__exit__.return_value": False}}):
            with contextlib.suppress(KeyError):
                block(plain)
        """)
    assert seen(run) == [
        ("swallow", "mock.__aexit__()", "src/shop.py:11", f"{MADE}:8"),
        ("swallow", "mock.__aexit__()", "src/shop.py:15", f"{MADE}:8"),
        ("swallow", "mock.__exit__()", "src/shop.py:2", f"{MADE}:2"),
        ("swallow", "mock.leave()", "src/shop.py:23", f"{MADE}:1"),
        ("swallow", "mock.__exit__()", "src/shop.py:6", f"{MADE}:2"),
    ]


def test_awaits_of_mocks_that_are_not_asynchronous(sample: Sample) -> None:
    """Also where the program catches what follows; not where the answer can be awaited."""
    sample.program("""\
        async def load(db):
            with contextlib.suppress(TypeError):
                return await db.execute(
                    "select 1"
                )

        async def wrapped(db, wrap):
            with contextlib.suppress(TypeError):
                return await wrap(db.execute("select 1"))
        """)
    run = sample.suite("""\
        class Db:
            async def execute(self, text): ...

        async def answer(text): ...

        loop = asyncio.new_event_loop()
        future = loop.create_future()
        future.set_result(1)
        for db in (
            MagicMock(spec=Db), AsyncMock(), MagicMock(execute=AsyncMock()), MagicMock(execute=answer),
            MagicMock(**{"execute.side_effect": answer}), MagicMock(**{"execute.return_value": future}),
        ):
            loop.run_until_complete(load(db))
        loop.run_until_complete(wrapped(MagicMock(), AsyncMock()))
        loop.run_until_complete(load(MagicMock()))
        loop.run_until_complete(load(Mock(**{"execute.return_value": 3})))
        loop.close()
        """)
    assert seen(run) == [
        ("sync-awaited", "mock.execute()", "src/shop.py:3", f"{MADE}:15"),
        ("sync-awaited", "mock.execute()", "src/shop.py:3", f"{MADE}:16"),
    ]


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
def test_calls_that_nobody_awaits(sample: Sample) -> None:
    """Belong to the test that made them, whenever they are found."""
    sample.program("""\
        async def save(session, user):
            session.add(user)
            await session.commit()

        def keep(session):
            return [session.add(1)]

        def close(session):
            session.add(1).close()
        """)
    recorder = Recorder(sample.root)
    recorder.start()
    try:
        recorder.begin("first")
        sample.names["run"] = compile(
            "asyncio.run(save(AsyncMock(), 1))\nkept = keep(AsyncMock())\nkept.append(kept)\nclose(AsyncMock())",
            str(sample.root / "tests/test_shop.py"),
            "exec",
        )
        exec(sample.names["run"], sample.names)  # noqa: S102
        recorder.end()
        recorder.begin("second")
        del sample.names["kept"]
        gc.collect()
        recorder.end()
    finally:
        run = recorder.stop()
    assert sorted(run.observations) == [
        Observation("src/shop.py:2", "save", "never-awaited", "mock.add()", f"{MADE}:1", "src/shop.py:2", "first"),
        Observation("src/shop.py:6", "keep", "never-awaited", "mock.add()", f"{MADE}:2", "src/shop.py:6", "first"),
    ]


def test_where_mocks_are_made(sample: Sample) -> None:
    """The innermost line of the project; of a patch the line that made it, of an autospec the call."""
    sample.program("""\
        class Mailer:
            def send(self, text): ...

        def send(text): ...

        def ask(client):
            if client.send("x"): ...

        def ask_module():
            if shop.send("x"): ...
        """)
    run = sample.suite("""\
        import types
        shop = types.SimpleNamespace(send=send)

        def factory():
            return MagicMock(
                name="mailer",
            )

        @patch.object(shop, "send")
        def decorated(sent):
            ask_module()

        ask(factory())
        decorated()
        with patch.object(shop, "send", autospec=True):
            ask_module()
        patcher = patch.object(
            shop, "send", new_callable=Mock,
        )
        patcher.start()
        ask_module()
        patcher.stop()
        ask(create_autospec(Mailer, instance=True))
        ask(create_autospec(Mailer)())
        parent = MagicMock()
        parent.send = MagicMock()
        ask(parent)
        parent = MagicMock()
        parent.attach_mock(MagicMock(), "send")
        ask(parent)
        """)
    assert [
        (one.name, one.made.rpartition(":")[2])
        for one in sorted(run.observations, key=lambda one: int(one.made.rpartition(":")[2]))
    ] == [
        ("mailer.send()", "5"),
        ("send()", "9"),
        ("send()", "15"),
        ("send()", "17"),
        ("mock.send()", "23"),
        ("mock().send()", "24"),
        ("mock.send()", "26"),
        ("mock.send()", "29"),
    ]

    assert all(one.asked == one.guard for one in run.observations)


def test_counts(sample: Sample) -> None:
    """One observation for each test, place and answer, with how often it was seen."""
    sample.program("def ask(client):\n    for _ in range(3):\n        if client.get(): ...\n")
    run = sample.suite("for _ in range(2):\n    ask(MagicMock())\n")
    assert list(run.observations.values()) == [6]
    assert run.made[f"{MADE}:2"] == 2


def test_mocks_of_pytest_mock(sample: Sample, pytestconfig: pytest.Config) -> None:
    """Are made where the test asks for them."""
    plugin = pytest.importorskip("pytest_mock")
    sample.names["mocker"] = plugin.MockerFixture(pytestconfig)
    sample.program("def ask(client):\n    if client(): ...\n")
    run = sample.suite(
        'ask(mocker.patch("os.getcwd"))\nask(mocker.MagicMock())\nask(mocker.stub())\nmocker.stopall()\n'
    )
    assert [made for *_, made in seen(run)] == [f"{MADE}:1", f"{MADE}:2", f"{MADE}:3"]


def test_mocks_of_the_backport(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are watched from the next test on, once somebody has imported it."""
    spec = importlib.util.spec_from_file_location("mock.mock", mock.__file__)
    assert spec is not None
    assert spec.loader is not None
    backport = importlib.util.module_from_spec(spec)
    sample.names["backport"] = backport
    sample.program("async def ask(client):\n    if await client.get(): ...\n")
    recorder = Recorder(sample.root)
    recorder.start()
    try:
        monkeypatch.setitem(sys.modules, "mock.mock", backport)
        spec.loader.exec_module(backport)
        recorder.begin("test")
        suite = compile("asyncio.run(ask(backport.AsyncMock()))", sample.root / "tests/test_shop.py", "exec")
        exec(suite, sample.names)  # noqa: S102
    finally:
        run = recorder.stop()
    assert kinds(run) == ["truth"]
    assert "__bool__" not in vars(backport.NonCallableMock)


def test_threads(sample: Sample) -> None:
    """Nothing is lost."""
    sample.program("def ask(client):\n    for _ in range(200):\n        if client.get(): ...\n")
    run = sample.suite("""\
        import threading
        threads = [threading.Thread(target=ask, args=(MagicMock(),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        """)
    assert run.observations.total() == 800
