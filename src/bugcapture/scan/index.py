"""What the program does with the results of calls, function by function, and where its functions are found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bugcapture.scan.mocks import EXITS, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.reach import Reached


class Sink(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One call of the program whose result is used.

    Attributes:
        receiver: What it is called on, as written: ``openfga`` or ``self.openfga.client``.
        method: The method.
        usage: What is done with the result.
        authorizes: Whether it guards something.
        line: The line.
        awaited: Whether it is awaited.
        conditional: Whether it may not come to the call: it stands in a branch, or behind a return or a raise.
    """

    receiver: str
    method: str
    usage: Usage
    authorizes: bool
    line: int
    awaited: bool = True
    conditional: bool = False


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One call in the program.

    Attributes:
        callee: What is called, as written.
        given: By parameter the name that is given.
        conditional: Whether it may not come to it.
        later: Whether what it returns is made a task, which may never begin.
    """

    callee: str
    given: tuple[tuple[str, str], ...]
    conditional: bool = False
    later: bool = False


class ProgramFunction(msgspec.Struct, array_like=True, gc=False):
    """One function of the program.

    Attributes:
        path: Its file.
        name: Its name with that of its class.
        module: Its module, as far as the path tells.
        parameters: The names of its parameters without `self`.
        is_async: Whether it is asynchronous.
        sinks: The calls in it whose results are used.
        calls: The functions that it calls with names of its own.
        attributes: For a constructor: by attribute of the object the parameter that it holds.
        line: Where it begins.
        is_coroutine: Whether calling it makes something to await: it does not yield, and nothing decorates it.
        entered: The names of what it enters with `with`, or of what makes that; with ``await`` before them, too,
            where that is awaited.
        own: The names that it imports itself, or gives something to: what replaces them in its module does not
            reach it.
        depends: By parameter the dependency that FastAPI gives it.
    """

    path: str
    name: str
    module: str
    parameters: tuple[str, ...]
    is_async: bool
    sinks: tuple[Sink, ...] = ()
    calls: tuple[Call, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    line: int = 0
    is_coroutine: bool = False
    entered: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    depends: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class ProductionIndex:
    """The functions of the program.

    Attributes:
        functions: By their bare names.
        methods: By class, and in it by method.
        guards: The names of methods whose awaited result guards something, and those whose result decides.
        exits: The attributes whose `__exit__` or `__aexit__` is called by name and not asked for its answer, with
            the classes that do so.
        entered: By name what enters it: the functions with a block over what goes by that name.
        awaited: What it awaits the calls of: the receiver, or the class for its own methods, and the method.
        asking: By the first name of what it awaits the functions that do so, by ``self.`` and the method of their
            own objects.
        depending: By dependency the functions that are given it, with the parameter.
        reached: What `bugcapture.scan.reach` has found, by function, receiver and depth.
    """

    functions: dict[str, list[ProgramFunction]] = field(default_factory=dict)
    methods: dict[str, dict[str, ProgramFunction]] = field(default_factory=dict)
    guards: dict[str, list[tuple[ProgramFunction, Sink]]] = field(default_factory=dict)
    exits: dict[str, set[str]] = field(default_factory=dict)
    entered: dict[str, list[ProgramFunction]] = field(default_factory=dict)
    awaited: set[tuple[str, str]] = field(default_factory=set)
    asking: dict[str, list[ProgramFunction]] = field(default_factory=dict)
    depending: dict[str, list[tuple[ProgramFunction, str]]] = field(default_factory=dict)
    reached: dict[tuple[int, str, int], list[Reached]] = field(default_factory=dict)

    def add(self, found: Iterable[ProgramFunction]) -> None:
        """Take in the functions of a file."""
        for function in found:
            owner, _, name = function.name.rpartition(".")
            self.functions.setdefault(name, []).append(function)
            for entered in function.entered:
                self.entered.setdefault(entered, []).append(function)
            for parameter, dependency in function.depends:
                self.depending.setdefault(dependency, []).append((function, parameter))
            if owner:
                self.methods.setdefault(owner.rpartition(".")[2], {}).setdefault(name, function)
            for sink in function.sinks:
                if sink.awaited:
                    self._add_awaited(function, sink, owner.rpartition(".")[2])
                if sink.usage is Usage.TRUTH and sink.awaited:
                    self.guards.setdefault(sink.method, []).append((function, sink))
                elif sink.method in EXITS:
                    held = sink.receiver.rpartition(".")[2]
                    if sink.usage is Usage.DISCARDED:
                        self.exits.setdefault(held, set()).add(owner.rpartition(".")[2])
                    else:
                        self.entered.setdefault(held, []).append(function)

    def methods_of(self, name: str) -> dict[str, ProgramFunction]:
        """The methods of a class of the program.

        Args:
            name: The full name of the class; one of another package, or that was not imported, is none of these.
        """
        found = self.methods.get(name.rpartition(".")[2], {})
        package = name.partition(".")[0]
        known = "." in name and any(package in one.module.split(".") for one in found.values())
        return found if known else {}

    def _add_awaited(self, function: ProgramFunction, sink: Sink, owner: str) -> None:
        own = sink.receiver == "self"
        self.awaited.add((owner if own else sink.receiver, sink.method))
        asking = self.asking.setdefault(f"self.{sink.method}" if own else sink.receiver.partition(".")[0], [])
        if not asking or asking[-1] is not function:
            asking.append(function)
