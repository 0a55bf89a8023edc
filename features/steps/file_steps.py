"""Steps that look at files."""

from __future__ import annotations

import json
import stat
from typing import Any

from behave import given, then, when
from shop_project import from_escapes


@then('the file "{name}" is now')
def check_text(context: Any, name: str) -> None:
    text = context.project.read(name)
    assert text == f"{context.text}\n", f"{name} is now\n{text}"


@then('the bytes of "{name}" are now "{escaped}"')
def check_bytes(context: Any, name: str, escaped: str) -> None:
    content = (context.project.folder / name).read_bytes()
    assert content == from_escapes(escaped), content


@then('there is no file "{name}"')
def check_absent(context: Any, name: str) -> None:
    assert not (context.project.folder / name).exists(), f"{name} exists"


@then('there is a file "{name}"')
def check_present(context: Any, name: str) -> None:
    assert (context.project.folder / name).exists(), f"{name} does not exist"


@then('the mode of the file "{name}" is {mode}')
def check_mode(context: Any, name: str, mode: str) -> None:
    found = stat.S_IMODE((context.project.folder / name).stat().st_mode)
    assert found == int(mode, 8), f"{found:o}"


@given('the mode of the file "{name}" was set to {mode}')
def change_mode(context: Any, name: str, mode: str) -> None:
    (context.project.folder / name).chmod(int(mode, 8))


@given("nobody changes a file from here on")
def remember_files(context: Any) -> None:
    context.files = _contents(context)


@then("no file was changed")
def check_unchanged(context: Any) -> None:
    assert _contents(context) == context.files, "files were changed"


@when("somebody applies the diff that was shown")
def apply_diff(context: Any) -> None:
    context.project.write_bytes("../shown.patch", context.project.last.stdout.encode())
    context.project.git("apply", "../shown.patch")


@then('the JSON of "{name}" has the schema "{schema}"')
def check_schema(context: Any, name: str, schema: str) -> None:
    text = context.project.last.stdout if name == "standard output" else context.project.read(name)
    assert json.loads(text)["schema"] == schema, text


def _contents(context: Any) -> dict[str, bytes]:
    folder = context.project.folder
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@given("the project is a git repository")
def make_repository(context: Any) -> None:
    context.project.write(".gitignore", "evidence/\njunit/\n*.json\n*.txt\n")
    context.project.git("init", "--quiet")
    context.project.git("add", ".")
    context.project.git("commit", "--quiet", "--message=feat: a shop")
