"""What can be a meeting point, and that it is always given back."""

from __future__ import annotations

import functools
import inspect
import sqlite3
import sys
import threading
import types
from unittest import mock

import pytest
import race_services
from race_services import Engine, SpecialEngine

from bugcapture.race import RaceError, race


def call(path):
    """Call the object that the path names in race_services at the time of the call."""
    target = race_services
    for part in path.split("."):
        target = getattr(target, part)
    return target()


@pytest.fixture
def module(monkeypatch):
    """An empty module that can be imported as `shop`."""
    shop = types.ModuleType("shop")
    monkeypatch.setitem(sys.modules, "shop", shop)
    return shop


@pytest.mark.parametrize(
    ("meet_at", "function"),
    [
        ("race_services.create_engine", lambda: call("create_engine")),
        ("race_services:create_engine", lambda: call("create_engine")),
        ("race_services.Engine", lambda: call("create_engine")),
        ("race_services.Engine.connect", lambda: Engine().connect()),
        ("race_services:Engine.connect", lambda: Engine().connect()),
        ("race_services.Engine.default", lambda: call("Engine.default")),
        ("race_services.Engine.default", lambda: Engine().default()),
        ("race_services.Engine.built", lambda: call("Engine.built")),
        ("race_services.Engine.built", lambda: Engine().built()),
        ("race_services.Engine.connect", lambda: SpecialEngine().connect()),
        ("race_services.SpecialEngine.connect", lambda: SpecialEngine().connect()),
        ("race_services.SpecialEngine.default", lambda: call("SpecialEngine.default")),
        ("race_services.Engine.__init__", lambda: call("Engine")),
    ],
)
def test_functions_classes_and_all_kinds_of_methods(meet_at, function):
    """The original is called with what it would get, and both threads meet there."""
    before = dict(vars(race_services)), dict(vars(Engine)), dict(vars(SpecialEngine))

    result = race(function, meet_at=meet_at, wait=5)

    assert (result.entries, result.met, result.errors) == (2, True, ())
    assert all(isinstance(made, Engine) for made in result.results)
    assert before == (dict(vars(race_services)), dict(vars(Engine)), dict(vars(SpecialEngine)))


def test_arguments_and_self_arrive(module):
    """A method gets its own object, a class method the class it was called on."""

    class Shop:
        def sell(self, item, *, price):
            return self, item, price

        @classmethod
        def open(cls):
            return cls

        discount = functools.partialmethod(sell, price=1)

    class Branch(Shop):
        pass

    module.Shop, branch = Shop, Branch()

    sold = race(lambda: branch.sell("tea", price=2), meet_at="shop.Shop.sell", wait=5)
    opened = race(lambda: Branch().open(), meet_at="shop.Shop.open", wait=5)
    cheap = race(lambda: branch.discount("tea"), meet_at="shop.Shop.discount", wait=5)

    assert ((branch, "tea", 2),) * 2 == sold.results
    assert (Branch, Branch) == opened.results
    assert ((branch, "tea", 1),) * 2 == cheap.results
    assert "discount" in vars(Shop)


def test_a_function_taken_before_the_race_is_not_met():
    """What was looked up earlier passes by the replaced name: an error, not a quiet pass."""
    with pytest.raises(RaceError, match="no thread reached the meeting point"):
        race(race_services.create_engine, meet_at="race_services.create_engine")


def test_a_builtin_in_a_class_does_not_bind(module):
    """`connect = sqlite3.connect` in a class body stays a plain function."""

    class Store:
        connect = sqlite3.connect

    module.Store = Store
    result = race(lambda: Store().connect(":memory:").close(), meet_at="shop.Store.connect", wait=5)

    assert (result.entries, result.errors) == (2, ())
    assert vars(Store)["connect"] is sqlite3.connect


def test_a_builtin_that_a_module_uses(module):
    """A built-in is a name of the module that looks it up, and only of that one."""
    exec("def show():\n    return repr(1)", vars(module))  # noqa: S102 - a function with globals of its own

    result = race(module.show, meet_at="shop.repr", wait=5)

    assert result.results == ("1", "1")
    assert "repr" not in vars(module)


@pytest.mark.parametrize("slotted", [True, False])
def test_an_object_of_a_module(module, slotted):
    """The attribute of one object is replaced, and given back whether it was its own or its class's."""

    class Slotted:
        __slots__ = ("load",)

    class Plain:
        def load(self) -> int:
            return 7

    module.settings = Slotted() if slotted else Plain()
    if slotted:
        module.settings.load = load = lambda: 7

    result = race(lambda: module.settings.load() + 0, meet_at="shop.settings.load", wait=5)

    assert result.results == (7, 7)
    assert module.settings.load is load if slotted else not vars(module.settings)


def test_a_name_that_the_module_makes_on_demand(module):
    """A name from a module's `__getattr__` is gone again afterwards."""
    module.__getattr__ = {"make": int}.__getitem__

    assert race(lambda: module.make() + 0, meet_at="shop.make", wait=5).met
    assert "make" not in vars(module)


def test_an_already_patched_name(monkeypatch):
    """A mock in the place counts its calls, can be set up meanwhile, and is still there afterwards."""
    stand_in = mock.Mock(return_value=1)
    monkeypatch.setattr(race_services, "create_engine", stand_in)

    def use():
        race_services.create_engine.return_value = 7
        return race_services.create_engine()

    result = race(use, meet_at="race_services.create_engine", wait=5)

    assert (result.results, stand_in.call_count) == ((7, 7), 2)
    assert race_services.create_engine is stand_in


