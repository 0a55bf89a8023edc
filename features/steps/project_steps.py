"""Steps that make projects."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave import given, step, when
from shop_project import Project, from_escapes

if TYPE_CHECKING:
    from collections.abc import Iterator


@given("a shop that is tested with Behave and bugcapture")
def make_project(context: Any) -> None:
    folder = tempfile.TemporaryDirectory(prefix="bugcapture-features-", ignore_cleanup_errors=True)
    context.add_cleanup(folder.cleanup)
    context.project = Project(Path(folder.name).resolve())


@given("the shop does not install bugcapture")
def forget_install(context: Any) -> None:
    (context.project.folder / "features" / "environment.py").unlink()


@given("the environment file notes every start")
def note_starts(context: Any) -> None:
    """Whoever imports the project's files, or calls its hooks, leaves a trace."""
    note = 'open("{}", "a").close()\n'
    project = context.project
    environment = project.read("features/environment.py") + note.format("imported")
    hook = "\n\ndef before_all(context):\n    " + note.format("started")
    project.write("features/environment.py", environment + hook)
    steps = project.read("features/steps/shop_steps.py")
    project.write("features/steps/shop_steps.py", steps + note.format("imported"))


@given("the environment file also holds")
def extend_environment(context: Any) -> None:
    text = context.project.read("features/environment.py")
    context.project.write("features/environment.py", f"{text}\n\n{context.text}\n")


@step("in the shop {state}")
def change_shop(context: Any, state: str) -> None:
    context.project.change_shop(state)


@given('the file "{name}"')
@when('somebody writes "{name}"')
def write_file(context: Any, name: str) -> None:
    context.project.write(name, f"{context.text}\n")


@given('the bytes of "{name}" are "{escaped}"')
def write_bytes(context: Any, name: str, escaped: str) -> None:
    context.project.write_bytes(name, from_escapes(escaped))


@given('the bytes of "{name}" are')
def write_more_bytes(context: Any, name: str) -> None:
    context.project.write_bytes(name, from_escapes(context.text))


@given('the file "{name}" of {count:d} MB without a tag of ours')
def write_large_file(context: Any, name: str, count: int) -> None:
    line = b"    Given a cart with the prices 1, 2, 3 and a long story about it\n"
    head = b"@slow\nFeature: long\n  Scenario: very long\n"
    context.project.write_bytes(name, head + line * (count * 1_000_000 // len(line)))


@given('the file "{name}" with a tag of {count:d} characters')
def write_long_tag(context: Any, name: str, count: int) -> None:
    tag = "tdd_bug_" + "9" * (count - len("tdd_bug_"))
    context.project.write(name, f"@{tag}\nFeature: a\n  Scenario: b\n    Given all is well\n")


@given('the folder "{name}" is a link to "{target}"')
def link_folder(context: Any, name: str, target: str) -> None:
    (context.project.folder / name).symlink_to(context.project.folder / target, target_is_directory=True)


@given('the file "{name}" is read-only')
def protect_file(context: Any, name: str) -> None:
    (context.project.folder / name).chmod(0o444)


@given("bug {number:d} is captured")
def capture_bug(context: Any, number: int) -> None:
    lines = "\n".join(f"  {line}" for line in _capture(number))
    context.project.write("features/cart.feature", f"Feature: The cart\n\n{lines}\n")


@given('the variable {name} is "{value}"')
def set_variable(context: Any, name: str, value: str) -> None:
    context.project.variables[name] = value


@given("the variable {name} is not set")
def unset_variable(context: Any, name: str) -> None:
    del context.project.variables[name]


def _capture(number: int) -> Iterator[str]:
    yield f"@tdd_bug @tdd_bug_{number} @tdd_expected_fail"
    yield "Scenario: Every item counts"
    yield "  Given a cart with the prices 3, 4"
    yield "  When the cart is totalled"
    yield "  Then the total is 7"
