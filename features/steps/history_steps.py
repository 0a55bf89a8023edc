"""Steps that make a history in git."""

from __future__ import annotations

from typing import Any

from behave import given, step


@given("the project has a history")
def begin_history(context: Any) -> None:
    context.project.git("init", "--quiet", "--initial-branch=main")
    commit(context, "feat: a shop")


@step('somebody commits "{message}"')
def commit(context: Any, message: str) -> None:
    context.project.git("add", "--all")
    context.project.git("commit", "--quiet", "--allow-empty", "--message", message.replace("|", "\n"))


@step('somebody begins the branch "{name}"')
def begin_branch(context: Any, name: str) -> None:
    context.project.git("checkout", "--quiet", "-b", name)


@given("{count:d} more commits change something else")
def change_something_else(context: Any, count: int) -> None:
    for number in range(count):
        context.project.write("NOTES.md", f"{number}\n")
        commit(context, f"docs: note {number}")
