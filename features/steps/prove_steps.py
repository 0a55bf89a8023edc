"""Steps about branches, and about the audit service in a repository of its own."""

from __future__ import annotations

import os
from typing import Any

from behave import given, step, then

from bugcapture.demo.sample import PATCH, SAMPLES, add_capture, lay_out


@step('the branch "{name}" begins')
def begin_branch(context: Any, name: str) -> None:
    context.project.git("checkout", "--quiet", "-b", name)


@step('everything is committed as "{message}"')
def commit_everything(context: Any, message: str) -> None:
    context.project.git("add", "--all")
    context.project.git("commit", "--quiet", f"--message={message}")


@then("no checkout is left behind")
def check_checkouts(context: Any) -> None:
    listed = context.project.git("worktree", "list", "--porcelain").splitlines()
    found = [line for line in listed if line.startswith("worktree ")]
    assert len(found) == 1, found


@given("the audit service with bug 991 is a git repository")
def lay_out_audit(context: Any) -> None:
    context.project.git("checkout", "--quiet", "-")
    lay_out(context.project.folder, SAMPLES["behave"])
    commit_everything(context, "feat: add the audit service")


@given("the good test of bug 991")
def write_good_test(context: Any) -> None:
    add_capture(context.project.folder, SAMPLES["behave"])
    commit_everything(context, "test: capture bug 991")
    context.project.run_line("bugcapture graduate 991")


@given("the audit service is fixed")
def fix_audit(context: Any) -> None:
    context.project.git("apply", os.fspath(PATCH))
