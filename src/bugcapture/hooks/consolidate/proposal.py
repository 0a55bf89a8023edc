"""What is proposed for the hooks of a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.hooks.consolidate.hook import Hook
    from bugcapture.hooks.consolidate.pytest_call import PytestCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hooks that become one.

    Attributes:
        kind: ``pytest`` for sessions that become one, ``duplicate`` for the same command several times.
        members: The hooks, in their order.
        values: What is written of the new hook, in this order.
        call: Its call of pytest, without what only speeds it up; None for another program.
        notes: What else changes, in sentences.
        local: Options that only speed it up, and that a run in CI can leave out.
    """

    kind: Literal["pytest", "duplicate"]
    members: tuple[Hook, ...]
    values: Mapping[str, Any]
    call: PytestCall | None = None
    notes: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the new hook."""
        return str(self.values["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for a stage.

    Attributes:
        stage: The stage.
        hooks: All its hooks.
        groups: Those that become one.
        reasons: Why others that run pytest stay as they are, by their index.
    """

    stage: str
    hooks: tuple[Hook, ...]
    groups: tuple[Group, ...]
    reasons: Mapping[int, str]

    @property
    def remaining(self) -> int:
        """How many hooks there would be."""
        return len(self.hooks) - sum(len(group.members) - 1 for group in self.groups)
