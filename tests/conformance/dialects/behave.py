"""Behave, one process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dialects.gherkin import write_features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance_table import Case

_ENVIRONMENT = """
import json

from bugcapture.behave import install

install()

from behave.model import Tag

from conformance_deeds import do

PLAN = json.load(open("plan.json"))


def before_feature(context, feature):
    if deed := PLAN["container_setup"].get(feature.name):
        do(feature.name, deed)


def after_feature(context, feature):
    if deed := PLAN["container_teardown"].get(feature.name):
        do(feature.name, deed)


def before_scenario(context, scenario):
    scenario.continue_after_failed_step = scenario.name in PLAN["goes_on"]
    scenario.tags.extend(map(Tag, PLAN["late_tags"].get(scenario.name, "").split(), [scenario.line] * 9))
    if deed := PLAN["hook"].get(scenario.name):
        do(scenario.name, deed)


def after_scenario(context, scenario):
    deed = PLAN["hook_after"].get(scenario.name)
    if deed == "marks_failed":
        scenario.set_status("failed")
    elif deed:
        do(scenario.name, deed)


# Around the innermost step only.
def before_step(context, step):
    if " does " in step.name and (deed := PLAN["step_hook"].get(context.scenario.name)):
        do(context.scenario.name, deed)


def after_step(context, step):
    if " does " in step.name and (deed := PLAN["step_hook_after"].get(context.scenario.name)):
        do(context.scenario.name, deed)


def after_all(context):
    with open("ended.txt", "a") as file:
        file.write("failed\\n" if context.failed else "passed\\n")
"""
_STEPS = """
import asyncio
import contextlib

from behave import step
from behave.api.async_step import async_run_until_complete
from behave.api.pending_step import StepNotImplementedError

from conformance_deeds import do


@step("{name} does {deed}")
def _(context, name, deed):
    do(name, deed)


@step("{name} catches {deed}")
def _(context, name, deed):
    with contextlib.suppress(Exception):
        if deed == "undefined":
            context.execute_steps("Then nobody wrote this step")
        else:
            do(name, deed)


@step("{name} nests {deed}")
def _(context, name, deed):
    context.execute_steps("Then nobody wrote this step" if deed == "undefined" else f"Then {name} does {deed}")


@step("{name} skips")
def _(context, name):
    context.scenario.skip("not here")


@step("{name} is pending")
def _(context, name):
    raise StepNotImplementedError("later")


@step("{name} cleans up with {deed}")
def _(context, name, deed):
    context.add_cleanup(do, name, deed)


@step("{name} takes too long")
@async_run_until_complete(timeout=0.02)
async def _(context, name):
    await asyncio.sleep(30)
"""


_HOOKS = ("container_setup", "container_teardown", "hook", "hook_after", "step_hook", "step_hook_after")
_PLANNED = (*_HOOKS, "goes_on", "late_tags")


class Behave:
    """Behave's own sequential runner."""

    name = "behave"
    serial = ""
    dry = ("--dry-run",)
    stop = ("--stop",)
    unselect = ("--tags", "not @tdd_expected_fail")
    refused = 1
    worker_errors = ""

    def write(self, folder: Path, cases: Sequence[Case]) -> None:
        features = folder / "features"
        write_features(features, cases)
        (features / "steps").mkdir()
        (features / "steps" / "steps.py").write_text(_STEPS, "utf-8")
        (features / "environment.py").write_text(_ENVIRONMENT, "utf-8")
        plan = {key: {case.id: getattr(case, key) for case in cases if getattr(case, key)} for key in _PLANNED}
        (folder / "plan.json").write_text(json.dumps(plan), "utf-8")

    def command(self, arguments: Sequence[str]) -> list[str]:
        return ["-m", "behave", "--no-color", "--junit", "--junit-directory", "report", *arguments]

    def identify(self, name: str) -> str:
        return name.partition(" -- ")[0]


DIALECT = Behave()
