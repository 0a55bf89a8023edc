"""What is proposed for the hooks of a stage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bugcapture.hooks.consolidate.pytest_call import RUNNER as PYTEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.hooks.consolidate.call import Call, Runner
    from bugcapture.hooks.consolidate.hook import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hooks that become one.

    Attributes:
        runner: What runs the tests of sessions that become one; None for the same command several times.
        members: The hooks, in their order.
        values: What is written of the new hook, in this order.
        call: Its call of the runner, without what only speeds it up; None for another program.
        notes: What else changes, in sentences.
        local: Options that only speed it up, and that a run in CI can leave out.
    """

    members: tuple[Hook, ...]
    values: Mapping[str, Any]
    runner: Runner | None = None
    call: Call | None = None
    notes: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What its sessions run with, such as ``pytest``; ``duplicate`` for the same command several times."""
        return self.runner.name if self.runner else "duplicate"

    @property
    def is_listed(self) -> bool:
        """Whether its tests can be listed, before and after."""
        return self.call is not None

    @property
    def id(self) -> str:
        """The id of the new hook."""
        return str(self.values["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialChange:
    """A hook that says something else of ``require_serial``.

    Attributes:
        hook: The hook.
        value: What it has to say.
        reason: Why.
    """

    hook: Hook
    value: bool
    reason: str

    @property
    def is_listed(self) -> bool:
        """Whether its tests can be listed, in several processes and in one."""
        return self.hook.runner is PYTEST

    @property
    def id(self) -> str:
        """The id of the hook."""
        return self.hook.id


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialProposal:
    """What hooks that are told the files have to say of ``require_serial``.

    Attributes:
        changes: Those that say something else.
        reasons: Why others stay as they are, by their index.
        unknown: Those that wrote nothing, and of which nobody here knows whether a file needs another.
    """

    changes: tuple[SerialChange, ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict)
    unknown: tuple[Hook, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Hooks that start the same program, and stay.

    Attributes:
        program: Its name.
        hooks: The hooks, in their order.
        reason: Why each of them needs a process of its own.
    """

    program: str
    hooks: tuple[Hook, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for a stage.

    Attributes:
        stage: The stage.
        hooks: All its hooks.
        groups: Those that become one.
        reasons: Why others that run tests are merged with none, by their index.
        sharing: Others that start the same program.
        serial: What is proposed for ``require_serial``.
    """

    stage: str
    hooks: tuple[Hook, ...]
    groups: tuple[Group, ...]
    reasons: Mapping[int, str]
    sharing: tuple[Sharing, ...] = ()
    serial: SerialProposal = field(default_factory=SerialProposal)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is proposed."""
        return not (self.groups or self.serial.changes)

    @property
    def remaining(self) -> int:
        """How many hooks there would be."""
        return len(self.hooks) - sum(len(group.members) - 1 for group in self.groups)
