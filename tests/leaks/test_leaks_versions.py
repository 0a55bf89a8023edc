"""What tells whether a module was written to: the number that Python keeps, or else the values."""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.leaks import versions
from bugcapture.leaks.state import Watcher, differences
from bugcapture.leaks.versions import Values, are_counted, version_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("a", "b", "c")
THINGS = (print, len, dict, sys, None, 1, "text")
CODE = {
    name: compile(f"def write(thing):\n    global {name}\n    {name} = thing", name, "exec").co_consts[0]
    for name in NAMES
}
WRITES: dict[str, Callable[[types.ModuleType, str, Any], object]] = {
    "setattr": setattr,
    "pop": lambda module, name, _: vars(module).pop(name, None),
    "code": lambda module, name, thing: types.FunctionType(CODE[name], vars(module))(thing),
    "dictionary": lambda module, name, thing: vars(module).update({name: thing}),
}


@pytest.fixture(params=["numbers", "values"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to know it; only one where this Python keeps no numbers."""
    if request.param == "values":
        monkeypatch.setattr(versions, "are_counted", lambda: False)
    elif not are_counted():
        pytest.skip("This Python keeps no numbers of dictionaries")
    return request.param


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module of the program, imported."""
    folder = tmp_path / "src" / "shop"
    folder.mkdir(parents=True)
    module = types.ModuleType("shop_of_versions")
    module.__file__ = str(folder / "__init__.py")
    module.rate = lambda: 1  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@given(st.lists(st.tuples(st.sampled_from(sorted(WRITES)), st.sampled_from(NAMES), st.sampled_from(THINGS))))
def test_a_version_is_another_one_whenever_a_name_stands_for_something_else(
    writes: list[tuple[str, str, Any]],
) -> None:
    """However it is written, and with either way to know it."""
    module = types.ModuleType("shop")
    number, values = version_of(vars(module), plain=True), Values(vars(module))
    before, seen = dict(vars(module)), (number.value, values.value)
    for how, name, thing in writes:
        WRITES[how](module, name, thing)
        after, now = dict(vars(module)), (number.value, values.value)
        same = list(before) == list(after) and all(before[one] is after[one] for one in before)
        if not same:
            assert all(one != other for one, other in zip(seen, now, strict=True))
        before, seen = after, now


def test_reading_makes_no_other_version() -> None:
    """Nor does asking for the version."""
    module = types.ModuleType("shop")
    module.rate = print  # type: ignore[attr-defined]
    for version in (version_of(vars(module), plain=True), Values(vars(module))):
        before = version.value
        assert module.rate is vars(module)["rate"]
        assert "gone" not in vars(module)
        assert version.value == before


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="another Python keeps no numbers")
def test_which_pythons_keep_numbers() -> None:
    """Those of 3.11 to 3.13; 3.14 has given them up."""
    assert are_counted() is (sys.version_info < (3, 14))


def test_only_a_dictionary_is_asked_for_its_number() -> None:
    """And only where all that is written goes there."""

    class Names(dict[str, Any]):
        """What is not exactly a dictionary."""

    assert isinstance(version_of(Names(a=1), plain=True), Values)
    assert isinstance(version_of(types.MappingProxyType({"a": 1}), plain=True), Values)
    assert isinstance(version_of({"a": 1}, plain=False), Values)
    assert isinstance(version_of({"a": 1}, plain=True), Values) is not are_counted()


@pytest.mark.usefixtures("way")
def test_what_was_replaced_is_found(program: types.ModuleType, tmp_path: Path) -> None:
    """And nothing when it has come back, or when a value has changed that is none to count."""
    watcher = Watcher(tmp_path, filters=False)
    first = watcher.look()
    whole = program.rate
    program.rate = mock.Mock()  # type: ignore[attr-defined]
    second = watcher.look()
    assert list(differences(first, second)) == [("attribute", "shop_of_versions.rate")]
    program.rate = whole  # type: ignore[attr-defined]
    third = watcher.look()
    assert third.modules[program.__name__]["rate"] is whole
    assert differences(first, third) == {}
    program.cached = 1  # type: ignore[attr-defined]
    assert differences(third, watcher.look()) == {}


@pytest.mark.usefixtures("way")
def test_a_look_shares_the_modules_that_nobody_wrote_to(program: types.ModuleType, tmp_path: Path) -> None:
    """Only the one that was written to is copied, also when what was written is what stood there."""
    other = types.ModuleType("other_of_versions")
    other.__file__ = program.__file__
    with mock.patch.dict(sys.modules, {other.__name__: other}):
        watcher = Watcher(tmp_path, filters=False)
        first = watcher.look()
        assert watcher.look().modules is first.modules
        program.rate = program.rate  # type: ignore[attr-defined]
        program.new = 1  # type: ignore[attr-defined]
        del program.new
        same = watcher.look().modules
        assert same[program.__name__] is first.modules[program.__name__]
        program.rate = print  # type: ignore[attr-defined]
        then = watcher.look().modules
        assert then[program.__name__] is not first.modules[program.__name__]
        assert then[other.__name__] is first.modules[other.__name__]


@pytest.mark.usefixtures("way")
def test_an_object_in_the_place_of_a_module(program: types.ModuleType, tmp_path: Path) -> None:
    """Its attributes are looked at as well, wherever Python keeps them."""

    class Lazy:
        """What some packages put in the place of their module."""

        def __init__(self) -> None:
            self.__file__ = program.__file__
            self.rate = print

    lazy = Lazy()
    with mock.patch.dict(sys.modules, {"lazy_of_versions": lazy}):
        watcher = Watcher(tmp_path, filters=False)
        before = watcher.look()
        lazy.rate = len  # type: ignore[assignment]
        assert list(differences(before, watcher.look())) == [("attribute", "lazy_of_versions.rate")]


@pytest.mark.usefixtures("way")
def test_a_module_that_is_imported_later(program: types.ModuleType, tmp_path: Path) -> None:
    """It is known from then on."""
    watcher = Watcher(tmp_path, filters=False)
    first = watcher.look()
    late = types.ModuleType("late_of_versions")
    late.__file__ = program.__file__
    late.rate = print  # type: ignore[attr-defined]
    with mock.patch.dict(sys.modules, {late.__name__: late}):
        second = watcher.look()
        assert late.__name__ not in first.modules
        assert differences(first, second) == {}
        late.rate = len  # type: ignore[attr-defined]
        assert list(differences(second, watcher.look())) == [("attribute", "late_of_versions.rate")]


@pytest.mark.usefixtures("way")
def test_an_object_that_cannot_be_compared(program: types.ModuleType, tmp_path: Path) -> None:
    """What stands there may refuse to be compared; it is no leak, and no error."""

    class Refuses:
        """As arrays do."""

        def __eq__(self, other: object) -> bool:
            raise ValueError(other)

        __hash__ = object.__hash__

    program.table = Refuses()  # type: ignore[attr-defined]
    watcher = Watcher(tmp_path, filters=False)
    before = watcher.look()
    program.table = Refuses()  # type: ignore[attr-defined]
    assert differences(before, watcher.look()) == {}
    assert watcher.look().modules[program.__name__]["table"] is program.table
