"""Put the adapter around Behave's ``Scenario.run``, ``ModelRunner.run_model`` and their like, and take it off.

Behave 1.3 takes the exit code from what ``Scenario.run`` returns and the reports from the scenario's
status afterwards, so a wrapper around ``run`` is the one place where both can be right. Hooks cannot do
it, and instances of ``Scenario`` are built anew for outlines: the class is the only safe place. Around features
and rules there is nothing to judge; what they leave behind is looked at there. ``Runner.load_step_definitions``
is the first that Behave does after the environment file: whoever watches mocks begins there.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MARK = "__bugcapture__"


def install() -> None:
    """Make every Behave run of this process judge captured tests.

    Call it at module level in ``features/environment.py``, on any line. Calling it again changes nothing.
    User hooks are not touched: ``after_scenario`` sees the raw status, ``after_feature`` and
    ``after_all`` see the final one.
    """
    from behave.model import Scenario, ScenarioContainer  # noqa: PLC0415 - `import bugcapture.behave` stays light
    from behave.runner import ModelRunner, Runner  # noqa: PLC0415

    from bugcapture.behave.session import judge_scenario, load_steps, run_session, watch_container  # noqa: PLC0415

    if not hasattr(Scenario.run, _MARK):
        Scenario.run = _wrap(Scenario.run, judge_scenario)
    if not hasattr(ScenarioContainer.run, _MARK):
        ScenarioContainer.run = _wrap(ScenarioContainer.run, watch_container)
    if not hasattr(ModelRunner.run_model, _MARK):
        ModelRunner.run_model = _wrap(ModelRunner.run_model, run_session)
    if not hasattr(Runner.load_step_definitions, _MARK):
        Runner.load_step_definitions = _wrap(Runner.load_step_definitions, load_steps)


def uninstall() -> None:
    """Give Behave its own methods back; without a preceding `install` it does nothing."""
    from behave.model import Scenario, ScenarioContainer  # noqa: PLC0415
    from behave.runner import ModelRunner, Runner  # noqa: PLC0415

    Scenario.run = getattr(Scenario.run, _MARK, Scenario.run)
    ScenarioContainer.run = getattr(ScenarioContainer.run, _MARK, ScenarioContainer.run)
    ModelRunner.run_model = getattr(ModelRunner.run_model, _MARK, ModelRunner.run_model)
    Runner.load_step_definitions = getattr(Runner.load_step_definitions, _MARK, Runner.load_step_definitions)


def _wrap(original: Callable[..., Any], around: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(original, self, *args, **kwargs)

    setattr(wrapper, _MARK, original)
    return wrapper