def test_a_class_keeps_its_other_uses():
    """While the race runs the class is still good for type tests, as a base and for its attributes."""

    def use():
        seen = race_services.Engine

        class Sub(seen):
            pass

        made = seen()
        return isinstance(made, seen), issubclass(SpecialEngine, seen), Sub.__mro__[1], seen.__name__

    result = race(use, meet_at="race_services.Engine", wait=5)

    assert ((True, True, Engine, "Engine"),) * 2 == result.results


@pytest.mark.parametrize("name", ["create_engine", "SizedEngine"])
def test_the_signature_stays(name):
    """Frameworks that look at the signature of the meeting point see the original's."""
    signature = inspect.signature(getattr(race_services, name))

    def use():
        call(name)
        return inspect.signature(getattr(race_services, name))

    assert race(use, meet_at=f"race_services.{name}", wait=5).results == (signature, signature)


def test_races_can_nest():
    """A meeting point may be in use by another race: both see it, and it is given back."""
    original, inner_turn = race_services.create_engine, threading.Lock()

    def inner():
        return race(functools.partial(call, "create_engine"), meet_at="race_services.Engine", wait=5).met

    def nested():
        race_services.create_engine()
        with inner_turn:
            return inner()

    outer = race(nested, meet_at="race_services.create_engine", wait=5)

    assert (outer.met, all(outer.results)) == (True, True)
    assert (original, Engine) == (race_services.create_engine, race_services.Engine)


@pytest.mark.parametrize("error", [ValueError("boom"), SystemExit(3)])
def test_the_name_is_given_back_after_an_error(error):
    """Whatever the original raises, the thread's result holds it and the name is restored."""
    original = race_services.create_engine
    failing = mock.Mock(side_effect=error)
    with mock.patch.object(race_services, "create_engine", failing):
        result = race(functools.partial(call, "create_engine"), meet_at="race_services.create_engine", wait=5)

        assert race_services.create_engine is failing
    assert [error, error] == [worker.exception for worker in result.errors]
    assert race_services.create_engine is original


def test_the_name_is_given_back_after_an_interrupt(monkeypatch):
    """Ctrl-C while the threads run ends the race, frees whoever is held, and restores the name."""
    original, join = race_services.create_engine, threading.Thread.join
    inside, freed = threading.Event(), threading.Event()

    def interrupted(*_):
        inside.wait(30)
        raise KeyboardInterrupt

    def one_goes_in():
        if threading.current_thread().name == "race-1":
            meeting_point = race_services.create_engine
            inside.set()
            meeting_point()
            freed.set()
        else:
            freed.wait(1000)

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        race(one_goes_in, meet_at="race_services.create_engine", wait=1000, timeout=3000)
    monkeypatch.setattr(threading.Thread, "join", join)

    assert race_services.create_engine is original
    assert freed.wait(10)


@pytest.mark.parametrize(
    ("meet_at", "message"),
    [
        ("", "'' is not the name of an object"),
        ("create_engine", "'create_engine' is not the name of an object"),
        ("race_services..f", "'race_services..f' is not the name of an object"),
        ("race services.f", "'race services.f' is not the name of an object"),
        ("race_services:", "'race_services:' is not the name of an object"),
        (":f", "':f' is not the name of an object"),
        ("no_such.module.f", "'no_such.module.f' cannot be found: there is no module 'no_such'"),
        ("no_such:f", "'no_such:f' cannot be found: there is no module 'no_such'"),
        (
            "race_services.create_engin",
            "'race_services.create_engin' cannot be found: the module race_services has no attribute",
        ),
        (
            "race_services.Engine.conect",
            "'race_services.Engine.conect' cannot be found: the class Engine has no attribute 'conect'",
        ),
        (
            "race_services.Nothing.connect",
            "'race_services.Nothing.connect' cannot be found: the module race_services has no attribute 'Nothing'",
        ),
        (
            "race_services.MODULE_LOCK.__doc__",
            "the meeting point 'race_services.MODULE_LOCK.__doc__' is not callable: it is of type str",
        ),
        ("builtins.str.upper", "the meeting point 'builtins.str.upper' cannot be replaced: "),
    ],
)
def test_what_cannot_be_a_meeting_point(meet_at, message):
    """The error says which name, which part of it, and what is wrong."""
    with pytest.raises(RaceError) as caught:
        race(int, meet_at=meet_at)

    assert caught.value.message.startswith(message)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("raise SystemExit(1)", "SystemExit: 1"),
        ("1/0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_cannot_be_imported(tmp_path, monkeypatch, source, said):
    """A module that is there and fails is not mistaken for one that is missing."""
    (tmp_path / "broken_shop.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(RaceError) as caught:
        race(int, meet_at="broken_shop.create_engine")

    assert f"the import of 'broken_shop' failed with {said}" in str(caught.value)


def test_a_property_is_refused(module):
    """What is not called cannot be met at."""

    class Shop:
        @property
        def stock(self) -> int:
            return 1

    module.Shop = Shop
    with pytest.raises(RaceError, match="is not callable: it is of type property"):
        race(int, meet_at="shop.Shop.stock")
